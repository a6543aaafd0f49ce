"""Who calls and on what, each with its side of the policies and with what is known of the request's keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.applying import ResourceSide, side_of, side_of_arn
from wa_policy.evaluator.decisions import CallerKind
from wa_policy.evaluator.derived_context import derived_context
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.lookup import principal_of, resource_of
from wa_policy.evaluator.situations import caller_kind
from wa_policy.iam.arn import is_account_id, parse_arn
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.principal import (
    Anonymous,
    AwsService,
    Caller,
    FederatedIdentity,
    RootUser,
    User,
    account_of,
)
from wa_policy.iam.request import ContextValue, Request
from wa_policy.iam.source import Source
from wa_policy.inventory.model import Inventory, NotExported, Organization, Resource

ASSUMED = Source("(assumed)")
"""The place of statements that are assumed: what an account outside of the inventory allows its principals."""

_ALLOW_ALL = parse_policy(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}, ASSUMED
)[0]

# Set by AWS for a direct call of a service principal on behalf of a resource, and only then.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_SERVICE_ONLY = frozenset(
    (
        "aws:principalservicename", "aws:principalservicenameslist", "aws:sourceaccount", "aws:sourcearn",
        "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner",
    )
)  # fmt: skip
_MEMBER_ONLY = frozenset(
    (
        "aws:assumedroot", "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths",
        "aws:username",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """A caller with its side: policies, and keys. `absent` is true of the keys that its requests never carry."""

    caller: Caller
    applied: AppliedPolicies
    context: Mapping[str, ContextValue]
    absent: Callable[[str], bool] = field(repr=False)
    name: str = ""
    """What tells callers of one ARN apart, such as the subjects of a provider."""
    account: str | None = None
    """The account of the caller, None where it has none."""
    kind: CallerKind = CallerKind.ACCOUNT_MEMBER
    outside_of: str | None = None
    """The organization to which the caller surely does not belong, where it may belong to another one."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What is called on: an ARN, or `*`, with the side of the resource that it names or is a part of."""

    arn: str
    resource: Resource | None
    account: str | None
    side: ResourceSide
    context: Mapping[str, ContextValue]


def target_of(inventory: Inventory, arn: str, *, made_in: str | None = None) -> Target:
    """The target of an ARN or `*`. With `made_in` it has no policy of its own, and is of that account if it is new."""
    resource = resource_of(inventory, arn)
    account = None if resource is None else resource.account
    if account is None:
        parsed = parse_arn(arn)
        account = parsed.account if parsed is not None and is_account_id(parsed.account) else made_in
    known = derived_context(inventory, Anonymous(), None, arn, account)
    context = {key: known[key] for key in _OF_RESOURCE if key in known}
    policy, levels, unknown = side_of_arn(inventory, arn, account)
    if made_in is not None:
        policy, unknown = None, {layer: why for layer, why in unknown.items() if layer is not Layer.RESOURCE}
    return Target(arn, resource, account, (policy, levels, unknown), context)


_OF_RESOURCE = ("aws:resourceaccount", "aws:resourceorgid", "aws:requestedregion")


def actor_of(
    inventory: Inventory,
    caller: Caller,
    *,
    keys: Mapping[str, ContextValue] | None = None,
    name: str = "",
) -> Actor:
    """The actor of a caller, with its own policies."""
    principal = principal_of(inventory, caller)
    context = {**derived_context(inventory, caller, principal, "*", None), **(keys or {})}
    kind = caller_kind(caller, Request(caller, "", "*", None, context))
    absent = absent_keys(inventory, caller)
    return Actor(caller, side_of(inventory, caller), context, absent, name, account_of(caller), kind)


def outsider_of(inventory: Inventory, caller: Caller, *, is_anyone: bool = False) -> Actor:
    """The actor of a caller whose account was not read, and is taken as allowing it everything.

    With `is_anyone` the caller stands for all of its account, whose names, types and tags are not known.
    """
    known = derived_context(inventory, caller, None, "*", None)
    context = {key: value for key, value in known.items() if not (is_anyone and key in _OF_ONE)}
    known_names = () if is_anyone else ("aws:username",)

    def absent(key: str) -> bool:
        return key in _SERVICE_ONLY or (key in known_names and not isinstance(caller, User))

    kind = caller_kind(caller, Request(caller, "", "*", None, known))
    own = inventory.organization.id if isinstance(inventory.organization, Organization) else None
    applied = AppliedPolicies(identity=(_ALLOW_ALL,))
    return Actor(caller, applied, context, absent, "", account_of(caller), kind, own)


_OF_ONE = ("aws:principalarn", "aws:principaltype", "aws:userid", "aws:username")


def absent_keys(inventory: Inventory, caller: Caller) -> Callable[[str], bool]:
    """True of the keys that the caller's requests never carry, if they are not among the known ones."""
    organization_unread = isinstance(inventory.organization, NotExported)

    def of_member(key: str) -> bool:
        if key in _SERVICE_ONLY:
            return True
        if key == "aws:principalorgid":
            return not organization_unread
        if key == "aws:username":
            return not isinstance(caller, User)
        # The tags of a user are those of the export; a session of a role may bring its own.
        return isinstance(caller, User | RootUser) and key.startswith("aws:principaltag/")

    def of_service(key: str) -> bool:
        return key in _MEMBER_ONLY or key.startswith("aws:principaltag/")

    def of_stranger(key: str) -> bool:
        return key in _MEMBER_ONLY or key in _SERVICE_ONLY or key.startswith("aws:principaltag/")

    if account_of(caller) is not None:
        return of_member
    match caller:
        case AwsService():
            return of_service
        case Anonymous():
            return of_stranger
        case FederatedIdentity():
            return lambda key: key in _MEMBER_ONLY or key in _SERVICE_ONLY
        case _:
            return of_member
