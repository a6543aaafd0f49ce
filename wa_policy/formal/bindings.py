"""Values for policy variables: an attempt binds each of them, or leaves it open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from math import prod

from wa_policy.formal.boxes import Bindings, Side
from wa_policy.formal.budget import Budget
from wa_policy.formal.callers import Domains
from wa_policy.formal.keys import KeyDomain, key_classes
from wa_policy.iam.policy import Statement

_MOST_BINDINGS = 64
_MOST_NAMED = 3


def bindings(
    variables: Sequence[str], domains: Domains, side: Side, statements: Sequence[Statement]
) -> Iterator[tuple[Bindings, bool]]:
    """The values to try for the variables, and whether they are all that the domains admit.

    On the wide side a variable that is not fixed stays open, so that one attempt covers all of its values.
    """
    choices: list[list[tuple[str, str | None]]] = []
    closed = True
    for key in variables:
        values = _all_values(domains(key))
        if values is None:
            closed = False
            if side is Side.WIDE:
                continue
            values = _some_values(key, domains(key), statements)
        choices.append([(key, value) for value in values])
    while prod(map(len, choices)) > _MOST_BINDINGS:
        closed = False
        if side is Side.WIDE:
            choices.remove(max(choices, key=len))
        else:
            longest = max(choices, key=len)
            longest.pop()
    for chosen in product(*choices):
        yield dict(chosen), closed


def _all_values(domain: KeyDomain) -> list[str | None] | None:
    """The values of a key that has few and known ones; None iff it may have others."""
    values: list[str | None] = []
    for value in ((None,) if not domain.present else domain.fixed) or ():
        if isinstance(value, tuple):
            return None
        values.append(value)
    return values if domain.fixed is not None or not domain.present else None


def _some_values(key: str, domain: KeyDomain, statements: Iterable[Statement]) -> list[str | None]:
    """A few values: any one, those that conditions name, none."""
    named = sorted(
        {
            value
            for statement in statements
            for condition in statement.conditions
            if condition.folded_key == key
            for value in condition.values
            if isinstance(value, str) and value and "*" not in value and "?" not in value
        }
    )
    values: list[str | None] = ["alice"] if not domain.groups and domain.value_type is None else []
    if not values:
        found = key_classes(
            key,
            (),
            (),
            KeyDomain(absent=False, groups=domain.groups, value_type=domain.value_type),
            Budget(10_000),
        )
        values = [value for _, value in found.classes if isinstance(value, str)]
    values += named[:_MOST_NAMED]
    return [*(v for v in values if v is not None and domain.admits(v)), *([None] if domain.absent else [])]
