"""Conditions: every operator with every qualifier against the operators table read plainly, and parts not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import conditions as reference
from wa_policy.evaluator.conditions import holds
from wa_policy.iam.operators import OPERATORS, QualifiedOperator, ValueType, parse_operator
from wa_policy.iam.policy import Condition
from wa_policy.iam.request import ContextValue
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.text import Hole, Template, Text, with_variables
from wa_policy.iam.unknown import Unknown, UnknownKind

PREFIXES = ("", "ForAllValues:", "ForAnyValue:")
KEY = "aws:Key"
CONTEXT: dict[str, ContextValue] = {
    "aws:username": "bob",
    "aws:principalaccount": "111122223333",
    "aws:principaltag/star": "*",
    "aws:principaltag/empty": "",
    "aws:tagkeys": ("a", "b"),
}

# Values of the request and of the policy, some of each of no sense for the operator.
STRINGS = ("a", "A", "ab", "*", "", "bob")
ARNS = (
    "arn:aws:sns:us-east-1:111122223333:topic",
    "arn:aws:sns:us-east-1:111122223333:topic:sub",
    "arn:aws:iam::111122223333:user/bob",
    "arn:aws:s3:::bucket/*",
    "not an ARN",
    "arn:aws:short",
)
SAMPLES: dict[ValueType, tuple[Sequence[str], Sequence[str]]] = {
    ValueType.STRING: (
        STRINGS,
        (
            *(
                "a",
                "A*",
                "?b",
                "*",
                "${aws:username}",
                "${aws:PrincipalTag/star}",
                "${aws:none}",
                "${*}",
                "${?}",
            ),
            *(
                "${aws:none, 'ab'}",
                "${aws:TagKeys}",
                "${aws:PrincipalTag/empty}",
                "${aws:PrincipalTag/empty, 'a'}",
            ),
            *("${aws:TagKeys, 'a'}", "a${aws:none,'b'}", "${ AWS:UserName }", ""),
        ),
    ),
    ValueType.NUMERIC: (
        ("10", "10.0", "9.99", "-1", "1e1", "ten", ""),
        ("10", "9", "1e1", "-0.5", "10abc", ""),
    ),
    ValueType.DATE: (
        ("2024-06-01T00:00:00Z", "1717200000", "2024-06-01T02:00:00+02:00", "2024", "1999-12-31", "never"),
        ("2024-06-01", "2024-06-01T00:00:01Z", "1717200000", "2024-06", "2024-06-01T00:00:00.5Z", "soon", ""),
    ),
    ValueType.BOOL: (("true", "FALSE", "1", ""), ("true", "False", "yes", "${aws:username}")),
    ValueType.BINARY: (("YWI=", "YWI", "", "QUI="), ("YWI=", "!!", "")),
    ValueType.IP: (
        ("192.0.2.1", "192.0.2.0/24", "2001:DB8::1", "2001:db8:0:0::1", "::ffff:192.0.2.1", "nowhere", ""),
        ("192.0.2.0/24", "192.0.2.1", "0.0.0.0/0", "::/0", "2001:db8::/32", "192.0.2.77/31", "10.0.0.0/33"),
    ),
    ValueType.ARN: (
        ARNS,
        (
            *ARNS[:1],
            *("arn:aws:sns:*:*:topic", "arn:aws:sns:*:topic", "arn:aws:s?s:us-*-1:1*:t*", "arn:*", "*"),
            *(
                "arn:aws:iam::${aws:PrincipalAccount}:user/${aws:username}",
                "arn:aws:s3:::${aws:PrincipalTag/star}",
            ),
            *(
                "arn:aws:s3:::bucket/${*}",
                "arn:aws:iam::${aws:none}:user/bob",
                "ARN:aws:s3:::bucket/*",
                "${aws:none}",
            ),
            "xarn:aws:iam::111122223333:user/bob",
        ),
    ),
    ValueType.PRESENCE: (("a", "", "true"), ("true", "false", "TRUE", "maybe")),
}


def condition(written: str, values: Sequence[Text]) -> Condition:
    operator = parse_operator(written)
    assert operator is not None
    if operator.operator.variables:
        values = [with_variables(value) for value in values]
    return Condition(operator, KEY, tuple(values), NOWHERE)


def context_values(values: Sequence[str]) -> Iterator[ContextValue | None]:
    """Missing, empty, one value, and some lists."""
    yield None
    yield ()
    yield from values
    yield from ((value,) for value in values)
    yield from (pair for pair in product(values, repeat=2))
    yield ("", "")


NAMES = [
    f"{prefix}{operator.name}{suffix}"
    for operator in OPERATORS
    for prefix in PREFIXES
    for suffix in (("", "IfExists") if operator.name != "Null" else ("",))
]


@pytest.mark.parametrize("written", NAMES)
def test_an_operator_is_its_row_of_the_table(written: str) -> None:
    operator = parse_operator(written)
    assert operator is not None
    in_request, in_policy = SAMPLES[operator.operator.value_type]
    pairs = zip(in_policy, [*in_policy[3:], *in_policy[:3]], strict=True)
    wanted: list[tuple[str, ...]] = [(), *((item,) for item in in_policy), *pairs]
    for value in context_values(in_request):
        context = CONTEXT if value is None else {**CONTEXT, KEY.lower(): value}
        for items in wanted:
            found = holds(condition(written, items), context, [])
            assert found is reference.holds(written, KEY, items, context), (value, items)


@given(
    st.sampled_from(("StringLike", "StringNotLike", "ArnLike", "ArnNotLike", "StringEqualsIgnoreCase")),
    st.lists(
        st.text("ab:*?", max_size=7).map(lambda text: f"arn:{text}:::" if len(text) > 4 else text),
        min_size=1,
        max_size=2,
    ),
    st.text("ab:*", max_size=8).map(lambda text: f"arn:{text}:::" if len(text) > 4 else text),
)
def test_patterns_against_the_reference(written: str, items: list[str], value: str) -> None:
    context: dict[str, ContextValue] = {KEY.lower(): value}
    assert holds(condition(written, items), context, []) is reference.holds(written, KEY, items, context)


@given(st.from_regex(r"-?[0-9]{1,3}(\.[0-9]{1,2})?", fullmatch=True), st.integers(-20, 20))
def test_numbers_against_the_reference(item: str, value: int) -> None:
    for operator in OPERATORS:
        if operator.value_type is ValueType.NUMERIC:
            context: dict[str, ContextValue] = {KEY.lower(): str(value)}
            expected = reference.holds(operator.name, KEY, [item], context)
            assert holds(condition(operator.name, [item]), context, []) is expected


@given(st.ip_addresses().map(str), st.ip_addresses(v=4).map(str), st.integers(0, 32))
def test_addresses_against_the_reference(value: str, network: str, prefix: int) -> None:
    items = [f"{network}/{prefix}", "2001:db8::/3"]
    context: dict[str, ContextValue] = {KEY.lower(): value}
    for written in ("IpAddress", "NotIpAddress"):
        assert holds(condition(written, items), context, []) is reference.holds(written, KEY, items, context)


_minutes = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda count: timezone(timedelta(minutes=count)))
_moments = st.datetimes(datetime(1900, 1, 2), datetime(2100, 1, 1), timezones=_minutes).map(str)  # noqa: DTZ001


@given(_moments, _moments)
def test_dates_against_the_reference(one: str, other: str) -> None:
    for operator in OPERATORS:
        if operator.value_type is ValueType.DATE:
            for item in (one, other):
                context: dict[str, ContextValue] = {KEY.lower(): other}
                found = holds(condition(operator.name, [item]), context, [])
                assert found is reference.holds(operator.name, KEY, [item], context)


# --- what is not documented leaves a doubt ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "item", "value"),
    [
        ("NumericEquals", "10abc", "10"),
        ("DateLessThan", "soon", "2024-01-01"),
        ("IpAddress", "10.0.0.0/33", "10.0.0.1"),
        ("Bool", "yes", "true"),
        ("BinaryEquals", "!!", "YWI="),
        ("ArnEquals", "*", "arn:aws:s3:::b"),
        ("ArnEquals", "arn:aws:short", "arn:aws:s3:::b"),
        ("ArnEquals", "arn:aws:s3:::b", "b"),
        ("Null", "maybe", "x"),
        ("Null", "true", ""),
        ("StringEquals", "a", ("a", "b")),
        ("StringEquals", "${aws:TagKeys}", "a"),
        ("StringEquals", "${aws:PrincipalTag/empty, 'a'}", "a"),
    ],
)
def test_what_is_not_documented_is_a_doubt(written: str, item: str, value: ContextValue) -> None:
    doubts: list[Unknown] = []
    holds(condition(written, [item]), {**CONTEXT, KEY.lower(): value}, doubts)
    assert [doubt.kind for doubt in doubts] == [UnknownKind.UNDOCUMENTED]


@pytest.mark.parametrize(
    "written", ["StringEquals", "NumericEquals", "Null", "ArnNotLike", "Bool", "IpAddress"]
)
def test_plain_cases_leave_no_doubt(written: str) -> None:
    operator = parse_operator(written)
    assert operator is not None
    in_request, in_policy = SAMPLES[operator.operator.value_type]
    doubts: list[Unknown] = []
    holds(condition(written, in_policy[:1]), {KEY.lower(): in_request[0]}, doubts)
    assert doubts == []


@pytest.mark.parametrize(
    ("item", "value", "odd"), [("10abc", "10", "10abc"), ("10", "ten", "ten"), ("a", "b", "a")]
)
def test_a_doubt_names_the_value_that_is_odd(item: str, value: str, odd: str) -> None:
    doubts: list[Unknown] = []
    holds(condition("NumericEquals", [item]), {KEY.lower(): value}, doubts)
    assert [f"`{odd}`" in doubt.reason for doubt in doubts] == [True]


# --- parts that are not known ----------------------------------------------------------------------------------

REASON = Unknown(UnknownKind.UNRESOLVED, "a parameter")
FILLINGS = (
    *(
        "",
        "a",
        "A",
        "b",
        "*",
        "?",
        "bob",
        ":",
        "a:b",
        "aws:sns:us-east-1:111122223333",
        "aws:s3:::bucket/x",
        "s3",
    ),
    *(
        "10",
        "9",
        ".5",
        "2024-06-01",
        "true",
        "false",
        "TRUE",
        "YWI=",
        "192.0.2.1",
        "0.0.0.0/0",
        "::/0",
        "/24",
        "/0",
    ),
    *ARNS,
)


def templates(choices: tuple[str, ...]) -> st.SearchStrategy[Template]:
    """Texts with one hole in them."""
    hole = Hole(REASON, choices, "${Parameter}")
    around = st.sampled_from(
        ("", "a", "*", "?", "arn:", "arn:aws:sns:", ":a?b", ":topic", ":*", "192.0.2.", "1", "ar")
    )
    return st.tuples(around, around, around).map(
        lambda parts: Template(tuple(part for part in (parts[0] + parts[1], hole, parts[2]) if part))
    )


def filled(template: Template, filling: str) -> str:
    return "".join(filling if isinstance(part, Hole) else str(part) for part in template.parts)


def outcomes(
    written: str,
    template: Template,
    others: list[str],
    context: Mapping[str, ContextValue],
    fillings: Sequence[str],
) -> set[object]:
    return {holds(condition(written, [filled(template, f), *others]), context, []) for f in fillings}


_operators_and_values = st.sampled_from(
    [(f"{prefix}{operator.name}", operator.value_type) for operator in OPERATORS for prefix in PREFIXES]
).flatmap(
    lambda chosen: st.tuples(
        st.just(chosen[0]),
        st.lists(st.sampled_from(SAMPLES[chosen[1]][1]).filter(lambda item: "${" not in item), max_size=1),
        st.sampled_from(list(context_values((*SAMPLES[chosen[1]][0], "arn:aws:sns:us-east-1:1:a:b")))),
    )
)


@given(_operators_and_values, templates(()))
def test_a_hole_is_unknown_or_does_not_matter(
    chosen: tuple[str, list[str], ContextValue | None], template: Template
) -> None:
    """A definite answer is right for every filling; one of Unknown has fillings that differ, where we find them."""
    written, others, value = chosen
    context = {} if value is None else {KEY.lower(): value}
    found = holds(condition(written, [template, *others]), context, [])
    if isinstance(found, Unknown):
        assert found == REASON
    else:
        assert outcomes(written, template, others, context, FILLINGS) == {found}


_STRING_OPERATORS = [operator.name for operator in OPERATORS if operator.value_type is ValueType.STRING]


@given(st.sampled_from(_STRING_OPERATORS), templates(()), st.sampled_from(STRINGS))
def test_an_unknown_matters_for_strings(written: str, template: Template, value: str) -> None:
    """What a hole may hold is read off the value, so here fillings that differ are known when there are any."""
    context: dict[str, ContextValue] = {KEY.lower(): value}
    fillings = [value[i:j] for i in range(len(value) + 1) for j in range(i, len(value) + 1)] + [
        "no such text"
    ]
    found = holds(condition(written, [template]), context, [])
    assert isinstance(found, Unknown) is (len(outcomes(written, template, [], context, fillings)) == 2)


@given(
    _operators_and_values, st.lists(st.sampled_from(FILLINGS), min_size=1, max_size=3).map(tuple), st.data()
)
def test_a_hole_of_known_choices_is_unknown_iff_they_differ(
    chosen: tuple[str, list[str], ContextValue | None], choices: tuple[str, ...], data: st.DataObject
) -> None:
    written, others, value = chosen
    template = data.draw(templates(choices))
    context = {} if value is None else {KEY.lower(): value}
    answers = outcomes(written, template, others, context, choices)
    found = holds(condition(written, [template, *others]), context, [])
    if isinstance(found, Unknown):
        # `Null` and several values of a request are decided value by value, which may know less than the whole.
        assert len(answers) == 2 or isinstance(value, tuple) or written.endswith("Null")
    else:
        assert answers == {found}


def test_too_many_choices_are_a_hole_like_any_other() -> None:
    hole = Hole(REASON, tuple("abcdefghi"), "${P}")
    template = Template((hole, hole))
    context: dict[str, ContextValue] = {KEY.lower(): "zz"}
    assert holds(condition("StringEquals", [template]), context, []) == REASON
    assert holds(condition("StringEquals", [Template((hole,))]), context, []) is False


def test_a_definite_value_beside_a_hole_decides() -> None:
    template = Template((Hole(REASON, (), "${P}"),))
    context: dict[str, ContextValue] = {KEY.lower(): "a"}
    assert holds(condition("StringEquals", [template, "a"]), context, []) is True
    assert holds(condition("StringNotEquals", [template, "a"]), context, []) is False
    assert holds(condition("StringEquals", [template]), {}, []) is False
    assert holds(condition("ForAllValues:StringEquals", [template]), {}, []) is True


def test_null_and_what_is_not_known() -> None:
    hole = Template((Hole(REASON, (), "${P}"),))
    doubts: list[Unknown] = []
    assert holds(condition("Null", [hole]), {}, doubts) == REASON
    assert holds(condition("Null", [hole, "true"]), {}, doubts) is True
    assert holds(condition("Null", [Template(("true",))]), {}, doubts) is True
    assert holds(condition("NumericEquals", [Template(("10",))]), {KEY.lower(): "10"}, doubts) is True
    assert doubts == []


def test_an_arn_that_is_not_known_may_be_none() -> None:
    hole = Hole(REASON, (), "${P}")
    context: dict[str, ContextValue] = {KEY.lower(): ARNS[0]}
    for template, positive, negated in (
        (Template((hole, "x")), False, REASON),
        (Template(("arn:aws:s3:::a", hole)), False, True),
        (Template(("arn", hole)), REASON, REASON),
        (Template(("ar", hole, "x")), False, REASON),
    ):
        assert holds(condition("ArnLike", [template]), context, []) == positive
        assert holds(condition("ArnNotLike", [template]), context, []) == negated
    named = with_variables("arn:aws:iam::111122223333:user/${aws:username}")
    other: dict[str, ContextValue] = {**CONTEXT, KEY.lower(): "arn:aws:iam::111122223333:user/BOB"}
    assert holds(condition("ArnLike", [named]), other, []) is False
    assert holds(condition("ArnNotLike", [named]), other, []) is True
    assert holds(condition("ArnNotLike", [with_variables("${aws:username}")]), other, []) is True


def test_an_operator_without_qualifiers() -> None:
    for operator in OPERATORS:
        assert parse_operator(operator.name) == QualifiedOperator(operator)


def test_more_variables_than_a_value_can_have_is_unknown() -> None:
    value = with_variables("${aws:username}" * 28)
    found = holds(condition("StringEquals", [value]), {**CONTEXT, KEY.lower(): "bob" * 28}, [])
    assert isinstance(found, Unknown)
    assert found.kind is UnknownKind.NOT_MODELLED
