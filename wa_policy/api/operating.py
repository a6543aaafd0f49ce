"""The history of scans: recorded in a store, and read from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from wa_policy.findings import Report
from wa_policy.inventory.model import Inventory, PropertyValue

if TYPE_CHECKING:
    from wa_policy.findings.history import History

OWNER_TAG = "Owner"


def record(
    path: str,
    report: Report,
    inventory: Inventory,
    taken: datetime,
    *,
    series: str = "",
    version: str = "",
    owner_tag: str = OWNER_TAG,
) -> int:
    """Add a scan to the store in the file and give its number; owners are the values of the tag, in any case.

    Raises UsageError where the file is no store.
    """
    from wa_policy.store.record import record as write

    owners = owners_of(inventory, owner_tag)
    return write(path, report, taken, series=series, version=version, owners=owners)


def owners_of(inventory: Inventory, tag: str) -> Mapping[str, str]:
    """The owner of each principal and resource that has the tag, by id."""
    found: dict[str, str] = {}
    for resource in inventory.resources:
        value = _tag(resource.property("Tags"), tag)
        if value is not None:
            found[resource.id] = value
    for principal in inventory.principals:
        value = _tag(dict(principal.tags), tag)
        if value is not None:
            found[principal.arn] = value
    return found


def _tag(tags: PropertyValue, name: str) -> str | None:
    """The value of a tag, which stands by its name or as an item with `Key` and `Value`."""
    pairs: list[tuple[object, object]] = []
    if isinstance(tags, Mapping):
        pairs = list(tags.items())
    elif isinstance(tags, tuple):
        pairs = [(item.get("Key"), item.get("Value")) for item in tags if isinstance(item, Mapping)]
    for key, value in pairs:
        if isinstance(key, str) and key.lower() == name.lower() and isinstance(value, str):
            return value
    return None


def history(path: str, by: str = "pillar", *, series: str = "", last: int = 0) -> History:
    """How the findings of a series went, counted by pillar, rule, owner, account or severity.

    Raises UsageError where there is no such store or series.
    """
    from wa_policy.errors import UsageError
    from wa_policy.findings.history import Grouping
    from wa_policy.store.history import history as read
    from wa_policy.store.history import series_of

    known = dict(series_of(path))
    if series not in known:
        names = ", ".join(f"`{name}`" for name in known) or "none"
        raise UsageError(f"found no scan of the series `{series}`, expected one of {names}")
    return read(path, Grouping(by), series=series, last=last)
