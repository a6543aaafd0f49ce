from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Run
from wa_policy.cli.exit_codes import ExitCode

EXPORTS = Path(__file__).resolve().parents[2] / "fixtures" / "quickstart" / "exports"
ROLE = "arn:aws:iam::111122223333:role/orders-role"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:jobs"


@pytest.fixture
def folders(call: Run, tmp_path: Path) -> Run:
    """Two folders, `old` and `new`, with the same exports."""
    for name in ("old", "new"):
        shutil.copytree(EXPORTS, tmp_path / name)
    return call


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / "new" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def diff(run: Run, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = run("diff", *arguments, "--no-organization", "--format", "json")
    return done.code, json.loads(done.out)


def test_the_same_is_no_difference(folders: Run) -> None:
    done = folders("diff", "old", "new", "--no-organization")
    assert (done.code, done.out) == (ExitCode.CLEAN, "Nothing differs.\n")


def test_access_appears_and_goes(folders: Run, tmp_path: Path) -> None:
    change(tmp_path, "iam.get-account-authorization-details.json", '"sqs:SendMessage"', '"sqs:DeleteQueue"')
    code, found = diff(folders, "old", "new")
    assert code == ExitCode.FINDINGS
    assert found["access"] == [
        {"change": "appeared", "principals": [ROLE], "resources": [QUEUE], "can": ["sqs:DeleteQueue"], "perhapsCan": []},
        {"change": "went", "principals": [ROLE], "resources": [QUEUE], "can": ["sqs:SendMessage"], "perhapsCan": []},
    ]  # fmt: skip


def test_a_condition_makes_access_uncertain(folders: Run, tmp_path: Path) -> None:
    change(
        tmp_path,
        "iam.get-account-authorization-details.json",
        f'"Resource": "{QUEUE}"',
        f'"Resource": "{QUEUE}", "Condition": {{"IpAddress": {{"aws:SourceIp": "192.0.2.0/24"}}}}',
    )
    (went,) = diff(folders, "old", "new")[1]["access"]
    assert (went["change"], went["can"]) == ("went", ["sqs:GetQueueAttributes", "sqs:SendMessage"])
    (grown,) = diff(folders, "new", "old")[1]["access"]
    assert (grown["change"], grown["can"]) == ("appeared", ["sqs:GetQueueAttributes", "sqs:SendMessage"])


def test_findings_appear_and_go(folders: Run, tmp_path: Path) -> None:
    file = "lambda.get-policy.orders.json"
    change(tmp_path, file, '\\"AWS:SourceArn\\":\\"arn:aws:s3:::acme-pictures\\"', '\\"AWS:SourceArn\\":\\"arn:aws:s3:::acme-pictures\\"},\\"StringEquals\\":{\\"AWS:SourceAccount\\":\\"111122223333\\"')  # fmt: skip
    code, found = diff(folders, "old", "new")
    assert code == ExitCode.CLEAN
    assert {finding["rule"] for finding in found["gone"]} == {
        "lambda-permission-service-source",
        "lambda-permission-source-account",
    }
    code, found = diff(folders, "new", "old")
    assert code == ExitCode.FINDINGS
    assert [(one["rule"], one["line"]) for one in found["new"]] == [
        ("lambda-permission-service-source", 2),
        ("lambda-permission-source-account", 2),
    ]
    assert folders("diff", "new", "old", "--no-organization", "--exit-zero").code == ExitCode.CLEAN
    text = folders("diff", "new", "old", "--no-organization").out
    assert text.startswith("NEW (2)\n+ high lambda-permission-service-source: ")
    markdown = folders("diff", "new", "old", "--no-organization", "--format", "markdown").out
    assert markdown.startswith("### wa-policy: 2 new and 0 gone; ")
    assert "- high `lambda-permission-service-source` " in markdown


def test_a_moved_file_is_no_difference(folders: Run, tmp_path: Path) -> None:
    (tmp_path / "new" / "sub").mkdir()
    (tmp_path / "new" / "sqs.get-queue-attributes.jobs.json").rename(tmp_path / "new" / "sub" / "q.json")
    assert folders("diff", "old", "new", "--no-organization").out == "Nothing differs.\n"


def test_a_role_that_is_new_has_all_its_access(folders: Run, tmp_path: Path) -> None:
    file = tmp_path / "old" / "iam.get-account-authorization-details.json"
    whole = json.loads(file.read_text())
    whole["RoleDetailList"] = []
    file.write_text(json.dumps(whole))
    _, found = diff(folders, "old", "new")
    appeared = {tuple(one["resources"]): one["can"] for one in found["access"] if one["change"] == "appeared"}
    assert appeared[(QUEUE,)] == ["sqs:GetQueueAttributes", "sqs:SendMessage"]
    assert set(appeared) == {(QUEUE,), ("*",)}  # everybody may ask who he is
