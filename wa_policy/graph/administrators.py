"""Who is an administrator in effect.

An administrator is whoever can give any permission of the account to a principal as which it can act. Full access
(every action on every resource) includes that. The reverse holds as well, one call later: who may make a role and
attach AdministratorAccess to it, or write a policy into itself, has every action that control policies leave to the
account. So the test is the same for both, and asks for the management of policies: a role that may do everything in
S3 is none, IAMFullAccess is one, PowerUserAccess (everything but IAM) is none. A permissions boundary on the principal
limits what it gives itself, and a condition that demands one on what it makes limits that: neither then counts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import assert_never

from wa_policy.evaluator.truth import Truth, all_of, any_of
from wa_policy.graph.asking import Asked, Asking
from wa_policy.graph.boundaries import boundary_keys
from wa_policy.graph.techniques_iam import ADMINISTRATOR_POLICIES
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.pattern import MANY, glob, resource_glob
from wa_policy.iam.policy import Effect, Policy, Statement
from wa_policy.inventory.model import Absent, NotExported, PolicyDocument, Present, Principal, PrincipalKind

_NEW = {"iam:permissionsboundary": ""}
_OWN = {
    PrincipalKind.USER: ("iam:AttachUserPolicy", "iam:PutUserPolicy"),
    PrincipalKind.ROLE: ("iam:AttachRolePolicy", "iam:PutRolePolicy"),
}


class Administrators:
    """Answers `is_admin`, each worked out once; `alike` is a key that principals share for whom the answer is the same."""

    def __init__(
        self,
        reach: Asked,
        asking: Asking | None = None,
        alike: Callable[[Principal], Hashable] | None = None,
    ) -> None:
        self._asking = Asking(reach) if asking is None else asking
        self._alike = alike
        self._known: dict[str, Truth] = {}
        self._shared: dict[Hashable, bool] = {}

    def is_admin(self, principal: Principal) -> Truth:
        """True iff the principal is an administrator in effect, as the module says."""
        found = self._known.get(principal.arn)
        if found is None:
            found = self._known[principal.arn] = self._find(principal)
        return found

    def _find(self, principal: Principal) -> Truth:
        if self._alike is None or principal.kind is PrincipalKind.GROUP:
            return _is_admin(self._asking, principal)
        key = self._alike(principal)
        found: Truth | None = self._shared.get(key)
        if found is None:
            found = _is_admin(self._asking, principal)
            if isinstance(found, bool):
                # The reason why it is not known may name the principal.
                self._shared[key] = found
        return found


def is_admin(reach: Asked, principal: Principal) -> Truth:
    """True iff the principal is an administrator in effect, as the module says."""
    return _is_admin(Asking(reach), principal)


def _is_admin(asking: Asking, principal: Principal) -> Truth:
    if principal.kind is PrincipalKind.GROUP:
        return any(has_everything(attached.policy) for attached in principal.identity_policies)
    catalog, bits = asking.catalog, asking.reach.bits(principal)
    attach, put = _OWN[principal.kind]

    def may(action: str, resource: str, keys: dict[str, str]) -> Truth:
        if not bits & catalog.single(action):
            return False
        return asking.take(principal, action, resource, keys=keys).truth

    found: list[Truth] = []
    room = limits_nothing(principal.boundary)
    if room is not False:
        own = boundary_keys(asking.inventory, principal)
        ways = [may(put, principal.arn, own)]
        ways += [may(attach, principal.arn, {**own, "iam:policyarn": arn}) for arn in ADMINISTRATOR_POLICIES]
        found.append(all_of((any_of(ways), room)))
    if True not in found:
        arn = parse_arn(principal.arn)
        new = f"arn:{'aws' if arn is None else arn.partition}:iam::{principal.account}:role/escalation"
        made = may("iam:CreateRole", new, _NEW)
        if made is not False:
            ways = [may("iam:PutRolePolicy", new, _NEW)]
            ways += [
                may("iam:AttachRolePolicy", new, {**_NEW, "iam:policyarn": policy})
                for policy in ADMINISTRATOR_POLICIES
            ]
            found.append(all_of((made, any_of(ways))))
    return any_of(found)


def has_everything(policy: Policy) -> bool:
    """True iff one statement of the policy allows every action on every resource, and none denies."""
    denies = any(statement.effect is Effect.DENY for statement in policy.statements)
    return not denies and any(map(_allows_everything, policy.statements))


def limits_nothing(boundary: PolicyDocument) -> Truth:
    """True iff a permissions boundary is not there, or leaves everything."""
    match boundary:
        case Absent():
            return True
        case Present(policy):
            return has_everything(policy)
        case NotExported():
            return boundary.unknown
        case _:
            assert_never(boundary)


def has_nothing_to_gain(principal: Principal) -> bool:
    """True only if the principal's own policies allow every action on every resource.

    If it is an administrator as well, a Deny that narrows this is one that it can take away.
    """
    return isinstance(principal.boundary, Absent) and any(
        _allows_everything(statement)
        for attached in principal.identity_policies
        for statement in attached.policy.statements
    )


def _allows_everything(statement: Statement) -> bool:
    resource = statement.resource
    return (
        statement.effect is Effect.ALLOW
        and not statement.conditions
        and not statement.action.negated
        and resource is not None
        and not resource.negated
        and any(
            isinstance(value, str) and glob(value) in (MANY, f"{MANY}:{MANY}")
            for value in statement.action.values
        )
        and any(isinstance(value, str) and resource_glob(value) == MANY for value in resource.values)
    )
