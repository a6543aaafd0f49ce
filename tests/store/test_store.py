from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.reports import FINDING, PASS, QUEUE, UNKNOWN, report, rule
from wa_policy.errors import UsageError
from wa_policy.findings import Result, Severity, Verdict, Waiver
from wa_policy.findings.history import Grouping, History, TimeToFix
from wa_policy.store import database
from wa_policy.store.database import opened
from wa_policy.store.history import history, series_of
from wa_policy.store.record import record

START = datetime(2026, 11, 1, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def finding(name: str, verdict: Verdict = Verdict.FAIL, *, severity: Severity = Severity.HIGH) -> Result:
    return replace(FINDING, subject=f"{QUEUE}-{name}", verdict=verdict, rule=rule(severity=severity))


def scans(tmp_path: Path, *all_: tuple[Result, ...], by: Grouping = Grouping.RULE) -> History:
    """The history of scans with these results, one a day."""
    file = str(tmp_path / "h.db")
    for day, results in enumerate(all_):
        record(file, report(*results), START + timedelta(days=day))
    return history(file, by)


def names(items: tuple[object, ...]) -> list[str]:
    return [str(getattr(item, "subject", "")).rsplit("-", 1)[-1] for item in items]


def test_the_trend_counts_open_findings(tmp_path: Path) -> None:
    waived = replace(finding("w"), accepted=Waiver("respol-public", "*", "r", "o"))
    found = scans(
        tmp_path,
        (finding("a"), finding("b"), UNKNOWN, PASS),
        (finding("a"), waived, PASS, PASS),
        by=Grouping.SEVERITY,
    )
    assert [(s.failed, s.unknown, s.accepted, s.passed) for s in found.scans] == [(2, 1, 0, 1), (1, 0, 1, 2)]
    assert [dict(s.groups) for s in found.scans] == [{"high": 2}, {"high": 1}]


def test_mended_is_what_passes_and_lost_is_what_nobody_looked_at(tmp_path: Path) -> None:
    """The export of the second day lacks `gone`, and cannot decide `open`."""
    found = scans(
        tmp_path,
        (finding("mended"), finding("gone"), finding("undecided"), finding("stays"), finding("na")),
        (
            finding("mended", Verdict.PASS),
            finding("undecided", Verdict.UNKNOWN),
            finding("stays"),
            finding("na", Verdict.NOT_APPLICABLE),
            finding("fresh"),
        ),
    )
    assert names(found.mended) == ["mended", "na"]
    assert names(found.lost) == ["gone", "undecided"]
    assert names(found.new) == ["fresh"]
    assert names(found.open) == ["fresh", "stays"]
    assert found.worse == ()


def test_time_to_fix_is_from_the_first_scan_with_it_to_the_first_without(tmp_path: Path) -> None:
    a, b = finding("a"), finding("b")
    fixed_a, fixed_b = finding("a", Verdict.PASS), finding("b", Verdict.PASS)
    unknown_a = finding("a", Verdict.UNKNOWN)
    found = scans(tmp_path, (a,), (a, b), (unknown_a, fixed_b), (fixed_a, b), (a, b), (fixed_a, b))
    # a: days 0 to 3 (unknown in between is not mended), and 4 to 5; b: day 1 to 2, and open again since 3
    assert found.times == (TimeToFix("respol-public", 3, (3 + 1 + 1) / 3),)
    (still,) = found.open
    assert still.since == START + timedelta(days=3)


def test_worse_is_more_than_in_the_scan_before(tmp_path: Path) -> None:
    low, high = finding("l", severity=Severity.LOW), finding("h")
    found = scans(tmp_path, (high, low), (high, finding("h2"), finding("h3")), by=Grouping.SEVERITY)
    assert found.worse == (("high", 1, 3),)


def test_owners_and_accounts(tmp_path: Path) -> None:
    file = str(tmp_path / "h.db")
    mine, other = finding("a"), replace(finding("b"), account="444455556666")
    record(file, report(mine, other), START, owners={mine.subject: "team-a"})
    assert [dict(s.groups) for s in history(file, Grouping.OWNER).scans] == [{"": 1, "team-a": 1}]
    assert [dict(s.groups) for s in history(file, Grouping.ACCOUNT).scans] == [
        {"111122223333": 1, "444455556666": 1}
    ]


def test_series_are_apart_and_scans_in_the_order_of_their_time(tmp_path: Path) -> None:
    file = str(tmp_path / "h.db")
    record(file, report(finding("late")), START + timedelta(days=2), series="prod")
    record(file, report(finding("a"), finding("b")), START, series="prod")
    record(file, report(), START, series="dev")
    assert series_of(file) == (("dev", 1), ("prod", 2))
    found = history(file, series="prod")
    assert [scan.failed for scan in found.scans] == [2, 1]
    assert names(found.open) == ["late"]
    assert history(file, series="prod", last=1).scans == found.scans[1:]
    assert history(file, series="none").scans == ()


def test_findings_of_one_name_are_counted(tmp_path: Path) -> None:
    found = scans(tmp_path, (finding("a"), finding("a")))
    assert [dict(s.groups) for s in found.scans] == [{"respol-public": 2}]


def test_names_that_are_no_text_are_kept_readable(tmp_path: Path) -> None:
    assert names(scans(tmp_path, (finding("\ud800"),)).open) == ["\\ud800"]


# --- the file ------------------------------------------------------------------------------------------------------


def test_what_is_no_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("no database " * 200)
    with pytest.raises(UsageError, match="is no store"):
        record(str(text), report(), START)
    assert text.read_text() == "no database " * 200
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE things (name TEXT)")
    with pytest.raises(UsageError, match="of another program"):
        record(str(other), report(), START)
    with pytest.raises(UsageError, match="there is no store"):
        history(str(tmp_path / "none.db"))
    assert not (tmp_path / "none.db").exists()


def test_a_later_version_is_refused(tmp_path: Path) -> None:
    file = str(tmp_path / "h.db")
    record(file, report(), START)
    with sqlite3.connect(file) as connection:
        connection.execute(f"PRAGMA user_version = {database.VERSION + 1}")
    with pytest.raises(UsageError, match="expected at most"):
        history(file)


def test_an_old_store_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = str(tmp_path / "h.db")
    record(file, report(FINDING), START)
    more = (*database.MIGRATIONS, ("ALTER TABLE scans ADD COLUMN note TEXT NOT NULL DEFAULT ''",))
    monkeypatch.setattr(database, "MIGRATIONS", more)
    monkeypatch.setattr(database, "VERSION", len(more))
    with opened(file) as connection:
        assert connection.execute("SELECT note, failed FROM scans").fetchall() == [("", 1)]
    assert [scan.failed for scan in history(file).scans] == [1]


def test_a_migration_that_fails_leaves_the_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "h.db")
    record(file, report(FINDING), START)
    broken = (*database.MIGRATIONS, ("CREATE TABLE extra (a)", "ALTER TABLE nothing ADD COLUMN x"))
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", broken)
        patch.setattr(database, "VERSION", len(broken))
        with pytest.raises(UsageError):
            history(file)
    with opened(file) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"scans", "subjects", "verdicts"}


