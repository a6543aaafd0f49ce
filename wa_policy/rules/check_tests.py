"""The tests of `when`, `where` and `require` against the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.iam.source import escape
from wa_policy.inventory.relations import relation_names, target_types
from wa_policy.rules.bindings import is_name
from wa_policy.rules.check_arguments import problems_of_arguments
from wa_policy.rules.check_forbid import problems_of_forbid
from wa_policy.rules.model import Looked, Parameter, Quantifier, TestOperator, ValueKind
from wa_policy.rules.notes import Notes
from wa_policy.rules.predicates import PREDICATES
from wa_policy.rules.subjects import PRINCIPAL_TYPES
from wa_policy.rules.views import property_named
from wa_policy.rules.vocabulary import (
    PropertyKind,
    PropertyType,
    is_type,
    part_type,
    property_names,
    property_type,
)

Raw = Mapping[str, Any]

_SCALARS = (PropertyKind.TEXT, PropertyKind.NUMBER, PropertyKind.FLAG)
_NUMERIC = (TestOperator.AT_LEAST, TestOperator.AT_MOST, TestOperator.ABOVE, TestOperator.BELOW)
_OF_LISTS = (TestOperator.CONTAINS, TestOperator.CONTAINS_ANY, TestOperator.ONLY)
_OF_TEXTS = (TestOperator.MATCHES, TestOperator.INSIDE)


@dataclass(frozen=True, slots=True)
class Within:
    """What a test looks at: a resource of a type, or the parts at a path of one."""

    type: str
    path: tuple[str, ...] = ()

    def find(self, path: tuple[str, ...]) -> PropertyType | None:
        """The type of what lies at a path from here, None iff there is no such path."""
        if not self.path:
            return property_type(self.type, path)
        return part_type(self.type, self.path, path)


@dataclass(frozen=True, slots=True)
class TestCheck:
    """Finds unknown paths and predicates, and operators that do not suit their property.

    `within` is what the test looks at; `subject` and `item` are what it can be turned to.
    """

    __test__ = False  # no class of tests for pytest

    within: tuple[Within, ...]
    subject: tuple[Within, ...]
    item: tuple[Within, ...] | None
    parameters: Mapping[str, Parameter]
    catalog: Catalog
    notes: Notes

    def test(self, raw: Raw, pointer: str) -> None:
        for word, value in raw.items():
            place = f"{pointer}/{escape(word)}"
            if word in ("all_of", "any_of", "none_of"):
                for index, inner in enumerate(value):
                    self.test(inner, f"{place}/{index}")
            elif word[0].isupper():
                self._property(word, value, place)
            elif word in ("value", "key"):
                self._element(word, value, place)
            elif word in tuple(Looked):
                self._turned(Looked(word), value, place)
            elif word == "related":
                self._related(value, place)
            elif word == "allowed":
                self._allowed(value, place)
            elif word not in ("parameter", "is"):
                self._predicate(word, value, place)

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(one.type for one in self.within if not one.path and is_type(one.type))

    def _turned(self, at: Looked, raw: Raw, place: str) -> None:
        within = self.subject if at is Looked.SUBJECT else self.item
        if within is None:
            self.notes.add(place, "found `item`, expected it where `each` goes through `parts` or `related`")
            return
        replace(self, within=within).test(raw, place)

    def _allowed(self, raw: Raw, place: str) -> None:
        problems_of_forbid(raw, self.types, self.parameters, self.catalog, self.notes, at=place)

    def _related(self, raw: Raw, place: str) -> None:
        for name, about in raw.items():
            here = f"{place}/{escape(name)}"
            targets: list[Within] = []
            having = [type_ for type_ in self.types if name in relation_names(type_)]
            for type_ in having or self.types:
                if name not in relation_names(type_):
                    self.notes.unknown(here, f"relation of `{type_}`", name, relation_names(type_))
                    continue
                targets += [Within(target) for target in target_types(type_, name)]
            if any(one.path for one in self.within):
                self.notes.add(here, "found `related` for a value, expected it for a resource")
            for word, inner in about.items():
                if word in tuple(Quantifier):
                    replace(self, within=tuple(dict.fromkeys(targets))).test(inner, f"{here}/{word}")
                else:
                    self._operands(inner.values(), f"{here}/{word}")

    def _predicate(self, word: str, arguments: Raw, place: str) -> None:
        predicate = PREDICATES.get(word)
        if predicate is None:
            self.notes.unknown(place, "predicate", word, PREDICATES)
            return
        for type_ in self.types:
            if predicate.types is not None and type_ not in predicate.types:
                words = ", ".join(f"`{one}`" for one in predicate.types)
                self.notes.add(place, f"found `{word}` for `{type_}`, expected one of {words}")
        if any(one.path for one in self.within) and predicate.judge_value is None:
            self.notes.add(place, f"found `{word}` for a value, expected it for a resource")
        given = {
            name: tuple(value) if isinstance(value, list) else value for name, value in arguments.items()
        }
        problems_of_arguments(place, predicate.arguments, given, self.catalog, self.notes)

    # --- properties ------------------------------------------------------------------------------------------------

    def _element(self, word: str, comparisons: Raw, place: str) -> None:
        for one in self.within:
            found: PropertyType | None = PropertyType(PropertyKind.TEXT)
            if word == "value":
                found = one.find(())
                if found is None:
                    self.notes.add(place, "found `value` for a resource, expected one of its properties")
                    continue
            self._comparisons(comparisons, found, (one,), place)

    def _property(self, word: str, comparisons: Raw, place: str) -> None:
        path = tuple(word.split("."))
        known = [one for one in self.within if is_type(one.type)]
        # Where several types are looked at, `is_type` says which one a property belongs to.
        having = [one for one in known if one.find(path) is not None]
        for one in having or known:
            found = one.find(path)
            if found is None:
                self.notes.unknown(place, f"property of `{_name(one)}`", word, _paths(one, path))
                continue
            self._comparisons(comparisons, found, (Within(one.type, (*one.path, *path)),), place)

    def _comparisons(
        self, comparisons: Raw, found: PropertyType | None, parts: tuple[Within, ...], place: str
    ) -> None:
        for word, operand in comparisons.items():
            here = f"{place}/{word}"
            if word in tuple(Quantifier):
                if found is not None and not _has_parts(found):
                    self.notes.add(here, f"found `{word}` of {_shown(found)}, expected a list")
                replace(self, within=parts).test(operand, here)
            elif word == "default":
                self._operands((operand,), here)
            else:
                operator = TestOperator(word)
                if found is not None:
                    _comparison(operator, operand, found, here, self.notes)
                operands = operand.values() if operator is TestOperator.COUNT else (operand,)
                self._operands(operands, here)
                if operator in _NUMERIC and is_name(operand):
                    self._number(operand, here)

    def _number(self, name: str, place: str) -> None:
        parameter = self.parameters.get(name[1:])
        if parameter is not None and (parameter.kind is not ValueKind.NUMBER or parameter.many):
            self.notes.add(place, f"found `{name}` of type `{parameter.type}`, expected a number")

    def _operands(self, operands: Iterable[object], place: str) -> None:
        """The properties that operands name."""
        for operand in operands:
            if isinstance(operand, Mapping):
                self._operands((one for of in operand.values() for one in of), place)
            elif isinstance(operand, str) and (at := property_named(operand)) is not None:
                self._named(operand, at, place)

    def _named(self, name: str, at: tuple[Looked, tuple[str, ...]], place: str) -> None:
        within = self.subject if at[0] is Looked.SUBJECT else self.item
        if within is None:
            self.notes.add(
                place, f"found `{name}`, expected it where `each` goes through `parts` or `related`"
            )
            return
        for one in within:
            if is_type(one.type) and one.find(at[1]) is None:
                self.notes.unknown(place, f"property of `{_name(one)}`", ".".join(at[1]), _paths(one, at[1]))


def check_of_tests(
    types: tuple[str, ...],
    item: tuple[Within, ...] | None,
    parameters: Mapping[str, Parameter],
    catalog: Catalog,
    notes: Notes,
) -> TestCheck:
    """The check of the tests of a rule on subjects of these types."""
    subject = tuple(Within(type_) for type_ in types)
    return TestCheck(subject, subject, item, parameters, catalog, notes)


def items_of_related(types: tuple[str, ...], name: str) -> tuple[Within, ...]:
    """What the items of `each: {related: …}` are."""
    found = [target for type_ in types if is_type(type_) for target in target_types(type_, name)]
    return tuple(Within(target) for target in dict.fromkeys(found))


def bring_callers(item: tuple[Within, ...] | None) -> bool:
    """True iff all items are users and roles."""
    return bool(item) and all(one.type in PRINCIPAL_TYPES and not one.path for one in item or ())


def _name(one: Within) -> str:
    return ".".join((one.type, *one.path))


def _has_parts(found: PropertyType) -> bool:
    return found.many or found.kind in (PropertyKind.NAMES, PropertyKind.FREE)


def _paths(one: Within, path: tuple[str, ...]) -> list[str]:
    """The paths that could have been meant: the properties of the last part that there is."""
    for length in range(len(path) - 1, 0, -1):
        found = one.find(path[:length])
        if found is not None:
            return [".".join((*path[:length], name)) for name in found.members]
    if one.path:
        inner = one.find(())
        return [] if inner is None else list(inner.members)
    return list(property_names(one.type))


def _shown(found: PropertyType) -> str:
    return f"a list of {found.kind}" if found.many else found.kind


def _comparison(
    operator: TestOperator, operand: object, found: PropertyType, place: str, notes: Notes
) -> None:
    if found.kind is PropertyKind.FREE or operator is TestOperator.EXISTS:
        return
    shown = _shown(found)
    if operator is TestOperator.COUNT:
        if not found.many and found.kind is not PropertyKind.NAMES:
            notes.add(place, f"found `count` of {shown}, expected a list")
    elif operator in _OF_LISTS:
        if not found.many or found.kind not in _SCALARS:
            notes.add(place, f"found `{operator}` of {shown}, expected a list")
    elif found.many or found.kind not in _SCALARS:
        notes.add(place, f"found `{operator}` of {shown}, expected a single value")
    elif operator in _NUMERIC and found.kind is not PropertyKind.NUMBER:
        notes.add(place, f"found `{operator}` of {shown}, expected a number")
    elif operator in _OF_TEXTS and found.kind is not PropertyKind.TEXT:
        notes.add(place, f"found `{operator}` of {shown}, expected a text")
    elif operator is TestOperator.EQUALS and not is_name(operand) and not _fits(operand, found.kind):
        notes.add(place, f"found `{operand}`, expected a {found.kind}, as the property is one")


def _fits(operand: object, kind: PropertyKind) -> bool:
    if kind is PropertyKind.TEXT:
        return isinstance(operand, str)
    if kind is PropertyKind.FLAG:
        return isinstance(operand, bool)
    return isinstance(operand, int | float) and not isinstance(operand, bool)
