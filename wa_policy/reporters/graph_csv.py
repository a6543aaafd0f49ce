"""The graph as CSV files for Cypher: `LOAD CSV`, or `neo4j-admin database import`."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from wa_policy.catalog.model import Catalog
from wa_policy.graph.web import Web
from wa_policy.reporters.graph_rows import edge_rows, node_rows

_NODE = ("label", "account", "type", "service", "members", "notes", "admin", "severity")
_EDGE = ("how", "certain", "actions", "conditional_actions", "conditions", "doubts", "statements", "missing")


def files(web: Web, catalog: Catalog) -> Mapping[str, str]:
    """The files by their names; lists are joined by `;`."""
    nodes, edges = io.StringIO(), io.StringIO()
    writer = csv.writer(nodes, lineterminator="\n")
    writer.writerow(("id:ID", *_NODE, ":LABEL"))
    for row in node_rows(web, catalog):
        label = "".join(word.capitalize() for word in row["kind"].split())
        writer.writerow([_plain(value) for value in (row["id"], *(row[name] for name in _NODE), label)])
    writer = csv.writer(edges, lineterminator="\n")
    writer.writerow((":START_ID", ":END_ID", *_EDGE, ":TYPE"))
    for row in edge_rows(web, catalog):
        values = (row["source"], row["target"], *(row[name] for name in _EDGE), row["kind"].upper())
        writer.writerow([_plain(value) for value in values])
    return {"nodes.csv": nodes.getvalue(), "relationships.csv": edges.getvalue()}


def _plain(value: object) -> str:
    """The value as text that a spreadsheet does not take for a formula."""
    if isinstance(value, bool):
        return str(value).lower()
    text = ";".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
