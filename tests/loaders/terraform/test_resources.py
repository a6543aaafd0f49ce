"""What single types come to, and the resources of a plan that are a part of another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.loaders.terraform.making import Made, read
from wa_policy.iam.policy import Statement
from wa_policy.iam.principal import Everyone, ServicePrincipal
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Absent, Inventory, Present, Resource

LAMBDA = "arn:aws:lambda:eu-west-1:111122223333:function:"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
READ = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
)


def only(inventory: Inventory, type_: str) -> Resource:
    (found,) = inventory.of_type(type_)
    return found


def statements(resource: Resource | None) -> tuple[Statement, ...]:
    assert resource is not None
    document = resource.policy()
    assert isinstance(document, Present)
    return document.policy.statements


def function(name: str = "orders", **values: Any) -> Made:
    return Made(
        "aws_lambda_function",
        name,
        {"function_name": name, "role": "arn:aws:iam::111122223333:role/a", **values},
    )


# --- instances --------------------------------------------------------------------------------------------------------


def test_each_value_of_a_resource_is_the_instance_of_the_same_key(tmp_path: Path) -> None:
    queues = [
        Made("aws_sqs_queue", "q", {"name": name}, {"url": True}, key=name, for_each=["var.names"])
        for name in ("a", "b")
    ]
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}],
        }
    )
    attached = Made(
        "aws_sqs_queue_policy",
        "q",
        {"policy": policy},
        {"queue_url": True},
        {"queue_url": "each.value.url"},
        "b",
        ["aws_sqs_queue.q"],
    )
    inventory = read(tmp_path, *queues, attached)
    first, second = inventory.of_type("AWS::SQS::Queue")
    assert not isinstance(first.policy(), Present)
    assert isinstance(second.policy(), Present)


def test_an_object_that_is_already_replaced_says_nothing_about_the_new_one(tmp_path: Path) -> None:
    new = function(runtime="python3.12")
    old = {
        **new.head,
        "deposed": "a1b2c3d4",
        "change": {"actions": ["delete"], "before": {}, "after": None, "after_unknown": {"runtime": True}},
    }
    inventory = read(tmp_path, new, changes=[old])
    assert only(inventory, "AWS::Lambda::Function").property("Runtime") == "python3.12"


def test_items_of_a_set_that_are_left_out_are_there_all_the_same(tmp_path: Path) -> None:
    """Before Terraform 1.2 `after` has no null for an unknown item of a set, only `after_unknown` tells of it."""
    group = Made("aws_security_group", "g", {"name": "a"}, {"ingress": True, "egress": True})
    config = [{"subnet_ids": ["subnet-1"], "security_group_ids": []}]
    inside = Made(
        "aws_lambda_function",
        "f",
        {"function_name": "orders", "vpc_config": config},
        {"vpc_config": [{"subnet_ids": [False], "security_group_ids": [True]}]},
        {"vpc_config": [{"security_group_ids": "aws_security_group.g.id"}]},
    )
    inventory = read(tmp_path, group, inside)
    found = only(inventory, "AWS::Lambda::Function").property("VpcConfig")
    assert isinstance(found, Mapping)
    groups = found["SecurityGroupIds"]
    assert isinstance(groups, tuple)
    (named,) = groups
    assert only(inventory, "AWS::EC2::SecurityGroup").id.endswith(f"/{named}")


def test_a_block_that_the_provider_fills_in_is_not_set(tmp_path: Path) -> None:
    plain = Made(
        "aws_lambda_function", "f", {"function_name": "orders"}, {"tracing_config": True, "vpc_config": True}
    )
    found = only(read(tmp_path, plain), "AWS::Lambda::Function")
    assert found.property("TracingConfig") is None
    # `dynamic` may make this one.
    assert isinstance(found.property("VpcConfig"), Unknown)


# --- functions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "found"), [(-1, None), (0, 0), (5, 5)])
def test_minus_one_is_no_reservation_and_zero_is_one(tmp_path: Path, given: int, found: int | None) -> None:
    inventory = read(tmp_path, function(reserved_concurrent_executions=given))
    assert only(inventory, "AWS::Lambda::Function").property("ReservedConcurrentExecutions") == found


def test_a_url_without_authorization_lets_everyone_in(tmp_path: Path) -> None:
    url = Made("aws_lambda_function_url", "u", {"function_name": "orders", "authorization_type": "NONE"})
    inventory = read(tmp_path, function(), url)
    found = statements(inventory.resource(f"{LAMBDA}orders"))
    assert [statement.action.values for statement in found] == [
        ("lambda:InvokeFunctionUrl",),
        ("lambda:InvokeFunction",),
    ]
    assert {statement.principal.principals for statement in found if statement.principal} == {(Everyone(),)}
    signed = Made(
        "aws_lambda_function_url", "u", {"function_name": "orders", "authorization_type": "AWS_IAM"}
    )
    assert not isinstance(only(read(tmp_path, function(), signed), "AWS::Lambda::Function").policy(), Present)


def test_a_permission_on_an_alias_is_in_the_policy_of_the_function(tmp_path: Path) -> None:
    permission = Made(
        "aws_lambda_permission",
        "p",
        {
            "function_name": "orders",
            "qualifier": "live",
            "principal": "sns.amazonaws.com",
            "action": "lambda:InvokeFunction",
        },
    )
    (found,) = statements(only(read(tmp_path, function(), permission), "AWS::Lambda::Function"))
    assert found.resource is not None
    assert found.resource.values == (f"{LAMBDA}orders:live",)
    assert found.principal is not None
    assert found.principal.principals == (ServicePrincipal("sns.amazonaws.com"),)


def test_a_permission_on_a_function_that_is_elsewhere_is_a_part_of_its_policy(tmp_path: Path) -> None:
    permission = Made(
        "aws_lambda_permission",
        "p",
        {"function_name": "far", "principal": "sns.amazonaws.com", "action": "lambda:InvokeFunction"},
    )
    far = only(read(tmp_path, permission), "AWS::Lambda::Function")
    document = far.policy()
    assert isinstance(document, Present)
    assert len(document.policy.statements) == 1
    assert "the rest of the policy" in document.policy.unreadable[0].reason
    assert isinstance(far.property("Runtime"), Unknown)


def test_settings_of_functions_that_are_resources(tmp_path: Path) -> None:
    inventory = read(
        tmp_path,
        function(),
        Made(
            "aws_lambda_function_recursion_config",
            "r",
            {"function_name": "orders", "recursive_loop": "Allow"},
        ),
        Made(
            "aws_lambda_runtime_management_config",
            "m",
            {"function_name": "orders", "update_runtime_on": "Manual"},
        ),
        Made(
            "aws_lambda_alias", "live", {"name": "live", "function_name": "orders", "function_version": "1"}
        ),
        Made(
            "aws_lambda_provisioned_concurrency_config",
            "p",
            {"function_name": "orders", "qualifier": "live", "provisioned_concurrent_executions": 3},
        ),
    )
    found = only(inventory, "AWS::Lambda::Function")
    assert found.property("RecursiveLoop") == "Allow"
    assert found.property("RuntimeManagementConfig") == {"UpdateRuntimeOn": "Manual"}
    alias = only(inventory, "AWS::Lambda::Alias")
    assert alias.id == f"{LAMBDA}orders:live"
    assert alias.property("ProvisionedConcurrencyConfig") == {"ProvisionedConcurrentExecutions": 3}


# --- buckets ----------------------------------------------------------------------------------------------------------

BUCKET = Made("aws_s3_bucket", "b", {"bucket": "acme-media"}, {"policy": True, "versioning": True})


def test_settings_of_buckets_that_are_resources(tmp_path: Path) -> None:
    encryption = [
        {
            "apply_server_side_encryption_by_default": [
                {"sse_algorithm": "aws:kms", "kms_master_key_id": "alias/a"}
            ],
            "bucket_key_enabled": True,
        }
    ]
    inventory = read(
        tmp_path,
        BUCKET,
        Made(
            "aws_s3_bucket_versioning",
            "v",
            {"bucket": "acme-media", "versioning_configuration": [{"status": "Enabled", "mfa_delete": None}]},
        ),
        Made(
            "aws_s3_bucket_server_side_encryption_configuration",
            "e",
            {"bucket": "acme-media", "rule": encryption},
        ),
        Made(
            "aws_s3_bucket_logging",
            "l",
            {"bucket": "acme-media", "target_bucket": "acme-logs", "target_prefix": "media/"},
        ),
        Made(
            "aws_s3_bucket_notification",
            "n",
            {
                "bucket": "acme-media",
                "eventbridge": False,
                "lambda_function": [
                    {
                        "lambda_function_arn": f"{LAMBDA}orders",
                        "events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
                        "filter_prefix": "in/",
                        "filter_suffix": "",
                    }
                ],
            },
        ),
    )
    bucket = only(inventory, "AWS::S3::Bucket")
    assert bucket.property("VersioningConfiguration") == {"Status": "Enabled"}
    assert bucket.property("BucketEncryption") == {
        "ServerSideEncryptionConfiguration": (
            {
                "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/a"},
                "BucketKeyEnabled": True,
            },
        )
    }
    assert bucket.property("LoggingConfiguration") == {
        "DestinationBucketName": "acme-logs",
        "LogFilePrefix": "media/",
    }
    filter_ = {"S3Key": {"Rules": ({"Name": "prefix", "Value": "in/"},)}}
    assert bucket.property("NotificationConfiguration") == {
        "LambdaConfigurations": tuple(
            {"Event": event, "Function": f"{LAMBDA}orders", "Filter": filter_}
            for event in ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
        )
    }
    assert bucket.property("CorsConfiguration") is None


def test_the_older_arguments_of_a_bucket(tmp_path: Path) -> None:
    rule = [
        {
            "apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256", "kms_master_key_id": ""}],
            "bucket_key_enabled": False,
        }
    ]
    older = Made(
        "aws_s3_bucket",
        "b",
        {
            "bucket": "acme-media",
            "versioning": [{"enabled": True, "mfa_delete": False}],
            "server_side_encryption_configuration": [{"rule": rule}],
            "lifecycle_rule": [{"id": "old"}],
            "website": [],
        },
    )
    bucket = only(read(tmp_path, older), "AWS::S3::Bucket")
    assert bucket.property("VersioningConfiguration") == {"Status": "Enabled"}
    assert bucket.property("BucketEncryption") == {
        "ServerSideEncryptionConfiguration": (
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False},
        )
    }
    assert isinstance(bucket.property("LifecycleConfiguration"), Unknown)
    assert bucket.property("WebsiteConfiguration") is None


def test_the_policy_of_a_bucket_that_is_elsewhere_is_the_whole_of_it(tmp_path: Path) -> None:
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "s3:GetObject",
                    "Resource": "arn:aws:s3:::far/*",
                }
            ],
        }
    )
    far = only(
        read(tmp_path, Made("aws_s3_bucket_policy", "p", {"bucket": "far", "policy": policy})),
        "AWS::S3::Bucket",
    )
    assert far.id == "arn:aws:s3:::far"
    assert len(statements(far)) == 1
    assert isinstance(far.property("VersioningConfiguration"), Unknown)


def test_a_setting_of_a_bucket_that_is_not_known_is_a_doubt_about_all(tmp_path: Path) -> None:
    block = Made(
        "aws_s3_bucket_public_access_block",
        "p",
        {"block_public_acls": True},
        {"bucket": True},
        {"bucket": "local.bucket"},
    )
    bucket = only(read(tmp_path, BUCKET, block), "AWS::S3::Bucket")
    assert isinstance(bucket.property("PublicAccessBlockConfiguration"), Unknown)


# --- keys and topics --------------------------------------------------------------------------------------------------


def test_a_key_without_a_policy_has_the_one_that_aws_writes(tmp_path: Path) -> None:
    key = Made("aws_kms_key", "k", {"description": "a"}, {"policy": True, "key_id": True})
    (found,) = statements(only(read(tmp_path, key), "AWS::KMS::Key"))
    assert found.action.values == ("kms:*",)


def test_subscriptions_are_items_of_their_topic(tmp_path: Path) -> None:
    topic = Made("aws_sns_topic", "t", {"name": "alerts"}, {"policy": True})
    subscription = Made(
        "aws_sns_topic_subscription",
        "s",
        {"protocol": "lambda", "endpoint": f"{LAMBDA}orders"},
        {"topic_arn": True},
        {"topic_arn": "aws_sns_topic.t.arn"},
    )
    found = only(read(tmp_path, topic, subscription), "AWS::SNS::Topic")
    assert found.property("Subscription") == ({"Protocol": "lambda", "Endpoint": f"{LAMBDA}orders"},)


def test_targets_are_items_of_their_rule(tmp_path: Path) -> None:
    rule = Made("aws_cloudwatch_event_rule", "r", {"name": "hourly", "event_pattern": '{"source":["a"]}'})
    target = Made(
        "aws_cloudwatch_event_target",
        "t",
        {
            "rule": "hourly",
            "arn": f"{LAMBDA}orders",
            "dead_letter_config": [{"arn": "arn:aws:sqs:eu-west-1:111122223333:dead"}],
        },
    )
    found = only(read(tmp_path, rule, target), "AWS::Events::Rule")
    assert found.property("EventPattern") == {"source": ("a",)}
    assert found.property("Targets") == (
        {"Arn": f"{LAMBDA}orders", "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-west-1:111122223333:dead"}},
    )


# --- security groups --------------------------------------------------------------------------------------------------


def test_a_group_without_egress_lets_nothing_out(tmp_path: Path) -> None:
    group = Made("aws_security_group", "g", {"name": "a"}, {"ingress": True, "egress": True})
    found = only(read(tmp_path, group), "AWS::EC2::SecurityGroup")
    assert found.property("SecurityGroupEgress") == ()
    assert found.property("SecurityGroupIngress") == ()


def test_a_rule_for_each_source_and_the_rules_that_are_resources(tmp_path: Path) -> None:
    block = {
        "protocol": "tcp",
        "from_port": 443,
        "to_port": 443,
        "cidr_blocks": ["10.0.0.0/8", "192.168.0.0/16"],
        "ipv6_cidr_blocks": [],
        "security_groups": None,
        "description": "",
        "self": False,
    }
    group = Made("aws_security_group", "g", {"name": "a", "egress": [block]}, {"ingress": True})
    inventory = read(
        tmp_path,
        group,
        Made(
            "aws_vpc_security_group_ingress_rule",
            "i",
            {"ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"},
            {"security_group_id": True},
            {"security_group_id": "aws_security_group.g.id"},
        ),
        Made(
            "aws_security_group_rule",
            "o",
            {
                "type": "ingress",
                "protocol": "tcp",
                "from_port": 80,
                "to_port": 80,
                "cidr_blocks": ["10.1.0.0/16"],
            },
            {"security_group_id": True},
            {"security_group_id": "aws_security_group.g.id"},
        ),
    )
    found = only(inventory, "AWS::EC2::SecurityGroup")
    common = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    assert found.property("SecurityGroupEgress") == (
        {**common, "CidrIp": "10.0.0.0/8"},
        {**common, "CidrIp": "192.168.0.0/16"},
    )
    assert found.property("SecurityGroupIngress") == (
        {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"},
        {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "10.1.0.0/16"},
    )


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_dimensions_that_refer_to_a_function(tmp_path: Path) -> None:
    alarm = Made(
        "aws_cloudwatch_metric_alarm",
        "a",
        {"alarm_name": "errors", "metric_name": "Errors", "namespace": "AWS/Lambda", "dimensions": {}},
        {"dimensions": {"QueueName": True}},
        {"dimensions": "aws_sqs_queue.q.name"},
    )
    queue = Made("aws_sqs_queue", "q", {"name_prefix": "orders-"}, {"name": True, "url": True})
    inventory = read(tmp_path, alarm, queue)
    name = only(inventory, "AWS::SQS::Queue").property("QueueName")
    assert only(inventory, "AWS::CloudWatch::Alarm").property("Dimensions") == (
        {"Name": "QueueName", "Value": name},
    )


def test_settings_of_methods_reach_their_stage(tmp_path: Path) -> None:
    stage = Made(
        "aws_api_gateway_stage",
        "s",
        {"rest_api_id": "a1b2c3d4e5", "stage_name": "prod", "xray_tracing_enabled": True},
    )
    settings = Made(
        "aws_api_gateway_method_settings",
        "m",
        {
            "rest_api_id": "a1b2c3d4e5",
            "stage_name": "prod",
            "method_path": "*/*",
            "settings": [{"logging_level": "ERROR", "throttling_rate_limit": -1, "metrics_enabled": None}],
        },
    )
    found = only(read(tmp_path, stage, settings), "AWS::ApiGateway::Stage")
    assert found.property("TracingEnabled") is True
    assert found.property("MethodSettings") == (
        {"ResourcePath": "/*", "HttpMethod": "*", "LoggingLevel": "ERROR"},
    )


# --- principals -------------------------------------------------------------------------------------------------------


def role(**values: Any) -> Made:
    return Made(
        "aws_iam_role",
        "r",
        {"name": "worker", "path": "/", "assume_role_policy": json.dumps(TRUST), **values},
        {"inline_policy": True, "managed_policy_arns": True},
    )


def attached_to(inventory: Inventory, arn: str) -> set[str]:
    principal = inventory.principal(arn)
    assert principal is not None
    assert principal.missing == ()
    return {attached.name for attached in principal.identity_policies}


def test_policies_reach_roles_users_and_groups(tmp_path: Path) -> None:
    policy = Made("aws_iam_policy", "p", {"name": "read", "path": "/", "policy": READ})
    arn = {"policy_arn": "aws_iam_policy.p.arn"}
    inventory = read(
        tmp_path,
        policy,
        role(),
        Made("aws_iam_user", "u", {"name": "ann", "path": "/"}),
        Made("aws_iam_group", "g", {"name": "readers", "path": "/"}),
        Made("aws_iam_role_policy", "own", {"role": "worker", "name": "own", "policy": READ}),
        Made("aws_iam_role_policy_attachment", "a", {"role": "worker"}, {"policy_arn": True}, arn),
        Made("aws_iam_group_policy_attachment", "a", {"group": "readers"}, {"policy_arn": True}, arn),
        Made("aws_iam_group_membership", "m", {"group": "readers", "users": ["ann"]}),
        Made("aws_iam_user_policy", "own", {"user": "ann", "name": "mine", "policy": READ}),
    )
    assert attached_to(inventory, "arn:aws:iam::111122223333:role/worker") == {"own", "read"}
    assert attached_to(inventory, "arn:aws:iam::111122223333:user/ann") == {"mine", "read"}


def test_inline_policies_and_managed_ones_inside_of_a_role(tmp_path: Path) -> None:
    inside = Made(
        "aws_iam_role",
        "r",
        {
            "name": "worker",
            "path": "/",
            "assume_role_policy": json.dumps(TRUST),
            "inline_policy": [{"name": "own", "policy": READ}],
            "managed_policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        },
    )
    assert attached_to(read(tmp_path, inside), "arn:aws:iam::111122223333:role/worker") == {
        "own",
        "ReadOnlyAccess",
    }


def test_a_policy_for_a_role_that_is_not_known_is_a_doubt_about_all(tmp_path: Path) -> None:
    stray = Made(
        "aws_iam_role_policy", "own", {"name": "own", "policy": READ}, {"role": True}, {"role": "local.role"}
    )
    principal = read(tmp_path, role(), stray).principal("arn:aws:iam::111122223333:role/worker")
    assert principal is not None
    assert len(principal.missing) == 1


def test_a_permissions_boundary_by_a_reference(tmp_path: Path) -> None:
    limit = Made("aws_iam_policy", "limit", {"name": "limit", "path": "/", "policy": READ})
    bounded = Made(
        "aws_iam_role",
        "r",
        {"name": "worker", "path": "/", "assume_role_policy": json.dumps(TRUST)},
        {"permissions_boundary": True, "inline_policy": True},
        {"permissions_boundary": "aws_iam_policy.limit.arn"},
    )
    principal = read(tmp_path, limit, bounded).principal("arn:aws:iam::111122223333:role/worker")
    assert principal is not None
    assert isinstance(principal.boundary, Present)
    assert [statement.action.values for statement in principal.boundary.policy.statements] == [
        ("s3:GetObject",)
    ]


def test_an_openapi_document_has_the_methods(tmp_path: Path) -> None:
    body = {
        "openapi": "3.0.1",
        "paths": {"/orders": {"get": {"security": [{"sig": []}]}, "x-amazon-apigateway-any-method": {}}},
        "components": {
            "securitySchemes": {"sig": {"type": "apiKey", "x-amazon-apigateway-authtype": "awsSigv4"}}
        },
    }
    api = Made("aws_api_gateway_rest_api", "a", {"name": "shop", "body": json.dumps(body)}, {"policy": True})
    methods = only(read(tmp_path, api), "AWS::ApiGateway::RestApi").property("WaPolicy::Methods")
    assert isinstance(methods, tuple)
    assert [
        (method["HttpMethod"], method["AuthorizationType"])
        for method in methods
        if isinstance(method, Mapping)
    ] == [("GET", "AWS_IAM"), ("ANY", "NONE")]


def test_the_policy_of_an_endpoint_is_no_resource_policy(tmp_path: Path) -> None:
    endpoint = Made(
        "aws_vpc_endpoint", "e", {"vpc_id": "vpc-1", "service_name": "com.amazonaws.eu-west-1.s3"}
    )
    found = only(read(tmp_path, endpoint), "AWS::EC2::VPCEndpoint")
    assert (found.property("PolicyDocument"), found.policy()) == (None, Absent())
    open_ = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [open_]})
    bound = Made("aws_vpc_endpoint", "e", {**endpoint.values, "policy": policy})
    found = only(read(tmp_path, bound), "AWS::EC2::VPCEndpoint")
    assert isinstance(found.property("PolicyDocument"), Present)
    assert found.policy() == Absent()


def test_the_policy_of_an_account_for_logs_is_a_resource_policy(tmp_path: Path) -> None:
    document = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "es.amazonaws.com"},
                    "Action": "logs:PutLogEvents",
                    "Resource": "*",
                }
            ],
        }
    )
    policy = Made(
        "aws_cloudwatch_log_resource_policy", "p", {"policy_name": "p", "policy_document": document}
    )
    (statement,) = statements(only(read(tmp_path, policy), "AWS::Logs::ResourcePolicy"))
    assert statement.action.values == ("logs:PutLogEvents",)
