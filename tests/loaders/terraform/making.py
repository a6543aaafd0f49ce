"""Small plans, made of resources."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wa_policy.inventory.model import Inventory
from wa_policy.loaders.load import load

ACCOUNT, REGION = "111122223333", "eu-west-1"


@dataclass(frozen=True)
class Made:
    """A resource of a plan: `unknown` are the attributes known after apply, `refers` what their expressions refer to."""

    type: str
    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    unknown: Mapping[str, Any] = field(default_factory=dict)
    refers: Mapping[str, Any] = field(default_factory=dict)
    key: str | int | None = None
    for_each: Sequence[str] = ()

    @property
    def address(self) -> str:
        key = "" if self.key is None else f"[{json.dumps(self.key)}]"
        return f"{self.type}.{self.name}{key}"

    @property
    def head(self) -> dict[str, Any]:
        head = {"address": self.address, "mode": "managed", "type": self.type, "name": self.name}
        return head if self.key is None else {**head, "index": self.key}

    @property
    def configured(self) -> dict[str, Any]:
        constants = {
            name: {"constant_value": value} for name, value in self.values.items() if value is not None
        }
        block = {
            "address": f"{self.type}.{self.name}",
            "mode": "managed",
            "type": self.type,
            "name": self.name,
            "provider_config_key": "aws",
            "expressions": constants | {name: _expression(value) for name, value in self.refers.items()},
            "schema_version": 0,
        }
        return block | ({"for_each_expression": {"references": list(self.for_each)}} if self.for_each else {})


def _expression(refers: Any) -> Any:
    """References as a plan writes them: each is followed by its beginnings; lists of mappings are blocks."""
    if isinstance(refers, str):
        refers = [refers]
    if all(isinstance(item, str) for item in refers):
        return {
            "references": [
                one for item in refers for one in (item, item.rpartition(".")[0]) if one.count(".")
            ]
        }
    return [{name: _expression(value) for name, value in block.items()} for block in refers]


def plan_of(*resources: Made, changes: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The plan that makes the resources."""
    caller = {
        "address": "data.aws_caller_identity.current",
        "mode": "data",
        "type": "aws_caller_identity",
        "name": "current",
        "values": {"account_id": ACCOUNT},
    }
    made = [
        {
            **one.head,
            "change": {
                "actions": ["create"],
                "before": None,
                "after": one.values,
                "after_unknown": {name: True for name in ("id", "arn") if name not in one.values}
                | dict(one.unknown),
            },
        }
        for one in resources
    ]
    configured = {one.configured["address"]: one.configured for one in resources}
    provider = {"name": "aws", "expressions": {"region": {"constant_value": REGION}}}
    return {
        "format_version": "1.2",
        "planned_values": {
            "root_module": {"resources": [{**one.head, "values": one.values} for one in resources]}
        },
        "resource_changes": [*made, *changes],
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": [caller]}}},
        "configuration": {
            "provider_config": {"aws": provider},
            "root_module": {"resources": list(configured.values())},
        },
    }


def read(folder: Path, *resources: Made, changes: Sequence[Mapping[str, Any]] = ()) -> Inventory:
    """What is read of the plan."""
    path = folder / "plan.json"
    path.write_text(json.dumps(plan_of(*resources, changes=changes)))
    inventory = load([str(path)])
    assert inventory.problems == ()
    return inventory
