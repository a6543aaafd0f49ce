"""The methods of a REST API say the same in all forms of input."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.loaders.terraform.making import Made
from tests.loaders.terraform.making import read as read_plan
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory, PropertyValue

Read = Callable[..., Inventory]
PLACE = "111122223333/eu-west-1"
EXPECTED: Mapping[str, PropertyValue] = {
    "HttpMethod": "POST",
    "AuthorizationType": "NONE",
    "AuthorizationScopes": ("orders/write",),
    "RequestParameters": {"method.request.querystring.page": True},
    "RequestModels": {"application/json": "Order"},
    "Integration": {
        "Type": "HTTP_PROXY",
        "IntegrationHttpMethod": "POST",
        "Uri": "https://backend.example.com",
        "Credentials": "arn:aws:iam::111122223333:role/r",
        "TimeoutInMillis": 2000,
        "CacheKeyParameters": ("method.request.querystring.page",),
    },
}


def method_of(found: Inventory) -> Mapping[str, PropertyValue]:
    assert not found.problems
    (api,) = found.of_type("AWS::ApiGateway::RestApi")
    methods = api.property("WaPolicy::Methods")
    assert isinstance(methods, tuple)
    (method,) = methods
    assert isinstance(method, Mapping)
    return method


def check(method: Mapping[str, PropertyValue], *, without: tuple[str, ...] = ()) -> None:
    for name, expected in EXPECTED.items():
        found = method.get(name)
        if isinstance(expected, Mapping) and isinstance(found, Mapping):
            found = {key: found.get(key) for key in expected}
        assert found == expected or name in without, name


def test_an_answer(read_exports: Read) -> None:
    integration = {
        "type": "HTTP_PROXY",
        "httpMethod": "POST",
        "uri": "https://backend.example.com",
        "credentials": "arn:aws:iam::111122223333:role/r",
        "timeoutInMillis": 2000,
        "cacheKeyParameters": ["method.request.querystring.page"],
    }
    method = {
        "httpMethod": "POST",
        "authorizationType": "NONE",
        "apiKeyRequired": False,
        "requestValidatorId": "v1",
        "authorizationScopes": ["orders/write"],
        "requestParameters": {"method.request.querystring.page": True},
        "requestModels": {"application/json": "Order"},
        "methodIntegration": integration,
    }
    answer = {"items": [{"id": "r1", "path": "/orders", "resourceMethods": {"POST": method}}]}
    read = method_of(read_exports({f"{PLACE}/apigateway.get-resources.a1b2.json": answer}))
    check(read)
    assert read["RequestValidatorId"] == "v1"


def test_an_answer_without_the_methods_embedded_does_not_tell(read_exports: Read) -> None:
    answer = {"items": [{"id": "r1", "path": "/orders", "resourceMethods": {"POST": {}}}]}
    read = method_of(read_exports({f"{PLACE}/apigateway.get-resources.a1b2.json": answer}))
    assert isinstance(read["Integration"], Unknown)
    assert isinstance(read["RequestValidatorId"], Unknown)


def test_the_answers_of_an_integration(read_exports: Read) -> None:
    headers = {"method.response.header.Access-Control-Allow-Origin": "'*'"}
    integration = {
        "type": "MOCK",
        "tlsConfig": {"insecureSkipVerification": True},
        "integrationResponses": {"200": {"statusCode": "200", "responseParameters": headers}},
    }
    method = {"httpMethod": "OPTIONS", "authorizationType": "NONE", "methodIntegration": integration}
    answer = {"items": [{"id": "r1", "path": "/", "resourceMethods": {"OPTIONS": method}}]}
    read = method_of(read_exports({f"{PLACE}/apigateway.get-resources.a1b2.json": answer}))
    assert read["Integration"] == {
        "Type": "MOCK",
        "TlsConfig": {"InsecureSkipVerification": True},
        "IntegrationResponses": ({"StatusCode": "200", "ResponseParameters": headers},),
    }


def test_a_method_of_a_template(read_exports: Read) -> None:
    properties = {
        "RestApiId": {"Ref": "Api"},
        "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
        "HttpMethod": "POST",
        "AuthorizationType": "NONE",
        "AuthorizationScopes": ["orders/write"],
        "RequestValidatorId": {"Ref": "Validator"},
        "RequestParameters": {"method.request.querystring.page": True},
        "RequestModels": {"application/json": "Order"},
        "Integration": {
            "Type": "HTTP_PROXY",
            "IntegrationHttpMethod": "POST",
            "Uri": "https://backend.example.com",
            "Credentials": "arn:aws:iam::111122223333:role/r",
            "TimeoutInMillis": "2000",
            "CacheKeyParameters": ["method.request.querystring.page"],
        },
    }
    resources = {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a"}},
        "Validator": {"Type": "AWS::ApiGateway::RequestValidator", "Properties": {"RestApiId": {"Ref": "Api"}}},
        "Post": {"Type": "AWS::ApiGateway::Method", "Properties": properties},
    }  # fmt: skip
    check(method_of(read_exports({"t.json": {"Resources": resources}})))


def test_an_openapi_document(read_exports: Read) -> None:
    integration = {
        "type": "http_proxy",
        "httpMethod": "POST",
        "uri": "https://backend.example.com",
        "credentials": "arn:aws:iam::111122223333:role/r",
        "timeoutInMillis": 2000,
        "cacheKeyParameters": ["method.request.querystring.page"],
    }
    operation = {
        "parameters": [{"in": "query", "name": "page", "required": True}],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
        "security": [{"pool": ["orders/write"]}],
        "x-amazon-apigateway-integration": integration,
    }
    body = {
        "openapi": "3.0.1",
        "x-amazon-apigateway-request-validator": "all",
        "paths": {"/orders": {"post": operation}},
        "components": {
            "securitySchemes": {"pool": {"type": "apiKey", "x-amazon-apigateway-authtype": "cognito_user_pools"}}
        },
    }  # fmt: skip
    api = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": body}}
    read = method_of(read_exports({"t.json": {"Resources": {"Api": api}}}))
    check(read, without=("AuthorizationType",))
    assert read["AuthorizationType"] == "COGNITO_USER_POOLS"
    assert read["RequestValidatorId"] == "all"


def test_a_plan(tmp_path: Path) -> None:
    call = {"rest_api_id": "a1b2", "resource_id": "r1", "http_method": "POST"}
    found = read_plan(
        tmp_path,
        Made("aws_api_gateway_rest_api", "a", {"name": "a", "id": "a1b2"}),
        Made(
            "aws_api_gateway_method",
            "m",
            call
            | {
                "authorization": "NONE",
                "authorization_scopes": ["orders/write"],
                "request_parameters": {"method.request.querystring.page": True},
                "request_models": {"application/json": "Order"},
            },
        ),
        Made(
            "aws_api_gateway_integration",
            "i",
            call
            | {
                "type": "HTTP_PROXY",
                "integration_http_method": "POST",
                "uri": "https://backend.example.com",
                "credentials": "arn:aws:iam::111122223333:role/r",
                "timeout_milliseconds": 2000,
                "cache_key_parameters": ["method.request.querystring.page"],
            },
        ),
    )
    read = dict(method_of(found))
    json.dumps(sorted(read))
    check(read)


def test_a_document_without_a_validator_has_none(read_exports: Read) -> None:
    operation: dict[str, Any] = {"x-amazon-apigateway-integration": {"type": "mock"}}
    api = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": {"paths": {"/": {"get": operation}}}}}
    read = method_of(read_exports({"t.json": {"Resources": {"Api": api}}}))
    assert read.get("RequestValidatorId") is None
    assert read["Integration"] == {"Type": "MOCK"}


def test_routes_of_an_openapi_document(read_exports: Read) -> None:
    integration = {
        "type": "http_proxy",
        "httpMethod": "POST",
        "uri": {"Fn::Sub": "http://${Host}/"},
        "credentials": "arn:aws:iam::111122223333:role/r",
        "payloadFormatVersion": "2.0",
        "connectionType": "vpc_link",
        "tlsConfig": {"serverNameToVerify": "backend.example.com"},
    }
    scheme = {"type": "oauth2", "x-amazon-apigateway-authorizer": {"type": "jwt"}}
    operation = {"security": [{"users": ["orders/write"]}], "x-amazon-apigateway-integration": integration}
    body = {
        "openapi": "3.0.1",
        "x-amazon-apigateway-cors": {"allowOrigins": ["*"], "allowCredentials": True},
        "components": {"securitySchemes": {"users": scheme}},
        "paths": {"/orders": {"post": operation}},
    }
    template = {
        "Parameters": {"Host": {"Type": "String"}},
        "Resources": {"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body}}},
    }
    found = read_exports({"t.json": template})
    (api,) = found.of_type("AWS::ApiGatewayV2::Api")
    assert api.property("CorsConfiguration") == {"AllowOrigins": ("*",), "AllowCredentials": True}
    (route,) = found.of_type("AWS::ApiGatewayV2::Route")
    assert route.property("AuthorizationType") == "JWT"
    assert route.property("AuthorizationScopes") == ("orders/write",)
    (called,) = found.of_type("AWS::ApiGatewayV2::Integration")
    expected = {
        "IntegrationType": "HTTP_PROXY",
        "IntegrationMethod": "POST",
        "CredentialsArn": "arn:aws:iam::111122223333:role/r",
        "PayloadFormatVersion": "2.0",
        "ConnectionType": "VPC_LINK",
        "TlsConfig": {"ServerNameToVerify": "backend.example.com"},
        "WaPolicy::UriScheme": "http",
    }
    assert {name: called.property(name) for name in expected} == expected
    assert isinstance(called.property("IntegrationUri"), Unknown)
