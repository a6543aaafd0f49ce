"""Named predicates about running a workload: alarms, logs, runtimes, images."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from wa_policy.evaluator.truth import Truth, all_of, any_of
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    EVENT_PATTERNS_PROPERTY,
    RESOLVED_IMAGE_PROPERTY,
    STATES_PROPERTY,
    PropertyValue,
    Resource,
)
from wa_policy.inventory.relations import Metric, metrics_on, related
from wa_policy.rules.arguments import Values, number, text, texts
from wa_policy.rules.compare import day_of, equal
from wa_policy.rules.each_reach import queues_read_by_name
from wa_policy.rules.predicates_account import beside, unread
from wa_policy.rules.predicates_general import is_made_by_code, tag_of
from wa_policy.rules.subjects import Scope, Subject
from wa_policy.rules.tables import table
from wa_policy.rules.views import parts_of, walk
from wa_policy.rules.vocabulary import property_type

STAGES = ("AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage")
ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
MAPPING, FUNCTION = "AWS::Lambda::EventSourceMapping", "AWS::Lambda::Function"
_BY_WAY_OF = {**dict.fromkeys(STAGES, "api"), MAPPING: "function"}
"""What the metrics of these types are about."""

# --- alarms ------------------------------------------------------------------------------------------------------------


def is_watched(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff an alarm looks at one of the metrics of the subject, by one of the statistics where they are given."""
    if subject.resource is None:
        return False
    targets: list[Resource] = [subject.resource]
    found: list[Truth] = []
    by = _BY_WAY_OF.get(subject.type)
    if by is not None:
        answer = related(scope.inventory, subject.resource, by)
        targets = [one for one in answer.found if isinstance(one, Resource)]
        found += [] if answer.unknown is None else [answer.unknown]
    stage = subject.resource.property("StageName") if subject.type in STAGES else None
    for target in targets:
        on, unknown = metrics_on(scope.inventory, target)
        found += [_is_one(metric, stage, arguments) for _, metric in on]
        found += [] if unknown is None else [unknown]
    return any_of(found)


def _is_one(metric: Metric, stage: PropertyValue, arguments: Values) -> Truth:
    statistics = texts(arguments, "statistics")
    parts: list[Truth] = [_fits(metric.name, texts(arguments, "metrics"))]
    if statistics:
        parts.append(_fits(metric.statistic, statistics))
    if stage is not None and isinstance(metric.dimensions, Mapping) and "Stage" in metric.dimensions:
        told = metric.dimensions["Stage"]
        doubt = next((one for one in (stage, told) if isinstance(one, Unknown)), None)
        parts.append(doubt or told == stage)
    return all_of(parts)


