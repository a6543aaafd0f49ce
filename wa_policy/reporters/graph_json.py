"""The graph as JSON: nodes and edges with the attributes of docs/graph.md."""

from __future__ import annotations

import json

from wa_policy.catalog.model import Catalog
from wa_policy.graph.web import Web
from wa_policy.reporters.graph_rows import edge_rows, node_rows


def render(web: Web, catalog: Catalog) -> str:
    """One JSON object."""
    whole = {"schema": 1, "nodes": node_rows(web, catalog), "edges": edge_rows(web, catalog)}
    return json.dumps(whole, indent=1) + "\n"
