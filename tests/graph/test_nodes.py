"""What is true of a node is true of each of its members: the web, taken apart, against each pair by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.graph.twins import organization_of_twins
from tests.graph.webs import HOME, allow, deny, inventory, organization, resource, role, trust
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
from wa_policy.inventory.model import Inventory, PrincipalKind

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
