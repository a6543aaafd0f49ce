"""A report as one HTML page that works offline: counts, filters, search, findings with witness and fix, the graph."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from wa_policy.findings import Report, Result, RuleFacts, Severity, Verdict, Witness
from wa_policy.findings.acceptance import acceptance
from wa_policy.findings.visible import visible
from wa_policy.iam.source import Source
from wa_policy.reporters.markdown import summary_line
from wa_policy.reporters.options import Options
from wa_policy.reporters.request import request_members
from wa_policy.reporters.script_data import as_script_data
from wa_policy.reporters.wording import headline

_SHOWN = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.MANUAL)


def render(report: Report, lines: Mapping[Source, int], options: Options) -> str:
    """One file without outside resources. Text from the input is data in it, never markup."""
    template = files("wa_policy.reporters").joinpath("report.html").read_text("utf-8")
    return template.replace("@DATA@", as_script_data(_content(report, lines, options)))


def _content(report: Report, lines: Mapping[Source, int], options: Options) -> dict[str, Any]:
    shown = [result for result in report.results if result.verdict in _SHOWN]
    rules = {result.rule.id: result.rule for result in shown}
    return {
        "summary": summary_line(report),
        "date": options.today.isoformat(),
        "version": options.version,
        "severities": {severity.value: report.severities[severity] for severity in Severity},
        "verdicts": {verdict.value: report.verdicts[verdict] for verdict in Verdict},
        "accepted": len(report.accepted),
        "read": {
            "files": len(report.files),
            "skipped": [visible(file.file) for file in report.files if not file.kinds],
            "accounts": len(report.accounts),
            "principals": report.principals,
            "resources": report.resources,
            "profile": report.profile.value,
            "tables": dict(sorted(report.tables.items())),
            "types": [
                {
                    "type": visible(read.type),
                    "resources": read.resources,
                    "rules": read.rules,
                    "partOf": list(read.part_of),
                }
                for read in report.types
            ],
        },
        "problems": [
            {
                "place": _place(
                    Source(problem.file, problem.pointer),
                    {Source(problem.file, problem.pointer): problem.line} if problem.line else lines,
                ),
                "message": visible(problem.message),
                "advice": visible(problem.advice),
            }
            for problem in report.problems
        ],
        "rules": {id_: _rule(rule) for id_, rule in sorted(rules.items())},
        "results": [_result(result, lines) for result in shown],
        "graph": options.graph,
    }


def _rule(rule: RuleFacts) -> dict[str, Any]:
    return {
        "title": rule.title,
        "pillar": rule.pillar,
        "severity": rule.severity.value,
        "why": rule.why,
        "fix": dict(sorted(rule.fix.items())),
        "references": list(rule.references),
        "limits": rule.limits,
        "lens": list(rule.lens),
    }


def _result(result: Result, lines: Mapping[Source, int]) -> dict[str, Any]:
    return {
        "rule": result.rule.id,
        "verdict": "accepted" if result.accepted is not None else result.verdict.value,
        "subject": visible(result.subject),
        "type": result.subject_type,
        "key": visible(result.key),
        "account": result.account or "",
        "message": visible(headline(result)),
        "place": _place(result.source, lines),
        "witness": None if result.witness is None else _witness(result.witness, lines),
        "evidence": visible(result.evidence),
        "reasons": [visible(str(reason)) for reason in result.reasons],
        "acceptance": visible(acceptance(result)),
    }


def _witness(witness: Witness, lines: Mapping[Source, int]) -> dict[str, Any]:
    request = request_members(witness.request)
    rows = [
        ["principal", request["principal"]],
        ["action", request["action"]],
        ["resource", request["resource"]["resource"]],
        *(
            [key, value if isinstance(value, str) else ", ".join(value)]
            for key, value in request["context"].items()
        ),
    ]
    return {
        "attack": visible(witness.attack),
        "request": [[visible(name), visible(value)] for name, value in rows],
        "statements": [_place(place, lines) for place in witness.statements],
        "assumed": visible(witness.assumed),
        "doubts": [visible(str(doubt)) for doubt in witness.doubts],
    }


def _place(source: Source, lines: Mapping[Source, int]) -> str:
    line = lines.get(source)
    return visible(f"{source.file}:{line}" if line else f"{source.file} {source.pointer}".rstrip())