# --- several processes ---------------------------------------------------------------------------------------------

WRITER = textwrap.dedent(
    """
    import sys
    from dataclasses import replace
    from datetime import UTC, datetime
    from tests.reports import FINDING, report
    from wa_policy.store.record import record

    file, writer, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    for number in range(count):
        results = [replace(FINDING, subject=f"{writer}-{number}-{i}") for i in range(20)]
        record(file, report(*results), datetime(2026, 11, 1, tzinfo=UTC), series=writer)
        print(number, flush=True)
    """
)


def test_four_writers_at_once_and_one_of_them_killed(tmp_path: Path) -> None:
    """200 scans in all; of the killed writer every scan that it reported is there, and none is there by half."""
    file = str(tmp_path / "h.db")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    writers = [
        subprocess.Popen(
            (sys.executable, "-c", WRITER, file, f"w{n}", "50"),
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        for n in range(4)
    ]
    victim = writers[0]
    assert victim.stdout is not None
    told = [victim.stdout.readline() for _ in range(8)]
    time.sleep(0.003)  # somewhere in the next scan
    victim.send_signal(signal.SIGKILL)
    told += victim.stdout.read().splitlines(keepends=True)
    for writer in writers:
        writer.wait(timeout=120)
        if writer.stdout is not None:
            writer.stdout.close()
    assert [writer.returncode for writer in writers] == [-signal.SIGKILL, 0, 0, 0]
    counts = dict(series_of(file))
    assert [counts[f"w{n}"] for n in (1, 2, 3)] == [50, 50, 50]
    complete = len([line for line in told if line.endswith("\n")])
    assert complete <= counts["w0"] <= complete + 1
    with opened(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        per_scan = connection.execute("SELECT count(*) FROM verdicts GROUP BY scan").fetchall()
    assert {row[0] for row in per_scan} == {20}
    assert len(per_scan) == sum(counts.values())
