"""Merging makes statements fewer and shorter, and what they deny together stays what it was."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given

from tests.guardrails.statements import (
    all_blocks,
    all_requests_about,
    deny,
    is_denied,
    own_keys_only,
    related,
)
from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.guardrails.join import joined
from wa_policy.guardrails.merge import Piece, in_pairs, merged
from wa_policy.guardrails.minify import minified, short, size_of
from wa_policy.guardrails.tidy import tidied
from wa_policy.iam.policy import Statement

CATALOG = load_catalog()
EXEMPT = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/break-glass"}}


def pieces(*statements: Statement) -> list[Piece]:
    return [Piece(statement, (f"rule-{number}",)) for number, statement in enumerate(statements)]


def texts(found: tuple[Piece, ...] | list[Piece]) -> list[dict[str, Any]]:
    return [short(piece.statement) for piece in found]


@given(related())
def test_the_same_requests_are_denied(statements: list[Statement]) -> None:
    after = [piece.statement for piece in merged(pieces(*statements), CATALOG)]
    for request in all_requests_about(statements):
        assert is_denied(statements, request) is is_denied(after, request), (request, texts(pieces(*after)))


@pytest.mark.parametrize("key", ["lambda:VpcIds", "lambda:SubnetIds", "aws:PrincipalArn", "aws:SourceIp"])
def test_any_two_conditions_on_a_key(key: str) -> None:
    statements = [deny(Action="lambda:CreateFunction", Condition=block) for block in all_blocks(key)]
    asked = all_requests_about(statements)
    lambda_only = [one for one in asked if one.action == "lambda:CreateFunction" and one.resource == "*"]
    denied = {
        number: [is_denied([one], request) for request in lambda_only]
        for number, one in enumerate(statements)
    }
    for (i, one), (j, other) in combinations(enumerate(statements), 2):
        after = [piece.statement for piece in merged(pieces(one, other), CATALOG)]
        for request, first, second in zip(lambda_only, denied[i], denied[j], strict=True):
            assert is_denied(after, request) is (first or second), (request, texts(pieces(one, other)))


@given(related())
def test_it_never_grows_and_a_second_run_changes_nothing(statements: list[Statement]) -> None:
    once = merged(pieces(*statements), CATALOG)
    assert len(once) <= len(statements)
    assert sum(size_of(p.statement) for p in once) <= sum(map(size_of, statements))
    assert merged(once, CATALOG) == once


@given(related())
def test_every_rule_is_still_named(statements: list[Statement]) -> None:
    named = {rule for piece in merged(pieces(*statements), CATALOG) for rule in piece.rules}
    assert named == {
        piece.rules[0] for piece in pieces(*statements) if tidied(piece.statement, CATALOG) is not None
    }


@given(related(), related())
def test_joining_changes_nothing_for_requests_that_aws_makes(
    some: list[Statement], others: list[Statement]
) -> None:
    statements = [*some, *others]
    exact = merged(pieces(*statements), CATALOG)
    after = in_pairs(exact, lambda one, other: joined(one, other, CATALOG), CATALOG)
    asked = all_requests_about(some) + all_requests_about(others)
    for request in {str(one): one for one in map(own_keys_only, asked)}.values():
        assert is_denied(statements, request) is is_denied([p.statement for p in after], request)


# --- by hand -----------------------------------------------------------------------------------------------------------


def test_actions_of_equal_statements_are_united(catalog: Catalog) -> None:
    found = merged(
        pieces(
            deny(Action="organizations:LeaveOrganization", Condition=EXEMPT),
            deny(Action=["ec2:CreateInternetGateway", "ec2:AttachInternetGateway"], Condition=EXEMPT),
        ),
        catalog,
    )
    assert texts(found) == [
        {
            "Effect": "Deny",
            "Action": [
                "ec2:AttachInternetGateway",
                "ec2:CreateInternetGateway",
                "organizations:LeaveOrganization",
            ],
            "Resource": "*",
            "Condition": EXEMPT,
        }
    ]
    assert found[0].rules == ("rule-0", "rule-1")


def test_resources_of_equal_statements_are_united(catalog: Catalog) -> None:
    found = merged(
        pieces(
            deny(Action="s3:*", Resource="arn:aws:s3:::b"), deny(Action="s3:*", Resource="arn:aws:s3:::c")
        ),
        catalog,
    )
    assert texts(found) == [
        {"Effect": "Deny", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::c"]}
    ]


def test_other_conditions_are_kept_apart(catalog: Catalog) -> None:
    statements = (
        deny(Action="lambda:CreateFunction", Condition={"StringNotEquals": {"lambda:VpcIds": "vpc-1"}}),
        deny(Action="lambda:CreateFunction", Condition={"Null": {"lambda:SubnetIds": "true"}}),
    )
    assert len(merged(pieces(*statements), catalog)) == 2
    elsewhere = (
        deny(Action="s3:*", Resource="arn:aws:s3:::b/*", Condition=values("StringEquals", "s3:prefix", "x")),
        deny(Action="s3:*", Resource="arn:aws:s3:::c/*", Condition=values("StringEquals", "s3:prefix", "y")),
    )
    assert len(merged(pieces(*elsewhere), catalog)) == 2


def values(operator: str, key: str, *found: str) -> dict[str, Any]:
    return {operator: {key: list(found) if len(found) > 1 else found[0]}}


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        pytest.param(
            values("StringEquals", "lambda:Principal", "a"),
            values("StringEquals", "lambda:Principal", "b"),
            values("StringEquals", "lambda:Principal", "a", "b"),
            id="a positive operator: either value",
        ),
        pytest.param(
            values("ForAnyValue:StringEquals", "lambda:Layer", "a"),
            values("ForAnyValue:StringEquals", "lambda:Layer", "b"),
            values("ForAnyValue:StringEquals", "lambda:Layer", "a", "b"),
            id="ForAnyValue: either value",
        ),
        pytest.param(
            values("StringNotEquals", "lambda:Principal", "a", "b"),
            values("StringNotEquals", "lambda:Principal", "b", "c"),
            values("StringNotEquals", "lambda:Principal", "b"),
            id="a negated operator: only what neither lets through",
        ),
        pytest.param(
            values("StringNotEquals", "lambda:Principal", "a"),
            values("StringNotEquals", "lambda:Principal", "b"),
            {},
            id="a negated operator: nothing is let through by both",
        ),
        pytest.param(
            values("Null", "lambda:VpcIds", "true"),
            values("StringNotEquals", "lambda:VpcIds", "a"),
            values("StringNotEquals", "lambda:VpcIds", "a"),
            id="a negated operator is true on a missing key",
        ),
        pytest.param(
            values("Null", "lambda:VpcIds", "true"),
            {"Null": {"lambda:VpcIds": "false"}, "StringNotEquals": {"lambda:VpcIds": "a"}},
            values("StringNotEquals", "lambda:VpcIds", "a"),
            id="missing, or there and wrong",
        ),
        pytest.param(
            values("Bool", "aws:SecureTransport", "true"),
            values("Bool", "aws:SecureTransport", "false"),
            values("Bool", "aws:SecureTransport", "false", "true"),
            id="both values of a flag still want it to be there",
        ),
        pytest.param(
            values("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"),
            values("NotIpAddress", "aws:SourceIp", "10.0.0.0/8", "10.1.0.0/16"),
            values("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"),
            id="a range within another says nothing",
        ),
        pytest.param(
            values("StringNotEqualsIfExists", "aws:SourceVpc", "a"),
            values("StringNotEquals", "aws:SourceVpc", "a"),
            values("StringNotEquals", "aws:SourceVpc", "a"),
            id="IfExists adds nothing to a negated operator",
        ),
        pytest.param(
            values("ArnNotEquals", "lambda:FunctionArn", "arn:aws:lambda:*:*:function:a"),
            values("ArnNotLike", "lambda:FunctionArn", "arn:aws:lambda:*:*:function:a"),
            values("ArnNotLike", "lambda:FunctionArn", "arn:aws:lambda:*:*:function:a"),
            id="ArnEquals is ArnLike",
        ),
    ],
)
def test_conditions_on_one_key(
    first: dict[str, Any], second: dict[str, Any], both: dict[str, Any], catalog: Catalog
) -> None:
    made = [deny(Action="lambda:CreateFunction", Condition=one) for one in (first, second)]
    expected = {"Effect": "Deny", "Action": "lambda:CreateFunction", "Resource": "*"}
    assert texts(merged(pieces(*made), catalog)) == [expected | ({"Condition": both} if both else {})]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(
            values("ForAllValues:StringEquals", "lambda:Layer", "a"),
            values("ForAllValues:StringEquals", "lambda:Layer", "b"),
            id="ForAllValues: a and b together fit neither",
        ),
        pytest.param(
            values("Null", "lambda:SubnetIds", "true"),
            values("ForAnyValue:StringNotEquals", "lambda:SubnetIds", "a"),
            id="ForAnyValue is false on a missing key",
        ),
        pytest.param(
            values("StringNotLike", "lambda:Principal", "a*"),
            values("StringNotLike", "lambda:Principal", "*b"),
            id="patterns that overlap in part",
        ),
        pytest.param(
            values("ForAnyValue:StringNotEquals", "lambda:Layer", "a"),
            values("ForAnyValue:StringNotEquals", "lambda:Layer", "b"),
            id="nothing in common still wants a value",
        ),
    ],
)
def test_conditions_that_no_operator_unites(
    first: dict[str, Any], second: dict[str, Any], catalog: Catalog
) -> None:
    made = [deny(Action="lambda:CreateFunction", Condition=one) for one in (first, second)]
    assert len(merged(pieces(*made), catalog)) == 2


def test_what_another_statement_denies_anyway_is_left_out(catalog: Catalog) -> None:
    found = merged(
        pieces(
            deny(Action="lambda:*"),
            deny(
                Action=["lambda:CreateFunction", "s3:PutObject"],
                Condition={"Null": {"aws:SourceVpc": "true"}},
            ),
        ),
        catalog,
    )
    assert [one["Action"] for one in texts(found)] == ["lambda:*", "s3:PutObject"]
    assert [piece.rules for piece in found] == [("rule-0", "rule-1"), ("rule-1",)]


@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [
        ({"Action": "s3:GetObject"}, {"Action": "s3:Get*"}, True),
        ({"Action": "s3:*"}, {"Action": "s3:Get*"}, False),
        ({"NotAction": ["s3:*", "sqs:*"]}, {"NotAction": "s3:*"}, True),
        ({"NotAction": "s3:*"}, {"NotAction": ["s3:*", "sqs:*"]}, False),
        ({"Action": "sqs:*"}, {"NotAction": "s3:*"}, True),
        ({"Action": "s3:Get*"}, {"NotAction": "s3:*"}, False),
        ({"NotAction": "s3:*"}, {"Action": "*"}, True),
        ({"NotAction": "s3:*"}, {"Action": "sqs:*"}, False),
        ({"Action": "s3:*", "Resource": "arn:aws:s3:::b/x"}, {"Action": "s3:*", "NotResource": "arn:aws:s3:::c/*"}, True),
        ({"Action": "s3:*", "NotResource": "arn:aws:s3:::b/*"}, {"Action": "s3:*", "NotResource": "arn:aws:s3:::b/x"}, True),
        ({"Action": "s3:*", "NotResource": "arn:aws:s3:::b/x"}, {"Action": "s3:*", "NotResource": "arn:aws:s3:::b/*"}, False),
    ],
)  # fmt: skip
def test_a_statement_within_another_is_dropped(
    inner: dict[str, Any], outer: dict[str, Any], within: bool, catalog: Catalog
) -> None:
    condition = {"Condition": {"Null": {"aws:SourceVpc": "true"}}}
    found = merged(pieces(deny(**inner, **condition), deny(**outer)), catalog)
    assert (texts(found) == [short(deny(**outer))]) is within


def test_a_missing_key_is_not_taken_for_one_that_another_condition_is_about(catalog: Catalog) -> None:
    """There and from outside, or not there: with the range alone, who is inside and has no key would get through."""
    made = (
        deny(
            Action="lambda:CreateFunction",
            Condition={"Null": {"lambda:VpcIds": "false"}, "NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        ),
        deny(Action="lambda:CreateFunction", Condition={"Null": {"lambda:VpcIds": "true"}}),
    )
    assert len(merged(pieces(*made), catalog)) == 2


def test_no_wildcard_is_made_for_actions_that_there_are_today(catalog: Catalog) -> None:
    """`apigateway:P*T` are exactly these two today; tomorrow's `apigateway:PublishFLEET` is nobody's to deny."""
    found = merged(pieces(deny(Action=["apigateway:POST", "apigateway:PUT"])), catalog)
    assert texts(found)[0]["Action"] == ["apigateway:POST", "apigateway:PUT"]


def test_actions_are_compared_without_case(catalog: Catalog) -> None:
    found = merged(pieces(deny(Action=["lambda:CreateFunction", "LAMBDA:createfunction"])), catalog)
    assert json.loads(minified(texts(found)[0]))["Action"] == "LAMBDA:createfunction"


# --- joining -----------------------------------------------------------------------------------------------------------


def test_services_are_joined_where_a_missing_key_is_enough(catalog: Catalog) -> None:
    one = deny(
        Action="lambda:CreateFunction", Condition={"StringNotEquals": {"lambda:VpcIds": "vpc-1"}, **EXEMPT}
    )
    other = deny(
        Action="appsync:CreateGraphqlApi",
        Condition={"StringNotEquals": {"appsync:Visibility": "PRIVATE"}, **EXEMPT},
    )
    both = joined(one, other, catalog)
    assert both is not None
    assert short(tidied(both, catalog) or both) == {
        "Effect": "Deny",
        "Action": ["appsync:CreateGraphqlApi", "lambda:CreateFunction"],
        "Resource": "*",
        "Condition": {
            **EXEMPT,
            "StringNotEquals": {"appsync:Visibility": "PRIVATE", "lambda:VpcIds": "vpc-1"},
        },
    }


@pytest.mark.parametrize(
    ("action", "condition"),
    [
        pytest.param(
            "lambda:AddPermission", values("StringNotEquals", "lambda:Principal", "a"), id="the same service"
        ),
        pytest.param(
            "appsync:CreateGraphqlApi",
            values("StringEquals", "appsync:Visibility", "GLOBAL"),
            id="false on a missing key",
        ),
        pytest.param(
            "sns:Publish",
            values("StringNotEquals", "aws:SourceVpc", "vpc-1"),
            id="a key that every service sends",
        ),
        pytest.param("*", values("Null", "appsync:Visibility", "true"), id="any service"),
        pytest.param("organizations:LeaveOrganization", {}, id="a condition would seem to be asked of it"),
        pytest.param(
            "sns:Publish",
            values("Null", "lambda:SourceFunctionArn", "true"),
            id="a key that travels with a function's credentials",
        ),
    ],
)
def test_what_is_not_joined(action: str, condition: dict[str, Any], catalog: Catalog) -> None:
    one = deny(Action="lambda:CreateFunction", Condition={"StringNotEquals": {"lambda:VpcIds": "vpc-1"}})
    other = deny(Action=action, **({"Condition": condition} if condition else {}))
    assert joined(one, other, catalog) is None
    assert joined(other, one, catalog) is None


def test_resources_of_other_services_are_joined(catalog: Catalog) -> None:
    both = joined(
        deny(Action="s3:*", Resource="arn:aws:s3:::b/*"),
        deny(Action="sqs:*", Resource="arn:aws:sqs:*:111122223333:q"),
        catalog,
    )
    assert both is not None
    assert joined(deny(Action="s3:*", Resource="arn:aws:s3:::b/*"), deny(Action="sqs:*"), catalog) is None
