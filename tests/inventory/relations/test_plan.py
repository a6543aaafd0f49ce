"""Relations in plans of Terraform, where most ids are known after apply."""

from __future__ import annotations

from pathlib import Path

from tests.inventory.relations.test_rows import Side
from tests.loaders.terraform.making import Made, read
from wa_policy.inventory.model import Inventory
from wa_policy.inventory.relations import related

FUNCTION = Made(
    "aws_lambda_function",
    "f",
    {"function_name": "f", "handler": "a.b", "runtime": "python3.12"},
    {"role": True, "arn": True},
    {"role": "aws_iam_role.r.arn"},
)
ROLE = Made("aws_iam_role", "r", {"name": "r", "assume_role_policy": '{"Statement": []}'}, {"arn": True})
QUEUE = Made("aws_sqs_queue", "q", {"name": "q"}, {"arn": True, "url": True, "id": True})
MAPPING = Made(
    "aws_lambda_event_source_mapping",
    "m",
    {"function_name": "f"},
    {"event_source_arn": True},
    {"event_source_arn": "aws_sqs_queue.q.arn"},
)
TOPIC = Made("aws_sns_topic", "t", {"name": "t"}, {"arn": True})
SUBSCRIPTION = Made(
    "aws_sns_topic_subscription",
    "s",
    {"protocol": "sqs"},
    {"topic_arn": True, "endpoint": True},
    {
        "topic_arn": "aws_sns_topic.t.arn",
        "endpoint": "aws_sqs_queue.q.arn",
    },
)
RULE = Made("aws_cloudwatch_event_rule", "hourly", {"name": "hourly", "schedule_expression": "rate(1 hour)"})
QUIET = Made("aws_cloudwatch_event_rule", "quiet", {"name": "quiet", "schedule_expression": "rate(1 day)"})
TARGET = Made(
    "aws_cloudwatch_event_target",
    "x",
    {"rule": "hourly"},
    {"arn": True},
    {"arn": "aws_lambda_function.f.arn"},
)
ALARM = Made(
    "aws_cloudwatch_metric_alarm",
    "a",
    {
        "alarm_name": "a",
        "namespace": "AWS/Lambda",
        "metric_name": "Errors",
        "dimensions": {"FunctionName": "f"},
    },
)
VPC = Made("aws_vpc", "v", {"cidr_block": "10.0.0.0/16"}, {"id": True})
SUBNET = Made("aws_subnet", "s", {}, {"vpc_id": True, "id": True}, {"vpc_id": "aws_vpc.v.id"})
TABLE = Made("aws_route_table", "rt", {}, {"vpc_id": True, "id": True}, {"vpc_id": "aws_vpc.v.id"})
JOINED = Made(
    "aws_route_table_association",
    "j",
    {},
    {"subnet_id": True, "route_table_id": True},
    {
        "subnet_id": "aws_subnet.s.id",
        "route_table_id": "aws_route_table.rt.id",
    },
)
GATEWAY = Made("aws_internet_gateway", "igw", {}, {"vpc_id": True, "id": True}, {"vpc_id": "aws_vpc.v.id"})
ALL = (
    *(FUNCTION, ROLE, QUEUE, MAPPING, TOPIC, SUBSCRIPTION, RULE, QUIET, TARGET, ALARM),
    *(VPC, SUBNET, TABLE, JOINED, GATEWAY),
)


def one(inventory: Inventory, address: str) -> Side:
    return next(resource for resource in inventory.resources if resource.name == address)


def test_what_a_plan_makes(tmp_path: Path) -> None:
    inventory = read(tmp_path, *ALL)
    for subject, name, expected in (
        ("aws_lambda_function.f", "role", ["r"]),
        ("aws_lambda_function.f", "event_source_mappings", ["aws_lambda_event_source_mapping.m"]),
        ("aws_lambda_function.f", "sources", ["aws_sqs_queue.q"]),
        ("aws_lambda_function.f", "rules", ["aws_cloudwatch_event_rule.hourly"]),
        ("aws_lambda_function.f", "alarms", ["aws_cloudwatch_metric_alarm.a"]),
        ("aws_lambda_function.f", "urls", []),
        ("aws_cloudwatch_event_rule.quiet", "targets", []),
        ("aws_sqs_queue.q", "topics", ["aws_sns_topic.t"]),
        ("aws_sns_topic.t", "subscriptions", ["aws_sns_topic_subscription.s"]),
        ("aws_sns_topic.t", "queues", ["aws_sqs_queue.q"]),
        ("aws_subnet.s", "route_tables", ["aws_route_table.rt"]),
        ("aws_vpc.v", "subnets", ["aws_subnet.s"]),
        ("aws_vpc.v", "internet_gateways", ["aws_internet_gateway.igw"]),
    ):
        answer = related(inventory, one(inventory, subject), name)
        assert answer.unknown is None, (subject, name, answer.unknown)
        assert [side.name for side in answer.found] == expected, (subject, name)


def test_parts_of_policies_are_no_resources_of_a_plan(tmp_path: Path) -> None:
    inventory = read(tmp_path, *ALL)
    # A queue without a policy has no resource that makes one up.
    assert related(inventory, one(inventory, "aws_sqs_queue.q"), "policies").unknown is None
    grant = Made(
        "aws_lambda_permission",
        "p",
        {"function_name": "f", "action": "lambda:InvokeFunction", "principal": "events.amazonaws.com"},
    )
    inventory = read(tmp_path, *ALL, grant)
    assert related(inventory, one(inventory, "aws_lambda_function.f"), "permissions").unknown is not None


def test_a_type_that_is_not_mapped_may_be_the_other_side(tmp_path: Path) -> None:
    other = Made("aws_something_new", "x")
    inventory = read(tmp_path, *ALL, other)
    vpc = one(inventory, "aws_vpc.v")
    assert related(inventory, vpc, "network_acls").unknown is not None
    assert related(inventory, vpc, "subnets").unknown is None
    assert related(read(tmp_path, *ALL), one(inventory, "aws_vpc.v"), "network_acls").unknown is None
