"""Conditions, and the choices of what they depend on and nothing says.

A condition that compares an open parameter with a text is true for one value and false for the others: both are looked at,
each as a choice of its own, and all that the parameter does elsewhere follows the choice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wa_policy.iam.arn import is_account_id
from wa_policy.iam.pattern import MANY, overlaps
from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown
from wa_policy.loaders.cloudformation.resolve import Resolver
from wa_policy.loaders.cloudformation.scope import PSEUDO, Scope
from wa_policy.loaders.cloudformation.template import Choice, Sections
from wa_policy.loaders.cloudformation.values import (
    ParameterHole,
    Symbol,
    as_text,
    doubt_of,
    parts_of,
    unresolved,
)
from wa_policy.loaders.origin import is_region
from wa_policy.loaders.text import shown

_CDK_METADATA = "AWS::CDK::Metadata"
MAX_CHAIN = 50
"""Conditions that may refer to one another in a row."""
MAX_CHOICES = 64
"""Choices of what conditions depend on that are looked at for one template."""


class NeedChoiceError(Exception):
    """A condition cannot be decided under this choice; `choices` are those that go on from it."""

    def __init__(self, choices: tuple[Choice, ...], reason: Unknown) -> None:
        super().__init__()
        self.choices = choices
        self.reason = reason


@dataclass(slots=True, eq=False)
class Conditions:
    """The conditions of a template under one choice. `strict`: what is undecided raises, instead of being unknown."""

    scope: Scope
    strict: bool = False
    _known: dict[str, bool | Unknown] = field(default_factory=dict)
    _pending: list[str] = field(default_factory=list)
    resolver: Resolver = field(init=False)

    def __post_init__(self) -> None:
        self.resolver = Resolver(self.scope, self.truth)

    def truth(self, name: Any, pointer: str) -> bool | Unknown:
        """True iff the condition of that name holds."""
        if not isinstance(name, str):
            self.scope.note(
                pointer, "function-argument", "found no text as the name of a condition, expected one"
            )
            return unresolved("a condition without a name")
        if name not in self._known:
            conditions = self.scope.sections.conditions
            if name not in conditions:
                message = f"found a reference to the condition `{shown(name)}`, expected one of this template"
                self.scope.note(pointer, "reference-unknown", message)
                return unresolved(f"the condition `{name}`, which the template does not have")
            if name in self._pending:
                circle = " → ".join([*self._pending[self._pending.index(name) :], name])
                message = f"found the conditions {circle}, which refer to themselves, expected no circle"
                self.scope.note(
                    f"{self.scope.sections.source.pointer}/Conditions/{name}", "circular-reference", message
                )
                return unresolved(f"the condition `{name}`, which refers to itself")
            if len(self._pending) >= MAX_CHAIN:
                message = f"found more than {MAX_CHAIN} conditions that refer to one another, expected fewer"
                self.scope.note(pointer, "too-deep", message)
                return unresolved(f"the condition `{name}`, which refers to too many others")
            self._pending.append(name)
            try:
                place = f"{self.scope.sections.source.pointer}/Conditions/{name}"
                self._known[name] = self.holds(conditions[name], place)
            finally:
                self._pending.pop()
        return self._known[name]

    def holds(self, raw: Any, pointer: str) -> bool | Unknown:
        """True iff the expression holds."""
        if not isinstance(raw, Mapping) or len(raw) != 1:
            return self._wrong(pointer)
        name, argument = next(iter(raw.items()))
        place = f"{pointer}/{name}"
        match name:
            case "Condition":
                return self.truth(argument, place)
            case "Fn::Equals":
                return self._equals(argument, place)
            case "Fn::Not" if isinstance(argument, list) and len(argument) == 1:
                found = self.holds(argument[0], f"{place}/0")
                return found if isinstance(found, Unknown) else not found
            case "Fn::And" | "Fn::Or" if isinstance(argument, list) and argument:
                return self._many(argument, place, deciding=name == "Fn::Or")
            case _:
                return self._wrong(pointer)

    def _many(self, items: list[Any], place: str, *, deciding: bool) -> bool | Unknown:
        doubt: Unknown | None = None
        asked: NeedChoiceError | None = None
        for index, item in enumerate(items):
            try:
                found = self.holds(item, f"{place}/{index}")
            except NeedChoiceError as error:
                asked = asked or error  # what follows may decide all the same
                continue
            if found is deciding:
                return deciding
            doubt = found if isinstance(found, Unknown) else doubt
        if asked is not None:
            raise asked
        return doubt or not deciding

    def _wrong(self, pointer: str) -> Unknown:
        message = "found no condition that can be read, expected `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` or `Condition`"
        self.scope.note(pointer, "function-argument", message)
        return unresolved(f"the condition at `{pointer}`, which cannot be read")

    def _equals(self, argument: Any, place: str) -> bool | Unknown:
        if not isinstance(argument, list) or len(argument) != 2:
            return self._wrong(place)
        one, other = (
            self.resolver.resolve(item, f"{place}/{index}", f"{place}/{index}")
            for index, item in enumerate(argument)
        )
        texts = as_text(one), as_text(other)
        if texts[0] is None or texts[1] is None:
            if doubt_of(one) is None and doubt_of(other) is None:
                return bool(one == other)
            return self._undecided(f"{one}\0{other}", doubt_of(one) or doubt_of(other), None)
        if texts[0] == texts[1]:
            return True
        if isinstance(texts[0], str) and isinstance(texts[1], str):
            return False
        if not _can_be_equal(texts[0], texts[1]):
            return False
        doubt = doubt_of(one) or doubt_of(other) or _reason(texts)
        return self._undecided(
            f"{texts[0]}\0{texts[1]}", doubt, self._values(texts) or self._values(texts[::-1])
        )

    def _values(self, texts: tuple[Any, ...]) -> tuple[Choice, ...] | None:
        """The choices of one open parameter that is compared with a text; None where it is no such comparison."""
        open_, text = texts
        if not isinstance(open_, Template) or len(open_.parts) != 1 or not isinstance(text, str):
            return None
        part = open_.parts[0]
        if isinstance(part, ParameterHole):
            choice = self.scope.choice
            return choice.with_value(part.name, text), choice.without_value(part.name, text)
        name = part.written[2:-1] if isinstance(part, Symbol) else ""
        if name in PSEUDO or name in self.scope.sections.parameters:
            choice = self.scope.choice
            return choice.without_value(name, text), choice.with_value(name, text)
        return None

    def _undecided(
        self, atom: str, doubt: Unknown | None, choices: tuple[Choice, ...] | None
    ) -> bool | Unknown:
        if choices is None:
            known = self.scope.choice.atoms.get(atom)
            if known is not None:
                return known
            choices = tuple(self.scope.choice.with_atom(atom, truth=truth) for truth in (True, False))
        elif self._is_excluded(choices):
            return False
        reason = doubt or unresolved("a comparison")
        if self.strict:
            raise NeedChoiceError(choices, reason)
        return reason

    def _is_excluded(self, choices: tuple[Choice, ...]) -> bool:
        # `without_value` of what is excluded already changes nothing.
        return any(
            choice.excluded == self.scope.choice.excluded
            and choice.parameters == self.scope.choice.parameters
            for choice in choices
        )


def _reason(texts: tuple[Any, ...]) -> Unknown | None:
    return next((part.reason for text in texts for part in parts_of(text) if isinstance(part, Symbol)), None)


def _can_be_equal(one: str | Template, other: str | Template) -> bool:
    for open_, text in ((one, other), (other, one)):
        if isinstance(open_, Template) and isinstance(text, str) and len(open_.parts) == 1:
            part = open_.parts[0]
            if isinstance(part, ParameterHole) and part.choices and text not in part.choices:
                return False
            if isinstance(part, Symbol):
                if part.written == "${AWS::AccountId}":
                    return is_account_id(text)
                if part.written == "${AWS::Region}":
                    return is_region(text)
    return overlaps(_pattern(one), _pattern(other))


def _pattern(text: str | Template) -> str:
    return "".join(part if isinstance(part, str) else MANY for part in parts_of(text))


def used_conditions(sections: Sections) -> tuple[str, ...]:
    """The conditions that the resources depend on, in the order in which they are met."""
    found: dict[str, None] = {}
    pending: list[Any] = []
    for resource in sections.resources.values():
        if resource.type == _CDK_METADATA:
            continue  # of each region one comparison, for what does nothing
        condition = resource.raw.get("Condition")
        if isinstance(condition, str):
            found[condition] = None
        pending.append(resource.raw)
    if not sections.conditions:
        return tuple(found)
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            argument = item.get("Fn::If")
            if isinstance(argument, list) and argument and isinstance(argument[0], str):
                found[argument[0]] = None
            pending += item.values()
        elif isinstance(item, list):
            pending += item
    return tuple(name for name in sections.conditions if name in found) + tuple(
        name for name in found if name not in sections.conditions
    )


def choices_of(
    sections: Sections, scope_of: Callable[[Choice], Scope]
) -> tuple[tuple[Choice, Mapping[str, bool]], ...] | None:
    """All choices with the truth of each condition that matters; None where there are too many of them."""
    names = used_conditions(sections)
    found: list[tuple[Choice, Mapping[str, bool]]] = []
    pending = [Choice()]
    while pending:
        choice = pending.pop()
        conditions = Conditions(scope_of(choice), strict=True)
        try:
            truths = dict(_truths(conditions, names))
        except NeedChoiceError as error:
            pending += reversed(error.choices)
        else:
            found.append((choice, truths))
        if len(found) + len(pending) > MAX_CHOICES:
            return None
    return tuple(found)


def _truths(conditions: Conditions, names: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    for name in names:
        found = conditions.truth(name, "")
        if not isinstance(found, Unknown):
            yield name, found
