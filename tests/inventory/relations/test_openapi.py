"""Parts of an API that stand in an OpenAPI document of a template."""

from __future__ import annotations

from pathlib import Path

from tests.inventory.relations.test_rows import load_text, sides_of
from wa_policy.inventory.model import Resource
from wa_policy.inventory.relations import related

REST = """
Resources:
  F: {Type: AWS::Lambda::Function}
  Pool: {Type: AWS::Cognito::UserPool, Properties: {}}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        swagger: "2.0"
        info: {title: shop}
        x-amazon-apigateway-request-validators: {all: {validateRequestBody: true, validateRequestParameters: true}}
        securityDefinitions:
          key: {type: apiKey, name: x-api-key, in: header}
          own:
            type: apiKey
            name: Authorization
            in: header
            x-amazon-apigateway-authtype: custom
            x-amazon-apigateway-authorizer: {type: token, authorizerUri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}
          pool: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: cognito_user_pools, x-amazon-apigateway-authorizer: {type: cognito_user_pools, providerARNs: [!GetAtt Pool.Arn]}}
        definitions: {Order: {type: object}}
        paths:
          /a: {get: {security: [{own: []}], x-amazon-apigateway-integration: {type: aws_proxy, uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}}}
          /b: {get: {security: [{pool: []}]}}
          /c: {get: {}}
"""


def names(folder: Path, text: str, subject: str, *relations: str) -> list[list[str]]:
    """The names of what the relations lead to, one after another."""
    inventory = load_text(folder, text)
    sides = [sides_of(inventory)[subject]]
    found: list[list[str]] = []
    for relation in relations:
        answers = [related(inventory, side, relation) for side in sides]
        assert [answer.unknown for answer in answers if answer.unknown is not None] == [], relation
        sides = [other for answer in answers for other in answer.found]
        found.append([side.name for side in sides])
    return found


def test_authorizers(tmp_path: Path) -> None:
    assert names(tmp_path, REST, "Api", "authorizers") == [["own", "pool"]]
    assert names(tmp_path, REST, "Api", "authorizers", "function") == [["own", "pool"], ["F"]]
    assert names(tmp_path, REST, "Api", "authorizers", "user_pools")[1] == ["Pool"]
    assert names(tmp_path, REST, "Api", "authorizers", "methods")[1] == ["GET /a", "GET /b"]
    assert names(tmp_path, REST, "F", "authorizers") == [["own"]]
    assert names(tmp_path, REST, "Pool", "authorizers") == [["pool"]]


def test_methods_lead_to_their_authorizers(tmp_path: Path) -> None:
    assert names(tmp_path, REST, "Api", "methods", "authorizer") == [
        ["GET /a", "GET /b", "GET /c"],
        ["own", "pool"],
    ]
    assert names(tmp_path, REST, "F", "methods") == [["GET /a"]]


def test_validators_and_models(tmp_path: Path) -> None:
    assert names(tmp_path, REST, "Api", "request_validators") == [["all"]]
    assert names(tmp_path, REST, "Api", "models") == [["Order"]]
    inventory = load_text(tmp_path, REST)
    (validator,) = related(inventory, sides_of(inventory)["Api"], "request_validators").found
    assert isinstance(validator, Resource)
    assert validator.property("ValidateRequestBody") is True


def test_authorizers_of_two_apis_may_have_one_name(tmp_path: Path) -> None:
    second = REST.split("  Api:\n")[1]
    text = f"{REST}  Other:\n{second}".replace("Pool.Arn]}}", "Pool.Arn]}}", 1)
    inventory = load_text(tmp_path, text)
    sides = sides_of(inventory)
    for name in ("Api", "Other"):
        found = related(inventory, sides[name], "authorizers").found
        assert [side.name for side in found] == ["own", "pool"]
        for authorizer in found:
            assert isinstance(authorizer, Resource)
            methods = related(inventory, authorizer, "methods").found
            assert len(methods) == 1
            assert [related(inventory, method, "api").found for method in methods] == [(sides[name],)]


def test_a_document_that_is_not_known(tmp_path: Path) -> None:
    text = REST.replace("definitions: {Order: {type: object}}", "definitions: !ImportValue models")
    inventory = load_text(tmp_path, text)
    assert related(inventory, sides_of(inventory)["Api"], "models").unknown is not None


HTTP = """
Resources:
  Http:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Body:
        openapi: 3.0.1
        info: {title: web}
        components: {securitySchemes: {jwt: {type: oauth2, x-amazon-apigateway-authorizer: {type: jwt, jwtConfiguration: {issuer: "https://issuer.example.com", audience: [me]}}}}}
        paths: {/a: {get: {security: [{jwt: []}]}}}
"""


def test_an_http_api(tmp_path: Path) -> None:
    assert names(tmp_path, HTTP, "Http", "authorizers", "routes") == [["jwt"], ["GET /a"]]
    inventory = load_text(tmp_path, HTTP)
    (authorizer,) = related(inventory, sides_of(inventory)["Http"], "authorizers").found
    assert isinstance(authorizer, Resource)
    assert authorizer.property("AuthorizerType") == "JWT"
    assert authorizer.property("JwtConfiguration") == {
        "Issuer": "https://issuer.example.com",
        "Audience": ("me",),
    }
