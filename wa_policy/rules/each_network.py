"""Items about VPC endpoints, what functions call through them, and guards on the VPC of functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from wa_policy.catalog.model import ActionSet
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Effect, Policy, Statement
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import (
    Absent,
    AttachedPolicy,
    NotExported,
    Organization,
    Present,
    Principal,
    PrincipalKind,
)
from wa_policy.rules.actions import has_wildcard
from wa_policy.rules.arguments import Values, texts
from wa_policy.rules.each_function import granted, role_of
from wa_policy.rules.items import Field, Item, Items
from wa_policy.rules.looks import ASSUMED
from wa_policy.rules.subjects import ACCOUNT, Scope, Subject, subject_of
from wa_policy.rules.tables import table

# --- endpoint policies -----------------------------------------------------------------------------------------------


def endpoint_policy(subject: Subject, _scope: Scope, _arguments: Values) -> Items:
    """The service of an endpoint that takes a policy, with its actions and the resources that the policy names literally."""
    endpoint = subject.resource
    if endpoint is None:
        return Items(())
    name = endpoint.property("ServiceName")
    if isinstance(name, Unknown):
        return Items((), (name,))
    service = _service_of(name) if isinstance(name, str) else None
    if service is None or table("endpoint_policies").cell(service, "policy") is not True:
        return Items(())
    document = endpoint.policy("PolicyDocument")
    if isinstance(document, NotExported):
        return Items((), (document.unknown,))
    policy = document.policy if isinstance(document, Present) else None
    fields: dict[str, Field] = {
        "service": service,
        "actions": actions_of_service(service),
        "named": () if policy is None else tuple(dict.fromkeys(_named(policy))),
    }
    place = policy.source if policy is not None else endpoint.source
    return Items((Item(service, place, fields),))


def _service_of(name: str) -> str | None:
    """What stands behind the Region in the name of an endpoint service, such as `s3` or `ecr.api`."""
    parts = name.split(".")
    if len(parts) < 4 or parts[:2] not in (["com", "amazonaws"], ["cn", "com"], ["aws", "api"]):
        return None
    return ".".join(parts[4:] if parts[0] == "cn" else parts[3:])


_ACTIONS = {
    "s3": ("s3:*",),
    "s3-global.accesspoint": ("s3:*",),
    "s3express": ("s3express:*",),
    "kinesis-streams": ("kinesis:*",),
    "kinesis-firehose": ("firehose:*",),
    "monitoring": ("cloudwatch:*",),
    "email-smtp": ("ses:*",),
    "ecr.api": ("ecr:*",),
    "ecr.dkr": ("ecr:*",),
    "bedrock-runtime": ("bedrock:*",),
    "sync-states": ("states:*",),
    "execute-api": ("execute-api:Invoke",),
    "rds-data": ("rds-data:*",),
    "codecommit": ("codecommit:*",),
    "autoscaling": ("autoscaling:*",),
}
"""Actions of services whose endpoints are not named by their prefix."""


def actions_of_service(service: str) -> tuple[str, ...]:
    """Patterns of the actions of a service by the name of its endpoints."""
    return _ACTIONS.get(service, (f"{service.split('.', maxsplit=1)[0]}:*",))


def _named(policy: Policy) -> Iterator[str]:
    """The resources of Allow statements whose owner is told: by an account, or by a name without wildcards."""
    for statement in policy.statements:
        if statement.effect is not Effect.ALLOW or statement.resource is None or statement.resource.negated:
            continue
        for value in statement.resource.values:
            arn = parse_arn(str(value)) if isinstance(value, str) else None
            if arn is None:
                continue
            name = arn.resource.split("/")[0]
            if (arn.account and not has_wildcard(arn.account)) or (
                not arn.account and not has_wildcard(name)
            ):
                yield str(value)


# --- what functions call ---------------------------------------------------------------------------------------------

_WITHOUT_VPC = frozenset(("logs", "xray", "ec2", "iam", "organizations", "route53", "cloudfront"))
"""Services that Lambda calls for the function past its VPC, or that have no endpoint in a Region."""


def called_services(subject: Subject, scope: Scope, arguments: Values) -> Items:
    """The services of which the role of the function grants an action, with the names of their endpoints."""
    role, function = role_of(subject, scope), subject.resource
    if isinstance(role, Unknown):
        return Items((), (role,))
    if role is None or function is None:
        return Items(())
    bits, doubts = granted(subject_of(role, scope.inventory), scope)
    left_out = {*_WITHOUT_VPC, *texts(arguments, "except")}
    only = texts(arguments, "only")
    items = [
        Item(service, function.place("Role"), {"service": service, "endpoints": _endpoints_of(service)})
        for service in _services(bits, scope)
        if service not in left_out and _endpoints_of(service) and (not only or service in only)
    ]
    return Items(tuple(items), doubts)


def _services(bits: ActionSet, scope: Scope) -> tuple[str, ...]:
    names = scope.catalog.names(bits & scope.catalog.listed)
    return tuple(dict.fromkeys(name.partition(":")[0] for name in names))


def _endpoints_of(prefix: str) -> tuple[str, ...]:
    """Patterns of the names of endpoint services of a service; nothing where the table has none."""
    known = [
        service
        for service in table("endpoint_policies").rows
        if any(action.partition(":")[0] == prefix for action in actions_of_service(service))
    ]
    return tuple(f"*.{service}" for service in known)


# --- guards ----------------------------------------------------------------------------------------------------------

_KEYS = frozenset(("lambda:vpcids", "lambda:subnetids", "lambda:securitygroupids"))


def vpc_guards(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """Each policy that denies by the VPC of a function, with a principal that may do everything but what it denies."""
    found = [*_policies(subject, scope)]
    unreadable = (reason for _, policy in found for reason in policy.unreadable)
    unknown = (*_unread(subject, scope), *unreadable)
    items = []
    for name, policy in found:
        denies = [statement for statement in policy.statements if statement.effect is Effect.DENY]
        guards = [statement for statement in denies if _speaks_of_vpc(statement)]
        if guards:
            items.append(Item(name, guards[0].source, {"policy": name}, principal=_held_by(policy, subject)))
    return Items(tuple(items), unknown)


def _unread(subject: Subject, scope: Scope) -> tuple[Unknown, ...]:
    """Why there may be policies that were not read."""
    principal, organization = subject.principal, scope.inventory.organization
    if principal is not None:
        boundary = principal.boundary
        return (*principal.missing, *((boundary.unknown,) if isinstance(boundary, NotExported) else ()))
    if isinstance(organization, NotExported):
        return (organization.unknown,)
    if not isinstance(organization, Organization) or subject.account is None:
        return ()
    place = organization.places.get(subject.account)
    if place is not None and isinstance(place.service_control, Unknown):
        return (place.service_control,)
    return ()


def _speaks_of_vpc(statement: Statement) -> bool:
    return any(condition.folded_key in _KEYS for condition in statement.conditions)


def _policies(subject: Subject, scope: Scope) -> Iterator[tuple[str, Policy]]:
    principal = subject.principal
    if principal is not None:
        for attached in principal.identity_policies:
            yield attached.name, attached.policy
        if isinstance(principal.boundary, Present):
            yield "permissions boundary", principal.boundary.policy
    organization = scope.inventory.organization
    if subject.type == ACCOUNT and isinstance(organization, Organization) and subject.account is not None:
        place = organization.places.get(subject.account)
        levels = () if place is None or isinstance(place.service_control, Unknown) else place.service_control
        for level in levels:
            for attached in level.policies:
                yield attached.name, attached.policy


_ALL: Mapping[str, object] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def _held_by(policy: Policy, subject: Subject) -> Principal:
    """Somebody who may do everything but what the policy denies."""
    account = subject.account or "111122223333"
    everything = parse_policy({"Version": "2012-10-17", "Statement": [_ALL]}, ASSUMED)[0]
    denies = tuple(statement for statement in policy.statements if statement.effect is Effect.DENY)
    held = replace(policy, statements=denies)
    return Principal(
        PrincipalKind.ROLE,
        f"arn:aws:iam::{account}:role/deployer",
        account,
        "deployer",
        "/",
        Source(policy.source.file, policy.source.pointer),
        identity_policies=(AttachedPolicy("all", everything), AttachedPolicy("guard", held)),
        boundary=Absent(),
    )
