"""The pages keep what they promise: every block of code in them runs, and prints what it says.

A block is run by its language: `console` in a shell, `python` as a program, `yaml`, `json` and `ini` are parsed. In what a
command prints, `…` stands for any text. A comment before a block says more: `<!-- file: NAME -->` writes it into the
folder where the blocks of the page run, `<!-- not run: WHY -->` leaves it out. A page starts in a folder with a copy of
`fixtures/quickstart/exports`, beside `fixtures` and `policies`.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from wa_policy.cli.main import cli

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(
    r"(?:^<!-- (?P<word>file|not run): (?P<said>[^\n]*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
LANGUAGES = ("console", "python", "yaml", "json", "ini", "text")


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    word: str
    said: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for found in BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(found["language"], found["text"], found["word"] or "", found["said"] or "", line)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_blocks_of_a_page_run(page: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "fixtures" / "quickstart" / "exports", tmp_path / "exports")
    for name in ("fixtures", "policies"):
        (tmp_path / name).symlink_to(ROOT / name)
    for block in blocks(page):
        where = f"{page.name}:{block.line}"
        assert block.language in LANGUAGES, f"{where}: a block of `{block.language}`"
        if block.word == "file":
            (tmp_path / block.said).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / block.said).write_text(block.text, "utf-8")
        if block.word == "not run":
            assert block.said, f"{where}: no reason"
        else:
            run(block, tmp_path, where)


def run(block: Block, folder: Path, where: str) -> None:
    match block.language:
        case "console":
            for command, expected in commands(block.text):
                printed = shell(command, folder)
                assert fits(expected, printed), (
                    f"{where}: `{command}` prints\n{printed}\nexpected\n{expected}"
                )
        case "python" if block.word != "file":
            done = subprocess.run(
                (sys.executable, "-c", block.text), cwd=folder, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{where}:\n{done.stderr}"
        case "yaml":
            list(yaml.safe_load_all(block.text))
        case "json":
            json.loads(block.text)
        case "ini":
            configparser.ConfigParser().read_string(block.text)
        case "text":
            for line in block.text.splitlines():
                if line.startswith("wa-policy "):
                    name = line.split()[1]
                    context = cli.make_context("wa-policy", [], resilient_parsing=True)
                    assert name in cli.list_commands(context), f"{where}: `{line}`"
        case _:
            pass


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command with the lines that it prints."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)
    assert not parts[0].strip(), "a block of `console` begins with a command"
    for part in parts[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def shell(command: str, folder: Path) -> str:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }
    for name in ("PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST", "GIT_DIR"):
        environment.pop(name, None)
    done = subprocess.run(
        ("bash", "-c", command), cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    # 0 nothing found, 1 findings or a test that fails, 4 some verdicts are open.
    assert done.returncode in (0, 1, 4), done.stdout + done.stderr
    return done.stdout


def fits(expected: str, printed: str) -> bool:
    if not expected.strip():
        return True
    pattern = r".*?".join(re.escape(" ".join(part.split())) for part in expected.split("…"))
    return re.fullmatch(rf"\s*{pattern}\s*", " ".join(printed.split()), re.DOTALL) is not None


def test_the_harness_tells_a_wrong_page() -> None:
    assert fits("a … d\n", "a b\nc d\n")
    assert not fits("a … x\n", "a b\nc d\n")
    assert not fits("a b", "a b c")
