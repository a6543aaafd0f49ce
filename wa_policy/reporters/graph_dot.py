"""The graph in the language of Graphviz (https://graphviz.org/doc/info/lang.html)."""

from __future__ import annotations

from collections.abc import Iterator

from wa_policy.catalog.model import Catalog
from wa_policy.findings.visible import visible
from wa_policy.graph.web import Node, NodeKind, Web
from wa_policy.reporters.graph_rows import Row, edge_rows

_SHAPES = {NodeKind.PRINCIPAL: "ellipse", NodeKind.RESOURCE: "box", NodeKind.ADMINISTRATOR: "doubleoctagon"}
_COLORS = {
    "access": "gray50", "can_act_as": "blue", "can_change": "orange", "triggers": "darkgreen", "escalation": "red",
}  # fmt: skip
_MOST_ACTIONS = 3


def render(web: Web, catalog: Catalog) -> str:
    """One digraph with a cluster for each account; what depends on a condition is dashed."""
    return "\n".join(_lines(web, catalog)) + "\n"


def _lines(web: Web, catalog: Catalog) -> Iterator[str]:
    yield "digraph access {"
    yield "  rankdir=LR;"
    by_account: dict[str, list[Node]] = {}
    for node in web.nodes.values():
        by_account.setdefault(node.account, []).append(node)
    for number, (account, nodes) in enumerate(sorted(by_account.items())):
        if account:
            yield f"  subgraph cluster_{number} {{"
            yield f"    label={_quoted(account)};"
        for node in nodes:
            shape = _SHAPES.get(node.kind, "diamond")
            yield f"    {_quoted(node.id)} [label={_quoted(node.label)}, shape={shape}];"
        if account:
            yield "  }"
    for row in edge_rows(web, catalog):
        style = "solid" if row["certain"] else "dashed"
        yield (
            f"  {_quoted(row['source'])} -> {_quoted(row['target'])} "
            f"[label={_quoted(words(row))}, color={_COLORS[row['kind']]}, style={style}];"
        )
    yield "}"


def words(row: Row) -> str:
    """What stands at an edge: how, or the first few actions."""
    if row["kind"] != "access":
        return str(row["how"])
    actions = [*row["actions"], *row["conditional_actions"]]
    more = len(actions) - _MOST_ACTIONS
    return ", ".join(actions[:_MOST_ACTIONS]) + (f" and {more} more" if more > 0 else "")


def _quoted(text: str) -> str:
    escaped = visible(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
