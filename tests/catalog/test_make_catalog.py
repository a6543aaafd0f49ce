"""The generator of the catalog: the gates, and that a rebuild gives the same bytes."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools import make_catalog
from tools.catalog.gates import failures
from tools.catalog.services import level_letter
from tools.catalog.wheels import assigned


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(gzip.decompress(make_catalog.OUTPUT.read_bytes()))
    return data


def without_services(data: dict[str, Any]) -> None:
    for service in sorted(data["svc"])[:20]:
        del data["svc"][service]


def without_dependents(data: dict[str, Any]) -> None:
    for entry in data["svc"].values():
        entry.pop("d", None)


def without_pass_role(data: dict[str, Any]) -> None:
    data["svc"]["iam"]["a"].remove("PassRole")


def without_ec2(data: dict[str, Any]) -> None:
    del data["svc"]["ec2"]


def test_what_ships_passes_the_gates(shipped: dict[str, Any]) -> None:
    assert failures(shipped, None) == []
    assert failures(shipped, shipped) == []


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (without_services, "437 services found"),
        (without_dependents, "0 actions with dependents found"),
        (without_pass_role, "action `iam:PassRole` is missing"),
        (without_ec2, "actions vanished, at most 1% may"),
        (lambda data: data["keys"].clear(), "0 condition keys found"),
        (lambda data: data["principals"].clear(), "0 service principals found"),
    ],
)
def test_a_damaged_catalog_is_refused(
    shipped: dict[str, Any], damage: Callable[[dict[str, Any]], None], message: str
) -> None:
    damaged = copy.deepcopy(shipped)
    damage(damaged)
    assert any(message in problem for problem in failures(damaged, shipped))


@pytest.mark.parametrize(
    ("level", "letter"),
    [
        ("Read", "R"),
        ("Write", "W"),
        ("Tagging, Write", "T"),
        ("Permissions management, Write", "P"),
        ("List", "L"),
    ],
)
def test_access_levels_may_be_pairs(level: str, letter: str) -> None:
    assert level_letter(level) == letter


def test_an_access_level_of_a_new_kind_stops_the_build() -> None:
    with pytest.raises(ValueError, match="Delete"):
        level_letter("Delete, Write")


def test_literals_are_read_without_running_the_module() -> None:
    assert assigned("raise SystemExit\nX: dict[str, int] = {'a': 1}\n", "X") == {"a": 1}
    with pytest.raises(KeyError):
        assigned("Y = 1", "X")


def test_a_rebuild_gives_the_same_bytes(tmp_path: Path) -> None:
    cache = make_catalog.ROOT / ".catalog-wheels"
    if not cache.is_dir():
        pytest.skip("the wheels are not here; `make catalog` downloads them")
    output, notices = tmp_path / "catalog.json.gz", tmp_path / "notices"
    assert make_catalog.main([f"--output={output}", f"--notices={notices}", f"--cache={cache}"]) == 0
    assert output.read_bytes() == make_catalog.OUTPUT.read_bytes()
    assert notices.read_text(encoding="utf-8") == make_catalog.NOTICES.read_text(encoding="utf-8")


def test_a_build_that_loses_actions_leaves_the_old_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = make_catalog.ROOT / ".catalog-wheels"
    if not cache.is_dir():
        pytest.skip("the wheels are not here; `make catalog` downloads them")
    larger = json.loads(gzip.decompress(make_catalog.OUTPUT.read_bytes()))
    larger["svc"]["s3"]["a"] += [f"Gone{number}" for number in range(300)]
    output = tmp_path / "catalog.json.gz"
    output.write_bytes(before := make_catalog.encode(larger))
    assert (
        make_catalog.main([f"--output={output}", f"--notices={tmp_path / 'notices'}", f"--cache={cache}"])
        == 1
    )
    assert output.read_bytes() == before
    assert not (tmp_path / "notices").exists()
    printed = capsys.readouterr()
    assert "- s3:Gone299" in printed.out
    assert "300 of" in printed.err
