"""All nodes and edges of an inventory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain

from wa_policy.evaluator.formula import Layer
from wa_policy.graph.administrators import Administrators
from wa_policy.graph.alike import Alike
from wa_policy.graph.escalation import Escalations
from wa_policy.graph.escalation_edges import edges_of_classes
from wa_policy.graph.links import links
from wa_policy.graph.nodes import Places, node_of, places_of
from wa_policy.graph.reach import Reach
from wa_policy.graph.strangers import strangers_of
from wa_policy.graph.things import Thing
from wa_policy.graph.weave import Candidates, Weaver
from wa_policy.graph.web import Edge, EdgeKind, Node, NodeKind, Web
from wa_policy.iam.unknown import Unknown, UnknownKind

UNREAD = Node("unread", NodeKind.UNREAD, "whoever a document names that was not read")
_GRANTS = Unknown(UnknownKind.NOT_EXPORTED, "kms list-grants")


def web_of(reach: Reach, raised: Escalations | None = None) -> Web:
    """The nodes and edges of an inventory, those of its escalations included; in one order for the same input."""
    administrators = Administrators(reach, alike=Alike(reach).as_administrator)
    linked = tuple(links(reach))
    places = places_of(reach, raised, (edge for edge, _ in linked))
    nodes: dict[str, Node] = {}
    home: dict[str, str] = {}
    for groups in places:
        for members in groups:
            node = node_of(reach, administrators, members)
            nodes[node.id] = node
            home.update(dict.fromkeys(node.members, node.id))
    edges: dict[tuple[str, str, EdgeKind, str], Edge] = {}
    for edge, stranger in chain(
        _edges(reach, places, home),
        linked,
        () if raised is None else edges_of_classes(raised, home),
    ):
        if stranger is not None:
            nodes.setdefault(stranger.id, stranger)
        source, target = home.get(edge.source, edge.source), home.get(edge.target, edge.target)
        if target in nodes and source in nodes:
            if source is not edge.source or target is not edge.target:
                edge = edge.between(source, target)  # noqa: PLW2901  # the same edge, at its nodes
            key = source, target, edge.kind, edge.how
            known = edges.get(key)
            if known is None or (known.truth is not True and edge.truth is True):
                edges[key] = edge
    kept = dict(sorted(nodes.items()))
    return Web(kept, tuple(edges[key] for key in sorted(edges)), home)


def _edges(reach: Reach, places: Places, home: Mapping[str, str]) -> Iterator[tuple[Edge, Node | None]]:
    """The edges that permissions make."""
    firsts = tuple(groups[0][0] for groups in places)
    numbers = {thing.arn: number for number, thing in enumerate(firsts)}
    candidates, weaver = Candidates(reach, firsts), Weaver(reach)
    for class_ in reach.classes:
        sources = tuple(dict.fromkeys(home[member.arn] for member in class_.members))
        for number in candidates.of(class_):
            thing = firsts[number]
            for edge in weaver.edges(class_.actor, sources[0], thing):
                for members in places[number]:
                    there = edge if members[0] is thing else _at(reach, edge, thing, members[0])
                    for source in sources:
                        # Members of one node may reach each other; what one does with itself is no edge.
                        if source != there.target or len(members) > 1:
                            yield there.between(source, there.target), None
    for stranger in strangers_of(reach, firsts):
        for thing in stranger.things:
            for edge in weaver.edges(stranger.actor, stranger.node.id, thing):
                for members in places[numbers[thing.arn]]:
                    there = edge if members[0] is thing else _at(reach, edge, thing, members[0])
                    yield there, stranger.node
    for groups in places:
        for members in groups:
            yield from _unread(reach, members[0])


def _at(reach: Reach, edge: Edge, thing: Thing, other: Thing) -> Edge:
    """The edge at another thing of the class, with the statements and doubts as they are there."""
    here, there = reach.target(thing.arn).side, reach.target(other.arn).side
    statements, doubts = edge.statements, edge.doubts
    if (
        here[0] is not None
        and there[0] is not None
        and any(layer is Layer.RESOURCE for layer, _ in statements)
    ):
        own = {id(one): other for one, other in zip(here[0].statements, there[0].statements, strict=False)}
        statements = tuple((layer, own.get(id(statement), statement)) for layer, statement in statements)
    if doubts and here[2]:
        named = {reason: there[2].get(layer, reason) for layer, reason in here[2].items()}
        doubts = tuple(named.get(doubt, doubt) for doubt in doubts)
    if statements is edge.statements and doubts is edge.doubts:
        return edge.between(edge.source, other.arn)
    return replace(edge, target=other.arn, statements=statements, doubts=doubts)


def _unread(reach: Reach, thing: Thing) -> Iterator[tuple[Edge, Node | None]]:
    """What a policy or grant may allow that was not read."""
    reason = reach.target(thing.arn).side[2].get(Layer.RESOURCE)
    bits = 0
    for part in thing.parts:
        for _, fits in part.fits:
            bits |= fits
    if thing.type == "AWS::KMS::Key" and reason is None:
        reason, bits = _GRANTS, bits & reach.pairs.grant_operations
    if reason is not None and bits:
        yield Edge(UNREAD.id, thing.arn, EdgeKind.ACCESS, "not read", 0, bits, doubts=(reason,)), UNREAD
