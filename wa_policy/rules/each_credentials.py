"""Items about the credentials with which an API calls what stands behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue, Resource
from wa_policy.rules.arguments import Values
from wa_policy.rules.each_network import actions_of_service
from wa_policy.rules.each_operations import integrations
from wa_policy.rules.items import Field, Item, Items
from wa_policy.rules.subjects import Scope, Subject

_URI = re.compile(
    r"^arn:[^:]+:apigateway:[^:]*:(?P<host>[a-z0-9.-]+):(?:action/(?P<action>[A-Za-z0-9]+)|(?P<path>path/.*))"
)
_PASS_THROUGH = re.compile(r"^arn:[^:]*:iam::[*0-9]*:user/")
_ALWAYS = ("kms:*", "logs:*")
"""Encryption and logs may go with any integration."""


def integration_roles(subject: Subject, scope: Scope, arguments: Values) -> Items:
    """The roles with which the API calls services, each with the actions that its integration needs."""
    found = integrations(subject, scope, arguments)
    items: list[Item] = []
    unknown = list(found.unknown)
    for item in found.items:
        resource = None if item.subject is None else item.subject.resource
        if resource is None:
            continue
        credentials, uri, subtype = _called(resource)
        if isinstance(credentials, Unknown):
            unknown.append(credentials)
            continue
        if not isinstance(credentials, str) or _PASS_THROUGH.match(credentials):
            continue
        role = scope.inventory.principal(credentials)
        if role is None:
            unknown.append(Unknown(UnknownKind.NOT_EXPORTED, f"the policies of the role `{credentials}`"))
            continue
        actions = _actions(uri, subtype)
        if isinstance(actions, Unknown):
            unknown.append(actions)
            continue
        fields: dict[str, Field] = {"key": item.key, "role": role.name, "actions": (*actions, *_ALWAYS)}
        items.append(Item(item.key, item.source, fields, principal=role))
    return Items(tuple(items), tuple(dict.fromkeys(unknown)))


def _called(resource: Resource) -> tuple[PropertyValue, PropertyValue, PropertyValue]:
    """The credentials, the URI and the subtype of an integration, of a method or of an HTTP API."""
    inner = resource.properties.get("Integration")
    if isinstance(inner, Mapping):
        return inner.get("Credentials"), inner.get("Uri"), None
    return (
        resource.property("CredentialsArn"),
        resource.property("IntegrationUri"),
        resource.property("IntegrationSubtype"),
    )


def _actions(uri: PropertyValue, subtype: PropertyValue) -> tuple[str, ...] | Unknown:
    """The actions that the integration calls, or all of its service where the URI does not say which."""
    for value in (subtype, uri):
        if isinstance(value, Unknown):
            return value
    if isinstance(subtype, str):
        service, _, action = subtype.partition("-")
        return _named(service.lower(), action)
    found = _URI.match(uri) if isinstance(uri, str) else None
    if found is None:
        return Unknown(UnknownKind.NOT_MODELLED, f"which actions the integration with `{uri}` calls")
    service = found["host"].rpartition(".")[2]
    if service == "lambda":
        return ("lambda:InvokeFunction",)
    return _named(service, found["action"] or "")


def _named(service: str, action: str) -> tuple[str, ...]:
    if service == "stepfunctions":
        service = "states"
    prefixes = dict.fromkeys(one.partition(":")[0] for one in actions_of_service(service))
    if action:
        return tuple(f"{prefix}:{action}" for prefix in prefixes)
    return tuple(f"{prefix}:*" for prefix in prefixes)
