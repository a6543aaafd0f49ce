"""Resources of a plan that are the policy of another, arguments that are a policy, and the policies that AWS writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.iam.arn import parse_arn
from wa_policy.iam.policy import PolicyKind
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Absent, NotExported, Present
from wa_policy.loaders.terraform.instances import Instance
from wa_policy.loaders.terraform.plan import Draft, Plan

_QUEUE_URL = re.compile(r"https://sqs\.([a-z0-9-]+)\.[a-z.]+/(\w+)/([^/]+)")


def _bucket(named: str, plan: Plan, instance: Instance) -> str:
    return named if named.startswith("arn:") else f"arn:{plan.places.of(instance).partition}:s3:::{named}"


def _queue(named: str, plan: Plan, instance: Instance) -> str | None:
    found = _QUEUE_URL.fullmatch(named)
    return f"arn:{plan.places.of(instance).partition}:sqs:{found[1]}:{found[2]}:{found[3]}" if found else None


def _as_arn(named: str, _plan: Plan, _instance: Instance) -> str | None:
    return named if parse_arn(named) is not None else None


def _named(service: str, form: str) -> Callable[[str, Plan, Instance], str | None]:
    def arn(named: str, plan: Plan, instance: Instance) -> str | None:
        place = plan.places.of(instance)
        part = form.format(named)
        return (
            named
            if named.startswith("arn:")
            else f"arn:{place.partition}:{service}:{place.region}:{place.account}:{part}"
        )

    return arn


@dataclass(frozen=True, slots=True)
class Attached:
    """A resource that is the policy of another: what names that one, the type of it, and its ARN where it is named."""

    type: str
    argument: str
    of: str
    cfn: str
    arn: Callable[[str, Plan, Instance], str | None]
    policy: str = "policy"


ATTACHED = (
    Attached("aws_s3_bucket_policy", "bucket", "aws_s3_bucket", "AWS::S3::Bucket", _bucket),
    Attached("aws_sqs_queue_policy", "queue_url", "aws_sqs_queue", "AWS::SQS::Queue", _queue),
    Attached("aws_sns_topic_policy", "arn", "aws_sns_topic", "AWS::SNS::Topic", _as_arn),
    Attached("aws_secretsmanager_secret_policy", "secret_arn", "aws_secretsmanager_secret", "AWS::SecretsManager::Secret", _as_arn),
    Attached("aws_kms_key_policy", "key_id", "aws_kms_key", "AWS::KMS::Key", _named("kms", "key/{}")),
    Attached("aws_dynamodb_resource_policy", "resource_arn", "aws_dynamodb_table", "AWS::DynamoDB::Table", _as_arn),
    Attached("aws_kinesis_resource_policy", "resource_arn", "aws_kinesis_stream", "AWS::Kinesis::Stream", _as_arn),
    Attached("aws_ecr_repository_policy", "repository", "aws_ecr_repository", "AWS::ECR::Repository", _named("ecr", "repository/{}")),
    Attached("aws_efs_file_system_policy", "file_system_id", "aws_efs_file_system", "AWS::EFS::FileSystem", _named("elasticfilesystem", "file-system/{}")),
    Attached("aws_cloudwatch_event_bus_policy", "event_bus_name", "aws_cloudwatch_event_bus", "AWS::Events::EventBus", _named("events", "event-bus/{}")),
    Attached("aws_opensearch_domain_policy", "domain_name", "aws_opensearch_domain", "AWS::OpenSearchService::Domain", _named("es", "domain/{}"), "access_policies"),
    Attached("aws_cloudwatch_log_destination_policy", "destination_name", "aws_cloudwatch_log_destination", "AWS::Logs::Destination", _named("logs", "destination:{}"), "access_policy"),
    Attached("aws_api_gateway_rest_api_policy", "rest_api_id", "aws_api_gateway_rest_api", "AWS::ApiGateway::RestApi", lambda *_: None),
    Attached("awscc_s3_bucket_policy", "bucket", "awscc_s3_bucket", "AWS::S3::Bucket", _bucket, "policy_document"),
    Attached("awscc_sqs_queue_policy", "queues", "awscc_sqs_queue", "AWS::SQS::Queue", _queue, "policy_document"),
    Attached("awscc_sqs_queue_inline_policy", "queue", "awscc_sqs_queue", "AWS::SQS::Queue", _queue, "policy_document"),
    Attached("awscc_sns_topic_policy", "topics", "awscc_sns_topic", "AWS::SNS::Topic", _as_arn, "policy_document"),
    Attached("awscc_sns_topic_inline_policy", "topic_arn", "awscc_sns_topic", "AWS::SNS::Topic", _as_arn, "policy_document"),
    Attached("awscc_secretsmanager_resource_policy", "secret_id", "awscc_secretsmanager_secret", "AWS::SecretsManager::Secret", _as_arn, "resource_policy"),
    Attached("aws_vpc_endpoint_policy", "vpc_endpoint_id", "aws_vpc_endpoint", "AWS::EC2::VPCEndpoint", _named("ec2", "vpc-endpoint/{}")),
)  # fmt: skip
OWN: Mapping[str, str] = {
    "aws_s3_bucket": "policy",
    "aws_sqs_queue": "policy",
    "aws_sns_topic": "policy",
    "aws_secretsmanager_secret": "policy",
    "aws_kms_key": "policy",
    "aws_api_gateway_rest_api": "policy",
    "aws_vpc_endpoint": "policy",
    "aws_opensearch_domain": "access_policies",
    "aws_cloudwatch_log_resource_policy": "policy_document",
    "awscc_kms_key": "key_policy",
    "awscc_ecr_repository": "repository_policy_text",
    "awscc_efs_file_system": "file_system_policy",
    "awscc_events_event_bus": "policy",
    "awscc_apigateway_rest_api": "policy",
    "awscc_opensearchservice_domain": "access_policies",
    "awscc_logs_resource_policy": "policy_document",
    "awscc_logs_destination": "destination_policy",
}
"""Types with an argument that is their policy; a resource of its own that is the policy counts before it."""


def _attached(plan: Plan, instance: Instance, row: Attached) -> None:
    document = plan.documents.document(instance, row.policy, PolicyKind.RESOURCE)
    for draft in _owners(plan, instance, row):
        match document:
            case Present():
                draft.grant(document, instance.at(row.policy))
            case NotExported():
                draft.doubts.append(document.unknown)
            case Absent():
                pass


def _owners(plan: Plan, instance: Instance, row: Attached) -> Iterator[Draft]:
    """What a resource is the policy of; all of its type get the doubt where that is not known."""
    name = row.argument
    value = plan.reader.value(instance, (name,), instance.values.get(name), instance.unknown.get(name))
    if value is None and name == "event_bus_name":
        value = "default"
    for named in value if isinstance(value, tuple) else (value,):
        if isinstance(named, Unknown):
            plan.doubt_all(row.cfn, named)
            continue
        draft = _owner(plan, instance, row, named) if isinstance(named, str) else None
        if draft is None:
            message = (
                f"nothing in the plan says what `{instance.address}` is the policy of, expected a resource"
            )
            plan.notes.append(instance.source.problem("resource-unknown", message))
        else:
            yield draft


def _owner(plan: Plan, instance: Instance, row: Attached, named: str) -> Draft | None:
    draft = plan.draft(plan.naming.find(row.of, named))
    id_ = row.arn(named, plan, instance) if draft is None else None
    if draft is not None or id_ is None:
        return draft
    return plan.drafts.get(id_) or plan.external(row.cfn, id_, instance, re.split("[:/]", named)[-1])


_TOPIC_ACTIONS = (
    "GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe",
    "ListSubscriptionsByTopic", "Publish",
)  # fmt: skip


def _default_policy(plan: Plan, instance: Instance) -> None:
    """The policy that AWS writes where none is given: all for the owner.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html and
    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """
    draft = plan.draft(instance)
    if draft is None or draft.policy is not None or draft.doubts:
        return
    place = draft.place
    raw: dict[str, Any] = {"Effect": "Allow"}
    if draft.type == "AWS::KMS::Key":
        root = f"arn:{place.partition}:iam::{place.account}:root"
        raw |= {
            "Sid": "Enable IAM User Permissions",
            "Principal": {"AWS": root},
            "Action": "kms:*",
            "Resource": "*",
        }
    else:
        condition = {"StringEquals": {"AWS:SourceOwner": place.account}}
        actions = [f"SNS:{action}" for action in _TOPIC_ACTIONS]
        raw |= {"Principal": {"AWS": "*"}, "Action": actions, "Resource": draft.id, "Condition": condition}
    draft.policy = plan.documents.statement(raw, instance.source, PolicyKind.RESOURCE)


def add_policies(plan: Plan) -> None:
    """Put the policies where they belong; call it before statements of their own are added."""
    for row in ATTACHED:
        for instance in plan.of_type(row.type):
            _attached(plan, instance, row)
    for type_, argument in OWN.items():
        for instance in plan.of_type(type_):
            draft = plan.draft(instance)
            if draft is not None and draft.policy is None:
                document = plan.documents.document(instance, argument, PolicyKind.RESOURCE)
                draft.grant(document, instance.at(argument))
    for instance in plan.of_type("aws_kms_key", "awscc_kms_key", "aws_sns_topic", "awscc_sns_topic"):
        _default_policy(plan, instance)
