"""Nodes and edges: who reaches what, before it becomes a networkx graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from wa_policy.catalog.model import ActionSet
from wa_policy.evaluator.truth import Truth
from wa_policy.graph.access import Placed
from wa_policy.iam.policy import Condition
from wa_policy.iam.unknown import Unknown, UnknownKind


class NodeKind(StrEnum):
    """What a node stands for; the members of a principal or resource node are alike in all that is drawn."""

    PRINCIPAL = "principal"
    RESOURCE = "resource"
    SERVICE = "service"
    ACCOUNT = "external account"
    EXTERNAL = "external principal"
    FEDERATED = "federated principal"
    ANY_ACCOUNT = "any account"
    ANONYMOUS = "anonymous"
    ADMINISTRATOR = "administrator"
    """What a principal has become after an escalation that gives it every permission of an account."""
    UNREAD = "unread"
    """Whoever a document names that was not read."""


class EdgeKind(StrEnum):
    ACCESS = "access"
    ACT_AS = "can_act_as"
    CHANGE = "can_change"
    TRIGGER = "triggers"
    ESCALATE = "escalation"


@dataclass(frozen=True, slots=True)
class Node:
    """A class of principals or resources, or someone from outside. `id` is the ARN of the first member, or a name."""

    id: str
    kind: NodeKind
    label: str
    account: str = ""
    type: str = ""
    """The CloudFormation type of the members."""
    service: str = ""
    members: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What is not known of it."""
    admin: Truth = False
    """True iff it is an administrator in effect: it can give itself every permission of its account."""


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """A step from one node to another. The actions of `maybe` beyond `sure` are allowed under `conditions` or not
    known for the reasons in `doubts`; `missing` says what the step needs beyond the permissions.
    """

    source: str
    target: str
    kind: EdgeKind
    how: str
    sure: ActionSet = 0
    maybe: ActionSet = 0
    conditions: tuple[Condition, ...] = ()
    doubts: tuple[Unknown, ...] = ()
    statements: tuple[Placed, ...] = ()
    missing: str = ""

    def between(self, source: str, target: str) -> Edge:
        """The same step between other nodes."""
        return Edge(
            source, target, self.kind, self.how, self.sure, self.maybe, self.conditions, self.doubts,
            self.statements, self.missing,
        )  # fmt: skip

    @property
    def truth(self) -> Truth:
        """True iff the step can be taken whatever the open keys are; else why it is not known."""
        if self.sure or not (self.maybe or self.doubts or self.conditions):
            return True
        return self.doubts[0] if self.doubts else _CONDITIONAL


_CONDITIONAL = Unknown(UnknownKind.UNRESOLVED, "it depends on the conditions")


@dataclass(frozen=True)
class Web:
    """All nodes by their id, and all edges, in one order for the same input."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    home: Mapping[str, str] = field(default_factory=dict)
    """For each ARN of a principal or resource the id of its node."""

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Edge, ...]]:
        return _grouped((edge.source, edge) for edge in self.edges)

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Edge, ...]]:
        return _grouped((edge.target, edge) for edge in self.edges)


def _grouped(pairs: Iterable[tuple[str, Edge]]) -> Mapping[str, tuple[Edge, ...]]:
    groups: dict[str, list[Edge]] = {}
    for key, edge in pairs:
        groups.setdefault(key, []).append(edge)
    return {key: tuple(edges) for key, edges in groups.items()}
