"""From a request to its situation: who calls, from where, and by which rule of the resource's service."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.decisions import CallerKind, ResourceRule, Situation
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
    account_of,
)
from wa_policy.iam.request import Request

SERVICE_LINKED_PATH = ":role/aws-service-role/"


class ApiAuthorizer(StrEnum):
    """What authorizes a method or route of an API."""

    NONE = "NONE"
    AWS_IAM = "AWS_IAM"
    LAMBDA = "LAMBDA"
    COGNITO = "COGNITO"


@dataclass(frozen=True, slots=True)
class KmsGrant:
    """A grant on a KMS key, as far as it can be stated: who may do what, with which encryption context.

    https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """

    grantee: str
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """What decides beside policies: settings of the resource, each None or empty where it does not apply or is default."""

    api_authorizer: ApiAuthorizer | None = None
    kms_grants: tuple[KmsGrant, ...] = ()
    bucket_abac_enabled: bool | None = None
    block_public_access: bool = False
    """S3 RestrictPublicBuckets: a public bucket policy serves only AWS services and principals of the own account."""


ASSUME_ROLE = frozenset(
    f"sts:{name}"
    for name in (
        "assumerole", "assumerolewithsaml", "assumerolewithwebidentity", "tagsession", "setsourceidentity", "setcontext",
    )
)  # fmt: skip

# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html: AWS managed policies cannot change.
_CHANGES_MANAGED_POLICY = frozenset(
    f"iam:{name}"
    for name in (
        "createpolicyversion", "deletepolicy", "deletepolicyversion", "setdefaultpolicyversion", "tagpolicy", "untagpolicy",
    )
)  # fmt: skip
# https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html: reserved roles cannot change.
_CHANGES_ROLE = frozenset(
    f"iam:{name}"
    for name in (
        "attachrolepolicy", "deleterole", "deleterolepermissionsboundary", "deleterolepolicy", "detachrolepolicy",
        "putrolepermissionsboundary", "putrolepolicy", "tagrole", "untagrole", "updateassumerolepolicy", "updaterole",
        "updateroledescription",
    )
)  # fmt: skip
# https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html: the prefix alias/aws/ is reserved.
_CHANGES_ALIAS = frozenset(("kms:createalias", "kms:deletealias", "kms:updatealias"))

BELONGS_TO_AWS: tuple[tuple[frozenset[str], str], ...] = (
    (_CHANGES_MANAGED_POLICY, ":iam::aws:policy/"),
    (_CHANGES_ROLE, ":role/aws-reserved/"),
    (_CHANGES_ALIAS, ":alias/aws/"),
)
"""Actions that nobody may take on resources whose ARN has this part."""

ALWAYS_ALLOWED = frozenset(("sts:getcalleridentity",))


def situation_of(
    request: Request, facts: ResourceFacts, catalog: Catalog, *, has_resource_policy: bool
) -> Situation:
    """The situation of a request."""
    caller = request.caller
    action = request.action.lower()
    kind = caller_kind(caller, request)
    account = account_of(caller)
    return Situation(
        kind,
        same_account=account is not None and request.resource_account in (None, account),
        rule=_resource_rule(request, action, facts, has_resource_policy=has_resource_policy),
        resource_control_applies=kind is not CallerKind.SERVICE_LINKED_ROLE and _takes_rcps(action, catalog),
    )


@lru_cache(maxsize=65_536)
def _takes_rcps(action: str, catalog: Catalog) -> bool:
    exempt = {name.lower() for name in catalog.rcp_exempt_actions}
    return action not in exempt and catalog.supports_resource_control_policies(action.partition(":")[0])


def caller_kind(caller: Caller, request: Request) -> CallerKind:
    """What kind of caller it is; a session is service-linked when `aws:PrincipalArn` shows that its role is."""
    match caller:
        case RootUser():
            return CallerKind.ROOT
        case AwsService():
            return CallerKind.SERVICE
        case FederatedIdentity():
            return CallerKind.FEDERATED
        case Anonymous():
            return CallerKind.ANONYMOUS
        case User() | FederatedUser():
            return CallerKind.ACCOUNT_MEMBER
        case Role() | RoleSession():
            role = caller.arn if isinstance(caller, Role) else request.context.get("aws:principalarn", "")
            linked = isinstance(role, str) and SERVICE_LINKED_PATH in role
            return CallerKind.SERVICE_LINKED_ROLE if linked else CallerKind.ACCOUNT_MEMBER


def _resource_rule(
    request: Request, action: str, facts: ResourceFacts, *, has_resource_policy: bool
) -> ResourceRule:
    if action in ALWAYS_ALLOWED:
        return ResourceRule.ALWAYS
    if _belongs_to_aws(action, request.resource) or _is_closed_to_root(action, request.caller):
        return ResourceRule.NEVER
    if action in ASSUME_ROLE and ":role/" in request.resource:
        return ResourceRule.MUST_GRANT
    if action.startswith("kms:") and ":key/" in request.resource:
        return ResourceRule.MUST_GRANT
    if facts.api_authorizer is not None and action == "execute-api:invoke":
        match facts.api_authorizer:
            case ApiAuthorizer.AWS_IAM:
                return ResourceRule.ORDINARY
            case ApiAuthorizer.LAMBDA:
                return ResourceRule.WITH_AUTHORIZER
            case ApiAuthorizer.NONE | ApiAuthorizer.COGNITO:
                return ResourceRule.RESOURCE_ALONE if has_resource_policy else ResourceRule.OPEN
    return ResourceRule.ORDINARY


def _is_closed_to_root(action: str, caller: Caller) -> bool:
    """The root user cannot assume a role, nor start a root session of a member account, whatever a policy says.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
    """
    return isinstance(caller, RootUser) and action in ("sts:assumerole", "sts:assumeroot")


def _belongs_to_aws(action: str, resource: str) -> bool:
    return any(action in actions and part in resource for actions, part in BELONGS_TO_AWS)
