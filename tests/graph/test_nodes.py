"""What is true of a node is true of each of its members: the web, taken apart, against each pair by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.graph.twins import organization_of_twins
from tests.graph.webs import (
    ABROAD,
    HOME,
    allow,
    deny,
    inventory,
    organization,
    policy,
    resource,
    role,
    trust,
    user,
)
from wa_policy.catalog.store import load_catalog
from wa_policy.graph.alike import Apart
from wa_policy.graph.build import expand, graph_of
from wa_policy.graph.escalation import escalation_classes
from wa_policy.graph.escalation_edges import escalation_edges
from wa_policy.graph.links import links
from wa_policy.graph.reach import reach_of
from wa_policy.graph.spin import web_of
from wa_policy.graph.weave import Weaver
from wa_policy.graph.web import Edge, EdgeKind, NodeKind, Web
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    METHODS_PROPERTY,
    POLICY_PROPERTY,
    REST_API_ID_PROPERTY,
    Absent,
    AttachedPolicy,
    Inventory,
    NotExported,
    PrincipalKind,
    PropertyValue,
    Resource,
)

Said = tuple[str, str, str, str, int, int, bool]


def said(edge: Edge, source: str, target: str) -> Said:
    return source, target, edge.kind.value, edge.how, edge.sure, edge.maybe, edge.truth is True


def taken_apart(woven: Web) -> Iterator[Said]:
    """The edges between single members; those that lead from the permissions of a principal."""
    for edge in woven.edges:
        source, target = woven.nodes[edge.source], woven.nodes[edge.target]
        if source.kind is not NodeKind.PRINCIPAL and edge.kind is not EdgeKind.ACT_AS:
            continue
        if source.kind not in (NodeKind.PRINCIPAL, NodeKind.RESOURCE):
            continue
        for one in source.members:
            for other in target.members or (target.id,):
                if one != other:
                    yield said(edge, one, other)


def pair_by_pair(found: Inventory) -> Iterator[Said]:
    """The same of each principal and each thing by itself."""
    reach = reach_of(found, load_catalog())
    weaver = Weaver(reach)
    for principal in found.principals:
        if principal.kind is not PrincipalKind.GROUP:
            for thing in reach.things:
                if thing.arn != principal.arn:
                    for edge in weaver.edges(reach.actor(principal), principal.arn, thing):
                        yield said(edge, principal.arn, thing.arn)
    for edge, _ in links(reach):
        if edge.kind is EdgeKind.ACT_AS:
            yield said(edge, edge.source, edge.target)
    apart = escalation_classes(reach_of(found, load_catalog()), likeness=Apart()).every()
    best: dict[tuple[str, str, str], Said] = {}
    for edge, node in escalation_edges(apart):
        if node is None or node.kind is NodeKind.ADMINISTRATOR:
            one = said(edge, edge.source, edge.target)
            key = one[0], one[1], one[3]
            if key not in best or one[-1]:
                best[key] = one
    yield from best.values()


@pytest.mark.parametrize("seed", range(12))
def test_an_edge_of_a_node_is_one_of_each_member(seed: int) -> None:
    found = organization_of_twins(seed)
    reach = reach_of(found, load_catalog())
    woven = web_of(reach, escalation_classes(reach))
    one, other = set(taken_apart(woven)), set(pair_by_pair(found))
    assert one == other, (sorted(one - other)[:2], sorted(other - one)[:2])
    assert any(len(node.members) > 1 for node in woven.nodes.values())


def test_things_are_one_node_only_if_the_same_parts_of_them_are_matched() -> None:
    # The pattern is about the roles of the path /a/, the first of which has a name that begins like the path of others.
    patterns = allow("sts:AssumeRole", f"arn:aws:iam::{HOME}:role/a/*")
    home = [trust({"AWS": HOME})]
    inner = replace(role("b", trusts=home), arn=f"arn:aws:iam::{HOME}:role/a/b", path="/a/")
    found = inventory(role("r", patterns), role("a", trusts=home), inner)
    woven = web_of(reach_of(found, load_catalog()))
    targets = {edge.target for edge in woven.edges if edge.source.endswith("role/r")}
    assert targets == {inner.arn}
    assert woven.nodes[inner.arn].members == (inner.arn,)


def test_a_resource_control_policy_tells_resources_apart() -> None:
    queues = [resource(f"arn:aws:sqs:eu-west-1:{HOME}:{name}") for name in ("a", "shut", "z")]
    control = {**deny("sqs:*", "arn:aws:sqs:*:*:shut"), "Principal": "*"}
    found = inventory(role("r", allow("sqs:SendMessage")), *queues, within=organization(resource=[control]))
    woven = web_of(reach_of(found, load_catalog()))
    members = {node.members for node in woven.nodes.values() if node.type == "AWS::SQS::Queue"}
    assert members == {(queues[1].id,), (queues[0].id, queues[2].id)}
    assert {edge.target for edge in woven.edges if edge.source.endswith("role/r")} == {queues[0].id}


def test_members_of_a_node_that_reach_each_other_have_an_edge_to_themselves() -> None:
    home = [trust({"AWS": HOME})]
    found = inventory(*(role(name, allow("sts:AssumeRole"), trusts=home) for name in "abc"))
    woven = web_of(reach_of(found, load_catalog()))
    (node,) = (node for node in woven.nodes.values() if node.members)
    graph = graph_of(woven, load_catalog())
    assert list(graph.edges()) == [(node.id, node.id)]
    apart = expand(graph, node.id)
    assert len(apart.edges()) == 6
    assert all(source != target for source, target in apart.edges())


@pytest.mark.parametrize("trusted", [{"AWS": ABROAD}, "*"])
def test_the_patterns_of_another_account_tell_roles_apart_that_trust_it(trusted: object) -> None:
    targets = [role(name, trusts=[trust(trusted)]) for name in ("t1", "t2")]
    caller = role("r", allow("sts:AssumeRole", targets[0].arn), account=ABROAD)
    woven = web_of(reach_of(inventory(caller, *targets), load_catalog()))
    found = {edge.target for edge in woven.edges if edge.source == caller.arn}
    assert found == {targets[0].arn}
    assert woven.nodes[targets[0].arn].members == (targets[0].arn,)


def test_methods_of_apis_tell_them_apart() -> None:
    def api(name: str, kind: str) -> Resource:
        arn = f"arn:aws:apigateway:eu-west-1::/restapis/{name}"
        method = {"HttpMethod": "GET", "ResourcePath": "/x", "AuthorizationType": kind}
        properties: dict[str, PropertyValue] = {
            REST_API_ID_PROPERTY: name,
            METHODS_PROPERTY: (method,),
            POLICY_PROPERTY: Absent(),
        }
        return Resource("AWS::ApiGateway::RestApi", arn, name, HOME, "eu-west-1", properties, Source(name))

    woven = web_of(
        reach_of(inventory(api("a", "NONE"), api("b", "AWS_IAM"), api("c", "NONE")), load_catalog())
    )
    found = {edge.target.rpartition("/")[2] for edge in woven.edges if edge.source == "anonymous"}
    assert found == {"a"}
    assert {len(node.members) for node in woven.nodes.values() if node.type} == {1, 2}


def test_public_access_that_is_blocked_tells_buckets_apart() -> None:
    def bucket(name: str, **block: bool) -> Resource:
        grant = allow("s3:GetObject", "*", Principal="*")
        return resource(f"arn:aws:s3:::{name}", grant, PublicAccessBlockConfiguration=block)

    shut, open_ = bucket("shut", RestrictPublicBuckets=True), bucket("open", RestrictPublicBuckets=False)
    woven = web_of(reach_of(inventory(shut, open_), load_catalog()))
    assert {edge.target for edge in woven.edges if edge.source == "any-account"} == {open_.id}
    assert woven.nodes[open_.id].members == (open_.id,)


def test_who_is_the_only_target_of_its_class_makes_no_administrator_of_itself() -> None:
    own = f"arn:aws:iam::{HOME}:policy/own"
    attached = (AttachedPolicy("own", policy(allow(["iam:CreatePolicyVersion", "sts:AssumeRole"])), own),)
    roles = [
        replace(role(name, trusts=trusts), identity_policies=attached)
        for name, trusts in (("p", [trust({"AWS": HOME})]), ("q", [trust({"Service": "ec2.amazonaws.com"})]))
    ]
    reach = reach_of(inventory(*roles), load_catalog())
    raised = escalation_classes(reach)
    (class_,) = (one for one in raised.classes if one.first.technique.id == "iam-016")
    assert (len(class_.principals), len(class_.targets), len(class_)) == (2, 1, 1)
    raising = {
        (edge.source.rpartition("/")[2], edge.target.rpartition("/")[2])
        for edge in web_of(reach, raised).edges
        if edge.how == "iam-016"
    }
    assert raising == {("q", "p"), ("q", f"administrator:{HOME}")}


def test_the_doubts_of_an_edge_name_its_own_target() -> None:
    users = [user(name, allow("s3:*", f"arn:aws:s3:::{name}")) for name in ("alice", "bob")]
    roles = [
        role(name, allow("s3:*", f"arn:aws:s3:::{name}"), trusts=NotExported(f"the trust of {name}"))
        for name in ("carol", "dave")
    ]
    found = inventory(role("r", allow(["iam:UpdateLoginProfile", "iam:GetRole"])), *users, *roles)
    unread = {one.name: Unknown(UnknownKind.NOT_EXPORTED, f"the password of {one.name}") for one in users}
    resources = tuple(
        replace(one, properties={**one.properties, "LoginProfile": unread[one.name]})
        if one.name in unread
        else one
        for one in found.resources
    )
    reach = reach_of(replace(found, resources=resources), load_catalog())
    woven = web_of(reach, escalation_classes(reach))
    told = {
        (edge.target.rpartition("/")[2], doubt.reason)
        for edge in woven.edges
        if edge.source.endswith("role/r") and edge.how in ("iam-006", "access")
        for doubt in edge.doubts
    }
    assert told == {
        ("alice", "the password of alice"),
        ("bob", "the password of bob"),
        ("carol", "the trust of carol"),
        ("dave", "the trust of dave"),
    }
