"""The methods of an OpenAPI document with the extensions of API Gateway.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.yaml_values import read_yaml

_VERBS = frozenset(
    ("get", "put", "post", "delete", "options", "head", "patch", "trace", "x-amazon-apigateway-any-method")
)
_AUTHORIZATION = {
    "cognito_user_pools": "COGNITO_USER_POOLS",
    "custom": "CUSTOM",
    "awssigv4": "AWS_IAM",
    "oauth2": "COGNITO_USER_POOLS",
}


def of_yaml(text: str) -> Any:
    """The value of a document that is YAML, None where it is none."""
    values = read_yaml("", text).values
    return next((value for _, value in values), None)


def methods(body: Mapping[str, Any]) -> Iterator[Mapping[str, PropertyValue]]:
    """The methods in the shape that the methods of a REST API have in an inventory."""
    paths = body.get("paths")
    for path, operations in paths.items() if isinstance(paths, Mapping) else ():
        for verb, operation in operations.items() if isinstance(operations, Mapping) else ():
            if str(verb).lower() in _VERBS:
                yield _method(str(path), str(verb), operation if isinstance(operation, Mapping) else {}, body)


def _method(
    path: str, verb: str, operation: Mapping[str, Any], body: Mapping[str, Any]
) -> dict[str, PropertyValue]:
    auth = operation.get("x-amazon-apigateway-auth")
    kind = auth.get("type") if isinstance(auth, Mapping) else None
    integration = operation.get("x-amazon-apigateway-integration")
    uri = integration.get("uri") if isinstance(integration, Mapping) else None
    method: dict[str, PropertyValue] = {
        "ResourcePath": path,
        "HttpMethod": "ANY" if verb.startswith("x-") else verb.upper(),
        "AuthorizationType": kind if isinstance(kind, str) else "NONE",
        "ApiKeyRequired": False,
        "AuthorizerId": None,
        "IntegrationUri": uri if isinstance(uri, str) else None,
    }
    for name in _schemes_named(operation.get("security", body.get("security"))):
        scheme = _scheme(name, body)
        if _is_api_key(scheme):
            method["ApiKeyRequired"] = True
        else:
            type_ = scheme.get("x-amazon-apigateway-authtype", scheme.get("type", "custom"))
            method["AuthorizationType"] = _AUTHORIZATION.get(str(type_).lower(), "CUSTOM")
            method["AuthorizerId"] = name
    return method


def _schemes_named(requirements: Any) -> Iterator[str]:
    for requirement in requirements if isinstance(requirements, list) else ():
        if isinstance(requirement, Mapping):
            yield from (str(name) for name in requirement)


def _scheme(name: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A security scheme, in the form of OpenAPI 2 or 3."""
    components = body.get("components")
    schemes = (
        components.get("securitySchemes")
        if isinstance(components, Mapping)
        else body.get("securityDefinitions")
    )
    found = schemes.get(name) if isinstance(schemes, Mapping) else None
    return found if isinstance(found, Mapping) else {"type": "custom"}


def _is_api_key(scheme: Mapping[str, Any]) -> bool:
    return (
        scheme.get("type") == "apiKey"
        and str(scheme.get("name", "")).lower() == "x-api-key"
        and "x-amazon-apigateway-authtype" not in scheme
        and "x-amazon-apigateway-authorizer" not in scheme
    )
