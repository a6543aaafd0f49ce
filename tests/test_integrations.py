"""What stands in `integrations` and `.pre-commit-hooks.yaml` calls the command line as it is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from wa_policy.cli.main import cli

ROOT = Path(__file__).resolve().parents[1]
EXPORTS = ROOT / "fixtures" / "quickstart" / "exports"
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def test_the_action_scans_and_writes_its_reports(tmp_path: Path) -> None:
    action = yaml.safe_load((ROOT / "integrations" / "github" / "action.yml").read_text())
    scan = next(step for step in action["runs"]["steps"] if step["name"] == "Scan")
    assert set(scan["env"]) == {"PATHS", "ARGUMENTS", "SARIF"}
    environment = {
        "PATH": PATH,
        "PATHS": str(EXPORTS),
        "ARGUMENTS": "--no-organization --exit-zero",
        "SARIF": "out.sarif",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }
    done = subprocess.run(("bash", "-e", "-c", scan["run"]), cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "::error file=" in done.stdout
    assert (tmp_path / "out.sarif").exists()
    assert (tmp_path / "summary.md").read_text().startswith("### wa-policy: ")


def test_inputs_are_no_part_of_a_script() -> None:
    text = (ROOT / "integrations" / "github" / "action.yml").read_text()
    for script in re.findall(r"run: (.*?)(?=\n    - name|\Z)", text, re.DOTALL):
        assert "${{" not in script


def test_the_template_of_gitlab_scans(tmp_path: Path) -> None:
    job = yaml.safe_load((ROOT / "integrations" / "gitlab" / "wa-policy.yml").read_text())["wa-policy"]
    scan = job["script"][1]
    environment = {"PATH": PATH, "WA_POLICY_PATHS": str(EXPORTS), "WA_POLICY_ARGUMENTS": "--exit-zero"}
    done = subprocess.run(("bash", "-e", "-c", scan), cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    for report in job["artifacts"]["reports"].values():
        assert (tmp_path / report).exists()


@pytest.mark.parametrize(
    "hook", yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()), ids=lambda hook: hook["id"]
)
def test_hooks_call_commands_that_there_are(hook: dict[str, str]) -> None:
    command, *words = hook["entry"].split()
    assert command == "wa-policy"
    context = cli.make_context("wa-policy", [], resilient_parsing=True)
    found = cli.get_command(context, words[0])
    assert found is not None
    if words[1:]:
        assert words[1] in getattr(found, "commands", {})


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete(shell: str) -> None:
    done = subprocess.run(("wa-policy", "completion", shell), env={"PATH": PATH}, capture_output=True, text=True, check=True)  # fmt: skip
    assert "_WA_POLICY_COMPLETE" in done.stdout


def test_a_shell_is_answered() -> None:
    environment = {
        "PATH": PATH,
        "_WA_POLICY_COMPLETE": "bash_complete",
        "COMP_WORDS": "wa-policy sc",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(("wa-policy",), env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["plain,scan", "plain,schema"]
