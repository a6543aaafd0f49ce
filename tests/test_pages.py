"""What the pages name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wa_policy.cli.exit_codes import ExitCode
from wa_policy.cli.main import cli

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "fixtures" / "README.md"])
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if not link.startswith("http")]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = [page.name for page in (ROOT / "docs").glob("*.md") if page.name != "README.md"]
    assert [name for name in pages if f"({name})" not in index] == []


def test_the_readme_names_every_command_and_exit_code() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [
        name
        for name in cli.list_commands(cli.make_context("wa-policy", [], resilient_parsing=True))
        if name not in readme
    ] == []
    assert re.findall(r"^\| (\d) \|", readme, re.MULTILINE) == [str(code.value) for code in ExitCode]
