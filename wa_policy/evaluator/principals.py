"""Does a Principal element name the caller, and as what?

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

from enum import IntEnum

from wa_policy.evaluator.truth import Truth, any_of
from wa_policy.iam.pattern import MANY, overlaps
from wa_policy.iam.policy import Effect, PrincipalElement
from wa_policy.iam.principal import (
    AccountPrincipal,
    Anonymous,
    ArnPrincipal,
    AwsService,
    Caller,
    CanonicalUserPrincipal,
    Everyone,
    FederatedIdentity,
    FederatedPrincipal,
    FederatedUser,
    NamedPrincipal,
    Role,
    RoleSession,
    ServicePrincipal,
    UnknownPrincipal,
    UnmatchablePrincipal,
    User,
    account_of,
)
from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown, UnknownKind


class Grantee(IntEnum):
    """As what a resource policy names a caller. A higher one grants more within the caller's account.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-rules-eval.html
    """

    NOBODY = 0
    ACCOUNT = 1
    """Only by its account: the account's own policies decide."""
    ROLE = 2
    """By the ARN of its role: no identity policy is needed, boundary and session policy limit."""
    SELF = 3
    """By its user, session or federated-user ARN, as everyone, or as a service or provider: nothing limits."""


def named_as(
    element: PrincipalElement, caller: Caller, doubts: list[Unknown], *, any_name_will_do: bool = False
) -> Grantee | Unknown:
    """The strongest way in which the (not negated) element names the caller.

    `any_name_will_do`: it does not matter how (a Deny), so one known way makes an unknown one irrelevant.
    """
    strongest = Grantee.NOBODY
    unknown: Unknown | None = None
    for principal in element.principals:
        found = _named_as(principal, caller, doubts)
        if isinstance(found, Unknown):
            unknown = found
        elif found > strongest:
            strongest = found
            if strongest is Grantee.SELF:
                return strongest
    if any_name_will_do and strongest is not Grantee.NOBODY:
        return strongest
    return unknown or strongest


def _named_as(principal: NamedPrincipal, caller: Caller, doubts: list[Unknown]) -> Grantee | Unknown:
    match principal:
        case Everyone():
            return Grantee.SELF
        case AccountPrincipal(account):
            return Grantee.ACCOUNT if account == account_of(caller) else Grantee.NOBODY
        case ArnPrincipal(arn):
            return _named_by_arn(str(arn), caller)
        case ServicePrincipal(service):
            return (
                Grantee.SELF
                if isinstance(caller, AwsService) and caller.service == service
                else Grantee.NOBODY
            )
        case FederatedPrincipal(provider):
            named = isinstance(caller, FederatedIdentity) and provider in (caller.provider, "*")
            return Grantee.SELF if named else Grantee.NOBODY
        case CanonicalUserPrincipal():
            if account_of(caller) is not None:
                doubts.append(
                    Unknown(
                        UnknownKind.NOT_MODELLED,
                        f"the account of the canonical user `{principal}` is not known; taken as another than the caller's",
                    )
                )
            return Grantee.NOBODY
        case UnmatchablePrincipal():
            return Grantee.NOBODY
        case UnknownPrincipal(kind, template):
            return _could_be_named(kind, template, caller)


def _could_be_named(kind: str, template: Template, caller: Caller) -> Grantee | Unknown:
    """Unknown iff some filling of the template's holes names the caller; then the reason of the first hole."""
    pattern = "".join(part if isinstance(part, str) else MANY for part in template.parts)
    match caller:
        case AwsService(service):
            names = ["*"] if kind == "AWS" else [service] if kind == "Service" else []
        case FederatedIdentity(provider):
            names = ["*"] if kind == "AWS" else [provider, "*"] if kind == "Federated" else []
        case Anonymous():
            names = ["*"] if kind == "AWS" else []
        case _:
            account = caller.account
            root = f"arn:{caller.partition}:iam::{account}:root"
            names = ["*", account, root, caller.arn] if kind == "AWS" else []
            if kind == "AWS" and isinstance(caller, RoleSession):
                names.append(f"arn:{caller.partition}:iam::{account}:role/{MANY}{caller.name}")
    named = bool(template.holes) and any(overlaps(pattern, name) for name in names)
    return template.holes[0].reason if named else Grantee.NOBODY


def _named_by_arn(arn: str, caller: Caller) -> Grantee:
    match caller:
        case User() | FederatedUser():
            return Grantee.SELF if arn == caller.arn else Grantee.NOBODY
        case Role():
            return Grantee.ROLE if arn == caller.arn else Grantee.NOBODY
        case RoleSession(account, name, _, partition):
            if arn == caller.arn:
                return Grantee.SELF
            # The session's ARN has no path; a role's name is unique in its account whatever its path.
            prefix = f"arn:{partition}:iam::{account}:role/"
            return (
                Grantee.ROLE if arn.startswith(prefix) and arn.rsplit("/", 1)[-1] == name else Grantee.NOBODY
            )
        case _:
            return Grantee.NOBODY


def not_principal_applies(
    element: PrincipalElement, effect: Effect, caller: Caller, *, has_boundary: Truth, doubts: list[Unknown]
) -> Truth:
    """True iff a NotPrincipal element leaves the statement in force for the caller.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    if effect is Effect.DENY and has_boundary is True:
        # A principal with a permissions boundary is always denied, whatever NotPrincipal lists.
        return True
    applies = _is_not_listed(element, effect, caller, doubts)
    return any_of((applies, has_boundary)) if effect is Effect.DENY else applies


def _is_not_listed(element: PrincipalElement, effect: Effect, caller: Caller, doubts: list[Unknown]) -> Truth:
    denied_session = effect is Effect.DENY and isinstance(caller, RoleSession)
    named = named_as(element, caller, doubts, any_name_will_do=not denied_session)
    if isinstance(named, Unknown):
        return named
    if denied_session and named in (Grantee.ROLE, Grantee.ACCOUNT):
        # The page wants the account, the role and the session listed to exempt a session.
        doubts.append(
            Unknown(
                UnknownKind.UNDOCUMENTED,
                f"NotPrincipal lists the account or role of the session `{caller.arn}` but not the session; taken as denied",
            )
        )
        return True
    return named is Grantee.NOBODY
