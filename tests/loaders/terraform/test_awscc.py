"""The `awscc` provider: types of CloudFormation with names in snake case; nested attributes, policies as JSON in a text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from wa_policy.inventory.model import Inventory, Present
from wa_policy.loaders.load import load
from wa_policy.loaders.terraform.awscc_kinds import kind_of, snake

PROVIDER = "registry.terraform.io/hashicorp/awscc"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:orders"


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}

# type, name, values, what is known after apply, the references of each attribute
RESOURCES: tuple[tuple[str, str, dict[str, Any], dict[str, Any], dict[str, list[str]]], ...] = (
    (
        "awscc_iam_role",
        "orders",
        {
            "role_name": "orders",
            "assume_role_policy_document": TRUST,
            "path": "/functions/",
            "policies": [
                {
                    "policy_name": "own",
                    "policy_document": document(
                        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
                    ),
                }
            ],
            "managed_policy_arns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
            "tags": None,
        },
        {"arn": True, "id": True, "role_id": True},
        {},
    ),
    (
        "awscc_lambda_function",
        "orders",
        {
            "function_name": "orders",
            "runtime": "python3.12",
            "handler": "app.handler",
            "memory_size": 256,
            "vpc_config": {
                "subnet_ids": ["subnet-1"],
                "security_group_ids": ["sg-1"],
                "ipv_6_allowed_for_dual_stack": None,
            },
            "environment": {"variables": {"STAGE_name": "prod"}},
            "tags": [{"key": "team", "value": "shop"}],
        },
        {"arn": True, "id": True, "role": True},
        {"role": ["awscc_iam_role.orders.arn", "awscc_iam_role.orders"]},
    ),
    (
        "awscc_lambda_permission",
        "rule",
        {
            "action": "lambda:InvokeFunction",
            "principal": "events.amazonaws.com",
            "source_account": "111122223333",
        },
        {"id": True, "function_name": True},
        {"function_name": ["awscc_lambda_function.orders.arn", "awscc_lambda_function.orders"]},
    ),
    (
        "awscc_sqs_queue",
        "orders",
        {"queue_name": "orders", "visibility_timeout": 60},
        {"arn": True, "id": True, "queue_url": True},
        {},
    ),
    (
        "awscc_sqs_queue_policy",
        "orders",
        {"policy_document": document(OPEN), "queues": [None]},
        {"id": True, "queues": [True]},
        {"queues": ["awscc_sqs_queue.orders.queue_url", "awscc_sqs_queue.orders"]},
    ),
    ("awscc_qldb_ledger", "none_such", {"name": "a"}, {"id": True}, {}),
    ("awscc_not_a_type", "none_such", {"name": "a"}, {"id": True}, {}),
)


def plan() -> dict[str, Any]:
    planned, changes, configured = [], [], []
    for type_, name, values, unknown, references in RESOURCES:
        head = {"address": f"{type_}.{name}", "mode": "managed", "type": type_, "name": name}
        planned.append(
            {**head, "provider_name": PROVIDER, "schema_version": 1, "values": values, "sensitive_values": {}}
        )
        change = {"actions": ["create"], "before": None, "after": values, "after_unknown": unknown}
        changes.append({**head, "provider_name": PROVIDER, "change": change})
        expressions: dict[str, Any] = {
            key: {"constant_value": value} for key, value in values.items() if value is not None
        }
        expressions |= {key: {"references": value} for key, value in references.items()}
        configured.append(
            {**head, "provider_config_key": "awscc", "expressions": expressions, "schema_version": 1}
        )
    caller = {
        "address": "data.aws_caller_identity.current",
        "mode": "data",
        "type": "aws_caller_identity",
        "name": "current",
        "values": {"account_id": "111122223333"},
    }
    region = {"awscc": {"name": "awscc", "expressions": {"region": {"constant_value": "eu-west-1"}}}}
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": [caller]}}},
        "configuration": {"provider_config": region, "root_module": {"resources": configured}},
    }


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    path = tmp_path_factory.mktemp("awscc") / "plan.json"
    path.write_text(json.dumps(plan()))
    found = load([str(path)])
    assert found.problems == ()
    return found


def test_a_function_has_the_properties_of_its_cloudformation_type(inventory: Inventory) -> None:
    function = inventory.resource(FUNCTION)
    assert function is not None
    assert function.type == "AWS::Lambda::Function"
    assert function.property("MemorySize") == 256
    assert function.property("VpcConfig") == {"SubnetIds": ("subnet-1",), "SecurityGroupIds": ("sg-1",)}
    # Names that the user chose stay as they are.
    assert function.property("Environment") == {"Variables": {"STAGE_name": "prod"}}
    assert function.property("Tags") == {"team": "shop"}
    assert function.property("Role") == "arn:aws:iam::111122223333:role/functions/orders"
    assert function.property("KmsKeyArn") is None


def test_a_role_has_its_policies_and_its_trust(inventory: Inventory) -> None:
    role = inventory.principal("arn:aws:iam::111122223333:role/functions/orders")
    assert role is not None
    assert {attached.name for attached in role.identity_policies} == {"own", "AWSLambdaBasicExecutionRole"}
    assert role.missing == ()
    assert isinstance(role.trust, Present)


def test_permissions_and_policies_reach_what_they_are_about(inventory: Inventory) -> None:
    for id_ in (FUNCTION, "arn:aws:sqs:eu-west-1:111122223333:orders"):
        resource = inventory.resource(id_)
        assert resource is not None
        policy = resource.policy()
        assert isinstance(policy, Present)
        assert len(policy.policy.statements) == 1


def test_parts_are_no_resources_and_unknown_types_are_told_by_name(inventory: Inventory) -> None:
    assert sorted(resource.type for resource in inventory if not resource.type.startswith("AWS::")) == [
        "Terraform::awscc_not_a_type"
    ]
    assert inventory.of_type("AWS::QLDB::Ledger")
    assert not inventory.of_type("AWS::Lambda::Permission")


@pytest.mark.parametrize(
    ("type_", "of"),
    [
        ("awscc_apigatewayv2_route", "AWS::ApiGatewayV2::Route"),
        ("awscc_ec2_vpc_endpoint", "AWS::EC2::VPCEndpoint"),
        ("awscc_s3_bucket", "AWS::S3::Bucket"),
        ("awscc_iam_oidc_provider", "AWS::IAM::OIDCProvider"),
        ("awscc_dynamodb_table", "AWS::DynamoDB::Table"),
    ],
)
def test_the_type_of_cloudformation_is_found_by_its_letters(type_: str, of: str) -> None:
    kind = kind_of(type_)
    assert kind is not None
    assert kind.type == of


def test_names_in_snake_case() -> None:
    assert [snake(name) for name in ("FunctionName", "KmsKeyArn", "DBInstanceClass", "Name")] == [
        "function_name",
        "kms_key_arn",
        "db_instance_class",
        "name",
    ]
