"""What a change does: findings and access that appear, and that go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wa_policy.catalog.model import Catalog
from wa_policy.findings import Report, Result
from wa_policy.findings.fingerprint import fingerprint
from wa_policy.graph.query import what_can
from wa_policy.graph.reach import reach_of
from wa_policy.inventory.model import Inventory, PrincipalKind


@dataclass(frozen=True, slots=True)
class AccessChange:
    """What principals may do on resources after a change and could not before, or the other way round.

    `sure` are the actions that are certain, `maybe` the others. Principals and resources with the same change stand
    together; the resource `*` is none.
    """

    appeared: bool
    principals: tuple[str, ...]
    resources: tuple[str, ...]
    sure: tuple[str, ...]
    maybe: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs between two inputs, sorted; findings and unknown verdicts that nobody accepted."""

    new: tuple[Result, ...]
    gone: tuple[Result, ...]
    access: tuple[AccessChange, ...]


def difference(old: Report, new: Report, before: Inventory, after: Inventory, catalog: Catalog) -> Difference:
    """What differs between two reports and the inventories that they are about.

    A finding is the same if rule, subject, key and verdict are, as in a baseline.
    """
    return Difference(_beyond(new, old), _beyond(old, new), _access(before, after, catalog))


def _beyond(one: Report, other: Report) -> tuple[Result, ...]:
    """The findings and unknown verdicts of the one report that the other does not have, or not as often."""
    left = Counter((fingerprint(result), result.verdict) for result in (*other.findings, *other.unknown))
    found = []
    for result in (*one.findings, *one.unknown):
        key = fingerprint(result), result.verdict
        if left[key] > 0:
            left[key] -= 1
        else:
            found.append(result)
    return tuple(sorted(found, key=lambda result: result.order))


Actions = Mapping[tuple[str, str], tuple[frozenset[str], frozenset[str]]]
"""By principal and resource the actions that are certain, and the others that are possible."""


def _access(before: Inventory, after: Inventory, catalog: Catalog) -> tuple[AccessChange, ...]:
    old, new = _actions(before, catalog), _actions(after, catalog)
    changes = (*_grown(old, new, appeared=True), *_grown(new, old, appeared=False))
    return tuple(
        sorted(changes, key=lambda change: (not change.appeared, change.principals, change.resources))
    )


def _grown(old: Actions, new: Actions, *, appeared: bool) -> Sequence[AccessChange]:
    """What the new one has beyond the old one, principals and resources put together where all of it is the same."""
    by_principal: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    nothing: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    for (principal, resource), (sure, maybe) in new.items():
        had_sure, had_maybe = old.get((principal, resource), nothing)
        more_sure, more_maybe = sure - had_sure, maybe - had_maybe - had_sure
        if more_sure or more_maybe:
            key = principal, tuple(sorted(more_sure)), tuple(sorted(more_maybe))
            by_principal.setdefault(key, []).append(resource)
    together: dict[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for (principal, more, perhaps), resources in by_principal.items():
        together.setdefault((tuple(sorted(resources)), more, perhaps), []).append(principal)
    return [
        AccessChange(appeared, tuple(sorted(principals)), resources, more, perhaps)
        for (resources, more, perhaps), principals in together.items()
    ]


def _actions(inventory: Inventory, catalog: Catalog) -> Actions:
    reach = reach_of(inventory, catalog)
    found: dict[tuple[str, str], tuple[frozenset[str], frozenset[str]]] = {}
    for principal in inventory.principals:
        if principal.kind is PrincipalKind.GROUP:
            continue
        for what in what_can(reach, principal):
            pair = frozenset(what.sure), frozenset(what.maybe)
            # A class of resources is asked about by its first member, or by a part of it.
            names = (what.resource, *what.members[1:]) if what.members else (what.resource,)
            for name in names:
                found[principal.arn, name] = pair
    return found
