"""Questions to the reach with keys that are known to be absent, and with a choice of values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Protocol

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.evaluator.applying import TYPES_WITH_POLICY
from wa_policy.evaluator.conditions import holds
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.lookup import resource_of
from wa_policy.evaluator.truth import Truth
from wa_policy.graph.access import Access, Placed
from wa_policy.iam.policy import Condition, Effect
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory, Principal

Keys = Mapping[str, str]
"""Known context keys; "" says that the key is absent. The keys are in lower case."""


class Asked(Protocol):
    """What is asked of a `Reach`."""

    @property
    def inventory(self) -> Inventory: ...

    @property
    def catalog(self) -> Catalog: ...

    def may(
        self, principal: Principal, action: str, resource: str, context: Mapping[str, str] = ...
    ) -> Access:
        """May the principal take the action on the resource?"""

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


def take(
    reach: Asked, principal: Principal, action: str, resource: str, keys: Keys, absent: Callable[[str], bool]
) -> Taken:
    """The action on the resource with these keys; `absent` says of further keys that they are known to be absent."""
    present = {key: value for key, value in keys.items() if value}
    access = reach.may(principal, action, resource, present)

    def gone(key: str) -> bool:
        return keys.get(key) == "" or (key not in keys and absent(key))

    truth = _settled(access, gone)
    left = tuple(condition for condition in access.conditions if not gone(condition.folded_key))
    if _lacks_grant(reach.inventory, principal, resource, truth, access):
        truth = False
    return Taken(action, resource, truth, tuple(sorted(present.items())), left, access.statements)


def _settled(access: Access, gone: Callable[[str], bool]) -> Truth:
    """The truth where some of the open keys are known to be absent."""
    truth = access.truth
    if not isinstance(truth, Unknown) or not any(gone(c.folded_key) for c in access.conditions):
        return truth
    if all(gone(c.folded_key) for c in access.conditions):
        return access.plain
    allowing = [s for layer, s in access.statements if layer is Layer.IDENTITY and s.effect is Effect.ALLOW]
    denying = [s for _, s in access.statements if s.effect is Effect.DENY]

    def fails(conditions: tuple[Condition, ...]) -> bool:
        return any(gone(c.folded_key) and holds(c, {}, []) is False for c in conditions)

    def fires(conditions: tuple[Condition, ...]) -> bool:
        return bool(conditions) and all(gone(c.folded_key) and holds(c, {}, []) is True for c in conditions)

    if any(fires(s.conditions) for s in denying) or (allowing and all(fails(s.conditions) for s in allowing)):
        return False
    return truth


def _lacks_grant(
    inventory: Inventory, principal: Principal, resource: str, truth: Truth, access: Access
) -> bool:
    """True iff only a resource policy could allow it that cannot be there, or that no export of this type shows.

    What the caller makes has no policy yet, and types whose policies are not read would make every question open.
    """
    if not isinstance(truth, Unknown) or access.conditions or principal.missing:
        return False
    if any(attached.policy.unreadable for attached in principal.identity_policies):
        return False
    found = resource_of(inventory, resource)
    if found is not None and found.type in TYPES_WITH_POLICY:
        return False
    if ":role/" in resource and ":iam:" in resource:
        return False
    return not any(
        layer is Layer.IDENTITY and statement.effect is Effect.ALLOW for layer, statement in access.statements
    )
