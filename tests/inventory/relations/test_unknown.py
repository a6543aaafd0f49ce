"""What is not known, in templates and in exports of answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.inventory.relations.test_rows import label, lines, load_text, sides_of
from wa_policy.inventory.model import Inventory
from wa_policy.inventory.relations import Related, related
from wa_policy.loaders.load import load

HERE = "111122223333/eu-west-1"
F = "arn:aws:lambda:eu-west-1:111122223333:function:f"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:"

# --- templates -------------------------------------------------------------------------------------------------------

OPEN = """
Parameters: {Any: {Type: String}, Topic: {Type: String}}
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: f, Role: !ImportValue role, Layers: ["arn:aws:lambda:eu-west-1:111122223333:layer:elsewhere:3"]}}
  G: {Type: AWS::Lambda::Function, Properties: {FunctionName: g, Role: !GetAtt R.Arn, VpcConfig: {SubnetIds: [!Ref S, !Ref Any]}, LoggingConfig: {LogGroup: /shared}}}
  R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}
  S: {Type: AWS::EC2::Subnet, Properties: {VpcId: vpc-0123}}
  M: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !ImportValue function, EventSourceArn: !GetAtt Q.Arn}}
  M2: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref F, EventSourceArn: !GetAtt Q.Arn}}
  Q: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: "arn:aws:sqs:eu-west-1:111122223333:gone"}}}
  T: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: sqs, Endpoint: !ImportValue q}, {Protocol: email, Endpoint: !Ref Any}]}}
  U: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: other, AuthType: NONE}}
  Sm: {Type: AWS::StepFunctions::StateMachine, Properties: {RoleArn: !GetAtt R.Arn, DefinitionString: '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName.$": "$.fn"}, "Next": "B"}, "B": {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:gone", "End": true}}}'}}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Body: {openapi: 3.0.1, paths: {/a: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}}}}}}}
  Far: {Type: AWS::ApiGateway::RestApi, Properties: {BodyS3Location: {Bucket: b, Key: k}}}
  Http: {Type: AWS::ApiGatewayV2::Api, Properties: {BodyS3Location: {Bucket: b, Key: k}}}
  Stage: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Http, IntegrationType: AWS_PROXY, IntegrationUri: "arn:aws:lambda:eu-west-1:111122223333:function:${stageVariables.fn}"}}
  A: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/Lambda, MetricName: Errors, Dimensions: [{Name: FunctionName, Value: !ImportValue fn}]}}
  W: {Type: AWS::CloudWatch::Alarm, Properties: {Metrics: [{Id: q, Expression: "SELECT SUM(Errors) FROM \\"AWS/Lambda\\" WHERE FunctionName = 'f' AND Other != 'x'"}]}}
