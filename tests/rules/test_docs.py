"""`docs/rules.md` lists the whole vocabulary, in the words of the code."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from wa_policy.rules.each import ITERATORS
from wa_policy.rules.items import ItemIterator
from wa_policy.rules.model import TestOperator, ValueKind
from wa_policy.rules.predicates import PREDICATES, Predicate
from wa_policy.rules.shape import SHAPES, ShapePredicate
from wa_policy.rules.tables import TABLES, table

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


NAMED: Mapping[str, ItemIterator | Predicate | ShapePredicate] = {**ITERATORS, **PREDICATES, **SHAPES}


@pytest.mark.parametrize("name", tuple(NAMED))
def test_a_named_thing_has_its_row(name: str) -> None:
    found = NAMED[name]
    row = next(line for line in DOCS.splitlines() if line.startswith(f"| `{name}` |"))
    assert found.doc in row
    assert all(f"`{argument.name}`{'' if argument.required else '?'}" in row for argument in found.arguments)
    assert all(f"`item.{field}`" in row for field in getattr(found, "fields", ()))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_its_row_with_its_columns(name: str) -> None:
    columns = [f"`{one.name}`{'?' if one.optional else ''}" for one in table(name).columns.values()]
    rows = [line for line in DOCS.splitlines() if line.startswith(f"| `{name}` |")]
    assert [row for row in rows if row.endswith(f"| {', '.join(columns)} |")]


@pytest.mark.parametrize("word", [*TestOperator, *ValueKind])
def test_a_word_is_explained(word: str) -> None:
    assert f"`{word}" in DOCS or f", `{word}" in DOCS
