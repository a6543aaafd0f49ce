"""Each feature of the pytest plugin, in a pytest of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree as ET

import pytest

pytest_plugins = ["pytester"]

OPEN, CLOSED = "arn:aws:sqs:eu-west-1:111122223333:open", "arn:aws:sqs:eu-west-1:111122223333:closed"
READER = "arn:aws:iam::111122223333:role/reader"


def queue(arn: str, principal: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return json.dumps({"Attributes": {"QueueArn": arn, "Policy": policy}})


def role(*statements: dict[str, Any]) -> str:
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}  # fmt: skip
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    detail = {
        "RoleName": "reader",
        "Path": "/",
        "Arn": READER,
        "RoleId": "AROAAAAAAAAAAAAAAAAAA",
        "AssumeRolePolicyDocument": trust,
        "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": document}],
        "AttachedManagedPolicies": [],
        "InstanceProfileList": [],
    }
    return json.dumps(
        {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [detail], "Policies": []}
    )


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A repository with two queues, one of them open to everyone, and a role that may receive from one."""
    folder = pytester.mkdir("exports")
    (folder / "sqs.get-queue-attributes.open.json").write_text(queue(OPEN, "*"))
    (folder / "sqs.get-queue-attributes.closed.json").write_text(
        queue(CLOSED, {"AWS": "arn:aws:iam::111122223333:root"})
    )
    (folder / "iam.get-account-authorization-details.json").write_text(
        role({"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": CLOSED})
    )
    (pytester.path / "wa-policy.yaml").write_text("organization: none\n")
    return pytester


# --- rules ---------------------------------------------------------------------------------------------------------


def test_without_paths_nothing_happens(project: pytest.Pytester) -> None:
    project.makepyfile("def test_own(): pass")
    project.runpytest_subprocess().assert_outcomes(passed=1)


def test_each_rule_on_each_subject_is_an_item(project: pytest.Pytester) -> None:
    project.makepyfile("def test_own(): pass")
    result = project.runpytest_subprocess("--wa-policy", "exports", "-rA")
    text = result.stdout.str()
    assert f"respol-public[{OPEN}]" in text
    assert "    action = sqs:SendMessage" in text
    assert "exports/sqs.get-queue-attributes.open.json:1" in text
    assert "Traceback" not in text
    assert ".py:" not in text.split("short test summary")[0].split("FAILURES")[1]
    outcomes = result.parseoutcomes()
    assert outcomes["failed"] == 1
    assert f"PASSED wa-policy::respol-public[{CLOSED}]" in text


