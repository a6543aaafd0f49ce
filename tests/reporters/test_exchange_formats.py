"""The formats that other tools read, each against the schema of its reader."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import botocore.session
import pytest
from botocore.validate import ParamValidator
from jsonschema import Draft202012Validator
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from sarif_pydantic import Sarif

from tests.reports import FINDING, PASS, PLACE, PROBLEM, QUEUE, UNKNOWN, report, rule
from wa_policy.errors import UsageError
from wa_policy.findings import Baselined, Report, Result, Severity, Unchanged, Waiver
from wa_policy.findings.fingerprint import fingerprint
from wa_policy.findings.waivers import WAIVER_TYPE
from wa_policy.iam.source import Source
from wa_policy.reporters.formats import FORMATS, format_of_file, render
from wa_policy.reporters.options import Options

WAIVER = Waiver("respol-public", "*", "a honeypot", "ann", ticket="T-1", expires=date(2027, 1, 31), source=Source("waivers.yaml", "/waivers/0"))  # fmt: skip
HOSTILE = 'a"</script>\u202e\x1b[31m\n| `x` & <b> %0A ]]> \ud800'
NASTY = replace(
    FINDING,
    subject=HOSTILE,
    key=HOSTILE,
    message=HOSTILE,
    source=Source(f"x/{HOSTILE}.json", "/a"),
    rule=rule("nasty", Severity.CRITICAL),
)
WAIVED = replace(FINDING, subject=f"{QUEUE}2", accepted=WAIVER)
KNOWN = replace(FINDING, subject=f"{QUEUE}3", accepted=Baselined("b.json"))
OLD = replace(FINDING, subject=f"{QUEUE}4", accepted=Unchanged("origin/main"))
MISSING = replace(UNKNOWN, account="111122223333")
ALL = report(FINDING, FINDING, MISSING, PASS, NASTY, WAIVED, KNOWN, OLD, problems=(PROBLEM,))
LINES = {PLACE: 7, NASTY.source: 3}
OPTIONS = Options(date(2026, 11, 25), "1.2.3", show_unknown=True)


def parsed(format_: str, one: Report = ALL, options: Options = OPTIONS) -> Any:
    return json.loads(render(format_, one, LINES, options))


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("one", [ALL, report()])
def test_every_format_renders_the_same_twice(format_: str, one: Report) -> None:
    assert render(format_, one, LINES, OPTIONS) == render(format_, one, LINES, OPTIONS) != ""


@pytest.mark.parametrize("format_", FORMATS)
def test_nothing_reaches_a_terminal(format_: str) -> None:
    text = render(format_, ALL, LINES, OPTIONS)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)


def test_endings_say_the_format() -> None:
    for name, format_ in FORMATS.items():
        if format_.ending:
            assert format_of_file(f"a/B{format_.ending.upper()}") == name
    assert format_of_file("report.pdf") is None


# --- SARIF ---------------------------------------------------------------------------------------------------------

SARIF_SCHEMA = json.loads((Path(__file__).parent / "sarif.schema.json").read_text("utf-8"))


@pytest.mark.parametrize("show_unknown", [True, False])
@pytest.mark.parametrize("one", [ALL, report(), report(UNKNOWN)])
def test_sarif_follows_the_specification(one: Report, show_unknown: bool) -> None:
    whole = parsed("sarif", one, replace(OPTIONS, show_unknown=show_unknown))
    Draft202012Validator(SARIF_SCHEMA).validate(whole)
    Sarif.model_validate(whole)


def test_sarif_results() -> None:
    (run,) = parsed("sarif")["runs"]
    rules = run["tool"]["driver"]["rules"]
    by_subject: dict[str, Any] = {}
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        name = result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
        by_subject[name] = result
    found = by_subject[QUEUE]
    assert (found["kind"], found["level"]) == ("fail", "error")
    assert found["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": PLACE.file},
        "region": {"startLine": 7},
    }
    assert found["partialFingerprints"] == {"waPolicy/v1": fingerprint(FINDING)}
    (flow,) = found["codeFlows"][0]["threadFlows"]
    assert flow["locations"][0]["location"]["physicalLocation"]["artifactLocation"]["uri"] == PLACE.file
    assert by_subject[UNKNOWN.subject]["kind"] == "open"
    (suppression,) = by_subject[WAIVED.subject]["suppressions"]
    assert suppression["justification"] == "waived by ann (T-1), until 2027-01-31: a honeypot"
    assert by_subject[KNOWN.subject]["suppressions"][0]["justification"] == "in the baseline b.json"
    assert PASS.subject not in by_subject
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == f"{PROBLEM.message}\n{PROBLEM.advice}"
    assert note["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("./a b/c.json", "a%20b/c.json"),
        ("/x/c#1.json", "file:///x/c%231.json"),
        ("-", "stdin"),
        ("../é.json", "../%C3%A9.json"),
    ],
)
def test_sarif_paths_are_uris(file: str, uri: str) -> None:
    moved = replace(FINDING, source=Source(file), witness=None)
    (run,) = parsed("sarif", report(moved))["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == uri


def test_the_severity_of_a_rule_shows_on_github() -> None:
    """https://docs.github.com/en/code-security/code-scanning (SARIF support): over 9.0 is critical, 7.0 to 8.9 high."""
    (run,) = parsed("sarif")["runs"]
    scores = {r["id"]: float(r["properties"]["security-severity"]) for r in run["tool"]["driver"]["rules"]}
    assert scores["nasty"] > 9.0
    assert 7.0 <= scores["respol-public"] <= 8.9
    assert 4.0 <= scores["kms-grants"] <= 6.9


