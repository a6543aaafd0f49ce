"""What a rule may say of a condition key: words that suit its type, values it can have, actions that carry it."""

from __future__ import annotations

import pytest
import yaml

from tests.guardrails.made import DEPLOY, Made, own, rcp, scp
from wa_policy.catalog.model import Catalog
from wa_policy.errors import RuleError
from wa_policy.rules.read import read_rule

VPC, SUBNETS = "lambda:VpcIds", "lambda:SubnetIds"
FLAG, DAYS = "secretsmanager:BlockPublicPolicy", "secretsmanager:RecoveryWindowInDays"
PUT, DELETE = "secretsmanager:PutResourcePolicy", "secretsmanager:DeleteSecret"
CODE = "lambda:CodeSigningConfigArn"


def problems(made: Made, catalog: Catalog) -> list[str]:
    try:
        made.rule(catalog)
    except RuleError as error:
        return [f"{problem.pointer}: {problem.message}" for problem in error.problems]
    return []


WRONG = [
    (SUBNETS, {"one_of": ["a"]}, DEPLOY, "/one_of: found `one_of` for `lambda:SubnetIds`, which has many values, expected `some_of`"),
    (SUBNETS, {"none_of": ["a"]}, DEPLOY, "which has many values, expected `some_of` or `some_other_than`"),
    (VPC, {"some_of": ["a"]}, DEPLOY, "/some_of: found `some_of` for `lambda:VpcIds`, which has one value, expected `one_of`"),
    (VPC, {"inside": ["10.0.0.0/8"]}, DEPLOY, "found `inside` for `lambda:VpcIds` of type String, expected `absent` or `one_of` or `none_of`"),
    (VPC, {"less_than": 3}, DEPLOY, "found `less_than` for `lambda:VpcIds` of type String"),
    ("aws:SourceIp", {"one_of": ["10.0.0.1"]}, DEPLOY, "found `one_of` for `aws:SourceIp` of type IPAddress, expected `absent` or `inside` or `outside`"),
    (DAYS, {"one_of": ["7"]}, DELETE, "of type Numeric, expected `absent` or `less_than` or `greater_than`"),
    (DAYS, {"less_than": "$regions"}, DELETE, "found `$regions` of type `[region]`, expected `number`"),
    (FLAG, {"one_of": ["yes"]}, PUT, "found `yes` for `secretsmanager:BlockPublicPolicy`, expected `true` or `false` in quotes"),
    (CODE, {"none_of": ["csc-1"]}, "lambda:CreateFunction", "found `csc-1` for the ARN key `lambda:CodeSigningConfigArn`, expected an ARN"),
    (CODE, {"none_of": "$regions"}, "lambda:CreateFunction", "found `$regions` of type `[region]` for the ARN key"),
    (VPC, {"none_of": ["x-${aws:PrincipalTag/vpc}"]}, DEPLOY, "expected a value without a policy variable"),
    (VPC, {"one_of": ["vpc-*"], "ignore_case": True}, DEPLOY, "found `vpc-*` beside `ignore_case`, expected no wildcard"),
    (FLAG, {"one_of": ["true"], "ignore_case": True}, PUT, "found `ignore_case` for `secretsmanager:BlockPublicPolicy` of type Bool"),
    (VPC, {"absent": True, "one_of": ["a"]}, DEPLOY, "found `one_of` beside `absent: true`, expected nothing"),
    ("aws:SourceVpc", {"none_of": ["vpc-*"]}, DEPLOY, "found `vpc-*` for `aws:SourceVpc`, expected no wildcard, as AWS takes none there"),
    # Keys that actions do not carry.
    (VPC, {"none_of": ["a"]}, [*DEPLOY, "lambda:DeleteFunction"], "found the action `lambda:DeleteFunction` in the class, which never sends `lambda:VpcIds`"),
    (VPC, {"absent": True}, "lambda:*", "found the action `lambda:AddLayerVersionPermission` and "),
    ("aws:VpceOrgID", {"none_of": ["o-a1b2c3d4e5"]}, ["sqs:SendMessage", "sns:Publish"], "found the action `sns:Publish` in the class, which never sends `aws:VpceOrgID`"),
    ("aws:VpceOrgID", {"none_of": ["o-a1b2c3d4e5"]}, ["iam:GetRole", "iam:PassRole"], "found the action `iam:PassRole`"),
    ("aws:VpceOrgID", {"none_of": ["o-a1b2c3d4e5"]}, "sts:AssumeRole", "found the action `sts:AssumeRole`"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "spec", "action", "message"), WRONG)
