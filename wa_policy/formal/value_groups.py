"""What a condition says of one present value, as a group of patterns."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from wa_policy.evaluator.conditions import holds
from wa_policy.evaluator.resolve import resolve
from wa_policy.formal.strings import Group
from wa_policy.iam.operators import Comparison, ValueType
from wa_policy.iam.pattern import ANY_ARN, MANY, arn_glob, glob, is_only_stars
from wa_policy.iam.policy import Condition
from wa_policy.iam.text import Template
from wa_policy.iam.values import parse_bool

TEXTUAL = frozenset((ValueType.STRING, ValueType.ARN))


def value_group(condition: Condition) -> Group | None:
    """The condition's test of one present value, or None where it is no test of text.

    Quantifiers and IfExists do not matter here: what they say is about sets and about absent keys.
    """
    match condition.operator.operator.value_type:
        case ValueType.STRING | ValueType.ARN | ValueType.BOOL:
            return _value_group(condition)
        case _:
            return None


@lru_cache(maxsize=16_384)
def _value_group(condition: Condition) -> Group:
    operator = condition.operator.operator
    match operator.value_type, operator.comparison:
        case ValueType.BOOL, _:
            texts = [parse_bool(str(value)) for value in condition.values]
            return Group(
                tuple(dict.fromkeys(str(text).lower() for text in texts if text is not None)), folded=True
            )
        case ValueType.ARN, _:
            return _arn_group(condition)
        case _, Comparison.LIKE:
            return Group(_patterns(condition, glob), operator.negated)
        case _, Comparison.EQUALS:
            return Group(_patterns(condition, str), operator.negated)
        case _:
            lowered = tuple(pattern.lower() for pattern in _patterns(condition, str))
            return Group(lowered, operator.negated, folded=True)


def _arn_group(condition: Condition) -> Group:
    """A value that does not even start as an ARN makes a negated condition fail for every ARN (see `conditions`)."""
    negated = condition.operator.operator.negated
    written = [value for value in condition.values if isinstance(value, str)]
    if negated and any(value[:4].lower() != "arn:" and not is_only_stars(value) for value in written):
        return Group((ANY_ARN,), negated=True)
    patterns = _patterns(condition, arn_glob, keep=_is_arn_operand)
    return Group(tuple(p for p in patterns if MANY in p or p.count(":") >= 5), negated)


def _is_arn_operand(value: str) -> bool:
    return is_only_stars(value) or (value[:4].lower() == "arn:" and value.count(":") >= 5)


def _patterns(
    condition: Condition, to_pattern: Callable[[str], str], keep: Callable[[str], bool] = lambda _: True
) -> tuple[str, ...]:
    patterns: list[str] = []
    for value in condition.values:
        if isinstance(value, Template):
            # The variables are bound already (`boxes.bind`); what is left are the special ones.
            resolved = resolve(value, {}, [], to_pattern)
            if resolved.pattern is not None:
                patterns.append(resolved.pattern)
        elif keep(value):
            patterns.append(to_pattern(value))
    return tuple(dict.fromkeys(patterns))


def holds_when_present(condition: Condition) -> bool:
    """What a condition that is no test of the value (`Null`) says of a present key."""
    return holds(condition, {condition.folded_key: "x"}, []) is True
