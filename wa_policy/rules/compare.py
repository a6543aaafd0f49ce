"""The operators of property tests: a known value against a known operand, in three-valued logic."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import assert_never

from wa_policy.evaluator.truth import Truth, all_of, any_of, negate
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.iam.values import parse_address_range
from wa_policy.inventory.model import Absent, Present, PropertyValue
from wa_policy.rules.arguments import Value
from wa_policy.rules.model import TestOperator


def compare(
    operator: TestOperator,
    value: PropertyValue,
    operand: Value,
    count: TestOperator | None = None,
    *,
    today: date | None = None,
) -> Truth:
    """True iff a known value compares with the operand."""
    match operator:
        case TestOperator.EXISTS:
            return _exists(value) is bool(operand)
        case TestOperator.EQUALS:
            return equal(value, operand)
        case TestOperator.IN:
            return any_of(equal(value, item) for item in _items(operand))
        case TestOperator.NOT_IN:
            return negate(any_of(equal(value, item) for item in _items(operand)))
        case TestOperator.CONTAINS:
            return any_of(equal(item, operand) for item in _members(value))
        case TestOperator.CONTAINS_ANY:
            return any_of(equal(item, wanted) for item in _members(value) for wanted in _items(operand))
        case TestOperator.ONLY:
            return all_of(any_of(equal(item, known) for known in _items(operand)) for item in _members(value))
        case TestOperator.MATCHES:
            return isinstance(value, str) and any(matches(glob(str(one)), value) for one in _items(operand))
        case TestOperator.AT_LEAST | TestOperator.AT_MOST | TestOperator.ABOVE | TestOperator.BELOW:
            return _ordered(operator, value, operand)
        case TestOperator.INSIDE:
            return _inside(value, operand)
        case TestOperator.OLDER_THAN:
            return _older(value, operand, today)
        case TestOperator.COUNT:
            size = len(value) if isinstance(value, tuple | Mapping) else int(_exists(value))
            return compare(count or TestOperator.EQUALS, size, operand)
        case _:
            assert_never(operator)


def _exists(value: PropertyValue) -> bool:
    return isinstance(value, Present) or not (value is None or isinstance(value, Absent))


def equal(value: PropertyValue, operand: PropertyValue | Value) -> Truth:
    """True iff a value is the operand."""
    if isinstance(value, Unknown):
        return value
    # 1 and true are equal in Python, not here.
    return value == operand and isinstance(value, bool) is isinstance(operand, bool)


def number_of(value: PropertyValue | Value) -> int | float | None:
    """A number; CloudFormation takes digits in a string for one."""
    if isinstance(value, str):
        try:
            return float(value) if "." in value else int(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _ordered(operator: TestOperator, value: PropertyValue, operand: Value) -> Truth:
    left, right = number_of(value), number_of(operand)
    if left is None or right is None:
        return False
    match operator:
        case TestOperator.AT_LEAST:
            return left >= right
        case TestOperator.AT_MOST:
            return left <= right
        case TestOperator.ABOVE:
            return left > right
        case _:
            return left < right


def _inside(value: PropertyValue, operand: Value) -> Truth:
    network = parse_address_range(value) if isinstance(value, str) else None
    if network is None:
        return False
    ranges = (parse_address_range(str(one)) for one in _items(operand))
    return any(outer is not None and outer.contains(network) for outer in ranges)


def _older(value: PropertyValue, operand: Value, today: date | None) -> Truth:
    """True iff the date lies more than so many days back."""
    if value is None or not isinstance(operand, int | float):
        return False
    if today is None:
        return Unknown(UnknownKind.NOT_EXPORTED, "the day of the scan")
    day = day_of(value)
    return day if isinstance(day, Unknown) else (today - day).days > operand


def day_of(value: PropertyValue) -> date | Unknown:
    """The day of a date in a text, or in seconds since 1970."""
    if isinstance(value, Unknown):
        return value
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC).date()
        return date.fromisoformat(str(value)[:10])
    except (ValueError, OverflowError, OSError):
        return Unknown(UnknownKind.UNRESOLVED, f"`{value}`, which is no date")


def _items(operand: Value) -> tuple[str | int | float, ...]:
    return operand if isinstance(operand, tuple) else (operand,)


def _members(value: PropertyValue) -> tuple[PropertyValue, ...]:
    if isinstance(value, tuple):
        return value
    return () if value is None else (value,)
