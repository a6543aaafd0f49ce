"""All rows of the tables of answers."""

from __future__ import annotations

from collections.abc import Mapping

from wa_policy.inventory.model import POLICY_PROPERTY
from wa_policy.loaders.answers import (
    tables_compute,
    tables_doors,
    tables_lists,
    tables_network,
    tables_stores,
    tables_watch,
)
from wa_policy.loaders.answers.rows import Row

ROWS: tuple[Row, ...] = (
    *tables_doors.ROWS,
    *tables_compute.ROWS,
    *tables_network.ROWS,
    *tables_stores.ROWS,
    *tables_watch.ROWS,
    *tables_lists.ROWS,
)


def _by_call() -> dict[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {}
    for row in ROWS:
        found[row.call] = (*found.get(row.call, ()), row)
    return found


BY_CALL: Mapping[str, tuple[Row, ...]] = _by_call()


def _calls() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in ROWS:
        for name in row.told:
            found.setdefault(row.type, {}).setdefault(name, row.call.replace(".", " ", 1))
    return found


CALLS: Mapping[str, Mapping[str, str]] = _calls()
"""By type the call that tells each property."""
POLICY_CALLS: Mapping[str, str] = {
    type_: calls[POLICY_PROPERTY] for type_, calls in CALLS.items() if POLICY_PROPERTY in calls
}
"""By type the call that tells the resource policy."""
