"""Rules made for tests: one for each way to say something of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from wa_policy.catalog.model import Catalog
from wa_policy.guardrails.derive import guardrail_of
from wa_policy.guardrails.model import Guardrail
from wa_policy.rules.model import Rule
from wa_policy.rules.parameters import values_of
from wa_policy.rules.read import read_rule
from wa_policy.settings import ParameterValue

PARAMETERS: Mapping[str, tuple[str, Any]] = {
    "exempt_principals": ("[principal]", []),
    "trusted_orgs": ("[organization]", []),
    "trusted_accounts": ("[account]", []),
    "vpc_ids": ("[vpc]", []),
    "subnets": ("[subnet]", []),
    "cidrs": ("[cidr]", []),
    "layers": ("[text]", []),
    "regions": ("[region]", []),
    "roles": ("[arn]", []),
    "days": ("number", 7),
}

VALUES: tuple[Mapping[str, ParameterValue], ...] = (
    {
        "exempt_principals": ("arn:aws:iam::*:role/break-glass", "arn:aws:iam::111122223333:role/ci/*"),
        "trusted_orgs": ("o-a1b2c3d4e5",),
        "trusted_accounts": ("444455556666", "777788889999"),
        "vpc_ids": ("vpc-0a1b2c3d",),
        "subnets": ("subnet-0a1b2c3d", "subnet-0a1b2c3e"),
        "cidrs": ("203.0.113.0/24", "2001:db8::/32"),
        "layers": (
            "arn:aws:lambda:*:111122223333:layer:*:*",
            "arn:aws:lambda:eu-west-1:580247275435:layer:x:1",
        ),
        "regions": ("eu-west-1", "eu-central-1"),
        "roles": ("arn:aws:iam::*:role/protected/*", "arn:aws:iam::111122223333:role/audit"),
        "days": 7,
    },
    {
        "trusted_orgs": ("o-a1b2c3d4e5", "o-f6g7h8i9j0"),
        "vpc_ids": ("vpc-0a1b2c3d", "vpc-0a1b2c3e", "vpc-0a1b2c3f"),
        "subnets": ("subnet-0a1b2c3d",),
        "cidrs": ("198.51.100.0/25",),
        "layers": ("arn:aws:lambda:*:111122223333:layer:*:*",),
        "regions": ("eu-west-1",),
        "roles": ("arn:aws:iam::*:role/a*",),
        "days": 14.5,
    },
)


@dataclass(frozen=True)
class Made:
    """The parts of a rule file that matter here."""

    name: str
    forbid: Mapping[str, Any]
    guardrail: str = "scp"
    select: Any = "principal"
    more: Mapping[str, Any] = field(default_factory=dict)

    def raw(self) -> dict[str, Any]:
        text = repr(self.forbid) + repr(self.more)
        names = [name for name in PARAMETERS if f"${name}" in text or f"'parameter': '{name}'" in text]
        if any(word in text for word in ("'everyone'", "acting_for", "'account'")):
            names += [name for name in ("trusted_orgs", "trusted_accounts") if name not in names]
        return {
            "id": self.name,
            "title": "A title",
            "pillar": "security",
            "severity": "high",
            "profile": "strict",
            "parameters": {
                name: {
                    "type": yaml.safe_load(PARAMETERS[name][0]),
                    "default": PARAMETERS[name][1],
                    "doc": "A value",
                }
                for name in names
            },
            "select": self.select,
            "forbid": dict(self.forbid),
            "message": "{subject}: {witness}",
            "why": "Because",
            "fix": {"text": "Do it"},
            "guardrail": self.guardrail,
            "examples": [
                {"name": "a", "files": {"a.json": {}}, "expect": {"a": "fail", "b": "pass"}},
            ],
            **self.more,
        }

    def rule(self, catalog: Catalog) -> Rule:
        return read_rule(
            f"policies/security/{self.name}.yaml", yaml.safe_dump(self.raw(), sort_keys=False), catalog
        )

    def guardrail_with(self, given: Mapping[str, ParameterValue], catalog: Catalog) -> Guardrail:
        rule = self.rule(catalog)
        found = guardrail_of(rule, values_of(rule, given), catalog)
        assert isinstance(found, Guardrail), found
        return found


def own(action: Any, context: Mapping[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    """A class of requests by principals of the organization."""
    keys = {"context": dict(context)} if context else {}
    return {"policies": "effective", "caller": "self", "action": action, **keys, **parts}


def scp(name: str, *classes: dict[str, Any], exempt: bool = True, **more: Any) -> Made:
    forbid: dict[str, Any] = dict(classes[0]) if len(classes) == 1 else {"any_of": list(classes)}
    if exempt:
        forbid["exempt"] = "$exempt_principals"
    return Made(name, forbid, more=more)


def rcp(name: str, select: Any, *classes: dict[str, Any], exempt: bool = True) -> Made:
    forbid: dict[str, Any] = dict(classes[0]) if len(classes) == 1 else {"any_of": list(classes)}
    if exempt:
        forbid["exempt"] = "$exempt_principals"
    return Made(name, forbid, "rcp", select)


DEPLOY = ["lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"]

MADE: tuple[Made, ...] = (
    scp("plain", own("organizations:LeaveOrganization")),
    scp("no-exemption", own(["iam:CreateUser", "iam:CreateAccessKey"]), exempt=False),
    scp("absent", own(DEPLOY, {"lambda:VpcIds": {"absent": True}})),
    scp("none-or-absent", own(DEPLOY, {"lambda:VpcIds": {"none_of": "$vpc_ids"}})),
    scp("none-and-present", own(DEPLOY, {"lambda:VpcIds": {"absent": False, "none_of": "$vpc_ids"}})),
    scp("one-or-absent", own("lambda:AddPermission", {"lambda:Principal": {"one_of": ["*", "4444*"]}})),
    scp(
        "one-and-present",
        own("lambda:AddPermission", {"lambda:FunctionUrlAuthType": {"absent": False, "one_of": "NONE"}}),
    ),
    scp(
        "one-but",
        own("sns:Subscribe", {"sns:Protocol": {"one_of": ["http*", "email"], "none_of": ["https"], "absent": False}}),
    ),
    scp("some-other-or-absent", own(DEPLOY, {"lambda:SubnetIds": {"some_other_than": "$subnets"}})),
    scp("some-other", own(DEPLOY, {"lambda:Layer": {"absent": False, "some_other_than": "$layers"}})),
    scp("some-or-absent", own(DEPLOY, {"lambda:SubnetIds": {"some_of": "$subnets"}})),
    scp(
        "some-of-both",
        own(DEPLOY, {"lambda:SubnetIds": {"absent": False, "some_of": "$subnets", "some_other_than": ["subnet-0a1b2c3d"]}}),
    ),
    scp(
        "many-absent-or-there",
        own("lambda:CreateFunction", {"lambda:SubnetIds": {"absent": True}}),
        own("lambda:UpdateFunctionConfiguration", {"lambda:SubnetIds": {"absent": False}}),
    ),
    scp(
        "ignoring-case",
        own(
            ["apigateway:PUT", "apigateway:POST"],
            {"apigateway:Request/RouteAuthorizationType": {"absent": False, "some_of": ["NONE"], "ignore_case": True}},
            resource=["arn:aws:apigateway:*::/restapis/*/resources/*/methods/*", "arn:aws:apigateway:*::/apis/*/routes"],
        ),
    ),
    scp("flag-or-absent", own("secretsmanager:PutResourcePolicy", {"secretsmanager:BlockPublicPolicy": {"one_of": ["false"]}})),
    scp("flag-not", own("secretsmanager:PutResourcePolicy", {"secretsmanager:BlockPublicPolicy": {"none_of": ["true"]}})),
    scp(
        "flag-there",
        own(
            "secretsmanager:DeleteSecret",
            {"secretsmanager:ForceDeleteWithoutRecovery": {"absent": False, "one_of": ["true"]}},
        ),
    ),
    scp(
        "less",
        own("secretsmanager:DeleteSecret", {"secretsmanager:RecoveryWindowInDays": {"absent": False, "less_than": "$days"}}),
    ),
    scp(
        "between-or-absent",
        own("secretsmanager:DeleteSecret", {"secretsmanager:RecoveryWindowInDays": {"less_than": 20, "greater_than": "$days"}}),
    ),
    scp("addresses", own("s3:*", {"aws:SourceIp": {"outside": "$cidrs"}, "aws:ViaAWSService": {"one_of": ["false"]}})),
    scp("addresses-there", own("sqs:*", {"aws:SourceIp": {"absent": False, "outside": "$cidrs"}})),
    scp("addresses-inside", own("sqs:*", {"aws:SourceIp": {"inside": "$cidrs"}})),
    scp(
        "regions",
        own("*", {"aws:RequestedRegion": {"none_of": "$regions"}}, not_action=["iam:*", "sts:*", "organizations:*", "s3:GetBucketLocation"]),
    ),
    scp("not-action-of-one-service", own("sqs:*", not_action=["sqs:Get*", "sqs:List*"])),
    scp(
        "protected",
        own(["iam:*Role*", "iam:PassRole"], resource="$roles"),
        own("iam:UpdateAssumeRolePolicy", resource={"other_than": "$roles"}),
    ),
    scp(
        "arn-key",
        own("lambda:CreateFunction", {"lambda:CodeSigningConfigArn": {"none_of": ["arn:aws:lambda:*:111122223333:code-signing-config:*"]}}),
        own("lambda:DeleteFunctionCodeSigningConfig"),
    ),
    scp("targets", own("events:PutTargets", {"events:TargetArn": {"absent": False, "some_of": ["arn:aws:events:*:*:api-destination/*"]}})),
    scp(
        "perimeter",
        own(
            ["s3:*", "lambda:*", "kms:*"],
            {
                "aws:VpceOrgID": {"none_of": "$trusted_orgs"},
                "aws:SourceIp": {"outside": "$cidrs"},
                "aws:ViaAWSService": {"one_of": ["false"]},
            },
        ),
    ),
    scp("root-user", own("*", {"aws:PrincipalArn": {"one_of": ["arn:*:iam::*:root"]}, "aws:AssumedRoot": {"absent": True}})),
    scp("by-name", own("ec2:*", {"aws:PrincipalArn": {"none_of": ["arn:aws:iam::*:role/net-*"]}})),
    rcp(
        "outsiders",
        ["AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SNS::Topic"],
        {"policies": "resource", "caller": "everyone", "action": "*"},
    ),
    rcp("trust", "AWS::IAM::Role", {"policies": "trust", "caller": "everyone", "action": "sts:AssumeRole*"}),
    rcp(
        "services",
        ["AWS::SQS::Queue", "AWS::S3::Bucket"],
        {
            "policies": "resource",
            "caller": {"service": "*", "acting_for": "other_account"},
            "action": ["sqs:SendMessage", "s3:PutObject"],
            "context": {"aws:SourceAccount": {"absent": False}},
        },
    ),
    rcp(
        "one-service",
        "AWS::SQS::Queue",
        {
            "policies": "resource",
            "caller": {"service": "sns.amazonaws.com", "acting_for": "other_account"},
            "action": "sqs:*",
        },
        {"policies": "resource", "caller": "anonymous", "action": "sqs:*"},
    ),
    rcp(
        "tls",
        "AWS::S3::Bucket",
        {
            "policies": "resource",
            "caller": "everyone",
            "action": ["s3:GetObject", "s3:PutObject"],
            "context": {"s3:TlsVersion": {"absent": False, "less_than": 1.2}},
        },
    ),
    rcp(
        "all-but",
        "AWS::SQS::Queue",
        {"policies": "resource", "caller": "everyone", "action": "sqs:*", "not_action": ["sqs:GetQueueUrl"]},
    ),
    rcp(
        "one-account",
        "AWS::KMS::Key",
        {"policies": "resource", "caller": {"account": "888877776666"}, "action": "kms:*"},
    ),
    rcp(
        "provider",
        "AWS::IAM::Role",
        {
            "policies": "trust",
            "caller": {"federated": "arn:aws:iam::111122223333:oidc-provider/token.example.com"},
            "action": "sts:AssumeRoleWithWebIdentity",
        },
    ),
)  # fmt: skip
