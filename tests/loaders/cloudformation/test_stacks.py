"""Nested stacks, output folders of the CDK and the Serverless Framework, and files beside templates."""

import json

from tests.loaders.cloudformation.reading import ReadTemplate
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Assumptions, Present

HERE = Assumptions(account="111122223333", region="eu-west-1")
PARENT = """
Parameters: {Env: {Type: String, Default: prod}}
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: parts/inner.yaml
      Parameters: {Env: !Ref Env, Topic: !Ref T}
  T: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
  F: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Inner.Outputs.RoleArn, Description: !GetAtt Inner.Outputs.None}}
"""
INNER = """
Parameters: {Env: {Type: String, Default: dev}, Topic: {Type: String}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "${Env}-worker"
      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {AWS: !Ref AWS::AccountId}, Action: "sts:AssumeRole"}}
      Policies: [{PolicyName: p, PolicyDocument: {Statement: {Effect: Allow, Action: "sns:Publish", Resource: !Ref Topic}}}]
Outputs: {RoleArn: {Value: !GetAtt Role.Arn}}
"""


def test_a_nested_stack_that_is_a_file(read: ReadTemplate) -> None:
    inventory = read({"template.yaml": PARENT, "parts/inner.yaml": INNER}, assume=HERE)
    assert inventory.problems == ()
    (role,) = inventory.principals
    assert role.arn == "arn:aws:iam::111122223333:role/prod-worker"
    assert role.identity_policies[0].policy.statements[0].resource
    assert role.identity_policies[0].policy.statements[0].resource.values == (
        "arn:aws:sns:eu-west-1:111122223333:news",
    )
    assert role.source.file == "parts/inner.yaml"
    (function,) = inventory.of_type("AWS::Lambda::Function")
    assert function.property("Role") == role.arn
    assert isinstance(function.property("Description"), Unknown)


def test_a_nested_stack_is_no_template_of_its_own(read: ReadTemplate) -> None:
    inventory = read({"x/template.yaml": PARENT, "x/parts/inner.yaml": INNER}, paths=("x",), assume=HERE)
    assert [role.arn for role in inventory.principals] == ["arn:aws:iam::111122223333:role/prod-worker"]


def test_a_nested_stack_elsewhere_is_unknown(read: ReadTemplate) -> None:
    inventory = read(PARENT.replace("parts/inner.yaml", "https://s3.amazonaws.com/b/inner.yaml"), assume=HERE)
    assert inventory.problems == ()
    (function,) = inventory.of_type("AWS::Lambda::Function")
    role = function.property("Role")
    assert isinstance(role, Unknown)
    assert "`Inner`" in role.reason
    missing = read(PARENT, assume=HERE)
    assert [problem.code for problem in missing.problems] == ["missing-path"]


def test_a_stack_that_nests_itself(read: ReadTemplate) -> None:
    text = "Resources: {S: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: template.yaml}}}"
    inventory = read(text)
    assert [problem.code for problem in inventory.problems] == ["too-deep"]


def test_a_cloud_assembly(read: ReadTemplate) -> None:
    template = {
        "Resources": {
            "Nested": {
                "Type": "AWS::CloudFormation::Stack",
                "Properties": {"TemplateURL": {"Fn::Sub": "https://s3.${AWS::URLSuffix}/x.json"}},
                "Metadata": {"aws:asset:path": "AppNested.nested.template.json"},
            },
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "news"}},
            "CDKMetadata": {"Type": "AWS::CDK::Metadata", "Condition": "Available"},
        },
        "Conditions": {"Available": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
        "Parameters": {
            "BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk/v"}
        },
    }
    nested = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}}}}
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111122223333/eu-west-1",
        "properties": {"templateFile": "App.template.json"},
    }
    files = {
        "cdk.out/App.template.json": template,
        "cdk.out/AppNested.nested.template.json": nested,
        "cdk.out/manifest.json": {"version": "36.0.0", "artifacts": {"App": stack}},
        "cdk.out/App.assets.json": {"version": "36.0.0", "files": {}, "dockerImages": {}},
        "cdk.out/tree.json": {"version": "tree-0.1", "tree": {"id": "App"}},
        f"cdk.out/asset.{'a' * 64}/package.json": {"name": "x"},
        f"cdk.out/asset.{'b' * 64}.json": {"arn": "arn:aws:x"},
    }
    inventory = read({name: json.dumps(value) for name, value in files.items()}, paths=("cdk.out",))
    assert inventory.problems == ()
    assert inventory.variations == ()
    assert [topic.id for topic in inventory.of_type("AWS::SNS::Topic")] == [
        "arn:aws:sns:eu-west-1:111122223333:news"
    ]
    assert [queue.id for queue in inventory.of_type("AWS::SQS::Queue")] == [
        "arn:aws:sqs:eu-west-1:111122223333:jobs"
    ]
    assert not any("asset" in file.file and file.file.endswith("package.json") for file in inventory.files)


def test_output_of_the_serverless_framework(read: ReadTemplate) -> None:
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}}},
    }
    state = {
        "service": {"service": "x", "provider": {"compiledCloudFormationTemplate": template}},
        "package": {},
    }
    files = {
        ".serverless/cloudformation-template-update-stack.json": json.dumps(template),
        ".serverless/serverless-state.json": json.dumps(state),
    }
    inventory = read(files, paths=(".serverless",), assume=HERE)
    assert inventory.problems == ()
    assert len(inventory.of_type("AWS::SNS::Topic")) == 1


def test_parameters_beside_a_template_are_no_problem(read: ReadTemplate) -> None:
    parameters = [{"ParameterKey": "Env", "ParameterValue": "prod"}]
    inventory = read({"x/t.yaml": INNER, "x/params.json": json.dumps(parameters)}, paths=("x",), assume=HERE)
    assert inventory.problems == ()


def test_an_open_principal_in_a_trust_policy(read: ReadTemplate) -> None:
    inventory = read(INNER, assume=HERE)
    (role,) = inventory.principals
    assert isinstance(role.trust, Present)
