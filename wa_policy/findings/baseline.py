"""A baseline: the findings of an earlier scan, which a later one does not report again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from wa_policy.findings import Baselined, Report, Result, Verdict, Waiver
from wa_policy.findings.fingerprint import fingerprint
from wa_policy.loaders.checked import read_checked

_COUNTED = (Verdict.FAIL, Verdict.UNKNOWN)
Key = tuple[str, str]
"""A fingerprint and a verdict."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a baseline holds of a finding: names for a reader, the fingerprint and verdict to compare, and how many."""

    fingerprint: str
    verdict: str
    rule: str
    subject: str
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings and unknown verdicts of a report, sorted."""

    entries: tuple[Entry, ...]

    @property
    def counts(self) -> Mapping[Key, int]:
        return {(entry.fingerprint, entry.verdict): entry.count for entry in self.entries}


def baseline_of(report: Report) -> Baseline:
    """The baseline that silences exactly this report; what a waiver accepts stays with the waiver."""
    found = [result for result in report.results if _counts(result)]
    counts = Counter(_key(result) for result in found)
    named = {_key(result): result for result in found}
    entries = [
        Entry(key[0], key[1], result.rule.id, result.subject, result.key, counts[key])
        for key, result in named.items()
    ]
    return Baseline(tuple(sorted(entries, key=lambda e: (e.rule, e.subject, e.key, e.verdict))))


def compare(report: Report, baseline: Baseline, file: str) -> Report:
    """The report with what the baseline holds accepted, as often as it holds it."""
    left = Counter(baseline.counts)
    results: list[Result] = []
    for result in report.results:
        key = _key(result)
        if result.accepted is None and result.verdict in _COUNTED and left[key] > 0:
            left[key] -= 1
            results.append(replace(result, accepted=Baselined(file)))
        else:
            results.append(result)
    return replace(report, results=tuple(results))


def remaining(baseline: Baseline, report: Report) -> Baseline:
    """The baseline without what the report no longer has; nothing is added to it."""
    counts = Counter(_key(result) for result in report.results if _counts(result))
    entries = [
        replace(entry, count=left)
        for entry in baseline.entries
        if (left := min(entry.count, counts[entry.fingerprint, entry.verdict]))
    ]
    return Baseline(tuple(entries))


def _counts(result: Result) -> bool:
    return result.verdict in _COUNTED and not isinstance(result.accepted, Waiver)


def _key(result: Result) -> Key:
    return fingerprint(result), result.verdict.value


# --- the file ------------------------------------------------------------------------------------------------------

SCHEMA: Mapping[str, Any] = {
    "description": "a baseline that wa-policy wrote: an object with `schema` and `findings`",
    "type": "object",
    "required": ["schema", "findings"],
    "additionalProperties": False,
    "properties": {
        "schema": {"description": "1, the version of this format", "const": 1},
        "findings": {
            "description": "a list of findings",
            "type": "array",
            "items": {
                "description": "an object with the members of a finding",
                "type": "object",
                "required": ["fingerprint", "verdict", "rule", "subject", "key", "count"],
                "additionalProperties": False,
                "properties": {
                    "fingerprint": {"description": "32 hexadecimal digits", "type": "string", "pattern": "^[0-9a-f]{32}$"},
                    "verdict": {"description": "`fail` or `unknown`", "enum": ["fail", "unknown"]},
                    "rule": {"description": "the id of a rule", "type": "string"},
                    "subject": {"description": "the id of a subject", "type": "string"},
                    "key": {"description": "the key of a part of the subject, or nothing", "type": "string"},
                    "count": {"description": "a number from 1", "type": "integer", "minimum": 1},
                },
            },
        },
    },
}  # fmt: skip


def read_baseline(file: str) -> Baseline:
    """The baseline in a file. Raises LoadError with every mistake and its line."""
    value = read_checked(file, SCHEMA, code="baseline", what="the baseline's entries")
    found = [] if value is None else value["findings"]
    return Baseline(tuple(Entry(**entry) for entry in found))


def baseline_text(baseline: Baseline) -> str:
    """The content of the file: one line for each finding, so that a change of it is easy to review."""
    rows = [
        json.dumps(
            {
                "rule": entry.rule,
                "subject": entry.subject,
                "key": entry.key,
                "verdict": entry.verdict,
                "count": entry.count,
                "fingerprint": entry.fingerprint,
            }
        )
        for entry in baseline.entries
    ]
    inner = "\n    " + ",\n    ".join(rows) + "\n  " if rows else ""
    return f'{{\n  "schema": 1,\n  "findings": [{inner}]\n}}\n'
