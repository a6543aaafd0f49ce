"""The iterator over what can be called on an API: the methods of a REST API, the routes of an HTTP or WebSocket API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import (
    METHOD_PATH_PROPERTY,
    METHODS_PROPERTY,
    REST_API_ID_PROPERTY,
    URI_SCHEME_PROPERTY,
    PropertyValue,
    Resource,
)
from wa_policy.inventory.relations import related as related_to
from wa_policy.rules.arguments import Values
from wa_policy.rules.items import Item, Items, numbered
from wa_policy.rules.predicates_general import is_declared
from wa_policy.rules.subjects import Scope, Subject, subject_of_resource

REST_API, HTTP_API = "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"
METHOD, ROUTE = "AWS::ApiGateway::Method", "AWS::ApiGatewayV2::Route"
INTEGRATION = "AWS::ApiGatewayV2::Integration"


def operations(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """The methods or routes of the API, each named as callers know it: `GET /orders`, `$default`, `$connect`."""
    api = subject.resource
    if api is None:
        return Items(())
    if api.type == REST_API:
        found = api.property(METHODS_PROPERTY)
        unknown = (found,) if isinstance(found, Unknown) else ()
        made = _methods(api, found)
        return Items(numbered(_item(one, scope) for one in made), unknown)
    answer = related_to(scope.inventory, api, "routes")
    routes = [one for one in answer.found if isinstance(one, Resource)]
    if api.property("Target") is not None and is_declared(subject, scope, {}):
        routes.append(_quick_route(api))
    reasons = () if answer.unknown is None else (answer.unknown,)
    return Items(numbered(_item(one, scope) for one in routes), reasons)


def integrations(subject: Subject, scope: Scope, arguments: Values) -> Items:
    """What the methods or routes of the API call, each named as the operation that calls it."""
    found = operations(subject, scope, arguments)
    items: list[Item] = []
    unknown = list(found.unknown)
    for item in found.items:
        operation = None if item.subject is None else item.subject.resource
        if operation is None:
            continue
        if operation.type == METHOD:
            items += [item] if operation.property("Integration") is not None else []
            continue
        answer = related_to(scope.inventory, operation, "integration")
        for other in answer.found:
            if isinstance(other, Resource):
                uri, told = other.property("IntegrationUri"), other.property(URI_SCHEME_PROPERTY)
                with_scheme = {**other.properties, URI_SCHEME_PROPERTY: _scheme(uri, told)}
                about = subject_of_resource(replace(other, properties=with_scheme), scope.inventory)
                items.append(replace(item, source=other.source, subject=about))
        unknown += filter(None, (answer.unknown,))
    return Items(numbered(items), tuple(unknown))


def _methods(api: Resource, listed: PropertyValue) -> Iterator[Resource]:
    """Each method of the list as the resource that it is in CloudFormation."""
    for index, method in enumerate(listed if isinstance(listed, tuple) else ()):
        if not isinstance(method, Mapping):
            continue
        rest = {name: value for name, value in method.items() if name != "ResourcePath"}
        uri = rest.pop("IntegrationUri", None)
        if rest.get("Integration") is None and uri is not None:
            rest["Integration"] = {"Uri": uri}
        called = rest.get("Integration")
        if isinstance(called, Mapping) and isinstance(tls := called.get("TlsConfig"), Mapping | Unknown):
            # The resource type of CloudFormation has no word for it.
            skips = tls if isinstance(tls, Unknown) else tls.get("InsecureSkipVerification")
            rest["WaPolicy::SkipsVerification"] = skips
        if isinstance(called, Mapping):
            rest[URI_SCHEME_PROPERTY] = _scheme(called.get("Uri"), called.get(URI_SCHEME_PROPERTY))
            rest["Integration"] = {name: one for name, one in called.items() if name != URI_SCHEME_PROPERTY}
        path = method.get("ResourcePath")
        key = f"{_shown(method.get('HttpMethod'))} {_shown(path)}"
        properties = {
            "RestApiId": api.properties.get(REST_API_ID_PROPERTY),
            METHOD_PATH_PROPERTY: path,
            **rest,
        }
        place = api.places.get(f"{METHODS_PROPERTY}/{index}", api.place(METHODS_PROPERTY))
        yield Resource(METHOD, f"{api.id}/methods/{key}", key, api.account, api.region, properties, place)


def _scheme(uri: PropertyValue, told: PropertyValue) -> PropertyValue:
    """How a URI begins; `told` is what a template says of one that is not known in full."""
    if isinstance(uri, str):
        return uri.partition(":")[0].lower()
    return told if uri is not None and told is not None else uri


def _quick_route(api: Resource) -> Resource:
    """The route that an API with `Target` gets: nobody authorizes it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html
    """
    key = api.property("RouteKey") or "$default"
    properties: dict[str, PropertyValue] = {"ApiId": api.property("ApiId"), "RouteKey": key}
    id_ = f"{api.id}/routes/{_shown(key)}"
    return Resource(ROUTE, id_, _shown(key), api.account, api.region, properties, api.place("Target"))


def _shown(value: PropertyValue) -> str:
    return value if isinstance(value, str) else "?"


def _item(operation: Resource, scope: Scope) -> Item:
    key = operation.name
    if operation.type == ROUTE:
        key = _shown(operation.property("RouteKey"))
    about = subject_of_resource(operation, scope.inventory)
    return Item(key, operation.source, {"key": key}, subject=about)
