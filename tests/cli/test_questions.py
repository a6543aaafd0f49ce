"""`can`, `explain` and `simulate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Run
from wa_policy.cli.exit_codes import ExitCode

ACME = Path(__file__).parents[2] / "fixtures" / "acme"
WORKER = "arn:aws:iam::777788889999:role/loyalty-deployer"
FUNCTION = "arn:aws:lambda:eu-west-1:777788889999:function:dev-echo"
QUEUE = "arn:aws:sqs:eu-west-1:777788889999:dev-events-queue"
CASE: dict[str, Any] = {
    "id": "one",
    "request": {
        "principal": "arn:aws:iam::111122223333:user/bob",
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::b/k",
    },
    "identityPolicies": [
        {
            "Version": "2012-10-17",
            "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}],
        }
    ],
}

# --- can ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((WORKER, "lambda:CreateFunction", FUNCTION), ExitCode.CLEAN, "the policies compare `lambda:VpcIds`"),
        (
            (WORKER, "lambda:CreateFunction", FUNCTION, "--context", "lambda:VpcIds=vpc-other"),
            ExitCode.FINDINGS,
            "ExplicitlyDenied",
        ),
        (
            (WORKER, "organizations:LeaveOrganization", "*"),
            ExitCode.FINDINGS,
            "service control policies: Deny",
        ),
        (
            (WORKER, "dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:777788889999:table/t"),
            ExitCode.INCOMPLETE,
            "the resource policy of",
        ),
        (("*", "sqs:SendMessage", QUEUE), ExitCode.CLEAN, "Allowed"),
        (
            ("arn:aws:iam::999999999999:user/eve", "kms:Decrypt", f"{QUEUE}x"),
            ExitCode.INCOMPLETE,
            "not exported",
        ),
    ],
)
def test_can(call: Run, arguments: tuple[str, ...], code: ExitCode, words: str) -> None:
    done = call("can", *arguments, "--input", str(ACME))
    assert words in done.out
    assert done.code == code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((WORKER, "lambda", FUNCTION), "`lambda` is no action"),
        ((WORKER, "lambda:*", FUNCTION), "is no action"),
        ((WORKER, "lambda:GetFunction", "dev-echo"), "is no resource"),
        (("nobody", "lambda:GetFunction", FUNCTION), "is no caller"),
        ((f"{WORKER}x", "lambda:GetFunction", FUNCTION), "all of whose principals were read"),
        ((WORKER, "lambda:GetFunction", FUNCTION, "--context", "x"), "expected KEY=VALUE"),
    ],
)
def test_wrong_questions(call: Run, arguments: tuple[str, ...], words: str) -> None:
    done = call("can", *arguments, "--input", str(ACME))
    assert done.code == ExitCode.USAGE
    assert words in done.err


def test_can_as_json(call: Run) -> None:
    done = call("can", "*", "sqs:SendMessage", QUEUE, "--input", str(ACME), "--format", "json")
    answer = json.loads(done.out)
    assert answer["result"] == "Allowed"
    assert "resource policy" in answer["decidedBy"]


# --- explain ------------------------------------------------------------------------------------------------------


def test_explain_a_case(call: Run, tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text(json.dumps(CASE))
    done = call("explain", "case.json")
    assert done.code == ExitCode.CLEAN
    assert "Allowed: arn:aws:iam::111122223333:user/bob s3:GetObject on arn:aws:s3:::b/k" in done.out
    assert "identity policies: allows it\n  Allow `Read`: applies" in done.out
    assert call("explain", "-", stdin=json.dumps(CASE).encode()).out.replace("(-)", "(case.json)") == done.out
    told = json.loads(call("explain", "case.json", "--format", "json").out)
    assert told["result"] == "Allowed"
    assert told["layers"][0]["layer"] == "resource control policies"


def test_explain_a_question(call: Run) -> None:
    done = call("explain", WORKER, "organizations:LeaveOrganization", "*", "--input", str(ACME))
    assert done.code == ExitCode.CLEAN
    assert "service control policies: denies it" in done.out
    assert "Denied if" in done.out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "expected"),
        ("[]", "expected a case"),
        ("{} {}", "expected one case"),
        (json.dumps({**CASE, "operation": "lambda-function-url"}), "expected a case of one request"),
    ],
)
def test_explain_no_case(call: Run, tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "case.json").write_text(content)
    done = call("explain", "case.json")
    assert done.code == ExitCode.USAGE
    assert words in done.err


def test_a_case_takes_no_input(call: Run) -> None:
    assert call("explain", "case.json", "--input", ".").code == ExitCode.USAGE


# --- simulate -----------------------------------------------------------------------------------------------------


def simulated(call: Run, *lines: str) -> tuple[int, list[dict[str, Any]]]:
    done = call("simulate", "-", stdin="\n".join(lines).encode())
    return done.code, [json.loads(line) for line in done.out.splitlines()]


def test_simulate_answers_in_order(call: Run, tmp_path: Path) -> None:
    denied = {**CASE, "id": "two", "identityPolicies": []}
    code, answers = simulated(call, json.dumps(CASE), "", json.dumps(denied))
    assert code == ExitCode.CLEAN
    assert answers == [
        {"id": "one", "result": "Allowed", "decidedBy": ["identity policies"], "doubts": []},
        {
            "id": "two",
            "result": "ImplicitlyDenied",
            "decidedBy": ["resource policy", "identity policies"],
            "doubts": [],
        },
    ]
    (tmp_path / "cases.jsonl").write_text(json.dumps(CASE))
    assert json.loads(call("simulate", "cases.jsonl").out) == answers[0]


@pytest.mark.parametrize(
    ("line", "pointer", "words"),
    [
        ("{", "", "expected"),
        ("3", "", "expected a case"),
        ("{} {}", "", "expected one case"),
        ("\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "", "expected"),
        ("[" * 100_000, "", "levels of nesting"),
        (
            '{"request": {"principal": "x", "action": "s3", "resource": "*"}}',
            "/request/action",
            "`service:Action`",
        ),
        ('{"operation": "walk", "request": {}}', "/operation", "`lambda-function-url`"),
        ('{"operation": ["walk"], "request": {}}', "/operation", "`lambda-function-url`"),
    ],
)
def test_a_bad_line_is_told_and_the_rest_goes_on(call: Run, line: str, pointer: str, words: str) -> None:
    code, answers = simulated(call, json.dumps(CASE), line, json.dumps(CASE))
    assert code == ExitCode.INCOMPLETE
    assert [answer.get("id") for answer in answers] == ["one", None, "one"]
    assert answers[1]["line"] == 2
    assert answers[1]["error"]["pointer"] == pointer
    assert words in answers[1]["error"]["message"]


def test_what_cannot_be_read_of_a_policy_is_a_doubt(call: Run) -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "NotAction": "s3:*", "Resource": "*"}
    case = {**CASE, "identityPolicies": [{"Version": "2012-10-17", "Statement": [statement]}]}
    code, (answer,) = simulated(call, json.dumps(case))
    assert code == ExitCode.CLEAN
    assert answer["result"] == "Unknown"
    assert any("NotAction" in doubt for doubt in answer["doubts"])


def test_an_operation_is_allowed_when_all_its_requests_are(call: Run) -> None:
    def case(*actions: str) -> str:
        statement = {"Effect": "Allow", "Principal": "*", "Action": list(actions), "Resource": "*"}
        return json.dumps(
            {
                "id": "url",
                "operation": "lambda-function-url",
                "request": {"principal": {"type": "Anonymous"}, "resource": FUNCTION},
                "resourcePolicy": {"Version": "2012-10-17", "Statement": [statement]},
            }
        )

    code, answers = simulated(call, case("lambda:InvokeFunctionUrl"), case("lambda:Invoke*"))
    assert code == ExitCode.CLEAN
    assert [answer["result"] for answer in answers] == ["ImplicitlyDenied", "Allowed"]
