"""Predicates about alarms, logs, runtimes and images."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Answer, Inventory, Resource
from wa_policy.rules.predicates import PREDICATES
from wa_policy.rules.subjects import Scope, subject_of_resource
from wa_policy.rules.tables import table

WHY = Unknown(UnknownKind.UNRESOLVED, "`Value`")
ACCOUNT, REGION = "111122223333", "eu-west-1"
LAMBDA = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
ALARMS = Answer("cloudwatch.describe-alarms", ACCOUNT, REGION)
RULES = Answer("events.list-rules", ACCOUNT, REGION, "default")


def resource(type_: str, id_: str, name: str, **properties: Any) -> Resource:
    return Resource(type_, id_, name, ACCOUNT, REGION, properties, NOWHERE)


def function(name: str, **properties: Any) -> Resource:
    return resource("AWS::Lambda::Function", f"{LAMBDA}{name}", name, FunctionName=name, **properties)


def alarm(name: str, **properties: Any) -> Resource:
    id_ = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"
    return resource("AWS::CloudWatch::Alarm", id_, name, AlarmName=name, **properties)


def ask(
    name: str,
    one: Resource,
    catalog: Catalog,
    *others: Resource,
    exported: tuple[Answer, ...] = (),
    today: date | None = None,
    **arguments: Any,
) -> Truth:
    inventory = Inventory(resources=(one, *others), exported=exported)
    scope = Scope(inventory, {}, catalog, today=today)
    return PREDICATES[name].judge(subject_of_resource(one, inventory), scope, arguments)


def dimension(name: str, value: Any) -> Mapping[str, Any]:
    return {"Name": name, "Value": value}


# --- alarms ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": (dimension("FunctionName", "f"),)}, True),
        ({"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": (dimension("FunctionName", "g"),)}, False),
        ({"Namespace": "AWS/Lambda", "MetricName": "Duration", "Dimensions": (dimension("FunctionName", "f"),)}, False),
        ({"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": ()}, True),
        ({"Namespace": "AWS/SQS", "MetricName": "Errors", "Dimensions": ()}, False),
        ({"Namespace": "AWS/Lambda", "MetricName": WHY, "Dimensions": (dimension("FunctionName", "f"),)}, WHY),
        ({"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": (dimension("FunctionName", WHY),)}, WHY),
        ({"Metrics": ({"Expression": 'SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName)'},)}, True),
        ({"Metrics": ({"Expression": 'SELECT SUM("Throttles") FROM "AWS/Lambda"'},)}, False),
        ({"Metrics": ({"Expression": "SELECT SUM(Errors) FROM \"AWS/Lambda\" WHERE FunctionName = 'g'"},)}, False),
    ],
)  # fmt: skip
def test_an_alarm_is_about_the_metric_of_the_function(
    properties: Mapping[str, Any], expected: Truth, catalog: Catalog
) -> None:
    found = ask(
        "is_watched",
        function("f"),
        catalog,
        alarm("a", **properties),
        exported=(ALARMS,),
        metrics=("Errors",),
    )
    assert found == expected


def test_metric_and_function_have_to_be_those_of_one_metric(catalog: Catalog) -> None:
    """An alarm with the errors of one function and the calls of another is about the errors of the first alone."""

    def metric(name: str, of: str) -> Mapping[str, Any]:
        about = {
            "Namespace": "AWS/Lambda",
            "MetricName": name,
            "Dimensions": (dimension("FunctionName", of),),
        }
        return {"MetricStat": {"Stat": "Sum", "Metric": about}}

    mixed = alarm("a", Metrics=({"Expression": "a / b"}, metric("Errors", "f"), metric("Invocations", "g")))
    of_f = ask(
        "is_watched", function("f"), catalog, function("g"), mixed, exported=(ALARMS,), metrics=("Errors",)
    )
    of_g = ask(
        "is_watched", function("g"), catalog, function("f"), mixed, exported=(ALARMS,), metrics=("Errors",)
    )
    assert (of_f, of_g) == (True, False)


def test_alarms_that_were_not_exported_are_unknown_unless_one_is_known(catalog: Catalog) -> None:
    assert isinstance(ask("is_watched", function("f"), catalog, metrics=("Errors",)), Unknown)
    known = alarm(
        "a", Namespace="AWS/Lambda", MetricName="Errors", Dimensions=(dimension("FunctionName", "f"),)
    )
    assert ask("is_watched", function("f"), catalog, known, metrics=("Errors",)) is True


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [({"ExtendedStatistic": "p99"}, True), ({"Statistic": "Average"}, False), ({"Statistic": WHY}, WHY)],
)
def test_the_statistic_counts_where_it_is_asked_for(
    statistic: Mapping[str, Any], expected: Truth, catalog: Catalog
) -> None:
    about = {
        "Namespace": "AWS/Lambda",
        "MetricName": "Duration",
        "Dimensions": (dimension("FunctionName", "f"),),
    }
    one = alarm("a", **about, **statistic)
    arguments: dict[str, Any] = {"metrics": ("Duration",), "statistics": ("p9*",)}
    assert ask("is_watched", function("f"), catalog, one, exported=(ALARMS,), **arguments) == expected


MACHINE = resource(
    "AWS::StepFunctions::StateMachine", f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m", "m", StateMachineType="STANDARD"
)  # fmt: skip


def event_rule(fields: Mapping[str, tuple[Any, ...]], **properties: Any) -> Resource:
    pattern = {
        "Fields": tuple(
            {"Path": path, "Values": values, "Operators": ("equals",)} for path, values in fields.items()
        )
    }
    given = {"Targets": ({"Id": "t", "Arn": "x"},), "WaPolicy::EventPatterns": (pattern,), **properties}
    return resource("AWS::Events::Rule", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/r", "r", **given)


STATES = {"source": ("aws.states",)}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (event_rule(STATES), True),
        (event_rule({**STATES, "detail.status": ("FAILED", "TIMED_OUT")}), True),
        (event_rule({**STATES, "detail.status": ("FAILED",)}), False),
        (event_rule({**STATES, "detail.status": ("FAILED", WHY)}), WHY),
        (event_rule({**STATES, "detail.stateMachineArn": (MACHINE.id,)}), True),
        (event_rule({**STATES, "detail.stateMachineArn": ("another",)}), False),
        (event_rule({"detail.status": ("FAILED", "TIMED_OUT")}), False),
        (event_rule({"source": ("aws.ec2",)}), False),
        (event_rule(STATES, State="DISABLED"), False),
        (event_rule(STATES, Targets=()), False),
        (event_rule(STATES, **{"WaPolicy::EventPatterns": WHY}), WHY),
    ],
)
def test_a_rule_that_gets_the_failures(rule: Resource, expected: Truth, catalog: Catalog) -> None:
    assert ask("failures_set_off_rule", MACHINE, catalog, rule, exported=(RULES,)) == expected


def test_rules_that_were_not_exported_and_express_machines(catalog: Catalog) -> None:
    assert isinstance(ask("failures_set_off_rule", MACHINE, catalog), Unknown)
    express = resource(MACHINE.type, MACHINE.id, "m", StateMachineType="EXPRESS")
    assert ask("failures_set_off_rule", express, catalog, event_rule(STATES), exported=(RULES,)) is False


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"source": ("aws.cloudwatch",)}, True),
        ({"source": ("aws.cloudwatch",), "detail.state.value": ("ALARM",)}, True),
        ({"source": ("aws.cloudwatch",), "detail.state.value": ("OK",)}, False),
        ({"source": ("aws.cloudwatch",), "detail.alarmName": ("b",)}, False),
    ],
)
def test_a_rule_that_gets_the_alarm(
    fields: Mapping[str, tuple[Any, ...]], expected: Truth, catalog: Catalog
) -> None:
    assert ask("state_sets_off_rule", alarm("a"), catalog, event_rule(fields), exported=(RULES,)) == expected


def test_operators_other_than_equals_are_not_decided(catalog: Catalog) -> None:
    pattern = {
        "Fields": (
            {"Path": "source", "Values": ("aws.states",), "Operators": ("equals",)},
            {"Path": "detail.stateMachineArn", "Values": (), "Operators": ("prefix",)},
        )
    }
    rule = event_rule({}, **{"WaPolicy::EventPatterns": (pattern,)})
    assert isinstance(ask("failures_set_off_rule", MACHINE, catalog, rule, exported=(RULES,)), Unknown)


# --- logs --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('{"id":"$context.requestId","status":$context.status}', True),
        ('{"id":"$context.requestId","status":"$context.status","all":"$context.path and $context.error.message"}\n', True),
        ('{"id":"$context.requestId","sub":"$context.authorizer.claims.sub-x_1","status":$context.status}', True),
        ('{"id":"$context.requestId"}', False),
        ('{"id":"$context.requestIdOfAnother","status":$context.status}', False),
        ("$context.requestId $context.status", False),
        ('["$context.requestId", "$context.status"]', False),
        (WHY, WHY),
        (None, False),
    ],
)  # fmt: skip
def test_formats_of_access_logs(written: Any, expected: Truth, catalog: Catalog) -> None:
    one = resource("AWS::ApiGatewayV2::Stage", "stages/live", "live", AccessLogSettings={"Format": written})
    assert ask("has_json_format", one, catalog, variables=("requestId", "status")) == expected


# --- runtimes and images -----------------------------------------------------------------------------------------------


def test_the_day_of_a_runtime(catalog: Catalog) -> None:
    day = table("runtimes").cell("python3.12", "deprecated")
    assert day == date(2028, 10, 31)

    def retired(days: int, today: date | None) -> Truth:
        one = function("f", Runtime="python3.12")
        return ask("has_retired_runtime", one, catalog, today=today, table="runtimes", days=days)

    assert [retired(0, date(2028, 10, 30)), retired(0, date(2028, 10, 31))] == [False, True]
    assert [retired(29, date(2028, 10, 1)), retired(30, date(2028, 10, 1))] == [False, True]
    assert isinstance(retired(0, None), Unknown)


@pytest.mark.parametrize(
    ("runtime", "known", "retired"),
    [
        ("nodejs14.x", True, True),
        ("python3.15", True, False),
        ("provided.al2023023", False, False),
        (WHY, WHY, WHY),
        (None, False, False),
    ],
)
def test_runtimes_without_a_day(runtime: Any, known: Truth, retired: Truth, catalog: Catalog) -> None:
    one = function("f", Runtime=runtime)
    assert ask("has_known_runtime", one, catalog, table="runtimes") == known
    assert ask("has_retired_runtime", one, catalog, table="runtimes", days=0) == retired


IMAGE = resource(
    "WaPolicy::ContainerImage", "arn:aws:ecr:eu-west-1:111122223333:repository/r@sha256:aa", "r",
    RepositoryName="r", ImageDigest="sha256:aa", ImageTags=("1", "latest"), ImagePushedAt="2026-08-28T10:00:00+00:00",
)  # fmt: skip
ECR = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"


@pytest.mark.parametrize(
    ("uri", "days", "expected"),
    [
        (f"{ECR}/r:1", 89, True),
        (f"{ECR}/r:1", 90, False),
        (f"{ECR}/r", 89, True),
        (f"{ECR}/r@sha256:aa", 89, True),
        ("public.ecr.aws/x/y:1", 89, False),
        (WHY, 89, WHY),
    ],
)
def test_the_age_of_an_image(uri: Any, days: int, expected: Truth, catalog: Catalog) -> None:
    one = function("f", Code={"ImageUri": uri})
    assert ask("runs_image_older_than", one, catalog, IMAGE, today=date(2026, 11, 26), days=days) == expected


@pytest.mark.parametrize("uri", [f"{ECR}/r:2", f"{ECR}/r@sha256:bb", f"{ECR}/other:1"])
def test_an_image_that_was_not_listed(uri: str, catalog: Catalog) -> None:
    one = function("f", Code={"ImageUri": uri})
    assert isinstance(
        ask("runs_image_older_than", one, catalog, IMAGE, today=date(2026, 11, 26), days=1), Unknown
    )
