"""All templates of a run: evaluated once as they are most likely to be, and again for each choice that may matter.

Where nothing says to which account a template is deployed, it has an account of its own. What it does in every account is
seen with one account that it does not name and with each that it names: a policy can tell no others apart. The same holds
for regions, and for the names that CloudFormation makes.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wa_policy.errors import Problem
from wa_policy.inventory import symbols
from wa_policy.inventory.model import Alternative, Assumptions, Inventory, Variation
from wa_policy.loaders.cloudformation.beside import document_at
from wa_policy.loaders.cloudformation.conditions import MAX_CHOICES
from wa_policy.loaders.cloudformation.literals import Literals, literals_of, united
from wa_policy.loaders.cloudformation.scope import Place
from wa_policy.loaders.cloudformation.stack import Evaluation, ReadTemplate, Stack, TemplateText
from wa_policy.loaders.cloudformation.template import Choice, is_sam, is_template, texts_with
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Pieces, TemplatePart

Assemble = Callable[[Pieces], Inventory]


@dataclass(frozen=True)
class Unit:
    """A template that is no part of another one, evaluated."""

    stack: Stack
    choices: tuple[tuple[Choice, Mapping[str, bool]], ...]
    base: Evaluation

    @property
    def is_alone(self) -> bool:
        """True iff nothing else that was read can be in its account."""
        return self.stack.place.account is None


def evaluate(parts: Sequence[TemplatePart], pieces: Pieces, assume: Assumptions) -> tuple[Unit, ...]:
    """The units; what they hold under their first choice goes to `pieces`."""
    known = {posixpath.normpath(part.source.file): part for part in parts}
    units: list[Unit] = []
    inner: set[str] = set()
    stacks: list[tuple[TemplatePart, Stack]] = []
    # All transforms first: what comes after each of them would find the caches of the processor empty.
    for number, part in enumerate(parts, 1):
        try:
            stacks.append((part, _stack(part, number, known, assume, pieces)))
        except RecursionError:
            pieces.problems.append(_too_deep(part))
    for part, stack in stacks:
        if posixpath.normpath(part.source.file) in inner:
            continue
        try:
            unit = _unit(part, stack, pieces)
        except RecursionError:
            pieces.problems.append(_too_deep(part))
            continue
        files = unit.base.files
        if len(files) > 1:
            inner |= set(map(posixpath.normpath, files)) - {posixpath.normpath(part.source.file)}
        units.append(unit)
    # A template may stand before the one that it is a part of.
    if inner:
        units = [unit for unit in units if posixpath.normpath(unit.stack.source.file) not in inner]
    for unit in units:
        pieces.extend(unit.base.pieces)
    return tuple(units)


def _too_deep(part: TemplatePart) -> Problem:
    message = "found a template that is nested too deeply, expected fewer levels; it is not read"
    return part.source.problem("too-deep", message)


def _stack(
    part: TemplatePart,
    number: int,
    known: Mapping[str, TemplatePart],
    assume: Assumptions,
    pieces: Pieces,
) -> Stack:
    origin = part.origin
    account, region = pieces.stacks.get(posixpath.normpath(part.source.file), (None, None))
    place = Place(
        number, origin.account or account, origin.region or region, origin.partition, assume.stack_name
    )
    given = dict(assume.parameters)
    return Stack(_text(part, place, given), place, given, _reader(known, place))


def _unit(part: TemplatePart, stack: Stack, pieces: Pieces) -> Unit:
    if stack.place.account is None and any(
        map(symbols.names_own_account, texts_with(part.value, symbols.ACCOUNTS))
    ):
        message = (
            "found an account id that stands here for an account which nobody named, expected another one"
        )
        found = part.source.problem(
            "account-reserved", message, advice="say with `--account` which account it is"
        )
        pieces.problems.append(found)
    choices = stack.choices()
    evaluation = stack.build((choices or ((Choice(), {}),))[0][0])
    if choices is None:
        message = f"found conditions that leave more than {MAX_CHOICES} choices open, expected fewer; what depends on them is unknown"
        advice = "say what the parameters are with `--parameters`"
        evaluation.pieces.problems.append(
            part.source.at("Conditions").problem("choices-too-many", message, advice=advice)
        )
        choices = ((Choice(), {}),)
    return Unit(stack, choices, evaluation)


def _text(part: TemplatePart, place: Place, given: Mapping[str, Any]) -> TemplateText:
    """The template that CloudFormation gets."""
    if not part.is_sam:
        return TemplateText(part.value, part.source)
    from wa_policy.loaders.cloudformation.sam import transformed

    made = transformed(part.value, part.source, given, place.region, place.partition)
    return TemplateText(made.value, part.source, made.locate, made.problems)


def _reader(known: Mapping[str, TemplatePart], place: Place) -> ReadTemplate:
    def read(path: str) -> TemplateText | None:
        path = posixpath.normpath(path)
        part = known.get(path)
        if part is not None:
            return _text(part, place, {})
        document = document_at(path)
        if document is None or not is_template(document.value):
            return None
        return _text(
            TemplatePart(document.value, document.source, Origin(), is_sam(document.value)), place, {}
        )

    return read


# --- what is left open -----------------------------------------------------------------------------------------------


def variations(units: Sequence[Unit], others: Pieces, assemble: Assemble) -> Iterator[Variation]:
    """What the verdicts on each unit depend on. `others` is what was read beside the templates."""
    for unit in units:
        # What stands in one branch of a condition only counts as well.
        builds = [unit.base.build, *(unit.stack.build(choice).build for choice, _ in unit.choices[1:])]
        literals = united(literals_of(build, unit.stack.place) for build in builds)
        worlds = list(_worlds(unit, literals))
        if len(worlds) < 2:
            continue
        around = _around(unit, units, others)
        first, *more = worlds
        alternatives = tuple(
            Alternative(says, _maker(unit, choice, around, assemble), _symbols(unit, choice))
            for choice, says in more
        )
        yield Variation(unit.base.files, first[1], alternatives)


def _worlds(unit: Unit, literals: Literals) -> Iterator[tuple[Choice, Mapping[str, str]]]:
    """The choices with what they say, the first one that of the base."""
    variants = list(literals.variants())
    whole = len(unit.choices) * (1 + len(variants)) <= MAX_CHOICES
    nothing = dict(literals.nothing)
    for number, (choice, truths) in enumerate(unit.choices):
        says = {f"the condition `{name}`": "true" if truth else "false" for name, truth in truths.items()}
        yield choice, says | nothing
        if whole or not number:
            for what, value, apply in variants:
                changed = apply(choice)
                if changed is not None:
                    yield changed, says | nothing | {what: value}


def _around(unit: Unit, units: Sequence[Unit], others: Pieces) -> Pieces:
    """What stands beside a unit: only the organization if its account is its own."""
    around = Pieces(organization=list(others.organization), no_organization=list(others.no_organization))
    if unit.is_alone:
        return around
    around.extend(replace_organization(others))
    for other in units:
        if other is not unit and not other.is_alone:
            around.extend(other.base.pieces)
    return around


def replace_organization(pieces: Pieces) -> Pieces:
    """All but the organization."""
    return replace(pieces, organization=[], no_organization=[])


def _maker(unit: Unit, choice: Choice, around: Pieces, assemble: Assemble) -> Callable[[], Inventory]:
    def make() -> Inventory:
        pieces = Pieces()
        pieces.extend(around)
        pieces.extend(unit.stack.build(choice).pieces)
        return assemble(pieces)

    return make


def _symbols(unit: Unit, choice: Choice) -> Mapping[str, str]:
    """The texts that stand in this choice for what has another text in the base."""
    base, here = unit.base.build.scope, unit.stack.scope(choice)
    pairs = (
        (here.account_text, base.account_text),
        (here.region_text, base.region_text),
        (here.stack_text, base.stack_text),
    )
    return {one: other for one, other in pairs if one != other}
