"""`escalations`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import Run
from wa_policy.cli.exit_codes import ExitCode

ACME = Path(__file__).parents[2] / "fixtures" / "acme"
INPUT = ("--input", str(ACME))
DEPLOY = "arn:aws:iam::444455556666:role/github-orders-deploy"
TARGET = "arn:aws:iam::444455556666:role/report-builder-role"


def test_ways_to_an_administrator(call: Run) -> None:
    done = call("escalations", *INPUT, "--to", "admin", "--certain")
    assert done.code == ExitCode.FINDINGS
    assert f"{DEPLOY}\n  lambda-003: Other code for an existing function\n" in done.out
    assert TARGET in done.out
    assert "become administrators." in done.out


def test_one_way_explained(call: Run) -> None:
    done = call(
        "escalations", *INPUT, "--from", DEPLOY, "--to", TARGET, "--technique", "lambda-003", "--explain"
    )
    assert done.code == ExitCode.FINDINGS
    assert "lambda:UpdateFunctionCode on arn:aws:lambda:" in done.out
    assert "Allow" in done.out
    assert ".json:" in done.out
    assert "https://pathfinding.cloud/paths/lambda-003 (catalogue)" in done.out


def test_json(call: Run) -> None:
    done = call("escalations", *INPUT, "--to", TARGET, "--from", DEPLOY, "--format", "json")
    found = json.loads(done.out)["escalations"]
    assert {one["principal"] for one in found} == {DEPLOY}
    (one,) = [one for one in found if one["technique"]["id"] == "lambda-003"]
    assert one["givesAdmin"] == "yes"
    assert one["certain"] is True
    assert one["steps"][0]["statements"][0]["line"] > 0


def test_none(call: Run) -> None:
    done = call("escalations", *INPUT, "--from", "arn:aws:iam::444455556666:role/nobody")
    assert done.code == ExitCode.CLEAN
    assert done.out == "No escalations.\n"


def test_only_possible(call: Run) -> None:
    done = call("escalations", *INPUT, "--technique", "codebuild-002")
    assert done.code == ExitCode.INCOMPLETE
    assert "not certain: needs a build project with" in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("--technique", "iam-999"), "there is no technique `iam-999`"), ((), "no input is named")],
)
def test_wrong_usage(call: Run, arguments: tuple[str, ...], words: str) -> None:
    done = call("escalations", *(INPUT if arguments else ()), *arguments)
    assert done.code == ExitCode.USAGE
    assert words in done.err


def test_the_output_goes_to_a_file(call: Run, tmp_path: Path) -> None:
    done = call("escalations", *INPUT, "--technique", "lambda-003", "--output", "ways.txt")
    assert done.out == ""
    assert "lambda-003" in (tmp_path / "ways.txt").read_text(encoding="utf-8")
