"""The arguments of iterators and predicates against what each takes."""

from __future__ import annotations

from collections.abc import Mapping

from wa_policy.catalog.model import Catalog
from wa_policy.errors import did_you_mean
from wa_policy.iam.operators import OPERATOR_BY_NAME
from wa_policy.iam.source import escape
from wa_policy.rules.arguments import Argument, ArgumentKind
from wa_policy.rules.bindings import is_name
from wa_policy.rules.notes import Notes, known_key


def problems_of_arguments(
    pointer: str,
    known: tuple[Argument, ...],
    given: Mapping[str, object],
    catalog: Catalog,
    notes: Notes,
) -> None:
    """Arguments that there are not, that are missing, or that have another type."""
    by_name = {argument.name: argument for argument in known}
    for name in given:
        if name not in by_name:
            notes.unknown(f"{pointer}/{escape(name)}", "argument", name, by_name)
    for argument in known:
        place = f"{pointer}/{escape(argument.name)}"
        if argument.name not in given:
            if argument.required:
                notes.add(pointer, f"found no argument `{argument.name}`, expected {argument.kind}")
            continue
        _check_argument(place, argument, given[argument.name], catalog, notes)


def _check_argument(place: str, argument: Argument, value: object, catalog: Catalog, notes: Notes) -> None:
    if is_name(value):
        return
    fits = {
        ArgumentKind.TEXT: isinstance(value, str),
        ArgumentKind.NUMBER: isinstance(value, int | float) and not isinstance(value, bool),
    }.get(argument.kind, isinstance(value, str | tuple))
    if not fits:
        notes.add(place, f"found `{value}`, expected {argument.kind}")
        return
    for item in value if isinstance(value, tuple) else (value,):
        if is_name(item):
            continue
        match argument.kind:
            case ArgumentKind.ACTIONS if not catalog.actions_matching(str(item)) & catalog.listed:
                notes.add(place, f"found the action `{item}`, expected one that the catalog knows")
            case ArgumentKind.KEYS if not known_key(str(item), catalog):
                notes.add(place, f"found the condition key `{item}`, expected one that the catalog knows")
            case ArgumentKind.OPERATORS if str(item).lower() not in OPERATOR_BY_NAME:
                words = [operator.name for operator in OPERATOR_BY_NAME.values()]
                advice = did_you_mean(str(item), words)
                notes.add(place, f"found the operator `{item}`, expected a condition operator", advice)
            case _:
                pass