def _fits(value: PropertyValue, patterns: tuple[str, ...]) -> Truth:
    if isinstance(value, Unknown):
        return value
    return isinstance(value, str) and any(matches(glob(one), value) for one in patterns)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an event has at a path: a rule gets all of them if its pattern lets each of the values through."""

    path: str
    values: tuple[str, ...]
    needed: bool = False
    """The pattern must name the field: one that does not is about other events as well."""


def failures_set_off_rule(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff an enabled rule with a target gets the failures and timeouts of the state machine.

    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    machine = subject.resource
    if machine is None:
        return False
    kind = machine.property("StateMachineType")
    if kind == "EXPRESS":
        return False  # publishes no such events
    asked = (
        _Asked("source", ("aws.states",), needed=True),
        _Asked("detail-type", ("Step Functions Execution Status Change",)),
        _Asked("detail.status", ("FAILED", "TIMED_OUT")),
        _Asked("detail.stateMachineArn", (machine.id,)),
    )
    return all_of((_sets_off(subject, scope, asked), kind if isinstance(kind, Unknown) else True))


def state_sets_off_rule(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff an enabled rule with a target gets it when the alarm goes off.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    asked = (
        _Asked("source", ("aws.cloudwatch",), needed=True),
        _Asked("detail-type", ("CloudWatch Alarm State Change",)),
        _Asked("detail.alarmName", (subject.name,)),
        _Asked("detail.state.value", ("ALARM",)),
        _Asked("resources", (subject.id,)),
    )
    return _sets_off(subject, scope, asked)


_DEFAULT_BUS = "default"
"""The bus that gets the events of AWS services."""


def _sets_off(subject: Subject, scope: Scope, asked: tuple[_Asked, ...]) -> Truth:
    """True iff an enabled rule with a target lets such events through."""
    found: list[Truth] = []
    for rule in beside(subject, scope, "AWS::Events::Rule"):
        state, targets, bus = (rule.property(name) for name in ("State", "Targets", "EventBusName"))
        patterns = rule.property(EVENT_PATTERNS_PROPERTY)
        parts: list[Truth] = [
            state if isinstance(state, Unknown) else state != "DISABLED",
            targets if isinstance(targets, Unknown) else bool(parts_of(targets)),
            bus if isinstance(bus, Unknown) else str(bus or _DEFAULT_BUS).rpartition("/")[2] == _DEFAULT_BUS,
        ]
        if isinstance(patterns, Unknown):
            parts.append(patterns)
        else:
            parts.append(
                any_of(all_of(_lets_through(one.value, ask) for ask in asked) for one in parts_of(patterns))
            )
        found.append(all_of(parts))
    if (more := unread(subject, scope, "events.list-rules", _DEFAULT_BUS)) is not None:
        found.append(more)
    return any_of(found)


def _lets_through(pattern: PropertyValue, asked: _Asked) -> Truth:
    """True iff the pattern lets through each of the values of the field."""
    fields = walk(pattern, ("Fields",))
    if isinstance(fields, Unknown):
        return fields
    named = [field.value for field in parts_of(fields) if walk(field.value, ("Path",)) == asked.path]
    if not named:
        return not asked.needed
    return any_of(_fits_field(field, asked) for field in named)


def _fits_field(field: PropertyValue, asked: _Asked) -> Truth:
    values = walk(field, ("Values",))
    if isinstance(values, Unknown):
        return values
    members = [part.value for part in parts_of(values)]
    if all(one in members for one in asked.values):
        return True
    if any(one.value != "equals" for one in parts_of(walk(field, ("Operators",)))):
        told = f"whether what is asked of `{asked.path}` lets `{asked.values[0]}` through"
        return Unknown(UnknownKind.NOT_MODELLED, told)
    return next((one for one in members if isinstance(one, Unknown)), False)


def guards_configuration(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff an environment of AppConfig has the alarm as its monitor: deployments there are rolled back by it."""
    found: list[Truth] = []
    for environment in beside(subject, scope, "AWS::AppConfig::Environment"):
        monitors = environment.property("Monitors")
        if isinstance(monitors, Unknown):
            found.append(monitors)
            continue
        for monitor in parts_of(monitors):
            arn = walk(monitor.value, ("AlarmArn",))
            found.append(arn if isinstance(arn, Unknown) else arn == subject.id)
    return any_of(found)


# --- logs --------------------------------------------------------------------------------------------------------------

_VARIABLE = re.compile(r"\$context\.([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)")


def has_json_format(subject: Subject, _scope: Scope, arguments: Values) -> Truth:
    """True iff the format of the access log is a JSON object that has each of the variables."""
    if subject.resource is None:
        return False
    name = "AccessLogSetting" if subject.type == STAGES[0] else "AccessLogSettings"
    written = walk(subject.resource.property(name), ("Format",))
    if isinstance(written, Unknown):
        return written
    if not isinstance(written, str):
        return False
    try:
        value = json.loads(_VARIABLE.sub("0", written))
    except (ValueError, RecursionError):
        return False
    there = set(_VARIABLE.findall(written))
    return isinstance(value, dict) and all(one in there for one in texts(arguments, "variables"))


_LEVELS = ("ERROR", "INFO")


