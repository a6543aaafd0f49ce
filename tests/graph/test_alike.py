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
from wa_policy.inventory.model import AttachedPolicy, Inventory


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


def test_the_order_of_policies_chooses_the_resource() -> None:
    named = [policy(allow("lambda:*", f"arn:aws:lambda:*:*:function:{n}-*")) for n in "xy"]
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


def test_a_helper_is_one_that_may_assume_the_target() -> None:
    passes = allow(["iam:PassRole", "cloudformation:*"])
    service = trust({"Service": "cloudformation.amazonaws.com"})
    may = role("b", allow("sts:AssumeRole"), trusts=[service])
    found = inventory(
        role("r", passes), role("a", trusts=[service]), may, role("t", trusts=[trust({"AWS": HOME})])
    )
    assert who(found, "cloudformation-003") == {"r": ["t"]}


def test_a_role_of_a_managed_instance_has_to_let_its_agent_speak() -> None:
    service = [trust({"Service": "ec2.amazonaws.com"})]
    profile = {"one": allow("ssmmessages:*"), "two": allow("s3:*")}
    roles = [
        replace(
            role(n, said, trusts=service), instance_profiles=(f"arn:aws:iam::{HOME}:instance-profile/{n}",)
        )
        for n, said in profile.items()
    ]
    found = inventory(user("u", allow("ssm:StartSession")), *roles)
    assert who(found, "ssm-001") == {"u": ["one", "two"]}
    truths = [
        one.truth
        for one in escalation_classes(reach_of(found, load_catalog())).every()
        if one.technique.id == "ssm-001"
    ]
    assert "describe-instances" in str(truths[0])
    assert len(set(truths)) == 1  # that no instance was read comes first


@pytest.mark.parametrize("seed", range(20))
def test_what_is_alike_has_the_same_escalations(seed: int) -> None:
    different, classes, single = differences(organization_of_twins(seed))
    assert not different, different[:2]
    assert classes <= single
