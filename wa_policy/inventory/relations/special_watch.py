"""Relations of alarms: what their metrics are about.

The dimensions of each namespace: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue, Resource
from wa_policy.inventory.relations.index import Index
from wa_policy.inventory.relations.inverse import union
from wa_policy.inventory.relations.model import Outcome, Side
from wa_policy.inventory.relations.types import id_of, region_of, type_of
from wa_policy.inventory.relations.values import parts_at

ALARM, COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
_REST_API = "AWS::ApiGateway::RestApi"

DIMENSIONS: Mapping[tuple[str, str], str] = {
    ("AWS/Lambda", "FunctionName"): "AWS::Lambda::Function",
    ("AWS/SQS", "QueueName"): "AWS::SQS::Queue",
    ("AWS/SNS", "TopicName"): "AWS::SNS::Topic",
    ("AWS/ApiGateway", "ApiName"): _REST_API,
    ("AWS/ApiGateway", "ApiId"): "AWS::ApiGatewayV2::Api",
    ("AWS/States", "StateMachineArn"): "AWS::StepFunctions::StateMachine",
    ("AWS/DynamoDB", "TableName"): "AWS::DynamoDB::Table",
    ("AWS/Events", "RuleName"): "AWS::Events::Rule",
    ("AWS/Events", "EventBusName"): "AWS::Events::EventBus",
    ("AWS/EventBridge/Pipes", "PipeName"): "AWS::Pipes::Pipe",
    ("AWS/Scheduler", "ScheduleGroup"): "AWS::Scheduler::ScheduleGroup",
    ("AWS/Kinesis", "StreamName"): "AWS::Kinesis::Stream",
    ("AWS/Firehose", "DeliveryStreamName"): "AWS::KinesisFirehose::DeliveryStream",
    ("AWS/S3", "BucketName"): "AWS::S3::Bucket",
    ("AWS/AppSync", "GraphQLAPIId"): "AWS::AppSync::GraphQLApi",
    ("AWS/CloudFront", "DistributionId"): "AWS::CloudFront::Distribution",
    ("AWS/Cognito", "UserPool"): "AWS::Cognito::UserPool",
    ("AWS/Logs", "LogGroupName"): "AWS::Logs::LogGroup",
    ("AWS/RDS", "DBInstanceIdentifier"): "AWS::RDS::DBInstance",
    ("AWS/RDS", "DBClusterIdentifier"): "AWS::RDS::DBCluster",
    ("AWS/NATGateway", "NatGatewayId"): "AWS::EC2::NatGateway",
    ("AWS/ECS", "ClusterName"): "AWS::ECS::Cluster",
}
"""The type whose resource a dimension of a namespace names."""
WATCHED = tuple(sorted(set(DIMENSIONS.values())))
OTHER_WATCHED = (
    *("AWS::Cognito::UserPool", "AWS::EC2::NatGateway", "AWS::ECS::Cluster", "AWS::Events::EventBus"),
    *(
        "AWS::KinesisFirehose::DeliveryStream",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::S3::Bucket",
    ),
)
"""Types whose only relation of note is that alarms look at them."""
_NAMESPACES: Mapping[str, tuple[str, ...]] = {
    type_: tuple(sorted({namespace for (namespace, _), one in DIMENSIONS.items() if one == type_}))
    for type_ in WATCHED
}
_QUERY = re.compile(
    r"\bSELECT\s+(?P<statistic>\w+)\s*\(\s*[\"']?(?P<name>[A-Za-z0-9_.-]+)[\"']?\s*\)\s*FROM\s+(?:SCHEMA\(\s*)?[\"']?(?P<namespace>[A-Za-z0-9/_.-]+)[\"']?(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html"""
_WHERE = re.compile(r"\bWHERE\b(?P<tests>.*?)(?:\b(?:GROUP|ORDER|LIMIT)\b|$)", re.IGNORECASE | re.DOTALL)
_EQUAL = re.compile(r"[\"']?(?P<name>[A-Za-z0-9_ .-]+?)[\"']?\s*=\s*'(?P<value>[^']*)'")
_AND = re.compile(r"\bAND\b", re.IGNORECASE)
_STATE = re.compile(r"(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*[\"']?(?P<name>[^\"')]+?)[\"']?\s*\)")


class Metric:
    """A metric that an alarm looks at; `dimensions` is unknown where they cannot be told."""

    __slots__ = ("dimensions", "name", "namespace", "statistic")

    def __init__(
        self,
        namespace: PropertyValue,
        dimensions: Mapping[str, PropertyValue] | Unknown,
        name: PropertyValue = None,
        statistic: PropertyValue = None,
    ) -> None:
        self.namespace = namespace
        self.dimensions = dimensions
        self.name = name
        self.statistic = statistic


