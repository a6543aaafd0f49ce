"""The context keys of a request that an inventory tells.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from wa_policy.iam.arn import parse_arn
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
from wa_policy.iam.request import ContextValue
from wa_policy.inventory.model import Inventory, Organization, Principal


def derived_context(
    inventory: Inventory,
    caller: Caller,
    principal: Principal | None,
    resource: str,
    resource_account: str | None,
) -> dict[str, ContextValue]:
    """The keys whose values are certain; all else (addresses, times, tags of the request) the asker has to say."""
    context: dict[str, ContextValue] = {"aws:securetransport": "true", **_of_caller(caller, principal)}
    account = account_of(caller)
    organization = organization_of(inventory, account)
    if account is not None and organization is not None:
        context["aws:principalorgid"] = organization
    if resource_account is not None:
        context["aws:resourceaccount"] = resource_account
        organization = organization_of(inventory, resource_account)
        if organization is not None:
            context["aws:resourceorgid"] = organization
    arn = parse_arn(resource)
    if arn is not None and arn.region and not set("*?") & set(arn.region):
        context["aws:requestedregion"] = arn.region
    return context


def organization_of(inventory: Inventory, account: str | None) -> str | None:
    """The id of the organization of an account, None where it has none or it was not exported."""
    match inventory.organization:
        case Organization(id_, management, places) if account == management or account in places:
            return id_
        case _:
            return None


def _of_caller(caller: Caller, principal: Principal | None) -> Mapping[str, ContextValue]:
    match caller:
        case RootUser(account):
            return _member(caller.arn, account, "Account") | {"aws:userid": account}
        case User(account):
            known = _member(caller.arn, account, "User") | {
                "aws:username": caller.path_and_name.rsplit("/", 1)[-1]
            }
            return known | _of_principal(principal, "")
        case Role(account):
            # No session is meant, so the part of aws:userid that its name would be is not known.
            return _member(caller.arn, account, "AssumedRole") | _of_principal(principal, None)
        case RoleSession(account, _, session):
            arn = None if principal is None else principal.arn
            return _member(arn, account, "AssumedRole") | _of_principal(principal, f":{session}")
        case FederatedUser(account, name):
            return _member(caller.arn, account, "FederatedUser") | {"aws:userid": f"{account}:{name}"}
        case AwsService(service):
            return {"aws:principalisawsservice": "true", "aws:principalservicename": service}
        case Anonymous():
            return {"aws:principaltype": "Anonymous", "aws:userid": "anonymous"}
        case FederatedIdentity():
            return {}
        case _:
            assert_never(caller)


def _member(arn: str | None, account: str, kind: str) -> dict[str, ContextValue]:
    known: dict[str, ContextValue] = {
        "aws:principalaccount": account,
        "aws:principaltype": kind,
        "aws:principalisawsservice": "false",
    }
    return known if arn is None else known | {"aws:principalarn": arn}


def _of_principal(principal: Principal | None, session: str | None) -> dict[str, ContextValue]:
    if principal is None:
        return {}
    known: dict[str, ContextValue] = {
        f"aws:principaltag/{key.lower()}": value for key, value in principal.tags.items()
    }
    if principal.unique_id and session is not None:
        known["aws:userid"] = f"{principal.unique_id}{session}"
    return known
