"""Nothing makes the reader of policies raise: any JSON, damaged policies, any text, depth, huge numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.iam.parsing import GOOD, HERE, assert_style, problem_of, read
from tests.strategies import json_values, mutated_policies, raw_policies
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import PolicyKind


def check_answer(raw: object, kind: PolicyKind | None) -> None:
    policy, problems = parse_policy(raw, HERE, kind)
    for problem in problems:
        assert_style(problem)
        assert problem.file == HERE.file
        assert problem.pointer.startswith(HERE.pointer)
    if policy.unreadable:
        assert problems


@settings(max_examples=300)
@given(json_values, st.sampled_from((None, *PolicyKind)))
def test_no_json_makes_it_raise(raw: object, kind: PolicyKind | None) -> None:
    check_answer(raw, kind)
    check_answer({"Statement": raw}, kind)
    check_answer({"Statement": {**GOOD, "Principal": raw}}, kind)
    check_answer({"Statement": {**GOOD, "Condition": raw}}, kind)
    check_answer(json.dumps(raw), kind)


@settings(max_examples=300)
@given(mutated_policies(), st.sampled_from((None, *PolicyKind)))
def test_no_damaged_policy_makes_it_raise(raw: object, kind: PolicyKind | None) -> None:
    check_answer(raw, kind)


@given(st.text(max_size=30) | st.text('{}[]":,\\%0123456789aeflnrstu ', max_size=30))
def test_no_text_makes_it_raise(text: str) -> None:
    policy, problems = parse_policy(text, HERE)
    assert policy.unreadable or policy.statements or problems == ()
    for problem in problems:
        assert_style(problem)


@given(mutated_policies())
def test_every_problem_points_at_a_place_of_the_document(raw: object) -> None:
    _, problems = parse_policy(raw)
    for problem in problems:
        place: Any = raw
        for token in problem.pointer.split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            place = place[int(key)] if isinstance(place, list) else place[key]


@given(raw_policies(), st.data())
def test_a_statement_is_read_or_listed_as_unreadable(raw: dict[str, Any], data: st.DataObject) -> None:
    statements = raw["Statement"] if isinstance(raw["Statement"], list) else [raw["Statement"]]
    bad = [data.draw(st.booleans()) for _ in statements]
    damaged = [{**s, "Effect": "allow"} if b else s for s, b in zip(statements, bad, strict=True)]
    policy, problems = parse_policy({**raw, "Statement": damaged})
    expected = read({**raw, "Statement": [s for s, b in zip(statements, bad, strict=True) if not b]})
    assert policy.statements == expected.statements
    assert [problem.pointer for problem in problems] == [
        f"/Statement/{i}/Effect" for i, b in enumerate(bad) if b
    ]
    assert [reason.reason for reason in policy.unreadable] == [
        f"statement at `{problem.pointer.removesuffix('/Effect')}`: {problem.message}" for problem in problems
    ]


@pytest.mark.parametrize(
    "element", ["Sid", "Effect", "Action", "Resource", "Principal", "Condition", "Id", "Version"]
)
def test_deep_nesting_is_a_problem_and_no_crash(element: str) -> None:
    deep: list[Any] = []
    for _ in range(50_000):
        deep = [deep]
    document = {"Id": deep, "Version": deep} if element in ("Id", "Version") else {}
    policy, problems = parse_policy({"Statement": [{**GOOD, element: deep}, GOOD], **document})
    assert problems
    assert policy.statements[-1:] == read({"Statement": GOOD}).statements


def test_text_that_is_nested_too_deeply() -> None:
    problem = problem_of('{"Statement":' + "[" * 100_000 + "]" * 100_000 + "}")
    assert (problem.code, problem.pointer) == ("policy-not-json", "/Policy")
    assert "nested too deeply" in problem.message


def test_huge_numbers() -> None:
    huge = 10**5_000
    condition = {"NumericEquals": {"k": huge}}
    assert problem_of({"Statement": {**GOOD, "Condition": condition}}).pointer.endswith("/NumericEquals/k")
    assert "a very large number" in problem_of({"Statement": {**GOOD, "Effect": huge}}).message
    assert "too many digits" in problem_of('{"Statement":' + "1" * 5_000 + "}").message
