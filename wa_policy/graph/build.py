"""The public graph: a networkx `MultiDiGraph` of classes. docs/graph.md has its attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.errors import UsageError
from wa_policy.evaluator.truth import Truth
from wa_policy.graph.access import Placed
from wa_policy.graph.escalation import escalation_classes
from wa_policy.graph.reach import reach_of
from wa_policy.graph.spin import web_of
from wa_policy.graph.web import Edge, Web
from wa_policy.iam.policy import Condition, Effect
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.MultiDiGraph[str]


def build_graph(inventory: Inventory, catalog: Catalog) -> Graph:
    """Who reaches what in an inventory, and through whom, escalations included."""
    return graph_of(whole_web(inventory, catalog), catalog)


def whole_web(inventory: Inventory, catalog: Catalog) -> Web:
    """The nodes and edges of an inventory, escalations included."""
    reach = reach_of(inventory, catalog)
    return web_of(reach, escalation_classes(reach))


def graph_of(web: Web, catalog: Catalog) -> Graph:
    """The nodes and edges as a networkx graph."""
    import networkx as nx

    graph: Graph = nx.MultiDiGraph()
    for node in web.nodes.values():
        graph.add_node(
            node.id,
            kind=node.kind.value,
            label=node.label,
            account=node.account,
            type=node.type,
            service=node.service,
            members=node.members,
            notes=node.notes,
            admin=admin_word(node.admin),
        )
    names = Names(catalog)
    for edge in web.edges:
        graph.add_edge(edge.source, edge.target, **names.attributes(edge))
    return graph


def admin_word(truth: Truth) -> str:
    """The truth as one of the words yes, no and unknown."""
    return "unknown" if isinstance(truth, Unknown) else "yes" if truth else "no"


class Names:
    """What edges say, in words; what many of them say is written once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[ActionSet, tuple[str, ...]] = {}
        self._edges: dict[tuple[object, ...], tuple[Edge, Mapping[str, Any]]] = {}

    def attributes(self, edge: Edge) -> Mapping[str, Any]:
        """`attributes` of an edge; those that say the same share them."""
        parts = (edge.sure, edge.maybe, edge.conditions, edge.doubts, edge.statements)
        key = (edge.kind, edge.how, edge.missing, *map(id, parts))
        found = self._edges.get(key)
        if found is None:
            # The edge is kept, so the identity of its parts stands for them.
            found = self._edges[key] = edge, attributes(edge, self)
        return found[1]

    def of(self, bits: ActionSet) -> tuple[str, ...]:
        found = self._known.get(bits)
        if found is None:
            found = self._known[bits] = self._catalog.names(bits)
        return found


def attributes(edge: Edge, names: Names) -> dict[str, Any]:
    """The attributes of an edge."""
    return {
        "kind": edge.kind.value,
        "how": edge.how,
        "certain": edge.truth is True,
        "actions": names.of(edge.sure),
        "conditional_actions": names.of(edge.maybe ^ (edge.maybe & edge.sure)),
        "conditions": limits_words(edge.conditions, edge.statements),
        "doubts": tuple(map(str, edge.doubts)),
        "statements": tuple(map(statement_words, edge.statements)),
        "missing": edge.missing,
    }


def limits_words(conditions: Iterable[Condition], statements: Iterable[Placed]) -> tuple[str, ...]:
    """The conditions in words: "if" they must hold, "unless" where one is of a Deny."""
    denying = {
        condition
        for _, statement in statements
        if statement.effect is Effect.DENY
        for condition in statement.conditions
    }
    return tuple(
        f"{'unless' if condition in denying else 'if'} {condition_words(condition)}"
        for condition in conditions
    )


def condition_words(condition: Condition) -> str:
    """A condition in one line."""
    return f"{condition.operator} {condition.key} {', '.join(map(str, condition.values))}"


def statement_words(placed: Placed) -> str:
    """A statement in one line: its layer, effect, Sid and place."""
    layer, statement = placed
    sid = f" `{statement.sid}`" if statement.sid else ""
    return f"{layer.value}: {statement.effect.value}{sid} {statement.source.file}#{statement.source.pointer}"


def expand(graph: Graph, node: str) -> Graph:
    """A copy of the graph in which each member of the node stands alone, with the edges of its class.

    An edge from the node to itself is one from each member to each other.
    """
    if node not in graph:
        raise UsageError(f"`{node}` is no node of the graph")
    members: tuple[str, ...] = graph.nodes[node]["members"]
    if len(members) < 2:
        return graph.copy()
    expanded = graph.copy()
    expanded.remove_node(node)
    for member in members:
        expanded.add_node(
            member, **{**graph.nodes[node], "members": (member,), "label": member.split(":", 5)[-1]}
        )
    for source, target, found in graph.edges(data=True):
        if node in (source, target):
            for one in members if source == node else (source,):
                for other in members if target == node else (target,):
                    if source != target or one != other:
                        expanded.add_edge(one, other, **found)
    return expanded