def test_what_does_not_suit_a_key_is_told(
    key: str, spec: dict[str, object], action: object, message: str, catalog: Catalog
) -> None:
    (found,) = problems(scp("my-rule", own(action, {key: spec}), exempt=False), catalog)
    assert message in found


def test_what_suits_is_fine(catalog: Catalog) -> None:
    fine = [
        own("sts:AssumeRole", {"aws:VpceOrgPaths": {"some_other_than": ["o-a1b2c3d4e5/*"]}}),
        own(["sqs:*"], {"aws:VpceOrgID": {"none_of": ["o-a1b2c3d4e5"]}}),
        own("*", {"aws:EpochTime": {"greater_than": 1}}),
        own("sts:AssumeRoleWithWebIdentity", {"token.example.com:sub": {"none_of": ["a"]}}),
    ]
    for one in fine:
        assert problems(scp("my-rule", one), catalog) == []


def test_only_guardrails_are_about_the_actions_that_carry_a_key(catalog: Catalog) -> None:
    """A scan may ask whether an action is open without a key; where an endpoint's owner is told depends on the service."""
    made = scp("my-rule", own("lambda:*", {VPC: {"absent": True}}))
    assert problems(made, catalog)
    assert _without_guardrail(made, catalog) == []
    endpoint = scp("my-rule", own("sns:Publish", {"aws:VpceOrgID": {"absent": True}}))
    assert len(_without_guardrail(endpoint, catalog)) == 1


def _without_guardrail(made: Made, catalog: Catalog) -> list[str]:
    raw = made.raw()
    del raw["guardrail"]
    try:
        read_rule("policies/security/my-rule.yaml", yaml.safe_dump(raw, sort_keys=False), catalog)
    except RuleError as error:
        return [problem.message for problem in error.problems]
    return []


EXEMPT = [
    ("$regions", "found `$regions` of type `[region]`, expected `[principal]`"),
    ("break-glass", "found `break-glass`, expected the ARN of a role, user or root user"),
    ("arn:aws:sts::111122223333:assumed-role/x/y", "expected the ARN of a role, user or root user"),
]


@pytest.mark.parametrize(("exempt", "message"), EXEMPT)
def test_exempt_are_principals(exempt: str, message: str, catalog: Catalog) -> None:
    made = Made("my-rule", {**own(DEPLOY), "exempt": exempt})
    (found,) = problems(made, catalog)
    assert found.startswith("/forbid/exempt")
    assert message in found


PRINCIPALS = {
    "arn:aws:iam::111122223333:role/break-glass": True,
    "arn:aws:iam::*:role/break-glass": True,
    "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*": True,
    "arn:*:iam::*:user/keeper": True,
    "arn:aws:iam::111122223333:root": True,
    "arn:aws:sts::111122223333:federated-user/x": True,
    "arn:aws:iam::*:*": True,
    "arn:aws:iam::11112222:role/x": False,
    "arn:aws:iam::111122223333:policy/x": False,
    "arn:aws:iam::111122223333:role": False,
    "111122223333": False,
    "*": False,
}


@pytest.mark.parametrize(("value", "fits"), PRINCIPALS.items())
def test_a_principal_is_an_arn_that_a_caller_can_have(value: str, fits: bool, catalog: Catalog) -> None:
    found = problems(Made("my-rule", {**own(DEPLOY), "exempt": value}), catalog)
    assert (found == []) is fits


def test_a_class_about_everyone_still_declares_who_is_trusted(catalog: Catalog) -> None:
    made = rcp("my-rule", "AWS::S3::Bucket", {"policies": "resource", "caller": "everyone", "action": "s3:*"})
    assert problems(made, catalog) == []
