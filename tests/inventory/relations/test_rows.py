"""Each row of the table on a template that has both sides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.inventory.relations.templates import ALL
from wa_policy.inventory.model import Assumptions, Inventory, Principal, Resource
from wa_policy.inventory.relations import RELATIONS, related, relation, relation_names, target_types
from wa_policy.inventory.relations.types import KNOWN, type_of
from wa_policy.loaders.load import load

Side = Resource | Principal


def label(side: Side) -> str:
    """The logical id of a resource."""
    return side.source.pointer.split("/")[2]


def lines(pairs: str) -> Iterator[tuple[str, str, str]]:
    for line in pairs.strip().splitlines():
        subject, _, rest = line.partition(":")
        for word in rest.split():
            name, _, others = word.partition("=")
            yield subject, name, others


def sides_of(inventory: Inventory) -> dict[str, Side]:
    found: dict[str, Side] = {}
    sides: list[Side] = [*inventory.resources, *inventory.principals]
    for side in sides:
        if side.source.pointer.count("/") == 2:
            found[label(side)] = side
    return found


def load_text(folder: Path, text: str, assume: Assumptions | None = None) -> Inventory:
    path = folder / "template.yaml"
    path.write_text(text, encoding="utf-8")
    inventory = load([str(path)], assume=assume)
    assert not inventory.problems, inventory.problems
    return inventory


@pytest.mark.parametrize("assume", [None, Assumptions(account="111122223333", region="eu-west-1")])
@pytest.mark.parametrize(("text", "pairs"), ALL, ids=["compute", "messages", "doors", "network"])
def test_pairs(tmp_path: Path, text: str, pairs: str, assume: Assumptions | None) -> None:
    inventory = load_text(tmp_path, text, assume)
    sides = sides_of(inventory)
    wrong: list[str] = []
    for subject, name, others in lines(pairs):
        side = sides[subject]
        if relation(type_of(side), name) is None:
            wrong.append(f"{subject}.{name}: no such relation")
            continue
        answer = related(inventory, side, name)
        expected = sorted(other for other in others.rstrip("?").split(",") if other not in ("", "-"))
        found = sorted(label(other) for other in answer.found)
        if (found, answer.unknown is not None) != (expected, others.endswith("?")):
            wrong.append(f"{subject}.{name}: {found} {answer.unknown}, expected {others}")
    assert not wrong, "\n".join(wrong)


def test_each_row_is_seen_to_find_something(tmp_path: Path) -> None:
    """No relation of the table is without a pair above."""
    seen: set[tuple[str, str]] = set()
    for text, pairs in ALL:
        sides = sides_of(load_text(tmp_path, text))
        seen |= {
            (type_of(sides[subject]), name) for subject, name, others in lines(pairs) if others[0] not in "-?"
        }
    missing = {(row.from_type, row.name) for row in RELATIONS} - seen
    assert not missing


def test_each_relation_has_one_name_per_type() -> None:
    assert len({(row.from_type, row.name) for row in RELATIONS}) == len(RELATIONS)


def test_all_types_of_the_table_are_known() -> None:
    types = {row.from_type for row in RELATIONS} | {type_ for row in RELATIONS for type_ in row.to_types}
    assert types <= KNOWN.keys()


def test_the_names_of_a_type() -> None:
    assert relation_names("AWS::Lambda::Version") == ("function",)
    assert relation_names("AWS::X::Y") == ()
    assert target_types("AWS::ApiGatewayV2::ApiMapping", "api") == (
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGatewayV2::Api",
    )
    assert target_types("AWS::Lambda::Version", "nothing") == ()
