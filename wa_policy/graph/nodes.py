"""The nodes of the web: principals and resources of which the same is true, all edges considered.

Members of a class of things may have the same done to them. Nodes are finer: principals may also do the same, all take
part in the same escalations, and the same others run as them, or set them off.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from wa_policy.evaluator.truth import Truth
from wa_policy.graph.administrators import Administrators
from wa_policy.graph.alike import Alike
from wa_policy.graph.escalation import Escalations
from wa_policy.graph.reach import Reach
from wa_policy.graph.things import Thing
from wa_policy.graph.web import Edge, Node, NodeKind
from wa_policy.inventory.model import PrincipalKind

Places = list[list[list[Thing]]]
"""For each class of things its members by their nodes, all in order."""


def places_of(reach: Reach, raised: Escalations | None, linked: Iterable[Edge]) -> Places:
    """The members of each class of things by node; `linked` are the edges that no permission makes."""
    likeness = Alike(reach)
    taking_part = _taking_part(raised)
    others: dict[str, set[tuple[bool, str, str, str]]] = {}
    for edge in linked:
        others.setdefault(edge.source, set()).add((True, edge.kind, edge.how, edge.target))
        others.setdefault(edge.target, set()).add((False, edge.kind, edge.how, edge.source))
    places: Places = []
    for class_ in reach.thing_classes:
        groups: dict[Hashable, list[Thing]] = {}
        for thing in class_.members:
            principal = thing.principal
            doing: Hashable = None
            if principal is not None and principal.kind is not PrincipalKind.GROUP:
                doing = likeness.as_administrator(principal)
            key = (doing, tuple(taking_part.get(thing.arn, ())), frozenset(others.get(thing.arn, ())))
            groups.setdefault(key, []).append(thing)
        places.append(list(groups.values()))
    return places


def _taking_part(raised: Escalations | None) -> dict[str, list[int]]:
    """By ARN the classes of escalations in which one takes part, told apart by on which side."""
    found: dict[str, list[int]] = {}
    for number, class_ in enumerate(() if raised is None else raised.classes):
        for arn in class_.principals:
            found.setdefault(arn, []).append(2 * number)
        for arn in class_.targets:
            found.setdefault(arn, []).append(2 * number + 1)
    return found


def node_of(reach: Reach, administrators: Administrators, members: list[Thing]) -> Node:
    """The node of some things."""
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
