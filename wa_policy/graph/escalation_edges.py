"""Escalations as edges: from who takes a technique to whose permissions it gains, or to an administrator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from wa_policy.graph.escalation import (
    EVERYONE,
    NEW_ROLE,
    End,
    Escalation,
    EscalationClass,
    Escalations,
)
from wa_policy.graph.strangers import ANY_ACCOUNT
from wa_policy.graph.technique import Gain
from wa_policy.graph.web import Edge, EdgeKind, Node, NodeKind
from wa_policy.iam.unknown import Unknown

_AS_THEY_ARE = (Gain.ACT_AS_ROLE, Gain.BECOME_USER)
"""Gains that leave the target with the permissions that it has."""


def escalation_edges(found: Iterable[Escalation]) -> Iterator[tuple[Edge, Node | None]]:
    """The escalations as steps: to whose permissions are gained, or to the administrator of the account."""
    for one in found:
        source, node = one.principal, None
        if source == EVERYONE:
            source, node = ANY_ACCOUNT.id, ANY_ACCOUNT
        elif source.endswith(":root"):
            account = source.split(":")[4]
            source = f"account:{account}"
            node = Node(source, NodeKind.ACCOUNT, f"account {account}", account)
        target = one.target
        account = one.principal.split(":")[4] if ":" in one.principal else ""
        doubts = (one.truth,) if isinstance(one.truth, Unknown) else ()
        edge = Edge(
            source, target, EdgeKind.ESCALATE, one.technique.id, 0, 0, one.conditions, doubts,
            tuple(dict.fromkeys(placed for step in one.steps for placed in step.statements)),
            "; ".join(one.missing),
        )  # fmt: skip
        if target not in (one.principal, NEW_ROLE):
            yield edge, node
            if one.technique.gain in _AS_THEY_ARE:
                continue  # whether that makes an administrator, the target's node says
        if one.gives_admin is not False:
            admin = Node(
                f"administrator:{account}",
                NodeKind.ADMINISTRATOR,
                f"administrator of {account}",
                account,
                admin=True,
            )
            why = (one.gives_admin,) if isinstance(one.gives_admin, Unknown) else ()
            yield replace(edge, target=admin.id, doubts=(*doubts, *why)), admin


def edges_of_classes(found: Escalations, home: Mapping[str, str]) -> Iterator[tuple[Edge, Node | None]]:
    """`escalation_edges` between nodes: `home` has for each ARN the id of its node."""
    for one in found.classes:
        sources = _by_node(((arn, arn) for arn in one.principals), home)
        targets = _by_node(((end.target.arn, end) for end in one.ends), home)
        if _names_itself(one.first):
            yield from _apart(found, one, sources, targets)
            continue
        for edge, node in escalation_edges((one.first,)):
            starts = sources if node is None or node.kind is NodeKind.ADMINISTRATOR else (edge.source,)
            if edge.target != one.first.target or not targets:
                for source in starts:
                    # Whoever is the only target of its class has none.
                    if len(one.targets) != 1 or one.targets != tuple(sources.get(source, ())):
                        yield edge.between(source, edge.target), node
                continue
            for target, ends in targets.items():
                there = replace(edge, missing=_missing(ends[0]) or edge.missing)
                for source in starts:
                    if _is_pair(source, target, sources, ends):
                        yield there.between(source, target), node


def _apart(
    found: Escalations,
    one: EscalationClass,
    sources: Mapping[str, list[str]],
    targets: Mapping[str, list[End]],
) -> Iterator[tuple[Edge, Node | None]]:
    """The edges of a class whose reasons name who it is, so that they are worked out for each pair of nodes."""
    for source, principals in sources.items():
        if not targets:
            yield from escalation_edges(found.each(one, principal=principals[0]))
        for target, ends in targets.items():
            if _is_pair(source, target, sources, ends):
                principal, end = next(
                    (arn, end) for arn in principals for end in ends if arn != end.target.arn
                )
                yield from escalation_edges(found.each(one, principal=principal, end=end))


Item = TypeVar("Item")


def _by_node(arns: Iterable[tuple[str, Item]], home: Mapping[str, str]) -> dict[str, list[Item]]:
    """What belongs to an ARN, by the node of the ARN."""
    found: dict[str, list[Item]] = {}
    for arn, item in arns:
        found.setdefault(home.get(arn, arn), []).append(item)
    return found


def _is_pair(source: str, target: str, sources: Mapping[str, list[str]], ends: list[End]) -> bool:
    """True iff some principal of the source is not the target itself."""
    return source != target or len({*sources[source], *(end.target.arn for end in ends)}) > 1


def _missing(end: End) -> str:
    """What must exist that was not read, of the end itself."""
    return "; ".join(one.missing for one in (end.carrier, end.second) if one is not None and one.missing)


def _names_itself(one: Escalation) -> bool:
    """True iff a reason names the principal, the target or what brings it."""
    reasons = [truth.reason for truth in (one.truth, one.gives_admin) if isinstance(truth, Unknown)]
    names = (re.split("[:/]", arn)[-1] for arn in (one.principal, one.target, *one.via))
    return bool(reasons) and any(name in reason for name in names for reason in reasons)
