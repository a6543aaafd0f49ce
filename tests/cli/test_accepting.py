from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Run
from wa_policy.cli.exit_codes import ExitCode

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}],
}


def write_queue(folder: Path, name: str, file: str = "") -> None:
    arn = f"arn:aws:sqs:eu-west-1:111122223333:{name}"
    content = {"Attributes": {"QueueArn": arn, "Policy": json.dumps(POLICY)}}
    folder.mkdir(exist_ok=True)
    (folder / f"{file or name}.json").write_text(json.dumps(content))


class Scan:
    def __init__(self, call: Run) -> None:
        self.call = call

    def __call__(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        done = self.call(
            "scan", "exports", "--no-organization", "--format", "json", "--today", "2026-11-25", *arguments
        )
        return done.code, json.loads(done.out)


@pytest.fixture
def scan(call: Run, tmp_path: Path) -> Scan:
    """Two open queues."""
    write_queue(tmp_path / "exports", "a")
    write_queue(tmp_path / "exports", "b")
    return Scan(call)


def names(report: dict[str, Any], where: str = "findings") -> list[str]:
    """The queues that are open: what other rules say of them is not asked here."""
    found = [finding for finding in report.get(where, []) if finding["rule"] == "respol-public"]
    return [finding["subject"].rsplit(":", 1)[1] for finding in found]


def test_a_baseline_silences_what_was_there(scan: Scan, tmp_path: Path) -> None:
    code, report = scan("--write-baseline", "base.json")
    assert (code, names(report), names(report, "accepted")) == (ExitCode.CLEAN, [], ["a", "b"])
    write_queue(tmp_path / "exports", "c")
    write_queue(tmp_path / "exports", "a", file="renamed")
    (tmp_path / "exports" / "a.json").unlink()
    code, report = scan("--baseline", "base.json")
    assert (code, names(report), names(report, "accepted")) == (ExitCode.FINDINGS, ["c"], ["a", "b"])


def test_an_update_forgets_what_is_mended_and_learns_nothing(scan: Scan, tmp_path: Path) -> None:
    scan("--write-baseline", "base.json")
    (tmp_path / "exports" / "a.json").unlink()
    write_queue(tmp_path / "exports", "c")
    code, report = scan("--baseline", "base.json", "--update-baseline")
    assert (code, names(report)) == (ExitCode.FINDINGS, ["c"])
    write_queue(tmp_path / "exports", "a")
    assert names(scan("--baseline", "base.json")[1]) == ["a", "c"]


def test_the_settings_name_the_files_as_seen_from_there(scan: Scan, tmp_path: Path) -> None:
    scan("--write-baseline", "exports/base.json")
    (tmp_path / "exports" / "wa-policy.yaml").write_text("baseline: base.json\n")
    code, report = scan()
    assert (code, names(report)) == (ExitCode.CLEAN, [])


def test_waivers_accept_until_their_day(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text(
        "waivers:\n  - {rule: respol-public, subject: '*:a', reason: a test, owner: ann, expires: 2026-11-25}\n"
    )
    code, report = scan("--waivers", "w.yaml")
    assert (code, names(report), names(report, "accepted")) == (ExitCode.FINDINGS, ["b"], ["a"])
    assert report["accepted"][0]["acceptance"]["owner"] == "ann"
    _, late = scan("--waivers", "w.yaml", "--today", "2026-11-26")
    assert [finding["rule"] for finding in late["findings"]] == ["respol-public"] * 2 + ["waiver-expired"]
    assert late["findings"][2]["line"] == 2


def test_a_waiver_of_an_unknown_rule_is_refused(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text("waivers:\n  - {rule: respol-pubic, subject: a, reason: r, owner: o}\n")
    done = scan.call("scan", "exports", "--waivers", "w.yaml")
    assert done.code == ExitCode.USAGE
    assert "did you mean `respol-public`?" in done.err
    assert done.out == ""


def test_only_what_changed_is_reported(scan: Scan, tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ("git", "-c", "user.name=x", "-c", "user.email=x@example.com", *arguments),
            check=True,
            cwd=tmp_path,
            capture_output=True,
        )

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    write_queue(tmp_path / "exports", "new")  # not yet known to Git
    code, report = scan("--changed-only", "HEAD")
    assert (code, names(report), names(report, "accepted")) == (ExitCode.FINDINGS, ["new"], ["a", "b"])
    git("add", ".")
    git("commit", "-qm", "second")
    assert names(scan("--changed-only", "HEAD~1")[1]) == ["new"]
    assert names(scan("--changed-only", "HEAD")[1]) == []
    (tmp_path / "exports" / "b.json").write_text((tmp_path / "exports" / "b.json").read_text() + "\n")
    assert names(scan("--changed-only", "HEAD")[1]) == ["b"]
    done = scan.call("scan", "exports", "--changed-only", "nowhere")
    assert done.code == ExitCode.USAGE
    assert "since `nowhere`" in done.err


def test_several_reports_of_one_scan(scan: Scan, tmp_path: Path) -> None:
    done = scan.call(
        "scan", "exports", "--no-organization", "--output", "r.sarif", "--output", "junit:x/../j.out", "--output", "text:-"
    )  # fmt: skip
    assert done.code == ExitCode.USAGE  # there is no folder x
    assert not (tmp_path / "j.out").exists()
    (tmp_path / "x").mkdir()
    done = scan.call(
        "scan", "exports", "--no-organization", "--output", "r.sarif", "--output", "junit:x/../j.out", "--output", "text:-"
    )  # fmt: skip
    assert done.code == ExitCode.FINDINGS
    assert json.loads((tmp_path / "r.sarif").read_text())["version"] == "2.1.0"
    assert (tmp_path / "j.out").read_text().startswith("<?xml")
    assert "SUMMARY" in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--output", "a.json", "--output", "json:a.json"), "two reports go to `a.json`"),
        (("--output", "sarif:"), "expected a file after the colon"),
        (("--today", "tomorrow"), "expected a date"),
        (("--update-baseline",), "needs a baseline"),
        (("--baseline", "none.json"), "none.json"),
        (("--changed-only", "--help"), "expected a revision"),
    ],
)
def test_what_cannot_be_is_refused(
    scan: Scan, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = scan.call("scan", "exports", *arguments)
    assert done.code == ExitCode.USAGE
    assert words in done.err
    assert sorted(tmp_path.rglob("*")) == before
