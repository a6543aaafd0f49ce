"""Reads the store: how the findings went from scan to scan, how long they stayed, and what got worse."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wa_policy.findings.history import Grouping, History, Open, ScanRow, TimeToFix
from wa_policy.store.database import opened


def series_of(path: str) -> tuple[tuple[str, int], ...]:
    """The series in a store with their numbers of scans, sorted. Raises UsageError where there is no store."""
    with opened(path) as connection:
        rows = connection.execute("SELECT series, count(*) FROM scans GROUP BY series ORDER BY series")
        return tuple((str(name), int(count)) for name, count in rows)


def history(path: str, grouping: Grouping = Grouping.PILLAR, *, series: str = "", last: int = 0) -> History:
    """What the store says about a series; `last` leaves only as many scans in the trend, 0 all of them.

    Raises UsageError where there is no store.
    """
    with opened(path) as connection:
        scans = _scans(connection, series, grouping)
        lives = _lives(connection, series, grouping)
    shown = scans[-last:] if last else scans
    latest = scans[-1].id if scans else 0
    before = scans[-2].id if len(scans) > 1 else 0
    return History(
        series,
        grouping,
        tuple(shown),
        _times(lives, scans),
        _worse(scans),
        tuple(_told(life, scans) for life in lives if life.is_open(latest) and before and not life.is_open(before)),
        tuple(_told(life, scans) for life in lives if before and life.is_open(before) and life.is_mended(latest)),
        tuple(
            _told(life, scans)
            for life in lives
            if before and life.is_open(before) and not life.is_open(latest) and not life.is_mended(latest)
        ),
        tuple(_told(life, scans) for life in lives if life.is_open(latest)),
    )  # fmt: skip


# --- reading -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Life:
    """The verdicts on one subject by scan; a finding that was accepted is not open."""

    rule: str
    subject: str
    part: str
    group: str
    severity: str
    states: Mapping[int, str]

    def is_open(self, scan: int) -> bool:
        return self.states.get(scan) == "fail"

    def is_mended(self, scan: int) -> bool:
        return self.states.get(scan) in ("pass", "not applicable")


_GROUPS = {
    Grouping.PILLAR: "subjects.pillar",
    Grouping.RULE: "subjects.rule",
    Grouping.OWNER: "verdicts.owner",
    Grouping.ACCOUNT: "verdicts.account",
    Grouping.SEVERITY: "verdicts.severity",
}


def _scans(connection: sqlite3.Connection, series: str, grouping: Grouping) -> list[ScanRow]:
    counts: dict[int, Counter[str]] = {}
    for scan, group, count in connection.execute(
        f"SELECT verdicts.scan, {_GROUPS[grouping]}, sum(verdicts.count) FROM verdicts"  # noqa: S608  # from a table of ours
        " JOIN subjects ON subjects.id = verdicts.about JOIN scans ON scans.id = verdicts.scan"
        " WHERE scans.series = ? AND verdicts.verdict = 'fail' AND verdicts.accepted = ''"
        " GROUP BY 1, 2",
        (series,),
    ):
        counts.setdefault(int(scan), Counter())[str(group)] += int(count)
    return [
        ScanRow(
            int(id_),
            datetime.fromisoformat(taken),
            str(profile),
            tuple(str(accounts).split()),
            int(problems),
            int(passed),
            int(failed),
            int(unknown),
            int(accepted),
            dict(sorted(counts.get(int(id_), Counter()).items())),
        )
        for id_, taken, profile, accounts, problems, passed, failed, unknown, accepted in connection.execute(
            "SELECT id, taken, profile, accounts, problems, passed, failed, unknown, accepted FROM scans"
            " WHERE series = ? ORDER BY taken, id",
            (series,),
        )
    ]


def _lives(connection: sqlite3.Connection, series: str, grouping: Grouping) -> list[_Life]:
    found: dict[int, tuple[str, str, str, list[tuple[int, str, str, str]]]] = {}
    for about, rule, subject, part, scan, verdict, accepted, severity, group in connection.execute(
        "SELECT subjects.id, subjects.rule, subjects.subject, subjects.part, verdicts.scan, verdicts.verdict,"  # noqa: S608  # from a table of ours
        f" verdicts.accepted, verdicts.severity, {_GROUPS[grouping]} FROM verdicts"
        " JOIN subjects ON subjects.id = verdicts.about JOIN scans ON scans.id = verdicts.scan"
        " WHERE scans.series = ? ORDER BY subjects.rule, subjects.subject, subjects.part, scans.taken, scans.id",
        (series,),
    ):
        entry = found.setdefault(int(about), (str(rule), str(subject), str(part), []))
        state = "accepted" if accepted else str(verdict)
        entry[3].append((int(scan), state, str(severity), str(group)))
    lives = []
    for rule, subject, part, rows in found.values():
        states: dict[int, str] = {}
        for scan, state, _, _ in rows:
            states[scan] = _worst(states.get(scan), state)
        _, _, severity, group = rows[-1]
        lives.append(_Life(rule, subject, part, group, severity, states))
    return lives


_ORDER = ("fail", "unknown", "accepted", "manual", "not applicable", "pass")


def _worst(one: str | None, other: str) -> str:
    return other if one is None else min(one, other, key=_ORDER.index)


# --- working out ---------------------------------------------------------------------------------------------------


def _times(lives: Sequence[_Life], scans: Sequence[ScanRow]) -> tuple[TimeToFix, ...]:
    """From the first scan with the finding to the first one without it; a finding that came back counts again."""
    days: dict[str, list[float]] = {}
    for life in lives:
        since: datetime | None = None
        for scan in scans:
            if life.is_open(scan.id):
                since = since or scan.taken
            elif since is not None and life.is_mended(scan.id):
                days.setdefault(life.group, []).append((scan.taken - since).total_seconds() / 86_400)
                since = None
    return tuple(
        TimeToFix(group, len(found), sum(found) / len(found)) for group, found in sorted(days.items())
    )


def _worse(scans: Sequence[ScanRow]) -> tuple[tuple[str, int, int], ...]:
    if len(scans) < 2:
        return ()
    before, now = scans[-2].groups, scans[-1].groups
    return tuple(
        (group, before.get(group, 0), count) for group, count in sorted(now.items()) if count > before.get(group, 0)
    )  # fmt: skip


def _told(life: _Life, scans: Sequence[ScanRow]) -> Open:
    """The finding with the first scan of its last time: before that it was mended, or not there."""
    since: datetime | None = None
    for scan in reversed(scans):
        if life.is_open(scan.id):
            since = scan.taken
        elif since is not None and life.is_mended(scan.id):
            break
    return Open(life.rule, life.subject, life.part, life.severity, since or scans[-1].taken)
