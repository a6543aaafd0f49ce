"""SAM templates: read through AWS's transform, and pointed to as they are written."""

import builtins
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.loaders.cloudformation.reading import Judge, ReadTemplate
from wa_policy.catalog.store import load_catalog
from wa_policy.inventory.model import METHODS_PROPERTY, Assumptions, Inventory, Present
from wa_policy.inventory.symbols import shown
from wa_policy.loaders.located import locate_all
from wa_policy.rules.pack import load_pack
from wa_policy.rules.run import run
from wa_policy.settings import Profile, Settings

HERE = Assumptions(account="111122223333", region="eu-west-1")
TEXT = """\
AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 7
    Runtime: python3.12
    Tracing: Active
Parameters:
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a/b}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.main
      MemorySize: 256
      Description: !Ref Stored
      Policies:
        - AWSLambdaExecute
        - DynamoDBReadPolicy:
            TableName: !Ref Table
        - Version: 2012-10-17
          Statement:
            - Effect: Allow
              Action: lambda:UpdateFunctionCode
              Resource: "*"
      Events:
        Get:
          Type: Api
          Properties: {Path: /orders, Method: get}
        Queue:
          Type: SQS
          Properties: {Queue: !GetAtt Jobs.Arn}
        Hourly:
          Type: Schedule
          Properties: {Schedule: rate(1 hour)}
        Files:
          Type: S3
          Properties: {Bucket: !Ref Bucket, Events: "s3:ObjectCreated:*"}
      FunctionUrlConfig:
        AuthType: NONE
  Table: {Type: AWS::Serverless::SimpleTable}
  Jobs: {Type: AWS::SQS::Queue}
  Bucket: {Type: AWS::S3::Bucket}
"""


def line_with(words: str) -> int:
    """The line of the text, from 1."""
    return next(number for number, line in enumerate(TEXT.splitlines(), 1) if words in line)


def findings(inventory: Inventory, *rules: str) -> dict[tuple[str, str], int]:
    """The line of each finding, by rule and key."""
    report = run(load_pack(), inventory, Settings(profile=Profile.STRICT), load_catalog(), only=rules)
    lines = locate_all(dict.fromkeys(result.source for result in report.findings))
    return {(result.rule.id, shown(result.key)): lines[result.source] for result in report.findings}


def test_what_the_transform_makes(read: ReadTemplate) -> None:
    inventory = read(TEXT, assume=HERE)
    assert inventory.problems == ()
    (function,) = inventory.of_type("AWS::Lambda::Function")
    assert (function.property("Timeout"), function.property("MemorySize")) == (7, 256)
    assert function.property("TracingConfig") == {"Mode": "Active"}
    (role,) = inventory.principals
    assert function.property("Role") == role.arn
    assert sorted(policy.name for policy in role.identity_policies) == [
        "AWSLambdaBasicExecutionRole", "AWSLambdaExecute", "AWSLambdaSQSQueueExecutionRole", "AWSXrayWriteOnlyAccess",
        "OrdersRolePolicy1", "OrdersRolePolicy2",
    ]  # fmt: skip
    policy = function.policy()
    assert isinstance(policy, Present)
    granted = sorted(str(s.principal and s.principal.principals[0]) for s in policy.policy.statements)
    assert granted.count("*") == 2  # the URL: InvokeFunctionUrl and InvokeFunction
    assert {"apigateway.amazonaws.com", "events.amazonaws.com", "s3.amazonaws.com"} <= set(granted)
    (mapping,) = inventory.of_type("AWS::Lambda::EventSourceMapping")
    assert mapping.property("FunctionName") == function.id


def test_a_default_of_parameter_store_is_no_value(read: ReadTemplate) -> None:
    (function,) = read(TEXT, assume=HERE).of_type("AWS::Lambda::Function")
    assert "Parameter Store" in str(function.property("Description"))


LISTS = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Ranges: {Type: CommaDelimitedList, Default: "192.0.2.1, 198.51.100.0/24"}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Auth: {ResourcePolicy: {IpRangeBlacklist: !Ref Ranges}}
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.main
      CodeUri: src/
      Events: {Get: {Type: Api, Properties: {Path: /, Method: get, RestApiId: !Ref Api}}}
