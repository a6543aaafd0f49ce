"""Classes of escalations: what is searched for once holds for each of the members by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.graph.twins import organization_of_twins
from tests.graph.webs import HOME, allow, deny, inventory, policy, role, trust, user
from wa_policy.catalog.store import load_catalog
from wa_policy.graph.alike import Apart, kind_of
from wa_policy.graph.escalation import Escalation, escalation_classes
from wa_policy.graph.reach import reach_of
from wa_policy.iam.source import Source
from wa_policy.inventory.model import Answer, AttachedPolicy, Inventory, PropertyValue, Resource


def differences(found: Inventory) -> tuple[list[str], int, int]:
    """Where classes and the search for each principal and target differ; how many classes and escalations there are."""
    alike = escalation_classes(reach_of(found, load_catalog()))
    apart = escalation_classes(reach_of(found, load_catalog()), likeness=Apart())
    assert all(len(one) == 1 for one in apart.classes)
    single: list[Escalation] = []
    different: list[str] = []
    for class_ in alike.classes:
        members = list(alike.each(class_))
        assert len(members) == len(class_)
        assert class_.first in members
        different += [repr(one) for one in members if kinds(one) != kinds(class_.first)]
        single += members
    # The text of an escalation has the places of its statements as well.
    different += set(map(repr, single)) ^ {repr(one.first) for one in apart.classes}
    return sorted(different), len(alike.classes), len(single)


def kinds(one: Escalation) -> tuple[object, ...]:
    """What is told of all escalations of a class together."""
    return kind_of(one.truth), kind_of(one.gives_admin), kind_of(one.is_admin), one.conditions


def who(found: Inventory, technique: str) -> dict[str, list[str]]:
    """By the names of principals, those of the targets that they gain by a technique."""
    assert differences(found)[0] == []
    ways: dict[str, list[str]] = {}
    for one in escalation_classes(reach_of(found, load_catalog())).every():
        if one.technique.id == technique:
            ways.setdefault(one.principal.rsplit("/", 1)[-1], []).append(one.target.rsplit("/", 1)[-1])
    return ways


def test_the_id_of_a_role_counts_in_the_name_of_its_session() -> None:
    # The boundary does not let the role in; a trust policy that names its session does, unless the Deny knows its id.
    denied = {"StringLike": {"aws:userid": "AROA1:*"}}
    said = (allow("iam:UpdateAssumeRolePolicy"), deny("sts:AssumeRole", Condition=denied))
    one, other = (replace(role(n, *said, boundary=[allow("iam:*")]), unique_id=f"AROA{n}") for n in "12")
    assert who(inventory(one, other, role("t")), "iam-012") == {"2": ["1", "t"]}


def test_the_order_of_policies_chooses_the_resource_and_so_the_conditions() -> None:
    named = [
        policy(
            allow("lambda:*", f"arn:aws:lambda:*:*:function:{n}-*", Condition={"Bool": {f"aws:{n}": "true"}})
        )
        for n in ("ViaAWSService", "MultiFactorAuthPresent")
    ]
    passes = policy(allow("iam:PassRole"))
    lambda_ = [trust({"Service": "lambda.amazonaws.com"})]
    roles = [
        replace(
            role(name), identity_policies=tuple(AttachedPolicy(str(n), p) for n, p in enumerate(policies))
        )
        for name, policies in (("a", (*named, passes)), ("b", (passes, *reversed(named))))
    ]
    assert who(inventory(*roles, role("t", trusts=lambda_)), "lambda-001") == {"a": ["t"], "b": ["t"]}


def test_what_one_may_do_to_oneself_is_told_by_the_own_name() -> None:
    said = allow("iam:DeleteUserPermissionsBoundary", f"arn:aws:iam::{HOME}:user/a*")
    users = [user(name, said, boundary=[allow("iam:Delete*")]) for name in ("a", "b")]
    assert who(inventory(*users), "iam-022") == {"a": ["a"]}


def test_who_may_raise_itself_by_its_own_name_is_an_administrator() -> None:
    said = allow("iam:PutUserPolicy", f"arn:aws:iam::{HOME}:user/a*"), allow("iam:UpdateAssumeRolePolicy")
    assert who(inventory(*(user(name, *said) for name in ("a", "b")), role("t")), "iam-012") == {
        "a": ["t"],
        "b": ["t"],
    }


def test_a_boundary_that_leaves_everything_is_one_that_can_be_deleted() -> None:
    home = [trust({"AWS": HOME})]
    targets = [role("t", trusts=home, boundary=[allow("*")]), role("u", trusts=home)]
    said = allow(["iam:DeleteRolePermissionsBoundary", "sts:AssumeRole"])
    assert who(inventory(role("r", said), *targets), "iam-023") == {"r": ["t"]}


def test_policies_of_the_customer_can_be_rewritten_and_those_of_aws_cannot() -> None:
    said = policy(allow("iam:CreatePolicyVersion"), deny("s3:*"))
    owners = {"own": HOME, "aws": "aws", "inline": ""}
    users = [
        replace(
            user(name),
            identity_policies=(
                AttachedPolicy("p", said, f"arn:aws:iam::{owner}:policy/p" if owner else None),
            ),
        )
        for name, owner in owners.items()
    ]
    assert who(inventory(*users), "iam-001") == {"own": ["own"]}


def test_a_deny_can_be_detached_where_it_is_attached() -> None:
    said = policy(allow("iam:De*"), deny("s3:*"))
    users = [
        replace(user(name), identity_policies=(AttachedPolicy("p", said, arn),))
        for name, arn in (("managed", "arn:aws:iam::aws:policy/p"), ("inline", None))
    ]
    assert who(inventory(*users), "iam-025") == {"managed": ["managed"]}
    assert who(inventory(*users), "iam-026") == {"inline": ["inline"]}


def test_a_boundary_is_told_by_its_arn_where_a_condition_looks_at_it() -> None:
    said = allow(
        "iam:PutRolePolicy", Condition={"ArnLike": {"iam:PermissionsBoundary": "arn:aws:iam::*:policy/fence"}}
    )
    targets = [role(name, trusts=[trust({"AWS": HOME})], boundary=[allow("*")]) for name in ("t", "u")]
    found = inventory(role("r", said, allow("sts:AssumeRole")), *targets)
    named = {"t": "fence", "u": "wall"}
    resources = tuple(
        replace(one, properties={"PermissionsBoundary": f"arn:aws:iam::{HOME}:policy/{named[one.name]}"})
        if one.name in named
        else one
        for one in found.resources
    )
    assert who(replace(found, resources=resources), "iam-017") == {"r": ["t"]}


def test_tags_count_where_a_condition_looks_at_them() -> None:
    said = allow("iam:PutRolePolicy", Condition={"StringEquals": {"iam:ResourceTag/team": "red"}})
    home = [trust({"AWS": HOME})]
    tagged = [
        role(name, trusts=home, tags={"team": name, "other": name}) for name in ("red", "blue", "redder")
    ]
    found = inventory(role("r", said, allow("sts:AssumeRole")), *tagged)
    assert who(found, "iam-017") == {"r": ["red"]}
    classes = escalation_classes(reach_of(found, load_catalog())).classes
    assert [len(one) for one in classes if one.first.technique.id == "sts-001"] == [1, 1, 1]
    untold = inventory(role("r", allow("sts:AssumeRole")), *tagged)
    classes = escalation_classes(reach_of(untold, load_catalog())).classes
    assert [len(one) for one in classes if one.first.technique.id == "sts-001"] == [3]


def test_a_helper_is_one_that_may_assume_the_target() -> None:
    passes = allow(["iam:PassRole", "cloudformation:*"])
    service = trust({"Service": "cloudformation.amazonaws.com"})
    may = role("b", allow("sts:AssumeRole"), trusts=[service])
    found = inventory(
        role("r", passes), role("a", trusts=[service]), may, role("t", trusts=[trust({"AWS": HOME})])
    )
    assert who(found, "cloudformation-003") == {"r": ["t"]}


def existing(type_: str, arn: str, **properties: PropertyValue) -> Resource:
    return Resource(type_, f"arn:aws:{arn}", arn, HOME, "eu-west-1", properties, Source(f"{arn}.json"))


def test_a_role_of_a_managed_instance_has_to_let_its_agent_speak() -> None:
    service = [trust({"Service": "ec2.amazonaws.com"})]
    names = {"one": allow("ssmmessages:*"), "two": allow("s3:*")}
    roles = [
        replace(
            role(n, said, trusts=service), instance_profiles=(f"arn:aws:iam::{HOME}:instance-profile/{n}",)
        )
        for n, said in names.items()
    ]
    instances = [
        existing("AWS::EC2::Instance", f"ec2:eu-west-1:{HOME}:instance/{n}", IamInstanceProfile=n)
        for n in names
    ]
    found = inventory(user("u", allow("ssm:StartSession")), *roles, *instances)
    found = replace(found, exported=(Answer("ec2.describe-instances", HOME),))
    assert who(found, "ssm-001") == {"u": ["one", "two"]}
    truths = {
        one.target.rsplit("/", 1)[-1]: kind_of(one.truth)
        for one in escalation_classes(reach_of(found, load_catalog())).every()
        if one.technique.id == "ssm-001"
    }
    assert truths == {"one": True, "two": None}


def test_a_condition_may_name_what_is_passed_or_taken_over() -> None:
    services = [
        trust({"Service": ["cloudformation.amazonaws.com", "ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]})
    ]
    targets = [
        replace(role(n, trusts=services), instance_profiles=(f"arn:aws:iam::{HOME}:instance-profile/{n}",))
        for n in ("t-1", "t-2")
    ]

    def named(action: str, key: str, pattern: str) -> Inventory:
        said = allow(action, Condition={"ArnLike": {key: pattern}})
        clusters = [
            existing("AWS::ECS::Cluster", f"ecs:eu-west-1:{HOME}:cluster/c-{number}") for number in range(2)
        ]
        allowed = allow(["iam:PassRole", "ecs:RegisterTaskDefinition"])
        read = inventory(role("r", allowed, said), *targets, *clusters)
        return replace(read, exported=(Answer("ecs.list-clusters", HOME),))

    stacks = named("cloudformation:*", "cloudformation:RoleArn", "arn:aws:iam::*:role/*-1")
    assert who(stacks, "cloudformation-001") == {"r": ["t-1"]}
    # The stacks were not read: each role is asked about by itself.
    assert who(stacks, "x-cloudformation-passrole-updatestack") == {"r": ["t-1"]}
    others = named("cloudformation:*", "cloudformation:RoleArn", "arn:aws:iam::*:role/*-2")
    assert who(others, "x-cloudformation-passrole-updatestack") == {"r": ["t-2"]}
    instances = named("ec2:*", "ec2:InstanceProfile", "arn:aws:iam::*:instance-profile/t-2")
    assert who(instances, "ec2-001") == {"r": ["t-2"]}
    tasks = named("ecs:RunTask", "ecs:cluster", "arn:aws:ecs:*:*:cluster/c-1")
    assert who(tasks, "ecs-004") == {"r": ["t-1", "t-2"]}
    assert who(named("ecs:RunTask", "ecs:cluster", "arn:aws:ecs:*:*:cluster/c-2"), "ecs-004") == {}


@pytest.mark.parametrize("seed", range(20))
def test_what_is_alike_has_the_same_escalations(seed: int) -> None:
    different, classes, single = differences(organization_of_twins(seed))
    assert not different, different[:2]
    assert classes <= single
