"""The operators table of the IAM User Guide, read row by row. Slow and obvious; no holes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import TypeVar

from tests.reference.wildcard import matches as like

Value = str | tuple[str, ...]


def holds(operator: str, key: str, wanted: Sequence[str], context: Mapping[str, Value]) -> bool:
    """Whether `{operator: {key: wanted}}` holds for the context, for operators in their documented spelling."""
    name = operator
    for_all = name.startswith("ForAllValues:")
    for_any = name.startswith("ForAnyValue:")
    name = name.removeprefix("ForAllValues:").removeprefix("ForAnyValue:")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    found = next((value for known, value in context.items() if known.lower() == key.lower()), None)

    if name == "Null":
        if for_all:
            return True
        if for_any:
            return False
        is_null = found is None or found in ("", ())
        return any({"true": True, "false": False}.get(item.lower()) is is_null for item in wanted)

    negated = "Not" in name
    values = () if found is None else (found,) if isinstance(found, str) else found
    if for_all:
        # "also returns true if there are no keys in the request, or if the key values resolve to a null data set"
        if all(value == "" for value in values):
            return True
        return all(_one(name, value, wanted, context) for value in values)
    if for_any:
        if found is None:
            return if_exists
        return any(_one(name, value, wanted, context) for value in values)
    if not values:
        return if_exists or negated
    if not isinstance(found, str):
        return False  # not documented
    return _one(name, found, wanted, context)


def _one(name: str, value: str, wanted: Sequence[str], context: Mapping[str, Value]) -> bool:
    positive = name.replace("Not", "")
    matched = any(_compare(positive, value, item, context) for item in wanted)
    # Not documented: a value that is no ARN at all makes a condition that is not met, whichever way it is asked.
    is_about_arns = positive.startswith("Arn") and value.count(":") >= 5
    no_arns = [
        item
        for item in wanted
        if "${" not in item and not item.lower().startswith("arn:") and (not item or item.strip("*"))
    ]
    if is_about_arns and no_arns and not matched:
        return False
    return not matched if "Not" in name else matched


def _compare(name: str, value: str, item: str, context: Mapping[str, Value]) -> bool:
    match name:
        case "StringEquals":
            text = _replaced(item, context, literal=True)
            return text is not None and value == text
        case "StringEqualsIgnoreCase":
            text = _replaced(item, context, literal=True)
            return text is not None and value.lower() == text.lower()
        case "StringLike":
            return _like(value, item, context)
        case "Bool":
            return value.lower() == item.lower() and item.lower() in ("true", "false")
        case "BinaryEquals":
            return _both(_bytes, value, item, bytes.__eq__)
        case "IpAddress":
            inner, outer = _network(value), _network(item)
            return inner is not None and outer is not None and _is_inside(inner, outer)
        case "ArnEquals" | "ArnLike":
            return _arn(value, item, context)
        case _:
            return _ordered(name, value, item)


def _ordered(name: str, value: str, item: str) -> bool:
    kind, comparison = re.fullmatch("(Numeric|Date)(.*)", name).groups()  # type: ignore[union-attr]
    orders: dict[str, Callable[[Fraction, Fraction], bool]] = {
        "Equals": lambda left, right: left == right,
        "LessThan": lambda left, right: left < right,
        "LessThanEquals": lambda left, right: left <= right,
        "GreaterThan": lambda left, right: left > right,
        "GreaterThanEquals": lambda left, right: left >= right,
    }
    read = _number if kind == "Numeric" else _seconds
    return _both(read, value, item, orders[comparison])


_T = TypeVar("_T")


def _both(read: Callable[[str], _T | None], value: str, item: str, compare: Callable[[_T, _T], bool]) -> bool:
    left, right = read(value), read(item)
    return left is not None and right is not None and compare(left, right)


# --- variables -----------------------------------------------------------------------------------------------


def _parts(item: str) -> list[str]:
    """The text and the variables of a value, in order."""
    return re.split(r"(\$\{[^}]*\})", item)


def _variable(written: str, context: Mapping[str, Value]) -> str | None:
    name, _, default = written[2:-1].partition(",")
    if name in ("*", "?", "$"):
        return name
    found = next((value for known, value in context.items() if known.lower() == name.strip().lower()), None)
    if isinstance(found, str) and (found or not default):
        return found
    return default.strip()[1:-1] if default else None


def _replaced(item: str, context: Mapping[str, Value], *, literal: bool) -> str | None:
    """The value with its variables replaced, or None where one has no value."""
    text = ""
    for part in _parts(item):
        if not part.startswith("${"):
            text += part
            continue
        value = _variable(part, context)
        if value is None:
            return None
        text += value if literal else _escaped(value)
    return text


# Two characters that stand for a literal star and question mark, as a value may hold either.
_STAR, _QUESTION_MARK = "\x01", "\x02"


def _escaped(value: str) -> str:
    return value.replace("*", _STAR).replace("?", _QUESTION_MARK)


def _like(value: str, item: str, context: Mapping[str, Value]) -> bool:
    text = _replaced(item, context, literal=False)
    return text is not None and like(text, _escaped(value))


def _arn(value: str, item: str, context: Mapping[str, Value]) -> bool:
    parts = value.split(":", 5)
    text = _replaced(item, context, literal=False)
    if len(parts) == 6 and item and not item.strip("*"):
        return True  # not documented: `*` alone is no ARN; taken as any
    if text is None or len(parts) != 6 or not text.lower().startswith("arn:"):
        return False
    patterns = text.split(":", 5)
    return len(patterns) == 6 and all(like(p, _escaped(v)) for p, v in zip(patterns, parts, strict=True))


# --- typed values --------------------------------------------------------------------------------------------


def _number(text: str) -> Fraction | None:
    try:
        return Fraction(text.strip()) if "/" not in text and "_" not in text else None
    except ValueError:
        return None


def _seconds(text: str) -> Fraction | None:
    """ISO 8601, or seconds since 1970; four digits alone are a year."""
    text = text.strip()
    if re.fullmatch(r"\d{4}", text):
        text += "-01-01"
    elif re.fullmatch(r"\d{4}-\d\d", text):
        text += "-01"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return Fraction(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return Fraction(str(moment.timestamp()))


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def _is_inside(
    inner: ipaddress.IPv4Network | ipaddress.IPv6Network, outer: ipaddress.IPv4Network | ipaddress.IPv6Network
) -> bool:
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None