def test_the_paths_of_the_ini_file(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nwa_policy_paths = exports\n")
    assert project.runpytest_subprocess().parseoutcomes()["failed"] == 1
    project.makeini("[pytest]\nwa_policy_paths = exports\nwa_policy_fail_on = worst\n")
    project.runpytest_subprocess().stdout.fnmatch_lines(["*found `wa_policy_fail_on = worst`*"])


def test_k_and_m_choose(project: pytest.Pytester) -> None:
    project.makepyfile("def test_own(): pass")
    chosen = project.runpytest_subprocess("--wa-policy", "exports", "-k", "respol-public and closed")
    chosen.assert_outcomes(passed=1, deselected=chosen.parseoutcomes()["deselected"])
    by_mark = project.runpytest_subprocess("--wa-policy", "exports", "-m", "not wa_policy")
    assert by_mark.parseoutcomes()["passed"] == 1
    assert "failed" not in by_mark.parseoutcomes()
    critical = project.runpytest_subprocess(
        "--wa-policy", "exports", "-m", "wa_policy_critical", "--strict-markers"
    )
    assert critical.parseoutcomes()["failed"] == 1


def test_last_failed_runs_what_failed(project: pytest.Pytester) -> None:
    project.makepyfile("def test_own(): pass")
    project.runpytest_subprocess("--wa-policy", "exports")
    again = project.runpytest_subprocess("--wa-policy", "exports", "--lf")
    assert again.parseoutcomes()["failed"] == 1
    assert "passed" not in again.parseoutcomes()


def test_xdist_gives_the_same(project: pytest.Pytester) -> None:
    project.makepyfile("def test_own(): pass")
    alone = project.runpytest_subprocess("--wa-policy", "exports").parseoutcomes()
    together = project.runpytest_subprocess("--wa-policy", "exports", "-n", "2")
    assert together.parseoutcomes() == alone
    assert f"respol-public[{OPEN}]" in together.stdout.str()


def test_junit_tells_rule_and_severity(project: pytest.Pytester) -> None:
    project.runpytest_subprocess("--wa-policy", "exports", "--junitxml", "out.xml")
    root = ET.parse(project.path / "out.xml").getroot()  # noqa: S314  # pytest's own
    (failed,) = [case for case in root.iter("testcase") if case.find("failure") is not None]
    assert failed.get("name") == f"respol-public[{OPEN}]"
    properties = {p.get("name"): p.get("value") for p in failed.iter("property")}
    assert properties == {"rule": "respol-public", "severity": "critical"}


def test_below_the_severity_is_skipped(project: pytest.Pytester) -> None:
    (project.path / "exports" / "iam.get-account-authorization-details.json").write_text(
        role({"Effect": "Allow", "Action": "sqs:*", "Resource": "*"})
    )
    (project.path / "exports" / "sqs.get-queue-attributes.open.json").unlink()
    strict = project.runpytest_subprocess(
        "--wa-policy", "exports", "--wa-policy-fail-on", "info", "--wa-policy-profile", "strict"
    )
    loose = project.runpytest_subprocess(
        "--wa-policy", "exports", "--wa-policy-fail-on", "critical", "--wa-policy-profile", "strict", "-rs"
    )
    failed = strict.parseoutcomes().get("failed", 0)
    assert failed
    assert "failed" not in loose.parseoutcomes()
    assert loose.stdout.str().count("below critical") == failed


def test_unknown_is_skipped_with_its_reason_or_fails(project: pytest.Pytester) -> None:
    (project.path / "wa-policy.yaml").unlink()  # so an organization may have control policies
    skipped = project.runpytest_subprocess("--wa-policy", "exports", "-rs", "-k", "respol-public and open")
    assert skipped.parseoutcomes()["skipped"] == 1
    assert "unknown: " in skipped.stdout.str()
    failed = project.runpytest_subprocess(
        "--wa-policy", "exports", "--wa-policy-fail-on-unknown", "-k", "respol-public and open"
    )
    assert failed.parseoutcomes()["failed"] == 1


def test_waivers_and_baseline_of_the_settings_hold(project: pytest.Pytester) -> None:
    (project.path / "waivers.yaml").write_text(
        f"waivers: [{{rule: respol-public, subject: '{OPEN}', reason: a test, owner: ann, expires: 2999-01-01}}]"
    )
    (project.path / "wa-policy.yaml").write_text("organization: none\nwaivers: waivers.yaml\n")
    result = project.runpytest_subprocess("--wa-policy", "exports", "-rs")
    assert "failed" not in result.parseoutcomes()
    result.stdout.fnmatch_lines(["*waived by ann, until 2999-01-01: a test*"])


def test_a_path_that_cannot_be_read_ends_the_run_with_words(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("--wa-policy", "nowhere")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "nothing could be read" in result.stderr.str() + result.stdout.str()
    assert "Traceback" not in result.stderr.str() + result.stdout.str()


# --- access tests --------------------------------------------------------------------------------------------------


def access(project: pytest.Pytester, text: str) -> pytest.RunResult:
    (project.path / "queues.access.yaml").write_text(text)
    return project.runpytest_subprocess("-rA")


def test_access_tests_hold_or_tell_why(project: pytest.Pytester) -> None:
    result = access(
        project,
        f"""
inventory: exports
organization: none
tests:
  - {{name: the reader receives, principal: {READER}, can: sqs:ReceiveMessage, cannot: [sqs:DeleteQueue], on: {CLOSED}}}
  - name: the reader deletes
    principal: {READER}
    can: sqs:DeleteQueue
    on: {CLOSED}
  - {{name: nobody else receives, only: ["{READER}"], can: sqs:ReceiveMessage, on: {CLOSED}}}
  - {{name: nobody else sends, only: ["{READER}"], can: sqs:SendMessage, on: {OPEN}}}
""",
    )
    result.assert_outcomes(passed=2, failed=2)
    text = result.stdout.str()
    assert f"expected: {READER} can sqs:DeleteQueue on {CLOSED}" in text
    assert f"can sqs:SendMessage on {OPEN}: " in text
    assert "queues.access.yaml:6" not in text  # told by the name, not by a traceback
    assert "Traceback" not in text


def test_context_decides(project: pytest.Pytester) -> None:
    statement = {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": CLOSED, "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}  # fmt: skip
    (project.path / "exports" / "iam.get-account-authorization-details.json").write_text(role(statement))
    result = access(
        project,
        f"""
inventory: [exports]
organization: none
context: {{aws:SourceIp: 192.0.2.1}}
tests:
  - {{name: from inside, principal: {READER}, can: sqs:ReceiveMessage, on: {CLOSED}}}
  - {{name: from outside, principal: {READER}, cannot: sqs:ReceiveMessage, on: {CLOSED}, context: {{aws:SourceIp: 198.51.100.1}}}}
""",
    )
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ("{name: a, on: '*'}", "expected one of `principal` and `only`"),
        ("{name: a, principal: x, on: '*'}", "neither `can` nor `cannot`"),
        ("{name: a, only: [], can: 's3:GetObject', cannot: 's3:PutObject', on: '*'}", "no `cannot` beside `only`"),
        ("{name: a, principal: x, can: 's3:*', on: '*'}", "`s3:*` is no action"),
        ("{name: a, principal: x, can: 's3:GetObject', on: bucket}", "`bucket` is no resource"),
        ("{name: a, principal: x, cann: 's3:GetObject', on: '*'}", "found the word `cann`"),
    ],
)  # fmt: skip
def test_mistakes_in_access_files_are_told(project: pytest.Pytester, test: str, words: str) -> None:
    result = access(project, f"inventory: exports\ntests:\n  - {test}\n")
    text = result.stdout.str()
    assert result.parseoutcomes().get("errors") == 1
    assert words in text
    assert "Traceback" not in text


