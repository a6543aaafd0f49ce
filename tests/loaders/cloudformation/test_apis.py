"""APIs of a template: methods from resources and from OpenAPI documents."""

from collections.abc import Mapping
from typing import Any

from tests.loaders.cloudformation.reading import ReadTemplate
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import METHODS_PROPERTY, WEB_ACL_PROPERTY, Inventory, Present


def methods(inventory: Inventory) -> dict[str, tuple[object, object, str]]:
    """Authorization, whether a key is needed, and the place of each method."""
    (api,) = inventory.of_type("AWS::ApiGateway::RestApi")
    found = api.property(METHODS_PROPERTY)
    assert isinstance(found, tuple), found
    told: dict[str, tuple[object, object, str]] = {}
    for index, method in enumerate(found):
        assert isinstance(method, Mapping)
        place = api.place(f"{METHODS_PROPERTY}/{index}").pointer
        key = f"{method.get('HttpMethod')} {method.get('ResourcePath')}"
        told[key] = (method.get("AuthorizationType"), method.get("ApiKeyRequired"), place)
    return told


def test_methods_that_are_resources(read: ReadTemplate) -> None:
    inventory = read(
        """
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Orders: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}
  One: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: "{id}"}}
  Root: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE}}
  Get: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !Ref One, HttpMethod: GET, AuthorizationType: AWS_IAM, ApiKeyRequired: "true"}}
  Other: {Type: AWS::ApiGateway::RestApi, Properties: {Name: other}}
"""
    )
    found = {
        api.name: api.property(METHODS_PROPERTY) for api in inventory.of_type("AWS::ApiGateway::RestApi")
    }
    assert found["other"] == ()
    only = [api for api in inventory.resources if api.name != "other"]
    from dataclasses import replace

    assert methods(replace(inventory, resources=tuple(only))) == {
        "GET /": ("NONE", False, "/Resources/Root"),
        "GET /orders/{id}": ("AWS_IAM", True, "/Resources/Get"),
    }


BODY = """
openapi: 3.0.1
info: {title: shop, version: "1"}
x-amazon-apigateway-policy:
  Version: "2012-10-17"
  Statement: [{Effect: Allow, Principal: "*", Action: "execute-api:Invoke", Resource: "*"}]
components:
  securitySchemes:
    key: {type: apiKey, name: x-api-key, in: header}
    iam: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}
    pool: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: cognito_user_pools, x-amazon-apigateway-authorizer: {type: cognito_user_pools}}
    own: {type: apiKey, name: token, in: header, x-amazon-apigateway-authtype: custom, x-amazon-apigateway-authorizer: {type: token}}
paths:
  /open: {get: {x-amazon-apigateway-integration: {type: mock}}, options: {}}
  /key: {get: {security: [{key: []}]}}
  /iam: {post: {security: [{iam: []}]}}
  /auth: {post: {x-amazon-apigateway-auth: {type: AWS_IAM}}}
  /pool: {x-amazon-apigateway-any-method: {security: [{pool: []}]}}
  /own: {get: {security: [{own: []}]}}
"""


def test_methods_of_an_openapi_document(read: ReadTemplate) -> None:
    body = BODY.replace("\n", "\n        ")
    inventory = read(
        f"Resources:\n  Api:\n    Type: AWS::ApiGateway::RestApi\n    Properties:\n      Body: {body}\n"
    )
    assert inventory.problems == ()
    start = "/Resources/Api/Properties/Body/paths"
    assert methods(inventory) == {
        "GET /open": ("NONE", False, f"{start}/~1open/get"),
        "OPTIONS /open": ("NONE", False, f"{start}/~1open/options"),
        "GET /key": ("NONE", True, f"{start}/~1key/get"),
        "POST /iam": ("AWS_IAM", False, f"{start}/~1iam/post"),
        "POST /auth": ("AWS_IAM", False, f"{start}/~1auth/post"),
        "ANY /pool": ("COGNITO_USER_POOLS", False, f"{start}/~1pool/x-amazon-apigateway-any-method"),
        "GET /own": ("CUSTOM", False, f"{start}/~1own/get"),
    }
    (api,) = inventory.of_type("AWS::ApiGateway::RestApi")
    assert isinstance(api.policy(), Present)
    assert (
        api.place("WaPolicy::Policy").pointer == "/Resources/Api/Properties/Body/x-amazon-apigateway-policy"
    )


def test_a_document_that_is_not_here(read: ReadTemplate) -> None:
    inventory = read(
        "Resources: {Api: {Type: 'AWS::ApiGateway::RestApi', Properties: {BodyS3Location: {Bucket: b, Key: k}}}}"
    )
    (api,) = inventory.of_type("AWS::ApiGateway::RestApi")
    found = api.property(METHODS_PROPERTY)
    assert isinstance(found, Unknown)
    assert "not in the template" in found.reason


def test_routes_of_an_http_api_document(read: ReadTemplate) -> None:
    inventory = read(
        """
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Body:
        info: {title: web}
        paths:
          /a: {get: {x-amazon-apigateway-integration: {uri: "arn:x"}}}
          /$default: {x-amazon-apigateway-any-method: {}}
"""
    )
    routes = {
        route.property("RouteKey"): route.property("AuthorizationType")
        for route in inventory.of_type("AWS::ApiGatewayV2::Route")
    }
    assert routes == {"GET /a": "NONE", "$default": "NONE"}
    assert "arn:x" in [
        one.property("IntegrationUri") for one in inventory.of_type("AWS::ApiGatewayV2::Integration")
    ]


