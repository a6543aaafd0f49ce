"""Tests that nothing meets, and branches that do not matter."""

from __future__ import annotations

from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.rules.contradictions import contradictions
from wa_policy.rules.pack import load_sources, policies_folder


def places(test: dict[str, Any]) -> list[str]:
    return [pointer for pointer, _, _ in contradictions({"require": test})]


@pytest.mark.parametrize(
    ("test", "pointer"),
    [
        ({"A": {"equals": 1, "in": [2, 3]}}, "/require/A/in"),
        ({"A": {"equals": 1, "not_in": [1, 2]}}, "/require/A/not_in"),
        ({"A": {"in": [1, 2], "not_in": [1, 2, 3]}}, "/require/A/not_in"),
        ({"A": {"at_least": 5, "at_most": 4}}, "/require/A/at_most"),
        ({"A": {"above": 5, "at_most": 5}}, "/require/A/at_most"),
        ({"A": {"exists": False, "equals": 1}}, "/require/A/equals"),
        ({"A": {"at_most": 4}, "all_of": [{"A": {"at_least": 5}}]}, "/require/all_of/0/A/at_least"),
        ({"all_of": [{"A": {"equals": 1}}, {"A": {"equals": "1"}}]}, "/require/all_of/1/A/equals"),
        ({"all_of": [{"parameter": "p", "is": "empty"}, {"parameter": "p", "is": "not_empty"}]}, "/require/all_of/1/is"),
        ({"is_x": {}, "none_of": [{"is_x": {}}]}, "/require/none_of/0"),
        ({"any_of": [{"B": {"exists": True}}, {"A": {"equals": 1, "in": [2]}}]}, "/require/any_of/1/A/in"),
        ({"L": {"any": {"A": {"above": 1, "below": 1}}}}, "/require/L/any/A/below"),
        ({"related": {"role": {"none": {"A": {"equals": 1, "in": [2]}}}}}, "/require/related/role/none/A/in"),
        ({"any_of": [{"A": {"equals": 1}}, {"A": {"equals": 1}}]}, "/require/any_of/1"),
        ({"A": {"equals": 1}, "any_of": [{"A": {"equals": 1}}, {"B": {"equals": 1}}]}, "/require/any_of/0"),
    ],
)  # fmt: skip
def test_what_cannot_hold_or_does_not_matter_is_found(test: dict[str, Any], pointer: str) -> None:
    assert places(test) == [pointer]


@pytest.mark.parametrize(
    "test",
    [
        {"A": {"equals": 1, "in": [1, 2]}},
        {"A": {"equals": 1, "in": [True]}, "B": {"exists": True}} | {"A": {"in": [1, 2], "not_in": [1]}},
        {"A": {"at_least": 5, "at_most": 5}},
        {"A": {"equals": "$p", "in": [2]}},
        {"A": {"at_least": "$low", "at_most": "$high"}},
        {"any_of": [{"A": {"equals": 1}}, {"A": {"equals": 2}}]},
        {"none_of": [{"A": {"equals": 1}}, {"A": {"equals": 2}}]},
        {"A": {"exists": False}, "B": {"equals": 1}},
        {"A": {"default": 3, "equals": 3, "exists": False}},
        {"L": {"any": {"value": {"equals": 1}}}, "M": {"any": {"value": {"equals": 2}}}},
        {"A": {"exists": False, "not_in": [1]}},
    ],
)
def test_what_can_hold_is_left_alone(test: dict[str, Any]) -> None:
    assert places(test) == []


def test_when_and_where_are_looked_at_too() -> None:
    never = {"A": {"equals": 1, "in": [2]}}
    found = contradictions({"when": never, "each": {"x": {}, "where": never}})
    assert [pointer for pointer, _, _ in found] == ["/when/A/in", "/each/where/A/in"]


def test_the_pack_has_none(catalog: Catalog) -> None:
    found = [
        (source.rule.id, *finding)
        for source in load_sources([policies_folder()], catalog)
        for finding in contradictions(source.raw)
    ]
    assert found == []
