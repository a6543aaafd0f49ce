"""Relations between resources, declared once: what refers to what, and which answer has the other side.

A relation whose other side was not exported is unknown, never empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from wa_policy.iam.arn import Arn, parse_arn
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.policy import Policy
from wa_policy.iam.text import Template, Text
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    REST_API_ID_PROPERTY,
    Absent,
    Inventory,
    NotExported,
    Present,
    Principal,
    PrincipalKind,
    PropertyValue,
    Resource,
)

_FUNCTION, _ROLE, _REST_API = "AWS::Lambda::Function", "AWS::IAM::Role", "AWS::ApiGateway::RestApi"
_HTTP_API = "AWS::ApiGatewayV2::Api"


@dataclass(frozen=True, slots=True)
class RefersTo:
    """The property holds the ARN of the other side."""

    property: str
    operation: str


@dataclass(frozen=True, slots=True)
class ReferredBy:
    """The property of the other side holds the ARN of this one, or the value of its property `key`."""

    property: str
    operation: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class NamedAsSource:
    """A condition on `aws:SourceArn` in the resource policy names the other side."""

    operation: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation by its name, from one type to another; `how` is how the other side is found."""

    name: str
    from_type: str
    to_type: str
    how: RefersTo | ReferredBy | NamedAsSource


RELATIONS = (
    Relation("role", _FUNCTION, _ROLE, RefersTo("Role", "iam.get-account-authorization-details")),
    Relation("functions", _ROLE, _FUNCTION, ReferredBy("Role", "lambda.list-functions")),
    Relation(
        "urls",
        _FUNCTION,
        "AWS::Lambda::Url",
        ReferredBy("TargetFunctionArn", "lambda.list-function-url-configs"),
    ),
    Relation(
        "event_source_mappings",
        _FUNCTION,
        "AWS::Lambda::EventSourceMapping",
        ReferredBy("FunctionName", "lambda.list-event-source-mappings"),
    ),
    Relation("aliases", _FUNCTION, "AWS::Lambda::Alias", ReferredBy("FunctionName", "lambda.list-aliases")),
    Relation("rest_apis", _FUNCTION, _REST_API, NamedAsSource("apigateway.get-rest-apis")),
    Relation(
        "stages",
        _REST_API,
        "AWS::ApiGateway::Stage",
        ReferredBy("RestApiId", "apigateway.get-stages", REST_API_ID_PROPERTY),
    ),
    Relation(
        "routes",
        _HTTP_API,
        "AWS::ApiGatewayV2::Route",
        ReferredBy("ApiId", "apigatewayv2.get-routes", "ApiId"),
    ),
    Relation(
        "integrations",
        _HTTP_API,
        "AWS::ApiGatewayV2::Integration",
        ReferredBy("ApiId", "apigatewayv2.get-integrations", "ApiId"),
    ),
)
_BY_NAME = {(relation.from_type, relation.name): relation for relation in RELATIONS}

_PRINCIPAL_TYPES = {
    PrincipalKind.ROLE: "AWS::IAM::Role",
    PrincipalKind.USER: "AWS::IAM::User",
    PrincipalKind.GROUP: "AWS::IAM::Group",
}


@dataclass(frozen=True, slots=True)
class Related:
    """The other sides of a relation: those known, sorted; `unknown` says why there may be more, None iff these are all."""

    found: tuple[Resource | Principal, ...] = ()
    unknown: Unknown | None = None


def relation(from_type: str, name: str) -> Relation | None:
    """The relation of that name, None iff the type has none."""
    return _BY_NAME.get((from_type, name))


def relation_names(from_type: str) -> tuple[str, ...]:
    """The names of the relations of a type, sorted."""
    return tuple(sorted(name for type_, name in _BY_NAME if type_ == from_type))


def target_types(from_type: str, name: str) -> tuple[str, ...]:
    """The types of the other sides, sorted; nothing where the type has no such relation."""
    found = _BY_NAME.get((from_type, name))
    return () if found is None else (found.to_type,)


def _related(found: tuple[Resource | Principal, ...] | Unknown) -> Related:
    return Related((), found) if isinstance(found, Unknown) else Related(found)


def related(inventory: Inventory, resource: Resource | Principal, name: str) -> Related:
    """The other side of a relation, sorted; roles come as principals. KeyError iff the type has no such relation."""
    type_ = _PRINCIPAL_TYPES[resource.kind] if isinstance(resource, Principal) else resource.type
    found = _BY_NAME[type_, name]
    match found.how:
        case RefersTo() as how:
            return _related(_referred_to(inventory, resource, how))
        case ReferredBy() as how:
            return _related(_referring(inventory, resource, found, how))
        case NamedAsSource() as how:
            return _related(_sources(inventory, resource, how))
        case _:
            assert_never(found.how)


def _not_exported(operation: str, what: str) -> Unknown:
    return Unknown(UnknownKind.NOT_EXPORTED, f"{operation.replace('.', ' ')} for {what}")


