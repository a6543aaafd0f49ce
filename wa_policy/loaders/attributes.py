"""Answers that hold the attributes of a queue or a topic, the policy among them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from wa_policy.iam.arn import parse_arn
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import PolicyKind
from wa_policy.iam.source import Source
from wa_policy.inventory.model import Absent, NotExported, PolicyDocument, Present, PropertyValue
from wa_policy.loaders import policy_calls
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export
from wa_policy.loaders.policy_calls import PolicyCall
from wa_policy.loaders.resource_policies import hand_over, resource_of_file
from wa_policy.loaders.tables import (
    Member,
    Read,
    Table,
    flag_text,
    frozen,
    number_text,
    same,
    text,
)


def _json_text(node: Node) -> PropertyValue:
    """A JSON object in a string, such as a redrive policy."""
    try:
        return frozen(json.loads(node.value))
    except (TypeError, ValueError, RecursionError):
        return node.wrong("a JSON object in a string")


def _or_none(read: Read) -> Read:
    """An attribute that is empty where it is not set."""
    return lambda node: None if node.value == "" else read(node)


QUEUE = Table(
    "AWS::SQS::Queue",
    "sqs get-queue-attributes",
    (
        *same(
            "DelaySeconds",
            "MaximumMessageSize",
            "MessageRetentionPeriod",
            "ReceiveMessageWaitTimeSeconds",
            "VisibilityTimeout",
            "KmsDataKeyReusePeriodSeconds",
            read=number_text,
        ),
        *same("ContentBasedDeduplication", "FifoQueue", "SqsManagedSseEnabled", read=flag_text),
        *same("DeduplicationScope", "FifoThroughputLimit", "KmsMasterKeyId", read=_or_none(text)),
        *same("RedriveAllowPolicy", "RedrivePolicy", read=_or_none(_json_text)),
    ),
    elsewhere={"QueueName": "sqs list-queues", "Tags": "sqs list-queue-tags"},
    policy_call="sqs.get-queue-attributes",
)
TOPIC = Table(
    "AWS::SNS::Topic",
    "sns get-topic-attributes",
    (
        *same(
            "DisplayName", "KmsMasterKeyId", "FifoThroughputScope", "SignatureVersion", read=_or_none(text)
        ),
        *same("ContentBasedDeduplication", "FifoTopic", read=flag_text),
        *same("ArchivePolicy", read=_or_none(_json_text)),
        Member("TracingConfig", "TracingConfig", _or_none(text)),
    ),
    elsewhere={
        "DataProtectionPolicy": "sns get-data-protection-policy",
        "DeliveryStatusLogging": "sns get-topic-attributes",
        "Subscription": "sns list-subscriptions-by-topic",
        "Tags": "sns list-tags-for-resource",
        "TopicName": "sns list-topics",
    },
    policy_call="sns.get-topic-attributes",
)
_ARN_MEMBER = {QUEUE.type: "QueueArn", TOPIC.type: "TopicArn"}


def is_attributes(value: Any, origin: Origin) -> bool:
    """Attributes with the ARN of a queue or topic, or an answer that a file name says to be of one."""
    if not isinstance(value, Mapping):
        return False
    if value.keys() - {"Attributes", "ResponseMetadata"}:
        return False
    attributes = value.get("Attributes", {})
    if isinstance(attributes, Mapping) and ("QueueArn" in attributes or "TopicArn" in attributes):
        return True
    return origin.call in (policy_calls.QUEUE.call, policy_calls.TOPIC.call)


def load_attributes(export: Export) -> None:
    """`sqs get-queue-attributes` and `sns get-topic-attributes`."""
    attributes = export.node.get("Attributes")
    if attributes is not None and not isinstance(attributes.value, Mapping):
        attributes.wrong("an object")
        return
    is_topic = export.origin.call == policy_calls.TOPIC.call
    if attributes is not None:
        is_topic = "TopicArn" in attributes.value or (is_topic and "QueueArn" not in attributes.value)
    table = TOPIC if is_topic else QUEUE
    arn_member = _ARN_MEMBER[table.type]
    row = policy_calls.TOPIC if is_topic else policy_calls.QUEUE
    arn = None if attributes is None else attributes.text(arn_member)
    if arn is not None and parse_arn(arn) is None:
        export.note("member-type", f"found `{arn}` as `{arn_member}`, expected an ARN")
        arn = None
    arn = arn or resource_of_file(export, row)
    if arn is None:
        message = f"nothing says which resource has these attributes, expected `{arn_member}` or a file name that does"
        export.note("resource-unknown", message, f"name the file `{row.call}.<name>.json`")
        return
    # An answer with the ARN and more is one to `--attribute-names All`, which tells what is not set.
    all_asked = attributes is not None and arn_member in attributes.value and len(attributes.value) > 1
    properties: dict[str, PropertyValue] = {}
    places: dict[str, Source] = {}
    if attributes is not None:
        places = table.places(attributes)
        told = table.properties(attributes)
        properties = {name: value for name, value in told.items() if all_asked or value is not None}
    policy = None if attributes is None else attributes.get("Policy")
    place = export.source if policy is None else policy.source
    hand_over(
        export,
        row,
        arn,
        _document(export, row, policy, all_asked=all_asked),
        place=place,
        properties=properties,
        places=places,
    )


def _document(export: Export, row: PolicyCall, policy: Node | None, *, all_asked: bool) -> PolicyDocument:
    if policy is not None and policy.value != "":
        read, problems = parse_policy(policy.value, policy.source, PolicyKind.RESOURCE)
        export.pieces.problems.extend(problems)
        return Present(read)
    only_policy_asked = not export.value.get("Attributes")
    if all_asked or policy is not None or only_policy_asked:
        return Absent(export.source)
    service, operation = row.call.split(".", 1)
    return NotExported(f"{service} {operation} with the attribute `Policy`")
