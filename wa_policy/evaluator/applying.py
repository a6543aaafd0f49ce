"""From an inventory to the policies that apply: who calls, on what, and what is not known about either.

Absent is not none. A document that was not exported makes its layer unknown, with the reason; only one that is known
to be absent is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import assert_never

from wa_policy.evaluator.applied import AppliedPolicies, Level
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.lookup import has_no_policy, principal_of, resource_of
from wa_policy.iam.policy import Policy, PolicyKind
from wa_policy.iam.principal import (
    Anonymous,
    AwsService,
    Caller,
    FederatedIdentity,
    FederatedUser,
    Role,
    RoleSession,
    RootUser,
    User,
)
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    POLICY_DOCUMENT_TYPE,
    POLICY_PROPERTY,
    Absent,
    ControlLevel,
    Inventory,
    NoOrganization,
    NotExported,
    Organization,
    PolicyDocument,
    Present,
    Principal,
    Resource,
)

_ROLE_TYPE = "AWS::IAM::Role"
TYPES_WITH_POLICY = frozenset(
    (
        "AWS::ApiGateway::RestApi", "AWS::Backup::BackupVault", "AWS::DynamoDB::Table", "AWS::ECR::Repository", "AWS::EFS::FileSystem",
        "AWS::Events::EventBus", "AWS::KMS::Key", "AWS::Kinesis::Stream", "AWS::Lambda::Function", "AWS::Lambda::LayerVersion",
        "AWS::Logs::Destination", "AWS::Logs::ResourcePolicy", "AWS::OpenSearchService::Domain", "AWS::S3::Bucket",
        "AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::SecretsManager::Secret",
    )
)  # fmt: skip
"""Types whose loaders say in `POLICY_PROPERTY` whether there is a resource policy."""

_AT_RESOURCES = (PolicyKind.RESOURCE.value, PolicyKind.TRUST.value)

NO_CALLER = Unknown(UnknownKind.NOT_EXPORTED, "the policies of a caller that is not in the inventory")
NO_RESOURCE = Unknown(
    UnknownKind.NOT_EXPORTED, "the resource policy of a resource that is not in the inventory"
)


ResourceSide = tuple[Policy | None, tuple[Level, ...] | None, Mapping[Layer, Unknown]]
"""The resource policy, the levels of resource control policies of its account, and what is not known of the two."""


def applied_to(
    inventory: Inventory, principal: Principal | None, resource: Resource | None
) -> AppliedPolicies:
    """The policies that apply when the principal calls on the resource.

    None for either means that it is not in the inventory, so that nothing is known about its side. A caller that has
    no account (an AWS service, an anonymous caller) has no side: what is said about it here is not asked for.
    """
    return combined(caller_side(inventory, principal), resource_side(inventory, resource))


def combined(caller: AppliedPolicies, resource: ResourceSide) -> AppliedPolicies:
    """The two sides of a request as one."""
    policy, levels, unknown = resource
    return replace(caller, resource=policy, resource_control=levels, unknown={**caller.unknown, **unknown})


# --- the caller's side ---------------------------------------------------------------------------------------


def caller_side(inventory: Inventory, principal: Principal | None) -> AppliedPolicies:
    """The policies that bind the principal wherever it calls, without those of the resource."""
    if principal is None:
        # Not the boundary: an unknown one would count as there, and a Deny with NotPrincipal as met.
        return AppliedPolicies(unknown={Layer.IDENTITY: NO_CALLER, Layer.SERVICE_CONTROL: NO_CALLER})
    unknown: dict[Layer, Unknown] = {}
    if principal.missing:
        unknown[Layer.IDENTITY] = _joined(principal.missing)
    boundary = _document(principal.boundary, Layer.PERMISSIONS_BOUNDARY, unknown)
    levels = None
    if not principal.is_service_linked:
        levels = _levels(inventory, principal.account, Layer.SERVICE_CONTROL, unknown)
    return AppliedPolicies(
        identity=tuple(attached.policy for attached in principal.identity_policies),
        permissions_boundary=None if boundary is None else (boundary,),
        service_control=levels,
        unknown=unknown,
    )


def side_of(inventory: Inventory, caller: Caller) -> AppliedPolicies:
    """`caller_side` for any caller: a session has the policies of its role, a root user those of its organization."""
    match caller:
        case AwsService() | FederatedIdentity() | Anonymous():
            return AppliedPolicies()
        case RootUser(account):
            unknown: dict[Layer, Unknown] = {}
            levels = _levels(inventory, account, Layer.SERVICE_CONTROL, unknown)
            return AppliedPolicies(service_control=levels, unknown=unknown)
        case User() | Role() | RoleSession() | FederatedUser():
            principal = principal_of(inventory, caller)
            side = caller_side(inventory, principal)
            if principal is None:
                unknown = {Layer.IDENTITY: _not_read(caller)}
                levels = _levels(inventory, caller.account, Layer.SERVICE_CONTROL, unknown)
                side = AppliedPolicies(service_control=levels, unknown=unknown)
            return side
        case _:
            assert_never(caller)


def _not_read(caller: Caller) -> Unknown:
    return Unknown(UnknownKind.NOT_EXPORTED, f"the policies of `{caller.arn}`")


# --- the resource's side -------------------------------------------------------------------------------------


def resource_side(inventory: Inventory, resource: Resource | None) -> ResourceSide:
    """The resource policy, the resource control policies of its account, and what is not known of the two."""
    if resource is None:
        return None, None, {Layer.RESOURCE: NO_RESOURCE, Layer.RESOURCE_CONTROL: NO_RESOURCE}
    unknown: dict[Layer, Unknown] = {}
    policy = _document(_resource_policy(inventory, resource), Layer.RESOURCE, unknown)
    levels = _levels(inventory, resource.account, Layer.RESOURCE_CONTROL, unknown)
    return policy, levels, unknown


def side_of_arn(inventory: Inventory, arn: str, account: str | None) -> ResourceSide:
    """`resource_side` for an ARN or `*`, which may name a part of a resource or nothing in the inventory.

    `account` owns the resource, where the caller of this function knows it.
    """
    resource = resource_of(inventory, arn)
    if resource is not None:
        return resource_side(inventory, resource)
    unknown: dict[Layer, Unknown] = {}
    if not has_no_policy(arn):
        unknown[Layer.RESOURCE] = Unknown(UnknownKind.NOT_EXPORTED, f"the resource policy of `{arn}`")
    levels = _levels(inventory, account, Layer.RESOURCE_CONTROL, unknown)
    return None, levels, unknown


def _resource_policy(inventory: Inventory, resource: Resource) -> PolicyDocument:
    if resource.type == _ROLE_TYPE:
        principal = inventory.principal(resource.id)
        return resource.policy("AssumeRolePolicyDocument") if principal is None else principal.trust
    if resource.type == POLICY_DOCUMENT_TYPE and resource.property("Kind") not in _AT_RESOURCES:
        return NotExported(f"the resource that `{resource.id}` is about")
    if POLICY_PROPERTY in resource.properties or resource.type in TYPES_WITH_POLICY:
        return resource.policy()
    if has_no_policy(resource.id):
        return Absent(resource.source)
    return NotExported(f"the resource policy of `{resource.id}`, if its type can have one")


# --- documents and levels ------------------------------------------------------------------------------------


def _document(document: PolicyDocument, layer: Layer, unknown: dict[Layer, Unknown]) -> Policy | None:
    match document:
        case Present(policy):
            return policy
        case Absent():
            return None
        case NotExported():
            unknown[layer] = document.unknown
            return None
        case _:
            assert_never(document)


def _levels(
    inventory: Inventory, account: str | None, layer: Layer, unknown: dict[Layer, Unknown]
) -> tuple[Level, ...] | None:
    """The control policies of one kind above an account, None where there are none or they are unknown."""
    found = _control_levels(inventory, account, layer)
    if isinstance(found, Unknown):
        unknown[layer] = found
        return None
    if found is None:
        return None
    return tuple(
        Level(level.target, tuple(attached.policy for attached in level.policies)) for level in found
    )


def _control_levels(
    inventory: Inventory, account: str | None, layer: Layer
) -> tuple[ControlLevel, ...] | Unknown | None:
    match inventory.organization:
        case NoOrganization():
            return None
        case NotExported() as document:
            return document.unknown
        case Organization(_, management, places):
            if account is None:
                return Unknown(UnknownKind.NOT_EXPORTED, "the account that owns the resource")
            if account == management:
                # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html: no control
                # policy of either kind affects users, roles or resources of the management account.
                return None
            place = places.get(account)
            if place is None:
                return Unknown(
                    UnknownKind.NOT_EXPORTED, f"the place of account `{account}` in an organization"
                )
            if management is None:
                return Unknown(
                    UnknownKind.NOT_EXPORTED,
                    "organizations describe-organization, which names the management account",
                )
            return place.service_control if layer is Layer.SERVICE_CONTROL else place.resource_control
        case _:
            assert_never(inventory.organization)


def _joined(reasons: Iterable[Unknown]) -> Unknown:
    first, *more = reasons
    return Unknown(first.kind, "; ".join((first.reason, *(reason.reason for reason in more))))
