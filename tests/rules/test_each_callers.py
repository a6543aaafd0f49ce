"""Iterators over the log that a function writes to, and over what invokes it."""

from __future__ import annotations

from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, Principal, PrincipalKind, Resource
from wa_policy.rules.each import ITERATORS
from wa_policy.rules.items import Items
from wa_policy.rules.subjects import Scope, subject_of_resource

WHY = Unknown(UnknownKind.UNRESOLVED, "`Group`")
ACCOUNT, REGION = "111122223333", "eu-west-1"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"
ROLE = Principal(PrincipalKind.ROLE, f"arn:aws:iam::{ACCOUNT}:role/r", ACCOUNT, "r", "/", NOWHERE)


def function(**properties: Any) -> Resource:
    given = {"FunctionName": "orders", "Role": ROLE.arn, **properties}
    return Resource("AWS::Lambda::Function", ARN, "orders", ACCOUNT, REGION, given, NOWHERE)


def items(name: str, one: Resource, catalog: Catalog, *others: Resource) -> Items:
    inventory = Inventory(resources=(one, *others), principals=(ROLE,))
    return ITERATORS[name].give(subject_of_resource(one, inventory), Scope(inventory, {}, catalog), {})


@pytest.mark.parametrize(
    ("group", "streams"),
    [
        (None, f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/orders:*"),
        ("/apps/all", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/apps/all:*"),
        (f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/apps/all:*", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/apps/all:*"),
    ],
)  # fmt: skip
def test_the_streams_that_a_function_writes(group: str | None, streams: str, catalog: Catalog) -> None:
    found = items("log_writer", function(LoggingConfig={"LogGroup": group}), catalog)
    assert [item.fields["log_streams"] for item in found.items] == [(streams,)]
    assert found.items[0].principal == ROLE


def test_a_group_that_is_not_known(catalog: Catalog) -> None:
    assert items("log_writer", function(LoggingConfig={"LogGroup": WHY}), catalog) == Items((), (WHY,))


@pytest.mark.parametrize(
    ("named", "qualifier"),
    [
        ("orders", ""),
        (ARN, ""),
        (f"{ACCOUNT}:function:orders", ""),
        (f"{ARN}:$LATEST", ""),
        ("orders:live", "live"),
        (f"{ARN}:7", "7"),
    ],
)
def test_the_version_or_alias_that_a_mapping_names(named: str, qualifier: str, catalog: Catalog) -> None:
    mapping = Resource(
        "AWS::Lambda::EventSourceMapping", "m", "m", ACCOUNT, REGION, {"FunctionName": named}, NOWHERE
    )
    found = items("invokers", function(), catalog, mapping).items
    assert [(item.key, item.fields["qualifier"]) for item in found] == [("event source mapping m", qualifier)]


@pytest.mark.parametrize(
    ("tail", "qualifier"), [("", ""), (":live", "live"), (":${stageVariables.alias}", None)]
)
def test_the_uri_of_a_method(tail: str, qualifier: str | None, catalog: Catalog) -> None:
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{ARN}{tail}/invocations"
    properties: dict[str, Any] = {"HttpMethod": "GET", "Integration": {"Uri": uri}}
    method = Resource("AWS::ApiGateway::Method", "x", "x", ACCOUNT, REGION, properties, NOWHERE)
    found = items("invokers", function(), catalog, method)
    assert [item.fields["qualifier"] for item in found.items] == ([] if qualifier is None else [qualifier])
    if qualifier is None:
        assert any("stage" in reason.reason for reason in found.unknown)


def test_another_function_whose_name_begins_alike(catalog: Catalog) -> None:
    other = Resource(
        "AWS::Lambda::EventSourceMapping", "m", "m", ACCOUNT, REGION, {"FunctionName": "orders-old"}, NOWHERE
    )
    assert items("invokers", function(), catalog, other).items == ()
