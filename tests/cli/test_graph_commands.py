"""`who-can`, `what-can`, `paths` and `graph`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import Run
from wa_policy.cli.exit_codes import ExitCode

ACME = str(Path(__file__).parents[2] / "fixtures" / "acme")
SECRET = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:orders-db-a426df"  # noqa: S105  # an ARN


def test_who_can_names_everyone_with_reasons(call: Run) -> None:
    done = call("who-can", "secretsmanager:GetSecretValue", SECRET, "--input", ACME, "--explain")
    assert done.code == ExitCode.CLEAN
    assert done.out.startswith(f"secretsmanager:GetSecretValue on {SECRET}: ")
    assert "identity policies: Allow" in done.out
    found = json.loads(
        call("who-can", "secretsmanager:GetSecretValue", SECRET, "--input", ACME, "--format", "json").out
    )
    assert {one["can"] for one in found["who"]} <= {"yes", "perhaps"}


def test_a_condition_of_a_deny_is_an_unless(call: Run) -> None:
    done = call("who-can", "s3:GetObject", "arn:aws:s3:::acme-dev-docs/x", "--input", ACME)
    assert "unless StringNotEquals aws:RequestedRegion" in done.out
    assert "if IpAddress aws:SourceIp" in done.out


def test_what_can_lists_actions_by_resource(call: Run) -> None:
    role = "arn:aws:iam::777788889999:role/loyalty-deployer"
    done = call("what-can", role, "--input", ACME)
    assert done.code == ExitCode.CLEAN
    assert "can: lambda:GetFunction" in done.out
    assert call("what-can", f"{role}x", "--input", ACME).code == ExitCode.USAGE


def test_what_can_explains_and_takes_a_context(call: Run) -> None:
    user = "arn:aws:iam::777788889999:user/dev-ci"
    asked = ("what-can", user, "--input", ACME)
    done = call(*asked, "--explain")
    assert "    unless StringNotEquals aws:RequestedRegion eu-west-1, us-east-1\n" in done.out
    assert "    identity policies: Allow " in done.out
    assert "    identity policies:" not in call(*asked).out

    def functions(*more: str) -> tuple[bool, bool]:
        (row,) = (
            row
            for row in json.loads(call(*asked, "--format", "json", *more).out)["what"]
            if row["resource"] == "*"
        )
        return "lambda:ListFunctions" in row["can"], "lambda:ListFunctions" in row["perhaps"]

    assert functions() == (False, True)
    assert functions("--context", "aws:RequestedRegion=eu-west-1") == (True, False)
    assert functions("--context", "aws:RequestedRegion=eu-north-1") == (False, False)


def test_paths_to_admin_and_from_public(call: Run) -> None:
    done = call("paths", "--input", ACME, "--limit", "3", "--explain")
    assert done.code == ExitCode.FINDINGS
    assert done.out.startswith("1. 1 step")
    assert "there are more" in done.out
    done = call(
        "paths", "--from", "public", "--to", SECRET, "--input", ACME, "--limit", "1", "--format", "json"
    )
    (path,) = json.loads(done.out)["paths"]
    assert path["throughCode"]
    assert path["steps"][0]["from"] == "anonymous"
    role = "arn:aws:iam::444455556666:role/thumbnailer-role"
    done = call("paths", "--from", role, "--to", "111122223333", "--input", ACME, "--limit", "1")
    assert done.code in (ExitCode.CLEAN, ExitCode.FINDINGS)


@pytest.mark.parametrize("format_", ["json", "graphml", "dot", "mermaid", "html"])
def test_graph_formats(call: Run, tmp_path: Path, format_: str) -> None:
    file = tmp_path / "out"
    assert call("graph", "--format", format_, "--input", ACME, "--output", str(file)).code == ExitCode.CLEAN
    assert file.stat().st_size > 10_000


def test_cypher_csv_needs_a_folder(call: Run, tmp_path: Path) -> None:
    assert call("graph", "--format", "cypher-csv", "--input", ACME).code == ExitCode.USAGE
    folder = tmp_path / "csv"
    assert (
        call("graph", "--format", "cypher-csv", "--input", ACME, "--output", str(folder)).code
        == ExitCode.CLEAN
    )
    assert sorted(path.name for path in folder.iterdir()) == ["nodes.csv", "relationships.csv"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("who-can", "s3:*", "*", "--input", ACME),
        ("who-can", "s3:GetObject", "bucket", "--input", ACME),
        ("who-can", "s3:GetObject", "*"),
        ("paths", "--from", "arn:aws:iam::1:role/none", "--input", ACME),
    ],
)
def test_wrong_usage(call: Run, arguments: tuple[str, ...]) -> None:
    assert call(*arguments).code == ExitCode.USAGE
