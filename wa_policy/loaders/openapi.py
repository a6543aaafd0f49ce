"""The methods of an OpenAPI document with the extensions of API Gateway. Parts of it may not be known, as those of a template.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.cloudformation.values import doubt_of
from wa_policy.loaders.openapi_methods import Convert, details, doubt_at
from wa_policy.loaders.tables import frozen
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
    """The methods of a document of which all is known, in the shape that those of a REST API have in an inventory."""
    for path, verb, operation in operations(body, []):
        yield method(path, verb, operation, body, frozen)


def operations(body: Mapping[str, Any], doubts: list[Unknown]) -> Iterator[tuple[str, str, Any]]:
    """Path, verb and content of each operation; why there may be more goes to `doubts`."""
    paths = body.get("paths")
    if not isinstance(paths, Mapping):
        doubts += filter(None, (doubt_of(paths),))
        return
    for path, found in paths.items():
        if not isinstance(found, Mapping):
            doubts += filter(None, (doubt_of(found),))
            continue
        for verb, operation in found.items():
            if str(verb).lower() in _VERBS:
                yield str(path), str(verb), operation


def method(
    path: str, verb: str, operation: Any, body: Mapping[str, Any], convert: Convert
) -> dict[str, PropertyValue]:
    """An operation in the shape that the methods of a REST API have in an inventory."""
    found: dict[str, PropertyValue] = {
        "ResourcePath": path,
        "HttpMethod": "ANY" if verb.startswith("x-") else verb.upper(),
        "AuthorizationType": "NONE",
        "ApiKeyRequired": False,
        "AuthorizerId": None,
        "IntegrationUri": None,
    }
    if not isinstance(operation, Mapping):
        return found | {"AuthorizationType": doubt_of(operation) or "NONE"}
    auth = operation.get("x-amazon-apigateway-auth")
    kind = auth.get("type") if isinstance(auth, Mapping) else auth
    if kind is not None:
        found["AuthorizationType"] = convert(kind) or "NONE"
    for name in _schemes_named(operation.get("security", body.get("security"))):
        found |= _asked_by(name, body, convert)
    integration = operation.get("x-amazon-apigateway-integration")
    uri = integration.get("uri") if isinstance(integration, Mapping) else integration
    found["IntegrationUri"] = convert(uri)
    return found | details(operation, body, convert)


def _schemes_named(requirements: Any) -> Iterator[str | Unknown]:
    listed = requirements if isinstance(requirements, list) else ()
    for requirement in (requirements, *listed):
        if (doubt := doubt_at(requirement)) is not None:
            yield doubt
        elif isinstance(requirement, Mapping):
            yield from (str(name) for name in requirement)


def _asked_by(name: str | Unknown, body: Mapping[str, Any], convert: Convert) -> dict[str, PropertyValue]:
    """What a security scheme asks of the callers of a method."""
    scheme = name if isinstance(name, Unknown) else _scheme(name, body)
    if isinstance(scheme, Unknown):
        return {"AuthorizationType": scheme}
    if scheme is None:
        return {"AuthorizationType": _undefined(str(name))}
    if _is_api_key(scheme):
        return {"ApiKeyRequired": True}
    type_ = convert(scheme.get("x-amazon-apigateway-authtype", scheme.get("type", "custom")))
    if not isinstance(type_, Unknown):
        type_ = _AUTHORIZATION.get(str(type_).lower(), "CUSTOM")
    return {"AuthorizationType": type_, "AuthorizerId": str(name)}


def _scheme(name: str, body: Mapping[str, Any]) -> Any:
    """A security scheme, in the form of OpenAPI 2 or 3; None where there is none of the name."""
    components = body.get("components")
    schemes = (
        components.get("securitySchemes")
        if isinstance(components, Mapping)
        else body.get("securityDefinitions")
    )
    found = schemes.get(name) if isinstance(schemes, Mapping) else None
    return found if isinstance(found, Mapping) else doubt_at(components, schemes, found)


def _undefined(name: str) -> PropertyValue:
    """Who may call a method that asks for a security scheme which the document does not define.

    SAM writes `NONE` for a method that opts out of the default authorizer: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-apifunctionauth.html
    """
    if name == "NONE":
        return "NONE"
    return Unknown(
        UnknownKind.UNDOCUMENTED, f"the security scheme `{name}`, which the document does not define"
    )


def _is_api_key(scheme: Mapping[str, Any]) -> bool:
    return (
        scheme.get("type") == "apiKey"
        and str(scheme.get("name", "")).lower() == "x-api-key"
        and "x-amazon-apigateway-authtype" not in scheme
        and "x-amazon-apigateway-authorizer" not in scheme
    )
