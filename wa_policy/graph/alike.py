"""What the search for escalations need not tell apart.

Principals are alike as who acts where they may do the same, as targets where the same may be done to them. Each key
holds all that the search asks about its principal or resource; those of one key have the same escalations. The names,
ARNs and tags count only where a policy that was read looks at them.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property
from typing import Protocol

from wa_policy.evaluator.truth import Truth
from wa_policy.graph.administrators import limits_nothing
from wa_policy.graph.asking import Asked
from wa_policy.graph.boundaries import boundary_keys, tag_keys
from wa_policy.graph.classes import Canonical, shared_statements
from wa_policy.graph.reach import Reach
from wa_policy.graph.sheets import keys_of, variables_of
from wa_policy.iam.policy import Policy
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Absent, Inventory, Present, Principal, PrincipalKind, Resource


class Likeness(Protocol):
    """Keys: those who share one are alike in what its method is about."""

    def acting(self, principal: Principal) -> Hashable:
        """As who acts on others."""

    def on_itself(self, principal: Principal) -> Hashable:
        """As who acts on itself, its policies and its groups."""

    def as_administrator(self, principal: Principal) -> Hashable:
        """As an administrator in effect, or not one."""

    def target(self, principal: Principal) -> Hashable:
        """As whose permissions are gained."""

    def existing(self, resource: Resource) -> Hashable:
        """As an existing resource."""

    def is_seen(self, key: str) -> bool:
        """True iff a policy may look at the context key, which is in lower case."""


class Apart:
    """Nobody is like another."""

    def acting(self, principal: Principal) -> Hashable:
        return principal.arn

    on_itself = as_administrator = target = acting

    def existing(self, resource: Resource) -> Hashable:
        return resource.type, resource.id

    def is_seen(self, key: str) -> bool:
        del key
        return True


def kind_of(truth: Truth) -> bool | None:
    """The truth without the reason why it is not known."""
    return None if isinstance(truth, Unknown) else truth


class Alike:
    """The likeness of the principals and resources of an inventory."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._policies = Canonical()

    # --- keys -----------------------------------------------------------------------------------------------------

    def acting(self, principal: Principal) -> Hashable:
        # Places of the caller's choice come in the order of the policies; the id counts in a session's aws:userid.
        return (
            self._reach.class_of(principal).number,
            tuple(self._policies.number(attached.policy) for attached in principal.identity_policies),
            principal.unique_id if self.is_seen("aws:userid") else None,
        )

    def on_itself(self, principal: Principal) -> Hashable:
        return (
            self.acting(principal),
            self._as_thing(principal),
            principal.groups,
            principal.path.startswith("/aws-reserved/sso.amazonaws.com/"),
            tuple(
                (
                    attached.arn if attached.arn and f"::{principal.account}:" in attached.arn else None,
                    attached.arn is None,
                    attached.group is None,
                )
                for attached in principal.identity_policies
            ),
        )

    def as_administrator(self, principal: Principal) -> Hashable:
        return self.acting(principal), self._as_thing(principal)

    def target(self, principal: Principal) -> Hashable:
        if principal.kind is PrincipalKind.GROUP:
            return principal.arn
        login: Hashable = None
        if principal.kind is PrincipalKind.USER:
            user = self._reach.inventory.resource(principal.arn)
            found = None if user is None else user.property("LoginProfile")
            login = user is not None, isinstance(found, Unknown), found is None
        return (
            self._as_thing(principal),
            kind_of(limits_nothing(principal.boundary)),
            isinstance(principal.boundary, Absent),
            bool(principal.instance_profiles),
            login,
        )

    def existing(self, resource: Resource) -> Hashable:
        found = self._things.get(resource.id)
        if found is None or found[1] is not resource:
            return resource.type, resource.id
        return found[0]

    def _as_thing(self, principal: Principal) -> Hashable:
        """As what is called on: by the patterns that match it, and by the tags and the boundary that policies look at."""
        return (
            self._things[principal.arn][0],
            tuple((key, value) for key, value in sorted(tag_keys(principal).items()) if self.is_seen(key)),
            tuple(boundary_keys(self._reach.inventory, principal).items())
            if self.is_seen("iam:permissionsboundary")
            else (),
        )

    @cached_property
    def _things(self) -> dict[str, tuple[int, Resource | None]]:
        """By ARN the number of the class of a thing, and its resource."""
        return {
            thing.arn: (number, thing.resource)
            for number, class_ in enumerate(self._reach.thing_classes)
            for thing in class_.members
        }

    # --- what policies look at ------------------------------------------------------------------------------------

    def is_seen(self, key: str) -> bool:
        return key in self._seen

    @cached_property
    def _seen(self) -> frozenset[str]:
        return frozenset(_keys_seen(self._reach.inventory))


def _keys_seen(inventory: Inventory) -> set[str]:
    """The context keys that a condition or a policy variable of any policy looks at."""
    policies: dict[int, Policy] = {}
    for principal in inventory.principals:
        for attached in principal.identity_policies:
            policies[id(attached.policy)] = attached.policy
        if isinstance(principal.boundary, Present):
            policies[id(principal.boundary.policy)] = principal.boundary.policy
    statements = [statement for policy in policies.values() for statement in policy.statements]
    seen: set[str] = set()
    for statement in (*statements, *shared_statements(inventory)):
        for condition in statement.conditions:
            seen.update(keys_of(condition))
        for value in () if statement.resource is None else statement.resource.values:
            seen.update(variables_of(value))
    return seen


def likeness_of(reach: Asked) -> Likeness:
    """The likeness that a reach knows."""
    return Alike(reach) if isinstance(reach, Reach) else Apart()
