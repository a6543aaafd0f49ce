"""A report as JSON, for tools. `report.schema.json` describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from wa_policy.errors import Problem
from wa_policy.findings import Report, Result, Severity, Verdict, Witness
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown
from wa_policy.reporters.request import request_members

SCHEMA = 1
"""Grows when a member changes its meaning or goes; new members may come at any time."""


def render(
    report: Report,
    lines: Mapping[Source, int],
    *,
    show_unknown: bool = False,
    color: bool = False,
    width: int = 0,
) -> str:
    """The report as one JSON object; `color` and `width` are for people and change nothing."""
    del color, width
    whole: dict[str, Any] = {
        "schema": SCHEMA,
        "findings": [_result(result, lines) for result in report.findings],
        "problems": [_problem(problem, lines) for problem in report.problems],
        "summary": _summary(report),
    }
    if show_unknown:
        whole["unknown"] = [_result(result, lines) for result in report.unknown]
    # Everything beyond ASCII is escaped: no terminal escape or mark of direction passes through.
    return json.dumps(whole, indent=2) + "\n"


def _result(result: Result, lines: Mapping[Source, int]) -> dict[str, Any]:
    rule = result.rule
    return {
        "rule": rule.id,
        "subject": result.subject,
        "subjectType": result.subject_type,
        "severity": rule.severity.value,
        "verdict": result.verdict.value,
        "message": result.message,
        "file": result.source.file,
        "line": lines.get(result.source) or None,
        "pointer": result.source.pointer,
        "key": result.key,
        "account": result.account,
        "title": rule.title,
        "pillar": rule.pillar,
        "why": rule.why,
        "fix": dict(sorted(rule.fix.items())),
        "witness": None if result.witness is None else _witness(result.witness, lines),
        "evidence": result.evidence,
        "reasons": [_unknown(reason) for reason in result.reasons],
    }


def _witness(witness: Witness, lines: Mapping[Source, int]) -> dict[str, Any]:
    return {
        "attack": witness.attack,
        "request": request_members(witness.request),
        "statements": [
            {"file": place.file, "line": lines.get(place) or None, "pointer": place.pointer}
            for place in witness.statements
        ],
        "assumed": witness.assumed,
        "doubts": [_unknown(doubt) for doubt in witness.doubts],
    }


def _unknown(unknown: Unknown) -> dict[str, str]:
    return {"kind": unknown.kind.value, "reason": unknown.reason}


def _problem(problem: Problem, lines: Mapping[Source, int]) -> dict[str, Any]:
    line = problem.line or lines.get(Source(problem.file, problem.pointer)) or None
    return {
        "file": problem.file,
        "line": line,
        "pointer": problem.pointer,
        "code": problem.code,
        "message": problem.message,
        "advice": problem.advice,
    }


def _summary(report: Report) -> dict[str, Any]:
    return {
        "severities": {severity.value: report.severities[severity] for severity in Severity},
        "verdicts": {verdict.value: report.verdicts[verdict] for verdict in Verdict},
        "unknown": len(report.unknown),
        "problems": len(report.problems),
        "filesRead": len(report.files),
        "filesNotRecognised": [file.file for file in report.files if not file.kinds],
        "accounts": list(report.accounts),
        "principals": report.principals,
        "resources": report.resources,
        "profile": report.profile.value,
        "catalogDate": report.tables.get("actions"),
        "tables": dict(sorted(report.tables.items())),
    }
