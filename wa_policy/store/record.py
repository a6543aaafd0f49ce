"""Writes a scan into the store."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from wa_policy.findings import Report, Result, Verdict, Waiver
from wa_policy.findings.fingerprint import fingerprint
from wa_policy.store.database import opened, transaction

_KEPT = (Verdict.FAIL, Verdict.UNKNOWN)


def record(
    path: str,
    report: Report,
    taken: datetime,
    *,
    series: str = "",
    version: str = "",
    owners: Mapping[str, str] | None = None,
) -> int:
    """Add a scan to the store and give its number; all of it is there afterwards, or nothing.

    `series` tells scans of different inputs apart; `owners` has the owner of each subject. Findings and unknown verdicts
    are kept, and of all other verdicts those on what was one of them before: so it shows when something was mended.
    Raises UsageError where the file is no store.
    """
    with opened(path, create=True) as connection, transaction(connection):
        known = {
            str(row[0]): int(row[1]) for row in connection.execute("SELECT fingerprint, id FROM subjects")
        }
        scan = _scan(connection, report, taken, series, version)
        rows: Counter[tuple[int, str, str, str, str, str]] = Counter()
        for result in report.results:
            print_ = fingerprint(result)
            if result.verdict in _KEPT and print_ not in known:
                known[print_] = _subject(connection, print_, result)
            if print_ in known:
                rows[
                    known[print_],
                    result.verdict.value,
                    result.rule.severity.value,
                    result.account or "",
                    (owners or {}).get(result.subject, ""),
                    _accepted(result),
                ] += 1
        merged: dict[tuple[int, str, str], tuple[str, str, str, int]] = {}
        for (about, verdict, severity, account, owner, accepted), count in sorted(rows.items()):
            before = merged.get((about, verdict, accepted))
            merged[about, verdict, accepted] = (
                severity,
                account,
                owner,
                count + (before[3] if before else 0),
            )
        connection.executemany(
            "INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (scan, about, verdict, severity, account, owner, accepted, count)
                for (about, verdict, accepted), (severity, account, owner, count) in merged.items()
            ],
        )
        return scan


def _scan(connection: sqlite3.Connection, report: Report, taken: datetime, series: str, version: str) -> int:
    row = connection.execute(
        "INSERT INTO scans (series, taken, version, profile, accounts, problems, passed, failed, unknown, accepted)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            series,
            taken.astimezone(UTC).isoformat(timespec="seconds"),
            version,
            report.profile.value,
            " ".join(report.accounts),
            len(report.problems),
            report.verdicts[Verdict.PASS],
            len(report.findings),
            len(report.unknown),
            len(report.accepted),
        ),
    )
    return int(row.lastrowid or 0)


def _subject(connection: sqlite3.Connection, print_: str, result: Result) -> int:
    row = connection.execute(
        "INSERT INTO subjects (fingerprint, rule, pillar, subject, part) VALUES (?, ?, ?, ?, ?)",
        (print_, result.rule.id, result.rule.pillar, _text(result.subject), _text(result.key)),
    )
    return int(row.lastrowid or 0)


def _text(text: str) -> str:
    """Text that SQLite can hold: halves of surrogate pairs are written out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _accepted(result: Result) -> str:
    if result.accepted is None:
        return ""
    return "waiver" if isinstance(result.accepted, Waiver) else "baseline"
