from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import Run
from wa_policy import api
from wa_policy.cli.exit_codes import MEANING, ExitCode
from wa_policy.cli.input_options import KINDS, kind_of
from wa_policy.cli.scan import SEVERITIES
from wa_policy.findings import Severity
from wa_policy.iam.policy import PolicyKind

HEAVY = (
    "jsonschema",
    "networkx",
    "policyuniverse",
    "rich",
    "wa_policy.api",
    "wa_policy.catalog",
    "wa_policy.iam",
    "yaml",
)
"""What `--help` has no use for; together they cost many times what it may cost."""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["scan", "--help"],
        ["can", "--help"],
        ["rules", "-h"],
        ["guardrails", "generate", "--help"],
    ],
)
def test_help_and_version_load_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from wa_policy.cli.main import run; code = run(sys.argv[1:]);"
        "print(sorted(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    loaded = done.stderr.strip("[]\n").replace("'", "").split(", ")
    assert not [name for name in loaded if name in HEAVY or name.startswith(tuple(f"{h}." for h in HEAVY))]


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wa_policy", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("wa-policy ")


def test_help_names_the_exit_codes(call: Run) -> None:
    assert set(MEANING) == set(ExitCode)
    for arguments in (["--help"], ["scan", "--help"]):
        done = call(*arguments)
        assert done.code == ExitCode.CLEAN
        for code, words in MEANING.items():
            assert f"{code.value}  {words}" in done.out


def test_words_on_the_command_line_are_those_of_the_types() -> None:
    assert tuple(Severity) == SEVERITIES
    assert [kind_of(word) for word in KINDS] == list(PolicyKind)
    assert kind_of(None) is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Usage"),
        (["scna"], "No such command 'scna'"),
        (["scan"], "Missing argument 'PATH...'"),
        (["scan", "--nonsense", "x"], "No such option '--nonsense'"),
        (["scan", "--fail-on", "worst", "x"], "'worst' is not one of"),
        (["scan", "nowhere"], "there is no file or folder `nowhere`"),
        (["scan", "--param", "x", "."], "expected NAME=VALUE"),
        (["scan", "--config", "nowhere.yaml", "."], "no such file or directory"),
        (["can", "*", "s3:GetObject", "*"], "expected `--input PATH`"),
        (["explain", "a", "b"], "found 2 arguments, expected CASE.json, or PRINCIPAL ACTION RESOURCE"),
        (["explain", "nowhere.json"], "no such file or directory"),
        (["simulate", "nowhere.jsonl"], "no such file or directory"),
        (["simulate", "."], "is a directory"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(call: Run, arguments: list[str], words: str) -> None:
    done = call(*arguments)
    assert done.code == ExitCode.USAGE
    # click quotes options in its own way, which has changed between its versions.
    assert words.replace("'", "") in done.err.replace("'", "").replace("\n", " ").replace(": --", " --")
    assert "Traceback" not in done.err
    assert not done.out


def test_an_internal_error_is_one_line_and_a_traceback_on_demand(
    call: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("a\x1b[31m")

    monkeypatch.setattr(api, "simulate", broken)
    (tmp_path / "x.jsonl").write_text("{}\n")
    done = call("simulate", "x.jsonl")
    assert done.code == ExitCode.INTERNAL
    assert done.err.count("\n") == 1
    assert "please report it: KeyError" in done.err
    assert "\x1b" not in done.err
    for arguments in (["--debug", "simulate", "x.jsonl"], ["simulate", "--debug", "x.jsonl"]):
        done = call(*arguments)
        assert done.code == ExitCode.INTERNAL
        assert "Traceback" in done.err


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    case = '{"id": "x", "request": {"principal": "arn:aws:iam::111122223333:user/b", "action": "s3:Get", "resource": "*"}}\n'
    (tmp_path / "x.jsonl").write_text(case * 20_000)
    command = f"{sys.executable} -m wa_policy simulate x.jsonl | head -n 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
