"""What an operation of an OpenAPI document says of its method beside who may call it: integration, validation, scopes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import URI_SCHEME_PROPERTY, PropertyValue
from wa_policy.loaders.cloudformation.values import doubt_of

_INTEGRATION = {
    "type": "Type",
    "httpMethod": "IntegrationHttpMethod",
    "uri": "Uri",
    "connectionType": "ConnectionType",
    "connectionId": "ConnectionId",
    "credentials": "Credentials",
    "requestParameters": "RequestParameters",
    "requestTemplates": "RequestTemplates",
    "passthroughBehavior": "PassthroughBehavior",
    "contentHandling": "ContentHandling",
    "timeoutInMillis": "TimeoutInMillis",
    "cacheNamespace": "CacheNamespace",
    "cacheKeyParameters": "CacheKeyParameters",
    "responseTransferMode": "ResponseTransferMode",
    "integrationTarget": "IntegrationTarget",
    "payloadFormatVersion": "PayloadFormatVersion",
    "subtype": "IntegrationSubtype",
}
_UPPER = ("Type", "PassthroughBehavior", "ConnectionType", "ContentHandling")
"""Words that a document may have in lower case."""
_TLS = (
    ("insecureSkipVerification", "InsecureSkipVerification"),
    ("serverNameToVerify", "ServerNameToVerify"),
)
_OF_ROUTES = ("ApiKeyRequired", "AuthorizerId", "AuthorizationScopes", "OperationName")
_OF_V2 = {
    "Type": "IntegrationType",
    "IntegrationHttpMethod": "IntegrationMethod",
    "Credentials": "CredentialsArn",
    **{
        name: name
        for name in (
            *(
                URI_SCHEME_PROPERTY,
                "ConnectionType",
                "ConnectionId",
                "IntegrationSubtype",
                "PassthroughBehavior",
            ),
            *(
                "PayloadFormatVersion",
                "RequestParameters",
                "RequestTemplates",
                "TimeoutInMillis",
                "TlsConfig",
            ),
        )
    },
}
"""The members of an integration of an HTTP API by those of a REST API."""
_PLACES = {"query": "querystring", "header": "header", "path": "path"}
_VALIDATOR = "x-amazon-apigateway-request-validator"

Convert = Callable[[Any], PropertyValue]
"""A value of the document as one of the inventory."""


def details(
    operation: Mapping[str, Any], body: Mapping[str, Any], convert: Convert
) -> dict[str, PropertyValue]:
    """The members of a method, as AWS::ApiGateway::Method has them; one that is not set is left out."""
    found = {
        "OperationName": convert(operation.get("operationId")),
        "RequestValidatorId": convert(operation.get(_VALIDATOR, body.get(_VALIDATOR))),
        "AuthorizationScopes": tuple(_scopes(operation.get("security", body.get("security")), convert))
        or None,
        "RequestModels": _models(operation) or None,
        "RequestParameters": _parameters(operation, convert) or None,
        "Integration": _integration(operation.get("x-amazon-apigateway-integration"), convert),
    }
    return {name: value for name, value in found.items() if value is not None}


def scheme_of(uri: Any) -> str | None:
    """`http`, `https` or `arn`, also where the rest of a URI is not known; None where its beginning is not."""
    start = uri.parts[0] if isinstance(uri, Template) else uri
    scheme, colon, _ = start.partition(":") if isinstance(start, str) else ("", "", "")
    return scheme.lower() if colon else None


def doubt_at(*values: Any) -> Unknown | None:
    """Why one of the values is not known; what stands inside of objects and lists is not looked at."""
    doubts = (doubt_of(value) for value in values if not isinstance(value, Mapping | list))
    return next((doubt for doubt in doubts if doubt is not None), None)


_CORS = {
    "allowOrigins": "AllowOrigins",
    "allowCredentials": "AllowCredentials",
    "allowHeaders": "AllowHeaders",
    "allowMethods": "AllowMethods",
    "exposeHeaders": "ExposeHeaders",
    "maxAge": "MaxAge",
}


def cors(body: Mapping[str, Any], convert: Convert) -> PropertyValue:
    """The CORS settings that a document brings to an HTTP API, None where it brings none.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-cors-configuration.html
    """
    said = body.get("x-amazon-apigateway-cors")
    if not isinstance(said, Mapping):
        return None if said is None else convert(said)
    return _set({full: convert(said.get(name)) for name, full in _CORS.items()})


def route_and_integration(
    method: Mapping[str, PropertyValue],
) -> tuple[dict[str, PropertyValue], dict[str, PropertyValue]]:
    """A method in the shape of a REST API as a route of an HTTP API and its integration, without what names them."""
    authorization = method.get("AuthorizationType")
    route = {name: method.get(name) for name in _OF_ROUTES}
    # HTTP APIs call a token authorizer JWT.
    route["AuthorizationType"] = "JWT" if authorization == "COGNITO_USER_POOLS" else authorization
    called = method.get("Integration")
    integration: dict[str, PropertyValue] = {"IntegrationUri": method.get("IntegrationUri")}
    if isinstance(called, Mapping):
        integration |= {full: called.get(name) for name, full in _OF_V2.items()}
    return _set(route), _set(integration)


def _set(members: Mapping[str, PropertyValue]) -> dict[str, PropertyValue]:
    return {name: value for name, value in members.items() if value is not None}


def _integration(integration: Any, convert: Convert) -> PropertyValue:
    if not isinstance(integration, Mapping):
        return None if integration is None else convert(integration)
    found: dict[str, PropertyValue] = {}
    for name, property_ in _INTEGRATION.items():
        if integration.get(name) is None:
            continue
        value = convert(integration[name])
        found[property_] = value.upper() if property_ in _UPPER and isinstance(value, str) else value
    scheme = scheme_of(integration.get("uri"))
    if scheme is not None:
        found[URI_SCHEME_PROPERTY] = scheme
    tls = integration.get("tlsConfig")
    if isinstance(tls, Mapping):
        said = {full: convert(tls[short]) for short, full in _TLS if tls.get(short) is not None}
        found["TlsConfig"] = said
    elif tls is not None:
        found["TlsConfig"] = convert(tls)
    responses = integration.get("responses")
    if isinstance(responses, Mapping):
        found["IntegrationResponses"] = tuple(
            _response(str(pattern), response, convert) if isinstance(response, Mapping) else convert(response)
            for pattern, response in responses.items()
            if response is not None
        )
    elif responses is not None:
        found["IntegrationResponses"] = convert(responses)
    return found


def _response(pattern: str, response: Mapping[str, Any], convert: Convert) -> PropertyValue:
    named = (("statusCode", "StatusCode"), ("responseParameters", "ResponseParameters"),
             ("responseTemplates", "ResponseTemplates"), ("contentHandling", "ContentHandling"))  # fmt: skip
    found = {
        property_: convert(response[name]) for name, property_ in named if response.get(name) is not None
    }
    return found if pattern == "default" else {"SelectionPattern": pattern, **found}


def _scopes(requirements: Any, convert: Convert) -> Iterator[PropertyValue]:
    for requirement in requirements if isinstance(requirements, list) else (requirements,):
        for scopes in requirement.values() if isinstance(requirement, Mapping) else (requirement,):
            told = (convert(one) for one in (scopes if isinstance(scopes, list) else (scopes,)))
            yield from (one for one in told if isinstance(one, str | Unknown))


def _parameters(operation: Mapping[str, Any], convert: Convert) -> PropertyValue:
    """Each parameter as API Gateway names it, and whether it is required."""
    parameters = operation.get("parameters")
    listed = parameters if isinstance(parameters, list) else ()
    found: dict[str, PropertyValue] = {}
    for one in listed:
        place = _PLACES.get(str(one.get("in"))) if isinstance(one, Mapping) else None
        if place is not None and isinstance(one.get("name"), str):
            required = convert(one.get("required"))
            is_required = required if isinstance(required, Unknown) else required is True
            found[f"method.request.{place}.{one['name']}"] = is_required
    return doubt_at(parameters, *listed) or found


def _models(operation: Mapping[str, Any]) -> PropertyValue:
    """The schema of the body by its type of content."""
    body, parameters = operation.get("requestBody"), operation.get("parameters")
    content = body.get("content") if isinstance(body, Mapping) else None
    listed = parameters if isinstance(parameters, list) else ()
    found: dict[str, PropertyValue] = {}
    for type_, one in content.items() if isinstance(content, Mapping) else ():
        found[str(type_)] = _name(one.get("schema") if isinstance(one, Mapping) else one)
    for one in listed:
        if isinstance(one, Mapping) and one.get("in") == "body":
            found["application/json"] = _name(one.get("schema"))
    found = {type_: schema for type_, schema in found.items() if schema is not None}
    return doubt_at(body, content, parameters, *listed) or found


def _name(schema: Any) -> PropertyValue:
    """The name of a schema that is referred to; one that stands there itself has none."""
    if not isinstance(schema, Mapping):
        return doubt_at(schema)
    reference = schema.get("$ref")
    return reference.rsplit("/", 1)[-1] if isinstance(reference, str) else "(inline)"
