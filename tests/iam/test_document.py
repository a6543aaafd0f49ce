"""Policies printed as JSON and read again (law 7)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from tests.strategies import json_values, mutated_policies, raw_policies
from wa_policy.errors import InternalError
from wa_policy.iam.document import to_document
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy
from wa_policy.iam.source import Source
from wa_policy.iam.text import Hole, Template
from wa_policy.iam.unknown import Unknown, UnknownKind


def read(raw: object) -> Policy:
    policy, problems = parse_policy(raw)
    assert problems == ()
    return policy


@given(raw_policies())
def test_what_was_printed_is_read_as_the_same_policy(raw: dict[str, Any]) -> None:
    policy = read(raw)
    printed = to_document(policy)
    assert read(printed) == policy
    assert read(json.dumps(printed)) == policy
    assert to_document(read(printed)) == printed


@given(mutated_policies() | json_values)
def test_what_could_be_read_of_a_bad_policy_is_printed(raw: object) -> None:
    policy, _ = parse_policy(raw)
    printed = to_document(policy)
    again, _ = parse_policy(printed)
    assert again.statements == policy.statements
    assert again.unreadable == ()
    assert to_document(again) == printed


@given(raw_policies())
def test_two_policies_that_say_the_same_are_equal_wherever_they_stand(raw: dict[str, Any]) -> None:
    here, _ = parse_policy(raw, Source("here.json", "/a"))
    assert here == read(raw)


def test_the_form_of_a_document() -> None:
    raw = {
        "Version": "2012-10-17",
        "Id": "id",
        "Statement": {
            "Sid": "One",
            "Effect": "Deny",
            "NotPrincipal": {
                "AWS": ["111122223333", "*"],
                "Service": "lambda.amazonaws.com",
                "CanonicalUser": "79a5",
            },
            "NotAction": "s3:*",
            "NotResource": ["arn:aws:s3:::${aws:username}"],
            "Condition": {"foranyvalue:stringlike": {"aws:TagKeys": "a", "n": 1}, "Bool": {"b": True}},
        },
    }
    assert to_document(read(raw)) == {
        "Version": "2012-10-17",
        "Id": "id",
        "Statement": [
            {
                "Sid": "One",
                "Effect": "Deny",
                "NotPrincipal": {
                    "AWS": ["111122223333", "*"],
                    "Service": ["lambda.amazonaws.com"],
                    "CanonicalUser": ["79a5"],
                },
                "NotAction": ["s3:*"],
                "NotResource": ["arn:aws:s3:::${aws:username}"],
                "Condition": {
                    "ForAnyValue:StringLike": {"aws:TagKeys": ["a"], "n": ["1"]},
                    "Bool": {"b": ["true"]},
                },
            }
        ],
    }


def test_everyone_is_printed_as_a_star_and_a_hole_as_it_was_written() -> None:
    hole = Template((Hole(Unknown(UnknownKind.UNRESOLVED, "parameter `Account`"), written="${Account}"),))
    for principal, printed in (({"AWS": "*"}, "*"), ({"Service": hole}, {"Service": ["${Account}"]})):
        policy = read({"Statement": {"Effect": "Allow", "Principal": principal, "Action": "*"}})
        assert to_document(policy)["Statement"][0]["Principal"] == printed


def test_a_condition_that_cannot_be_printed_is_not_dropped_in_silence() -> None:
    policy = read(
        {"Statement": {"Effect": "Deny", "Action": "*", "Condition": {"StringNotEquals": {"k": "a"}}}}
    )
    (statement,) = policy.statements
    twice = type(statement)(
        statement.effect, None, statement.action, None, statement.conditions * 2, None, statement.source
    )
    with pytest.raises(InternalError, match="`k` twice"):
        to_document(Policy(None, (twice,), policy.source))
