"""Resource policies of a template: documents that are resources or properties, and those that AWS writes itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from wa_policy.iam.arn import parse_arn
from wa_policy.iam.policy import Policy, PolicyKind, Statement
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import POLICY_PROPERTY, Absent, NotExported, Present, Resource
from wa_policy.loaders.cloudformation.build import Build, Made, document
from wa_policy.loaders.cloudformation.grants import (
    add_statement,
    doubt_all,
    layer_permission,
    permission,
    principal_of,
    statement_of,
    statements_of,
)
from wa_policy.loaders.cloudformation.values import NO_VALUE, Value, as_text, doubt_of, settled, unresolved

_QUEUE_URL = re.compile(
    r"https://(?:sqs\.)?([a-z0-9-]+)\.[a-z.]+/([^/]+)/([^/]+)|https://([a-z0-9-]+)\.queue\.[a-z.]+/([^/]+)/([^/]+)"
)


# --- whole policies --------------------------------------------------------------------------------------------------


def whole_policy(build: Build, made: Made, ids: list[str], type_: str, *keys: str) -> None:
    """A document that is the resource policy of resources."""
    value: Value = made.values
    for key in keys:
        value = value.get(key, NO_VALUE) if isinstance(value, Mapping) else NO_VALUE
    if value is NO_VALUE:
        return
    found = build.reading.document(value, build.pointer(made, *keys), PolicyKind.RESOURCE)
    place = build.resolver.at(build.pointer(made, *keys))
    for id_ in ids:
        if id_ not in build.by_id:
            build.externals[id_] = type_
        grants = build.granted(id_)
        grants.place = grants.place or place
        if made.doubt is not None:
            grants.doubts.append(made.doubt)
            continue
        match found:
            case Present(policy):
                grants.policy = policy if grants.policy is None else _both(grants.policy, policy)
            case NotExported():
                grants.doubts.append(found.unknown)
            case _:
                pass


def _both(one: Policy, other: Policy) -> Policy:
    return replace(
        one, statements=one.statements + other.statements, unreadable=one.unreadable + other.unreadable
    )


def own_policy(*keys: str) -> Callable[[Build, Made], None]:
    """A handler for a type that has its policy as a property of its own."""

    def handle(build: Build, made: Made) -> None:
        doubt, made.doubt = made.doubt, None  # a resource that is not there has no policy either
        whole_policy(build, made, [made.id], made.written.type, *keys)
        made.doubt = doubt
        build.granted(made.id)
        made.properties.pop(keys[0], None)

    return handle


def no_policy_of_its_own(build: Build, made: Made) -> None:
    """A type whose policy only other resources of the template can bring."""
    build.granted(made.id)


def attached_policy(
    type_: str, property_: str, document: str, id_of: Callable[[Build, str], str | None]
) -> Callable[[Build, Made], None]:
    """A handler for a type whose resources are the policies of others, named by a property."""

    def handle(build: Build, made: Made) -> None:
        value = made.values.get(property_, NO_VALUE)
        ids: list[str] = []
        for item in value if isinstance(value, list) else [value]:
            text = None if item is NO_VALUE else as_text(item)
            text = None if text is None else settled(text)
            id_ = id_of(build, text) if isinstance(text, str) else None
            if id_ is not None:
                ids.append(id_)
            else:
                doubt = doubt_of(item) or unresolved(
                    f"the resource that `{made.written.logical_id}` is the policy of"
                )
                doubt_all(build, type_, doubt)
        whole_policy(build, made, ids, type_, document)
        made.properties.pop(document, None)

    return handle


def _arn_of(service: str, form: str, *, is_global: bool = False) -> Callable[[Build, str], str | None]:
    def id_of(build: Build, text: str) -> str | None:
        if text.startswith("arn:"):
            return text
        scope = build.scope
        where = ":" if is_global else f"{scope.region_text}:{scope.account_text}"
        return f"arn:{scope.place.partition}:{service}:{where}:{form.format(text)}"

    return id_of


def _queue(build: Build, text: str) -> str | None:
    """A queue by its URL or ARN."""
    if text.startswith("arn:"):
        return text
    found = _QUEUE_URL.fullmatch(text)
    if found is None:
        return None
    region, account, name = found[1] or found[4], found[2] or found[5], found[3] or found[6]
    return f"arn:{build.scope.place.partition}:sqs:{region}:{account}:{name}"


def _secret(build: Build, text: str) -> str | None:
    if text.startswith("arn:"):
        return text
    start = _arn_of("secretsmanager", "secret:{}")(build, text)
    return next((id_ for id_ in build.by_id if start is not None and id_[:-7] == start), start)


def event_bus_policy(build: Build, made: Made) -> None:
    """AWS::Events::EventBusPolicy: a statement of the policy of a bus."""
    name = build.text(made, "EventBusName")
    if isinstance(name, Unknown):
        doubt_all(build, "AWS::Events::EventBus", name)
        return
    bus = _arn_of("events", "event-bus/{}")(build, name or "default")
    written = made.values.get("Statement", NO_VALUE)
    if written is NO_VALUE:
        raw: dict[str, Any] = {
            "Effect": "Allow",
            "Principal": principal_of(made.values.get("Principal")),
            "Action": made.values.get("Action", "events:PutEvents"),
            "Resource": bus,
        }
        condition = made.values.get("Condition", NO_VALUE)
        if isinstance(condition, dict):
            raw["Condition"] = {
                str(condition.get("Type")): {str(condition.get("Key")): condition.get("Value")}
            }
        statement = statement_of(build, made, raw)
    else:
        pointer = build.pointer(made, "Statement")
        policy = statements_of(build, made, written)
        statement = (
            policy.statements[0]
            if policy.statements
            else (policy.unreadable or (unresolved("a statement"),))[0]
        )
        if isinstance(statement, Statement):
            statement = replace(statement, source=build.resolver.at(pointer))
    add_statement(build, str(bus), "AWS::Events::EventBus", statement, made)


def external_resources(build: Build) -> Iterator[Resource]:
    """Resources that the template does not make, and whose policies it makes or adds to."""
    for id_, type_ in sorted(build.externals.items()):
        grants = build.grants[id_]
        arn = parse_arn(id_)
        name = id_ if arn is None else re.split("[:/]", arn.resource)[-1]
        account = build.scope.account_text if arn is None or not arn.account else arn.account
        region = build.scope.region_text if arn is None or not arn.region else arn.region
        place = grants.place or build.scope.sections.source
        found = document(grants)
        properties = {} if isinstance(found, Absent) else {POLICY_PROPERTY: found}
        yield Resource(type_, id_, name, account, region, dict(properties), place, {POLICY_PROPERTY: place})


_TOPIC_ACTIONS = (
    "GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe",
    "ListSubscriptionsByTopic", "Publish",
)  # fmt: skip


def key_policy(build: Build, made: Made) -> None:
    """AWS::KMS::Key: without a policy it gets the one that gives all to its account.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    own_policy("KeyPolicy")(build, made)
    if "KeyPolicy" in made.values:
        return
    scope = build.scope
    root = f"arn:{scope.place.partition}:iam::{scope.account_text}:root"
    _default(build, made, {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"})


def topic_policy(build: Build, made: Made) -> None:
    """AWS::SNS::Topic: a new topic has a policy for its owner, until another one takes its place.

    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """
    replaced = any(
        other.written.type in ("AWS::SNS::TopicPolicy", "AWS::SNS::TopicInlinePolicy")
        for other in build.made.values()
    )
    if replaced:
        build.topics_last.append(made)
    else:
        _default_of_topic(build, made)


def _default_of_topic(build: Build, made: Made) -> None:
    actions = [f"SNS:{action}" for action in _TOPIC_ACTIONS]
    condition = {"StringEquals": {"AWS:SourceOwner": build.scope.account_text}}
    principal = {"AWS": "*"}
    raw = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": actions,
        "Resource": made.id,
        "Condition": condition,
    }
    _default(build, made, raw)


def default_topics(build: Build) -> None:
    """The policy of new topics for those to which no other policy was found."""
    for made in build.topics_last:
        grants = build.grants.get(made.id)
        if grants is None or (grants.policy is None and not grants.doubts):
            _default_of_topic(build, made)


def _default(build: Build, made: Made, raw: Mapping[str, Value]) -> None:
    """A policy that AWS writes where the template has none."""
    build.granted(made.id).policy = statements_placed(statements_of(build, made, dict(raw)), made.source)
    build.granted(made.id).place = made.source


def statements_placed(policy: Policy, source: Source) -> Policy:
    """The policy with all its statements at one place."""
    statements = tuple([statement.placed(source) for statement in policy.statements])
    return Policy(policy.version, statements, source, policy.id, policy.unreadable)


def endpoint_policy(build: Build, made: Made) -> None:
    """AWS::EC2::VPCEndpoint: its policy bounds what passes through it, and gives nobody access to the endpoint."""
    value = made.values.get("PolicyDocument", NO_VALUE)
    if value is not NO_VALUE:
        pointer = build.pointer(made, "PolicyDocument")
        made.properties["PolicyDocument"] = build.reading.document(value, pointer, PolicyKind.RESOURCE)


HANDLERS: Mapping[str, Callable[[Build, Made], None]] = {
    "AWS::Lambda::Permission": permission,
    "AWS::Lambda::LayerVersionPermission": layer_permission,
    "AWS::Events::EventBusPolicy": event_bus_policy,
    "AWS::SQS::QueuePolicy": attached_policy("AWS::SQS::Queue", "Queues", "PolicyDocument", _queue),
    "AWS::SQS::QueueInlinePolicy": attached_policy("AWS::SQS::Queue", "Queue", "PolicyDocument", _queue),
    "AWS::SNS::TopicPolicy": attached_policy("AWS::SNS::Topic", "Topics", "PolicyDocument", _arn_of("sns", "{}")),
    "AWS::SNS::TopicInlinePolicy": attached_policy("AWS::SNS::Topic", "TopicArn", "PolicyDocument", _arn_of("sns", "{}")),
    "AWS::S3::BucketPolicy": attached_policy("AWS::S3::Bucket", "Bucket", "PolicyDocument", _arn_of("s3", "{}", is_global=True)),
    "AWS::SecretsManager::ResourcePolicy": attached_policy("AWS::SecretsManager::Secret", "SecretId", "ResourcePolicy", _secret),
    "AWS::Kinesis::ResourcePolicy": attached_policy("AWS::Kinesis::Stream", "ResourceArn", "ResourcePolicy", _arn_of("kinesis", "stream/{}")),
    "AWS::Lambda::LayerVersion": no_policy_of_its_own,
    "AWS::Kinesis::Stream": no_policy_of_its_own,
    "AWS::KMS::Key": key_policy,
    "AWS::SNS::Topic": topic_policy,
    "AWS::ECR::Repository": own_policy("RepositoryPolicyText"),
    "AWS::EFS::FileSystem": own_policy("FileSystemPolicy"),
    "AWS::DynamoDB::Table": own_policy("ResourcePolicy", "PolicyDocument"),
    "AWS::Events::EventBus": own_policy("Policy"),
    "AWS::Backup::BackupVault": own_policy("AccessPolicy"),
    "AWS::OpenSearchService::Domain": own_policy("AccessPolicies"),
    "AWS::S3::AccessPoint": own_policy("Policy"),
    "AWS::Logs::ResourcePolicy": own_policy("PolicyDocument"),
    "AWS::Logs::Destination": own_policy("DestinationPolicy"),
    "AWS::EC2::VPCEndpoint": endpoint_policy,
}  # fmt: skip
"""By type."""
