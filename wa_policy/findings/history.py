"""How findings went from scan to scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Grouping(StrEnum):
    """By what findings are counted."""

    PILLAR = "pillar"
    RULE = "rule"
    OWNER = "owner"
    ACCOUNT = "account"
    SEVERITY = "severity"


@dataclass(frozen=True, slots=True)
class ScanRow:
    """A scan with its counts; `groups` has the open findings of each group."""

    id: int
    taken: datetime
    profile: str
    accounts: tuple[str, ...]
    problems: int
    passed: int
    failed: int
    unknown: int
    accepted: int
    groups: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimeToFix:
    """How many findings of a group were mended, and after how many days on average."""

    group: str
    mended: int
    mean_days: float


@dataclass(frozen=True, slots=True)
class Open:
    """A finding that is open in the last scan, since the scan of that time."""

    rule: str
    subject: str
    part: str
    severity: str
    since: datetime


@dataclass(frozen=True, slots=True)
class History:
    """A series of scans, the oldest first.

    `worse` are the groups with more findings than in the scan before, with both numbers; `new` the findings that the
    scan before did not have; `mended` those that now pass or no longer apply; `lost` those about which the last scan
    says nothing, or that became unknown: nobody knows whether they are mended.
    """

    series: str
    grouping: Grouping
    scans: tuple[ScanRow, ...]
    times: tuple[TimeToFix, ...]
    worse: tuple[tuple[str, int, int], ...]
    new: tuple[Open, ...]
    mended: tuple[Open, ...]
    lost: tuple[Open, ...]
    open: tuple[Open, ...]