# --- fixtures ------------------------------------------------------------------------------------------------------


def test_fixtures_for_tests_by_hand(project: pytest.Pytester) -> None:
    project.makepyfile(
        f"""
        OLD = {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}]}}
        NEW = {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}]}}

        def test_allowed(assert_allowed):
            assert_allowed("{READER}", "sqs:ReceiveMessage", "{CLOSED}")

        def test_denied(assert_denied):
            assert_denied("{READER}", "sqs:DeleteQueue", "{CLOSED}")

        def test_closed(assert_no_findings):
            assert_no_findings("respol-public", subject="{CLOSED}")

        def test_less(assert_not_more_permissive):
            assert_not_more_permissive(OLD, NEW)

        def test_wrong_allowed(assert_allowed):
            assert_allowed("{READER}", "sqs:DeleteQueue", "{CLOSED}")

        def test_wrong_denied(assert_denied):
            assert_denied("{READER}", "sqs:ReceiveMessage", "{CLOSED}")

        def test_wrong_findings(assert_no_findings, wa_inventory):
            assert_no_findings("respol-public", inventory=wa_inventory)

        def test_wrong_more(assert_not_more_permissive):
            assert_not_more_permissive(NEW, OLD)
        """
    )
    result = project.runpytest_subprocess("--wa-policy", "exports", "-m", "not wa_policy")
    outcomes = result.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"]) == (4, 4)
    text = result.stdout.str()
    for words in (
        "expected that it is allowed, found:",
        "expected that it is denied, found:",
        "No resource policy grants access to everyone",
        "the new policy allows what the old one does not",
    ):
        assert words in text


def test_the_inventory_needs_paths(project: pytest.Pytester) -> None:
    project.makepyfile("def test_it(wa_inventory): pass")
    result = project.runpytest_subprocess()
    assert "wa_inventory needs --wa-policy PATH" in result.stdout.str()


# --- cost ----------------------------------------------------------------------------------------------------------


def test_it_can_be_switched_off(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("-p", "no:wa_policy", "--wa-policy", "exports")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_importing_it_loads_nothing_else() -> None:
    code = (
        "import sys, pytest\n"
        "before = set(sys.modules)\n"
        "import wa_policy.pytest_plugin\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["wa_policy", "wa_policy.pytest_plugin"]


def test_a_project_that_does_not_use_it_loads_nothing_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import sys\n"
        "def test_it():\n"
        "    loaded = sorted(m for m in sys.modules if m.startswith('wa_policy'))\n"
        "    assert loaded == ['wa_policy', 'wa_policy.pytest_plugin']\n"
        "    assert not {'yaml', 'networkx', 'jsonschema', 'policyuniverse'} & set(sys.modules)\n"
    )
    pytester.runpytest_subprocess("-p", "no:hypothesispytest").assert_outcomes(passed=1)
