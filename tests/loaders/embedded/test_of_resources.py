"""The documents of resources in each form of input: a template, answers of AWS, a plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory, Resource
from wa_policy.loaders.load import load
from wa_policy.loaders.located import locate_all

MACHINE = {
    "StartAt": "Call",
    "States": {
        "Call": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Next": "Done"},
        "Done": {"Type": "Succeed"},
    },
}
PATTERN = {"source": ["shop"]}
STATES = "WaPolicy::States"
PATTERNS = "WaPolicy::EventPatterns"


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(name: str, text: str | Any) -> Inventory:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text if isinstance(text, str) else json.dumps(text))
    return load([name])


def only(inventory: Inventory, type_: str) -> Resource:
    (found,) = inventory.of_type(type_)
    return found


def facts(resource: Resource) -> list[tuple[Any, ...]]:
    found = resource.properties[STATES]
    assert isinstance(found, tuple)
    return [
        (state["Path"], state["Type"], state.get("Service"), state.get("Next"))
        for state in found
        if isinstance(state, dict)
    ]


EXPECTED = [("States/Call", "Task", "sns", "Done"), ("States/Done", "Succeed", None, None)]
SFN = "AWS::StepFunctions::StateMachine"


def template(properties: dict[str, Any], type_: str = SFN) -> dict[str, Any]:
    return {
        "Parameters": {"Open": {"Type": "String"}},
        "Resources": {
            "Thing": {
                "Type": type_,
                "Properties": {"RoleArn": "arn:aws:iam::111122223333:role/r", **properties},
            }
        },
    }


@pytest.mark.parametrize(
    "properties",
    [
        {"DefinitionString": json.dumps(MACHINE)},
        {"Definition": MACHINE},
        {"DefinitionString": {"Fn::Join": ["", [json.dumps(MACHINE)[:40], json.dumps(MACHINE)[40:]]]}},
        {
            "DefinitionString": {
                "Fn::Sub": json.dumps(MACHINE).replace("aws:states", "${AWS::Partition}:states")
            }
        },
        {
            "DefinitionString": json.dumps(MACHINE).replace("sns:publish", "${what}"),
            "DefinitionSubstitutions": {"what": "sns:publish"},
        },
        {
            "Definition": json.loads(json.dumps(MACHINE).replace("sns:publish", "${what}")),
            "DefinitionSubstitutions": {"what": "sns:publish"},
        },
    ],
    ids=["text", "object", "join", "sub", "substituted text", "substituted object"],
)
def test_a_template(properties: dict[str, Any]) -> None:
    inventory = read("t.json", template(properties))
    assert facts(only(inventory, SFN)) == EXPECTED
    assert inventory.problems == ()


def test_an_answer_of_aws() -> None:
    arn = "arn:aws:states:eu-west-1:111122223333:stateMachine:m"
    answer = {
        "stateMachineArn": arn, "name": "m", "status": "ACTIVE", "definition": json.dumps(MACHINE), "type": "STANDARD",
        "roleArn": "arn:aws:iam::111122223333:role/r", "creationDate": "2026-11-01T00:00:00Z",
    }  # fmt: skip
    inventory = read("111122223333/eu-west-1/stepfunctions.describe-state-machine.m.json", answer)
    machine = only(inventory, SFN)
    assert facts(machine) == EXPECTED
    assert machine.places[f"{STATES}/1"].pointer == "/definition/States/Done"


def test_a_machine_without_its_definition_is_unknown() -> None:
    answer = {"stateMachines": [{"stateMachineArn": "arn:aws:states:eu-west-1:111122223333:stateMachine:m",
                                 "name": "m", "type": "STANDARD", "creationDate": "2026-11-01T00:00:00Z"}]}  # fmt: skip
    machine = only(read("111122223333/eu-west-1/stepfunctions.list-state-machines.json", answer), SFN)
    assert isinstance(machine.properties[STATES], Unknown)


def plan(definition: Any, unknown: Any) -> Any:
    values = {"name": "m", "role_arn": "arn:aws:iam::111122223333:role/r", "type": "STANDARD"}
    address = "aws_sfn_state_machine.m"
    return {
        "format_version": "1.2", "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [{
            "address": address, "mode": "managed", "type": "aws_sfn_state_machine", "name": "m",
            "provider_name": "registry.terraform.io/hashicorp/aws", "schema_version": 0,
            "values": {**values, **({} if definition is None else {"definition": definition})},
            "sensitive_values": {},
        }]}},
        "resource_changes": [{
            "address": address, "mode": "managed", "type": "aws_sfn_state_machine", "name": "m",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": ["create"], "before": None, "after_unknown": unknown, "before_sensitive": False,
                       "after": {**values, **({} if definition is None else {"definition": definition})}, "after_sensitive": {}},
        }],
        "configuration": {"root_module": {"resources": [{
            "address": address, "mode": "managed", "type": "aws_sfn_state_machine", "name": "m", "provider_config_key": "aws",
            "expressions": {"name": {"constant_value": "m"}, "definition": {"references": ["aws_sns_topic.t.arn", "aws_sns_topic.t"]}},
            "schema_version": 0,
        }]}},
    }  # fmt: skip


def test_a_plan() -> None:
    assert facts(only(read("plan.json", plan(json.dumps(MACHINE), {})), SFN)) == EXPECTED
    later = only(read("plan.json", plan(None, {"definition": True})), SFN)
    assert isinstance(later.properties[STATES], Unknown)


def test_a_definition_in_a_bucket_is_unknown_and_none_is_none() -> None:
    far = only(read("t.json", template({"DefinitionS3Location": {"Bucket": "b", "Key": "k"}})), SFN)
    assert isinstance(far.properties[STATES], Unknown)
    none = only(read("t.json", template({})), SFN)
    assert none.properties[STATES] is None


def test_an_unresolved_substitution_is_unknown_in_that_place_only() -> None:
    text = json.dumps(MACHINE).replace("sns:publish", "${Open}:publish")
    machine = only(read("t.json", template({"DefinitionString": {"Fn::Sub": text}})), SFN)
    found = machine.properties[STATES]
    assert isinstance(found, tuple)
    assert isinstance(found[0], dict)
    assert isinstance(found[0]["Service"], Unknown)
    assert (found[0]["Action"], found[0]["Next"]) == ("publish", "Done")


LITERAL = """\
Parameters: {Open: {Type: String}}
Resources:
  Thing:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/r
      DefinitionString: {tag}|
        {
          "StartAt": "Call",
          "States": {
            "Call": {"Type": "Pass", "Next": "Done"},
            "Done": {"Type": "Succeed"},
            "Lost": 7
          }
        }
