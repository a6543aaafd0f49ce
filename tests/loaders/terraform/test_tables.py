"""The tables against the schemas of the CloudFormation types, and against one another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wa_policy.catalog.store import load_schemas
from wa_policy.loaders.terraform.kinds import KINDS, WHOLE_ARNS
from wa_policy.loaders.terraform.resources import PARTS, TABLES
from wa_policy.loaders.terraform.rows import Form, Row, camel, rows

# Properties that stand inside of one of these, and those that `shapes` makes into others.
WRAPPED = {
    "aws_cloudfront_distribution": ("DistributionConfig",),
    "aws_cloudfront_origin_access_control": ("OriginAccessControlConfig",),
}
RESHAPED = {
    ("aws_sfn_state_machine", "LoggingConfiguration.LogDestination"),
    ("aws_cloudwatch_metric_alarm", "Metrics.MetricStat.MetricName"),
    ("aws_cloudwatch_metric_alarm", "Metrics.MetricStat.Namespace"),
    ("aws_cloudwatch_metric_alarm", "Metrics.MetricStat.Dimensions"),
    *(
        ("aws_cognito_user_pool", f"Policies.{name}")
        for name in (
            *("MinimumLength", "RequireLowercase", "RequireNumbers", "RequireSymbols", "RequireUppercase"),
            "TemporaryPasswordValidityDays",
        )
    ),
}


def paths(table: tuple[Row, ...], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for row in table:
        here = above if row.form is Form.AROUND else (*above, row.property)
        if row.form is not Form.AROUND:
            yield here
        yield from paths(row.inside, here)


@pytest.mark.parametrize("type_", TABLES)
def test_every_property_of_a_table_is_one_of_the_type(type_: str) -> None:
    schemas, of_type = load_schemas(), KINDS[type_].type
    assert schemas.has(of_type)
    unknown = [
        ".".join(path)
        for path in paths(rows(TABLES[type_]))
        if schemas.find(of_type, (*WRAPPED.get(type_, ()), *path)) is None
        and (type_, ".".join(path)) not in RESHAPED
    ]
    assert unknown == []


def test_every_kind_has_a_table() -> None:
    assert set(TABLES) == set(KINDS)
    # A subscription is a resource, and an item in the list of its topic.
    assert PARTS & set(TABLES) == {"aws_sns_topic_subscription"}
    assert set(KINDS) >= WHOLE_ARNS


def test_the_language_of_the_rows() -> None:
    assert rows("memory_size policy=KeyPolicy:json") == (
        Row("memory_size", "MemorySize"),
        Row("policy", "KeyPolicy", read="json"),
    )
    assert rows("vpc_config{subnet_ids} tag=Tags[key value] origin(a)") == (
        Row("vpc_config", "VpcConfig", Form.ONE, inside=(Row("subnet_ids", "SubnetIds"),)),
        Row("tag", "Tags", Form.MANY, inside=(Row("key", "Key"), Row("value", "Value"))),
        Row("origin", "Origin", Form.AROUND, inside=(Row("a", "A"),)),
    )
    assert camel("kms_key_arn") == "KmsKeyArn"
