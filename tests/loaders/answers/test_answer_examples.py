"""Answers as the AWS CLI reference shows them, with what they are worked out to by hand in `examples/`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Absent, Inventory, NotExported, Present
from wa_policy.loaders.answers.all_rows import BY_CALL

Read = Callable[..., Inventory]
FOLDER = Path(__file__).parent / "examples"
EXAMPLES = [one for path in sorted(FOLDER.glob("*.yaml")) for one in yaml.safe_load(path.read_text("utf-8"))]


def test_every_operation_has_an_example() -> None:
    assert {one["call"] for one in EXAMPLES} == set(BY_CALL)


def plain(value: Any) -> Any:
    """A property as the examples write it."""
    match value:
        case Unknown() | NotExported():
            return "unknown"
        case Absent():
            return "absent"
        case Present(policy):
            return [str(action) for statement in policy.statements for action in statement.action.values]
        case Mapping():
            return {key: plain(item) for key, item in value.items()}
        case tuple():
            return [plain(item) for item in value]
        case _:
            return value


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=[f"{one['call']} {one.get('name', '')}" for one in EXAMPLES]
)
def test_example(example: Mapping[str, Any], read_exports: Read) -> None:
    name = "." + quote(example["name"], safe="()") if "name" in example else ""
    found = read_exports({f"111122223333/eu-west-1/{example['call']}{name}.json": example["answer"]})
    assert [problem.message for problem in found.problems] == []
    resources = {f"{resource.type} {resource.id}": resource for resource in found.resources}
    assert sorted(resources) == sorted(example["expect"])
    for key, properties in example["expect"].items():
        resource = resources[key]
        assert resource.account == "111122223333"
        for property_, expected in properties.items():
            value = resource.policy() if property_ == "WaPolicy::Policy" else resource.property(property_)
            assert plain(value) == expected, property_
            json.dumps(plain(value))
