"""The graph of a run, for the rules that ask for it: built when first asked, and once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.graph.administrators import Administrators
from wa_policy.graph.breadth import Breadths
from wa_policy.graph.build import whole_web
from wa_policy.graph.escalation import Escalation, escalations
from wa_policy.graph.links import escalation_edges
from wa_policy.graph.paths import OUTSIDE
from wa_policy.graph.raising import Raising
from wa_policy.graph.reach import Reach, reach_of
from wa_policy.graph.routes import Routes, Spread, StepKind
from wa_policy.graph.strangers import ANY_ACCOUNT
from wa_policy.graph.web import Edge, NodeKind, Web
from wa_policy.inventory.model import Inventory, PrincipalKind
from wa_policy.rules.path_words import short
from wa_policy.rules.subjects import Scope

ADMINISTRATOR = "administrator"
ONLY_ESCALATIONS = frozenset((StepKind.ESCALATION,))


class Graphs:
    """What of the graph was worked out for an inventory."""

    def __init__(self, inventory: Inventory, catalog: Catalog) -> None:
        self.inventory = inventory
        self.catalog = catalog
        self._routes: dict[frozenset[StepKind], Routes] = {}
        self._spreads: dict[object, Spread] = {}

    @cached_property
    def reach(self) -> Reach:
        return reach_of(self.inventory, self.catalog)

    @cached_property
    def escalations(self) -> Mapping[str, tuple[Escalation, ...]]:
        """The escalations of each principal, by its ARN."""
        found: dict[str, list[Escalation]] = {}
        for one in escalations(self.inventory, self.reach, self.catalog):
            found.setdefault(one.principal, []).append(one)
        return {principal: tuple(ones) for principal, ones in found.items()}

    @cached_property
    def raising(self) -> Raising:
        return Raising(self.inventory, self.catalog)

    @cached_property
    def administrators(self) -> Mapping[str, Truth]:
        """Of each user and role, whether it is an administrator in effect."""
        judge = Administrators(self.reach)
        return {
            principal.arn: judge.is_admin(principal)
            for principal in self.inventory.principals
            if principal.kind is not PrincipalKind.GROUP
        }

    @cached_property
    def web(self) -> Web:
        """The whole graph, whose nodes are classes."""
        return whole_web(self.inventory, self.catalog)

    @cached_property
    def breadths(self) -> Breadths:
        """How broad the access of each principal, and to each resource, is."""
        return Breadths(self.inventory, self.web, self.catalog)

    # --- ways ---------------------------------------------------------------------------------------------------

    def routes(self, kinds: frozenset[StepKind]) -> Routes:
        """The ways over steps of these kinds; escalations alone need no whole graph, and join single principals."""
        if kinds not in self._routes:
            steps: Iterable[Edge]
            if kinds == ONLY_ESCALATIONS:
                found = (one for ones in self.escalations.values() for one in ones)
                steps = (edge for edge, _ in escalation_edges(found))
            else:
                steps = self.web.edges
            self._routes[kinds] = Routes(steps, kinds, self.catalog)
        return self._routes[kinds]

    def spread(self, key: object, search: Callable[[], Spread]) -> Spread:
        """What a search finds that several subjects share, worked out once for its key."""
        if key not in self._spreads:
            self._spreads[key] = search()
        return self._spreads[key]

    def node_of(self, arn: str, kinds: frozenset[StepKind]) -> str | None:
        """The node of a principal or resource; None where it has none."""
        return arn if kinds == ONLY_ESCALATIONS else self.web.home.get(arn)

    def nodes(self, kinds: frozenset[StepKind]) -> Mapping[str, tuple[str, ...]]:
        """The members of each node; what stands for someone from outside has its own name as the only one."""
        if kinds == ONLY_ESCALATIONS:
            return self._single
        return self._classes

    @cached_property
    def _single(self) -> Mapping[str, tuple[str, ...]]:
        return {principal.arn: (principal.arn,) for principal in self.inventory.principals}

    @cached_property
    def _classes(self) -> Mapping[str, tuple[str, ...]]:
        return {id_: node.members or (id_,) for id_, node in self.web.nodes.items()}

    def members(self, node: str, kinds: frozenset[StepKind]) -> tuple[str, ...]:
        return self.nodes(kinds).get(node, (node,))

    def label(self, node: str, kinds: frozenset[StepKind]) -> str:
        """A node in a few words."""
        if kinds == ONLY_ESCALATIONS:
            start, _, account = node.partition(":")
            return f"{ADMINISTRATOR} of {account}" if start == ADMINISTRATOR else short(node)
        found = self.web.nodes[node]
        return f"`{found.label}`" if found.members else found.label

    def admins(self, kinds: frozenset[StepKind], *, perhaps: bool) -> frozenset[str]:
        """The nodes that are administrators for certain, with `perhaps` those of which it is not known as well."""
        if kinds == ONLY_ESCALATIONS:
            accounts = {principal.account for principal in self.inventory.principals}
            known = [arn for arn, truth in self.administrators.items() if _counts(truth, perhaps=perhaps)]
            return frozenset((*known, *(f"{ADMINISTRATOR}:{account}" for account in accounts)))
        return frozenset(id_ for id_, node in self.web.nodes.items() if _counts(node.admin, perhaps=perhaps))

    def outside(self, kinds: frozenset[StepKind]) -> frozenset[str]:
        """Anyone on the internet, and any AWS account."""
        if kinds == ONLY_ESCALATIONS:
            return frozenset((ANY_ACCOUNT.id,))
        return frozenset(id_ for id_, node in self.web.nodes.items() if node.kind in OUTSIDE)

    def principals(self, kinds: frozenset[StepKind]) -> frozenset[str]:
        """The users and roles that were read."""
        if kinds == ONLY_ESCALATIONS:
            return frozenset(self._single)
        return frozenset(id_ for id_, node in self.web.nodes.items() if node.kind is NodeKind.PRINCIPAL)

    def unread(self, kinds: frozenset[StepKind]) -> frozenset[str]:
        """Whoever a document names that was not read."""
        if kinds == ONLY_ESCALATIONS:
            return frozenset()
        return frozenset(id_ for id_, node in self.web.nodes.items() if node.kind is NodeKind.UNREAD)


def graphs_of(scope: Scope) -> Graphs:
    """What is shared of the graph, made when it is first asked for."""
    shared = scope.shared
    if shared.graphs is None:
        shared.graphs = Graphs(scope.inventory, scope.catalog)
    return shared.graphs


def _counts(is_admin: Truth, *, perhaps: bool) -> bool:
    return is_admin is True or (perhaps and is_admin is not False)
