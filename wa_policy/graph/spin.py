"""All nodes and edges of an inventory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.truth import Truth
from wa_policy.graph.administrators import Administrators
from wa_policy.graph.classes import PrincipalClass
from wa_policy.graph.escalation import Escalation
from wa_policy.graph.links import escalation_edges, links
from wa_policy.graph.reach import Reach
from wa_policy.graph.strangers import strangers_of
from wa_policy.graph.things import Thing, things_of
from wa_policy.graph.weave import Candidates, ThingClass, classes_of_things, edges_of, reached
from wa_policy.graph.web import Edge, EdgeKind, Node, NodeKind, Web
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PrincipalKind

UNREAD = Node("unread", NodeKind.UNREAD, "whoever a document names that was not read")
_GRANTS = Unknown(UnknownKind.NOT_EXPORTED, "kms list-grants")


def web_of(reach: Reach, raised: Iterable[Escalation] = ()) -> Web:
    """The nodes and edges of an inventory, those of its escalations included; in one order for the same input."""
    things = things_of(reach.inventory, reach.pairs.universes)
    nodes: dict[str, Node] = {}
    home: dict[str, str] = {}
    administrators = Administrators(reach)
    placed = _nodes(reach, administrators, classes_of_things(reach, things, reach.classes))
    for node in placed:
        nodes[node.id] = node
        home.update(dict.fromkeys(node.members, node.id))
    firsts = tuple(thing for thing in things if home[thing.arn] == thing.arn)
    edges: dict[tuple[str, str, EdgeKind, str], Edge] = {}
    for edge, stranger in chain(_edges(reach, firsts, nodes, home), escalation_edges(raised)):
        if stranger is not None:
            nodes.setdefault(stranger.id, stranger)
        source, target = home.get(edge.source, edge.source), home.get(edge.target, edge.target)
        if target in nodes and source in nodes:
            if (source, target) != (edge.source, edge.target):
                edge = edge.between(source, target)  # noqa: PLW2901  # the same edge, at its nodes
            key = source, target, edge.kind, edge.how
            if key not in edges or (edges[key].truth is not True and edge.truth is True):
                edges[key] = edge
    kept = dict(sorted(nodes.items()))
    return Web(kept, tuple(edges[key] for key in sorted(edges)), home)


def _nodes(reach: Reach, administrators: Administrators, classes: tuple[ThingClass, ...]) -> Iterator[Node]:
    """The nodes of what was read: things that are alike, and of principals those that may do the same as well."""
    for class_ in classes:
        groups: dict[int, list[Thing]] = {}
        for thing in class_.members:
            principal = thing.principal
            number = -1
            if principal is not None and principal.kind is not PrincipalKind.GROUP:
                number = reach.class_of(principal).number
            groups.setdefault(number, []).append(thing)
        for members in groups.values():
            yield _node(reach, administrators, members)


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
    reach: Reach, firsts: tuple[Thing, ...], nodes: dict[str, Node], home: dict[str, str]
) -> Iterator[tuple[Edge, Node | None]]:
    candidates = Candidates(reach, firsts)
    for class_ in reach.classes:
        sources = _sources(class_, nodes, home)
        for number in candidates.of(class_):
            thing = firsts[number]
            found = reached(reach, class_.actor, thing)
            if found is not None:
                for edge in edges_of(reach, sources[0], thing.arn, thing, found):
                    for source in sources:
                        if source != edge.target:
                            yield edge.between(source, edge.target), None
    for stranger in strangers_of(reach, firsts):
        for thing in stranger.things:
            found = reached(reach, stranger.actor, thing)
            if found is not None:
                for edge in edges_of(reach, stranger.node.id, thing.arn, thing, found):
                    yield edge, stranger.node
    for thing in firsts:
        yield from _unread(reach, thing)
    yield from links(reach)


def _sources(class_: PrincipalClass, nodes: dict[str, Node], home: dict[str, str]) -> list[str]:
    return list(dict.fromkeys(nodes[home[member.arn]].id for member in class_.members))


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
