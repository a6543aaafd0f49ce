"""Policy variables and holes in values."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wa_policy.iam.text import Hole, Template, Variable, with_variables
from wa_policy.iam.unknown import Unknown, UnknownKind

HOLE = Hole(Unknown(UnknownKind.UNRESOLVED, "parameter `Team`"), written="${Team}")

variable_texts = st.lists(
    st.sampled_from(
        ("a", "$", "{", "}", "'", ",", " ", "${", "${k}", "${K, 'd'}", "${*}", "${?}", "${$}", "${}")
    ),
    max_size=8,
).map("".join)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("${aws:UserName}", (Variable("aws:username", None, "${aws:UserName}"),)),
        ("a${ k }b", ("a", Variable("k", None, "${ k }"), "b")),
        ("${k, 'Nobody }, really'}", (Variable("k", "Nobody }, really", "${k, 'Nobody }, really'}"),)),
        ("${k,''}", (Variable("k", "", "${k,''}"),)),
        ("${k , 'd' }", (Variable("k", "d", "${k , 'd' }"),)),
        ("${*}${?}", (Variable("*", None, "${*}"), Variable("?", None, "${?}"))),
        ("$${$}}", ("$", Variable("$", None, "${$}"), "}")),
        ("${a}${b}", (Variable("a", None, "${a}"), Variable("b", None, "${b}"))),
    ],
)
def test_variables_are_found(text: str, parts: tuple[str | Variable, ...]) -> None:
    assert with_variables(text) == Template(parts)


@pytest.mark.parametrize(
    "text", ["", "plain", "$", "${", "${}", "${ }", "${unclosed", "${k, default}", "${k, 'open}", "$ {k}"]
)
def test_what_is_no_variable_is_literal_text(text: str) -> None:
    assert with_variables(text) == text


@given(variable_texts)
def test_a_template_is_written_as_it_was(text: str) -> None:
    assert str(with_variables(text)) == text


@given(variable_texts)
def test_finding_variables_twice_changes_nothing(text: str) -> None:
    found = with_variables(text)
    assert with_variables(found) == found


@given(st.lists(variable_texts | st.just(HOLE), max_size=4))
def test_holes_stay_and_the_text_around_them_is_searched(parts: list[str | Hole]) -> None:
    found = with_variables(Template(tuple(parts)))
    assert isinstance(found, Template)
    assert found.holes == tuple(part for part in parts if isinstance(part, Hole))
    assert str(found) == "".join(part if isinstance(part, str) else part.written for part in parts)
    for text in parts:
        if isinstance(text, str):
            alone = with_variables(text)
            assert set(alone.parts if isinstance(alone, Template) else [alone]) <= set(found.parts)


def test_special_variables_are_known_as_such() -> None:
    assert all(Variable(key, None, f"${{{key}}}").is_special for key in "*?$")
    assert not Variable("aws:username", None, "${aws:username}").is_special


def test_an_unknown_says_its_kind_and_reason() -> None:
    assert str(HOLE.reason) == "unresolved: parameter `Team`"


@pytest.mark.parametrize(
    "text", ["${" + " " * 5_000, "${a" + " " * 5_000 + "b", "${k," + " " * 5_000 + "'", "${" * 2_000]
)
def test_hostile_text_takes_no_time(text: str) -> None:
    start = time.process_time()
    assert with_variables(text) == text
    assert time.process_time() - start < 1
