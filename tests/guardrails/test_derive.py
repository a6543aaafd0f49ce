"""The statements that a class of requests becomes, worked out by hand from what each operator does on a missing key."""

from __future__ import annotations

from typing import Any

import pytest

from tests.guardrails.border import written
from tests.guardrails.made import DEPLOY, VALUES, Made, own, rcp, scp
from wa_policy.catalog.model import Catalog
from wa_policy.errors import UsageError
from wa_policy.iam.document import to_document

VPC, SUBNETS, LAYER = "lambda:VpcIds", "lambda:SubnetIds", "lambda:Layer"
WINDOW, CHECKED = "secretsmanager:RecoveryWindowInDays", "secretsmanager:BlockPublicPolicy"


def statements(made: Made, catalog: Catalog, given: int = 0) -> list[dict[str, Any]]:
    found = made.guardrail_with(VALUES[given], catalog)
    document: list[dict[str, Any]] = to_document(written(found.statements))["Statement"]
    assert all(one.pop("Effect") == "Deny" for one in document)
    return document


def conditions_of(key: str, spec: dict[str, Any], catalog: Catalog, action: Any = DEPLOY) -> list[Any]:
    made = scp("one-key", own(action, {key: spec}), exempt=False)
    return [one.get("Condition") for one in statements(made, catalog)]


OWN_VPC, TWO = ["vpc-0a1b2c3d"], ["subnet-0a1b2c3d", "subnet-0a1b2c3e"]
SECRET = "secretsmanager:PutResourcePolicy"  # noqa: S105  # an action
DELETE = "secretsmanager:DeleteSecret"

