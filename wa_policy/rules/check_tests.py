"""The tests of `when` and `require` against the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.iam.source import escape
from wa_policy.rules.bindings import is_name
from wa_policy.rules.check_arguments import problems_of_arguments
from wa_policy.rules.model import Parameter, TestOperator, ValueKind
from wa_policy.rules.notes import Notes
from wa_policy.rules.predicates import PREDICATES
from wa_policy.rules.vocabulary import PropertyKind, PropertyType, is_type, property_names, property_type

Raw = Mapping[str, Any]

_SCALARS = (PropertyKind.TEXT, PropertyKind.NUMBER, PropertyKind.FLAG)
_NUMERIC = (TestOperator.AT_LEAST, TestOperator.AT_MOST)
_OF_LISTS = (TestOperator.CONTAINS, TestOperator.CONTAINS_ANY)


@dataclass(frozen=True, slots=True)
class TestCheck:
    """Finds unknown paths and predicates, and operators that do not suit their property."""

    __test__ = False  # no class of tests for pytest

    types: tuple[str, ...]
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
            elif word not in ("parameter", "is"):
                self._predicate(word, value, place)

    def _predicate(self, word: str, arguments: Raw, place: str) -> None:
        predicate = PREDICATES.get(word)
        if predicate is None:
            self.notes.unknown(place, "predicate", word, PREDICATES)
            return
        for type_ in self.types:
            if predicate.types is not None and is_type(type_) and type_ not in predicate.types:
                words = ", ".join(f"`{one}`" for one in predicate.types)
                self.notes.add(place, f"found `{word}` for `{type_}`, expected one of {words}")
        given = {
            name: tuple(value) if isinstance(value, list) else value for name, value in arguments.items()
        }
        problems_of_arguments(place, predicate.arguments, given, self.catalog, self.notes)

    def _property(self, word: str, comparisons: Raw, place: str) -> None:
        path = tuple(word.split("."))
        for type_ in self.types:
            if not is_type(type_):
                continue
            found = property_type(type_, path)
            if found is None:
                self.notes.unknown(place, f"property of `{type_}`", word, _paths(type_, path))
                continue
            for operator, operand in comparisons.items():
                _comparison(TestOperator(operator), operand, found, f"{place}/{operator}", self.notes)
        for operator, operand in comparisons.items():
            if TestOperator(operator) in _NUMERIC and is_name(operand):
                self._number(operand, f"{place}/{operator}")

    def _number(self, name: str, place: str) -> None:
        parameter = self.parameters.get(name[1:])
        if parameter is not None and (parameter.kind is not ValueKind.NUMBER or parameter.many):
            self.notes.add(place, f"found `{name}` of type `{parameter.type}`, expected a number")


def _paths(type_: str, path: tuple[str, ...]) -> list[str]:
    """The paths that could have been meant: the properties of the last part that there is."""
    for length in range(len(path) - 1, 0, -1):
        found = property_type(type_, path[:length])
        if found is not None:
            return [".".join((*path[:length], name)) for name in found.members]
    return list(property_names(type_))


def _comparison(
    operator: TestOperator, operand: object, found: PropertyType, place: str, notes: Notes
) -> None:
    if found.kind is PropertyKind.FREE or operator is TestOperator.EXISTS:
        return
    shown = f"a list of {found.kind}" if found.many else found.kind
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
    elif operator is TestOperator.MATCHES and found.kind is not PropertyKind.TEXT:
        notes.add(place, f"found `matches` of {shown}, expected a text")
    elif operator is TestOperator.EQUALS and not is_name(operand) and not _fits(operand, found.kind):
        notes.add(place, f"found `{operand}`, expected a {found.kind}, as the property is one")


def _fits(operand: object, kind: PropertyKind) -> bool:
    if kind is PropertyKind.TEXT:
        return isinstance(operand, str)
    if kind is PropertyKind.FLAG:
        return isinstance(operand, bool)
    return isinstance(operand, int | float) and not isinstance(operand, bool)
