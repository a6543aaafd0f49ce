"""Relations between resources, declared once: what refers to what, and how one sees it.

A relation whose other side was not exported is unknown, never empty. What a template or plan makes is judged as what it
deploys: all that refers to it stands there too, and what it names and does not make is unknown.
"""

from __future__ import annotations

from functools import cache

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory, Resource
from wa_policy.inventory.relations import (
    rows_compute,
    rows_doors,
    rows_messages,
    rows_network,
    rows_watch,
    special_watch,
)
from wa_policy.inventory.relations.index import Index
from wa_policy.inventory.relations.model import Related, Relation, Side
from wa_policy.inventory.relations.special_watch import Metric
from wa_policy.inventory.relations.types import id_of, type_of

__all__ = (
    "RELATIONS",
    "Metric",
    "Related",
    "Relation",
    "metrics_on",
    "related",
    "relation",
    "relation_names",
    "target_types",
)

RELATIONS: tuple[Relation, ...] = (
    *rows_compute.ROWS,
    *rows_messages.ROWS,
    *rows_doors.ROWS,
    *rows_network.ROWS,
    *rows_watch.ROWS,
)
_BY_NAME = {(row.from_type, row.name): row for row in RELATIONS}


def relation(from_type: str, name: str) -> Relation | None:
    """The relation of that name, None iff the type has none."""
    return _BY_NAME.get((from_type, name))


@cache
def relation_names(from_type: str) -> tuple[str, ...]:
    """The names of the relations of a type, sorted."""
    return tuple(sorted(name for type_, name in _BY_NAME if type_ == from_type))


def target_types(from_type: str, name: str) -> tuple[str, ...]:
    """The types of the other sides, sorted; nothing where the type has no such relation."""
    found = _BY_NAME.get((from_type, name))
    return () if found is None else tuple(sorted(found.to_types))


def related(inventory: Inventory, resource: Side, name: str) -> Related:
    """The other sides of a relation; roles come as principals. KeyError iff the type has no such relation."""
    row = _BY_NAME[type_of(resource), name]
    outcome = inventory.once(_index).follow(resource, row)
    found = sorted(outcome.found, key=lambda side: (type_of(side), id_of(side)))
    return Related(tuple(found), outcome.open or outcome.missing)


def metrics_on(
    inventory: Inventory, resource: Side
) -> tuple[tuple[tuple[Resource, Metric], ...], Unknown | None]:
    """The metrics of alarms that are about the resource, or about all of its kind; and why there may be more."""
    return special_watch.metrics_on(inventory.once(_index), resource)


def _index(inventory: Inventory) -> Index:
    return Index(inventory, _BY_NAME)
