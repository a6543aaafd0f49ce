"""What can be called on an API, what that calls, and with whose rights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.rules.conftest import Export
from tests.rules.test_each import give
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Resource
from wa_policy.rules.each_integration_roles import actions_of_integration
from wa_policy.rules.each_operations import HTTP_API, REST_API
from wa_policy.rules.items import Item
from wa_policy.rules.subjects import Scope, Subject

OnlySubject = Callable[..., tuple[Subject, Scope]]
API = {"id": "abc", "name": "a", "createdDate": "2025-01-01T00:00:00+00:00"}
V2_API = {"ApiId": "abc", "Name": "a", "ProtocolType": "HTTP", "RouteSelectionExpression": "x"}
ROUTES = [
    {"RouteId": "r1", "RouteKey": "GET /a", "AuthorizationType": "NONE", "Target": "integrations/i1"},
    {"RouteId": "r2", "RouteKey": "$default", "AuthorizationType": "AWS_IAM", "Target": "integrations/i2"},
]


def rest(**methods: Mapping[str, Any]) -> Mapping[str, Any]:
    listed = [{"id": "r", "path": "/a", "resourceMethods": methods}]
    return {
        "apigateway.get-rest-apis.json": {"items": [API]},
        "apigateway.get-resources.abc.json": {"items": listed},
    }


def http(*integrations: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "apigatewayv2.get-apis.json": {"Items": [V2_API]},
        "apigatewayv2.get-routes.abc.json": {"Items": ROUTES},
        "apigatewayv2.get-integrations.abc.json": {"Items": list(integrations)},
    }


def resource_of(item: Item) -> Resource:
    assert item.subject is not None
    assert item.subject.resource is not None
    return item.subject.resource


def test_methods_are_named_as_callers_know_them(export: Export, only_subject: OnlySubject) -> None:
    called = {"type": "HTTP", "uri": "http://x", "tlsConfig": {"insecureSkipVerification": True}}
    files = rest(
        GET={"authorizationType": "NONE", "methodIntegration": called}, ANY={"authorizationType": "AWS_IAM"}
    )
    subject, scope = only_subject(export(files), REST_API)
    first, second = sorted(give("operations", subject, scope).items, key=lambda item: item.key)
    assert [first.key, second.key] == ["ANY /a", "GET /a"]
    method = resource_of(second)
    assert method.type == "AWS::ApiGateway::Method"
    assert method.property("RestApiId") == "abc"
    assert method.property("WaPolicy::Path") == "/a"
    assert method.property("WaPolicy::UriScheme") == "http"
    assert method.property("WaPolicy::SkipsVerification") is True
    assert resource_of(first).property("WaPolicy::SkipsVerification") is None
    assert [item.key for item in give("integrations", subject, scope).items] == ["GET /a"]


def test_methods_that_were_not_exported_are_unknown(export: Export, only_subject: OnlySubject) -> None:
    subject, scope = only_subject(export({"apigateway.get-rest-apis.json": {"items": [API]}}), REST_API)
    found = give("operations", subject, scope)
    assert found.items == ()
    assert len(found.unknown) == 1


def test_routes_and_what_they_call(export: Export, only_subject: OnlySubject) -> None:
    first = {"IntegrationId": "i1", "IntegrationType": "HTTP_PROXY", "IntegrationUri": "HTTPS://x"}
    subject, scope = only_subject(export(http(first)), HTTP_API)
    assert sorted(item.key for item in give("operations", subject, scope).items) == ["$default", "GET /a"]
    found = give("integrations", subject, scope)
    (item,) = found.items
    assert item.key == "GET /a"
    assert resource_of(item).property("WaPolicy::UriScheme") == "https"
    assert found.unknown == (), "the integration `i2` is gone"


def test_integrations_that_were_not_exported_are_unknown(export: Export, only_subject: OnlySubject) -> None:
    files = {name: one for name, one in http().items() if "integrations" not in name}
    subject, scope = only_subject(export(files), HTTP_API)
    found = give("integrations", subject, scope)
    assert found.items == ()
    assert len(found.unknown) == 2


def test_a_template_says_how_a_uri_begins(export: Export, only_subject: OnlySubject) -> None:
    method = {
        "RestApiId": {"Ref": "Api"},
        "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
        "HttpMethod": "GET",
        "Integration": {"Type": "HTTP", "Uri": {"Fn::Sub": "http://${Host}/"}},
    }
    template = {
        "Parameters": {"Host": {"Type": "String"}},
        "Resources": {
            "Api": {"Type": REST_API, "Properties": {"Name": "a"}},
            "Get": {"Type": "AWS::ApiGateway::Method", "Properties": method},
        },
    }
    subject, scope = only_subject(export({"template.json": template}), REST_API)
    (item,) = give("integrations", subject, scope).items
    assert resource_of(item).property("WaPolicy::UriScheme") == "http"
    called = resource_of(item).property("Integration")
    assert isinstance(called, Mapping)
    assert isinstance(called["Uri"], Unknown)
    assert "WaPolicy::UriScheme" not in called


def test_a_quick_api_has_one_route(export: Export, only_subject: OnlySubject) -> None:
    properties = {"Name": "a", "ProtocolType": "HTTP", "Target": "https://x"}
    template = {"Resources": {"Api": {"Type": HTTP_API, "Properties": properties}}}
    subject, scope = only_subject(export({"template.json": template}), HTTP_API)
    (item,) = give("operations", subject, scope).items
    assert item.key == "$default"
    assert resource_of(item).property("AuthorizationType") is None


ROLE, CALLER = "arn:aws:iam::111122223333:role/r", "arn:aws:iam::*:user/*"
SQS, PUT = "arn:aws:apigateway:eu-west-1:sqs:path/q", "arn:aws:apigateway:eu-west-1:dynamodb:action/PutItem"


def test_integrations_with_rights(export: Export, only_subject: OnlySubject) -> None:
    def method(kind: str, uri: str, credentials: str | None) -> Mapping[str, Any]:
        integration = {"type": "AWS", "uri": uri} | ({"credentials": credentials} if credentials else {})
        return {"authorizationType": kind, "methodIntegration": integration}

    files = rest(
        GET=method("NONE", SQS, ROLE),
        PUT=method("NONE", PUT, ROLE),
        POST=method("NONE", SQS, CALLER),
        PATCH=method("AWS_IAM", SQS, CALLER),
        DELETE=method("NONE", SQS, None),
    )
    subject, scope = only_subject(export(files), REST_API)
    found = {item.key: item for item in give("integration_roles", subject, scope).items}
    taken = {key: resource_of(item).property("WaPolicy::TakesCallerRights") for key, item in found.items()}
    assert taken == {"GET /a": None, "PUT /a": None, "POST /a": True, "PATCH /a": False}
    shared = ("sqs:*", "dynamodb:PutItem", "kms:Decrypt", "kms:GenerateDataKey*")
    assert found["GET /a"].fields == {"key": "GET /a", "role": ROLE, "actions": shared}


@pytest.mark.parametrize(
    ("type_", "properties", "expected"),
    [
        ("AWS::ApiGateway::Method", {"Integration": {"Uri": PUT}}, ("dynamodb:PutItem",)),
        ("AWS::ApiGateway::Method", {"Integration": {"Uri": SQS}}, ("sqs:*",)),
        ("AWS::ApiGateway::Method", {"Integration": {"Uri": "https://x"}}, ()),
        (
            "AWS::ApiGateway::Method",
            {"Integration": {"Uri": "arn:aws:apigateway:eu-west-1:x1y2.appsync-api:path/graphql"}},
            ("appsync:*",),
        ),
        (
            "AWS::ApiGateway::Method",
            {"Integration": {"Uri": "arn:aws:apigateway:eu-west-1:email:action/SendEmail"}},
            ("ses:SendEmail",),
        ),
        (
            "AWS::ApiGateway::Method",
            {"Integration": {"Uri": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/f/invocations"}},
            ("lambda:InvokeFunction",),
        ),
        ("AWS::ApiGatewayV2::Integration", {"IntegrationSubtype": "SQS-SendMessage"}, ("sqs:SendMessage",)),
        ("AWS::ApiGatewayV2::Integration", {"IntegrationSubtype": "EventBridge-PutEvents"}, ("events:PutEvents",)),
        ("AWS::ApiGatewayV2::Integration", {"IntegrationUri": PUT}, ("dynamodb:PutItem",)),
        (
            "AWS::ApiGatewayV2::Integration",
            {"IntegrationUri": "arn:aws:lambda:eu-west-1:111122223333:function:f"},
            ("lambda:InvokeFunction",),
        ),
    ],
)  # fmt: skip
def test_what_an_integration_is_for(
    type_: str, properties: dict[str, Any], expected: tuple[str, ...], export: Export
) -> None:
    (api,) = export(rest(GET={"authorizationType": "NONE"})).of_type(REST_API)
    one = Resource(type_, "i", "i", None, None, properties, api.source)
    assert actions_of_integration(one) == expected
