"""APIs of a template: methods and routes of REST and HTTP APIs, from resources of their own or an OpenAPI document.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from wa_policy.iam.policy import PolicyKind
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import (
    DOCUMENT_PROPERTY,
    METHOD_PATH_PROPERTY,
    METHODS_PROPERTY,
    REST_API_ID_PROPERTY,
    URI_SCHEME_PROPERTY,
    WEB_ACL_PROPERTY,
    NotExported,
    Present,
    PropertyValue,
    Resource,
)
from wa_policy.loaders import openapi
from wa_policy.loaders.cloudformation.attached import own_policy
from wa_policy.loaders.cloudformation.build import Build, Made
from wa_policy.loaders.cloudformation.properties import converted
from wa_policy.loaders.cloudformation.values import NO_VALUE, Value, doubt_of, unresolved
from wa_policy.loaders.openapi_methods import cors, route_and_integration, scheme_of

_MAX_LEVELS = 100
_DETAILS = (
    "AuthorizationScopes",
    "Integration",
    "OperationName",
    "RequestModels",
    "RequestParameters",
    "RequestValidatorId",
)
"""What a method has beside who may call it."""


# --- REST APIs -------------------------------------------------------------------------------------------------------


def rest_api(build: Build, made: Made) -> None:
    """AWS::ApiGateway::RestApi with its methods and its policy."""
    made.properties[REST_API_ID_PROPERTY] = build.physical_name(made)
    own_policy("Policy")(build, made)
    methods: list[tuple[PropertyValue, Source]] = []
    doubts: list[Unknown] = []
    body = made.values.get("Body", NO_VALUE)
    if made.values.get("BodyS3Location", NO_VALUE) is not NO_VALUE:
        doubts.append(
            unresolved(f"the OpenAPI document of `{made.written.logical_id}`, which is not in the template")
        )
    if isinstance(body, dict):
        methods += _of_document(build, made, body, doubts)
        _policy_of_document(build, made, body)
        made.properties[DOCUMENT_PROPERTY] = made.properties.pop("Body", None)
        title = body.get("info", {}).get("title") if isinstance(body.get("info"), dict) else None
        if "Name" not in made.properties and title is not None:
            made.properties["Name"] = converted(title)
    elif body is not NO_VALUE:
        doubts.append(doubt_of(body) or unresolved(f"the OpenAPI document of `{made.written.logical_id}`"))
    for other in build.made.values():
        if other.written.type == "AWS::ApiGateway::Method":
            found = _method(build, other, made, doubts)
            if found is not None:
                methods.append((found, other.source))
    if doubts:
        made.properties[METHODS_PROPERTY] = doubts[0]
    else:
        made.properties[METHODS_PROPERTY] = tuple(method for method, _ in methods)
        for index, (_, place) in enumerate(methods):
            made.places[f"{METHODS_PROPERTY}/{index}"] = place
    named = made.properties.get("Name")
    if isinstance(named, str):
        made.name = named
    build.answered("apigateway.get-resources", made.id)
    build.answered("apigateway.get-stages", made.id)


def _method(build: Build, made: Made, api: Made, doubts: list[Unknown]) -> PropertyValue:
    """A method of the API that is a resource of its own; None if it is of another API."""
    of = build.text(made, "RestApiId")
    if isinstance(of, Unknown):
        doubts.append(of)
        return None
    if of != api.properties[REST_API_ID_PROPERTY]:
        return None
    if made.doubt is not None:
        doubts.append(made.doubt)
        return None
    integration = made.values.get("Integration")
    uri = converted(integration.get("Uri")) if isinstance(integration, dict) else None
    made.properties[METHOD_PATH_PROPERTY] = path = _path(build, made)
    scheme = scheme_of(integration.get("Uri")) if isinstance(integration, dict) else None
    called = made.properties.get("Integration")
    if scheme is not None and isinstance(called, Mapping):
        made.properties["Integration"] = {**called, URI_SCHEME_PROPERTY: scheme}
    return {
        "ResourcePath": path,
        "HttpMethod": converted(made.values.get("HttpMethod")),
        "AuthorizationType": converted(made.values.get("AuthorizationType", "NONE")),
        "ApiKeyRequired": made.properties.get("ApiKeyRequired", False),
        "AuthorizerId": converted(made.values.get("AuthorizerId")),
        "IntegrationUri": uri,
        **{name: made.properties[name] for name in _DETAILS if made.properties.get(name) is not None},
    }


def _path(build: Build, made: Made) -> PropertyValue:
    """The path of a method: the parts of the resources above it."""
    parts: list[str] = []
    id_ = build.text(made, "ResourceId")
    resources = {
        build.physical_name(other): other
        for other in build.made.values()
        if other.written.type == "AWS::ApiGateway::Resource"
    }
    for _ in range(_MAX_LEVELS):
        if isinstance(id_, Unknown):
            return id_
        resource = resources.get(str(id_))
        if resource is None:
            # The root; or a resource that another template makes.
            return "/" + "/".join(reversed(parts))
        part = build.text(resource, "PathPart")
        if isinstance(part, Unknown):
            return part
        parts.append(part or "")
        id_ = build.text(resource, "ParentId")
    return unresolved(f"the path of `{made.written.logical_id}`")


# --- OpenAPI ---------------------------------------------------------------------------------------------------------


def _of_document(
    build: Build, made: Made, body: Mapping[str, Value], doubts: list[Unknown]
) -> Iterator[tuple[PropertyValue, Source]]:
    """The methods of an OpenAPI document."""
    for path, verb, operation in openapi.operations(body, doubts):
        place = build.resolver.at(build.pointer(made, "Body", "paths", path, verb))
        yield openapi.method(path, verb, operation, body, converted), place


def _policy_of_document(build: Build, made: Made, body: Mapping[str, Value]) -> None:
    """The resource policy that an OpenAPI document brings; the property `Policy` of the API wins over it."""
    written = body.get("x-amazon-apigateway-policy", NO_VALUE)
    if written is NO_VALUE or "Policy" in made.values:
        return
    pointer = build.pointer(made, "Body", "x-amazon-apigateway-policy")
    found = build.reading.document(written, pointer, PolicyKind.RESOURCE)
    grants = build.granted(made.id)
    grants.place = build.resolver.at(pointer)
    match found:
        case Present(policy):
            grants.policy = policy
        case NotExported():
            grants.doubts.append(found.unknown)
        case _:
            pass


# --- HTTP APIs -------------------------------------------------------------------------------------------------------


def http_api(build: Build, made: Made) -> None:
    """AWS::ApiGatewayV2::Api with the routes of its OpenAPI document."""
    made.properties["ApiId"] = build.physical_name(made)
    if "Name" in made.properties and isinstance(made.properties["Name"], str):
        made.name = made.properties["Name"]
    body = made.values.get("Body", NO_VALUE)
    unread = made.values.get("BodyS3Location", NO_VALUE) is not NO_VALUE or (
        body is not NO_VALUE and not isinstance(body, dict)
    )
    if isinstance(body, dict):
        doubts: list[Unknown] = []
        for operation, place in _of_document(build, made, body, doubts):
            if isinstance(operation, Mapping):
                _route(build, made, operation, place)
        unread = unread or bool(doubts)
        if made.properties.get("CorsConfiguration") is None and (found := cors(body, converted)) is not None:
            made.properties["CorsConfiguration"] = found
        made.properties[DOCUMENT_PROPERTY] = made.properties.pop("Body", None)
        title = body.get("info", {}).get("title") if isinstance(body.get("info"), dict) else None
        if "Name" not in made.properties and title is not None:
            made.properties["Name"] = converted(title)
    if not unread:
        build.answered("apigatewayv2.get-routes", made.id)
        build.answered("apigatewayv2.get-integrations", made.id)


def _route(build: Build, api: Made, operation: Mapping[str, PropertyValue], place: Source) -> None:
    verb, path = str(operation["HttpMethod"]), str(operation["ResourcePath"])
    key = "$default" if path in ("/$default", "$default") else f"{verb} {path}"
    number = sum(resource.type.startswith("AWS::ApiGatewayV2::R") for resource in build.pieces.resources)
    id_ = f"{build.physical_name(api)}r{number}"
    said, called = route_and_integration(operation)
    owner: dict[str, PropertyValue] = {"ApiId": api.properties["ApiId"]}
    route: dict[str, PropertyValue] = {**owner, "RouteKey": key, "Target": f"integrations/{id_}", **said}
    integration: dict[str, PropertyValue] = {**owner, **called}
    for type_, kind, name, properties in (
        ("AWS::ApiGatewayV2::Route", "routes", key, route),
        ("AWS::ApiGatewayV2::Integration", "integrations", id_, integration),
    ):
        build.pieces.resources.append(
            Resource(
                type_,
                f"{api.id}/{kind}/{id_}",
                name,
                build.scope.account_text,
                build.scope.region_text,
                properties,
                place,
            )
        )


def v2_part(build: Build, made: Made) -> None:
    """Routes and integrations are named by what they are for."""
    key = build.text(made, "RouteKey")
    if isinstance(key, str):
        made.name = key


def v2_integration(_build: Build, made: Made) -> None:
    """How the URI of an integration begins."""
    scheme = scheme_of(made.values.get("IntegrationUri"))
    if scheme is not None:
        made.properties[URI_SCHEME_PROPERTY] = scheme


# --- stages ----------------------------------------------------------------------------------------------------------


def web_acl(build: Build, made: Made) -> None:
    """AWS::WAFv2::WebACLAssociation: the web ACL of a stage."""
    resource, acl = build.text(made, "ResourceArn"), made.properties.get("WebACLArn")
    stage = build.by_id.get(str(resource))
    if stage is not None:
        stage.properties[WEB_ACL_PROPERTY] = made.doubt or acl
        stage.places[WEB_ACL_PROPERTY] = made.source
    elif isinstance(resource, Unknown):
        for other in build.made.values():
            if other.written.type == "AWS::ApiGateway::Stage":
                other.properties.setdefault(WEB_ACL_PROPERTY, resource)


HANDLERS: Mapping[str, Callable[[Build, Made], None]] = {
    "AWS::ApiGateway::RestApi": rest_api,
    "AWS::ApiGatewayV2::Api": http_api,
    "AWS::ApiGatewayV2::Integration": v2_integration,
    "AWS::ApiGatewayV2::Route": v2_part,
    "AWS::WAFv2::WebACLAssociation": web_acl,
}
"""By type."""
