"""Statements about different services in one, by what the catalog knows.

A request of one service carries no key of another and names no resource of another. So where a condition is true on a
missing key, it may stand beside those of other services: for their requests it says nothing. Within one service nothing
is joined: which keys its actions carry is documented less reliably than that they are its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from wa_policy.catalog.model import Catalog
from wa_policy.formal.actions import resource_group, resource_patterns
from wa_policy.guardrails.tidy import is_true_when_absent, resources_within
from wa_policy.iam.pattern import is_literal, overlaps, resource_glob
from wa_policy.iam.policy import Condition, Selection, Statement


def joined(one: Statement, other: Statement, catalog: Catalog) -> Statement | None:
    """One statement that denies what the two do, in requests that AWS makes; None where none is known."""
    if one.principal != other.principal or one.action.negated or other.action.negated:
        return None
    mine, theirs = _services(one.action), _services(other.action)
    if mine is None or theirs is None or mine & theirs:
        return None
    own = tuple(c for c in one.conditions if c not in other.conditions)
    others = tuple(c for c in other.conditions if c not in one.conditions)
    if bool(own) is not bool(others):
        return (
            None  # right too, but nobody would believe that `organizations:LeaveOrganization` asks for a VPC
        )
    if not all(_says_nothing_of(c, other.action, theirs, catalog) for c in own):
        return None
    if not all(_says_nothing_of(c, one.action, mine, catalog) for c in others):
        return None
    resource = _both_resources(one, other, catalog)
    if resource is None:
        return None
    return replace(
        one,
        action=Selection((*one.action.values, *other.action.values)),
        resource=resource,
        conditions=(*one.conditions, *(c for c in other.conditions if c not in one.conditions)),
    )


def _services(actions: Selection) -> frozenset[str] | None:
    """The services of the actions, None where a pattern may be about any."""
    prefixes = {str(value).lower().partition(":")[0] for value in actions.values}
    return frozenset(prefixes) if all("*" not in p and "?" not in p for p in prefixes) else None


def _says_nothing_of(
    condition: Condition, actions: Selection, services: frozenset[str], catalog: Catalog
) -> bool:
    """True only if the condition holds in every request for the actions, as none of them has the key."""
    known = catalog.condition_key(condition.key)
    if known is None or known.is_global or not is_true_when_absent(condition):
        return False
    if condition.folded_key.partition(":")[0] in services:
        return False
    return not any(_carries(action, condition.folded_key, catalog) for action in _listed(actions, catalog))


@lru_cache(maxsize=65_536)
def _carries(action: str, key: str, catalog: Catalog) -> bool:
    return catalog.key_usable_with(key, action)


def _listed(actions: Selection, catalog: Catalog) -> Iterable[str]:
    return _names(tuple(str(value) for value in actions.values), catalog)


@lru_cache(maxsize=4096)
def _names(patterns: tuple[str, ...], catalog: Catalog) -> tuple[str, ...]:
    bits = 0
    for pattern in patterns:
        bits |= catalog.actions_matching(pattern)
    return catalog.names(bits & catalog.listed)


def _both_resources(one: Statement, other: Statement, catalog: Catalog) -> Selection | None:
    """The resources of both, None where an action of the one may be asked for on a resource of the other only."""
    mine, theirs = one.resource, other.resource
    if mine is None or theirs is None:
        return None
    if mine == theirs:
        return mine
    if mine.negated or theirs.negated:
        return None
    if _meets(one.action, theirs, mine, catalog) or _meets(other.action, mine, theirs, catalog):
        return None
    return Selection((*mine.values, *theirs.values))


def _meets(actions: Selection, resources: Selection, own: Selection, catalog: Catalog) -> bool:
    """False only if no request for the actions is on one of the resources that is not among their own."""
    for value in resources.values:
        if resources_within(Selection((value,)), own):
            continue
        if not isinstance(value, str) or value.replace("*", "") == "":
            return True
        pattern = resource_glob(value)
        for action in _listed(actions, catalog):
            formats = resource_patterns(action, catalog)
            group = resource_group(formats, None, None)
            if any(overlaps(pattern, arn) for arn in group.patterns if not _is_no_resource(arn)):
                return True
    return False


def _is_no_resource(arn: str) -> bool:
    """True iff this stands for a request without a resource: `*`, literally."""
    return is_literal(arn) and arn == "*"
