"""Searches for requests that AWS really makes, and for any request that can be written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.conditions import holds
from wa_policy.formal.actions import action_classes, impossible_resources, resource_group, resource_patterns
from wa_policy.formal.boxes import Box
from wa_policy.formal.budget import Budget
from wa_policy.formal.keys import KeyDomain
from wa_policy.formal.shapes import shapes
from wa_policy.formal.solve import Found, Space, solve
from wa_policy.formal.strings import Group, string_classes
from wa_policy.iam.pattern import glob

Domains = Callable[[str], KeyDomain]


@dataclass(frozen=True, slots=True)
class Likely:
    """What a realistic request is made of: the keys' domains, the account of the resource, the Region to show."""

    domains: Domains
    stated: tuple[str, ...] = ()
    resource_account: str | None = None
    region: str = "us-east-1"


def solve_realistic(
    required: Sequence[Box], avoid: Sequence[Box], likely: Likely, catalog: Catalog, budget: Budget
) -> Found:
    """`solve`, for listed actions, each with a resource that fits it and the keys that it can carry."""
    listed = Space(
        lambda groups, marks: action_classes(groups, marks, catalog), likely.domains, likely.stated
    )
    found = solve(required, avoid, listed, budget)
    if found.point is None:
        return found
    complete = found.complete
    keys = sorted({c.folded_key for box in (*required, *avoid) for c in box.conditions} | set(likely.stated))
    needed = [key for key in keys if not _may_miss(key, required, likely.domains(key))]
    for shape in shapes(required, keys, found.point.action, catalog, needed):
        budget.spend(10)
        space = Space(
            partial(_actions_within, shape.actions, catalog),
            _without(likely.domains, shape.missing),
            likely.stated,
        )
        impossible = impossible_resources(shape.arns)
        for region in (likely.region, None):
            resources = resource_group(shape.arns, likely.resource_account, region)
            better = solve([*required, Box((), (resources, *impossible))], avoid, space, budget)
            complete = complete and better.complete
            if better.point is not None:
                return better
    return Found(None, complete)


def _may_miss(key: str, required: Sequence[Box], domain: KeyDomain) -> bool:
    """True iff a request of the boxes may lack the key."""
    if not domain.absent or (domain.fixed is not None and None not in domain.fixed):
        return False
    conditions = [c for box in required for c in box.conditions if c.folded_key == key]
    return all(holds(condition, {}, []) is True for condition in conditions)


def _actions_within(
    bits: int, catalog: Catalog, required: Sequence[Group], marks: Sequence[Group]
) -> list[tuple[int, str]]:
    return action_classes(required, marks, catalog, bits)


def _without(domains: Domains, missing: frozenset[str]) -> Domains:
    """The domains, with keys that no request of the action carries made absent."""
    if not missing:
        return domains

    def domain(key: str) -> KeyDomain:
        found = domains(key)
        if key not in missing:
            return found
        if found.fixed is not None:
            return replace(found, fixed=tuple(value for value in found.fixed if value is None))
        return replace(found, present=False)

    return domain


_ANY_ACTION = Group((glob("?*:?*"),))


def solve_any(
    required: Sequence[Box],
    avoid: Sequence[Box],
    likely: Likely,
    catalog: Catalog,
    budget: Budget,
) -> Found:
    """`solve`, for anything of the form `service:Action` on any resource; a listed action is shown where one serves."""

    def any_action(groups: Sequence[Group], marks: Sequence[Group]) -> list[tuple[int, str]]:
        return string_classes([_ANY_ACTION, *groups], marks, budget)

    found = solve(required, avoid, Space(any_action, likely.domains, likely.stated), budget)
    return found if found.point is None else _shown(found, required, avoid, likely, catalog, budget=budget)


def _shown(
    found: Found,
    required: Sequence[Box],
    avoid: Sequence[Box],
    likely: Likely,
    catalog: Catalog,
    *,
    budget: Budget,
) -> Found:
    """A point that a person recognizes, if one serves: a listed action, and a resource that fits it."""
    listed = Space(
        lambda groups, marks: action_classes(groups, marks, catalog), likely.domains, likely.stated
    )
    known = solve(required, avoid, listed, budget)
    if known.point is None:
        return found
    first = catalog.single(known.point.action)
    space = Space(partial(_actions_within, first, catalog), likely.domains, likely.stated)
    formats = resource_patterns(known.point.action, catalog)
    for region in (likely.region, None):
        resources = resource_group(formats, likely.resource_account, region)
        fitting = solve([*required, Box((), (resources,))], avoid, space, budget)
        if fitting.point is not None:
            return fitting
    return known
