"""APIs of a plan: the methods of REST APIs, from resources of their own or an OpenAPI document, and what stages get."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import PolicyKind
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    DOCUMENT_PROPERTY,
    METHODS_PROPERTY,
    REST_API_ID_PROPERTY,
    WEB_ACL_PROPERTY,
    PropertyValue,
    Resource,
)
from wa_policy.loaders import openapi
from wa_policy.loaders.openapi_methods import cors, route_and_integration
from wa_policy.loaders.tables import frozen
from wa_policy.loaders.terraform.instances import Instance
from wa_policy.loaders.terraform.plan import Draft, Plan
from wa_policy.loaders.terraform.rows import rows
from wa_policy.loaders.terraform.shapes import read

_MAX_LEVELS = 100
_METHODS = {"aws_api_gateway_method": "authorization", "awscc_apigateway_method": "authorization_type"}
"""The types of methods, with the argument that says who authorizes."""
_SETTINGS = rows(
    "cache_data_encrypted cache_ttl_in_seconds caching_enabled data_trace_enabled logging_level metrics_enabled "
    "throttling_burst_limit throttling_rate_limit"
)


def add_apis(plan: Plan) -> None:
    """Methods, stage settings, web ACLs and the routes of OpenAPI documents."""
    for instance in plan.of_type("aws_api_gateway_rest_api", "awscc_apigateway_rest_api"):
        _rest_api(plan, instance)
    for instance in plan.of_type("aws_api_gateway_deployment"):
        _deployment(plan, instance)
    for instance in plan.of_type("aws_api_gateway_method_settings"):
        _method_settings(plan, instance)
    for instance in plan.of_type("aws_wafv2_web_acl_association"):
        _web_acl(plan, instance)
    for instance in plan.of_type("aws_apigatewayv2_api", "awscc_apigatewayv2_api"):
        _http_api(plan, instance)


# --- REST APIs -------------------------------------------------------------------------------------------------------


def _rest_api(plan: Plan, instance: Instance) -> None:
    draft = plan.draft(instance)
    if draft is None:
        return
    id_ = plan.naming.text(instance, "id") or ""
    draft.properties[REST_API_ID_PROPERTY] = id_
    doubts: list[Unknown] = []
    methods = list(_methods(plan, id_, doubts))
    body = _body(plan, instance)
    if isinstance(body, Unknown):
        doubts.append(body)
        draft.put(DOCUMENT_PROPERTY, body, instance.at("body"))
    elif body is not None:
        methods += [(method, instance.at("body")) for method in openapi.methods(body)]
        draft.put(DOCUMENT_PROPERTY, frozen(body), instance.at("body"))
        _policy_of_document(plan, draft, instance, body)
    if doubts:
        draft.properties[METHODS_PROPERTY] = doubts[0]
    else:
        draft.properties[METHODS_PROPERTY] = tuple(method for method, _ in methods)
        draft.places |= {f"{METHODS_PROPERTY}/{index}": place for index, (_, place) in enumerate(methods)}
    for operation in ("apigateway.get-resources", "apigateway.get-stages"):
        plan.answered(operation, draft.place, draft.id)


def _body(plan: Plan, instance: Instance) -> Mapping[str, Any] | Unknown | None:
    """The OpenAPI document of an API; None where it has none."""
    if instance.is_unknown("body"):
        is_set = plan.configuration.is_set(instance, "body")
        return plan.reader.unknown(instance, ("body",)) if is_set else None
    text = instance.text("body")
    if text is None:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = openapi.of_yaml(text)
    if isinstance(value, Mapping):
        return value
    return Unknown(UnknownKind.UNREADABLE, f"`body` of `{instance.address}` is no OpenAPI document")


def _policy_of_document(plan: Plan, draft: Draft, instance: Instance, body: Mapping[str, Any]) -> None:
    """The resource policy that an OpenAPI document brings, where the API has no other."""
    written = body.get("x-amazon-apigateway-policy")
    if written is None or draft.policy is not None:
        return
    policy, problems = parse_policy(
        written, instance.at("body", "x-amazon-apigateway-policy"), PolicyKind.RESOURCE
    )
    plan.notes.extend(problems)
    draft.policy = policy


def _methods(plan: Plan, api: str, doubts: list[Unknown]) -> Iterator[tuple[PropertyValue, Source]]:
    """The methods that are resources of their own, with what they call."""
    called = {_call(plan, one): one for one in plan.of_type("aws_api_gateway_integration")}
    for type_, authorization in _METHODS.items():
        for method in plan.of_type(type_):
            of = read(plan, method, "rest_api_id")
            if isinstance(of, Unknown):
                doubts.append(of)
            elif of == api:
                calls = read(plan, method, "integration")
                integration = called.get(_call(plan, method))
                uri = None if integration is None else read(plan, integration, "uri")
                uri = calls.get("uri") if isinstance(calls, Mapping) else uri
                yield (
                    {
                        "ResourcePath": _path(plan, method),
                        "HttpMethod": read(plan, method, "http_method"),
                        "AuthorizationType": read(plan, method, authorization) or "NONE",
                        "ApiKeyRequired": read(plan, method, "api_key_required") or False,
                        "AuthorizerId": read(plan, method, "authorizer_id"),
                        "IntegrationUri": uri,
                        **_details(plan, method, integration),
                    },
                    method.source,
                )


_DETAILS = {
    "authorization_scopes": "AuthorizationScopes",
    "operation_name": "OperationName",
    "request_models": "RequestModels",
    "request_parameters": "RequestParameters",
    "request_validator_id": "RequestValidatorId",
}
_INTEGRATION = {
    "type": "Type",
    "integration_http_method": "IntegrationHttpMethod",
    "uri": "Uri",
    "connection_type": "ConnectionType",
    "connection_id": "ConnectionId",
    "credentials": "Credentials",
    "request_parameters": "RequestParameters",
    "request_templates": "RequestTemplates",
    "passthrough_behavior": "PassthroughBehavior",
    "content_handling": "ContentHandling",
    "timeout_milliseconds": "TimeoutInMillis",
    "cache_namespace": "CacheNamespace",
    "cache_key_parameters": "CacheKeyParameters",
    "tls_config": "TlsConfig",
}
_RESPONSE = {
    "status_code": "StatusCode",
    "selection_pattern": "SelectionPattern",
    "response_parameters": "ResponseParameters",
    "response_templates": "ResponseTemplates",
    "content_handling": "ContentHandling",
}


def _details(plan: Plan, method: Instance, integration: Instance | None) -> dict[str, PropertyValue]:
    """What a method has beside who may call it."""
    found = _named(plan, method, _DETAILS)
    if integration is None:
        return found
    called = _named(plan, integration, _INTEGRATION)
    tls = called.get("TlsConfig")
    first = tls[0] if isinstance(tls, tuple) and tls else tls
    if isinstance(first, Mapping):
        called["TlsConfig"] = {"InsecureSkipVerification": first.get("insecure_skip_verification")}
    call = _call(plan, method)
    responses = plan.of_type("aws_api_gateway_integration_response")
    listed = tuple(_named(plan, one, _RESPONSE) for one in responses if _call(plan, one) == call)
    if listed:
        called["IntegrationResponses"] = listed
    return {**found, "Integration": called}


def _named(plan: Plan, instance: Instance, names: Mapping[str, str]) -> dict[str, PropertyValue]:
    read_ = {property_: read(plan, instance, argument) for argument, property_ in names.items()}
    return {property_: value for property_, value in read_.items() if value not in (None, (), {})}


def _call(plan: Plan, instance: Instance) -> tuple[str, str]:
    """The resource and the verb of a method or of its integration."""
    return str(read(plan, instance, "resource_id")), str(read(plan, instance, "http_method"))


def _path(plan: Plan, method: Instance) -> PropertyValue:
    """The path of a method: the parts of the resources above it."""
    parts: list[str] = []
    argument, instance = "resource_id", method
    for _ in range(_MAX_LEVELS):
        above = plan.reader.target(
            instance, argument, "aws_api_gateway_resource", "awscc_apigateway_resource"
        )
        if above is None:
            named = plan.reader.named(instance, argument)
            if isinstance(named, Unknown):
                return named
            return "/" + "/".join(reversed(parts))  # the root; or a resource that the plan does not make
        known = above.text("path")
        if known is not None:
            return "/".join((known.rstrip("/"), *reversed(parts)))
        part = read(plan, above, "path_part")
        if not isinstance(part, str):
            return part if isinstance(part, Unknown) else plan.reader.unknown(above, ("path_part",))
        parts.append(part)
        argument, instance = "parent_id", above
    return plan.reader.unknown(method, ("resource_id",))


def _deployment(plan: Plan, instance: Instance) -> None:
    """A deployment with `stage_name` makes a stage as well."""
    stage, api = read(plan, instance, "stage_name"), read(plan, instance, "rest_api_id")
    if not isinstance(stage, str) or not isinstance(api, str):
        return
    place = plan.places.of(instance)
    id_ = f"arn:{place.partition}:apigateway:{place.region}::/restapis/{api}/stages/{stage}"
    if id_ in plan.drafts:
        return
    draft = Draft("AWS::ApiGateway::Stage", id_, instance.address, place, instance.source)
    draft.properties = {"StageName": stage, "RestApiId": api, "Variables": read(plan, instance, "variables")}
    plan.add(draft)


def _method_settings(plan: Plan, instance: Instance) -> None:
    """Settings by `path/METHOD`, where `*/*` is all of them."""
    api, stage = read(plan, instance, "rest_api_id"), read(plan, instance, "stage_name")
    path = read(plan, instance, "method_path")
    for draft in plan.drafts_of("AWS::ApiGateway::Stage"):
        known = draft.properties.get("RestApiId"), draft.properties.get("StageName")
        unknown = next((one for one in (api, stage, path, *known) if isinstance(one, Unknown)), None)
        if unknown is not None:
            draft.properties["MethodSettings"] = unknown
        elif known == (api, stage):
            where, _, verb = str(path).rpartition("/")
            entry: dict[str, PropertyValue] = {
                "ResourcePath": f"/{where.replace('~1', '/').lstrip('/')}", "HttpMethod": verb
            }  # fmt: skip
            for values, marks in plan.reader.blocks(
                instance.values.get("settings"), instance.unknown.get("settings")
            ):
                for row in _SETTINGS:
                    value = plan.reader.value(
                        instance,
                        ("settings", row.argument),
                        values.get(row.argument),
                        marks.get(row.argument),
                    )
                    if value is not None and value != -1:  # -1 stands for no limit of its own
                        entry[row.property] = value
            before = draft.properties.get("MethodSettings")
            if not isinstance(before, Unknown):
                draft.put(
                    "MethodSettings", (*(before if isinstance(before, tuple) else ()), entry), instance.source
                )


def _web_acl(plan: Plan, instance: Instance) -> None:
    """The web ACL of a stage."""
    resource, acl = read(plan, instance, "resource_arn"), read(plan, instance, "web_acl_arn")
    if isinstance(resource, Unknown):
        for draft in plan.drafts_of("AWS::ApiGateway::Stage"):
            draft.properties.setdefault(WEB_ACL_PROPERTY, resource)
    elif isinstance(resource, str) and resource in plan.drafts:
        plan.drafts[resource].put(WEB_ACL_PROPERTY, acl, instance.source)


# --- HTTP APIs -------------------------------------------------------------------------------------------------------


def _http_api(plan: Plan, instance: Instance) -> None:
    draft = plan.draft(instance)
    if draft is None:
        return
    id_ = plan.naming.text(instance, "id") or ""
    draft.properties["ApiId"] = id_
    body = _body(plan, instance)
    if isinstance(body, Mapping):
        for number, method in enumerate(openapi.methods(body)):
            _route(plan, draft, number, method, instance.at("body"))
        if draft.properties.get("CorsConfiguration") is None and (found := cors(body, frozen)) is not None:
            draft.put("CorsConfiguration", found, instance.at("body"))
    if body is not None:
        draft.put(DOCUMENT_PROPERTY, body if isinstance(body, Unknown) else frozen(body), instance.at("body"))
    if not isinstance(body, Unknown):
        for operation in ("apigatewayv2.get-routes", "apigatewayv2.get-integrations"):
            plan.answered(operation, draft.place, draft.id)


def _route(plan: Plan, api: Draft, number: int, method: Mapping[str, PropertyValue], place: Source) -> None:
    path = str(method["ResourcePath"])
    key = "$default" if path in ("/$default", "$default") else f"{method['HttpMethod']} {path}"
    id_ = f"{api.properties['ApiId']}r{number}"
    said, called = route_and_integration(method)
    owner: dict[str, PropertyValue] = {"ApiId": api.properties["ApiId"]}
    route: dict[str, PropertyValue] = {**owner, "RouteKey": key, "Target": f"integrations/{id_}", **said}
    integration: dict[str, PropertyValue] = {**owner, **called}
    for type_, word, properties in (
        ("AWS::ApiGatewayV2::Route", "routes", route),
        ("AWS::ApiGatewayV2::Integration", "integrations", integration),
    ):
        plan.pieces.resources.append(
            Resource(
                type_, f"{api.id}/{word}/{id_}", key, api.place.account, api.place.region, properties, place
            )
        )
