"""Only what a change touches: findings that rest on other files are accepted for this time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from wa_policy.findings import Report, Result, Unchanged, Verdict


def only_changed(report: Report, changed: Collection[str], base: str) -> Report:
    """The report with each finding and unknown verdict accepted that rests on no file of `changed`."""
    results = [
        replace(result, accepted=Unchanged(base)) if _is_old(result, changed) else result
        for result in report.results
    ]
    return replace(report, results=tuple(results))


def _is_old(result: Result, changed: Collection[str]) -> bool:
    if result.verdict not in (Verdict.FAIL, Verdict.UNKNOWN) or result.accepted is not None:
        return False
    places = [result.source, *(result.witness.statements if result.witness is not None else ())]
    return not any(place.file in changed for place in places)
