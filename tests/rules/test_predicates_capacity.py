"""Predicates about capacity that several resources share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Answer, Inventory, Resource
from wa_policy.rules.predicates import PREDICATES
from wa_policy.rules.subjects import Scope, subject_of_resource

WHY = Unknown(UnknownKind.UNRESOLVED, "`Value`")
ACCOUNT, REGION = "111122223333", "eu-west-1"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t"
GROUP = f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/rulegroup/g/1"
LISTED = (
    Answer("lambda.list-event-source-mappings", ACCOUNT, REGION),
    Answer("lambda.list-functions", ACCOUNT, REGION),
    Answer("application-autoscaling.describe-scalable-targets", ACCOUNT, REGION),
)


def resource(type_: str, id_: str, name: str, **properties: Any) -> Resource:
    return Resource(type_, id_, name, ACCOUNT, REGION, properties, NOWHERE)


def function(**properties: Any) -> Resource:
    return resource("AWS::Lambda::Function", FUNCTION, "f", FunctionName="f", **properties)


def mapping(name: str, maximum: Any, enabled: Any = True) -> Resource:
    id_ = f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:{name}"
    scaling = {} if maximum is None else {"MaximumConcurrency": maximum}
    properties = {"FunctionName": FUNCTION, "Enabled": enabled, "ScalingConfig": scaling}
    return resource("AWS::Lambda::EventSourceMapping", id_, name, **properties)


def target(dimension: Any, scaled: Any) -> Resource:
    id_ = f"scalable-target/{dimension}/{scaled}"
    return resource(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        id_,
        id_,
        ScalableDimension=dimension,
        ResourceId=scaled,
    )


def ask(name: str, one: Resource, catalog: Catalog, *others: Resource, **arguments: Any) -> Truth:
    inventory = Inventory(resources=(one, *others), exported=LISTED)
    return PREDICATES[name].judge(
        subject_of_resource(one, inventory), Scope(inventory, {}, catalog), arguments
    )


@pytest.mark.parametrize(
    ("reserved", "others", "expected"),
    [
        (10, [mapping("b", 5)], False),
        (10, [mapping("b", 6)], True),
        ("10", [mapping("b", "6")], True),
        (4, [], True),
        (None, [mapping("b", 600)], False),
        (10, [mapping("b", None)], False),
        (10, [mapping("b", 6, enabled=False)], False),
        (10, [mapping("b", 6, enabled=WHY)], WHY),
        (10, [mapping("b", 5, enabled=WHY)], False),
        (10, [mapping("b", WHY)], WHY),
        (4, [mapping("b", WHY)], True),
        (WHY, [], WHY),
    ],
)
def test_maxima_add_up(reserved: Any, others: list[Resource], expected: Truth, catalog: Catalog) -> None:
    runs = function() if reserved is None else function(ReservedConcurrentExecutions=reserved)
    assert ask("exceeds_reservation", mapping("a", 5), catalog, runs, *others) == expected


def test_a_mapping_that_is_off_takes_nothing_in(catalog: Catalog) -> None:
    off = mapping("a", 50, enabled=False)
    assert ask("exceeds_reservation", off, catalog, function(ReservedConcurrentExecutions=10)) is False


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([target("reads", "table/t/index/i"), target("reads", "table/t/index/j")], True),
        ([target("reads", "table/t/index/i")], False),
        ([target("reads", "table/t/index/i"), target("writes", "table/t/index/j")], False),
        ([target("reads", "table/t/index/i"), target("reads", "table/t/index/jj")], False),
        ([target("reads", "table/t/index/i"), target("reads", "table/u/index/j")], False),
        ([target("reads", "table/t/index/i"), target(WHY, "table/t/index/j")], WHY),
    ],
)
def test_each_index_scales(targets: list[Resource], expected: Truth, catalog: Catalog) -> None:
    indexes = ({"IndexName": "i"}, {"IndexName": "j"})
    table = resource("AWS::DynamoDB::Table", TABLE, "t", TableName="t", GlobalSecondaryIndexes=indexes)
    assert ask("scales_each_index", table, catalog, *targets, dimension="reads") == expected


def test_a_table_without_indexes_has_none_to_scale(catalog: Catalog) -> None:
    table = resource("AWS::DynamoDB::Table", TABLE, "t", TableName="t")
    assert ask("scales_each_index", table, catalog, dimension="reads") is True


def test_indexes_that_are_not_known(catalog: Catalog) -> None:
    table = resource("AWS::DynamoDB::Table", TABLE, "t", TableName="t", GlobalSecondaryIndexes=WHY)
    assert ask("scales_each_index", table, catalog, dimension="reads") == WHY


RATE: Mapping[str, Any] = {"Statement": {"RateBasedStatement": {"Limit": 100}}}
OTHER: Mapping[str, Any] = {"Statement": {"GeoMatchStatement": {}}}
REFERS: Mapping[str, Any] = {"Statement": {"RuleGroupReferenceStatement": {"Arn": GROUP}}}


@pytest.mark.parametrize(
    ("rules", "group", "expected"),
    [
        ((OTHER, RATE), None, True),
        ((OTHER,), None, False),
        ((), None, False),
        ((REFERS,), (RATE,), True),
        ((REFERS,), (OTHER,), False),
        ((REFERS,), WHY, WHY),
        ((REFERS, RATE), None, True),
        ((REFERS,), None, Unknown(UnknownKind.NOT_EXPORTED, f"wafv2 get-rule-group for `{GROUP}`")),
        (({"Statement": {"RuleGroupReferenceStatement": {"Arn": WHY}}},), (RATE,), WHY),
        (({"Statement": WHY},), None, WHY),
        (WHY, None, WHY),
    ],
)
def test_a_web_acl_limits_each_client(rules: Any, group: Any, expected: Truth, catalog: Catalog) -> None:
    acl = resource("AWS::WAFv2::WebACL", "acl", "acl", Rules=rules)
    groups = [] if group is None else [resource("AWS::WAFv2::RuleGroup", GROUP, "g", Rules=group)]
    assert ask("limits_each_client", acl, catalog, *groups) == expected