# --- JUnit ---------------------------------------------------------------------------------------------------------

# Elements with their attributes, and what may stand in them, as https://github.com/testmoapp/junitxml lists them.
JUNIT: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": ({"name", "tests", "failures", "errors", "skipped"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped"}, {"testcase"}),
    "testcase": ({"name", "classname", "file", "line"}, {"failure", "error", "skipped"}),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "skipped": ({"message"}, set()),
}


def test_junit_has_the_known_elements_and_true_counts() -> None:
    root = ET.fromstring(render("junit", ALL, LINES, OPTIONS))  # noqa: S314  # our own
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, children = JUNIT[element.tag]
        assert set(element.attrib) <= attributes
        assert {child.tag for child in element} <= children
    for element in (root, *root.iter("testsuite")):
        assert int(element.get("tests", "")) == len(list(element.iter("testcase")))
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(element.get(name, "")) == len(list(element.iter(tag))), (element.attrib, name)


def test_junit_tells_pass_from_fail_from_unknown() -> None:
    root = ET.fromstring(render("junit", ALL, LINES, OPTIONS))  # noqa: S314  # our own
    cases = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert cases[QUEUE] == ["failure"]
    assert cases[PASS.subject] == []
    assert cases[UNKNOWN.subject] == cases[WAIVED.subject] == ["skipped"]


# --- Security Hub --------------------------------------------------------------------------------------------------


def aws(*results: Result) -> Report:
    return report(*(replace(one, account="111122223333") for one in results))


AWS = aws(FINDING, FINDING, UNKNOWN, WAIVED, NASTY)


