"""Answers that hold one setting of one resource: what a bucket notifies, who subscribes a topic, recursive loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wa_policy.inventory.model import PropertyValue, Resource
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export
from wa_policy.loaders.policy_calls import BUCKET, FUNCTION, TOPIC, PolicyCall
from wa_policy.loaders.resource_ids import check_place, owner
from wa_policy.loaders.resource_policies import resource_of_file

RECURSION = "lambda.get-function-recursion-config"
NOTIFICATION = "s3api.get-bucket-notification-configuration"
SUBSCRIPTIONS = "sns.list-subscriptions-by-topic"

# The members of a notification configuration: the property of CloudFormation, and the member that names the target.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html
_TARGETS = {
    "LambdaFunctionConfigurations": ("LambdaConfigurations", "LambdaFunctionArn", "Function"),
    "QueueConfigurations": ("QueueConfigurations", "QueueArn", "Queue"),
    "TopicConfigurations": ("TopicConfigurations", "TopicArn", "Topic"),
}
_NOTIFICATION_MEMBERS = {*_TARGETS, "EventBridgeConfiguration"}


def is_one_setting(value: Any, origin: Origin) -> bool:
    return _call_of(value, origin) is not None


def _call_of(value: Any, origin: Origin) -> str | None:
    if not isinstance(value, Mapping):
        return None
    members = value.keys() - {"ResponseMetadata"}
    if members == {"RecursiveLoop"}:
        return RECURSION
    if members <= _NOTIFICATION_MEMBERS and (members or origin.call == NOTIFICATION):
        return NOTIFICATION
    if isinstance(value.get("Subscriptions"), list) and members <= {"Subscriptions", "NextToken"}:
        return SUBSCRIPTIONS
    return None


def load_one_setting(export: Export) -> None:
    """`lambda get-function-recursion-config`, `s3api get-bucket-notification-configuration`, `sns list-subscriptions`."""
    match _call_of(export.value, export.origin):
        case "lambda.get-function-recursion-config":
            _hand_over(export, FUNCTION, RECURSION, "RecursiveLoop", export.node.text("RecursiveLoop"))
        case "s3api.get-bucket-notification-configuration":
            _hand_over(export, BUCKET, NOTIFICATION, "NotificationConfiguration", _notifications(export.node))
        case _:
            _subscriptions(export)


def _subscription(export: Export, item: Node, topic: str) -> None:
    """A subscription as a resource of its own; one that waits for its confirmation has no ARN."""
    arn, endpoint = item.text("SubscriptionArn"), item.text("Endpoint")
    id_ = arn if arn is not None and arn.startswith("arn:") else f"{topic}#{item.text('Protocol')}:{endpoint}"
    account, region = owner(topic)
    properties: dict[str, PropertyValue] = {
        "TopicArn": topic,
        "Protocol": item.text("Protocol"),
        "Endpoint": endpoint,
        "WaPolicy::Owner": item.text("Owner"),
        "WaPolicy::IsPending": arn == "PendingConfirmation",
    }
    name = id_.rsplit(":", 1)[-1]
    export.pieces.resources.append(
        Resource("AWS::SNS::Subscription", id_, name, account, region, properties, item.source)
    )


def _hand_over(export: Export, row: PolicyCall, call: str, name: str, value: PropertyValue) -> None:
    id_ = resource_of_file(export, row)
    if id_ is None:
        message = f"nothing says of which {row.noun} this is, expected a file name or a sidecar that does"
        export.note("resource-unknown", message, f"name the file `{call}.<{row.noun} name>.json`")
        return
    _fragment(export, row, id_, name, value)


def _fragment(export: Export, row: PolicyCall, id_: str, name: str, value: PropertyValue) -> None:
    account, region = owner(id_)
    account = account or export.origin.account
    own_name = row.name_of(id_)
    if account is None:
        check_place(export, what=f"`{own_name}`", region=False)
    properties = {row.name_property: own_name, name: value}
    export.pieces.resources.append(
        Resource(row.type, id_, own_name, account, region, properties, export.source)
    )


def _notifications(node: Node) -> PropertyValue:
    """The configuration in the shape of CloudFormation, which has an entry for each event."""
    found: dict[str, PropertyValue] = {}
    for member, (property_, target, name) in _TARGETS.items():
        entries: list[PropertyValue] = []
        for item in node.objects(member):
            arn, filter_ = item.required_text(target), _filter(item)
            for event in item.texts("Events"):
                entry: dict[str, PropertyValue] = {"Event": event, name: arn}
                entries.append(entry | ({"Filter": filter_} if filter_ is not None else {}))
        if entries:
            found[property_] = tuple(entries)
    if node.get("EventBridgeConfiguration") is not None:
        found["EventBridgeConfiguration"] = {"EventBridgeEnabled": True}
    return found or None


def _filter(item: Node) -> PropertyValue:
    filter_ = item.get("Filter")
    key = None if filter_ is None else filter_.get("Key")
    if key is None:
        return None
    rules: list[PropertyValue] = [
        {"Name": (rule.text("Name") or "").lower(), "Value": rule.text("Value") or ""}
        for rule in key.objects("FilterRules")
    ]
    return {"S3Key": {"Rules": tuple(rules)}} if rules else None


def _subscriptions(export: Export) -> None:
    """The subscriptions of one topic, or of all: those that have none are then not named."""
    found: dict[str, list[PropertyValue]] = {}
    for item in export.node.objects("Subscriptions"):
        topic = item.required_text("TopicArn")
        if topic is not None:
            entry: dict[str, PropertyValue] = {
                "Protocol": item.text("Protocol"), "Endpoint": item.text("Endpoint")
            }  # fmt: skip
            found.setdefault(topic, []).append(entry)
            _subscription(export, item, topic)
    _subscriptions_answered(export, found)
    if export.has_more:
        return  # the rest of a topic's subscriptions may stand on the next page
    if not found and export.origin.call == SUBSCRIPTIONS:
        _hand_over(export, TOPIC, SUBSCRIPTIONS, "Subscription", None)
    for topic, entries in found.items():
        _fragment(export, TOPIC, topic, "Subscription", tuple(entries))


def _subscriptions_answered(export: Export, topics: Mapping[str, Any]) -> None:
    origin = export.origin
    if origin.call == "sns.list-subscriptions":
        export.answered(origin.call, origin.account, origin.region)
        return
    named = resource_of_file(export, TOPIC) if origin.call == SUBSCRIPTIONS else None
    asked = named or (next(iter(topics)) if len(topics) == 1 else None)
    if asked is not None:
        export.answered(SUBSCRIPTIONS, *owner(asked), asked)
