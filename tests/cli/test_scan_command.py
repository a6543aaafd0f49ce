from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Run
from tests.reports import FINDING, PASS, UNKNOWN, report
from wa_policy import api
from wa_policy.cli.exit_codes import ExitCode
from wa_policy.findings import Report, Result
from wa_policy.iam.source import Source
from wa_policy.inventory.model import Inventory
from wa_policy.settings import Profile, Settings

POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


class Rules:
    """Stands for the rules: gives the results it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.results: tuple[Result, ...] = ()
        self.settings = Settings()
        self.only: tuple[str, ...] = ()

    def scan(
        self,
        inventory: Inventory,
        settings: Settings,
        *,
        only: tuple[str, ...] = (),
        progress: api.Progress | None = None,
        today: date | None = None,
    ) -> Report:
        del progress, today
        self.settings, self.only = settings, tuple(only)
        return replace(report(*self.results), problems=inventory.problems, files=inventory.files)


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Rules:
    fake = Rules()
    monkeypatch.setattr(api, "scan", fake.scan)
    (tmp_path / "p.json").write_text(json.dumps(POLICY))
    return fake


@pytest.mark.parametrize(
    ("results", "options", "code"),
    [
        ((), (), ExitCode.CLEAN),
        ((PASS,), (), ExitCode.CLEAN),
        ((FINDING,), (), ExitCode.FINDINGS),
        ((FINDING,), ("--fail-on", "critical"), ExitCode.CLEAN),
        ((FINDING,), ("--fail-on", "medium"), ExitCode.FINDINGS),
        ((FINDING,), ("--exit-zero",), ExitCode.CLEAN),
        ((UNKNOWN,), (), ExitCode.CLEAN),
        ((UNKNOWN,), ("--fail-on-unknown",), ExitCode.CLEAN),  # its rule is of medium severity
        ((UNKNOWN,), ("--fail-on-unknown", "--fail-on", "medium"), ExitCode.FINDINGS),
    ],
)
def test_exit_codes(
    call: Run, rules: Rules, results: tuple[Result, ...], options: tuple[str, ...], code: ExitCode
) -> None:
    rules.results = results
    assert call("scan", "p.json", *options).code == code


BROKEN = {
    "not-json.json": (b"{]", "found"),
    "truncated.json": (b'{"Version": "2012-10-17", "Statement": [{"Eff', "expected"),
    "latin.json": (b'{"Version": "caf\xe9"}', "is not UTF-8"),
    "empty.json": (b"", "the file is empty"),
    "other.json": (b'{"hello": "world"}', "expected an answer of the AWS CLI, items of AWS Config"),
}
CASES = [(name, content, words) for name, (content, words) in BROKEN.items()]


@pytest.mark.parametrize("broken", CASES, ids=lambda broken: broken[0])
def test_what_cannot_be_read_alone_ends_with_2(
    call: Run, rules: Rules, tmp_path: Path, broken: tuple[str, bytes, str]
) -> None:
    name, content, words = broken
    (tmp_path / name).write_bytes(content)
    done = call("scan", name)
    assert done.code == ExitCode.USAGE
    assert name in done.err
    assert words in done.err
    assert "Traceback" not in done.err
    assert call("scan", name, "--exit-zero").code == ExitCode.USAGE


@pytest.mark.parametrize("broken", CASES, ids=lambda broken: broken[0])
def test_beside_what_can_be_read_it_ends_with_4(
    call: Run, rules: Rules, tmp_path: Path, broken: tuple[str, bytes, str]
) -> None:
    name, content, words = broken
    (tmp_path / name).write_bytes(content)
    done = call("scan", "p.json", name)
    assert done.code == ExitCode.INCOMPLETE
    assert words in " ".join(done.out.split())
    assert call("scan", "p.json", name, "--exit-zero").code == ExitCode.CLEAN
    rules.results = (FINDING,)
    assert call("scan", "p.json", name).code == ExitCode.FINDINGS


def test_a_folder_without_a_readable_file(call: Run, rules: Rules, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("nothing")
    done = call("scan", "empty")
    assert done.code == ExitCode.USAGE
    assert "there is no file to read in this folder" in done.err


def test_something_odd_is_no_lost_input(call: Run, rules: Rules, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text(json.dumps({**POLICY, "Version": "2020-01-01"}))
    done = call("scan", "odd.json")
    assert done.code == ExitCode.CLEAN
    assert "version-unknown" in done.out


def test_standard_input(call: Run, rules: Rules) -> None:
    assert call("scan", "-", stdin=json.dumps(POLICY).encode()).code == ExitCode.CLEAN
    assert call("scan", "-", stdin=b"{").code == ExitCode.USAGE


def test_settings_come_from_the_file_and_the_command_line_wins(
    call: Run, rules: Rules, tmp_path: Path
) -> None:
    (tmp_path / "wa-policy.yaml").write_text("profile: strict\norganization: none\n")
    call("scan", "p.json")
    assert rules.settings == Settings(Profile.STRICT, {}, no_organization=True)
    call("scan", "p.json", "--profile", "advice", "--rule", "a", "--rule", "b")
    assert rules.settings.profile is Profile.ADVICE
    assert rules.only == ("a", "b")
    (tmp_path / "other.yaml").write_text("profile: core\n")
    call("scan", "p.json", "--config", "other.yaml", "--no-organization")
    assert rules.settings == Settings(no_organization=True)


def test_findings_have_their_line(call: Run, rules: Rules, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(json.dumps(POLICY, indent=1))
    rules.results = (replace(FINDING, source=Source("p.json", "/Statement/0/Action")),)
    assert "p.json:6" in call("scan", "p.json").out
    found = json.loads(call("scan", "p.json", "--format", "json").out)["findings"][0]
    assert found["line"] == 6
    rules.results = (replace(FINDING, source=Source("-", "/Statement/0/Action")),)
    assert "-:6" in call("scan", "-", stdin=json.dumps(POLICY, indent=1).encode()).out


def test_the_report_can_go_to_a_file(call: Run, rules: Rules, tmp_path: Path) -> None:
    rules.results = (FINDING,)
    done = call("scan", "p.json", "--output", "report.txt")
    assert (done.code, done.out) == (ExitCode.FINDINGS, "")
    assert "HIGH" in (tmp_path / "report.txt").read_text()
    done = call("scan", "p.json", "--output", "no/such/folder")
    assert done.code == ExitCode.USAGE
    assert "cannot be written" in done.err


def test_no_escape_reaches_a_pipe_and_no_color_is_respected(
    call: Run, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wa_policy.cli import output

    rules.results = (FINDING,)
    assert "\x1b" not in call("scan", "p.json").out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert output.wants_color(None)
    assert not output.wants_color("file")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not output.wants_color(None)


def test_hostile_file_names_are_written_out(call: Run, rules: Rules, tmp_path: Path) -> None:
    name = "a\x1b[31m\u202e.json"
    (tmp_path / name).write_bytes(b"{")
    for done in (call("scan", name), call("scan", "p.json", name)):
        assert "\x1b" not in done.out + done.err
        assert "\u202e" not in done.out + done.err
        assert "a\\x1b[31m\\u202e.json" in done.out + done.err


@pytest.mark.parametrize("format_", ["text", "json"])
def test_two_runs_give_the_same_bytes(call: Run, rules: Rules, format_: str) -> None:
    rules.results = (FINDING, UNKNOWN, PASS)
    first = call("scan", "p.json", "--format", format_, "--show-unknown")
    assert first == call("scan", "p.json", "--format", format_, "--show-unknown")


def test_a_list_in_a_folder_is_told_and_a_file_that_is_no_export_is_named(
    call: Run, rules: Rules, tmp_path: Path
) -> None:
    (tmp_path / "package.json").write_text('{"name": "x"}')
    done = call("scan", ".")
    assert done.code == ExitCode.CLEAN
    assert "2 files (1 not recognised)" in done.out
    assert "skipped  ./package.json" in done.out
    (tmp_path / "cut-down.json").write_text('[{"RoleName": "x"}]')
    done = call("scan", ".")
    assert done.code == ExitCode.INCOMPLETE
    assert "./cut-down.json:1: found a list of 1, expected an answer of the AWS CLI" in done.out


def test_pipes_and_sockets_in_a_folder_are_told_and_not_waited_for(
    call: Run, rules: Rules, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    done = call("scan", ".")
    assert done.code == ExitCode.INCOMPLETE
    assert "./pipe.json: this is a pipe, expected a file or folder" in done.out
