from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import Run
from wa_policy.cli.exit_codes import ExitCode
from wa_policy.cli.review import review_targets
from wa_policy.errors import UsageError

EXPORTS = str(Path(__file__).resolve().parents[2] / "fixtures" / "quickstart" / "exports")
USUAL = (EXPORTS, "--no-organization", "--today", "2026-11-26")


def test_markdown_is_written_to_standard_output(call: Run) -> None:
    done = call("review", *USUAL)
    assert done.code == ExitCode.CLEAN
    assert done.out.startswith("# Serverless Lens review\n\n2026-11-26, rules of profile core. ")


def test_the_ending_of_a_file_says_the_format(call: Run, tmp_path: Path) -> None:
    files = ("r.md", "r.html", "r.json", "q.yaml", "lens:l.json", "lens-answers:a.json")
    done = call("review", *USUAL, *(part for file in files for part in ("--output", file)))
    assert (done.code, done.out) == (ExitCode.CLEAN, "")
    found = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert found["r.md"].startswith("# Serverless Lens review")
    assert found["r.html"].startswith("<!doctype html>")
    assert json.loads(found["r.json"])["format"] == "wa-policy.review/1"
    assert "\nanswers:\n" in found["q.yaml"]
    assert json.loads(found["l.json"])["schemaVersion"] == "2021-11-01"
    assert json.loads(found["a.json"])["Answers"][0]["WorkloadId"] == "WORKLOAD_ID"


def test_a_review_since_another(call: Run, tmp_path: Path) -> None:
    call("review", *USUAL, "--output", "first.json")
    done = call("review", *USUAL, "--since", "first.json")
    assert "## Since 2026-11-26\n\nNothing changed.\n" in done.out
    (tmp_path / "other.json").write_text("{}")
    done = call("review", *USUAL, "--since", "other.json")
    assert done.code == ExitCode.USAGE
    assert "expected `wa-policy.review/1`" in done.err


def test_answers_count(call: Run, tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text(
        "answers: [{rule: business-metrics, reply: yes, author: ann, date: '2026-11-01'}]"
    )
    done = call("review", *USUAL, "--answers", "answers.yaml")
    assert "**yes**, said `ann` on 2026-11-01" in done.out
    (tmp_path / "answers.yaml").write_text("answers: [{rule: business-metric}]")
    done = call("review", *USUAL, "--answers", "answers.yaml")
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert "answers.yaml" in done.err


def test_another_profile(call: Run) -> None:
    assert "rules of profile strict" in call("review", *USUAL, "--profile", "strict").out


def test_input_that_is_lost_shows(call: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    done = call("review", EXPORTS, "broken.json", "--no-organization", "--today", "2026-11-26")
    assert done.code == ExitCode.INCOMPLETE
    assert "## Problems of the input\n\n- `broken.json`" in done.out


def test_where_reviews_go() -> None:
    assert review_targets(None, ()) == (("markdown", None),)
    assert review_targets("html", ("-",)) == (("html", None),)
    assert review_targets(None, ("a.HTML", "json:b.txt", "c:d.md")) == (
        ("html", "a.HTML"),
        ("json", "b.txt"),
        ("markdown", "c:d.md"),
    )
    for outputs in (("a.md", "html:a.md"), ("html:",)):
        with pytest.raises(UsageError, match="expected a file"):
            review_targets(None, outputs)
