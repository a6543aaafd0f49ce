"""Parts of resources that CloudFormation has as resources of their own: methods of an API, subscriptions of a topic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import (
    DOCUMENT_PROPERTY,
    METHOD_PATH_PROPERTY,
    METHODS_PROPERTY,
    REST_API_ID_PROPERTY,
    Inventory,
    PropertyValue,
    Resource,
)

METHOD, SUBSCRIPTION = "AWS::ApiGateway::Method", "AWS::SNS::Subscription"
AUTHORIZER, V2_AUTHORIZER = "AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"
VALIDATOR, RESPONSE = "AWS::ApiGateway::RequestValidator", "AWS::ApiGateway::GatewayResponse"
MODEL, V2_MODEL = "AWS::ApiGateway::Model", "AWS::ApiGatewayV2::Model"
OPENAPI_PARTS = (AUTHORIZER, V2_AUTHORIZER, VALIDATOR, RESPONSE, MODEL, V2_MODEL)
ROTATION = "AWS::SecretsManager::RotationSchedule"
ROTATION_PROPERTY, ROTATION_FUNCTION_PROPERTY = "WaPolicy::RotationEnabled", "WaPolicy::RotationLambdaArn"
_METHOD_TOLD = frozenset(
    (
        "RestApiId",
        "HttpMethod",
        "AuthorizationType",
        "ApiKeyRequired",
        "AuthorizerId",
        "Integration",
        METHOD_PATH_PROPERTY,
    )
)
_METHOD_DETAILS = (
    "AuthorizationScopes",
    "Integration",
    "OperationName",
    "RequestModels",
    "RequestParameters",
    "RequestValidatorId",
)
_SUBSCRIPTION_TOLD = frozenset(("TopicArn", "Protocol", "Endpoint"))


def whole_of(side: Resource) -> tuple[str, str] | None:
    """Type and id of what a method or subscription is a part of."""
    if side.type == METHOD:
        return "AWS::ApiGateway::RestApi", side.id.partition("/methods/")[0]
    if side.type == SUBSCRIPTION:
        return "AWS::SNS::Topic", str(side.properties.get("TopicArn"))
    if side.type == ROTATION:
        return "AWS::SecretsManager::Secret", side.id.partition("#rotation")[0]
    for kind in ("authorizers", "requestvalidators", "gatewayresponses", "models"):
        if side.type in OPENAPI_PARTS and f"/{kind}/" in side.id:
            api_type = "AWS::ApiGatewayV2::Api" if "V2" in side.type else "AWS::ApiGateway::RestApi"
            return api_type, side.id.partition(f"/{kind}/")[0]
    return None


_SCHEMES = "securityDefinitions"
_OPENAPI_TYPES = {
    "cognito_user_pools": "COGNITO_USER_POOLS",
    "token": "TOKEN",
    "request": "REQUEST",
    "jwt": "JWT",
}
_BY_HEADER = ("cognito_user_pools", "token")
"""Types of authorizers whose header is the name of the security scheme."""
_AUTHORIZER_NAMES = {
    "authorizerUri": "AuthorizerUri",
    "authorizerCredentials": "AuthorizerCredentials",
    "authorizerResultTtlInSeconds": "AuthorizerResultTtlInSeconds",
    "identitySource": "IdentitySource",
    "identityValidationExpression": "IdentityValidationExpression",
    "providerARNs": "ProviderARNs",
}


def authorizers(inventory: Inventory, type_: str) -> Iterator[Resource]:
    """The authorizers of the OpenAPI documents of APIs.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
    """
    for api, document in _documents(inventory, type_):
        for name, scheme in _entries(_schemes(document)):
            said = scheme.get("x-amazon-apigateway-authorizer") if isinstance(scheme, Mapping) else None
            if said is None and isinstance(scheme, Mapping):
                continue
            properties: dict[str, PropertyValue] = {"Name": name}
            if isinstance(said, Mapping):
                kind = said.get("type")
                key = "AuthorizerType" if type_ == V2_AUTHORIZER else "Type"
                properties[key] = (
                    _OPENAPI_TYPES.get(str(kind).lower(), kind) if isinstance(kind, str) else kind
                )
                properties |= {
                    full: said[short] for short, full in _AUTHORIZER_NAMES.items() if short in said
                }
                header = scheme.get("name") if isinstance(scheme, Mapping) else None
                if (
                    str(kind).lower() in _BY_HEADER
                    and "IdentitySource" not in properties
                    and isinstance(header, str)
                ):
                    properties["IdentitySource"] = f"method.request.header.{header}"
                jwt = said.get("jwtConfiguration")
                if isinstance(jwt, Mapping):
                    names = (("Issuer", "issuer"), ("Audience", "audience"))
                    properties["JwtConfiguration"] = {full: jwt.get(short) for full, short in names}
            else:
                doubt = scheme if isinstance(scheme, Unknown) else said
                properties |= dict.fromkeys(
                    ("Type", "AuthorizerType", "AuthorizerUri", "ProviderARNs"), doubt
                )
            yield _part(api, type_, "authorizers", name, properties)


def validators(inventory: Inventory) -> Iterator[Resource]:
    """The request validators of the OpenAPI documents of REST APIs.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-request-validators.html
    """
    for api, document in _documents(inventory, VALIDATOR):
        for name, said in _entries(document.get("x-amazon-apigateway-request-validators")):
            properties: dict[str, PropertyValue] = {"Name": name}
            for short, full in (
                ("validateRequestBody", "ValidateRequestBody"),
                ("validateRequestParameters", "ValidateRequestParameters"),
            ):
                properties[full] = said.get(short, False) if isinstance(said, Mapping) else said
            yield _part(api, VALIDATOR, "requestvalidators", name, properties)


def gateway_responses(inventory: Inventory) -> Iterator[Resource]:
    """The gateway responses of the OpenAPI documents of REST APIs.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.html
    """
    for api, document in _documents(inventory, RESPONSE):
        for name, said in _entries(document.get("x-amazon-apigateway-gateway-responses")):
            properties: dict[str, PropertyValue] = {"ResponseType": name}
            for short, full in (
                ("statusCode", "StatusCode"),
                ("responseParameters", "ResponseParameters"),
                ("responseTemplates", "ResponseTemplates"),
            ):
                properties[full] = said.get(short) if isinstance(said, Mapping) else said
            yield _part(api, RESPONSE, "gatewayresponses", name, properties)


def models(inventory: Inventory, type_: str) -> Iterator[Resource]:
    """The schemas of the OpenAPI documents of APIs, which become models."""
    for api, document in _documents(inventory, type_):
        components = document.get("components")
        schemas = (
            components.get("schemas") if isinstance(components, Mapping) else document.get("definitions")
        )
        for name, schema in _entries(schemas):
            yield _part(api, type_, "models", name, {"Name": name, "Schema": schema})


def _documents(inventory: Inventory, type_: str) -> Iterator[tuple[Resource, Mapping[str, PropertyValue]]]:
    api_type = "AWS::ApiGatewayV2::Api" if "V2" in type_ else "AWS::ApiGateway::RestApi"
    for api in inventory.of_type(api_type):
        document = api.properties.get(DOCUMENT_PROPERTY)
        if isinstance(document, Mapping):
            yield api, document


def _schemes(document: Mapping[str, PropertyValue]) -> PropertyValue:
    components = document.get("components")
    return components.get("securitySchemes") if isinstance(components, Mapping) else document.get(_SCHEMES)


def _entries(value: PropertyValue) -> Iterator[tuple[str, PropertyValue]]:
    yield from value.items() if isinstance(value, Mapping) else ()


def _part(
    api: Resource, type_: str, kind: str, name: str, properties: Mapping[str, PropertyValue]
) -> Resource:
    """A part of an API that its document has."""
    is_v2 = api.type == "AWS::ApiGatewayV2::Api"
    key, own = ("ApiId", "ApiId") if is_v2 else ("RestApiId", REST_API_ID_PROPERTY)
    id_ = f"{api.id}/{kind}/{name}"
    place = api.place(DOCUMENT_PROPERTY)
    whole = {key: api.properties.get(own), **properties}
    return Resource(type_, id_, name, api.account, api.region, whole, place)


def unread_parts(api: Resource) -> Unknown | None:
    """Why an OpenAPI document may bring more authorizers, models and the like than are seen in it."""
    document = api.properties.get(DOCUMENT_PROPERTY)
    if document is None:
        return None
    if not isinstance(document, Mapping):
        return document if isinstance(document, Unknown) else None
    components = document.get("components")
    parts: list[PropertyValue] = [components, _schemes(document), document.get("definitions")]
    if isinstance(components, Mapping):
        parts.append(components.get("schemas"))
    parts.append(document.get("x-amazon-apigateway-request-validators"))
    parts.append(document.get("x-amazon-apigateway-gateway-responses"))
    return next((part for part in parts if isinstance(part, Unknown)), None)


def rotations(inventory: Inventory) -> Iterator[Resource]:
    """The rotation of each secret that `describe-secret` tells to have one."""
    for secret in inventory.of_type("AWS::SecretsManager::Secret"):
        if secret.properties.get(ROTATION_PROPERTY) is not True:
            continue
        properties: dict[str, PropertyValue] = {
            "SecretId": secret.id,
            "RotationLambdaARN": secret.property(ROTATION_FUNCTION_PROPERTY),
            "RotationRules": secret.property("WaPolicy::RotationRules"),
        }
        place = secret.place(ROTATION_PROPERTY)
        told = frozenset(properties)
        id_ = f"{secret.id}#rotation"
        yield Resource(
            ROTATION, id_, secret.name, secret.account, secret.region, properties, place, told=told
        )


def methods(inventory: Inventory, known: tuple[Resource, ...]) -> Iterator[Resource]:
    """The methods of REST APIs that are no resources: those of OpenAPI documents, and of `get-resources`."""
    places = {method.source for method in known}
    for api in inventory.of_type("AWS::ApiGateway::RestApi"):
        listed = api.properties.get(METHODS_PROPERTY)
        for index, method in enumerate(listed if isinstance(listed, tuple) else ()):
            place = api.places.get(f"{METHODS_PROPERTY}/{index}", api.place(METHODS_PROPERTY))
            if not isinstance(method, Mapping) or place in places:
                continue
            path, verb = method.get("ResourcePath"), method.get("HttpMethod")
            uri = method.get("IntegrationUri")
            properties: dict[str, PropertyValue] = {
                "RestApiId": api.properties.get(REST_API_ID_PROPERTY),
                METHOD_PATH_PROPERTY: path,
                "Integration": None if uri is None else {"Uri": uri},
                **{name: method[name] for name in _METHOD_DETAILS if name in method},
                **{
                    name: method.get(name)
                    for name in ("HttpMethod", "AuthorizationType", "ApiKeyRequired", "AuthorizerId")
                },
            }
            shown = path if isinstance(path, str) else ""
            yield Resource(
                METHOD,
                f"{api.id}/methods/{verb}{shown}",
                f"{verb} {shown}".strip(),
                api.account,
                api.region,
                properties,
                place,
                told=_METHOD_TOLD | frozenset(_METHOD_DETAILS),
            )


def subscriptions(inventory: Inventory, known: tuple[Resource, ...]) -> Iterator[Resource]:
    """The subscriptions in the list of a topic that are no resources."""
    there = {
        (one.properties.get("TopicArn"), one.properties.get("Protocol"), one.properties.get("Endpoint"))
        for one in known
        if isinstance(one.properties.get("Endpoint"), str)
    }
    unclear = {
        one.properties.get("TopicArn") for one in known if not isinstance(one.properties.get("Endpoint"), str)
    }
    for topic in inventory.of_type("AWS::SNS::Topic"):
        listed = topic.properties.get("Subscription")
        is_template = (topic.type, topic.id) in inventory.declared
        for index, entry in enumerate(listed if isinstance(listed, tuple) else ()):
            if not isinstance(entry, Mapping):
                continue
            endpoint, protocol = entry.get("Endpoint"), entry.get("Protocol")
            if (topic.id, protocol, endpoint) in there or (
                not isinstance(endpoint, str) and topic.id in unclear
            ):
                continue
            properties: dict[str, PropertyValue] = {"TopicArn": topic.id, **entry}
            yield Resource(
                SUBSCRIPTION,
                f"{topic.id}:{protocol}:{endpoint if isinstance(endpoint, str) else index}",
                str(endpoint) if isinstance(endpoint, str) else f"{topic.name} {index}",
                topic.account,
                topic.region,
                properties,
                topic.place("Subscription"),
                # A subscription in the list of a template can have nothing else.
                told=None if is_template else _SUBSCRIPTION_TOLD,
            )
