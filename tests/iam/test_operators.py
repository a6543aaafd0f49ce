"""The table of condition operators, against the table of the IAM User Guide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wa_policy.iam.operators import (
    OPERATORS,
    Comparison,
    Operator,
    QualifiedOperator,
    Quantifier,
    ValueType,
    parse_operator,
)

NAMES = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Null",
]

QUALIFIED = [
    QualifiedOperator(operator, quantifier, if_exists)
    for operator in OPERATORS
    for quantifier in (None, *Quantifier)
    for if_exists in (False, True)
    if not (if_exists and operator.name == "Null")
]


def test_the_table_has_the_operators_of_iam() -> None:
    assert sorted(operator.name for operator in OPERATORS) == sorted(NAMES)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_the_row_of_an_operator_says_what_its_name_says(operator: Operator) -> None:
    prefixes = {"String": ValueType.STRING, "Numeric": ValueType.NUMERIC, "Date": ValueType.DATE} | {
        "Bool": ValueType.BOOL,
        "Binary": ValueType.BINARY,
        "Ip": ValueType.IP,
        "NotIp": ValueType.IP,
        "Arn": ValueType.ARN,
        "Null": ValueType.PRESENCE,
    }
    (value_type,) = {kind for prefix, kind in prefixes.items() if operator.name.startswith(prefix)}
    assert operator.value_type is value_type
    assert operator.negated == ("Not" in operator.name)
    assert operator.variables == (value_type in (ValueType.STRING, ValueType.ARN))


@pytest.mark.parametrize(
    ("ending", "comparison"),
    [
        ("LessThan", Comparison.LESS_THAN),
        ("LessThanEquals", Comparison.LESS_THAN_EQUALS),
        ("GreaterThan", Comparison.GREATER_THAN),
        ("GreaterThanEquals", Comparison.GREATER_THAN_EQUALS),
        ("IgnoreCase", Comparison.EQUALS_IGNORE_CASE),
        ("Like", Comparison.LIKE),
        ("IpAddress", Comparison.IN_RANGE),
        ("Null", Comparison.IS_NULL),
    ],
)
def test_the_comparison_is_that_of_the_name(ending: str, comparison: Comparison) -> None:
    rows = [operator for operator in OPERATORS if operator.name.endswith(ending)]
    assert rows
    assert all(operator.comparison is comparison for operator in rows)


def test_arn_equals_is_arn_like() -> None:
    rows = [operator for operator in OPERATORS if operator.value_type is ValueType.ARN]
    assert {operator.comparison for operator in rows} == {Comparison.LIKE}


@given(st.sampled_from(QUALIFIED), st.data())
def test_an_operator_is_read_in_any_case(operator: QualifiedOperator, data: st.DataObject) -> None:
    written = "".join(data.draw(st.sampled_from((c.lower(), c.upper()))) for c in str(operator))
    assert parse_operator(written) == operator
    assert parse_operator(str(operator)) == operator


def test_names_are_written_as_iam_writes_them() -> None:
    operator = parse_operator("foranyvalue:stringlikeifexists")
    assert str(operator) == "ForAnyValue:StringLikeIfExists"
    assert len({str(operator) for operator in QUALIFIED}) == len(QUALIFIED) == 27 * 3 * 2 - 3


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            "StringEqual",
            "NullIfExists",
            "ForAnyValues:StringEquals",
            "ForAnyValue:",
            "ForAnyValue:ForAnyValue:Bool",
        ),
        *(
            "IfExists",
            "BoolIfExistsIfExists",
            " Bool",
            "ForAnyValue: Bool",
            "ForAllValues:NullIfExists",
            "StringMatches",
        ),
    ],
)
def test_what_is_no_operator(written: str) -> None:
    assert parse_operator(written) is None
