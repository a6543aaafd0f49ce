from __future__ import annotations

import json
from pathlib import Path

from tests.cli.running import Run
from wa_policy.cli.exit_codes import ExitCode

POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":%s,"Action":"sqs:SendMessage","Resource":"*"}]}'
OPEN, CLOSED = POLICY % '"*"', POLICY % '{"AWS":"arn:aws:iam::111122223333:root"}'


def write(folder: Path, name: str, policy: str) -> None:
    arn = f"arn:aws:sqs:eu-west-1:111122223333:{name}"
    content = {"Attributes": {"QueueArn": arn, "Policy": policy, "VisibilityTimeout": "30"}}
    (folder / f"sqs.get-queue-attributes.{name}.json").write_text(json.dumps(content))


def scan(call: Run, day: str, *more: str) -> int:
    return call("scan", "exports", "--no-organization", "--store", "h.db", "--today", day, "--rule", "respol-public", *more).code  # fmt: skip


def test_scans_are_recorded_and_the_history_tells(call: Run, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    write(tmp_path / "exports", "a", OPEN)
    assert scan(call, "2026-11-01") == ExitCode.FINDINGS
    write(tmp_path / "exports", "a", CLOSED)
    write(tmp_path / "exports", "b", OPEN)
    write(tmp_path / "exports", "c", OPEN)
    assert scan(call, "2026-11-05", "--exit-zero") == ExitCode.CLEAN
    done = call("history", "--store", "h.db", "--by", "account", "--format", "json")
    found = json.loads(done.out)
    assert [one["findings"] for one in found["scans"]] == [1, 2]
    assert found["worse"] == [{"group": "111122223333", "before": 1, "now": 2}]
    assert found["timeToFix"] == [{"group": "111122223333", "mended": 1, "meanDays": 4.0}]
    assert [one["subject"].rsplit(":", 1)[1] for one in found["mended"]] == ["a"]
    text = call("history", "--store", "h.db").out
    assert "NEW (2)" in text
    assert "security: 4.0 days on average, 1 mended" in text


def test_a_series_that_there_is_not_is_refused(call: Run, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    write(tmp_path / "exports", "a", OPEN)
    scan(call, "2026-11-01", "--series", "prod")
    done = call("history", "--store", "h.db")
    assert done.code == ExitCode.USAGE
    assert "expected one of `prod`" in done.err
    assert call("history", "--store", "none.db").code == ExitCode.USAGE
