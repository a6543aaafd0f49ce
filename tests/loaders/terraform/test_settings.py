"""Buckets, topics, rules, security groups, alarms and APIs of a plan, and the resources that set a part of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.loaders.terraform.making import Made, read
from tests.loaders.terraform.reading import only
from wa_policy.iam.unknown import Unknown

LAMBDA = "arn:aws:lambda:eu-west-1:111122223333:function:"
BUCKET = Made("aws_s3_bucket", "b", {"bucket": "acme-media"}, {"policy": True, "versioning": True})


# --- buckets ----------------------------------------------------------------------------------------------------------


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


# --- topics and rules -------------------------------------------------------------------------------------------------


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


# --- alarms and APIs --------------------------------------------------------------------------------------------------


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
