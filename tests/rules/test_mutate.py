"""The changes of a rule that its examples have to notice, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from wa_policy.rules.mutate import mutants


def changes(**rule: Any) -> list[str]:
    return [f"{mutant.pointer} {mutant.what}" for mutant in mutants(rule)]


def test_a_test_of_one_property() -> None:
    assert changes(require={"Timeout": {"at_most": 3}}) == [
        "/require/Timeout/at_most `below` instead",
        "/require/Timeout/at_most the other direction",
    ]
    assert changes(require={"Runtime": {"in": ["a"]}}) == ["/require/Runtime/in `not_in` instead"]
    assert changes(require={"Runtime": {"matches": "a*"}}) == ["/require/Runtime/matches `exists` instead"]
    assert changes(require={"Runtime": {"exists": True}}) == ["/require/Runtime/exists `false` instead"]


def test_connectives_and_their_branches() -> None:
    one, two = {"A": {"exists": True}}, {"B": {"exists": False}}
    assert changes(require={"any_of": [one, two]}) == [
        "/require/any_of `all_of` instead",
        "/require/any_of/0 left out",
        "/require/any_of/0/A/exists `false` instead",
        "/require/any_of/1 left out",
        "/require/any_of/1/B/exists `true` instead",
    ]
    assert changes(require={"none_of": [one]}) == [
        "/require/none_of `any_of` instead",
        "/require/none_of/0/A/exists `false` instead",
    ]


def test_when_is_left_out_as_a_whole_only_if_it_is_one_test() -> None:
    one, two = {"A": {"exists": True}}, {"B": {"exists": False}}
    assert changes(when=one) == ["/when left out", "/when/A/exists `false` instead"]
    assert "/when left out" not in changes(when={**one, **two})
    assert "/when left out" not in changes(when={"all_of": [one, two]})


def test_parameters_parts_and_related() -> None:
    assert changes(when={"parameter": "p", "is": "empty"}) == [
        "/when left out",
        "/when/is `not_empty` instead",
    ]
    both = changes(when={"parameter": "p", "is": "empty", "A": {"exists": True}})
    assert "/when/parameter left out" in both
    assert changes(require={"List": {"any": {"value": {"equals": 1}}}}) == [
        "/require/List/any `all` instead",
        "/require/List/any/value/equals `exists` instead",
    ]
    assert changes(require={"related": {"role": {"count": {"at_most": 1}}}}) == [
        "/require/related/role/count/at_most the other direction",
        "/require/related/role/count/at_most `0` instead",
    ]
    assert changes(each={"methods": {}, "where": {"item": {"A": {"exists": True}}}}) == [
        "/each/where left out",
        "/each/where/item/A/exists `false` instead",
    ]


def test_requests() -> None:
    found = changes(
        forbid={
            "mode": "all",
            "exempt": "$x",
            "any_of": [
                {"action": ["a:B", "a:C"], "context": {"k": {"absent": True}}},
                {"action": ["a:B", "a:C"], "context": {"k": {"absent": False, "one_of": ["x"]}}},
            ],
        }
    )
    assert found == [
        "/forbid/mode `any` instead",
        "/forbid/exempt left out",
        "/forbid/any_of/0 left out",
        "/forbid/any_of/0/context/k left out",
        "/forbid/any_of/0/context/k/absent `false` instead",
        "/forbid/any_of/1 left out",
        "/forbid/any_of/1/context/k left out",
        # `absent: false` is not left out: the first class has the requests without the key.
        "/forbid/any_of/1/context/k/absent `true` instead",
        "/forbid/any_of/1/context/k/one_of left out",
    ]
    assert changes(permit={"action": ["a:B"], "not_action": ["a:C"]}) == ["/permit/not_action left out"]


def test_no_mutant_is_the_rule_itself_or_comes_twice() -> None:
    rule = {"id": "x", "when": {"all_of": [{"A": {"exists": True}}]}, "examples": [1]}
    found = [mutant.raw for mutant in mutants(rule)]
    assert rule not in found
    assert all(one["examples"] == [1] for one in found)
    assert rule == {"id": "x", "when": {"all_of": [{"A": {"exists": True}}]}, "examples": [1]}


@pytest.mark.parametrize("word", ["shape", "no_path", "manual"])
def test_other_checks_have_no_operators(word: str) -> None:
    assert changes(**{word: {"x": {"y": 1}}}) == []
