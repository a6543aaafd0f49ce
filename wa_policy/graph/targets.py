"""Where a technique leads a principal: the targets, with the existing resources that bring them, in classes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import assert_never

from wa_policy.graph.administrators import Administrators
from wa_policy.graph.alike import Likeness, kind_of
from wa_policy.graph.asking import Asking
from wa_policy.graph.carriers import Carried, Carriers
from wa_policy.graph.needs import Facts, met
from wa_policy.graph.raised import End
from wa_policy.graph.steps import customer_managed
from wa_policy.graph.technique import Need, On, Target, Technique
from wa_policy.graph.trusts import Trusts, assumable_by
from wa_policy.inventory.model import Principal, PrincipalKind

Ends = tuple[tuple[End, ...], ...]
"""Ends in classes: the technique does the same with those of one class."""

_NAMES = frozenset(("{target}", "{profile}", "{carrier}"))


class Targets:
    """The ends of techniques, each list made once."""

    def __init__(
        self, asking: Asking, trusts: Trusts, administrators: Administrators, likeness: Likeness
    ) -> None:
        self._asking = asking
        self._trusts = trusts
        self._administrators = administrators
        self._likeness = likeness
        self._carriers = Carriers(asking.inventory)
        self._of_account: dict[tuple[str, PrincipalKind], list[Principal]] = {}
        usable = [one for one in asking.inventory.principals if not one.is_service_linked]
        for principal in usable:
            self._of_account.setdefault((principal.account, principal.kind), []).append(principal)
        self._assumable = assumable_by([one for one in usable if one.kind is PrincipalKind.ROLE])
        self._helping: dict[tuple[str, str], tuple[Principal, ...]] = {}
        self._ends: dict[Hashable, Ends] = {}
        self._keys: dict[str, Hashable] = {}

    def forget(self) -> None:
        """Let go of what was worked out."""
        self._helping.clear()
        self._ends.clear()

    # --- ends -----------------------------------------------------------------------------------------------------

    def ends(self, technique: Technique, principal: Principal) -> Ends:
        """The ends to which the technique may lead, the principal itself perhaps among them; in their order."""
        near = technique.target is not Target.ROLE or not _assumes(technique)
        roles = () if near else tuple(self._assumable(principal))
        key = (technique.id, principal.account, tuple(role.arn for role in roles))
        found = self._ends.get(key)
        if found is None:
            groups: dict[Hashable, list[End]] = {}
            for end in self._all(technique, principal, roles):
                groups.setdefault(self._key(technique, end), []).append(end)
            found = self._ends[key] = tuple(tuple(ends) for ends in groups.values())
        return found

    def _all(
        self, technique: Technique, principal: Principal, assumable: tuple[Principal, ...]
    ) -> Iterator[End]:
        found: Iterator[End]
        match technique.target:
            case Target.SELF | Target.NEW_ROLE:
                return
            case Target.USER:
                found = map(End, self._of_account.get((principal.account, PrincipalKind.USER), ()))
            case Target.GROUP:
                found = map(End, self._of_account.get((principal.account, PrincipalKind.GROUP), ()))
            case Target.ROLE:
                found = self._roles(technique, principal.account, assumable)
            case _:
                assert_never(technique.target)
        if not technique.carriers or not technique.carriers[0].role:
            yield from found
            return
        for end in found:
            for carrier, second in self.existing(technique, principal.account, end.target):
                yield End(end.target, end.trust, carrier, second)

    def _roles(self, technique: Technique, account: str, assumable: tuple[Principal, ...]) -> Iterator[End]:
        """The roles that may be targets: by their trust policies, and by their account.

        Roles cannot be passed to another account, and IAM changes its own account only.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
        """
        of_account = self._of_account.get((account, PrincipalKind.ROLE), ())
        if _assumes(technique):
            far = len(technique.steps) == 1
            yield from (End(role) for role in assumable if far or role.account == account)
        elif technique.trust or technique.federated_trust:
            for role in of_account:
                if technique.trust:
                    truth = self._trusts.service(role, technique.trust)
                else:
                    truth = self._trusts.federated(role, technique.federated_trust)
                if truth is not False:
                    yield End(role, truth)
        elif Need.HELPER_ASSUMES in technique.needs:
            helpers = self.helpers(technique.helper_trust, account)
            by_arn = {role.arn: role for helper in helpers for role in self._assumable(helper)}
            yield from map(End, by_arn.values())
        else:
            yield from map(End, of_account)

    def existing(
        self, technique: Technique, account: str, target: Principal
    ) -> Iterator[tuple[Carried | None, Carried | None]]:
        """The existing resources that the technique may take over, one of each kind."""
        if not technique.carriers:
            yield None, None
            return
        first, *others = technique.carriers
        for one in self._carriers.of(first, account, target):
            if not others:
                yield one, None
            for other in others:
                for second in self._carriers.of(other, account, target):
                    yield one, second

    def helpers(self, trust: str, account: str) -> tuple[Principal, ...]:
        """The roles of the account that may be passed as a second role, the first of each class."""
        key = trust, account
        if key not in self._helping:
            classes: dict[Hashable, Principal] = {}
            for role in self._of_account.get((account, PrincipalKind.ROLE), ()):
                truth = self._trusts.service(role, trust) if trust else True
                if truth is not False:
                    classes.setdefault((self._likeness.target(role), self._likeness.acting(role)), role)
            self._helping[key] = tuple(classes.values())
        return self._helping[key]

    # --- classes --------------------------------------------------------------------------------------------------

    def _key(self, technique: Technique, end: End) -> Hashable:
        return (
            self._target_key(end.target),
            tuple(self._more(technique, end.target)),
            self.existing_key(technique, end.target, end.carrier),
            self.existing_key(technique, end.target, end.second),
        )

    def _target_key(self, target: Principal) -> Hashable:
        found = self._keys.get(target.arn)
        if found is None:
            is_admin = kind_of(self._administrators.is_admin(target))
            found = self._keys[target.arn] = (self._likeness.target(target), is_admin)
        return found

    def _more(self, technique: Technique, target: Principal) -> Iterator[Hashable]:
        """What of the target only some techniques ask for."""
        if any(step.on is On.TARGET_POLICY for step in technique.steps):
            yield customer_managed(target)
        if Need.MANAGED_INSTANCE in technique.needs:
            yield self._likeness.acting(target)
        for name in self._names_seen(technique):
            if name == "{target}":
                yield target.arn
            elif name == "{profile}":
                yield target.instance_profiles

    def existing_key(self, technique: Technique, target: Principal, carried: Carried | None) -> Hashable:
        """What the technique asks of an existing resource, whoever the target is."""
        if carried is None or carried.resource is None:
            return carried is None
        known = [self._likeness.existing(carried.resource), kind_of(carried.truth)]
        if Need.INVOKED in technique.needs:
            facts = Facts(self._asking, self._trusts, target, target, None, carried.resource)
            known.append(kind_of(met(Need.INVOKED, facts)))
        if "{carrier}" in self._names_seen(technique):
            known.append(carried.resource.id)
        return tuple(known)

    def _names_seen(self, technique: Technique) -> Iterator[str]:
        """The names that stand in keys of the technique's requests at which some policy looks."""
        for step in technique.steps:
            for key, values in step.context:
                yield from (value for value in values if value in _NAMES and self._likeness.is_seen(key))


def _assumes(technique: Technique) -> bool:
    return any(step.on is On.TARGET and step.action == "sts:AssumeRole" for step in technique.steps)