def metrics_of(alarm: Resource) -> Iterator[Metric]:
    """The metrics of an alarm: its own, those of its expressions, and of its queries."""
    namespace = alarm.property("Namespace")
    if namespace is not None:
        statistic = alarm.property("Statistic")
        if statistic is None:
            statistic = alarm.property("ExtendedStatistic")
        name = alarm.property("MetricName")
        yield Metric(namespace, _dimensions(alarm.property("Dimensions")), name, statistic)
    for item in parts_at(alarm.property("Metrics"), ""):
        if isinstance(item, Unknown):
            yield Metric(item, {})
        elif isinstance(item, Mapping):
            yield from _of_query(item)


def _of_query(item: Mapping[str, PropertyValue]) -> Iterator[Metric]:
    stat = item.get("MetricStat")
    statistic = stat.get("Stat") if isinstance(stat, Mapping) else None
    for metric in parts_at(stat, "Metric"):
        if isinstance(metric, Unknown):
            yield Metric(metric, {})
        elif isinstance(metric, Mapping):
            dimensions = _dimensions(metric.get("Dimensions"))
            yield Metric(metric.get("Namespace"), dimensions, metric.get("MetricName"), statistic)
    expression = item.get("Expression")
    if isinstance(expression, Unknown):
        yield Metric(expression, {})
    found = _QUERY.search(expression) if isinstance(expression, str) else None
    if found is not None:
        yield Metric(found["namespace"], _conditions(found["rest"]), found["name"], found["statistic"])
    elif isinstance(expression, str) and "SEARCH(" in expression.upper():
        yield Metric(Unknown(UnknownKind.NOT_MODELLED, f"which metrics `{expression}` finds"), {})


def _dimensions(value: PropertyValue) -> Mapping[str, PropertyValue] | Unknown:
    found: dict[str, PropertyValue] = {}
    for item in parts_at(value, ""):
        if isinstance(item, Unknown):
            return item
        if isinstance(item, Mapping):
            name = item.get("Name")
            if isinstance(name, Unknown):
                return name
            found[str(name)] = item.get("Value")
    return found


def _conditions(rest: str) -> Mapping[str, PropertyValue] | Unknown:
    """What WHERE wants equal; without it, the query is about all of the namespace."""
    where = _WHERE.search(rest)
    if where is None:
        return {}
    found: dict[str, PropertyValue] = {}
    for test in _AND.split(where["tests"]):
        equal = _EQUAL.fullmatch(test.strip())
        if equal is None:
            return Unknown(UnknownKind.NOT_MODELLED, f"which metrics fit `{where['tests'].strip()}`")
        found[equal["name"]] = equal["value"]
    return found


def metric_resources(index: Index, side: Side) -> Outcome:
    """What the namespace and dimensions of its metrics name, also in `Metrics`."""
    if not isinstance(side, Resource):
        return Outcome()
    return union(_about(index, side, metric) for metric in metrics_of(side))


def _about(index: Index, alarm: Resource, metric: Metric) -> Outcome:
    namespace = metric.namespace
    if isinstance(namespace, Unknown):
        return Outcome(open=namespace)
    types = {name: type_ for (space, name), type_ in DIMENSIONS.items() if space == namespace}
    if not types:
        return Outcome()
    if isinstance(metric.dimensions, Unknown):
        return Outcome(open=metric.dimensions)
    outcomes: list[Outcome] = []
    for name, value in metric.dimensions.items():
        type_ = types.get(name)
        if type_ == _REST_API and isinstance(value, str):
            outcomes.append(_api_named(index, alarm, value))
        elif type_ == "AWS::Lambda::Function" and isinstance(value, str):
            outcomes.append(index.named(value, (type_,), alarm.account, alarm.region))
        elif type_ is not None:
            outcomes.append(index.all_named(alarm, value, (type_,)))
    return union(outcomes)


def _api_named(index: Index, alarm: Resource, value: str) -> Outcome:
    """The REST APIs of a name, by which CloudWatch knows them."""
    found = index.once(_apis_by_name).get((alarm.account, alarm.region, value), [])
    return Outcome(tuple(found)) if found else index.named(value, (_REST_API,), alarm.account, alarm.region)


def _apis_by_name(index: Index) -> dict[tuple[str | None, str | None, str], list[Side]]:
    found: dict[tuple[str | None, str | None, str], list[Side]] = {}
    for api in index.inventory.of_type(_REST_API):
        name = api.properties.get("Name")
        if isinstance(name, str):
            found.setdefault((api.account, api.region, name), []).append(api)
    return found


def account_alarms(index: Index, side: Side) -> Outcome:
    """The alarms of the account and region on a metric of the service over all its resources."""
    known, doubts = index.once(_wide_alarms)
    account, region = side.account, region_of(side)
    found = [
        alarm
        for namespace in _NAMESPACES.get(type_of(side), ())
        for alarm in known.get((account, region, namespace), ())
    ]
    return Outcome(tuple(found), doubts.get((account, region)), index.unlisted(ALARM, side))


