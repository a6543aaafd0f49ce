"""All nodes and edges of an inventory."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.truth import Truth
from wa_policy.graph.administrators import Administrators
from wa_policy.graph.alike import Alike
from wa_policy.graph.escalation import Escalations
from wa_policy.graph.links import edges_of_classes, links
from wa_policy.graph.reach import Reach
from wa_policy.graph.strangers import strangers_of
from wa_policy.graph.thing_classes import ThingClass
from wa_policy.graph.things import Thing
from wa_policy.graph.weave import Candidates, Weaver
from wa_policy.graph.web import Edge, EdgeKind, Node, NodeKind, Web
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PrincipalKind

UNREAD = Node("unread", NodeKind.UNREAD, "whoever a document names that was not read")
_GRANTS = Unknown(UnknownKind.NOT_EXPORTED, "kms list-grants")


def web_of(reach: Reach, raised: Escalations | None = None) -> Web:
    """The nodes and edges of an inventory, those of its escalations included; in one order for the same input."""
    likeness = Alike(reach)
    administrators = Administrators(reach, alike=likeness.as_administrator)
    nodes: dict[str, Node] = {}
    home: dict[str, str] = {}
    placed: list[tuple[Thing, ...]] = []
    for class_ in reach.thing_classes:
        groups = _apart(reach, likeness, class_)
        placed.append(tuple(members[0] for members in groups))
        for members in groups:
            node = _node(reach, administrators, members)
            nodes[node.id] = node
            home.update(dict.fromkeys(node.members, node.id))
    edges: dict[tuple[str, str, EdgeKind, str], Edge] = {}
    for edge, stranger in chain(
        _edges(reach, placed, home), () if raised is None else edges_of_classes(raised, home)
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


def _apart(reach: Reach, likeness: Alike, class_: ThingClass) -> list[list[Thing]]:
    """The members of a class by node: of principals only those that may do the same are one."""
    groups: dict[Hashable, list[Thing]] = {}
    for thing in class_.members:
        principal = thing.principal
        key: Hashable = None
        if principal is not None and principal.kind is not PrincipalKind.GROUP:
            key = reach.class_of(principal).number, likeness.as_administrator(principal)
        groups.setdefault(key, []).append(thing)
    return list(groups.values())


def _node(reach: Reach, administrators: Administrators, members: list[Thing]) -> Node:
    first = members[0]
    principal = first.principal
    is_caller = principal is not None and principal.kind is not PrincipalKind.GROUP
    notes = [str(reason) for reason in reach.target(first.arn).side[2].values()]
    admin: Truth = False
    if principal is not None and is_caller:
        notes += map(str, reach.class_of(principal).actor.applied.unknown.values())
        admin = administrators.is_admin(principal)
    name = (
        first.arn.split(":", 5)[-1]
        if first.resource is None or not first.resource.name
        else first.resource.name
    )
    label = name if len(members) == 1 else f"{name} and {len(members) - 1} more"
    return Node(
        first.arn,
        NodeKind.PRINCIPAL if is_caller else NodeKind.RESOURCE,
        label,
        first.account,
        first.type,
        first.service,
        tuple(member.arn for member in members),
        tuple(dict.fromkeys(notes)),
        admin,
    )


def _edges(
    reach: Reach, placed: list[tuple[Thing, ...]], home: Mapping[str, str]
) -> Iterator[tuple[Edge, Node | None]]:
    """All edges but the escalations; `placed` has for each class of things the first of each of its nodes."""
    firsts = tuple(things[0] for things in placed)
    nodes = {things[0].arn: things for things in placed}
    candidates, weaver = Candidates(reach, firsts), Weaver(reach)
    for class_ in reach.classes:
        sources = tuple(dict.fromkeys(home[member.arn] for member in class_.members))
        for number in candidates.of(class_):
            thing = firsts[number]
            for edge in weaver.edges(class_.actor, sources[0], thing):
                for other in placed[number]:
                    there = edge if other is thing else _at(reach, edge, thing, other)
                    for source in sources:
                        if source != there.target:
                            yield there.between(source, there.target), None
    for stranger in strangers_of(reach, firsts):
        for thing in stranger.things:
            for edge in weaver.edges(stranger.actor, stranger.node.id, thing):
                for other in nodes[thing.arn]:
                    yield (edge if other is thing else _at(reach, edge, thing, other)), stranger.node
    for things in placed:
        for thing in things:
            yield from _unread(reach, thing)
    yield from links(reach)


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