"""


@pytest.mark.parametrize("tag", ["", "!Sub "])
def test_the_lines_of_states_in_a_text(tag: str) -> None:
    inventory = read("t.yaml", LITERAL.replace("{tag}", tag))
    machine = only(inventory, SFN)
    places = [machine.places[f"{STATES}/{number}"] for number in range(3)]
    assert [locate_all(places)[place] for place in places] == [11, 12, 13]
    (problem,) = inventory.problems
    place = Source(problem.file, problem.pointer)
    assert (problem.code, locate_all([place])[place]) == ("states-language", 13)


def test_a_broken_text_is_a_problem_of_the_property() -> None:
    inventory = read("t.yaml", LITERAL.replace("{tag}", "").replace('"StartAt":', '"StartAt"'))
    (problem,) = inventory.problems
    assert (problem.file, problem.pointer) == ("t.yaml", "/Resources/Thing/Properties/DefinitionString")
    assert "in the definition of `Thing`, line 2, column 13" in problem.message
    assert isinstance(only(inventory, SFN).properties[STATES], Unknown)


SAM = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Thing:
    Type: AWS::Serverless::StateMachine
    Properties:
      Role: arn:aws:iam::111122223333:role/r
      Definition:
        StartAt: Call
        States:
          Call:
            Type: Task
            Resource: !Sub arn:${AWS::Partition}:states:::sns:publish
            Next: Done
          Done:
            Type: Succeed
      Events:
        Made:
          Type: EventBridgeRule
          Properties:
            Pattern: {source: [shop]}
"""


