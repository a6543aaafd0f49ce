"""The graph as GraphML (http://graphml.graphdrawing.org), which Gephi, yEd and networkx read."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from wa_policy.catalog.model import Catalog
from wa_policy.graph.web import Web
from wa_policy.reporters.graph_rows import Row, edge_rows, node_rows
from wa_policy.reporters.xml_text import allowed

_NODE = ("kind", "label", "account", "type", "service", "members", "notes", "admin", "severity")
_EDGE = (
    "kind", "how", "certain", "actions", "conditional_actions", "conditions", "doubts", "statements", "missing",
)  # fmt: skip


def render(web: Web, catalog: Catalog) -> str:
    """One XML document; lists are joined by spaces, conditions and the like by `; `."""
    return "\n".join(_lines(node_rows(web, catalog), edge_rows(web, catalog))) + "\n"


def _lines(nodes: list[Row], edges: list[Row]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for scope, names in (("node", _NODE), ("edge", _EDGE)):
        for name in names:
            yield f'<key id="{scope}-{name}" for="{scope}" attr.name="{name}" attr.type="string"/>'
    yield '<graph edgedefault="directed">'
    for row in nodes:
        yield f"<node id={_quoted(row['id'])}>{_data('node', _NODE, row)}</node>"
    for row in edges:
        ends = f"source={_quoted(row['source'])} target={_quoted(row['target'])}"
        yield f"<edge {ends}>{_data('edge', _EDGE, row)}</edge>"
    yield "</graph>"
    yield "</graphml>"


def _data(scope: str, names: tuple[str, ...], row: Row) -> str:
    return "".join(
        f'<data key="{scope}-{name}">{escape(_text(row[name]))}</data>' for name in names if row[name]
    )


def _quoted(text: str) -> str:
    return quoteattr(allowed(text))


def _text(value: object) -> str:
    if isinstance(value, list):
        return allowed("; ".join(map(str, value)))
    return allowed(str(value).lower() if isinstance(value, bool) else str(value))