"""
OPEN_PAIRS = """
F: role=? layers=? event_source_mappings=M2? urls=- alarms=? account_alarms=? log_group=- subnets=- security_groups=- aliases=-
F: subscriptions=- state_machines=? methods=Api? integrations=?
G: role=R subnets=S? log_group=? event_source_mappings=? vpc=? route_tables=? security_groups=-
S: vpc=? route_tables=? functions=G?
M: function=? source=Q
M2: function=F source=Q
Q: dead_letter_queue=? event_source_mappings=M,M2 functions=F? sources=-
T: subscriptions=T,T queues=? functions=-
U: function=?
Sm: task_targets=? role=R
R: functions=G? state_machines=Sm
Api: methods=Api authorizers=- models=- gateway_responses=- stages=- functions=F
Far: methods=? authorizers=?
Http: routes=? integrations=Stage? stages=-
A: metric_resources=?
"""


@pytest.mark.parametrize("account", [None, "111122223333"])
def test_what_a_template_leaves_open(tmp_path: Path, account: str | None) -> None:
    from wa_policy.inventory.model import Assumptions

    assume = None if account is None else Assumptions(account=account, region="eu-west-1")
    inventory = load_text(tmp_path, OPEN, assume)
    sides = sides_of(inventory)
    wrong: list[str] = []
    for subject, name, others in lines(OPEN_PAIRS):
        answer = related(inventory, sides[subject], name)
        expected = sorted(other for other in others.rstrip("?").split(",") if other not in ("", "-"))
        found = sorted(label(other) for other in answer.found)
        if (found, answer.unknown is not None) != (expected, others.endswith("?")):
            wrong.append(f"{subject}.{name}: {found} {answer.unknown}, expected {others}")
    assert not wrong, "\n".join(wrong)


def test_what_a_template_only_gives_a_policy_is_not_its_own(tmp_path: Path) -> None:
    text = f"Resources: {{P: {{Type: AWS::Lambda::Permission, Properties: {{FunctionName: '{F}', Action: 'lambda:InvokeFunction', Principal: sns.amazonaws.com}}}}}}"
    inventory = load_text(tmp_path, text)
    (function,) = inventory.of_type("AWS::Lambda::Function")
    for name in ("urls", "rules", "alarms", "subscriptions"):
        assert related(inventory, function, name).unknown is not None, name


def test_a_placeholder_is_no_id_of_another_type(tmp_path: Path) -> None:
    text = (
        "Resources: {F: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [YOUR_SUBNETS, vpc-1], "
        "SecurityGroupIds: [vpc-1]}}}}"
    )
    inventory = load_text(tmp_path, text)
    (function,) = inventory.of_type("AWS::Lambda::Function")
    assert "`YOUR_SUBNETS`" in str(related(inventory, function, "subnets").unknown)
    assert related(inventory, function, "security_groups") == Related()  # of a VPC it is none


def test_templates_of_two_accounts_do_not_make_each_other_unknown(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("Resources: {F: {Type: 'AWS::Lambda::Function'}}")
    (tmp_path / "b.yaml").write_text(
        "Resources: {M: {Type: 'AWS::Lambda::EventSourceMapping', Properties: {FunctionName: !ImportValue x}}}"
    )
    inventory = load([str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")])
    (function,) = inventory.of_type("AWS::Lambda::Function")
    assert related(inventory, function, "event_source_mappings") == Related()


# --- exports ---------------------------------------------------------------------------------------------------------


def export() -> dict[str, Any]:
    """Recorded by hand after the pages of the API, one answer for each kind of relation."""
    role = {
        "Path": "/", "RoleName": "r", "Arn": "arn:aws:iam::111122223333:role/r",
        "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]},
    }  # fmt: skip
    return {
        "111122223333/global/iam.get-account-authorization-details.json": {"RoleDetailList": [role]},
        f"{HERE}/lambda.list-functions.json": {
            "Functions": [
                {
                    "FunctionName": "f", "FunctionArn": F, "Role": role["Arn"], "PackageType": "Zip",
                    "DeadLetterConfig": {"TargetArn": f"{QUEUE}dlq"}, "LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/aws/lambda/f"},
                    "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"], "VpcId": "vpc-1"},
                }
            ]
        },
        f"{HERE}/sqs.list-queues.json": {"QueueUrls": ["https://sqs.eu-west-1.amazonaws.com/111122223333/dlq"]},
        f"{HERE}/logs.describe-log-groups.json": {"logGroups": [{"logGroupName": "/aws/lambda/f", "arn": "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/f:*"}]},
        f"{HERE}/ec2.describe-subnets.json": {"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24"}]},
        f"{HERE}/ec2.describe-vpcs.json": {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]},
        f"{HERE}/ec2.describe-route-tables.json": {
            "RouteTables": [
                {"RouteTableId": "rtb-main", "VpcId": "vpc-1", "Associations": [{"Main": True, "RouteTableId": "rtb-main", "RouteTableAssociationId": "rtbassoc-1"}], "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}]},
                {"RouteTableId": "rtb-2", "VpcId": "vpc-1", "Associations": [], "Routes": []},
            ]
        },
        f"{HERE}/cloudwatch.describe-alarms.json": {
            "MetricAlarms": [
                {"AlarmName": "a", "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a", "Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": [{"Name": "FunctionName", "Value": "f"}]},
                {"AlarmName": "all", "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:all", "Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": []},
            ],
            "CompositeAlarms": [],
        },
        f"{HERE}/lambda.list-event-source-mappings.json": {"EventSourceMappings": []},
    }  # fmt: skip


def read(folder: Path, files: dict[str, Any]) -> Inventory:
    for name, value in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))
    return load([str(folder)])


EXPORTED = [
    (
        "AWS::Lambda::Function",
        "role",
        ["r"],
        "111122223333/global/iam.get-account-authorization-details.json",
    ),
    ("AWS::Lambda::Function", "dead_letter_target", ["dlq"], f"{HERE}/sqs.list-queues.json"),
    ("AWS::Lambda::Function", "log_group", ["/aws/lambda/f"], f"{HERE}/logs.describe-log-groups.json"),
    ("AWS::Lambda::Function", "subnets", ["subnet-1"], f"{HERE}/ec2.describe-subnets.json"),
    ("AWS::Lambda::Function", "route_tables", ["rtb-main"], f"{HERE}/ec2.describe-route-tables.json"),
    ("AWS::Lambda::Function", "alarms", ["a"], f"{HERE}/cloudwatch.describe-alarms.json"),
    ("AWS::Lambda::Function", "account_alarms", ["all"], f"{HERE}/cloudwatch.describe-alarms.json"),
    ("AWS::Lambda::Function", "event_source_mappings", [], f"{HERE}/lambda.list-event-source-mappings.json"),
    ("AWS::IAM::Role", "functions", ["f"], f"{HERE}/lambda.list-functions.json"),
    ("AWS::Logs::LogGroup", "functions", ["f"], f"{HERE}/lambda.list-functions.json"),
    ("AWS::EC2::Subnet", "route_tables", ["rtb-main"], f"{HERE}/ec2.describe-route-tables.json"),
]
"""A relation, what it finds, and the answer that tells it."""


@pytest.mark.parametrize(("type_", "name", "expected", "answer"), EXPORTED)
def test_an_export(tmp_path: Path, type_: str, name: str, expected: list[str], answer: str) -> None:
    whole = read(tmp_path / "whole", export())
    assert not whole.problems
    (side,) = whole.of_type(type_)
    found = related(whole, side, name)
    assert found.unknown is None
    assert [other.name for other in found.found] == expected

    files = export()
    del files[answer]
    part = read(tmp_path / "part", files)
    (side,) = part.of_type(type_) or (side,)
    told = related(part, side, name)
    assert told.unknown is not None
    assert answer.rsplit("/", 1)[1].removesuffix(".json").replace(".", " ") in told.unknown.reason


def test_what_is_gone_is_none(tmp_path: Path) -> None:
    """A queue that its account does not have is no dead-letter queue."""
    files = export()
    files[f"{HERE}/sqs.list-queues.json"]["QueueUrls"] = []
    inventory = read(tmp_path, files)
    (function,) = inventory.of_type("AWS::Lambda::Function")
    # The name of the file tells that the answer is empty, and not that something else is.
    assert related(inventory, function, "dead_letter_target") == Related()


def test_a_queue_of_another_account_is_not_known(tmp_path: Path) -> None:
    files = export()
    function = files[f"{HERE}/lambda.list-functions.json"]["Functions"][0]
    function["DeadLetterConfig"]["TargetArn"] = "arn:aws:sqs:eu-west-1:444455556666:theirs"
    inventory = read(tmp_path, files)
    (one,) = inventory.of_type("AWS::Lambda::Function")
    answer = related(inventory, one, "dead_letter_target")
    assert answer.found == ()
    assert answer.unknown is not None
    assert "444455556666" in answer.unknown.reason


def test_rules_of_other_buses_are_listed_apart(tmp_path: Path) -> None:
    rule = {
        "Name": "x",
        "Arn": "arn:aws:events:eu-west-1:111122223333:rule/x",
        "EventBusName": "default",
        "State": "ENABLED",
    }
    bus = {"Name": "orders", "Arn": "arn:aws:events:eu-west-1:111122223333:event-bus/orders"}
    default = {"Name": "default", "Arn": "arn:aws:events:eu-west-1:111122223333:event-bus/default"}
    files = export() | {
        f"{HERE}/events.list-rules.json": {"Rules": [rule]},
        f"{HERE}/events.list-targets-by-rule.x.json": {"Targets": [{"Id": "a", "Arn": F}]},
        f"{HERE}/events.list-event-buses.json": {"EventBuses": [default]},
    }
    inventory = read(tmp_path / "one", files)
    (function,) = inventory.of_type("AWS::Lambda::Function")
    found = related(inventory, function, "rules")
    assert ([one.name for one in found.found], found.unknown) == (["x"], None)
    files[f"{HERE}/events.list-event-buses.json"] = {"EventBuses": [default, bus]}
    inventory = read(tmp_path / "two", files)
    (function,) = inventory.of_type("AWS::Lambda::Function")
    doubt = related(inventory, function, "rules").unknown
    assert doubt is not None
    assert doubt.reason.startswith("events list-rules for ")


def test_a_template_beside_an_export_lists_nothing_for_it(tmp_path: Path) -> None:
    """That a template makes a function says nothing of the other functions of the account."""
    files = export()
    del files[f"{HERE}/lambda.list-functions.json"]
    files[f"{HERE}/template.json"] = {
        "Resources": {"G": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "g"}}}
    }
    inventory = read(tmp_path, files)
    (role,) = inventory.principals
    assert related(inventory, role, "functions").unknown is not None
