"""The iterator over the integrations of an API that act with rights: of a role, or of the caller."""

from __future__ import annotations

import re
from dataclasses import replace

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import PropertyValue, Resource
from wa_policy.rules.arguments import Values
from wa_policy.rules.each_operations import METHOD, integrations, operations
from wa_policy.rules.items import Field, Items
from wa_policy.rules.subjects import Scope, Subject, subject_of_resource
from wa_policy.rules.views import walk

TAKES_CALLER = "WaPolicy::TakesCallerRights"
_CALLER = re.compile(r"arn:[a-z-]+:iam::\*:user/\*")
_URI = re.compile(
    r"arn:[^:]+:apigateway:[^:]*:(?:[^:.]+\.)?(?P<service>[^:]+):(?P<how>action|path)/(?P<rest>.*)", re.DOTALL
)
_SERVICES = {"appsync-api": "appsync", "email": "ses"}
_VERSION = re.compile(r"[^/]*/functions/")
_SUBTYPE = re.compile(r"(?P<service>[A-Za-z]+)-(?P<action>[A-Za-z]+)")
_SUBTYPE_SERVICES = {"eventbridge": "events", "stepfunctions": "states"}
_KEYS = ("kms:Decrypt", "kms:GenerateDataKey*")
"""What a queue, stream or bucket with a key of its own asks of whoever writes it."""


def integration_roles(subject: Subject, scope: Scope, arguments: Values) -> Items:
    """Each integration with credentials, with the actions that the integrations of the API with the same role are for."""
    found = integrations(subject, scope, arguments)
    kinds = {
        item.key: item.subject.resource.property("AuthorizationType")
        for item in operations(subject, scope, arguments).items
        if item.subject is not None and item.subject.resource is not None
    }
    acting = [(item, item.subject.resource) for item in found.items if item.subject and item.subject.resource]
    by_role: dict[str, list[str]] = {}
    doubts: dict[str, Unknown] = {}
    for _, resource in acting:
        role = credentials_of(resource)
        if isinstance(role, str):
            by_role.setdefault(role, []).extend(actions_of_integration(resource))
            doubt = _calls(resource)
            if isinstance(doubt, Unknown):
                doubts.setdefault(role, doubt)
    items = []
    for item, resource in acting:
        role = credentials_of(resource)
        if role is None:
            continue
        shown = role if isinstance(role, str) else "?"
        actions = tuple(dict.fromkeys((*by_role.get(shown, ()), *_KEYS)))
        fields: dict[str, Field] = {"key": item.key, "role": shown, "actions": actions}
        taken = _takes_caller(role, kinds.get(item.key))
        with_rights = replace(resource, properties={**resource.properties, TAKES_CALLER: taken})
        about = subject_of_resource(with_rights, scope.inventory)
        open_ = doubts.get(shown, item.unknown) if taken is None else item.unknown
        items.append(replace(item, fields=fields, subject=about, unknown=open_))
    return Items(tuple(items), found.unknown)


def credentials_of(integration: Resource) -> PropertyValue:
    """The role of an integration, `arn:aws:iam::*:user/*` for the rights of the caller; None where it has none."""
    if integration.type != METHOD:
        return integration.property("CredentialsArn")
    return walk(integration.property("Integration"), ("Credentials",))


def _takes_caller(role: PropertyValue, kind: PropertyValue) -> PropertyValue:
    """Whether it acts with the rights of callers that nobody identified; None where it has a role."""
    if isinstance(role, str):
        if _CALLER.fullmatch(role) is None:
            return None
        return kind if isinstance(kind, Unknown) else kind != "AWS_IAM"
    return role


def _uri(integration: Resource) -> PropertyValue:
    if integration.type != METHOD:
        return integration.property("IntegrationUri")
    return walk(integration.property("Integration"), ("Uri",))


def _calls(integration: Resource) -> PropertyValue:
    """What says which action an integration is for: the subtype of an HTTP API, else the URI."""
    subtype = None if integration.type == METHOD else integration.property("IntegrationSubtype")
    return _uri(integration) if subtype is None else subtype


def actions_of_integration(integration: Resource) -> tuple[str, ...]:
    """Patterns of the actions that an integration is for; every action of its service where its URI does not say which."""
    if integration.type != METHOD:
        subtype = integration.property("IntegrationSubtype")
        named = _SUBTYPE.fullmatch(subtype) if isinstance(subtype, str) else None
        if named is not None:
            service = named["service"].lower()
            return (f"{_SUBTYPE_SERVICES.get(service, service)}:{named['action']}",)
    uri = _uri(integration)
    if isinstance(uri, str) and re.match(r"arn:[^:]+:lambda:", uri):
        return ("lambda:InvokeFunction",)
    found = _URI.fullmatch(uri) if isinstance(uri, str) else None
    if found is None:
        return ()
    service = _SERVICES.get(found["service"], found["service"])
    if service == "lambda" and _VERSION.match(found["rest"]):
        return ("lambda:InvokeFunction",)
    action = re.match(r"[A-Za-z]+", found["rest"]) if found["how"] == "action" else None
    return (f"{service}:{action[0]}",) if action is not None else (f"{service}:*",)