def test_a_serverless_template() -> None:
    pytest.importorskip("samtranslator")
    inventory = read("t.yaml", SAM)
    machine = only(inventory, SFN)
    assert facts(machine) == EXPECTED
    places = [machine.places[f"{STATES}/{number}"] for number in range(2)]
    assert [locate_all(places)[place] for place in places] == [10, 14]
    rule = only(inventory, "AWS::Events::Rule")
    assert isinstance(rule.properties[PATTERNS], tuple)


def test_a_definition_in_a_file_beside_a_serverless_template() -> None:
    pytest.importorskip("samtranslator")
    Path("machine.asl.json").write_text(json.dumps(MACHINE).replace("sns:publish", "${what}"))
    text = SAM[: SAM.index("      Definition:")]
    beside = "      DefinitionSubstitutions: {what: 'sns:publish'}\n      DefinitionUri: machine.asl.json\n"
    machine = only(read("t.yaml", text + beside), SFN)
    assert facts(machine) == EXPECTED
    place = machine.places[f"{STATES}/0"]
    assert locate_all([place])[place] == 8
    lost = only(read("t.yaml", text + "      DefinitionUri: lost.asl.json\n"), SFN)
    assert isinstance(lost.properties[STATES], Unknown)
    place = lost.places[STATES]
    assert locate_all([place])[place] == 7


@pytest.mark.parametrize(
    ("type_", "properties", "of"),
    [
        ("AWS::Events::Rule", {"EventPattern": PATTERN}, ["EventPattern"]),
        (
            "AWS::Lambda::EventSourceMapping",
            {"FunctionName": "f", "FilterCriteria": {"Filters": [{"Pattern": json.dumps(PATTERN)}] * 2}},
            ["FilterCriteria/Filters/0/Pattern", "FilterCriteria/Filters/1/Pattern"],
        ),
        (
            "AWS::Pipes::Pipe",
            {"SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": json.dumps(PATTERN)}]}}},
            ["SourceParameters/FilterCriteria/Filters/0/Pattern"],
        ),
        ("AWS::SNS::Subscription", {"TopicArn": "t", "Protocol": "sqs", "FilterPolicy": PATTERN}, ["FilterPolicy"]),
        (
            "AWS::SNS::Topic",
            {"Subscription": [{"Endpoint": "e", "Protocol": "sqs", "FilterPolicy": PATTERN}]},
            ["Subscription/0/FilterPolicy"],
        ),
    ],
)  # fmt: skip
def test_the_patterns_of_a_type(type_: str, properties: dict[str, Any], of: list[str]) -> None:
    inventory = read("t.json", template(properties, type_))
    found = only(inventory, type_).properties[PATTERNS]
    assert isinstance(found, tuple)
    assert [(one["Of"], one["Sources"]) for one in found if isinstance(one, dict)] == [
        (name, ("shop",)) for name in of
    ]


def test_no_pattern_is_none_and_an_unknown_one_is_unknown() -> None:
    rule = "AWS::Events::Rule"
    none = only(read("t.json", template({"ScheduleExpression": "rate(1 day)"}, rule)), rule)
    assert none.properties[PATTERNS] is None
    open_ = only(read("t.json", template({"EventPattern": {"Ref": "Open"}}, rule)), rule)
    found = open_.properties[PATTERNS]
    assert isinstance(found, tuple)
    assert isinstance(found[0], Unknown)
    pipe = "AWS::Pipes::Pipe"
    made = only(read("t.json", template({"SourceParameters": {"Ref": "Open"}}, pipe)), pipe)
    assert isinstance(made.properties[PATTERNS], tuple)
