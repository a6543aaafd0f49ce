"""The graph as a Mermaid flow chart (https://mermaid.js.org/syntax/flowchart.html)."""

from __future__ import annotations

from collections.abc import Iterator

from wa_policy.catalog.model import Catalog
from wa_policy.findings.visible import visible
from wa_policy.graph.web import NodeKind, Web
from wa_policy.reporters.graph_dot import words
from wa_policy.reporters.graph_rows import edge_rows


def render(web: Web, catalog: Catalog) -> str:
    """One flow chart; what depends on a condition is dotted."""
    return "\n".join(_lines(web, catalog)) + "\n"


def _lines(web: Web, catalog: Catalog) -> Iterator[str]:
    yield "flowchart LR"
    numbers = {id_: f"n{number}" for number, id_ in enumerate(web.nodes)}
    for id_, node in web.nodes.items():
        opening, closing = ("[", "]") if node.kind is NodeKind.RESOURCE else ("(", ")")
        yield f"  {numbers[id_]}{opening}{_quoted(node.label)}{closing}"
    for row in edge_rows(web, catalog):
        arrow = "-->" if row["certain"] else "-.->"
        yield f"  {numbers[row['source']]} {arrow}|{_quoted(words(row))}| {numbers[row['target']]}"


def _quoted(text: str) -> str:
    """The text as Mermaid shows it: entities stand for whatever could end the string or be read as HTML."""
    safe = "".join(c if c.isalnum() or c in " _-.,:/@+*()=" else f"#{ord(c)};" for c in visible(text))
    return f'"{safe}"'
