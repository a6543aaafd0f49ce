"""Iterators of rules about trust, reach, code, state machines and accounts: what they give, and what they leave open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wa_policy.api import read
from wa_policy.catalog.model import Catalog
from wa_policy.inventory.model import Inventory
from wa_policy.rules.arguments import Values
from wa_policy.rules.each import ITERATORS
from wa_policy.rules.items import Items
from wa_policy.rules.shape import SHAPES
from wa_policy.rules.subjects import Scope, subject_of_resource, subjects

LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
ISSUER = "token.actions.githubusercontent.com"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def template(folder: Path, **resources: Any) -> Inventory:
    place = folder / "111122223333" / "eu-west-1"
    place.mkdir(parents=True)
    (place / "template.json").write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    return read([str(folder)])


def role(trust: list[dict[str, Any]], *allowed: dict[str, Any]) -> dict[str, Any]:
    policies = [{"PolicyName": "p", "PolicyDocument": document(*allowed)}] if allowed else []
    properties = {"RoleName": "r", "AssumeRolePolicyDocument": document(*trust), "Policies": policies}
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def items(name: str, type_: str, inventory: Inventory, catalog: Catalog, **arguments: Any) -> Items:
    (resource, *_) = inventory.of_type(type_)
    return ITERATORS[name].give(
        subject_of_resource(resource, inventory), Scope(inventory, {}, catalog), arguments
    )


def keys(found: Items) -> list[str]:
    return [item.key for item in found.items]


def test_trustees_are_those_of_allow_statements_that_assume(tmp_path: Path, catalog: Catalog) -> None:
    trust = [
        LAMBDA,
        {**LAMBDA, "Effect": "Deny", "Principal": {"Service": "ec2.amazonaws.com"}},
        {**LAMBDA, "Action": "sts:TagSession", "Principal": {"Service": "ecs.amazonaws.com"}},
        {**LAMBDA, "Action": "sts:*", "Principal": {"AWS": "444455556666"}},
    ]
    found = items("trustees", "AWS::IAM::Role", template(tmp_path, R=role(trust)), catalog)
    assert keys(found) == ["lambda.amazonaws.com", "444455556666"]
    assert [item.fields["kind"] for item in found.items] == ["service", "account"]


@pytest.mark.parametrize(
    ("provider", "key", "action"),
    [
        (
            f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}",
            f"{ISSUER}:aud",
            "sts:AssumeRoleWithWebIdentity",
        ),
        ("www.amazon.com", "www.amazon.com:app_id", "sts:AssumeRoleWithWebIdentity"),
        ("graph.facebook.com", "graph.facebook.com:app_id", "sts:AssumeRoleWithWebIdentity"),
        ("arn:aws:iam::111122223333:saml-provider/adfs", "saml:aud", "sts:AssumeRoleWithSAML"),
    ],
)
def test_the_audience_of_a_provider(
    provider: str, key: str, action: str, tmp_path: Path, catalog: Catalog
) -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": action,
        "Condition": {"StringLike": {key: ["one", "t*o"]}},
    }
    found = items("identity_providers", "AWS::IAM::Role", template(tmp_path, R=role([trust])), catalog)
    (item,) = found.items
    assert (item.fields["audience_key"], item.fields["action"]) == (key, action)
    assert item.fields["audiences"] == ("one",)


@pytest.mark.parametrize(
    ("resource", "is_named"),
    [
        ("arn:aws:kms:eu-west-1:111122223333:key/1234", True),
        ("arn:aws:kms:eu-west-1:111122223333:key/12*", True),
        ("arn:aws:kms:eu-west-1:111122223333:key/*", False),
        ("arn:aws:ssm:eu-west-1:111122223333:parameter/orders/*", True),
        ("arn:aws:ssm:eu-west-1:111122223333:parameter/*", False),
        ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-??????", True),
        ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:??????", False),
        ("arn:aws:kms:*:*:*", False),
        ("arn:aws:ssm:*:*:parameter*", False),
        ("arn:aws:secretsmanager:*:*:secret*", False),
        ("arn:aws:secretsmanager:*:*:secret:/prod/*", True),
        ("*", False),
    ],
)
def test_which_resources_are_named(resource: str, is_named: bool, tmp_path: Path, catalog: Catalog) -> None:
    allowed = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": resource}
    inventory = template(tmp_path, R=role([LAMBDA], allowed))
    found = items("granted_on", "AWS::IAM::Role", inventory, catalog, actions=("kms:Decrypt",))
    (item,) = found.items
    assert item.fields["resources"] == ((resource,) if is_named else ())
    assert not items("granted_on", "AWS::IAM::Role", inventory, catalog, actions=("s3:GetObject",)).items


@pytest.mark.parametrize(
    ("task", "service", "is_used"),
    [
        ("arn:aws:states:::lambda:invoke", "lambda", True),
        ("arn:aws:states:::aws-sdk:cloudwatchlogs:putRetentionPolicy", "dynamodb", False),
        ("arn:aws:states:::aws-sdk:cognitoidentityprovider:adminGetUser", "cognito-idp", True),
        ("arn:aws:states:::aws-sdk:rdsdata:executeStatement", "rds-data", True),
        ("arn:aws:states:::aws-sdk:rdsdata:executeStatement", "secretsmanager", True),
        ("arn:aws:states:::ecs:runTask.sync", "events", True),
        ("arn:aws:states:::sns:publish", "events", False),
        ("arn:aws:states:::http:invoke", "secretsmanager", True),
        ("arn:aws:states:::apigateway:invoke", "execute-api", True),
        ("arn:aws:states:::sns:publish", "kms", True),
    ],
)
def test_which_services_a_definition_uses(
    task: str, service: str, is_used: bool, tmp_path: Path, catalog: Catalog
) -> None:
    definition = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": task, "End": True}}}
    allowed = {"Effect": "Allow", "Action": f"{service}:*", "Resource": "arn:aws:x:eu-west-1:111122223333:y"}
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": {"Fn::GetAtt": ["R", "Arn"]}, "DefinitionString": json.dumps(definition)},
    }
    inventory = template(tmp_path, M=machine, R=role([LAMBDA], allowed))
    (item,) = items("machine_grants", "AWS::StepFunctions::StateMachine", inventory, catalog).items
    assert item.key == service
    scope, subject = (
        Scope(inventory, {}, catalog),
        next(subjects(inventory, ("AWS::StepFunctions::StateMachine",))),
    )
    assert SHAPES["exceeds_definition"].judge(item, subject, scope, {}) is not is_used


def test_a_service_whose_prefix_is_not_known_leaves_the_rest_open(tmp_path: Path, catalog: Catalog) -> None:
    task = "arn:aws:states:::aws-sdk:nosuchservice:do"
    definition = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": task, "End": True}}}
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": {"Fn::GetAtt": ["R", "Arn"]}, "DefinitionString": json.dumps(definition)},
    }
    allowed = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    inventory = template(tmp_path, M=machine, R=role([LAMBDA], allowed))
    (item,) = items("machine_grants", "AWS::StepFunctions::StateMachine", inventory, catalog).items
    assert item.open is not None


@pytest.mark.parametrize(
    ("layer", "is_strange"),
    [
        ("arn:aws:lambda:eu-west-1:111122223333:layer:own:1", False),
        ("arn:aws:lambda:eu-west-1:444455556666:layer:listed:1", False),
        ("arn:aws:lambda:eu-west-1:999988887777:layer:other:1", True),
        ("arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:53", False),
        ("arn:aws:lambda:eu-west-1:580247275435:layer:Something:53", True),
        ("arn:aws:lambda:eu-west-1:434848589818:layer:AWS-AppConfig-Extension:261", False),
    ],
)
def test_layers_of_strangers(layer: str, is_strange: bool, tmp_path: Path, catalog: Catalog) -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f", "Layers": [layer]}}
    inventory = template(tmp_path, F=function)
    (item,) = items("layers", "AWS::Lambda::Function", inventory, catalog).items
    scope, subject = Scope(inventory, {}, catalog), next(subjects(inventory, ("AWS::Lambda::Function",)))
    arguments: Values = {"table": "layer_publishers", "accounts": ("444455556666",)}
    assert SHAPES["is_strange_layer"].judge(item, subject, scope, arguments) is is_strange


def test_an_account_of_templates_alone_is_asked_about_nothing(tmp_path: Path, catalog: Catalog) -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f"}}
    inventory = template(tmp_path, F=function)
    (account,) = subjects(inventory, ("account",))
    scope = Scope(inventory, {}, catalog)
    assert not ITERATORS["detective_services"].give(account, scope, {"services": ("access-analyzer",)}).items
    assert not ITERATORS["function_scanning"].give(account, scope, {}).items
