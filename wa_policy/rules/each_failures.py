"""Items about what happens to events that fail: where functions send them, and who writes to dead-letter queues."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wa_policy.iam.arn import parse_arn
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue, Resource
from wa_policy.inventory.relations import related
from wa_policy.rules.arguments import Values
from wa_policy.rules.each_function import role_of
from wa_policy.rules.items import Field, Item, Items, numbered
from wa_policy.rules.subjects import Scope, Subject
from wa_policy.rules.views import walk

_ON_FAILURE = ("DestinationConfig", "OnFailure", "Destination")
_WRITES = {
    "sqs": ("sqs:SendMessage", "{}"),
    "sns": ("sns:Publish", "{}"),
    "events": ("events:PutEvents", "{}"),
    "lambda": ("lambda:InvokeFunction", "{}"),
    "s3": ("s3:PutObject", "{}/*"),
}
"""By the service of a destination the action by which Lambda writes to it as the function, and on what.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""
_FIFO = ".fifo"


@dataclass(frozen=True, slots=True)
class _Destination:
    value: PropertyValue
    place: Source
    is_asynchronous: bool


def failure_destinations(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """Where what the function fails on goes, with the action by which its role writes there."""
    role, function = role_of(subject, scope), subject.resource
    if isinstance(role, Unknown):
        return Items((), (role,))
    if role is None or function is None:
        return Items(())
    items: list[Item] = []
    unknown: list[Unknown] = []
    for found in _destinations(function, scope):
        if isinstance(found, Unknown):
            unknown.append(found)
            continue
        if isinstance(found.value, Unknown):
            unknown.append(found.value)
            continue
        arn = parse_arn(found.value) if isinstance(found.value, str) else None
        if arn is None or arn.service not in _WRITES:
            continue
        action, pattern = _WRITES[arn.service]
        name = str(found.value).rpartition(":")[2]
        refused = found.is_asynchronous and _is_fifo(str(found.value), scope)
        fields: dict[str, Field] = {
            "destination": name,
            # Lambda hands no asynchronous event over to a FIFO queue or topic, whatever the role may do.
            "actions": () if refused else (action,),
            "resources": (pattern.format(found.value),),
            "role": role.name,
        }
        items.append(Item(name, found.place, fields, principal=role))
    return Items(numbered(items), tuple(unknown))


def _destinations(function: Resource, scope: Scope) -> Iterator[_Destination | Unknown]:
    yield _Destination(
        walk(function.property("DeadLetterConfig"), ("TargetArn",)), function.place("DeadLetterConfig"), True
    )
    for relation, is_asynchronous in (("event_invoke_configs", True), ("event_source_mappings", False)):
        found = related(scope.inventory, function, relation)
        if found.unknown is not None:
            yield found.unknown
        for other in found.found:
            if isinstance(other, Resource):
                value = walk(other.property(_ON_FAILURE[0]), _ON_FAILURE[1:])
                yield _Destination(value, other.place(_ON_FAILURE[0]), is_asynchronous)


def _is_fifo(arn: str, scope: Scope) -> bool:
    if arn.endswith(_FIFO):
        return True
    resource = scope.inventory.resource(arn)
    return resource is not None and any(
        resource.property(name) is True for name in ("FifoQueue", "FifoTopic")
    )


# --- who writes to a dead-letter queue -------------------------------------------------------------------------------


def dead_letter_senders(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """The rules and topics that send to the queue what they could not deliver, each with its service and ARN."""
    queue = subject.resource
    if queue is None:
        return Items(())
    unknown: list[Unknown] = []
    rules = related(scope.inventory, queue, "dead_letter_rules")
    items = [
        _sender("events.amazonaws.com", rule.name or rule.id, rule.id, rule.source)
        for rule in rules.found
        if isinstance(rule, Resource)
    ]
    subscriptions = related(scope.inventory, queue, "dead_letter_subscriptions")
    for subscription in subscriptions.found:
        topic = subscription.property("TopicArn") if isinstance(subscription, Resource) else None
        if isinstance(topic, str):
            items.append(_sender("sns.amazonaws.com", topic.rpartition(":")[2], topic, subscription.source))
        else:
            what = f"the topic of `{subscription.name}`"
            unknown.append(topic if isinstance(topic, Unknown) else Unknown(UnknownKind.UNRESOLVED, what))
    unknown.extend(found.unknown for found in (rules, subscriptions) if found.unknown is not None)
    return Items(numbered(items), tuple(unknown))


def _sender(service: str, name: str, arn: str, source: Source) -> Item:
    return Item(name, source, {"sender": name, "service": service, "sources": (arn,)})
