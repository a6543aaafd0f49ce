"""A report as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from wa_policy.errors import Problem
from wa_policy.findings import Report, Result, RuleFacts, Severity, Verdict, Waiver
from wa_policy.findings.acceptance import acceptance
from wa_policy.findings.fingerprint import fingerprint
from wa_policy.iam.source import Source
from wa_policy.reporters.options import Options
from wa_policy.reporters.wording import evidence, headline, rule_help, shown_subject

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# GitHub shows the severity by this number: over 9.0 critical, from 7.0 high, from 4.0 medium, else low.
# https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "1.0",
}
_SECURITY_PILLARS = ("security", "network")
# "open": the rule was evaluated, and there was not enough information to decide (SARIF 3.27.9).
_KINDS = {Verdict.FAIL: "fail", Verdict.UNKNOWN: "open", Verdict.MANUAL: "review", Verdict.PASS: "pass"}


def render(report: Report, lines: Mapping[Source, int], options: Options) -> str:
    """Findings, accepted ones as suppressed, and with `show_unknown` the unknown verdicts; problems as notifications."""
    shown = [result for result in report.results if _is_shown(result, show_unknown=options.show_unknown)]
    rules = {result.rule.id: result.rule for result in shown}
    numbers = {id_: number for number, id_ in enumerate(sorted(rules))}
    driver: dict[str, Any] = {
        "name": "wa-policy",
        "rules": [_rule(rules[id_]) for id_ in numbers],
    }
    if options.version:
        driver["version"] = options.version
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [_notification(problem, lines) for problem in report.problems],
            }
        ],
        "results": [_result(result, numbers[result.rule.id], lines) for result in shown],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _is_shown(result: Result, *, show_unknown: bool) -> bool:
    return result.verdict is Verdict.FAIL or (show_unknown and result.verdict is Verdict.UNKNOWN)


def _rule(rule: RuleFacts) -> dict[str, Any]:
    text = rule_help(rule)
    tags = [*(("security",) if rule.pillar in _SECURITY_PILLARS else ()), rule.pillar, *rule.lens]
    described: dict[str, Any] = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why or rule.title},
        "help": {"text": text or rule.title, "markdown": _markdown(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": list(dict.fromkeys(tags)), "precision": "very-high"},
    }
    if rule.pillar in _SECURITY_PILLARS:
        described["properties"]["security-severity"] = _SCORES[rule.severity]
    if rule.references and _is_link(rule.references[0]):
        described["helpUri"] = rule.references[0]
    return described


def _markdown(rule: RuleFacts) -> str:
    parts = [rule_help(rule) or rule.title]
    for form, code in sorted(rule.fix.items()):
        if form != "text":
            fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", code)), 3)
            parts.append(f"**{form}**\n\n{fence}\n{code.rstrip()}\n{fence}")
    parts += [f"- <{link}>" for link in rule.references if _is_link(link)]
    return "\n\n".join(parts)


def _is_link(text: str) -> bool:
    return text.startswith("https://") and not re.search(r"[\s<>\"]", text)


def _result(result: Result, number: int, lines: Mapping[Source, int]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "ruleId": result.rule.id,
        "ruleIndex": number,
        "kind": _KINDS[result.verdict],
        "level": _LEVELS[result.rule.severity] if result.verdict is Verdict.FAIL else "none",
        "message": {"text": "\n".join((headline(result), *evidence(result)))},
        "locations": [
            {
                **_location(result.source, lines),
                "logicalLocations": [
                    {"fullyQualifiedName": shown_subject(result), "kind": "resource"},
                ],
            }
        ],
        "partialFingerprints": {"waPolicy/v1": fingerprint(result)},
    }
    if result.witness is not None and result.witness.statements:
        made["codeFlows"] = [
            {
                "message": {"text": result.witness.attack},
                "threadFlows": [
                    {
                        "locations": [
                            {"location": _location(place, lines)} for place in result.witness.statements
                        ]
                    }
                ],
            }
        ]
    if result.accepted is not None:
        made["suppressions"] = [_suppression(result)]
    return made


def _suppression(result: Result) -> dict[str, Any]:
    waiver = result.accepted if isinstance(result.accepted, Waiver) else None
    made: dict[str, Any] = {
        "kind": "external",
        "status": "accepted",
        "justification": acceptance(result),
    }
    if waiver is not None and waiver.source.file:
        made["location"] = {"physicalLocation": {"artifactLocation": {"uri": _uri(waiver.source.file)}}}
    return made


def _location(source: Source, lines: Mapping[Source, int]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(source.file)}}
    if lines.get(source):
        physical["region"] = {"startLine": lines[source]}
    return {"physicalLocation": physical}


def _uri(file: str) -> str:
    """The path as a URI reference: relative stays relative, so that the platform finds the file in the repository."""
    if file == "-":
        return "stdin"
    path = quote(_bytes(file.removeprefix("./")), safe="/~")
    return f"file://{path}" if path.startswith("/") else path or "unknown"


def _bytes(file: str) -> bytes:
    """The bytes of a path; what is no text in it stays as the file system has it."""
    try:
        return file.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return file.encode("utf-8", "surrogatepass")


def _notification(problem: Problem, lines: Mapping[Source, int]) -> dict[str, Any]:
    source = Source(problem.file, problem.pointer)
    location = _location(source, {source: problem.line} if problem.line else lines)
    text = "\n".join(_problem_words(problem))
    return {
        "descriptor": {"id": problem.code},
        "level": "warning",
        "message": {"text": text},
        "locations": [location],
    }


def _problem_words(problem: Problem) -> Iterator[str]:
    yield problem.message
    if problem.advice:
        yield problem.advice
