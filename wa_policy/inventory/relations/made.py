"""Parts of resources that CloudFormation has as resources of their own: methods of an API, subscriptions of a topic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wa_policy.inventory.model import (
    METHODS_PROPERTY,
    REST_API_ID_PROPERTY,
    Inventory,
    PropertyValue,
    Resource,
)

METHOD, SUBSCRIPTION = "AWS::ApiGateway::Method", "AWS::SNS::Subscription"
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
        "WaPolicy::Path",
    )
)
PATH_PROPERTY = "WaPolicy::Path"
"""The path of a method, which CloudFormation says by the resource above it."""
_SUBSCRIPTION_TOLD = frozenset(("TopicArn", "Protocol", "Endpoint"))


def whole_of(side: Resource) -> tuple[str, str] | None:
    """Type and id of what a method or subscription is a part of."""
    if side.type == METHOD:
        return "AWS::ApiGateway::RestApi", side.id.partition("/methods/")[0]
    if side.type == SUBSCRIPTION:
        return "AWS::SNS::Topic", str(side.properties.get("TopicArn"))
    if side.type == ROTATION:
        return "AWS::SecretsManager::Secret", side.id.partition("#rotation")[0]
    return None


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
                PATH_PROPERTY: path,
                "Integration": None if uri is None else {"Uri": uri},
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
                told=_METHOD_TOLD,
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
