"""Findings as Compliance Finding events of the Open Cybersecurity Schema Framework (https://schema.ocsf.io/1.5.0)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from wa_policy.findings import Report, Result, Severity, Verdict
from wa_policy.findings.acceptance import acceptance
from wa_policy.findings.fingerprint import fingerprint
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.source import Source
from wa_policy.reporters.options import Options
from wa_policy.reporters.wording import evidence, headline, rule_help, shown_subject

SCHEMA_VERSION = "1.5.0"
_CLASS = 2003
"""Compliance Finding."""
_CREATE = 1
_SEVERITIES = {
    Severity.CRITICAL: (5, "Critical"),
    Severity.HIGH: (4, "High"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.LOW: (2, "Low"),
    Severity.INFO: (1, "Informational"),
}
# Version 1.5 calls a check that lacks information a warning.
_COMPLIANCE = {Verdict.FAIL: (3, "Fail"), Verdict.UNKNOWN: (2, "Warning")}
_AWS_ACCOUNT = 10
_LENS = "AWS Well-Architected Serverless Applications Lens"


def render(report: Report, lines: Mapping[Source, int], options: Options) -> str:
    """One JSON list of events: findings and accepted findings, with `show_unknown` the unknown verdicts too."""
    seen: Counter[str] = Counter()
    shown = [
        result
        for result in report.results
        if result.verdict is Verdict.FAIL or (options.show_unknown and result.verdict is Verdict.UNKNOWN)
    ]
    return json.dumps([_event(result, lines, options, seen) for result in shown], indent=2) + "\n"


def _event(
    result: Result, lines: Mapping[Source, int], options: Options, seen: Counter[str]
) -> dict[str, Any]:
    rule = result.rule
    print_ = fingerprint(result)
    number, seen[print_] = seen[print_], seen[print_] + 1
    # Times are milliseconds since 1970.
    moment = int(datetime.combine(options.today, time(), UTC).timestamp()) * 1000
    severity_id, severity = _SEVERITIES[rule.severity]
    compliance_id, compliance = _COMPLIANCE[result.verdict]
    arn = parse_arn(result.subject)
    region = arn.region if arn is not None else ""
    resource: dict[str, Any] = {
        "uid": result.subject,
        "name": shown_subject(result),
        "type": result.subject_type,
        "data": {
            "file": result.source.file,
            "pointer": result.source.pointer,
            "line": lines.get(result.source),
        },
    }
    if region:
        resource["region"] = region
    if arn is not None:
        resource["cloud_partition"] = arn.partition
    event: dict[str, Any] = {
        "activity_id": _CREATE,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Compliance Finding",
        "type_uid": _CLASS * 100 + _CREATE,
        "type_name": "Compliance Finding: Create",
        "time": moment,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": 1 if result.accepted is None else 3,
        "status": "New" if result.accepted is None else "Suppressed",
        "message": headline(result),
        "metadata": {
            "version": SCHEMA_VERSION,
            "product": {"name": "wa-policy", "vendor_name": "wa-policy", "version": options.version or "0"},
            "event_code": rule.id,
        },
        "finding_info": {
            "uid": f"{print_}-{number}" if number else print_,
            "title": rule.title,
            "desc": "\n".join((headline(result), *evidence(result))),
            "created_time": moment,
            "types": [rule.pillar],
        },
        "compliance": {
            "control": rule.id,
            "standards": [_LENS],
            "requirements": list(rule.lens),
            "status_id": compliance_id,
            "status": compliance,
        },
        "remediation": {
            "desc": rule.fix.get("text") or rule_help(rule) or rule.title,
            "references": list(rule.references),
        },
        "resources": [resource],
    }
    if result.accepted is not None:
        event["comment"] = acceptance(result)
    if result.account is not None:
        event["metadata"]["profiles"] = ["cloud"]
        cloud: dict[str, Any] = {
            "provider": "AWS",
            "account": {"uid": result.account, "type_id": _AWS_ACCOUNT, "type": "AWS Account"},
        }
        if region:
            cloud["region"] = region
        event["cloud"] = cloud
    return event
