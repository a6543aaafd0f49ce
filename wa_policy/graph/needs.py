"""Facts about a target or a principal that a technique needs beside permissions: each true, false or unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from wa_policy.evaluator.truth import Truth, any_of
from wa_policy.graph.administrators import has_everything
from wa_policy.graph.asking import Asking
from wa_policy.graph.technique import Need
from wa_policy.graph.trusts import Trusts, once_trusted
from wa_policy.iam.policy import Effect
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    Absent,
    Inventory,
    NoOrganization,
    NotExported,
    Organization,
    PolicyDocument,
    Present,
    Principal,
    Resource,
)
from wa_policy.inventory.relations import related

VERSIONS_PROPERTY = "WaPolicy::Versions"
"""The documents of all versions of a managed policy; the default one is among them."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the needs of one way are about. `carrier` and `policies` are there where the technique has them."""

    asking: Asking
    trusts: Trusts
    principal: Principal
    target: Principal
    helper: Principal | None = None
    carrier: Resource | None = None
    policies: tuple[str, ...] = ()

    @property
    def inventory(self) -> Inventory:
        return self.asking.inventory


def met(need: Need, facts: Facts) -> Truth:
    """True iff the fact holds."""
    return _NEEDS[need](facts)


def _not_exported(wanted: str) -> Unknown:
    return Unknown(UnknownKind.NOT_EXPORTED, wanted)


def _instance_profile(facts: Facts) -> Truth:
    return bool(facts.target.instance_profiles)


def _rewritten_trust(facts: Facts) -> Truth:
    return once_trusted(facts.inventory, facts.principal, facts.target, facts.asking.catalog)


def _login_profile(facts: Facts) -> Truth:
    user = facts.inventory.resource(facts.target.arn)
    value = (
        _not_exported(f"iam get-login-profile for `{facts.target.name}`")
        if user is None
        else user.property("LoginProfile")
    )
    if isinstance(value, Unknown):
        return value
    return value is not None


def _no_login_profile(facts: Facts) -> Truth:
    found = _login_profile(facts)
    return found if isinstance(found, Unknown) else not found


def _boundary(document: PolicyDocument) -> Truth:
    match document:
        case Present():
            return True
        case Absent():
            return False
        case NotExported():
            # Its ARN was read and its document was not: the boundary is there.
            return True


def _own_deny(facts: Facts, *, managed: bool) -> Truth:
    own = [attached for attached in facts.principal.identity_policies if attached.group is None]
    denies = any(
        statement.effect is Effect.DENY
        for attached in own
        if (attached.arn is not None) is managed
        for statement in attached.policy.statements
    )
    if denies:
        return True
    return facts.principal.missing[0] if managed and facts.principal.missing else False


def _other_permissions(facts: Facts) -> Truth:
    group, user = facts.target, facts.principal
    if group.name in user.groups:
        return False
    held = {attached.policy for attached in user.identity_policies}
    if any(
        attached.policy not in held and any(s.effect is Effect.ALLOW for s in attached.policy.statements)
        for attached in group.identity_policies
    ):
        return True
    return group.missing[0] if group.missing else False


def _other_version(facts: Facts) -> Truth:
    return any_of(_grants_more(facts.inventory.resource(arn), arn) for arn in facts.policies)


def _grants_more(resource: Resource | None, arn: str) -> Truth:
    versions = None if resource is None else resource.properties.get(VERSIONS_PROPERTY)
    if resource is None or not isinstance(versions, tuple):
        return _not_exported(f"the versions of `{arn}` that are not the default one")
    default = resource.policy("PolicyDocument")
    now = set(default.policy.statements) if isinstance(default, Present) else set()
    return any(
        statement.effect is Effect.ALLOW and statement not in now
        for version in versions
        if isinstance(version, Present)
        for statement in version.policy.statements
    )


def _invoked(facts: Facts) -> Truth:
    function = facts.carrier
    if function is None:
        return _not_exported("what invokes the function")
    truths: list[Truth] = []
    policy = function.policy()
    match policy:
        case Present(document):
            truths.append(any(statement.effect is Effect.ALLOW for statement in document.statements))
        case NotExported():
            truths.append(policy.unknown)
        case Absent():
            truths.append(False)
    for relation in ("event_source_mappings", "urls"):
        found = related(facts.inventory, function, relation)
        truths.append(True if found.found else found.unknown or False)
    truth = any_of(truths)
    # A principal of the account may invoke it as well, or a schedule that no policy shows.
    return truth or Unknown(UnknownKind.NOT_MODELLED, f"whether something invokes `{function.name}`")


def _managed_instance(facts: Facts) -> Truth:
    action = "ssmmessages:CreateControlChannel"
    truth = facts.asking.take(facts.target, action, "*").truth
    if truth is False:
        return _not_exported(
            "ssm get-service-setting: with default host management the instance needs no permissions of its role"
        )
    return truth


def _helper_assumes(facts: Facts) -> Truth:
    if facts.helper is None:
        return False
    return facts.asking.take(facts.helper, "sts:AssumeRole", facts.target.arn).truth


def _identity_center(facts: Facts) -> Truth:
    account = facts.principal.account
    match facts.inventory.organization:
        case Organization(_, management) if management == account:
            return True
        case Organization():
            return _not_exported("organizations list-delegated-administrators for sso.amazonaws.com")
        case NoOrganization():
            return _not_exported("sso-admin list-instances")
        case NotExported() as document:
            return document.unknown


def _own_permission_set(facts: Facts) -> Truth:
    return facts.principal.path.startswith("/aws-reserved/sso.amazonaws.com/")


def _not_asked(_: Facts) -> Truth:
    return True  # decided where the principals are found


_NEEDS: Mapping[Need, Callable[[Facts], Truth]] = {
    Need.INSTANCE_PROFILE: _instance_profile,
    Need.REWRITTEN_TRUST: _rewritten_trust,
    Need.LOGIN_PROFILE: _login_profile,
    Need.NO_LOGIN_PROFILE: _no_login_profile,
    Need.OWN_BOUNDARY: lambda facts: _boundary(facts.principal.boundary),
    Need.TARGET_BOUNDARY: lambda facts: _boundary(facts.target.boundary),
    Need.OWN_DENY_MANAGED: lambda facts: _own_deny(facts, managed=True),
    Need.OWN_DENY_INLINE: lambda facts: _own_deny(facts, managed=False),
    Need.OTHER_PERMISSIONS: _other_permissions,
    Need.OTHER_VERSION: _other_version,
    Need.INVOKED: _invoked,
    Need.MANAGED_INSTANCE: _managed_instance,
    Need.HELPER_ASSUMES: _helper_assumes,
    Need.IDENTITY_CENTER: _identity_center,
    Need.OWN_PERMISSION_SET: _own_permission_set,
    Need.TRUSTS_ACCOUNT: _not_asked,
    Need.TRUSTS_EVERYONE: _not_asked,
}


def widened(facts: Facts) -> Iterator[bool]:
    """For each other version of the policies, whether it grants everything."""
    for arn in facts.policies:
        resource = facts.inventory.resource(arn)
        versions = None if resource is None else resource.properties.get(VERSIONS_PROPERTY)
        for version in versions if isinstance(versions, tuple) else ():
            if isinstance(version, Present):
                yield has_everything(version.policy)