def test_asff_is_what_the_api_takes() -> None:
    findings = parsed("asff", AWS)
    service = botocore.session.get_session().get_service_model("securityhub")
    shape = service.operation_model("BatchImportFindings").input_shape
    assert ParamValidator().validate({"Findings": findings}, shape).generate_report() == ""
    assert len({one["Id"] for one in findings}) == len(findings) == 5
    for one in findings:  # lengths of the documentation, which botocore does not check
        assert len(one["Title"]) <= 256
        assert len(one["Description"]) <= 1024
        assert len(one["Remediation"]["Recommendation"]["Text"]) <= 512
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one["CreatedAt"])
    queue = next(one for one in findings if one["Resources"][0]["Id"] == QUEUE)
    assert queue["Resources"][0]["Type"] == "AwsSqsQueue"
    assert queue["ProductArn"] == "arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default"
    waived = next(one for one in findings if one["Resources"][0]["Id"] == WAIVED.subject)
    assert waived["Workflow"] == {"Status": "SUPPRESSED"}
    assert {one["Compliance"]["Status"] for one in findings} == {"FAILED", "NOT_AVAILABLE"}


def test_asff_needs_the_account() -> None:
    with pytest.raises(UsageError, match="the account of"):
        parsed("asff", report(replace(FINDING, account=None)))
    about_a_waiver = replace(FINDING, account=None, subject_type=WAIVER_TYPE)
    assert parsed("asff", report(about_a_waiver)) == []


def test_ocsf_follows_its_models() -> None:
    events = parsed("ocsf")
    assert len(events) == 7  # all but the pass
    for event in events:
        model = ComplianceFinding.model_validate(event)
        assert set(event) <= set(ComplianceFinding.model_fields) | {"cloud"}
        assert model.type_uid == 200301
        assert model.time == 1_795_564_800_000  # 2026-11-25T00:00:00Z
    assert len({event["finding_info"]["uid"] for event in events}) == len(events)
    statuses = {event["resources"][0]["uid"]: event["status"] for event in events}
    assert statuses[WAIVED.subject] == "Suppressed"
    assert statuses[QUEUE] == "New"


# --- CI servers ----------------------------------------------------------------------------------------------------


def test_gitlab_has_the_members_that_it_reads() -> None:
    entries = parsed("gitlab")
    assert len(entries) == len(ALL.findings) == 3
    assert len({entry["fingerprint"] for entry in entries}) == 3
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert not entry["location"]["path"].startswith("./")
        assert entry["location"]["lines"]["begin"] >= 1


def test_github_commands_are_one_line_each() -> None:
    *commands, last = render("github", ALL, LINES, OPTIONS).splitlines()
    assert len(commands) == 5  # 3 findings, 1 unknown, 1 problem
    for command in commands:
        assert re.fullmatch(r"::(error|warning|notice) file=[^:,]+(,line=\d+)?,title=[^:,]+::.+", command)
    assert f"file={PLACE.file},line=7,title=respol-public (high)::{QUEUE}" in "\n".join(commands)
    assert last == (
        "wa-policy: 3 findings (1 critical, 2 high), 1 unknown, 3 accepted, 1 problem in the input"
    )


def test_markdown_keeps_names_in_code_spans() -> None:
    text = render("markdown", ALL, LINES, OPTIONS)
    (row,) = [line for line in text.splitlines() if line.startswith("| critical")]
    cells = re.split(r"(?<!\\)\|", row)[1:-1]
    assert len(cells) == 5
    for cell in cells[1:]:
        assert re.fullmatch(r" (`+)[^`].*[^`]\1 ", cell)
    assert "<b>" not in re.sub(r"(`+).*?(?<!`)\1(?!`)", "", text)
    many = report(*(replace(FINDING, key=str(n)) for n in range(300)))
    assert "and 200 more" in render("markdown", many, LINES, OPTIONS)
    assert len(render("markdown", many, LINES, OPTIONS)) < 65_536


def test_html_holds_no_markup_from_the_input() -> None:
    page = render("html", ALL, LINES, replace(OPTIONS, graph="<script>alert(1)</script>"))
    assert page.count("</script>") == 2
    data = json.loads(page.split('type="application/json">')[1].split("</script>")[0])
    assert len(data["results"]) == 7
    assert data["graph"] == "<script>alert(1)</script>"
    assert "http://" not in re.sub(r"<script id=.*?</script>", "", page, flags=re.DOTALL)
