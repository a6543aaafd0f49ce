"""Which rules are about the resources that were read, by resource type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from wa_policy.findings import Result, TypeRead, Verdict
from wa_policy.inventory.model import Inventory

PART_OF: Mapping[str, tuple[str, ...]] = {
    "AWS::ApiGateway::Method": ("AWS::ApiGateway::RestApi",),
    "AWS::ApiGateway::Resource": ("AWS::ApiGateway::RestApi",),
    "AWS::Events::EventBusPolicy": ("AWS::Events::EventBus",),
    "AWS::IAM::GroupPolicy": ("AWS::IAM::Group",),
    "AWS::IAM::Policy": ("AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::User"),
    "AWS::IAM::RolePolicy": ("AWS::IAM::Role",),
    "AWS::IAM::UserPolicy": ("AWS::IAM::User",),
    "AWS::IAM::UserToGroupAddition": ("AWS::IAM::User",),
    "AWS::Kinesis::ResourcePolicy": ("AWS::Kinesis::Stream",),
    "AWS::Lambda::LayerVersionPermission": ("AWS::Lambda::LayerVersion",),
    "AWS::Lambda::Permission": ("AWS::Lambda::Function",),
    "AWS::S3::BucketPolicy": ("AWS::S3::Bucket",),
    "AWS::SNS::TopicInlinePolicy": ("AWS::SNS::Topic",),
    "AWS::SNS::TopicPolicy": ("AWS::SNS::Topic",),
    "AWS::SQS::QueueInlinePolicy": ("AWS::SQS::Queue",),
    "AWS::SQS::QueuePolicy": ("AWS::SQS::Queue",),
    "AWS::SecretsManager::ResourcePolicy": ("AWS::SecretsManager::Secret",),
    "AWS::WAFv2::WebACLAssociation": ("AWS::ApiGateway::Stage",),
}
"""Types whose resources are read into others: the rules about those see them."""


def coverage(
    about: Mapping[str, int], inventory: Inventory, results: Iterable[Result]
) -> tuple[TypeRead, ...]:
    """Each resource type that was read, sorted by name; `about` says how many of the rules are about it."""
    read = Counter(resource.type for resource in inventory.resources)
    applied: dict[str, set[str]] = {}
    for result in results:
        if result.verdict is not Verdict.NOT_APPLICABLE:
            applied.setdefault(result.subject_type, set()).add(result.rule.id)
    return tuple(
        TypeRead(type_, read[type_], about.get(type_, 0), len(applied.get(type_, ())), PART_OF.get(type_, ()))
        for type_ in sorted(read)
    )
