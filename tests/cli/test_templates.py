"""Templates on the command line."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Run
from wa_policy.cli.exit_codes import ExitCode

TEXT = """
Parameters: {Env: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: orders}}
  P:
    Type: AWS::Lambda::Permission
    Condition: IsProd
    Properties: {FunctionName: !Ref F, Principal: "444455556666", Action: "lambda:InvokeFunction"}
"""
RULE = ("--rule", "lambda-permission-untrusted-account", "--format", "json")


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "template.yaml").write_text(TEXT)
    return tmp_path


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--account", "111122223333", "--parameters", "Env=prod"), ExitCode.FINDINGS),
        (("--account", "444455556666", "--parameters", "Env=prod"), ExitCode.CLEAN),
        (("--account", "111122223333", "--parameters", "Env=dev"), ExitCode.CLEAN),
        (("--account", "111122223333"), ExitCode.CLEAN),  # unknown, which is no finding
    ],
)
def test_what_is_said_decides(call: Run, template: Path, options: tuple[str, ...], code: ExitCode) -> None:
    done = call("scan", "template.yaml", *RULE, *options)
    assert done.code == code, done.err


def test_the_settings_say_it_too(call: Run, template: Path) -> None:
    (template / "env.json").write_text(json.dumps([{"ParameterKey": "Env", "ParameterValue": "prod"}]))
    (template / "wa-policy.yaml").write_text(
        'templates:\n  account: "111122223333"\n  region: eu-west-1\n  parameter_files: [env.json]\n'
    )
    done = call("scan", "template.yaml", *RULE)
    assert done.code == ExitCode.FINDINGS
    (finding,) = json.loads(done.out)["findings"]
    assert finding["subject"] == "arn:aws:lambda:eu-west-1:111122223333:function:orders"
    over = call("scan", "template.yaml", *RULE, "--account", "444455556666")
    assert over.code == ExitCode.CLEAN


def test_an_account_that_is_none(call: Run, template: Path) -> None:
    done = call("scan", "template.yaml", "--account", "12")
    assert done.code == ExitCode.USAGE
    assert "twelve digits" in done.err


def test_a_setting_that_is_wrong_has_its_line(call: Run, template: Path) -> None:
    (template / "wa-policy.yaml").write_text("templates:\n  account: 12\n")
    done = call("scan", "template.yaml")
    assert done.code == ExitCode.USAGE
    assert "wa-policy.yaml:2" in done.err
