"""Questions to the reach with keys that are known to be absent, and with a choice of values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Protocol

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.evaluator.applying import TYPES_WITH_POLICY
from wa_policy.evaluator.conditions import holds
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.lookup import resource_of
from wa_policy.evaluator.truth import Truth
from wa_policy.graph.access import Access, Placed
from wa_policy.graph.places import regions_of
from wa_policy.graph.sheets import Documents
from wa_policy.iam.policy import Condition, Effect, Statement
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import POLICY_PROPERTY, Inventory, Principal, PrincipalKind

Keys = Mapping[str, str]
"""Known context keys; "" says that the key is absent. The keys are in lower case."""
EMPTY: Keys = MappingProxyType({})


class Asked(Protocol):
    """What is asked of a `Reach`."""

    @property
    def inventory(self) -> Inventory: ...

    @property
    def catalog(self) -> Catalog: ...

    def may(
        self,
        principal: Principal,
        action: str,
        resource: str,
        context: Mapping[str, str] = ...,
        *,
        fresh: bool = ...,
    ) -> Access:
        """May the principal take the action on the resource? `fresh`: the resource has no policy of its own."""

    def bits(self, principal: Principal) -> ActionSet:
        """Every action that the principal may take on some resource, and perhaps more."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An action as it is taken: on which resource, allowed by which statements, under which conditions."""

    action: str
    resource: str
    truth: Truth
    context: tuple[tuple[str, str], ...] = ()
    conditions: tuple[Condition, ...] = ()
    statements: tuple[Placed, ...] = ()


def choices(context: tuple[tuple[str, tuple[str, ...]], ...]) -> Iterator[dict[str, str]]:
    """Each way to choose a value for every key."""
    keys = [key for key, _ in context]
    for values in product(*(values for _, values in context)):
        yield dict(zip(keys, values, strict=True))


def nothing_more(_: str) -> bool:
    """No further key is known to be absent."""
    return False


class Asking:
    """A reach that is asked on, with what is worked out beside it."""

    def __init__(self, reach: Asked) -> None:
        self.reach = reach
        self.inventory = reach.inventory
        self.catalog = reach.catalog
        self._without_policy: dict[str, bool] = {}
        self._taken: dict[object, Taken] = {}
        self._knows_boundary: dict[str, bool] = {}
        self._regions = tuple({resource.region for resource in reach.inventory.resources if resource.region})
        self._regions_of: dict[str, tuple[str, ...]] = {}
        self._documents = Documents(reach.catalog)
        self.somewhere: dict[object, Taken | None] = {}
        """By principal, step and type, a step on some resource of the type."""
        self.groups: dict[tuple[str, str], Principal] = {
            (one.account, one.name): one
            for one in reach.inventory.principals
            if one.kind is PrincipalKind.GROUP
        }
        """The groups by account and name."""

    def forget(self) -> None:
        """Let go of what was worked out about single principals."""
        for known in (self._taken, self._without_policy, self._regions_of, self.somewhere):
            known.clear()

    def regions_of(self, principal: Principal) -> tuple[str, ...]:
        """The Regions that are used, or that the principal's policies name."""
        if principal.arn not in self._regions_of:
            self._regions_of[principal.arn] = regions_of(self.inventory, principal, self._regions)
        return self._regions_of[principal.arn]

    def knows_boundary(self, action: str) -> bool:
        """True iff requests for the action carry iam:PermissionsBoundary."""
        if action not in self._knows_boundary:
            usable = self.catalog.key_usable_with("iam:PermissionsBoundary", action)
            self._knows_boundary[action] = usable
        return self._knows_boundary[action]

    def take(
        self,
        principal: Principal,
        action: str,
        resource: str,
        *,
        keys: Keys = EMPTY,
        absent: Callable[[str], bool] = nothing_more,
    ) -> Taken:
        """The action on the resource with these keys; `absent` says of further keys that they are known to be absent."""
        known = principal.arn, action, resource, tuple(sorted(keys.items())), absent
        if known not in self._taken:
            self._taken[known] = self._take(principal, action, resource, keys, absent)
        return self._taken[known]

    def _take(
        self, principal: Principal, action: str, resource: str, keys: Keys, absent: Callable[[str], bool]
    ) -> Taken:
        present = {key: value for key, value in keys.items() if value}
        access = self.reach.may(
            principal, action, resource, present, fresh=self._has_no_policy(resource, action)
        )

        def gone(key: str) -> bool:
            return keys.get(key) == "" or (key not in keys and absent(key))

        left = tuple(condition for condition in access.conditions if not gone(condition.folded_key))
        truth = _settled(access, access.plain, gone)
        return Taken(action, resource, truth, tuple(sorted(present.items())), left, access.statements)

    def _has_no_policy(self, resource: str, action: str) -> bool:
        """True iff a resource policy is open here only because it was not read, and is taken as not there.

        What the caller makes has none yet. Of other types whose policies are not read, one could only grant what the
        caller's account denies by default, or deny what it allows: both would make every question about them open.
        """
        if action.lower() == "sts:assumerole":
            return False
        known = self._without_policy.get(resource)
        if known is None:
            found = resource_of(self.inventory, resource)
            known = found is None or (
                found.type not in TYPES_WITH_POLICY and POLICY_PROPERTY not in found.properties
            )
            self._without_policy[resource] = known
        return known


Gone = Callable[[str], bool]
"""True iff the key is known to be absent."""


def _settled(access: Access, plain: Truth, gone: Gone) -> Truth:
    """The truth where some of the open keys are known to be absent; `plain` is that where all of them are."""
    if not isinstance(access.truth, Unknown):
        return access.truth
    open_ = [condition for condition in access.conditions if not gone(condition.folded_key)]
    if not open_:
        return plain
    if _fires(access, gone) or (_allowing(access) and not _viable(access, gone)):
        return False
    if plain is True and _is_free(access, gone):
        return True
    keys = ", ".join(dict.fromkeys(f"`{condition.key}`" for condition in open_))
    return Unknown(UnknownKind.UNRESOLVED, f"it depends on {keys}")


def _is_free(access: Access, gone: Gone) -> bool:
    """True iff an Allow without conditions is among the statements, and nothing with conditions limits it."""
    others = [s for layer, s in access.statements if layer is not Layer.IDENTITY or s.effect is Effect.DENY]
    return any(not s.conditions for s in _viable(access, gone)) and not any(s.conditions for s in others)


def _allowing(access: Access) -> list[Statement]:
    return [s for layer, s in access.statements if layer is Layer.IDENTITY and s.effect is Effect.ALLOW]


def _viable(access: Access, gone: Gone) -> list[Statement]:
    """The Allow statements of identity policies that no absent key rules out."""

    def fails(conditions: tuple[Condition, ...]) -> bool:
        return any(gone(c.folded_key) and holds(c, {}, []) is False for c in conditions)

    return [statement for statement in _allowing(access) if not fails(statement.conditions)]


def _fires(access: Access, gone: Gone) -> bool:
    """True iff a Deny statement applies because of absent keys alone."""
    return any(
        statement.conditions
        and all(gone(c.folded_key) and holds(c, {}, []) is True for c in statement.conditions)
        for _, statement in access.statements
        if statement.effect is Effect.DENY
    )