def _place(account: str | None, region: str | None) -> str:
    owner = f"account `{account}`" if account else "an account that is not known"
    return f"{owner} in `{region}`" if region else owner


def _referred_to(
    inventory: Inventory, resource: Resource | Principal, how: RefersTo
) -> tuple[Resource | Principal, ...] | Unknown:
    value = resource.property(how.property) if isinstance(resource, Resource) else None
    if isinstance(value, Unknown):
        return value
    if not isinstance(value, str):
        return ()
    principal = inventory.principal(value)
    if principal is not None:
        return (principal,)
    arn = parse_arn(value)
    account = arn.account if arn is not None else None
    # An answer to `--filter User` has no roles: it says nothing about them.
    has_roles = any(
        other.kind is PrincipalKind.ROLE and other.account == account for other in inventory.principals
    )
    if has_roles and inventory.was_exported(how.operation, account):
        return ()
    return _not_exported(how.operation, f"`{value}`")


def _referring(
    inventory: Inventory, resource: Resource | Principal, found: Relation, how: ReferredBy
) -> tuple[Resource | Principal, ...] | Unknown:
    own: PropertyValue
    account: str | None
    region: str | None
    if isinstance(resource, Principal):
        own = resource.arn
        account, region, id_ = resource.account, None, resource.arn
    else:
        own = resource.id if how.key is None else resource.property(how.key)
        account, region, id_ = resource.account, resource.region, resource.id
    if isinstance(own, Unknown):
        return own
    if (missing := _missing(inventory, how.operation, account, region, id_)) is not None:
        return missing
    others: list[Resource | Principal] = []
    for other in inventory.of_type(found.to_type):
        if how.key is not None and (other.account, other.region) != (account, region):
            continue
        value = other.property(how.property)
        if isinstance(value, Unknown):
            return value
        if value == own or (isinstance(value, str) and _is_qualified(value, own)):
            others.append(other)
    return tuple(others)


def _is_qualified(value: str, own: PropertyValue) -> bool:
    """True iff the value is the ARN of a version or alias of the function."""
    return isinstance(own, str) and value.startswith(f"{own}:") and ":function:" in own


def _missing(
    inventory: Inventory, operation: str, account: str | None, region: str | None, id_: str
) -> Unknown | None:
    """Why the other side is not known to be complete; None iff it is."""
    if region is not None:
        if inventory.was_exported(operation, account, region, id_):
            return None
        return _not_exported(operation, f"`{id_}`")
    # A global resource: in each region of which anything was read.
    regions = sorted(
        {
            answer.region
            for answer in inventory.exported
            if answer.account == account and answer.region is not None
        }
    )
    for other in regions:
        if not inventory.was_exported(operation, account, other):
            return _not_exported(operation, _place(account, other))
    if not regions and not inventory.was_exported(operation, account, None, id_):
        return _not_exported(operation, _place(account, None))
    return None


def _sources(
    inventory: Inventory, resource: Resource | Principal, how: NamedAsSource
) -> tuple[Resource | Principal, ...] | Unknown:
    document = resource.policy() if isinstance(resource, Resource) else Absent()
    match document:
        case Absent():
            return ()
        case NotExported():
            return document.unknown
        case Present(policy):
            if policy.unreadable:
                return policy.unreadable[0]
            return _named_apis(inventory, policy, how)
        case _:
            assert_never(document)


def _named_apis(
    inventory: Inventory, policy: Policy, how: NamedAsSource
) -> tuple[Resource | Principal, ...] | Unknown:
    found: dict[str, Resource] = {}
    for text in _source_arns(policy):
        if isinstance(text, Template):
            if text.holes:
                return text.holes[0].reason
            continue
        arn = parse_arn(text)
        if arn is None or arn.service != "execute-api":
            continue
        apis = [api for api in inventory.of_type(_REST_API) if _names(arn, api)]
        found |= {api.id: api for api in apis}
        if apis or any(_names_http(arn, api) for api in inventory.of_type(_HTTP_API)):
            continue
        if not inventory.was_exported(how.operation, arn.account, arn.region):
            return _not_exported(how.operation, _place(arn.account, arn.region))
    return tuple(found[id_] for id_ in sorted(found))


def _source_arns(policy: Policy) -> Iterator[Text]:
    for statement in policy.statements:
        for condition in statement.conditions:
            if condition.folded_key == "aws:sourcearn":
                yield from condition.values


def _names(arn: Arn, api: Resource) -> bool:
    """True iff an execute-api ARN, perhaps with wildcards, is about the API."""
    return _covers(arn, api, api.property(REST_API_ID_PROPERTY))


def _names_http(arn: Arn, api: Resource) -> bool:
    return _covers(arn, api, api.property("ApiId"))


def _covers(arn: Arn, api: Resource, id_: PropertyValue) -> bool:
    return (
        isinstance(id_, str)
        and matches(glob(arn.resource.split("/", 1)[0]), id_)
        and (api.account is None or matches(glob(arn.account), api.account))
        and (api.region is None or matches(glob(arn.region), api.region))
    )
