"""How broad access is: sensitive actions, times the share of the resources, or of the principals, that have them.

Each number is known from both sides: `least` counts what is allowed for certain, `most` also what is allowed under a
condition. Where a document was not read there is no upper side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.catalog.records import AccessLevel
from wa_policy.evaluator.formula import Layer
from wa_policy.graph.web import Edge, EdgeKind, Node, NodeKind, Web
from wa_policy.iam.policy import Effect
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Absent, Inventory, NotExported, Principal, PrincipalKind

SENSITIVE_READS = (
    "cognito-identity:GetCredentialsForIdentity", "dynamodb:BatchGetItem", "dynamodb:ExportTableToPointInTime",
    "dynamodb:GetItem", "dynamodb:GetRecords", "dynamodb:PartiQLSelect", "dynamodb:Query", "dynamodb:Scan",
    "ecr:BatchGetImage", "kinesis:GetRecords", "kms:Decrypt", "lambda:GetFunction", "logs:FilterLogEvents",
    "logs:GetLogEvents", "s3:GetObject", "s3:GetObjectVersion", "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "ssm:GetParameter", "ssm:GetParameterHistory",
    "ssm:GetParameters", "ssm:GetParametersByPath", "states:GetExecutionHistory",
)  # fmt: skip
"""Actions of the levels Read and List that hand out data, code, keys or secrets, rather than settings."""


def sensitive(catalog: Catalog) -> ActionSet:
    """The actions that change something or hand out data."""
    bits = catalog.actions_at(AccessLevel.WRITE) | catalog.actions_at(AccessLevel.PERMISSIONS_MANAGEMENT)
    for action in SENSITIVE_READS:
        bits |= catalog.single(action)
    return bits & catalog.listed


@dataclass(frozen=True, slots=True)
class Part:
    """So many sensitive actions on so many (`reached`) of so many (`among`); `name` is the service."""

    name: str
    actions: int
    reached: int
    among: int

    @property
    def breadth(self) -> Fraction:
        return Fraction(self.actions * self.reached, self.among)


@dataclass(frozen=True, slots=True)
class Breadth:
    """The breadth of a principal, by services, or of a resource, which has one part.

    `unread` says why there may be more than `most`.
    """

    least: tuple[Part, ...]
    most: tuple[Part, ...]
    unread: tuple[Unknown, ...] = ()

    @property
    def lower(self) -> Fraction:
        return sum((part.breadth for part in self.least), Fraction(0))

    @property
    def upper(self) -> Fraction | None:
        """None where nothing limits it."""
        if self.unread:
            return None
        return sum((part.breadth for part in self.most), Fraction(0))


class Breadths:
    """The breadth of every principal and resource of a web."""

    def __init__(self, inventory: Inventory, web: Web, catalog: Catalog) -> None:
        self._web = web
        self._sensitive = sensitive(catalog)
        self.principals: Mapping[str, Breadth] = self._of_principals(inventory)
        """By ARN; users and roles but service-linked ones, of which nobody can change what they may do."""
        self.resources: Mapping[str, Breadth] = self._of_resources()

    # --- principals ---------------------------------------------------------------------------------------------

    def _of_principals(self, inventory: Inventory) -> dict[str, Breadth]:
        among = self._resources_by_service()
        by_node: dict[str, tuple[tuple[Part, ...], tuple[Part, ...]]] = {}
        found = {}
        for principal in inventory.principals:
            node = self._web.home.get(principal.arn)
            if node is None or principal.kind is PrincipalKind.GROUP or principal.is_service_linked:
                continue
            if node not in by_node:
                by_node[node] = (
                    self._parts(node, principal, among, sure=True),
                    self._parts(node, principal, among, sure=False),
                )
            found[principal.arn] = Breadth(*by_node[node], unread=tuple(_unread(principal)))
        return found

    def _resources_by_service(self) -> dict[tuple[str, str], int]:
        """How many there are of each account and service; principals are resources of iam."""
        counted: dict[tuple[str, str], int] = {}
        for node in self._web.nodes.values():
            if node.members and node.kind in (NodeKind.RESOURCE, NodeKind.PRINCIPAL):
                key = node.account, node.service
                counted[key] = counted.get(key, 0) + len(node.members)
        return counted

    def _parts(
        self, source: str, principal: Principal, among: Mapping[tuple[str, str], int], *, sure: bool
    ) -> tuple[Part, ...]:
        account = principal.account
        actions: dict[str, ActionSet] = {}
        reached: dict[str, set[str]] = {}
        for edge in self._web.outgoing.get(source, ()):
            node = self._web.nodes[edge.target]
            bits = self._bits(edge, sure=sure) if _is_own(edge, principal) else 0
            if bits and node.account == account and (account, node.service) in among:
                actions[node.service] = actions.get(node.service, 0) | bits
                reached.setdefault(node.service, set()).add(node.id)
        return tuple(
            Part(
                service,
                actions[service].bit_count(),
                sum(len(self._web.nodes[node].members) for node in reached[service]),
                among[account, service],
            )
            for service in sorted(actions)
        )

    def _bits(self, edge: Edge, *, sure: bool) -> ActionSet:
        """The sensitive actions of an edge that is about what its source may call."""
        if edge.kind not in (EdgeKind.ACCESS, EdgeKind.CHANGE, EdgeKind.ACT_AS):
            return 0
        return (edge.sure if sure else edge.sure | edge.maybe) & self._sensitive

    # --- resources ----------------------------------------------------------------------------------------------

    def _of_resources(self) -> dict[str, Breadth]:
        found = {}
        everyone = len(self.principals)
        callers = {
            id_: sum(member in self.principals for member in node.members)
            for id_, node in self._web.nodes.items()
            if node.kind is NodeKind.PRINCIPAL
        }
        for node in self._web.nodes.values():
            if node.kind is not NodeKind.RESOURCE or not everyone:
                continue
            breadth = Breadth(
                self._part_of(node, callers, everyone, sure=True),
                self._part_of(node, callers, everyone, sure=False),
                tuple(self._unread_of(node)),
            )
            found.update(dict.fromkeys(node.members, breadth))
        return found

    def _part_of(
        self, node: Node, callers: Mapping[str, int], everyone: int, *, sure: bool
    ) -> tuple[Part, ...]:
        actions, reaching = 0, set[str]()
        for edge in self._web.incoming.get(node.id, ()):
            bits = self._bits(edge, sure=sure)
            if bits and callers.get(edge.source):
                actions |= bits
                reaching.add(edge.source)
        if not actions:
            return ()
        reached = sum(callers[source] for source in reaching)
        return (Part(node.service, actions.bit_count(), reached, everyone),)

    def _unread_of(self, node: Node) -> Iterable[Unknown]:
        """What was not read of its own side; who has policies that were not read is judged with the principals."""
        for edge in self._web.incoming.get(node.id, ()):
            if self._web.nodes[edge.source].kind is NodeKind.UNREAD:
                yield from edge.doubts
        for breadth in self.principals.values():
            if breadth.unread:
                yield breadth.unread[0]
                return


def _is_own(edge: Edge, principal: Principal) -> bool:
    """True iff identity policies of the principal, within its boundary, take part in the edge.

    What is open to everyone is the breadth of the resource, not of each principal.
    """
    allowing = {layer for layer, statement in edge.statements if statement.effect is Effect.ALLOW}
    is_bounded = not isinstance(principal.boundary, Absent)
    return Layer.IDENTITY in allowing and (not is_bounded or Layer.PERMISSIONS_BOUNDARY in allowing)


def _unread(principal: Principal) -> Iterable[Unknown]:
    yield from principal.missing
    if isinstance(principal.boundary, NotExported):
        yield principal.boundary.unknown
    for attached in principal.identity_policies:
        yield from attached.policy.unreadable


# --- comparison -----------------------------------------------------------------------------------------------------


def median(values: Iterable[Fraction | None]) -> Fraction | None:
    """The middle value, or the mean of the two in the middle; None stands for more than any number."""
    ordered = sorted(values, key=lambda value: (value is None, value or 0))
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    low, high = ordered[middle - 1], ordered[middle]
    return None if low is None or high is None else (low + high) / 2


def rank(value: Fraction, values: Iterable[Fraction]) -> int:
    """1 for the greatest; equal values have the same rank."""
    return 1 + sum(other > value for other in values)
