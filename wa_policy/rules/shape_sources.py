"""Is a source ARN as narrow as the trigger it stands for?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from wa_policy.evaluator.truth import Truth
from wa_policy.iam.arn import Arn, is_account_id, parse_arn
from wa_policy.iam.policy import Effect
from wa_policy.iam.principal import ServicePrincipal
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import METHODS_PROPERTY, REST_API_ID_PROPERTY, PropertyValue, Resource
from wa_policy.inventory.relations import related
from wa_policy.rules.arguments import Values
from wa_policy.rules.items import Item
from wa_policy.rules.request_class import KeySpec, Policies, RequestClass, ServiceCaller
from wa_policy.rules.subjects import Scope, Subject

_REST_API, _HTTP_API = "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"


def is_wide_source(item: Item, subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff the ARN, in a grant, names all resources of its kind, or all methods although one is served."""
    if item.statement is None or item.statement.effect is not Effect.ALLOW:
        return False
    arn = parse_arn(str(item.value))
    if arn is None:
        return item.value == "*"
    if arn.service == "execute-api":
        api, _, call = arn.resource.partition("/")
        if not _names_nothing(call.replace("/", "")):
            return False
        return True if _names_nothing(api) else _serves_one_of_many(arn, api, subject, scope)
    return _names_nothing(arn.resource_name)


def calls_for_source(item: Item, subject: Subject, _scope: Scope) -> RequestClass | None:
    """Calls of the service that the grant names, for a source that the ARN admits."""
    statement = item.statement
    if statement is None or statement.principal is None or statement.action.negated:
        return None
    arn = parse_arn(str(item.value))
    service = next(
        (p.service for p in statement.principal.principals if isinstance(p, ServicePrincipal)), None
    )
    owner = subject.account if arn is None or not is_account_id(arn.account) else arn.account
    if service is None or owner is None:
        return None
    actions = tuple(str(action) for action in statement.action.values)
    # A name that is not empty reads like one that somebody has.
    pattern = re.sub(r"\*+", "?*", str(item.value))
    context = (("aws:SourceArn", KeySpec(absent=False, one_of=(pattern,))),)
    return RequestClass(Policies.RESOURCE, ServiceCaller(service, owner), actions, context=context)


def source_in_words(item: Item) -> str:
    """What the source ARN admits."""
    return f"`{item.value}` has a wildcard where the name of the trigger would stand"


def _names_nothing(text: str) -> bool:
    return not text.strip("*?")


def _serves_one_of_many(arn: Arn, api: str, subject: Subject, scope: Scope) -> Truth:
    targets = _targets(arn, api, scope)
    if isinstance(targets, Unknown):
        return targets
    served = 0
    others = 0
    for method, target in targets:
        if isinstance(target, Unknown):
            return target
        if isinstance(target, str) and _is_for(target, subject.id):
            served += 1
        elif method != "OPTIONS":  # the preflight of the browser calls no function
            others += 1
    return served == 1 and others > 0


def _is_for(uri: str, function: str) -> bool:
    """True iff an integration calls the function, or a version or alias of it."""
    _, found, rest = uri.partition(function)
    return bool(found) and (not rest or rest[0] in ":/")


def _targets(arn: Arn, api: str, scope: Scope) -> list[tuple[str, PropertyValue]] | Unknown:
    """Each method or route of an API with the URI that it calls."""
    found = [
        resource
        for type_, id_ in ((_REST_API, REST_API_ID_PROPERTY), (_HTTP_API, "ApiId"))
        for resource in scope.inventory.of_type(type_)
        if resource.property(id_) == api and resource.account in (arn.account, None)
    ]
    if found:
        resource = found[0]
        return _methods(resource) if resource.type == _REST_API else _routes(resource, scope)
    for operation in ("apigateway.get-rest-apis", "apigatewayv2.get-apis"):
        if not scope.inventory.was_exported(operation, arn.account, arn.region):
            wanted = f"{operation.replace('.', ' ')} in account `{arn.account}` in `{arn.region}`"
            return Unknown(UnknownKind.NOT_EXPORTED, wanted)
    return []  # the API is gone: the grant is of no use, and of no harm


def _methods(api: Resource) -> list[tuple[str, PropertyValue]] | Unknown:
    methods = api.property(METHODS_PROPERTY)
    if isinstance(methods, Unknown):
        return methods
    listed: Iterable[PropertyValue] = methods if isinstance(methods, tuple) else ()
    return [
        (str(method.get("HttpMethod")), method.get("IntegrationUri"))
        for method in listed
        if isinstance(method, Mapping)
    ]


def _routes(api: Resource, scope: Scope) -> list[tuple[str, PropertyValue]] | Unknown:
    routes, integrations = (related(scope.inventory, api, name) for name in ("routes", "integrations"))
    if routes.unknown is not None:
        return routes.unknown
    if integrations.unknown is not None:
        return integrations.unknown
    uris = {
        integration.id.rsplit("/", 1)[-1]: integration.property("IntegrationUri")
        for integration in integrations.found
        if isinstance(integration, Resource)
    }
    return [
        (str(route.property("RouteKey")).partition(" ")[0], uris.get(_integration_of(route)))
        for route in routes.found
        if isinstance(route, Resource)
    ]


def _integration_of(route: Resource) -> str:
    return str(route.property("Target")).rpartition("/")[2]
