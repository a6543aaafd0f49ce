"""The graph as plain rows, which the reporters of each format write."""

from __future__ import annotations

from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.graph.build import Names, admin_word
from wa_policy.graph.ratings import ratings_of
from wa_policy.graph.web import Web

Row = dict[str, Any]


def node_rows(web: Web, catalog: Catalog) -> list[Row]:
    """A row for each node, in their order."""
    ratings = ratings_of(web, catalog)
    return [
        {
            "id": node.id,
            "kind": node.kind.value,
            "label": node.label,
            "account": node.account,
            "type": node.type,
            "service": node.service,
            "members": list(node.members),
            "notes": list(node.notes),
            "admin": admin_word(node.admin),
            "severity": ratings[node.id],
        }
        for node in web.nodes.values()
    ]


def edge_rows(web: Web, catalog: Catalog) -> list[Row]:
    """A row for each edge, in their order."""
    names = Names(catalog)
    rows = []
    for edge in web.edges:
        found = names.attributes(edge)
        row: Row = {"source": edge.source, "target": edge.target}
        row.update((key, list(value) if isinstance(value, tuple) else value) for key, value in found.items())
        rows.append(row)
    return rows
