"""The resource instances of a plan or state, as `terraform show -json` prints them (OpenTofu's `tofu show -json` is the same).

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.iam.source import Source
from wa_policy.loaders.members import Node

Key = str | int | None
"""The key of an instance: a text of `for_each`, a number of `count`, None where there is one instance only."""
ModulePath = tuple[tuple[str, Key], ...]
"""The calls that lead to a module, each with its key."""

_STEP = re.compile(r'module\.([^.\[\]"]+)(?:\[(\d+|"(?:[^"\\]|\\.)*")\])?(?:\.|$)')


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """One instance of a resource or data source.

    `unknown` has the shape of `values` with true for each part that is known after apply.
    """

    address: str
    mode: str
    type: str
    name: str
    key: Key
    module: ModulePath
    values: Mapping[str, Any]
    unknown: Mapping[str, Any]
    source: Source

    @property
    def is_data(self) -> bool:
        return self.mode == "data"

    def at(self, *keys: str | int) -> Source:
        """The place of an attribute; that of the instance for one that is known after apply, which is left out."""
        return self.source.at(*keys) if keys and keys[0] in self.values else self.source

    def is_unknown(self, name: str) -> bool:
        """True iff the attribute as a whole is known after apply."""
        return self.unknown.get(name) is True

    def text(self, name: str) -> str | None:
        """The attribute where it is a text that is known and not empty."""
        value = self.values.get(name)
        return value if isinstance(value, str) and value else None


def module_path(address: str) -> ModulePath:
    """The calls in the address of a module."""
    return tuple((found[1], key_of(found[2])) for found in _STEP.finditer(address))


def key_of(written: str | None) -> Key:
    """The key that stands between brackets."""
    if written is None:
        return None
    if written.startswith('"'):
        return re.sub(r"\\(.)", r"\1", written[1:-1])
    return int(written)


def instances_of(root: Node) -> Iterator[Instance]:
    """All that is there after the plan is applied, and the data sources that were read; each once."""
    changes = _changes(root)
    seen: set[str] = set()
    planned = root.get("planned_values")
    for section in (planned, root.get("values")):
        if section is not None:
            yield from _section(section, changes, seen)
    if planned is None:
        yield from _of_changes(root, seen)
    prior = root.get("prior_state")
    values = None if prior is None else prior.get("values")
    if values is not None:
        yield from _section(values, {}, seen, data_only=True)


def _changes(root: Node) -> Mapping[str, Mapping[str, Any]]:
    """The change of each address, without those of objects that are already replaced."""
    found: dict[str, Mapping[str, Any]] = {}
    for item in root.objects("resource_changes"):
        change, address = item.value.get("change"), item.value.get("address")
        if isinstance(change, Mapping) and isinstance(address, str) and "deposed" not in item.value:
            found[address] = change
    return found


def _section(
    values: Node, changes: Mapping[str, Mapping[str, Any]], seen: set[str], *, data_only: bool = False
) -> Iterator[Instance]:
    pending = [module for module in (values.get("root_module"),) if module is not None]
    while pending:
        module = pending.pop()
        path = module_path(module.text("address") or "")
        for item in module.objects("resources"):
            if item.value.get("deposed_key") is not None or (data_only and item.value.get("mode") != "data"):
                continue
            address = item.required_text("address")
            if address is None or address in seen:
                continue
            found = _instance(item, "values", path, changes.get(address, {}))
            if found is not None:
                seen.add(address)
                yield found
        pending += list(module.objects("child_modules"))[::-1]


def _of_changes(root: Node, seen: set[str]) -> Iterator[Instance]:
    """The instances of a plan that has no `planned_values`, by what changes."""
    for item in root.objects("resource_changes"):
        change = item.get("change")
        address = item.required_text("address")
        if change is None or address is None or address in seen or "deposed" in item.value:
            continue
        if not isinstance(change.value, Mapping) or (
            change.value.get("after") is None and not _is_made(change.value)
        ):
            continue
        path = module_path(item.text("module_address") or "")
        found = _instance(item, "change", path, change.value)
        if found is not None:
            seen.add(address)
            yield found


def _is_made(change: Mapping[str, Any]) -> bool:
    actions = change.get("actions")
    return isinstance(actions, list) and bool({"create", "update", "no-op", "read"} & set(map(str, actions)))


def _instance(item: Node, member: str, path: ModulePath, change: Mapping[str, Any]) -> Instance | None:
    type_, address = item.required_text("type"), item.text("address")
    if type_ is None or address is None:
        return None
    key = item.value.get("index")
    values: Any = item.value.get("values") if member == "values" else change.get("after")
    place = item.source.at("values") if member == "values" else item.source.at("change", "after")
    if not isinstance(values, Mapping):
        # Where nothing at all is known, the member is left out.
        values, place = {}, item.source
    unknown = change.get("after_unknown")
    return Instance(
        address,
        item.text("mode") or "managed",
        type_,
        item.text("name") or "",
        key if isinstance(key, str | int) and not isinstance(key, bool) else None,
        path,
        values,
        unknown if isinstance(unknown, Mapping) else {},
        place,
    )
