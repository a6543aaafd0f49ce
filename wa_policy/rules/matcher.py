"""`when` and `require`: a test on a subject, in three-valued logic.

A property that is known not to be set exists not, equals nothing, is in no list, contains nothing and has the count 0.
One that is not known makes the test unknown, unless the rest decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from wa_policy.evaluator.truth import Truth, all_of, any_of, negate
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Absent, NotExported, Present, PropertyValue
from wa_policy.rules.arguments import Value, Values
from wa_policy.rules.bindings import resolve, resolve_all
from wa_policy.rules.model import (
    AllOf,
    AnyOf,
    NoneOf,
    ParameterTest,
    PredicateTest,
    PropertyTest,
    Test,
    TestOperator,
)
from wa_policy.rules.predicates import PREDICATES
from wa_policy.rules.subjects import Scope, Subject


def holds(test: Test, subject: Subject, scope: Scope, bindings: Values) -> Truth:
    """True iff the test holds for the subject."""
    match test:
        case AllOf(tests):
            return all_of(holds(inner, subject, scope, bindings) for inner in tests)
        case AnyOf(tests):
            return any_of(holds(inner, subject, scope, bindings) for inner in tests)
        case NoneOf(tests):
            return negate(any_of(holds(inner, subject, scope, bindings) for inner in tests))
        case ParameterTest(name, empty):
            return (bindings[name] in ((), "")) is empty
        case PredicateTest(name, arguments):
            return PREDICATES[name].judge(subject, scope, resolve_all(arguments, bindings))
        case PropertyTest():
            return _property_holds(test, subject, bindings)
        case _:
            assert_never(test)


def place_of(test: Test, subject: Subject) -> Source | None:
    """Where the first property stands that the test is about and that is set; None where there is none."""
    match test:
        case AllOf(tests) | AnyOf(tests) | NoneOf(tests):
            return next((place for inner in tests if (place := place_of(inner, subject)) is not None), None)
        case PropertyTest(path=path) if subject.resource is not None:
            return subject.resource.places.get(path[0])
        case _:
            return None


def value_at(subject: Subject, path: tuple[str, ...]) -> PropertyValue:
    """The value of a property of the subject; None where it is known not to be set."""
    if subject.resource is None:
        return Unknown(UnknownKind.NOT_EXPORTED, f"the properties of `{subject.id}`")
    value = subject.resource.property(path[0])
    for name in path[1:]:
        if isinstance(value, Mapping):
            value = value.get(name)
        elif not isinstance(value, Unknown):
            return None
    return value


def _property_holds(test: PropertyTest, subject: Subject, bindings: Values) -> Truth:
    value = value_at(subject, test.path)
    if isinstance(value, NotExported):
        return value.unknown
    if isinstance(value, Unknown):
        return value
    return compare(test.operator, value, resolve(test.operand, bindings), test.count)


def compare(
    operator: TestOperator, value: PropertyValue, operand: Value, count: TestOperator | None = None
) -> Truth:
    """True iff a known value compares with the operand."""
    match operator:
        case TestOperator.EXISTS:
            return _exists(value) is bool(operand)
        case TestOperator.EQUALS:
            return _equal(value, operand)
        case TestOperator.IN:
            return any_of(_equal(value, item) for item in _items(operand))
        case TestOperator.NOT_IN:
            return negate(any_of(_equal(value, item) for item in _items(operand)))
        case TestOperator.CONTAINS:
            return any_of(_equal(item, operand) for item in _members(value))
        case TestOperator.CONTAINS_ANY:
            return any_of(_equal(item, wanted) for item in _members(value) for wanted in _items(operand))
        case TestOperator.MATCHES:
            return isinstance(value, str) and matches(glob(str(operand)), value)
        case TestOperator.AT_LEAST | TestOperator.AT_MOST:
            return _ordered(operator, value, operand)
        case TestOperator.COUNT:
            size = len(value) if isinstance(value, tuple | Mapping) else 0
            return compare(count or TestOperator.EQUALS, size, operand)
        case _:
            assert_never(operator)


def _exists(value: PropertyValue) -> bool:
    return isinstance(value, Present) or not (value is None or isinstance(value, Absent))


def _equal(value: PropertyValue, operand: PropertyValue | Value) -> Truth:
    if isinstance(value, Unknown):
        return value
    # 1 and true are equal in Python, not here.
    return value == operand and isinstance(value, bool) is isinstance(operand, bool)


def _ordered(operator: TestOperator, value: PropertyValue, operand: Value) -> Truth:
    for number in (value, operand):
        if not isinstance(number, int | float) or isinstance(number, bool):
            return False
    least = operator is TestOperator.AT_LEAST
    return value >= operand if least else value <= operand  # type: ignore[operator]


def _items(operand: Value) -> tuple[str | int | float, ...]:
    return operand if isinstance(operand, tuple) else (operand,)


def _members(value: PropertyValue) -> tuple[PropertyValue, ...]:
    if isinstance(value, tuple):
        return value
    return () if value is None else (value,)
