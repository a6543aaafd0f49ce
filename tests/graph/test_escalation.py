"""What the interpreter of the technique table does beside the pairs: targets, doubts, administrators."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.graph.escalation_cases import Account, arn, inventory
from tests.graph.webs import inventory as graph_inventory
from tests.graph.webs import organization, role
from wa_policy.catalog.store import load_catalog
from wa_policy.graph.administrators import is_admin
from wa_policy.graph.escalation import NEW_ROLE, Escalation, escalations
from wa_policy.graph.reach import reach_of
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, NotExported

CATALOG = load_catalog()
DEV = "user/dev"


def account(*allow: Any, **more: Any) -> Inventory:
    written: Account = {"as": DEV, "target": DEV, "allow": list(allow), **more}
    return inventory(written)


def ways(read: Inventory, technique: str, who: str = DEV) -> list[Escalation]:
    found = escalations(read, reach_of(read, CATALOG), CATALOG)
    return [way for way in found if way.technique.id == technique and way.principal == arn(who)]


def test_who_may_do_everything_gains_nothing() -> None:
    read = account("*", **{"user/other": {"allow": []}})
    assert not [w for w in escalations(read, reach_of(read, CATALOG), CATALOG) if w.principal == arn(DEV)]


def test_a_principal_is_no_target_of_its_own() -> None:
    read = account("iam:CreateAccessKey", **{"user/other": {}})
    assert [way.target for way in ways(read, "iam-002")] == [arn("user/other")]


def test_permissions_of_several_policies_add_up() -> None:
    group = {"group/builders": {"allow": ["lambda:CreateFunction", "lambda:InvokeFunction"]}}
    role = {"role/admin": {"trusts": "lambda.amazonaws.com"}}
    read = account("iam:PassRole on role/admin", groups=["builders"], **group, **role)
    (way,) = ways(read, "lambda-001")
    assert way.truth is True
    assert way.gives_admin is True


def test_a_service_linked_role_neither_acts_nor_is_a_target() -> None:
    linked = {"path": "/aws-service-role/lambda.amazonaws.com/", "trusts": "lambda.amazonaws.com"}
    read = account("iam:PassRole", "lambda:*", **{"role/linked": linked})
    found = escalations(read, reach_of(read, CATALOG), CATALOG)
    assert not [way for way in found if "linked" in way.target or "linked" in way.principal]


def test_a_resource_that_was_not_read_may_be_there() -> None:
    role = {"role/admin": {"trusts": "ec2.amazonaws.com", "profile": "admin"}}
    read = replace(account("ssm:StartSession", **role), exported=())
    (way,) = ways(read, "ssm-001")
    assert way.truth == Unknown(UnknownKind.NOT_EXPORTED, "ec2 describe-instances for account `111122223333`")
    assert way.missing == ("needs a running instance with `admin`",)


def test_a_resource_that_was_not_read_must_be_allowed_all_the_same() -> None:
    role = {"role/admin": {"trusts": "ec2.amazonaws.com", "profile": "admin"}}
    read = replace(account("ssm:StartSession on ssm:managed-instance/*", **role), exported=())
    assert ways(read, "ssm-001") == []


def test_a_condition_is_left_with_its_reason() -> None:
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    read = account({"do": "iam:PutUserPolicy", "if": condition})
    (way,) = ways(read, "iam-007")
    assert isinstance(way.truth, Unknown)
    assert "aws:MultiFactorAuthPresent" in way.truth.reason
    assert [condition.key for condition in way.conditions] == ["aws:MultiFactorAuthPresent"]


def test_an_organization_that_was_not_exported_is_a_doubt() -> None:
    read = replace(account("iam:PutUserPolicy"), organization=NotExported("organizations list-policies"))
    (way,) = ways(read, "iam-007")
    assert isinstance(way.truth, Unknown)
    assert "organizations" in way.truth.reason


def test_a_boundary_limits_what_is_given() -> None:
    read = account("iam:PutUserPolicy", boundary=["iam:PutUserPolicy", "s3:*"])
    (way,) = ways(read, "iam-007")
    assert way.truth is True
    assert way.gives_admin is False


def test_a_role_of_another_account_is_assumed() -> None:
    far = {"role/far": {"account": "444455556666", "trusts": arn(DEV)}}
    read = account("sts:AssumeRole", **far)
    assert [way.target for way in ways(read, "sts-001")] == ["arn:aws:iam::444455556666:role/far"]
    assert ways(account("s3:GetObject", **far), "sts-001") == []


def test_in_one_account_a_trust_policy_that_names_the_user_is_enough() -> None:
    near = {"role/near": {"trusts": DEV}}
    assert [way.truth for way in ways(account("s3:GetObject", **near), "sts-001")] == [True]


def test_the_outside_comes_in_as_an_account_and_as_everyone() -> None:
    read = account(**{"role/open": {"trusts": "*"}, "role/partner": {"trusts": "999900001111"}})
    found = escalations(read, reach_of(read, CATALOG), CATALOG)
    outside = {(way.technique.id, way.principal, way.target) for way in found if "sts-00" in way.technique.id}
    assert ("sts-003", "*", arn("role/open")) in outside
    assert ("sts-002", "arn:aws:iam::999900001111:root", arn("role/partner")) in outside


def test_an_external_id_does_not_close_a_trust_policy() -> None:
    external = {"trusts": "999900001111", "trust_if": {"StringEquals": {"sts:ExternalId": "seven"}}}
    read = account(**{"role/partner": external})
    found = escalations(read, reach_of(read, CATALOG), CATALOG)
    assert [way.technique.id for way in found if way.target == arn("role/partner")] == ["sts-002"]


def test_a_pattern_of_roles_and_not_action() -> None:
    roles = {
        "role/team-a": {"trusts": "ec2.amazonaws.com", "allow": ["s3:*"]},
        "role/boss": {"trusts": "ec2.amazonaws.com", "allow": ["s3:*"]},
    }
    read = account({"not": "s3:*", "on": "role/team-*"}, **roles)
    assert [way.target for way in ways(read, "iam-012")] == [arn("role/team-a")]


def test_one_resource_says_it_where_its_role_does_not_matter() -> None:
    functions = [{"type": "AWS::Lambda::Function", "id": f"lambda:function:f{n}"} for n in range(3)]
    urls = [
        {
            "type": "AWS::Lambda::Url",
            "id": "lambda:function:f1:url",
            "TargetFunctionArn": "lambda:function:f1",
        }
    ]
    role = {"role/admin": {"trusts": "lambda.amazonaws.com"}}
    read = account("iam:PassRole", "lambda:*", resources=[*functions, *urls], **role)
    (way,) = ways(read, "x-lambda-passrole-update")
    assert way.truth is True
    assert way.via == (arn("lambda:function:f1"),)


def test_the_same_account_gives_the_same_ways() -> None:
    role = {"role/admin": {"trusts": "lambda.amazonaws.com"}}
    read = account("iam:PassRole", "lambda:*", "iam:*", **role)
    first = escalations(read, reach_of(read, CATALOG), CATALOG)
    assert first == escalations(read, reach_of(read, CATALOG), CATALOG)
    assert list(first) == sorted(first, key=lambda way: way.sort_key)


# --- administrators ------------------------------------------------------------------------------------------------

NO_BOUNDARY = {"Null": {"iam:PermissionsBoundary": "false"}}


@pytest.mark.parametrize(
    ("allow", "more", "expected"),
    [
        (["*"], {}, True),
        (["iam:*"], {}, True),
        ([{"not": "s3:*"}], {}, True),
        ([{"not": ["iam:*", "organizations:*"]}], {}, False),
        (["s3:*", "ec2:*", "lambda:*"], {}, False),
        (["iam:CreateRole", "iam:PutRolePolicy"], {}, True),
        (["iam:CreateRole"], {}, False),
        (["iam:AttachRolePolicy"], {}, False),
        (["iam:AttachUserPolicy on user/dev"], {}, True),
        (["iam:AttachUserPolicy on user/dev"], {"boundary": ["*"]}, True),
        (["iam:AttachUserPolicy on user/dev"], {"boundary": ["iam:*"]}, False),
        ([{"do": ["iam:CreateRole", "iam:PutRolePolicy"], "if": NO_BOUNDARY}], {}, False),
        (["*"], {"boundary": ["s3:*"]}, False),
        (["*"], {"deny": ["iam:*"]}, False),
        (["*"], {"scp": ["iam:*"]}, False),
        (["*"], {"scp": ["organizations:LeaveOrganization"]}, True),
    ],
)
def test_who_is_an_administrator(allow: list[Any], more: dict[str, Any], expected: bool) -> None:
    read = account(*allow, **more)
    principal = read.principal(arn(DEV))
    assert principal is not None
    assert is_admin(reach_of(read, CATALOG), principal) is expected


def test_a_condition_makes_an_administrator_a_doubt() -> None:
    read = account({"do": "*", "if": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}})
    principal = read.principal(arn(DEV))
    assert principal is not None
    assert isinstance(is_admin(reach_of(read, CATALOG), principal), Unknown)


def test_a_new_role_is_a_target_without_a_name() -> None:
    (way,) = ways(account("iam:CreateRole", "iam:AttachRolePolicy"), "x-iam-createrole")
    assert way.target == NEW_ROLE
    assert way.is_admin is True


# --- from outside ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"StringEquals": {"aws:PrincipalType": "User"}}, True),
        ({"StringLike": {"aws:username": "partner-*"}}, True),
        ({"StringEquals": {"aws:PrincipalType": "AssumedRole"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/partner"}}, True),
        ({"StringEquals": {"aws:PrincipalType": ["Account", "FederatedUser"]}}, False),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-example1234"}}, False),
    ],
)
@pytest.mark.parametrize(("trusts", "technique"), [("*", "sts-003"), ("999900001111", "sts-002")])
def test_users_and_sessions_of_roles_come_in_from_outside(
    condition: dict[str, Any], found: bool, trusts: str, technique: str
) -> None:
    # Neither a root user nor a session of GetFederationToken may call sts:AssumeRole.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
    read = account(**{"role/open": {"trusts": trusts, "trust_if": condition}})
    read = replace(read, organization=organization())
    ways = escalations(read, reach_of(read, CATALOG), CATALOG)
    outside = [way.technique.id for way in ways if way.technique.id in ("sts-002", "sts-003")]
    assert outside == [technique] * found


def test_conditions_on_everyone_name_an_account_and_an_account_may_be_of_a_named_organization() -> None:
    by_id = {"StringEquals": {"aws:PrincipalAccount": "999900001111"}}
    by_arn = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::9999????1111:role/ops-*"}}
    partner = {"StringEquals": {"aws:PrincipalOrgID": "o-partner12345"}}
    read = account(
        **{
            "role/id": {"trusts": "*", "trust_if": by_id},
            "role/arn": {"trusts": "*", "trust_if": by_arn},
            "role/partner": {"trusts": "999900001111", "trust_if": partner},
        }
    )
    ways = escalations(read, reach_of(read, CATALOG), CATALOG)
    assert {
        (way.technique.id, way.principal, way.target) for way in ways if way.technique.id != "sts-001"
    } == {
        ("sts-002", "arn:aws:iam::999900001111:root", arn("role/id")),
        ("sts-002", "arn:aws:iam::999900001111:root", arn("role/arn")),
        ("sts-002", "arn:aws:iam::999900001111:root", arn("role/partner")),
    }


def test_not_principal_lets_in_everyone_else() -> None:
    statement = {
        "Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:user/dev"}, "Action": "sts:AssumeRole",
    }  # fmt: skip
    read = graph_inventory(role("open", trusts=[statement]))
    ways = escalations(read, reach_of(read, CATALOG), CATALOG)
    assert [(way.technique.id, way.principal) for way in ways] == [("sts-003", "*")]
