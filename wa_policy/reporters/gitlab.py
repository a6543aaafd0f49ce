"""Findings as a GitLab code quality report (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from wa_policy.findings import Report, Result, Severity
from wa_policy.findings.fingerprint import fingerprint
from wa_policy.iam.source import Source
from wa_policy.reporters.options import Options
from wa_policy.reporters.wording import headline, shown_subject

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}


def render(report: Report, lines: Mapping[Source, int], options: Options) -> str:
    """One JSON list with an entry for each finding; fingerprints are unique, as GitLab wants them."""
    del options
    seen: Counter[str] = Counter()
    return json.dumps([_entry(result, lines, seen) for result in report.findings], indent=2) + "\n"


def _entry(result: Result, lines: Mapping[Source, int], seen: Counter[str]) -> dict[str, Any]:
    print_ = fingerprint(result)
    number = seen[print_]
    seen[print_] += 1
    return {
        "description": f"{shown_subject(result)}: {headline(result)}",
        "check_name": result.rule.id,
        "fingerprint": f"{print_}-{number}" if number else print_,
        "severity": _SEVERITIES[result.rule.severity],
        "location": {
            "path": result.source.file.removeprefix("./"),
            "lines": {"begin": lines.get(result.source) or 1},
        },
    }
