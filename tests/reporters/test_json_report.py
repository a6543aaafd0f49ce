from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.reports import FINDING, PASS, PLACE, PROBLEM, UNKNOWN, report
from wa_policy.findings import Report
from wa_policy.reporters.json import render
from wa_policy.reporters.options import Options

ALL = report(FINDING, UNKNOWN, PASS, problems=(PROBLEM,))
SCHEMA: dict[str, Any] = json.loads((files("wa_policy.reporters") / "report.schema.json").read_text("utf-8"))


def rendered(report_: Report, *, show_unknown: bool = False) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(render(report_, {PLACE: 7}, Options(show_unknown=show_unknown)))
    return whole


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("show_unknown", [False, True])
@pytest.mark.parametrize("one", [ALL, report(), report(replace(FINDING, witness=None, account=None))])
def test_reports_follow_the_schema(one: Report, show_unknown: bool) -> None:
    Draft202012Validator(SCHEMA).validate(rendered(one, show_unknown=show_unknown))


def test_a_finding_has_its_members() -> None:
    (found,) = rendered(ALL)["findings"]
    assert found["rule"] == "respol-public"
    assert (found["file"], found["line"], found["pointer"]) == (PLACE.file, 7, PLACE.pointer)
    assert found["severity"] == "high"
    assert found["witness"]["request"]["principal"] == "*"
    assert found["witness"]["statements"][0]["line"] is None


def test_unknown_verdicts_are_counted_always_and_listed_on_demand() -> None:
    assert "unknown" not in rendered(ALL)
    assert rendered(ALL)["summary"]["unknown"] == 1
    (unknown,) = rendered(ALL, show_unknown=True)["unknown"]
    assert unknown["reasons"] == [{"kind": "not exported", "reason": "kms list-grants"}]


def test_the_summary_counts() -> None:
    summary = rendered(ALL)["summary"]
    assert summary["severities"] == {"critical": 0, "high": 1, "medium": 0, "low": 0, "info": 0}
    assert summary["verdicts"]["pass"] == 1
    assert summary["filesRead"] == 2
    assert summary["filesNotRecognised"] == ["x/broken.json"]
    assert (summary["principals"], summary["resources"]) == (2, 3)
    assert summary["catalogDate"] == "2026-10-27"
    assert [one["type"] for one in summary["types"]] == [
        "AWS::KMS::Key", "AWS::Logs::LogGroup", "AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy",
    ]  # fmt: skip
    assert summary["types"][3:] == [
        {"type": "AWS::SQS::Queue", "resources": 1, "rules": 2, "rulesApplied": 1, "partOf": []},
        {
            "type": "AWS::SQS::QueuePolicy",
            "resources": 1,
            "rules": 0,
            "rulesApplied": 0,
            "partOf": ["AWS::SQS::Queue"],
        },
    ]


def test_only_ascii_comes_out() -> None:
    hostile = replace(FINDING, subject="\x1b[31m\u202e", message="é\ud800")
    assert render(report(hostile), {}, Options()).replace("\n", "").isprintable()
    assert render(report(hostile), {}, Options()).isascii()
