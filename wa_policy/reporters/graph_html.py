"""The graph as one HTML file that works offline: search, filters, and for each node its neighbours and paths."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.graph.paths import leads_on
from wa_policy.graph.web import Web
from wa_policy.reporters.graph_rows import edge_rows, node_rows
from wa_policy.reporters.script_data import as_script_data


def render(web: Web, catalog: Catalog) -> str:
    """One file without outside resources. Text from the input is data in it, never markup."""
    template = files("wa_policy.reporters").joinpath("graph.html").read_text("utf-8")
    return template.replace("@DATA@", as_script_data(_content(web, catalog)))


class _Table:
    """Lists, each once, by number."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self._numbers: dict[tuple[str, ...], int] = {}

    def number(self, row: list[str]) -> int:
        key = tuple(row)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.rows)
            self.rows.append(row)
        return found


def _content(web: Web, catalog: Catalog) -> dict[str, Any]:
    nodes = node_rows(web, catalog)
    places = {row["id"]: number for number, row in enumerate(nodes)}
    sets, texts = _Table(), _Table()
    edges = [
        [
            places[row["source"]],
            places[row["target"]],
            row["kind"],
            row["how"],
            int(row["certain"]),
            sets.number(row["actions"]),
            sets.number(row["conditional_actions"]),
            texts.number(row["conditions"]),
            texts.number(row["doubts"]),
            texts.number(row["statements"]),
            row["missing"],
            int(leads_on(edge)),
        ]
        for row, edge in zip(edge_rows(web, catalog), web.edges, strict=True)
    ]
    return {"nodes": nodes, "edges": edges, "sets": sets.rows, "texts": texts.rows}