"""


@pytest.mark.parametrize(
    ("given", "ranges"),
    [({}, ("192.0.2.1", "198.51.100.0/24")), ({"Ranges": "192.0.2.7,192.0.2.8"}, ("192.0.2.7", "192.0.2.8"))],
)
def test_a_list_parameter_comes_to_the_transform_as_a_list(
    given: Mapping[str, str], ranges: Sequence[str], read: ReadTemplate
) -> None:
    (api,) = read(LISTS, assume=replace(HERE, parameters=given)).of_type("AWS::ApiGateway::RestApi")
    policy = api.policy()
    assert isinstance(policy, Present)
    (deny,) = [one for one in policy.policy.statements if one.effect == "Deny"]
    assert tuple(str(value) for value in deny.conditions[0].values) == tuple(ranges)


@pytest.mark.parametrize("assume", [HERE, Assumptions()])
def test_findings_are_on_the_lines_of_the_source(read: ReadTemplate, assume: Assumptions) -> None:
    found = findings(
        read(TEXT, assume=assume), "lambda-role-no-self-update", "lambda-permission-service-source",
        "lambda-role-wildcard-resources", "apigw-resource-policy-open", "trigger-recursion",
    )  # fmt: skip
    # The grants of the URL, which are for everybody, services included.
    assert found["lambda-permission-service-source", "events.amazonaws.com"] == line_with("FunctionUrlConfig")
    (recursion,) = [line for (rule, _), line in found.items() if rule == "trigger-recursion"]
    assert recursion == line_with("Bucket: {Type")
    assert found["lambda-role-no-self-update", "OrdersRole"] == line_with("- Effect: Allow")
    assert found["apigw-resource-policy-open", "GET /orders"] == line_with("Get:")
    wide = {key: line for (rule, key), line in found.items() if rule == "lambda-role-wildcard-resources"}
    execute = {line for key, line in wide.items() if key.startswith("AWSLambdaExecute")}
    assert execute == {line_with("- AWSLambdaExecute")}


def test_places_of_properties(read: ReadTemplate) -> None:
    inventory = read(TEXT)
    (function,) = inventory.of_type("AWS::Lambda::Function")
    assert function.place("MemorySize").pointer == "/Resources/Orders/Properties/MemorySize"
    assert function.place("Timeout").pointer == "/Globals/Function/Timeout"
    assert function.place("TracingConfig").pointer == "/Globals/Function/Tracing"
    (mapping,) = inventory.of_type("AWS::Lambda::EventSourceMapping")
    assert mapping.source.pointer == "/Resources/Orders/Properties/Events/Queue"
    (api,) = inventory.of_type("AWS::ApiGateway::RestApi")
    assert api.source.pointer == "/Resources/Orders/Properties/Events/Get"
    assert isinstance(api.property(METHODS_PROPERTY), Sequence)


def test_an_open_region_stays_open(read: ReadTemplate) -> None:
    (api,) = read(TEXT).of_type("AWS::ApiGateway::RestApi")
    methods = api.property(METHODS_PROPERTY)
    assert isinstance(methods, tuple)
    (method,) = methods
    assert isinstance(method, Mapping)
    uri = shown(str(method["IntegrationUri"]))
    assert uri == (
        "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:Orders/invocations"
    )


def test_without_the_extra_a_message_names_it(read: ReadTemplate, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **named: Any) -> Any:
        if name.startswith("samtranslator"):
            raise ImportError(name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    inventory = read(TEXT)
    (problem,) = inventory.problems
    assert problem.code == "sam-missing"
    assert "wa-policy[sam]" in problem.advice
    assert [queue.name for queue in inventory.of_type("AWS::SQS::Queue")] == ["Jobs"]


def test_one_wrong_resource_leaves_the_others(read: ReadTemplate) -> None:
    text = (
        TEXT
        + "  Wrong: {Type: AWS::Serverless::Function, Properties: {InlineCode: x, Policies: [{NoSuchPolicy: {}}], Events: 3}}\n"
    )
    inventory = read(text)
    assert {problem.code for problem in inventory.problems} == {"sam-invalid"}
    assert {problem.pointer for problem in inventory.problems} == {"/Resources/Wrong"}
    assert len(inventory.of_type("AWS::Lambda::Function")) == 1


def test_it_keeps_quiet(
    read: ReadTemplate, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    before = logging.getLogger("samtranslator").propagate
    with caplog.at_level(logging.DEBUG):
        read(TEXT)
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("samtranslator").propagate == before


def test_a_template_that_is_not_sam_does_not_load_the_transform(read: ReadTemplate) -> None:
    import subprocess
    import sys

    read("Resources: {T: {Type: 'AWS::SNS::Topic'}}")
    code = "import sys; from wa_policy.loaders.load import load; load(['template.yaml']); print('samtranslator' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_document_beside_the_template(read: ReadTemplate, judge: Judge) -> None:
    inventory = read(
        {
            "template.yaml": "Transform: AWS::Serverless-2016-10-31\nResources:\n  Api:\n    Type: AWS::Serverless::Api\n"
            "    Properties: {StageName: prod, DefinitionUri: api.yaml}\n",
            "api.yaml": "openapi: 3.0.1\ninfo: {title: x, version: '1'}\npaths: {/a: {get: {}}}\n",
        }
    )
    assert inventory.problems == ()
    (api,) = inventory.of_type("AWS::ApiGateway::RestApi")
    found = api.property(METHODS_PROPERTY)
    assert isinstance(found, tuple)
    assert [isinstance(method, Mapping) and method["ResourcePath"] for method in found] == ["/a"]


@pytest.mark.parametrize("where", ["api", "globals"])
def test_the_clock_changes_nothing(where: str, read: ReadTemplate, monkeypatch: pytest.MonkeyPatch) -> None:
    always = "AlwaysDeploy: true"
    text = "Transform: AWS::Serverless-2016-10-31\n"
    if where == "globals":
        text += f"Globals: {{Api: {{{always}}}}}\n"
    text += (
        "Resources:\n  Api:\n    Type: AWS::Serverless::Api\n    Properties:\n      StageName: v1\n"
        + (f"      {always}\n" if where == "api" else "")
        + "      DefinitionBody: {openapi: 3.0.1, info: {title: x}, paths: {/: {get: {}}}}\n"
    )
    ids = []
    for now in (1_700_000_000, 1_800_000_000):
        monkeypatch.setattr("time.time", lambda now=now: now)
        ids.append([deployment.id for deployment in read(text).of_type("AWS::ApiGateway::Deployment")])
    assert ids[0] == ids[1] != []
