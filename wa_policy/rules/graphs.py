"""The graph of a run, for the rules that ask for it: built when first asked, and once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.graph.administrators import Administrators
from wa_policy.graph.ascents import Ascents
from wa_policy.graph.breadth import Breadths
from wa_policy.graph.escalation import Escalations, escalation_classes
from wa_policy.graph.paths import OUTSIDE
from wa_policy.graph.raising import Raising
from wa_policy.graph.reach import Reach, reach_of
from wa_policy.graph.routes import Routes, Spread, StepKind
from wa_policy.graph.spin import web_of
from wa_policy.graph.web import NodeKind, Web
from wa_policy.inventory.model import Inventory, Principal, PrincipalKind, Resource
from wa_policy.rules.subjects import Scope


class Graphs:
    """What of the graph was worked out for an inventory."""

    def __init__(self, inventory: Inventory, catalog: Catalog) -> None:
        self.inventory = inventory
        self.catalog = catalog
        self._routes: dict[frozenset[StepKind], Routes] = {}
        self._spreads: dict[object, Spread] = {}

    @cached_property
    def principals_of(self) -> Mapping[str | None, tuple[Principal, ...]]:
        """The users and roles of each account."""
        found: dict[str | None, list[Principal]] = {}
        for principal in self.inventory.principals:
            if principal.kind is not PrincipalKind.GROUP:
                found.setdefault(principal.account, []).append(principal)
        return {account: tuple(ones) for account, ones in found.items()}

    @cached_property
    def resources_of(self) -> Mapping[tuple[str, str | None], tuple[Resource, ...]]:
        """The resources of each type and account."""
        found: dict[tuple[str, str | None], list[Resource]] = {}
        for resource in self.inventory.resources:
            found.setdefault((resource.type, resource.account), []).append(resource)
        return {key: tuple(ones) for key, ones in found.items()}

    # --- without the whole graph --------------------------------------------------------------------------------

    @cached_property
    def reach(self) -> Reach:
        return reach_of(self.inventory, self.catalog)

    @cached_property
    def escalations(self) -> Escalations:
        return escalation_classes(self.reach)

    @cached_property
    def ascents(self) -> Ascents:
        """Ways to an administrator over escalations alone."""
        return Ascents(self.escalations, self.administrators)

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

    # --- with the whole graph -----------------------------------------------------------------------------------

    @cached_property
    def web(self) -> Web:
        """The whole graph, whose nodes are classes."""
        return web_of(self.reach, self.escalations)

    @cached_property
    def breadths(self) -> Breadths:
        """How broad the access of each principal, and to each resource, is."""
        return Breadths(self.inventory, self.web, self.catalog)

    def routes(self, kinds: frozenset[StepKind]) -> Routes:
        """The ways over steps of these kinds."""
        if kinds not in self._routes:
            self._routes[kinds] = Routes(self.web.edges, kinds, self.catalog)
        return self._routes[kinds]

    def spread(self, key: object, search: Callable[[], Spread]) -> Spread:
        """What a search finds that several subjects share, worked out once for its key."""
        if key not in self._spreads:
            self._spreads[key] = search()
        return self._spreads[key]

    def node_of(self, arn: str) -> str | None:
        """The node of a principal or resource; None where it has none."""
        return self.web.home.get(arn)

    @cached_property
    def nodes(self) -> Mapping[str, tuple[str, ...]]:
        """The members of each node; what stands for someone from outside has its own name as the only one."""
        return {id_: node.members or (id_,) for id_, node in self.web.nodes.items()}

    def label(self, node: str) -> str:
        """A node in a few words."""
        found = self.web.nodes[node]
        return f"`{found.label}`" if found.members else found.label

    @cached_property
    def sure_administrators(self) -> frozenset[str]:
        """The nodes that are administrators for certain."""
        return frozenset(id_ for id_, node in self.web.nodes.items() if node.admin is True)

    @cached_property
    def possible_administrators(self) -> frozenset[str]:
        """Those, and the nodes of which it is not known."""
        return frozenset(id_ for id_, node in self.web.nodes.items() if node.admin is not False)

    @cached_property
    def outside(self) -> frozenset[str]:
        """Anyone on the internet, and any AWS account."""
        return frozenset(id_ for id_, node in self.web.nodes.items() if node.kind in OUTSIDE)

    @cached_property
    def principals(self) -> frozenset[str]:
        """The users and roles that were read."""
        return self._of_kind(NodeKind.PRINCIPAL)

    @cached_property
    def unread(self) -> frozenset[str]:
        """Whoever a document names that was not read."""
        return self._of_kind(NodeKind.UNREAD)

    def _of_kind(self, kind: NodeKind) -> frozenset[str]:
        return frozenset(id_ for id_, node in self.web.nodes.items() if node.kind is kind)


def graphs_of(scope: Scope) -> Graphs:
    """What is shared of the graph, made when it is first asked for."""
    shared = scope.shared
    if shared.graphs is None:
        shared.graphs = Graphs(scope.inventory, scope.catalog)
    return shared.graphs
