"""The graph in each format, with hostile names."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.graph.webs import allow, resource, role, web
from wa_policy.catalog.store import load_catalog
from wa_policy.graph.web import Web
from wa_policy.reporters import graph_csv, graph_dot, graph_graphml, graph_html, graph_json, graph_mermaid

HOSTILE = "</script><script>alert(1)</script>\"'\\]|\u202e\x1b[31m=cmd"
QUEUE = f"arn:aws:sqs:eu-west-1:111122223333:{HOSTILE}"


@pytest.fixture(scope="module")
def hostile() -> Web:
    return web(
        role("=r", allow("sqs:SendMessage", Condition={"StringLike": {"aws:UserAgent": HOSTILE}})),
        resource(QUEUE),
    )


def test_json(hostile: Web) -> None:
    found = json.loads(graph_json.render(hostile, load_catalog()))
    assert [node["id"] for node in found["nodes"]] == list(hostile.nodes)
    assert found["edges"][0]["conditional_actions"] == ["sqs:SendMessage"]
    assert found["edges"][0]["conditions"] == [f"if StringLike aws:UserAgent {HOSTILE}"]


def test_graphml_is_read_by_networkx(hostile: Web, tmp_path: Path) -> None:
    import networkx as nx

    text = graph_graphml.render(hostile, load_catalog())
    ET.fromstring(text)  # noqa: S314  # our own output
    file = tmp_path / "g.graphml"
    file.write_text(text, "utf-8")
    graph = nx.read_graphml(file)
    assert graph.number_of_nodes() == len(hostile.nodes)
    assert graph.number_of_edges() == len(hostile.edges)


def test_dot_quotes_every_name(hostile: Web) -> None:
    text = graph_dot.render(hostile, load_catalog())
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    assert "script" not in bare
    assert "\x1b" not in text
    assert bare.count("->") == len(hostile.edges)


def test_mermaid_has_no_markup(hostile: Web) -> None:
    text = graph_mermaid.render(hostile, load_catalog())
    assert "<" not in text
    assert text.startswith("flowchart LR\n")
    assert len(text.splitlines()) == 1 + len(hostile.nodes) + len(hostile.edges)


def test_csv_is_no_formula(hostile: Web) -> None:
    files = graph_csv.files(hostile, load_catalog())
    rows = list(csv.reader(io.StringIO(files["nodes.csv"])))
    assert rows[0][0] == "id:ID"
    assert len(rows) == 1 + len(hostile.nodes)
    assert not any(cell.startswith("=") for row in rows for cell in row)
    assert len(list(csv.reader(io.StringIO(files["relationships.csv"])))) == 1 + len(hostile.edges)


class _Reader(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.outside: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script"
        if self._inside:
            self.scripts.append("")
        self.outside += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data


def test_html_is_one_file_whose_data_stays_data(hostile: Web) -> None:
    reader = _Reader()
    reader.feed(graph_html.render(hostile, load_catalog()))
    assert reader.outside == []
    data, program = reader.scripts
    assert [node["id"] for node in json.loads(data)["nodes"]] == list(hostile.nodes)
    assert "innerHTML" not in program
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", program)


def test_the_same_graph_gives_the_same_bytes(hostile: Web) -> None:
    for reporter in (graph_json, graph_html, graph_dot, graph_mermaid, graph_graphml):
        assert reporter.render(hostile, load_catalog()) == reporter.render(hostile, load_catalog())
