"""Rules that go through the states of a state machine and through event patterns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.rules.test_words import HEAD, expect
from wa_policy.catalog.model import Catalog
from wa_policy.findings import Verdict
from wa_policy.loaders.load import load
from wa_policy.loaders.located import locate_all
from wa_policy.rules.read import read_rule
from wa_policy.rules.run import run_rule
from wa_policy.rules.subjects import Scope

HEARTBEAT: dict[str, Any] = {
    "select": "AWS::StepFunctions::StateMachine",
    "each": {
        "parts": {"of": "WaPolicy::States", "key": "Path"},
        "where": {"item": {"IntegrationPattern": {"equals": "wait-for-task-token"}}},
    },
    "require": {"item": {"HasHeartbeat": {"equals": True}}},
    "message": "{item.key} of {subject} waits for ever",
}
WAIT = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


def machine(*states: dict[str, Any]) -> dict[str, Any]:
    named = {f"S{number}": {"Type": "Task", "End": True, **state} for number, state in enumerate(states)}
    definition = json.dumps({"StartAt": "S0", "States": named})
    return {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"StateMachineName": "m", "RoleArn": "r", "DefinitionString": definition},
    }


def test_a_rule_goes_through_the_states(catalog: Catalog) -> None:
    states = (
        {"Resource": WAIT},
        {"Resource": WAIT, "HeartbeatSeconds": 5},
        {"Resource": WAIT, "HeartbeatSecondsPath": "$.h"},
        {"Resource": "arn:aws:states:::sns:publish"},
    )
    verdicts = {"States/S0": "fail", "States/S1": "pass", "States/S2": "pass"}
    expect(catalog, HEARTBEAT, {"M": machine(*states)}, {"m": verdicts})


def test_a_rule_looks_into_the_retriers(catalog: Catalog) -> None:
    check = {
        "select": "AWS::StepFunctions::StateMachine",
        "require": {
            "WaPolicy::States": {
                "all": {
                    "any_of": [
                        {"Type": {"not_in": ["Task"]}},
                        {"Retry": {"any": {"ErrorEquals": {"contains": "Lambda.TooManyRequestsException"}}}},
                    ]
                }
            }
        },
    }
    task = {"Resource": "arn:aws:states:::lambda:invoke"}
    retried = {**task, "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestsException"]}]}
    expect(catalog, check, {"M": machine(retried)}, {"m": "pass"})
    expect(catalog, check, {"M": machine(retried, task)}, {"m": "fail"})


def test_a_rule_looks_at_event_patterns(catalog: Catalog) -> None:
    check = {
        "select": "AWS::Events::Rule",
        "require": {"WaPolicy::EventPatterns": {"all": {"Sources": {"contains": "shop"}}}},
    }
    rules = {
        name: {"Type": "AWS::Events::Rule", "Properties": {"Name": name, "EventPattern": pattern}}
        for name, pattern in (("one", {"source": ["shop"]}), ("two", {"detail-type": ["x"]}))
    }
    expect(catalog, check, rules, {"one": "pass", "two": "fail"})


def test_a_finding_stands_at_the_line_of_its_state(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = f"""\
Resources:
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: r
      DefinitionString: |
        {{"StartAt": "A",
         "States": {{
           "A": {{"Type": "Pass", "Next": "B"}},
           "B": {{"Type": "Task", "Resource": "{WAIT}", "End": true}}}}}}
"""
    Path("t.yaml").write_text(text)
    examples: list[dict[str, Any]] = [
        {"name": name, "files": {"e.json": {}}, "expect": {"x": name}} for name in ("pass", "fail")
    ]
    rule = read_rule("made.yaml", json.dumps(HEAD | HEARTBEAT | {"examples": examples}), catalog)
    inventory = load(["t.yaml"])
    (result,) = run_rule(rule, Scope(inventory, {}, catalog))
    assert (result.verdict, result.key) == (Verdict.FAIL, "States/B")
    assert locate_all([result.source])[result.source] == 10
