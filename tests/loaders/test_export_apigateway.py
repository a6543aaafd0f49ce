import json
from collections.abc import Callable
from typing import Any

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Absent, Inventory, Present

Read = Callable[..., Inventory]
HERE = "111122223333/eu-west-1"
API = "arn:aws:apigateway:eu-west-1::/restapis/abc123"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    ],
}


def api(**members: Any) -> dict[str, Any]:
    return {
        "id": "abc123",
        "name": "orders",
        "createdDate": "2025-01-01T00:00:00+00:00",
        "apiKeySource": "HEADER",
        "endpointConfiguration": {"types": ["PRIVATE"], "vpcEndpointIds": ["vpce-1"]},
        "tags": {"team": "shop"},
        "disableExecuteApiEndpoint": True,
    } | members


def escaped(document: object) -> str:
    """As API Gateway answers: the quotes of the JSON text are escaped once more."""
    return json.dumps(json.dumps(document))[1:-1]


def test_rest_apis_and_their_doubly_escaped_policy(read_exports: Read) -> None:
    found = read_exports(
        {
            f"{HERE}/apigateway.get-rest-apis.json": {
                "items": [api(policy=escaped(POLICY)), api(id="d", name="o")]
            }
        }
    )
    assert not found.problems
    first, second = found.of_type("AWS::ApiGateway::RestApi")
    assert (first.id, first.name, first.account, first.region) == (API, "orders", "111122223333", "eu-west-1")
    assert first.property("EndpointConfiguration") == {"Types": ("PRIVATE",), "VpcEndpointIds": ("vpce-1",)}
    assert first.property("Tags") == {"team": "shop"}
    assert first.property("WaPolicy::RestApiId") == "abc123"
    document = first.policy()
    assert isinstance(document, Present)
    assert document.policy.statements[0].source.pointer == "/items/0/policy/Statement/0"
    assert isinstance(second.policy(), Absent)
    assert isinstance(first.property("WaPolicy::Methods"), Unknown)
    assert found.was_exported("apigateway.get-rest-apis", "111122223333", "eu-west-1")


def test_methods_and_stages(read_exports: Read) -> None:
    method = {"httpMethod": "GET", "authorizationType": "NONE", "apiKeyRequired": True}
    resources = [
        {"id": "1", "path": "/"},
        {"id": "2", "path": "/orders", "resourceMethods": {"GET": method, "POST": {}}},
    ]
    setting = {"loggingLevel": "INFO", "throttlingRateLimit": 10.5}
    stage = {
        "stageName": "prod",
        "deploymentId": "d",
        "methodSettings": {"*/*": setting, "~1orders~1{id}/GET": {"metricsEnabled": True}},
        "webAclArn": "arn:aws:wafv2:x",
        "accessLogSettings": {"destinationArn": "arn:aws:logs:x", "format": "$context"},
    }
    found = read_exports(
        {
            f"{HERE}/apigateway.get-rest-apis.json": {"items": [api()]},
            f"{HERE}/apigateway.get-resources.abc123.json": {"items": resources},
            f"{HERE}/apigateway.get-stages.abc123.json": {"item": [stage]},
        }
    )
    assert not found.problems
    (resource,) = found.of_type("AWS::ApiGateway::RestApi")
    methods = resource.property("WaPolicy::Methods")
    assert isinstance(methods, tuple)
    get, post = methods
    assert get == {
        "ResourcePath": "/orders",
        "HttpMethod": "GET",
        "AuthorizationType": "NONE",
        "ApiKeyRequired": True,
    }
    assert isinstance(post, dict)
    assert isinstance(post["AuthorizationType"], Unknown)  # exported without `--embed methods`
    (found_stage,) = found.of_type("AWS::ApiGateway::Stage")
    assert found_stage.id == f"{API}/stages/prod"
    assert found_stage.property("RestApiId") == "abc123"
    assert found_stage.property("MethodSettings") == (
        {"ResourcePath": "/*", "HttpMethod": "*", "LoggingLevel": "INFO", "ThrottlingRateLimit": 10.5},
        {"ResourcePath": "/orders/{id}", "HttpMethod": "GET", "MetricsEnabled": True},
    )
    assert found_stage.property("WaPolicy::WebAclArn") == "arn:aws:wafv2:x"
    assert found_stage.property("AccessLogSetting") == {
        "DestinationArn": "arn:aws:logs:x",
        "Format": "$context",
    }


def test_resources_of_no_known_api(read_exports: Read) -> None:
    found = read_exports({"r.json": {"items": [{"id": "1", "path": "/"}]}})
    assert {problem.code for problem in found.problems} == {"resource-unknown", "account-unknown"}


def test_a_single_api_without_a_place(read_exports: Read) -> None:
    found = read_exports({"a.json": api()})
    (problem,) = found.problems
    assert problem.code == "account-unknown"
    assert "111122223333/eu-west-1" in problem.advice
    (resource,) = found.of_type("AWS::ApiGateway::RestApi")
    assert (resource.id, resource.account) == ("arn:aws:apigateway:::/restapis/abc123", None)


def test_http_apis(read_exports: Read) -> None:
    found = read_exports(
        {
            f"{HERE}/apigatewayv2.get-apis.json": {
                "Items": [
                    {
                        "ApiId": "h1",
                        "Name": "http",
                        "ProtocolType": "HTTP",
                        "DisableExecuteApiEndpoint": False,
                    }
                ]
            },
            f"{HERE}/apigatewayv2.get-routes.h1.json": {
                "Items": [
                    {
                        "RouteId": "r",
                        "RouteKey": "GET /x",
                        "AuthorizationType": "NONE",
                        "ApiKeyRequired": False,
                    }
                ]
            },
        }
    )
    assert not found.problems
    (resource,) = found.of_type("AWS::ApiGatewayV2::Api")
    assert resource.id == "arn:aws:apigateway:eu-west-1::/apis/h1"
    assert resource.property("ProtocolType") == "HTTP"
    (route,) = found.of_type("AWS::ApiGatewayV2::Route")
    assert (route.property("ApiId"), route.property("RouteKey")) == ("h1", "GET /x")


def test_malformed_members(read_exports: Read) -> None:
    found = read_exports(
        {
            f"{HERE}/apigateway.get-rest-apis.json": {
                "items": [api(endpointConfiguration={"types": "PRIVATE"}), api(id=7), api(id="e", policy="{")]
            }
        }
    )
    assert [problem.pointer for problem in found.problems] == [
        "/items/0/endpointConfiguration/types",
        "/items/1/id",
        "/items/2/policy",
    ]
    assert len(found.of_type("AWS::ApiGateway::RestApi")) == 2
