"""A report as JSON, for tools. `report.schema.json` describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, assert_never

from wa_policy.errors import Problem
from wa_policy.findings import Baselined, Report, Result, Severity, Unchanged, Verdict, Waiver, Witness
from wa_policy.findings.fingerprint import fingerprint
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown
from wa_policy.reporters.options import Options
from wa_policy.reporters.request import request_members

SCHEMA = 1
"""Grows when a member changes its meaning or goes; new members may come at any time."""


def render(report: Report, lines: Mapping[Source, int], options: Options) -> str:
    """The report as one JSON object, the unknown verdicts in it with `show_unknown`."""
    whole: dict[str, Any] = {
        "schema": SCHEMA,
        "findings": [result_members(result, lines) for result in report.findings],
        "problems": [_problem(problem, lines) for problem in report.problems],
        "summary": _summary(report),
    }
    if report.accepted:
        whole["accepted"] = [
            {**result_members(result, lines), "acceptance": _acceptance(result)} for result in report.accepted
        ]
    if options.show_unknown:
        whole["unknown"] = [result_members(result, lines) for result in report.unknown]
    # Everything beyond ASCII is escaped: no terminal escape or mark of direction passes through.
    return json.dumps(whole, indent=2) + "\n"


def result_members(result: Result, lines: Mapping[Source, int]) -> dict[str, Any]:
    """The members of a result in a report."""
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
        "fingerprint": fingerprint(result),
        "account": result.account,
        "title": rule.title,
        "pillar": rule.pillar,
        "why": rule.why,
        "fix": dict(sorted(rule.fix.items())),
        "witness": None if result.witness is None else _witness(result.witness, lines),
        "evidence": result.evidence,
        "reasons": [_unknown(reason) for reason in result.reasons],
    }


def _acceptance(result: Result) -> dict[str, Any]:
    match result.accepted:
        case Waiver() as waiver:
            return {
                "by": "waiver",
                "reason": waiver.reason,
                "owner": waiver.owner,
                "ticket": waiver.ticket,
                "expires": waiver.expires.isoformat() if waiver.expires else None,
            }
        case Baselined(file):
            return {"by": "baseline", "file": file}
        case Unchanged(base):
            return {"by": "unchanged", "base": base}
        case None:
            return {}
        case _:
            assert_never(result.accepted)


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
        "accepted": len(report.accepted),
        "problems": len(report.problems),
        "filesRead": len(report.files),
        "filesNotRecognised": [file.file for file in report.files if not file.kinds],
        "accounts": list(report.accounts),
        "principals": report.principals,
        "resources": report.resources,
        "profile": report.profile.value,
        "catalogDate": report.tables.get("actions"),
        "tables": dict(sorted(report.tables.items())),
        "types": [
            {
                "type": read.type,
                "resources": read.resources,
                "rules": read.rules,
                "rulesApplied": read.applied,
                "partOf": list(read.part_of),
            }
            for read in report.types
        ],
    }