def logs_executions(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff a stage of a REST or WebSocket API in the account and Region logs its executions."""
    found: list[Truth] = []
    for type_, call in (
        ("AWS::ApiGateway::RestApi", "apigateway.get-rest-apis"),
        ("AWS::ApiGatewayV2::Api", "apigatewayv2.get-apis"),
    ):
        for api in beside(subject, scope, type_):
            answer = related(scope.inventory, api, "stages")
            found += [] if answer.unknown is None else [answer.unknown]
            for stage in answer.found:
                found += list(_levels(stage)) if isinstance(stage, Resource) else []
        if (more := unread(subject, scope, call)) is not None:
            found.append(more)
    return any_of(found)


def _levels(stage: Resource) -> Iterator[Truth]:
    if stage.type == STAGES[0]:
        settings = [stage.property("MethodSettings")]
    else:
        routes = stage.property("RouteSettings")
        settings = [stage.property("DefaultRouteSettings"), *(one.value for one in parts_of(routes))]
    for value in settings:
        if isinstance(value, Unknown):
            yield value
            continue
        for one in (part.value for part in parts_of(value)) if isinstance(value, tuple) else (value,):
            level = walk(one, ("LoggingLevel",))
            yield level if isinstance(level, Unknown) else level in _LEVELS


_LINK, _LOG_GROUPS = "AWS::Oam::Link", "AWS::Logs::LogGroup"


def shares_logs(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff a link to a monitoring account shares the log groups of the account and Region.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account.html
    """
    found: list[Truth] = []
    for link in beside(subject, scope, _LINK):
        types = link.property("ResourceTypes")
        found.append(
            types if isinstance(types, Unknown) else any(one.value == _LOG_GROUPS for one in parts_of(types))
        )
    if (more := unread(subject, scope, "oam.list-links")) is not None:
        found.append(more)
    return any_of(found)


# --- runtimes and images -----------------------------------------------------------------------------------------------


def has_known_runtime(subject: Subject, _scope: Scope, arguments: Values) -> Truth:
    """True iff the runtime of the function is one of the table."""
    runtime = None if subject.resource is None else subject.resource.property("Runtime")
    if isinstance(runtime, Unknown):
        return runtime
    return isinstance(runtime, str) and runtime in table(text(arguments, "table")).rows


def has_retired_runtime(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff AWS deprecates the runtime of the function at most so many days after the day of the scan.

    Without that day: true for what was deprecated when the table was made.
    """
    runtime = None if subject.resource is None else subject.resource.property("Runtime")
    if isinstance(runtime, Unknown):
        return runtime
    known = table(text(arguments, "table"))
    day = known.cell(runtime, "deprecated") if isinstance(runtime, str) else None
    if not isinstance(day, date):
        return False
    if scope.today is None:
        return day <= known.date or Unknown(UnknownKind.NOT_EXPORTED, "the day of the scan")
    return (day - scope.today).days <= number(arguments, "days")


_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/(?P<name>[^:@]+)"
    r"(?::(?P<tag>[^@]+))?(?:@(?P<digest>.+))?"
)


def runs_image_older_than(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff the image that the function runs was pushed more than so many days before the day of the scan."""
    uri = _image_of(subject)
    if isinstance(uri, Unknown):
        return uri
    found = _IMAGE.fullmatch(uri) if isinstance(uri, str) else None
    if found is None:
        return False
    pushed = _pushed(found, scope)
    if scope.today is None:
        return Unknown(UnknownKind.NOT_EXPORTED, "the day of the scan")
    day = day_of(pushed)
    return day if isinstance(day, Unknown) else (scope.today - day).days > number(arguments, "days")


def _image_of(subject: Subject) -> PropertyValue:
    """The image by its digest, where an answer tells it, else as the function names it."""
    if subject.resource is None:
        return None
    resolved = subject.resource.property(RESOLVED_IMAGE_PROPERTY)
    named = walk(subject.resource.property("Code"), ("ImageUri",))
    return resolved if isinstance(resolved, str) else named


def _pushed(image: re.Match[str], scope: Scope) -> PropertyValue:
    wanted = f"ecr describe-images for the repository `{image['name']}`"
    for one in scope.inventory.of_type("WaPolicy::ContainerImage"):
        if (one.account, one.region) != (image["account"], image["region"]):
            continue
        if one.property("RepositoryName") != image["name"]:
            continue
        tags = one.property("ImageTags")
        has_tag = isinstance(tags, tuple) and (image["tag"] or "latest") in tags
        if one.property("ImageDigest") == image["digest"] or (image["digest"] is None and has_tag):
            return one.property("ImagePushedAt")
    return Unknown(UnknownKind.NOT_EXPORTED, wanted)


# --- environments ------------------------------------------------------------------------------------------------------


def holds_environment(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff a resource of the account has the tag with one of the values."""
    wanted = {value.lower() for value in texts(arguments, "values")}
    found: list[Truth] = []
    for resource in scope.inventory.resources:
        if resource.account != subject.account:
            continue
        if property_type(resource.type, ("Tags",)) is None:
            continue  # takes no tags
        value = tag_of(resource.property("Tags"), text(arguments, "tag"))
        if isinstance(value, Unknown):
            found.append(value)
        elif isinstance(value, str):
            found.append(value.lower() in wanted)
    return any_of(found)


# --- workflows ---------------------------------------------------------------------------------------------------------

_WAITED_FOR = frozenset((
    "athena", "batch", "bedrock", "codebuild", "databrew", "ecs", "emr", "emrcontainers", "emrserverless", "glue", "mediaconvert",
    "sagemaker", "sfn", "states",
))  # fmt: skip
"""Services with an integration that runs a job to its end: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html"""


def has_readers(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff a policy of a user or role of the account lets it receive messages from the queue, by its name."""
    queue = subject.resource
    if queue is None:
        return False
    found: list[Truth] = [
        doubt or True
        for pattern, doubt in queues_read_by_name(scope).get(queue.account, ())
        if matches(glob(pattern), queue.id)
    ]
    call = "iam.get-account-authorization-details"
    if not is_made_by_code(subject, scope, arguments) and not scope.inventory.was_exported(
        call, queue.account
    ):
        found.append(
            Unknown(
                UnknownKind.NOT_EXPORTED,
                f"iam get-account-authorization-details of account `{queue.account}`",
            )
        )
    return any_of(found)


def polls(subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff a Wait, a task that asks for a state and a Choice back to the Wait form a loop for which `.sync` could stand."""
    states = None if subject.resource is None else subject.resource.property(STATES_PROPERTY)
    if isinstance(states, Unknown):
        return states
    by_place = {
        (walk(part.value, ("Inside",)), walk(part.value, ("Name",))): part.value for part in parts_of(states)
    }
    return any_of(_asks_in_a_loop(place, by_place) for place in by_place)


def _asks_in_a_loop(
    place: tuple[PropertyValue, PropertyValue],
    by_place: Mapping[tuple[PropertyValue, PropertyValue], PropertyValue],
) -> Truth:
    inside, name = place
    task = by_place[place]
    service, action, following = (walk(task, (word,)) for word in ("Service", "Action", "Next"))
    choice = None if isinstance(following, Unknown) else by_place.get((inside, following))
    turns = [
        walk(choice, ("Default",)),
        *(walk(part.value, ("Next",)) for part in parts_of(walk(choice, ("Choices",)))),
    ]
    if isinstance(following, Unknown):
        turns = [following]
    back = any_of(
        all_of(
            (
                equal(walk(state, ("Type",)), "Wait"),
                equal(walk(state, ("Next",)), name),
                any_of(equal(turn, walk(state, ("Name",))) for turn in turns),
            )
        )
        for (where, _), state in by_place.items()
        if where == inside
    )
    return all_of(
        (
            service if isinstance(service, Unknown) else service in _WAITED_FOR,
            action
            if isinstance(action, Unknown)
            else re.match("(get|describe|batchGet|list)", str(action)) is not None,
            following if isinstance(following, Unknown) else equal(walk(choice, ("Type",)), "Choice"),
            back,
        )
    )
