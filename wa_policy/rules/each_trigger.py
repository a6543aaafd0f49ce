"""What sets off a function, and which writes do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wa_policy.iam.arn import parse_arn
from wa_policy.iam.pattern import matches, overlaps, resource_glob
from wa_policy.iam.policy import Effect, Statement
from wa_policy.iam.principal import ServicePrincipal
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Absent, NotExported, Present, Principal, PropertyValue, Resource
from wa_policy.inventory.relations import related
from wa_policy.rules.actions import actions_of, matching
from wa_policy.rules.arguments import Values
from wa_policy.rules.documents import identity_documents
from wa_policy.rules.each_function import role_of
from wa_policy.rules.items import Field, Item, Items, numbered
from wa_policy.rules.subjects import Scope, Subject, subject_of

LOOP_SETTING = "recursive loop detection"
"""The key of the item that stands for the setting of the function."""

# What has to be written for an event source to have a record. Sources of other services are not written by IAM actions.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
_SOURCE_WRITES: Mapping[str, tuple[str, ...]] = {
    "sqs": ("sqs:SendMessage",),
    "kinesis": ("kinesis:PutRecord", "kinesis:PutRecords"),
    "dynamodb": (
        "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PartiQLDelete", "dynamodb:PartiQLInsert",
        "dynamodb:PartiQLUpdate", "dynamodb:PutItem", "dynamodb:UpdateItem",
    ),
}  # fmt: skip
# Which calls raise which events. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
_EVENT_WRITES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("s3:ObjectCreated:", ("s3:PutObject",)),
    ("s3:ObjectRemoved:", ("s3:DeleteObject", "s3:DeleteObjectVersion")),
    ("s3:ObjectRestore:", ("s3:RestoreObject",)),
    ("s3:ObjectTagging:", ("s3:DeleteObjectTagging", "s3:PutObjectTagging")),
    ("s3:ObjectAcl:", ("s3:PutObjectAcl",)),
)
_ANY_EVENT = tuple(dict.fromkeys(action for _, actions in _EVENT_WRITES for action in actions))
_PUBLISH = ("sns:Publish",)
_DETECTED = ("sqs", "sns", "s3")
"""Where Lambda stops a loop by itself. https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html"""


@dataclass(frozen=True, slots=True)
class _Trigger:
    """A resource that sets off the function when one of the actions is taken on one of the patterns; `doubt`: perhaps."""

    id: str
    service: str
    actions: tuple[str, ...]
    patterns: tuple[str, ...]
    source: Source
    doubt: Unknown | None = None


def triggers(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """What sets off the function and is written by IAM actions, and the setting against loops where there is any."""
    function = subject.resource
    role = role_of(subject, scope)
    if isinstance(role, Unknown):
        return Items((), (role,))
    if function is None or role is None:
        return Items(())
    found, unknown = list[_Trigger](), list[Unknown]()
    for part in (*_mappings(function, scope), *_buckets(function, scope), *_topics(function, scope)):
        if isinstance(part, _Trigger):
            found.append(part)
        else:
            unknown.append(part)
    writer = subject_of(role, scope.inventory)
    items = [_item(trigger, role) for trigger in found if _counts(trigger, writer, scope)]
    if any(trigger.service in _DETECTED for trigger in found):
        items.append(_setting(function, role))
    return Items(numbered(items), tuple(dict.fromkeys(unknown)))


def _counts(trigger: _Trigger, role: Subject, scope: Scope) -> bool:
    """False only if it is not known to be a trigger, and the role may not write to it either way."""
    if trigger.doubt is None:
        return True
    documents = identity_documents(role)
    wanted = matching(trigger.actions, scope.catalog)
    return bool(documents.unknown) or any(
        actions_of(statement.action, scope.catalog)[0] & wanted and _may_be_on(statement, trigger.patterns)
        for _, statement in documents.statements(Effect.ALLOW)
    )


def _may_be_on(statement: Statement, patterns: tuple[str, ...]) -> bool:
    resource = statement.resource
    if resource is None or resource.negated:
        return True
    return any(
        not isinstance(value, str) or overlaps(resource_glob(value), resource_glob(pattern))
        for value in resource.values
        for pattern in patterns
    )


def _item(trigger: _Trigger, role: Principal) -> Item:
    fields: dict[str, Field] = {
        "source": trigger.id,
        "actions": trigger.actions,
        "resources": trigger.patterns,
        "says": f"may write to {trigger.id}, which sets it off",
    }
    return Item(trigger.id, trigger.source, fields, principal=role, open=trigger.doubt)


def _setting(function: Resource, role: Principal) -> Item:
    value = function.property("RecursiveLoop")
    unknown = value if isinstance(value, Unknown) else None
    fields: dict[str, Field] = {
        "source": "",
        "actions": () if value != "Allow" else ("Allow",),
        "resources": (),
        "says": "may go on in a loop that Lambda would stop",
    }
    place = function.place("RecursiveLoop")
    return Item(LOOP_SETTING, place, fields, unknown=unknown, principal=role)


Found = Iterator[_Trigger | Unknown]
"""Triggers, and why there may be more."""

# --- event source mappings ------------------------------------------------------------------------------------------


def _mappings(function: Resource, scope: Scope) -> Found:
    found = related(scope.inventory, function, "event_source_mappings")
    if found.unknown is not None:
        yield found.unknown
    for mapping in found.found:
        if not isinstance(mapping, Resource) or mapping.property("Enabled") is False:
            continue
        value = mapping.property("EventSourceArn")
        arn = parse_arn(value) if isinstance(value, str) else None
        if isinstance(value, Unknown):
            yield value
        if arn is None or arn.service not in _SOURCE_WRITES:
            continue
        # The stream of a table carries what is written to the table.
        id_ = str(arn).partition("/stream/")[0]
        doubt = _doubt_of_mapping(mapping, id_)
        yield _Trigger(id_, arn.service, _SOURCE_WRITES[arn.service], (id_,), mapping.source, doubt)


def _doubt_of_mapping(mapping: Resource, source: str) -> Unknown | None:
    for name in ("Enabled", "FilterCriteria"):
        value = mapping.property(name)
        if isinstance(value, Unknown):
            return value
    filters = mapping.property("FilterCriteria")
    if isinstance(filters, Mapping) and filters.get("Filters"):
        return Unknown(
            UnknownKind.NOT_MODELLED,
            f"whether what the function writes to `{source}` passes the filter of the mapping",
        )
    return None


# --- buckets --------------------------------------------------------------------------------------------------------


def _buckets(function: Resource, scope: Scope) -> Found:
    buckets = {bucket.id: bucket for bucket in scope.inventory.of_type("AWS::S3::Bucket")}
    for bucket in buckets.values():
        value = bucket.property("NotificationConfiguration")
        if not isinstance(value, Unknown):
            yield from _notifications(bucket, value, function)
            continue
        if _may_invoke(function, "s3", bucket.id):
            whole = (f"{bucket.id}/*",)
            yield _Trigger(bucket.id, "s3", _ANY_EVENT, whole, bucket.source, value)
    yield from _unread(function, "s3", buckets, _ANY_EVENT)


def _notifications(bucket: Resource, value: PropertyValue, function: Resource) -> Iterator[_Trigger]:
    entries = value.get("LambdaConfigurations") if isinstance(value, Mapping) else None
    for entry in entries if isinstance(entries, tuple) else ():
        if not isinstance(entry, Mapping) or not _is_of(entry.get("Function"), function.id):
            continue
        event = str(entry.get("Event"))
        actions = next((actions for start, actions in _EVENT_WRITES if event.startswith(start)), ())
        if actions:
            place = bucket.place("NotificationConfiguration")
            yield _Trigger(bucket.id, "s3", actions, (_objects(bucket.id, entry),), place)


def _is_of(value: PropertyValue, function: str) -> bool:
    """True iff the ARN is that of the function, or of a version or alias of it."""
    return isinstance(value, str) and (value == function or value.startswith(f"{function}:"))


def _objects(bucket: str, entry: Mapping[str, PropertyValue]) -> str:
    """The pattern of the objects whose names pass the filter."""
    filter_ = entry.get("Filter")
    key = filter_.get("S3Key") if isinstance(filter_, Mapping) else None
    rules = key.get("Rules") if isinstance(key, Mapping) else None
    parts = {"prefix": "", "suffix": ""}
    for rule in rules if isinstance(rules, tuple) else ():
        if isinstance(rule, Mapping):
            parts[str(rule.get("Name")).lower()] = str(rule.get("Value"))
    return f"{bucket}/{parts['prefix']}*{parts['suffix']}"


# --- topics ---------------------------------------------------------------------------------------------------------


def _topics(function: Resource, scope: Scope) -> Found:
    topics = {topic.id: topic for topic in scope.inventory.of_type("AWS::SNS::Topic")}
    for topic in topics.values():
        value = topic.property("Subscription")
        if isinstance(value, Unknown):
            if _may_invoke(function, "sns", topic.id):
                yield _Trigger(topic.id, "sns", _PUBLISH, (topic.id,), topic.source, value)
            continue
        for entry in value if isinstance(value, tuple) else ():
            if isinstance(entry, Mapping) and _is_of(entry.get("Endpoint"), function.id):
                place = topic.place("Subscription")
                yield _Trigger(topic.id, "sns", _PUBLISH, (topic.id,), place)
    yield from _unread(function, "sns", topics, _PUBLISH)


# --- what the policy of the function says of its triggers -----------------------------------------------------------


def _unread(
    function: Resource, service: str, known: Mapping[str, Resource], actions: tuple[str, ...]
) -> Found:
    """Triggers that were not read themselves: those that the policy names, or may name where it was not read."""
    policy = function.policy()
    if isinstance(policy, NotExported):
        yield policy.unknown
    for statement in _granting(function, service):
        for value in _sources(statement):
            arn = parse_arn(value) if isinstance(value, str) else None
            if arn is None or arn.service != service or value in known or "*" in str(value):
                continue
            call = (
                "s3api get-bucket-notification-configuration"
                if service == "s3"
                else "sns list-subscriptions-by-topic"
            )
            doubt = Unknown(UnknownKind.NOT_EXPORTED, f"{call} for `{arn.resource_name}`")
            patterns = (f"{value}/*",) if service == "s3" else (str(value),)
            yield _Trigger(str(value), service, actions, patterns, statement.source, doubt)


def _may_invoke(function: Resource, service: str, source: str) -> bool:
    """True iff the policy of the function, so far as it was read, may let the service invoke it for the source."""
    for statement in _granting(function, service):
        values = _sources(statement)
        if not values or any(
            not isinstance(value, str) or matches(resource_glob(value), source) for value in values
        ):
            return True
    return False


def _granting(function: Resource, service: str) -> Iterator[Statement]:
    policy = function.policy()
    if isinstance(policy, Absent | NotExported) or not isinstance(policy, Present):
        return
    for statement in policy.policy.statements:
        named = () if statement.principal is None else statement.principal.principals
        if statement.effect is Effect.ALLOW and any(
            isinstance(one, ServicePrincipal) and one.service == f"{service}.amazonaws.com" for one in named
        ):
            yield statement


def _sources(statement: Statement) -> tuple[object, ...]:
    return tuple(
        value
        for condition in statement.conditions
        if condition.folded_key == "aws:sourcearn" and not condition.operator.operator.negated
        for value in condition.values
    )