ONE_KEY: list[tuple[str, dict[str, Any], list[Any], Any]] = [
    # One value. A negated operator is true on a missing key, any other is not.
    (VPC, {"absent": True}, [{"Null": {VPC: ["true"]}}], DEPLOY),
    (VPC, {"absent": False}, [{"Null": {VPC: ["false"]}}], DEPLOY),
    (VPC, {"none_of": "$vpc_ids"}, [{"StringNotEquals": {VPC: OWN_VPC}}], DEPLOY),
    (
        VPC,
        {"absent": False, "none_of": "$vpc_ids"},
        [{"StringNotEquals": {VPC: OWN_VPC}, "Null": {VPC: ["false"]}}],
        DEPLOY,
    ),
    (VPC, {"one_of": "$vpc_ids"}, [{"StringEqualsIfExists": {VPC: OWN_VPC}}], DEPLOY),
    (VPC, {"absent": False, "one_of": "$vpc_ids"}, [{"StringEquals": {VPC: OWN_VPC}}], DEPLOY),
    (VPC, {"absent": False, "one_of": ["vpc-0a*", "vpc-1"]}, [{"StringLike": {VPC: ["vpc-0a*", "vpc-1"]}}], DEPLOY),
    (VPC, {"none_of": ["vpc-0a*"]}, [{"StringNotLike": {VPC: ["vpc-0a*"]}}], DEPLOY),
    (
        VPC,
        {"one_of": ["vpc-0*"], "none_of": "$vpc_ids"},
        [{"StringLikeIfExists": {VPC: ["vpc-0*"]}, "StringNotEquals": {VPC: OWN_VPC}}],
        DEPLOY,
    ),
    (
        VPC,
        {"absent": False, "one_of": ["VPC-1"], "ignore_case": True},
        [{"StringEqualsIgnoreCase": {VPC: ["VPC-1"]}}],
        DEPLOY,
    ),
    # Many values. ForAnyValue is false on a missing key, whatever it negates.
    (SUBNETS, {"absent": False, "some_of": "$subnets"}, [{"ForAnyValue:StringEquals": {SUBNETS: TWO}}], DEPLOY),
    (
        SUBNETS,
        {"some_other_than": "$subnets"},
        [{"Null": {SUBNETS: ["true"]}}, {"ForAnyValue:StringNotEquals": {SUBNETS: TWO}}],
        DEPLOY,
    ),
    (LAYER, {"absent": False, "some_other_than": ["arn:*:1"]}, [{"ForAnyValue:StringNotLike": {LAYER: ["arn:*:1"]}}], DEPLOY),
    (SUBNETS, {"absent": True}, [{"Null": {SUBNETS: ["true"]}}], DEPLOY),
    (
        SUBNETS,
        {"absent": False, "some_of": ["subnet-1"], "some_other_than": ["subnet-2"]},
        [{"ForAnyValue:StringEquals": {SUBNETS: ["subnet-1"]}, "ForAnyValue:StringNotEquals": {SUBNETS: ["subnet-2"]}}],
        DEPLOY,
    ),
    # True and false.
    (CHECKED, {"one_of": ["false"]}, [{"BoolIfExists": {CHECKED: ["false"]}}], SECRET),
    (CHECKED, {"none_of": ["true"]}, [{"BoolIfExists": {CHECKED: ["false"]}}], SECRET),
    (CHECKED, {"absent": False, "none_of": ["true"]}, [{"Bool": {CHECKED: ["false"]}}], SECRET),
    # Numbers and addresses.
    (WINDOW, {"absent": False, "less_than": "$days"}, [{"NumericLessThan": {WINDOW: ["7"]}}], DELETE),
    (WINDOW, {"greater_than": 10.5}, [{"NumericGreaterThanIfExists": {WINDOW: ["10.5"]}}], DELETE),
    ("aws:SourceIp", {"outside": ["10.0.0.0/8"]}, [{"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}], DELETE),
    ("aws:SourceIp", {"inside": ["10.0.0.0/8"]}, [{"IpAddressIfExists": {"aws:SourceIp": ["10.0.0.0/8"]}}], DELETE),
    (
        "aws:SourceIp",
        {"absent": False, "outside": ["10.0.0.0/8"]},
        [{"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}, "Null": {"aws:SourceIp": ["false"]}}],
        DELETE,
    ),
    # ARNs.
    (
        "lambda:CodeSigningConfigArn",
        {"none_of": ["arn:aws:lambda:*:111122223333:code-signing-config:*"]},
        [{"ArnNotLike": {"lambda:CodeSigningConfigArn": ["arn:aws:lambda:*:111122223333:code-signing-config:*"]}}],
        "lambda:CreateFunction",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("key", "spec", "expected", "action"), ONE_KEY)
def test_what_is_said_of_a_key_becomes_the_right_operator(
    key: str, spec: dict[str, Any], expected: list[Any], action: Any, catalog: Catalog
) -> None:
    assert conditions_of(key, spec, catalog, action) == expected


def test_two_keys_with_many_values_become_every_combination(catalog: Catalog) -> None:
    keys = {SUBNETS: {"some_other_than": ["a"]}, "lambda:SecurityGroupIds": {"some_other_than": ["b"]}}
    made = scp("two-keys", own(DEPLOY, keys), exempt=False)
    assert len(statements(made, catalog)) == 4


def test_exempt_principals_are_left_out_of_every_statement(catalog: Catalog) -> None:
    made = scp("exempt", own(DEPLOY, {SUBNETS: {"some_other_than": ["a"]}}), own("lambda:DeleteFunction"))
    exempt = list(VALUES[0]["exempt_principals"])  # type: ignore[arg-type]
    for one in statements(made, catalog):
        assert one["Condition"]["ArnNotLike"] == {"aws:PrincipalArn": exempt}
    assert all("ArnNotLike" not in one.get("Condition", {}) for one in statements(made, catalog, given=1))


def test_exempt_principals_join_what_is_said_of_the_caller(catalog: Catalog) -> None:
    made = scp("joined", own("ec2:*", {"aws:PrincipalArn": {"none_of": ["arn:aws:iam::*:role/net-*"]}}))
    (one,) = statements(made, catalog)
    exempt = list(VALUES[0]["exempt_principals"])  # type: ignore[arg-type]
    assert one["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/net-*", *exempt]}}


def test_actions_and_resources(catalog: Catalog) -> None:
    made = scp(
        "elements",
        own("*", not_action=["iam:*", "sts:*"]),
        own("sqs:*Queue", not_action="sqs:*e*te*"),
        own("iam:DeleteRole", resource=["arn:aws:iam::*:role/a", "arn:aws:iam::*:role/b"]),
        own("iam:PassRole", resource={"other_than": ["arn:aws:iam::*:role/c"]}),
        exempt=False,
    )
    assert statements(made, catalog) == [
        {"NotAction": ["iam:*", "sts:*"], "Resource": ["*"]},
        {"Action": ["sqs:PurgeQueue", "sqs:TagQueue", "sqs:UntagQueue"], "Resource": ["*"]},
        {"Action": ["iam:DeleteRole"], "Resource": ["arn:aws:iam::*:role/a", "arn:aws:iam::*:role/b"]},
        {"Action": ["iam:PassRole"], "NotResource": ["arn:aws:iam::*:role/c"]},
    ]


OUTSIDE = {"aws:PrincipalAccount": ["444455556666", "777788889999"], "aws:PrincipalOrgID": ["o-a1b2c3d4e5"]}
IS_SERVICE = "aws:PrincipalIsAWSService"


def test_everyone_is_who_is_not_trusted_and_no_service(catalog: Catalog) -> None:
    made = rcp(
        "everyone",
        ["AWS::SQS::Queue", "AWS::SNS::Topic"],
        {"policies": "resource", "caller": "everyone", "action": ["*"]},
        exempt=False,
    )
    assert statements(made, catalog) == [
        {
            "Principal": "*",
            "Action": ["sqs:*"],
            "Resource": ["arn:aws:sqs:*:*:*"],
            "Condition": {"BoolIfExists": {IS_SERVICE: ["false"]}, "StringNotEquals": OUTSIDE},
        }
    ]
    assert made.guardrail_with(VALUES[0], catalog).limits == ("resource control policies do not bind `sns`",)


CALLERS: list[tuple[str, Any, dict[str, Any]]] = [
    (
        "AWS::IAM::Role",
        {"policies": "trust", "caller": "everyone", "action": "sts:AssumeRole*"},
        {"Bool": {IS_SERVICE: ["false"]}, "StringNotEquals": OUTSIDE},
    ),
    (
        "AWS::SQS::Queue",
        {"policies": "resource", "caller": "anonymous", "action": "sqs:*"},
        {"StringEquals": {"aws:PrincipalAccount": ["anonymous"]}},
    ),
    (
        "AWS::SQS::Queue",
        {"policies": "resource", "caller": {"account": "888877776666"}, "action": "sqs:*"},
        {"Bool": {IS_SERVICE: ["false"]}, "StringEquals": {"aws:PrincipalAccount": ["888877776666"]}},
    ),
    (
        "AWS::SQS::Queue",
        {
            "policies": "resource",
            "caller": {"service": "*", "acting_for": "other_account"},
            "action": "sqs:*",
        },
        {
            "Bool": {IS_SERVICE: ["true"]},
            "Null": {"aws:SourceAccount": ["false"]},
            "StringNotEquals": {
                "aws:SourceAccount": ["444455556666", "777788889999"],
                "aws:SourceOrgID": ["o-a1b2c3d4e5"],
            },
        },
    ),
    (
        "AWS::IAM::Role",
        {
            "policies": "trust",
            "caller": {"federated": "arn:aws:iam::111122223333:oidc-provider/x"},
            "action": "sts:AssumeRoleWithWebIdentity",
        },
        {
            "Null": {IS_SERVICE: ["true"]},
            "StringEquals": {"aws:FederatedProvider": ["arn:aws:iam::111122223333:oidc-provider/x"]},
        },
    ),
]


@pytest.mark.parametrize(("select", "one", "expected"), CALLERS)
def test_callers_become_conditions(
    select: str, one: dict[str, Any], expected: dict[str, Any], catalog: Catalog
) -> None:
    (found,) = statements(rcp("callers", select, one, exempt=False), catalog)
    assert found["Condition"] == expected


def test_a_resource_control_policy_names_actions_one_by_one_instead_of_NotAction(catalog: Catalog) -> None:  # noqa: N802
    made = rcp(
        "all-but",
        "AWS::SQS::Queue",
        {"policies": "resource", "caller": "everyone", "action": "sqs:*", "not_action": "sqs:*a*"},
        exempt=False,
    )
    (one,) = statements(made, catalog)
    assert "NotAction" not in one
    assert "sqs:ReceiveMessage" not in one["Action"]
    assert {"sqs:DeleteQueue", "sqs:RemovePermission"} <= set(one["Action"])


BAD_VALUES = [
    ("${aws:username}", "expected a value without a policy variable"),
    ("δ", r"expected characters up to U\+00FF"),
]


@pytest.mark.parametrize(("value", "message"), BAD_VALUES)
def test_a_value_that_cannot_stand_in_a_policy_is_refused(value: str, message: str, catalog: Catalog) -> None:
    made = scp("bad-value", own(DEPLOY, {LAYER: {"some_other_than": "$layers"}}), exempt=False)
    with pytest.raises(UsageError, match=message):
        made.guardrail_with({"layers": (value,)}, catalog)


def test_a_value_that_is_no_arn_is_refused_for_an_arn_key(catalog: Catalog) -> None:
    made = scp(
        "bad-arn", own("lambda:CreateFunction", {"lambda:CodeSigningConfigArn": {"none_of": "$layers"}})
    )
    with pytest.raises(UsageError, match="found `x` for `lambda:CodeSigningConfigArn`, expected an ARN"):
        made.guardrail_with({"layers": ("x",)}, catalog)
