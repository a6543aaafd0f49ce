"""Does a condition hold for a request's context?

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from wa_policy.evaluator.resolve import Resolved, for_each_filling, resolve
from wa_policy.evaluator.truth import Truth, all_of, any_of, negate
from wa_policy.iam.operators import Comparison, Operator, Quantifier, ValueType
from wa_policy.iam.pattern import arn_glob, glob, is_literal, is_only_stars, matches
from wa_policy.iam.policy import Condition
from wa_policy.iam.request import ContextValue
from wa_policy.iam.text import Template, Text
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.iam.values import (
    AddressRange,
    parse_address_range,
    parse_binary,
    parse_bool,
    parse_date,
    parse_number,
)

Context = Mapping[str, ContextValue]
Doubts = list[Unknown]


def holds(condition: Condition, context: Context, doubts: Doubts) -> Truth:
    """True iff the condition holds; what AWS does not document about it is added to `doubts`."""
    qualified = condition.operator
    operator = qualified.operator
    value = context.get(condition.folded_key)
    if operator.comparison is Comparison.IS_NULL:
        return _null(condition, value, qualified.quantifier, doubts)
    match qualified.quantifier:
        case Quantifier.FOR_ALL_VALUES:
            if value is None or not any(_items(value)):
                return True  # no value, or only empty strings: "a null data set" in the words of the page
            return all_of(_value_holds(condition, operator, item, context, doubts) for item in _items(value))
        case Quantifier.FOR_ANY_VALUE:
            if value is None:
                return qualified.if_exists
            return any_of(_value_holds(condition, operator, item, context, doubts) for item in _items(value))
        case None:
            if value in (None, ()):
                return qualified.if_exists or operator.negated
            if isinstance(value, tuple):
                # Only a set operator compares a multivalued key; what a plain one does is not documented.
                doubts.append(
                    Unknown(
                        UnknownKind.UNDOCUMENTED,
                        f"`{condition.key}` has several values and `{qualified}` has no set operator; taken as no match",
                    )
                )
                return False
            return _value_holds(condition, operator, value, context, doubts)


def _items(value: ContextValue) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _null(
    condition: Condition, value: ContextValue | None, quantifier: Quantifier | None, doubts: Doubts
) -> Truth:
    if quantifier is not None:
        # Access Analyzer's check NULL_WITH_QUALIFIER: with a set operator the result does not depend on the key.
        return quantifier is Quantifier.FOR_ALL_VALUES
    if value == "":
        doubts.append(
            Unknown(
                UnknownKind.UNDOCUMENTED, f"`{condition.key}` is an empty string; taken as null by `Null`"
            )
        )
    absent = value is None or value in ((), "")
    wanted: list[Truth] = []
    for text in condition.values:
        if isinstance(text, Template) and text.holes:
            wanted.append(text.holes[0].reason)
            continue
        asked = parse_bool(str(text))
        if asked is None:
            doubts.append(_malformed(condition, str(text), "`true` or `false`"))
            continue
        wanted.append(asked is absent)
    return any_of(wanted)


def _value_holds(
    condition: Condition, operator: Operator, value: str, context: Context, doubts: Doubts
) -> Truth:
    """One value of the request against all values of the policy: any may match; under a negated operator none."""
    asked = _Comparison(condition, operator.comparison, context, doubts)
    compare = _COMPARE[operator.value_type]
    found = any_of(
        for_each_filling(text, lambda filling: compare(asked, filling, value)) for text in condition.values
    )
    return negate(found) if operator.negated else found


@dataclass(slots=True)
class _Comparison:
    """What the comparisons of one condition have in common."""

    condition: Condition
    comparison: Comparison
    context: Context
    doubts: Doubts

    def malformed(self, text: str, expected: str) -> bool:
        """False, with a doubt: AWS does not say what a value that cannot be read does."""
        self.doubts.append(_malformed(self.condition, text, expected))
        return False


def _malformed(condition: Condition, text: str, expected: str) -> Unknown:
    return Unknown(
        UnknownKind.UNDOCUMENTED,
        f"`{text}` is compared by `{condition.operator}` on `{condition.key}`, expected {expected}; taken as no match",
    )


# --- comparisons: one value of the policy with one of the request -------------------------------------------------


def _string(asked: _Comparison, text: Text, value: str) -> Truth:
    if isinstance(text, str):
        match asked.comparison:
            case Comparison.EQUALS:
                return text == value
            case Comparison.LIKE:
                return matches(glob(text), value)
            case _:
                return text.lower() == value.lower()
    like = asked.comparison is Comparison.LIKE
    folded = asked.comparison is Comparison.EQUALS_IGNORE_CASE
    resolved = resolve(text, asked.context, asked.doubts, glob if like else _literal)
    return _resolved_matches(resolved, value, folded=folded)


def _literal(text: str) -> str:
    return text


def _resolved_matches(resolved: Resolved, value: str, *, folded: bool = False) -> Truth:
    if resolved.pattern is None:
        return False
    pattern = resolved.pattern.lower() if folded else resolved.pattern
    found = matches(pattern, value.lower() if folded else value)
    return resolved.hole if found and resolved.hole else found


def _arn(asked: _Comparison, text: Text, value: str) -> Truth:
    if value.count(":") < 5:
        return asked.malformed(value, "an ARN")
    # A value that does not even start as an ARN is taken as not met, negated or not.
    unmet = asked.condition.operator.operator.negated
    if isinstance(text, str):
        if is_only_stars(text):
            asked.doubts.append(
                Unknown(UnknownKind.UNDOCUMENTED, f"`{text}` alone is no ARN; taken as any ARN")
            )
            return True
        if not _starts_as_arn(text):
            asked.malformed(text, "an ARN")
            return unmet
        if text.count(":") < 5:
            return asked.malformed(text, "an ARN of six parts")
        pattern = arn_glob(text)
        return pattern == value if is_literal(pattern) else matches(pattern, value)
    found = _resolved_matches(resolve(text, asked.context, asked.doubts, arn_glob), value)
    start = text.parts[0]
    if found is False and unmet and text.holes and not (isinstance(start, str) and _starts_as_arn(start)):
        return text.holes[0].reason  # it may be filled so that it is no ARN
    return found


def _starts_as_arn(text: str) -> bool:
    return text[:4].lower() == "arn:"


_T = TypeVar("_T")


def _read_both(
    read: Callable[[str], _T | None], compare: Callable[[Comparison, _T, _T], bool], expected: str
) -> Callable[[_Comparison, Text, str], Truth]:
    """A comparison of two values that are read first; one that cannot be read matches nothing, with a doubt."""

    def comparison(asked: _Comparison, text: Text, value: str) -> Truth:
        if isinstance(text, Template):
            if text.holes:
                return text.holes[0].reason
            text = str(text)
        wanted, found = read(text), read(value)
        if wanted is None or found is None:
            return asked.malformed(text if wanted is None else value, expected)
        return compare(asked.comparison, found, wanted)

    return comparison


def _ordered(comparison: Comparison, found: Decimal, wanted: Decimal) -> bool:
    match comparison:
        case Comparison.LESS_THAN:
            return found < wanted
        case Comparison.LESS_THAN_EQUALS:
            return found <= wanted
        case Comparison.GREATER_THAN:
            return found > wanted
        case Comparison.GREATER_THAN_EQUALS:
            return found >= wanted
        case _:
            return found == wanted


def _same(_: Comparison, found: object, wanted: object) -> bool:
    return found == wanted


def _in_range(_: Comparison, found: AddressRange, wanted: AddressRange) -> bool:
    return wanted.contains(found)


_COMPARE: dict[ValueType, Callable[[_Comparison, Text, str], Truth]] = {
    ValueType.STRING: _string,
    ValueType.ARN: _arn,
    ValueType.NUMERIC: _read_both(parse_number, _ordered, "a number"),
    ValueType.DATE: _read_both(parse_date, _ordered, "an ISO 8601 date or epoch seconds"),
    ValueType.BOOL: _read_both(parse_bool, _same, "`true` or `false`"),
    ValueType.BINARY: _read_both(parse_binary, _same, "base64 text"),
    ValueType.IP: _read_both(parse_address_range, _in_range, "an address or a CIDR range"),
}
