"""Predicates about authorizers and models of APIs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import METHODS_PROPERTY, REST_API_ID_PROPERTY, Inventory, Resource
from wa_policy.rules.predicates import PREDICATES
from wa_policy.rules.subjects import Scope, subject_of_resource

WHY = Unknown(UnknownKind.UNRESOLVED, "`Header`")


def resource(type_: str, **properties: Any) -> Resource:
    return Resource(type_, f"x/{type_}", "Order", "111122223333", "eu-west-1", properties, NOWHERE)


def ask(
    name: str, one: Resource, catalog: Catalog, inventory: Inventory | None = None, **arguments: Any
) -> Truth:
    known = inventory or Inventory()
    return PREDICATES[name].judge(subject_of_resource(one, known), Scope(known, {}, catalog), arguments)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("method.request.header.Authorization, context.path", True),
        ("$request.header.AUTHORIZATION", True),
        (("$context.routeKey", "$request.header.authorization"), True),
        (("route.request.header.Authorization",), True),
        ("method.request.querystring.Authorization", False),
        (("$context.routeKey",), False),
        (None, False),
        (WHY, WHY),
        ((WHY, "$request.header.Authorization"), True),
    ],
)
def test_identity_sources(source: Any, expected: Truth, catalog: Catalog) -> None:
    one = resource("AWS::ApiGatewayV2::Authorizer", IdentitySource=source)
    assert ask("has_identity_source", one, catalog, patterns=("request.header.Auth*",)) == expected


GOOD = {"type": "object", "required": ["a"], "additionalProperties": False}
TEXT = {"type": "string", "maxLength": 3}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (GOOD, True),
        (json.dumps(GOOD), True),
        ({**GOOD, "required": []}, False),
        ({**GOOD, "additionalProperties": True}, False),
        ({"type": "object", "required": ["a"]}, False),
        ({"properties": {}}, False),
        (TEXT, True),
        ({"type": "string"}, False),
        ({"type": "string", "format": "date"}, True),
        ({"type": "number"}, True),
        ({"type": "number", "const": 1}, False),
        ({"type": "number", "example": 1, "x-own": 1}, True),
        ({"type": "array", "items": {"type": "string"}}, False),
        ({"type": "array", "items": [TEXT, {"type": "string"}]}, False),
        ({**GOOD, "properties": {"a": TEXT, "b": {"type": "object"}}}, False),
        ({"anyOf": [TEXT, {"type": "string"}]}, False),
        ({"not": {"type": "string"}}, False),
        ({"$ref": "https://apigateway.amazonaws.com/restapis/a/models/b"}, True),
        ({"definitions": {"x": {"type": "string"}}}, False),
    ],
)
def test_strict_models(schema: Any, *, expected: bool, catalog: Catalog) -> None:
    assert ask("is_strict_model", resource("AWS::ApiGateway::Model", Schema=schema), catalog) is expected


@pytest.mark.parametrize(
    "schema", ["{", WHY, {"type": "object", "required": WHY, "additionalProperties": False}]
)
def test_schemas_that_are_not_known(schema: Any, catalog: Catalog) -> None:
    found = ask("is_strict_model", resource("AWS::ApiGateway::Model", Schema=schema), catalog)
    assert isinstance(found, Unknown)


METHOD = {"HttpMethod": "POST", "RequestModels": {"application/json": "Order"}}
ANSWER = {"HttpMethod": "POST", "RequestModels": {"application/json": "Other"}}


@pytest.mark.parametrize(
    ("methods", "expected"), [((METHOD,), True), ((ANSWER,), False), ((), False), (WHY, WHY)]
)
def test_models_for_requests(
    methods: tuple[Mapping[str, Any], ...] | Unknown, expected: Truth, catalog: Catalog
) -> None:
    api = resource("AWS::ApiGateway::RestApi", **{REST_API_ID_PROPERTY: "abc", METHODS_PROPERTY: methods})
    model = resource("AWS::ApiGateway::Model", RestApiId="abc")
    assert ask("is_request_model", model, catalog, Inventory(resources=(api,))) == expected
    assert isinstance(ask("is_request_model", model, catalog), Unknown)


def test_what_may_come_from_elsewhere(catalog: Catalog) -> None:
    stage = resource("AWS::ApiGateway::Stage")
    made = Inventory(resources=(stage,), declared=frozenset(((stage.type, stage.id),)))
    assert ask("may_come_from_elsewhere", stage, catalog, what="the web ACL") is False
    assert isinstance(ask("may_come_from_elsewhere", stage, catalog, made, what="the web ACL"), Unknown)
