"""The whole way, on the made-up organization of the fixtures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from wa_policy.cli.exit_codes import ExitCode

ROOT = Path(__file__).parents[2]


def scan(*options: str, seed: str = "0") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "wa_policy", "scan", "fixtures/acme", *options]
    environment = os.environ | {"PYTHONHASHSEED": seed}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)


@pytest.mark.parametrize("format_", ["text", "json"])
def test_two_runs_give_the_same_bytes(format_: str) -> None:
    first, second = (scan("--format", format_, "--show-unknown", seed=seed) for seed in ("1", "2"))
    assert first.stdout == second.stdout
    assert (first.returncode, first.stderr) == (ExitCode.FINDINGS, b"")


def test_the_report_follows_its_schema_and_each_finding_has_a_line() -> None:
    report = json.loads(scan("--format", "json", "--exit-zero").stdout)
    schema = json.loads((files("wa_policy.reporters") / "report.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(report)
    assert report["findings"]
    assert all(finding["line"] for finding in report["findings"])
    assert report["summary"]["catalogDate"]


def test_exit_zero_ends_with_zero() -> None:
    done = scan("--exit-zero")
    assert (done.returncode, done.stderr) == (ExitCode.CLEAN, b"")
    assert b"\x1b" not in done.stdout
    assert b"SUMMARY" in done.stdout


def test_one_rule_alone() -> None:
    report = json.loads(scan("--format", "json", "--rule", "lambda-policy-public").stdout)
    assert {finding["rule"] for finding in report["findings"]} == {"lambda-policy-public"}
    done = scan("--rule", "lambda-policy-publik")
    assert done.returncode == ExitCode.USAGE
    assert b"lambda-policy-public" in done.stderr


def test_the_rules_can_be_listed_and_shown() -> None:
    command = [sys.executable, "-m", "wa_policy", "rules"]
    listed = subprocess.run([*command, "list"], capture_output=True, text=True, check=True).stdout
    ids = [line.split()[0] for line in listed.splitlines()]
    assert ids == sorted(ids)
    assert "lambda-policy-public" in ids
    shown = subprocess.run(
        [*command, "show", "lambda-policy-public"], capture_output=True, text=True, check=True
    ).stdout
    assert "critical severity" in shown
    unknown = subprocess.run([*command, "show", "lambda-policy"], capture_output=True, text=True, check=False)
    assert unknown.returncode == ExitCode.USAGE
    assert "lambda-policy-public" in unknown.stderr
