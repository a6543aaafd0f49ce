"""Ordinary YAML is read straight from the parser's events: the value must be the one that its nodes give."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from wa_policy.loaders.yaml_ordinary import NOT_ORDINARY, ordinary_value
from wa_policy.loaders.yaml_values import read_nodes, read_yaml

SCALARS = st.sampled_from(
    [
        "a", "''", '"b"', "'1'", "1", "-2", "007", "1.50", "1.5", "true", "True", "yes", "null", "~", "2012-10-17",
        "!Ref A", "!GetAtt A.B.C", "!Sub 'x${A}'", "!Foo x", "! 3", "!!str 4", "!!int x", "&n z", "*n", ".inf", '"\\u00e9"',
        "arn:aws:s3:::b", "- a", "{a: 1, a: 2}", "[]", "{}", "<<",
    ]
)  # fmt: skip
TEXTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]")
        | st.lists(st.tuples(SCALARS, inner), max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        )
        | inner.map(lambda text: f"!Join {text}")
        | inner.map(lambda text: f"&n {text}")
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A: 1\nB: [x, 'y', 2.5, ~]\n", {"A": 1, "B": ["x", "y", 2.5, None]}),
        ("yes: 2012-10-17\n", {"yes": "2012-10-17"}),
        ("- !Ref A\n- !GetAtt A.B.C\n", [{"Ref": "A"}, {"Fn::GetAtt": ["A", "B.C"]}]),
        ("a: !Join ['', [!Sub x, {b: c}]]\n", {"a": {"Fn::Join": ["", [{"Fn::Sub": "x"}, {"b": "c"}]]}}),
        ("--- {a: {}}\n...\n", {"a": {}}),
    ],
)
def test_ordinary_text_has_its_value(text: str, value: Any) -> None:
    assert ordinary_value(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2\n",  # a doubled key
        "a: &x 1\nb: *x\n",
        "a: &x [1]\n",
        "<<: {a: 1}\n",
        "a: !Foo 1\n",
        "a: !!int x\n",
        "!Ref a: 1\n",
        "? [a]\n: 1\n",
        "a: .inf\n",
        "a: 1\n---\nb: 2\n",
        "a: 1\n---\n",
        "text",
        "",
        "a: [1\n",
        "a: \x01\n",
        'a: "\\ud800"\n',
        "a: " + "[" * 300 + "]" * 300,
        "a: " + "!Join [" * 100 + "]" * 100,
    ],
)
def test_all_else_is_left_to_the_nodes(text: str) -> None:
    assert ordinary_value(text) is NOT_ORDINARY


@given(TEXTS | st.text(alphabet="{}[]:,-&*!'\"|>#%?~ \n01aby<=._"))
def test_both_ways_read_the_same(text: str) -> None:
    reading = read_nodes("a.yaml", text)
    read = read_yaml("a.yaml", text)
    assert repr((read.values, read.problems)) == repr((reading.values, reading.problems))
    assert read.several == reading.several
    value = ordinary_value(text)
    if value is not NOT_ORDINARY:
        assert repr(value) == repr(reading.values[0][1])  # 1 is no 1.0 and no True
        assert (reading.problems, reading.several, len(reading.values)) == ([], False, 1)


@given(TEXTS)
def test_the_pure_parser_gives_the_same(text: str) -> None:
    from wa_policy.loaders import yaml_nodes

    before = yaml_nodes.LOADER
    first = ordinary_value(text)
    try:
        yaml_nodes.LOADER = yaml.SafeLoader
        second = ordinary_value(text)
    finally:
        yaml_nodes.LOADER = before
    if first is not NOT_ORDINARY and second is not NOT_ORDINARY:
        assert repr(first) == repr(second)
