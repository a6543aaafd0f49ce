"""The condition operators of IAM, as rows of one table.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ValueType(StrEnum):
    STRING = "String"
    NUMERIC = "Numeric"
    DATE = "Date"
    BOOL = "Bool"
    BINARY = "Binary"
    IP = "IPAddress"
    ARN = "ARN"
    PRESENCE = "Null"


class Comparison(StrEnum):
    EQUALS = "equals"
    EQUALS_IGNORE_CASE = "equals, ignoring case"
    LIKE = "like"
    LESS_THAN = "less than"
    LESS_THAN_EQUALS = "at most"
    GREATER_THAN = "greater than"
    GREATER_THAN_EQUALS = "at least"
    IN_RANGE = "in the range"
    IS_NULL = "is absent"


class Quantifier(StrEnum):
    FOR_ALL_VALUES = "ForAllValues"
    FOR_ANY_VALUE = "ForAnyValue"


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator without its qualifiers. A negated operator is true on a missing key, any other is false."""

    name: str
    value_type: ValueType
    comparison: Comparison
    negated: bool = False
    variables: bool = False
    """Policy variables are replaced in its values. For Bool AWS's pages contradict each other."""


_S, _N, _D, _A = ValueType.STRING, ValueType.NUMERIC, ValueType.DATE, ValueType.ARN
_C = Comparison

OPERATORS: tuple[Operator, ...] = (
    Operator("StringEquals", _S, _C.EQUALS, variables=True),
    Operator("StringNotEquals", _S, _C.EQUALS, negated=True, variables=True),
    Operator("StringEqualsIgnoreCase", _S, _C.EQUALS_IGNORE_CASE, variables=True),
    Operator("StringNotEqualsIgnoreCase", _S, _C.EQUALS_IGNORE_CASE, negated=True, variables=True),
    Operator("StringLike", _S, _C.LIKE, variables=True),
    Operator("StringNotLike", _S, _C.LIKE, negated=True, variables=True),
    Operator("NumericEquals", _N, _C.EQUALS),
    Operator("NumericNotEquals", _N, _C.EQUALS, negated=True),
    Operator("NumericLessThan", _N, _C.LESS_THAN),
    Operator("NumericLessThanEquals", _N, _C.LESS_THAN_EQUALS),
    Operator("NumericGreaterThan", _N, _C.GREATER_THAN),
    Operator("NumericGreaterThanEquals", _N, _C.GREATER_THAN_EQUALS),
    Operator("DateEquals", _D, _C.EQUALS),
    Operator("DateNotEquals", _D, _C.EQUALS, negated=True),
    Operator("DateLessThan", _D, _C.LESS_THAN),
    Operator("DateLessThanEquals", _D, _C.LESS_THAN_EQUALS),
    Operator("DateGreaterThan", _D, _C.GREATER_THAN),
    Operator("DateGreaterThanEquals", _D, _C.GREATER_THAN_EQUALS),
    Operator("Bool", ValueType.BOOL, _C.EQUALS),
    Operator("BinaryEquals", ValueType.BINARY, _C.EQUALS),
    Operator("IpAddress", ValueType.IP, _C.IN_RANGE),
    Operator("NotIpAddress", ValueType.IP, _C.IN_RANGE, negated=True),
    Operator("ArnEquals", _A, _C.LIKE, variables=True),
    Operator("ArnLike", _A, _C.LIKE, variables=True),
    Operator("ArnNotEquals", _A, _C.LIKE, negated=True, variables=True),
    Operator("ArnNotLike", _A, _C.LIKE, negated=True, variables=True),
    Operator("Null", ValueType.PRESENCE, _C.IS_NULL),
)

OPERATOR_BY_NAME: dict[str, Operator] = {operator.name.lower(): operator for operator in OPERATORS}

_QUANTIFIER_BY_NAME = {quantifier.value.lower(): quantifier for quantifier in Quantifier}


@dataclass(frozen=True, slots=True)
class QualifiedOperator:
    """An operator with its qualifiers: `ForAnyValue:StringLikeIfExists`."""

    operator: Operator
    quantifier: Quantifier | None = None
    if_exists: bool = False

    def __str__(self) -> str:
        prefix = f"{self.quantifier.value}:" if self.quantifier else ""
        return f"{prefix}{self.operator.name}{'IfExists' if self.if_exists else ''}"


_by_written_name: dict[str, QualifiedOperator] = {
    f"{prefix}{name}{suffix}": QualifiedOperator(operator, quantifier, bool(suffix))
    for prefix, quantifier in (("", None), *((f"{name}:", q) for name, q in _QUANTIFIER_BY_NAME.items()))
    for name, operator in OPERATOR_BY_NAME.items()
    # `NullIfExists` is no operator: Null is about existence already.
    for suffix in (("", "ifexists") if operator.comparison is not _C.IS_NULL else ("",))
}


def parse_operator(written: str) -> QualifiedOperator | None:
    """The operator that `written` names in any case, or None iff there is no such operator."""
    return _by_written_name.get(written.lower())
