"""The history of scans as text for people and as JSON for tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from wa_policy.findings.history import History, Open
from wa_policy.findings.visible import visible

_MOST = 20


def render_text(found: History) -> str:
    """The trend as a table, then what got worse, what is new, what was mended, and how long that takes."""
    return "".join(f"{visible(line)}\n" for line in _text(found))


def _text(found: History) -> Iterator[str]:
    groups = sorted({group for scan in found.scans for group in scan.groups})
    names = [group or f"no {found.grouping.value}" for group in groups]
    head = ["taken", "findings", "unknown", "accepted", "pass", *names]
    rows = [
        [
            scan.taken.strftime("%Y-%m-%d %H:%M"),
            str(scan.failed),
            str(scan.unknown),
            str(scan.accepted),
            str(scan.passed),
            *(str(scan.groups.get(group, 0)) for group in groups),
        ]
        for scan in found.scans
    ]
    yield from _table(head, rows)
    yield ""
    if found.worse:
        yield "WORSE than in the scan before"
        for group, before, now in found.worse:
            yield f"  {group or f'no {found.grouping.value}'}: {before} -> {now}"
        yield ""
    for title, items in (("NEW", found.new), ("MENDED", found.mended), ("NOT KNOWN any more", found.lost)):
        if items:
            yield f"{title} ({len(items)})"
            yield from (f"  {_line(item)}" for item in items[:_MOST])
            if len(items) > _MOST:
                yield f"  and {len(items) - _MOST} more"
            yield ""
    if found.times:
        yield "TIME TO FIX"
        for time in found.times:
            group = time.group or f"no {found.grouping.value}"
            yield f"  {group}: {time.mean_days:.1f} days on average, {time.mended} mended"
        yield ""
    if found.open:
        oldest = sorted(found.open, key=lambda item: (item.since, item.rule, item.subject, item.part))
        yield f"OPEN ({len(oldest)}), the oldest first"
        yield from (f"  since {item.since:%Y-%m-%d}: {_line(item)}" for item in oldest[:_MOST])
        if len(oldest) > _MOST:
            yield f"  and {len(oldest) - _MOST} more"


def _line(item: Open) -> str:
    part = f" ({item.part})" if item.part else ""
    return f"{item.severity} {item.rule}: {item.subject}{part}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        first = f"{row[0]:<{widths[0]}}"
        yield "  ".join(
            (first, *(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)))
        )


def render_json(found: History) -> str:
    """One JSON object with all of it."""
    whole = {
        "schema": 1,
        "series": found.series,
        "by": found.grouping.value,
        "scans": [
            {
                "id": scan.id,
                "taken": scan.taken.isoformat(),
                "profile": scan.profile,
                "accounts": list(scan.accounts),
                "problems": scan.problems,
                "pass": scan.passed,
                "findings": scan.failed,
                "unknown": scan.unknown,
                "accepted": scan.accepted,
                "groups": dict(scan.groups),
            }
            for scan in found.scans
        ],
        "worse": [{"group": group, "before": before, "now": now} for group, before, now in found.worse],
        "timeToFix": [
            {"group": time.group, "mended": time.mended, "meanDays": round(time.mean_days, 3)}
            for time in found.times
        ],
        **{
            name: [_members(item) for item in items]
            for name, items in (
                ("new", found.new),
                ("mended", found.mended),
                ("lost", found.lost),
                ("open", found.open),
            )
        },
    }
    return json.dumps(whole, indent=2) + "\n"


def _members(item: Open) -> dict[str, str]:
    return {
        "rule": item.rule,
        "subject": item.subject,
        "key": item.part,
        "severity": item.severity,
        "since": item.since.isoformat(),
    }