def metrics_on(index: Index, side: Side) -> tuple[tuple[tuple[Resource, Metric], ...], Unknown | None]:
    """The metrics of alarms that are about the resource, or about all of its kind; and why there may be more."""
    whole = union((index.related(side, "alarms"), account_alarms(index, side)))
    own = (type_of(side), id_of(side))
    found = [
        (alarm, metric)
        for alarm in sorted(whole.found, key=id_of)
        if isinstance(alarm, Resource)
        for metric in metrics_of(alarm)
        if _is_on(index, alarm, metric, own)
    ]
    return tuple(found), whole.open or whole.missing or _unnamed(index, side)


def _unnamed(index: Index, side: Side) -> Unknown | None:
    """Why an alarm may be about a REST API of which the name is not known: metrics name these APIs by it."""
    name = side.properties.get("Name") if isinstance(side, Resource) and side.type == _REST_API else None
    if not isinstance(name, Unknown):
        return None
    alarms = (
        one
        for one in index.inventory.of_type(ALARM)
        if (one.account, one.region) == (side.account, region_of(side))
    )
    named = (metric.dimensions for alarm in alarms for metric in metrics_of(alarm))
    return name if any(isinstance(told, Mapping) and "ApiName" in told for told in named) else None


def _is_on(index: Index, alarm: Resource, metric: Metric, own: tuple[str, str]) -> bool:
    if not metric.dimensions:
        return metric.namespace in _NAMESPACES.get(own[0], ())
    return own in [(type_of(one), id_of(one)) for one in _about(index, alarm, metric).found]


def _wide_alarms(
    index: Index,
) -> tuple[
    dict[tuple[str | None, str | None, str], list[Side]], dict[tuple[str | None, str | None], Unknown]
]:
    found: dict[tuple[str | None, str | None, str], list[Side]] = {}
    doubts: dict[tuple[str | None, str | None], Unknown] = {}
    for alarm in index.inventory.of_type(ALARM):
        place = (alarm.account, alarm.region)
        for metric in metrics_of(alarm):
            if isinstance(metric.namespace, Unknown):
                doubts.setdefault(place, metric.namespace)
            elif isinstance(metric.dimensions, Unknown):
                doubts.setdefault(place, metric.dimensions)
            elif isinstance(metric.namespace, str) and not metric.dimensions:
                found.setdefault((*place, metric.namespace), []).append(alarm)
    return found, doubts


def children(index: Index, side: Side) -> Outcome:
    """The alarms that the rule of a composite alarm names."""
    if not isinstance(side, Resource):
        return Outcome()
    rule = side.property("AlarmRule")
    if isinstance(rule, Unknown):
        return Outcome(open=rule)
    return union(
        index.named(found["name"].strip(), (ALARM, COMPOSITE), side.account, side.region)
        for found in _STATE.finditer(rule if isinstance(rule, str) else "")
    )


def alarms_of_metric_filter(index: Index, side: Side) -> Outcome:
    """The alarms on the metrics that a metric filter makes."""
    if not isinstance(side, Resource):
        return Outcome()
    known, doubts = index.once(_alarms_by_metric)
    place = (side.account, side.region)
    missing = index.unlisted(ALARM, side)
    found: list[Side] = []
    open_ = doubts.get(place)
    for item in parts_at(side.property("MetricTransformations"), ""):
        if isinstance(item, Unknown):
            open_ = open_ or item
        elif isinstance(item, Mapping):
            names = (item.get("MetricNamespace"), item.get("MetricName"))
            for name in names:
                if isinstance(name, Unknown):
                    open_ = open_ or name
            found += known.get((place, names[0], names[1]), ()) if _are_texts(names) else ()
    return Outcome(union((Outcome(tuple(found)),)).found, open_, missing)


def _are_texts(names: tuple[PropertyValue, PropertyValue]) -> bool:
    return all(isinstance(name, str) for name in names)


_ByMetric = dict[tuple[tuple[str | None, str | None], PropertyValue, PropertyValue], list[Side]]


def _alarms_by_metric(index: Index) -> tuple[_ByMetric, dict[tuple[str | None, str | None], Unknown]]:
    found: _ByMetric = {}
    doubts: dict[tuple[str | None, str | None], Unknown] = {}
    for alarm in index.inventory.of_type(ALARM):
        place = (alarm.account, alarm.region)
        pairs: list[tuple[PropertyValue, PropertyValue]] = []
        if alarm.property("Namespace") is not None:
            pairs.append((alarm.property("Namespace"), alarm.property("MetricName")))
        for metric in parts_at(alarm.property("Metrics"), "MetricStat.Metric"):
            if isinstance(metric, Mapping):
                pairs.append((metric.get("Namespace"), metric.get("MetricName")))
            elif isinstance(metric, Unknown):
                pairs.append((metric, None))
        for pair in pairs:
            doubt = next((one for one in pair if isinstance(one, Unknown)), None)
            if doubt is not None:
                doubts.setdefault(place, doubt)
            elif _are_texts(pair):
                found.setdefault((place, *pair), []).append(alarm)
    return found, doubts