def test_stages_and_their_web_acl(read: ReadTemplate) -> None:
    inventory = read(
        """
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Prod: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: prod, TracingEnabled: "true"}}
  D: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api, StageName: test, StageDescription: {TracingEnabled: true}}}
  Acl: {Type: AWS::WAFv2::WebACL, Properties: {Name: acl, Scope: REGIONAL}}
  Use: {Type: AWS::WAFv2::WebACLAssociation, Properties: {WebACLArn: !GetAtt Acl.Arn, ResourceArn: !Sub "arn:aws:apigateway:${AWS::Region}::/restapis/${Api}/stages/prod"}}
"""
    )
    assert inventory.problems == ()
    stages = {stage.name: stage for stage in inventory.of_type("AWS::ApiGateway::Stage")}
    assert sorted(stages) == ["prod", "test"]
    assert all(stage.property("TracingEnabled") is True for stage in stages.values())
    assert stages["prod"].property(WEB_ACL_PROPERTY) is not None
    assert stages["test"].property(WEB_ACL_PROPERTY) is None


def test_a_security_scheme_that_the_document_does_not_define(read: ReadTemplate) -> None:
    inventory = read(
        """
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: 3.0.1
        components: {securitySchemes: {own: {type: apiKey, name: token, in: header, x-amazon-apigateway-authtype: custom}}}
        paths:
          /a: {get: {security: [{own: []}]}, put: {security: [{NONE: []}]}, post: {security: [{owm: []}]}}
"""
    )
    found = {key: authorization for key, (authorization, _, _) in methods(inventory).items()}
    assert (found["GET /a"], found["PUT /a"]) == ("CUSTOM", "NONE")
    assert isinstance(found["POST /a"], Unknown)
    assert "`owm`" in str(found["POST /a"])


def test_a_method_that_opts_out_of_the_default_authorizer_in_sam(read: ReadTemplate) -> None:
    events = "{Type: Api, Properties: {RestApiId: !Ref Api, Path: /a, Method: %s}}"
    open_ = (
        "{Type: Api, Properties: {RestApiId: !Ref Api, Path: /a, Method: DELETE, Auth: {Authorizer: NONE}}}"
    )
    inventory = read(
        f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Auth: {{DefaultAuthorizer: Pool, Authorizers: {{Pool: {{UserPoolArn: "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_a"}}}}}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      {{Handler: a.b, Runtime: python3.14, InlineCode: x, Events: {{Get: {events % "GET"}, Delete: {open_}}}}}
"""
    )
    found = {key: authorization for key, (authorization, _, _) in methods(inventory).items()}
    assert found == {"GET /a": "COGNITO_USER_POOLS", "DELETE /a": "NONE"}


def test_parts_of_a_document_that_are_not_known(read: ReadTemplate) -> None:
    found = read(
        """
        Resources:
          Api:
            Type: AWS::ApiGateway::RestApi
            Properties:
              Name: a
              Body:
                openapi: 3.0.1
                components:
                  securitySchemes:
                    open: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: !ImportValue kind}
                paths:
                  /requirement: {get: {security: [!ImportValue all]}}
                  /kind: {get: {security: [{open: []}]}}
                  /older: {get: {x-amazon-apigateway-auth: !ImportValue auth}}
                  /scopes: {get: {security: [{NONE: [!ImportValue scope]}]}}
                  /integration: {get: {x-amazon-apigateway-integration: !ImportValue integration}}
                  /tls: {get: {x-amazon-apigateway-integration: {uri: "https://x", tlsConfig: !ImportValue tls}}}
                  /responses: {get: {x-amazon-apigateway-integration: {responses: !ImportValue responses}}}
                  /response: {get: {x-amazon-apigateway-integration: {responses: {default: !ImportValue response}}}}
                  /parameters: {get: {parameters: [!ImportValue parameter]}}
                  /required: {get: {parameters: [{in: query, name: a, required: !ImportValue required}]}}
                  /models: {post: {requestBody: !ImportValue body}}
                  /schema: {post: {requestBody: {content: {application/json: !ImportValue schema}}}}
        """
    )
    (api,) = found.of_type("AWS::ApiGateway::RestApi")
    listed = api.property(METHODS_PROPERTY)
    assert isinstance(listed, tuple)
    by_path = {str(one["ResourcePath"]): one for one in listed if isinstance(one, Mapping)}

    def at(path: str, *names: str | int) -> object:
        value: Any = by_path[path]
        for name in names:
            value = value.get(name) if isinstance(name, str) else value[name]
        return value

    for path, names in (
        ("/requirement", ("AuthorizationType",)),
        ("/kind", ("AuthorizationType",)),
        ("/older", ("AuthorizationType",)),
        ("/scopes", ("AuthorizationScopes", 0)),
        ("/integration", ("IntegrationUri",)),
        ("/tls", ("Integration", "TlsConfig")),
        ("/responses", ("Integration", "IntegrationResponses")),
        ("/response", ("Integration", "IntegrationResponses", 0)),
        ("/parameters", ("RequestParameters",)),
        ("/required", ("RequestParameters", "method.request.querystring.a")),
        ("/models", ("RequestModels",)),
        ("/schema", ("RequestModels", "application/json")),
    ):
        assert isinstance(at(path, *names), Unknown), path
