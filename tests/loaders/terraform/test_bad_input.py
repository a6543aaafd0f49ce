"""No plan crashes it, whatever stands in it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from wa_policy.inventory.model import Inventory
from wa_policy.loaders.load import load

MODULES = Path(__file__).parents[3] / "fixtures" / "terraform" / "modules"
PLAN = json.loads((MODULES / "plan.json").read_text())


def read(folder: Path, value: Any, name: str = "plan.json") -> Inventory:
    path = folder / name
    path.write_text(json.dumps(value))
    return load([str(path)])


def problems(inventory: Inventory) -> list[tuple[str, str]]:
    return [(problem.code, problem.pointer) for problem in inventory.problems]


def places(value: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """All places in a value, but the keys by which it is recognised."""
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, item in children:
        here = (*above, key)
        if here != ("format_version",):
            yield here
            yield from places(item, here)


PLACES = sorted(places(PLAN), key=str)
junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.just([None]),
    st.just([[{}]]),
    st.just({"references": ["module.functions", "aws_iam_role.this.arn", "each.value", "var.name", ""]}),
)


@given(st.lists(st.tuples(st.sampled_from(PLACES), junk), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([(("planned_values",), None)])
@example([(("planned_values", "root_module", "resources", 0, "values"), [])])
def test_junk_anywhere_is_read_without_a_crash(
    tmp_path: Path, changes: list[tuple[tuple[str | int, ...], Any]]
) -> None:
    value = copy.deepcopy(PLAN)
    for (*path, last), new in changes:
        target = value
        try:
            for key in path:
                target = target[key]
            target[last] = new
        except (KeyError, IndexError, TypeError):
            continue
    read(tmp_path, value)


def test_a_version_that_is_not_supported_is_told_and_read_all_the_same(tmp_path: Path) -> None:
    inventory = read(tmp_path, PLAN | {"format_version": "2.0"})
    assert problems(inventory) == [("format-version", "")]
    assert inventory.of_type("AWS::Lambda::Function")


@pytest.mark.parametrize("version", ["0.1", "1.0", "1.2", "1.99"])
def test_a_minor_version_makes_no_difference(tmp_path: Path, version: str) -> None:
    assert problems(read(tmp_path, PLAN | {"format_version": version})) == []


def test_a_plan_without_planned_values_is_read_by_its_changes(tmp_path: Path) -> None:
    second = json.loads((MODULES / "second-plan.json").read_text())
    changes = {key: value for key, value in second.items() if key != "planned_values"}
    inventory = read(tmp_path, changes)
    assert problems(inventory) == []
    assert [function.id for function in inventory.of_type("AWS::Lambda::Function")] == [
        "arn:aws:lambda:eu-west-1:111122223333:function:orders"
    ]


def test_an_empty_state_is_a_state(tmp_path: Path) -> None:
    inventory = read(tmp_path, {"format_version": "1.0"})
    assert [file.kinds for file in inventory.files] == [("Terraform plan or state",)]
    assert problems(inventory) == []


def test_a_state_as_it_is_stored_is_told_from_one_that_is_printed(tmp_path: Path) -> None:
    stored = {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 3,
        "lineage": "a1b2",
        "outputs": {},
        "resources": [],
    }
    inventory = read(tmp_path, stored, "terraform.tfstate")
    assert problems(inventory) == [("terraform-state", "")]
    assert "terraform show -json" in inventory.problems[0].advice


def test_two_plans_of_unnamed_accounts_do_not_meet(tmp_path: Path) -> None:
    """Each is of an account of its own: a function of the one is not that of the other."""
    unnamed = {key: value for key, value in PLAN.items() if key != "prior_state"}
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text(json.dumps(unnamed))
    inventory = load([str(tmp_path)])
    functions = [function.id for function in inventory.of_type("AWS::Lambda::Function")]
    assert len(set(functions)) == 4
    assert inventory.problems == ()
