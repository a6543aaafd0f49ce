"""Named predicates of `shape` about statements and conditions."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.rules.conftest import Export
from tests.rules.test_each import function, give
from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Statement
from wa_policy.iam.unknown import Unknown
from wa_policy.rules.shape import SHAPES
from wa_policy.rules.shape_conditions import fault_of, senders_of
from wa_policy.rules.shape_grants import is_firm
from wa_policy.rules.subjects import Scope, Subject

OnlySubject = Callable[..., tuple[Subject, Scope]]
OWN, OTHER = "111122223333", "444455556666"


@pytest.fixture
def judged(export: Export, only_subject: OnlySubject) -> Callable[..., list[Truth]]:
    """The answers of a shape about each item of the policy of a function."""

    def judge(name: str, *statements: Any, **arguments: Any) -> list[Truth]:
        subject, scope = only_subject(export(function(*statements)), "AWS::Lambda::Function")
        shape = SHAPES[name]
        iterator = "policy_conditions" if "policy_conditions" in shape.iterators else "policy_statements"
        found = give(iterator, subject, scope)
        return [shape.judge(item, subject, scope, arguments) for item in found.items]

    return judge


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


EVERYONE = {"Principal": "*"}
SERVICE = {"Principal": {"Service": "sns.amazonaws.com"}}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (EVERYONE, False),
        ({**EVERYONE, **when("StringEqualsIfExists", "aws:PrincipalOrgID", "o-a1b2c3d4e5")}, True),
        ({**EVERYONE, **when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")}, False),
        ({**EVERYONE, **when("StringLike", "aws:PrincipalOrgID", "*")}, True),
        ({**EVERYONE, **when("StringNotEquals", "aws:PrincipalAccount", OTHER)}, True),
        ({**EVERYONE, **when("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")}, True),
        ({**EVERYONE, **when("ArnLikeIfExists", "aws:PrincipalArn", f"arn:aws:iam::{OTHER}:role/*")}, False),
        ({**EVERYONE, **when("Null", "aws:PrincipalOrgID", "false")}, False),
        ({**EVERYONE, **when("Bool", "aws:SecureTransport", "true")}, False),
        ({**SERVICE, **when("StringNotEquals", "aws:SourceAccount", OTHER)}, True),
        ({**SERVICE, **when("StringEquals", "aws:SourceAccount", OWN)}, False),
        ({"Principal": {"AWS": OTHER}, **when("StringNotEquals", "aws:SourceVpce", "vpce-1")}, False),
        ({**EVERYONE, "Effect": "Deny", **when("StringNotEquals", "aws:PrincipalAccount", OTHER)}, False),
    ],
)
def test_loose_bonds(statement: Any, *, expected: bool, judged: Callable[..., list[Truth]]) -> None:
    assert judged("is_bound_loosely", statement) == [expected]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({**EVERYONE, **when("StringLike", "aws:Referer", "https://a/*")}, True),
        ({**EVERYONE, **when("StringEquals", "aws:UserAgent", "a")}, True),
        ({"Principal": {"AWS": OTHER}, **when("StringEquals", "aws:UserAgent", "a")}, False),
        ({**EVERYONE, "Effect": "Deny", **when("StringNotEquals", "aws:UserAgent", "a")}, True),
        ({**EVERYONE, "Effect": "Deny", **when("StringEquals", "aws:UserAgent", "a")}, False),
        ({**EVERYONE, "Effect": "Deny", **when("StringNotEquals", "aws:RequestTag/a", "a")}, False),
        (EVERYONE, False),
    ],
)
def test_headers(statement: Any, *, expected: bool, judged: Callable[..., list[Truth]]) -> None:
    assert judged("hangs_on_header", statement) == [expected]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Principal": {"AWS": OTHER}, "Action": "lambda:InvokeFunction"}, False),
        ({"Principal": {"AWS": OTHER}, "Action": "lambda:Invoke*"}, True),
        ({"Principal": {"AWS": OTHER}, "Action": "*", "Effect": "Deny"}, False),
    ],
)
def test_actions_beyond_the_given(
    statement: Any, *, expected: bool, judged: Callable[..., list[Truth]]
) -> None:
    assert judged("grants_beyond", statement, actions=("lambda:InvokeFunction",)) == [expected]


@pytest.mark.parametrize(
    ("action", "principal", "expected"),
    [
        ("lambda:*", {"AWS": OTHER}, True),
        ("*", {"AWS": f"arn:aws:iam::{OWN}:role/r"}, True),
        ("lambda:*", {"AWS": OWN}, False),
        ("lambda:*", {"AWS": [OWN, OTHER]}, True),
        ("lambda:Get*", {"AWS": OTHER}, False),
    ],
)
def test_whole_services(
    action: str, principal: Any, *, expected: bool, judged: Callable[..., list[Truth]]
) -> None:
    assert judged("grants_whole_service", {"Action": action, "Principal": principal}) == [expected]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}, [True]),
        (
            {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}, "Null": {"aws:TagKeys": "false"}},
            [False, False],
        ),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}, "Null": {"aws:TagKeys": "true"}}, [True, False]),
        (
            {
                "ForAllValues:StringEquals": {"aws:TagKeys": "a"},
                "ForAnyValue:StringLike": {"aws:TagKeys": "*"},
            },
            [False, False],
        ),
        (
            {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}, "StringLikeIfExists": {"aws:TagKeys": "*"}},
            [True, False],
        ),
        ({"StringEquals": {"aws:TagKeys": "a"}}, [False]),
    ],
)
def test_set_operators(conditions: Any, expected: list[bool], judged: Callable[..., list[Truth]]) -> None:
    assert judged("is_loose_set_operator", {"Principal": {"AWS": OTHER}, "Condition": conditions}) == expected


def statement_of(action: str, operator: str, key: str, *values: str) -> Statement:
    raw = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": action,
        "Resource": "*",
        "Condition": {operator: {key: list(values)}},
    }
    return parse_policy({"Version": "2012-10-17", "Statement": [raw]})[0].statements[0]


@pytest.mark.parametrize(
    ("action", "operator", "key", "value", "fault"),
    [
        ("s3:GetObject", "StringEquals", "aws:PrincipalOrgId", "o-a1b2c3d4e5", ""),
        ("s3:GetObject", "StringEquals", "aws:PrincipalOrg", "o-a1b2c3d4e5", "no condition key"),
        ("s3:GetObject", "StringEquals", "sns:Endpoint", "a", "no request"),
        ("sns:Subscribe", "StringEquals", "sns:Endpoint", "a", ""),
        ("secretsmanager:GetSecretValue", "StringEquals", "secretsmanager:ResourceTag/App", "a", ""),
        ("s3:GetObject", "StringEquals", "aws:SecureTransport", "true", "does not suit"),
        ("s3:GetObject", "NumericEquals", "aws:PrincipalOrgID", "1", "does not suit"),
        ("s3:GetObject", "StringLike", "aws:SourceArn", "arn:aws:sns:*", ""),
        ("kms:Decrypt", "ArnLike", "kms:EncryptionContext:aws:logs:arn", "arn:aws:logs:*:*:*", ""),
        ("s3:GetObject", "StringEquals", "aws:SourceAccount", "1111-2222-3333", "is never"),
        ("s3:GetObject", "StringEquals", "aws:SourceAccount", "${aws:PrincipalAccount}", ""),
        ("s3:GetObject", "StringLike", "aws:PrincipalOrgID", "o-*", ""),
        ("s3:GetObject", "StringEquals", "aws:PrincipalOrgID", "o-short", "is never"),
        ("s3:GetObject", "IpAddress", "aws:SourceIp", "10.0.0.0/8", ""),
        ("s3:GetObject", "IpAddress", "aws:SourceIp", "10.0.0", "is never"),
        ("s3:GetObject", "Bool", "aws:SecureTransport", "yes", "is never"),
        ("s3:GetObject", "Null", "aws:SourceVpce", "true", ""),
        ("s3:GetObject", "StringEquals", "aws:SourceVpce", "vpc-0a1b2c3d", "is never"),
        ("iot:Connect", "Bool", "iot:Connection.Thing.IsAttached", "true", ""),
        ("sqs:SendMessage", "StringEquals", "AWS:SourceOwner", OWN, ""),
    ],
)
def test_faults(action: str, operator: str, key: str, value: str, *, fault: str, catalog: Catalog) -> None:
    statement = statement_of(action, operator, key, value)
    found = fault_of(statement, statement.conditions[0], catalog)
    assert fault in str(found) if fault else found == ""


def test_what_a_template_leaves_open_is_unknown(catalog: Catalog) -> None:
    made = statement_of("s3:GetObject", "StringEquals", "aws:SourceVpce", "wap1idEndpointx0wap")
    assert isinstance(fault_of(made, made.conditions[0], catalog), Unknown)
    wrong = statement_of("s3:GetObject", "StringEquals", "aws:SourceVpce", "wap1idEndpointx0wap", "no")
    assert "is never `no`" in str(fault_of(wrong, wrong.conditions[0], catalog))


def test_who_sends_which_arns(catalog: Catalog) -> None:
    assert "execute-api" in senders_of("apigateway", catalog)
    assert senders_of("iot", catalog) == ("iot",)
    assert senders_of("no-such-service", catalog) == ()


@pytest.mark.parametrize(
    ("operator", "value", "firm"),
    [
        ("StringEquals", "a", True),
        ("ForAnyValue:StringLike", "a*", True),
        ("StringEqualsIfExists", "a", False),
        ("StringNotEquals", "a", False),
        ("ForAllValues:StringEquals", "a", False),
        ("StringLike", "*", False),
        ("Null", "false", False),
    ],
)
def test_firm_conditions(operator: str, value: str, *, firm: bool) -> None:
    statement = statement_of("s3:GetObject", operator, "aws:PrincipalOrgID", value)
    assert is_firm(statement.conditions[0]) is firm
