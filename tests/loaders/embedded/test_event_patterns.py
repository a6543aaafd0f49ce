"""Event patterns; the examples follow https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wa_policy.errors import Problem
from wa_policy.iam.source import Source
from wa_policy.iam.text import Hole, Template
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.loaders.embedded.event_patterns import read_event_pattern

HERE = Source("rule.json", "/EventPattern")
OPEN = Unknown(UnknownKind.UNRESOLVED, "the parameter `Bucket`, which has no default")
PART = Template((Hole(OPEN, (), "${Bucket}"),))


def read(value: Any) -> tuple[Any, tuple[Problem, ...]]:
    return read_event_pattern("EventPattern", value, lambda keys: HERE.at(*keys))


def test_fields_with_values_and_operators() -> None:
    found, problems = read(
        {
            "source": ["aws.ec2"],
            "detail-type": ["EC2 Instance State-change Notification"],
            "detail": {
                "state": ["terminated", {"prefix": "stop"}],
                "size": [{"numeric": [">", 0, "<=", 5]}, None, True],
                "tag": [{"anything-but": ["x"]}],
            },
        }
    )
    assert problems == ()
    assert found["Fields"] == (
        {"Path": "source", "Values": ("aws.ec2",), "Operators": ("equals",)},
        {
            "Path": "detail-type",
            "Values": ("EC2 Instance State-change Notification",),
            "Operators": ("equals",),
        },
        {"Path": "detail.state", "Values": ("terminated",), "Operators": ("equals", "prefix")},
        {"Path": "detail.size", "Values": (None, True), "Operators": ("numeric", "equals")},
        {"Path": "detail.tag", "Values": (), "Operators": ("anything-but",)},
    )
    assert (found["Sources"], found["DetailTypes"]) == (
        ("aws.ec2",),
        ("EC2 Instance State-change Notification",),
    )
    assert (found["Of"], found["MatchesAll"], found["HasAlternatives"]) == ("EventPattern", False, False)


def test_alternatives_are_fields_of_where_they_stand() -> None:
    found, problems = read({"detail": {"$or": [{"a": [1]}, {"b": [2]}]}})
    assert problems == ()
    assert [field["Path"] for field in found["Fields"]] == ["detail.a", "detail.b"]
    assert found["HasAlternatives"] is True


def test_the_empty_pattern_matches_all() -> None:
    assert read({})[0]["MatchesAll"] is True


def test_what_is_not_known_is_unknown_in_its_place_only() -> None:
    found, problems = read({"source": [PART, "x"], "detail": {"a": OPEN, "b": [OPEN]}, "$or": [OPEN]})
    assert problems == ()
    assert found["Fields"] == (
        {"Path": "source", "Values": (OPEN, "x"), "Operators": ("equals",)},
        {"Path": "detail.a", "Values": OPEN, "Operators": OPEN},
        {"Path": "detail.b", "Values": (OPEN,), "Operators": (OPEN,)},
        OPEN,
    )
    assert read(OPEN) == (OPEN, ())
    assert read(PART) == (OPEN, ())


@pytest.mark.parametrize(
    ("value", "place", "words"),
    [
        (["a"], "", "found an event pattern that is a list, expected an object"),
        ({"source": "aws.ec2"}, "/source", "found the text `aws.ec2` as `source`, expected a list or an object"),
        ({"source": []}, "/source", "found an empty list as `source`, expected at least one value"),
        ({"source": [["a"]]}, "/source/0", "found a list inside of the list of `source`, expected a value"),
        ({"source": [{"begins": "a"}]}, "/source/0", "found the operator `begins`, expected one of anything-but, cidr, equals-ignore-case, exists, numeric, prefix, suffix, wildcard"),
        ({"$or": ["a"]}, "/$or/0", "found the text `a` in `$or`, expected an object"),
    ],
)  # fmt: skip
def test_a_malformed_pattern_is_a_problem_with_its_place(value: Any, place: str, words: str) -> None:
    _, problems = read(value)
    assert [(one.file, one.pointer, one.code, one.message) for one in problems] == [
        ("rule.json", f"/EventPattern{place}", "event-pattern", words)
    ]


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4), st.just(OPEN), st.just(PART))
NAMES = st.sampled_from(["source", "detail", "$or", "prefix", "anything-but", "x"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=20,
)


@given(VALUES)
def test_no_pattern_crashes_it(value: Any) -> None:
    found, problems = read(value)
    assert isinstance(found, dict | Unknown)
    assert all(one.pointer.startswith("/EventPattern") for one in problems)
