"""The fixtures of authorization: hand-written probes, and a sample of generated cases. The corpus is not needed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.evaluator.recorded import constructs, decide, read_lines
from wa_policy.catalog.model import Catalog

FIXTURES = Path(__file__).parents[2] / "fixtures" / "authorization"


@cache
def probes() -> tuple[dict[str, Any], ...]:
    return tuple(yaml.load((FIXTURES / "documented.yaml").read_text(), Loader=yaml.CSafeLoader))


@pytest.mark.parametrize("probe", probes(), ids=lambda probe: str(probe["name"]))
def test_a_probe(probe: dict[str, Any], catalog: Catalog) -> None:
    decision = decide(probe, catalog)
    assert str(decision.outcome) == probe["expect"], f"{probe['why']}: {probe['page']}"


def test_the_probes_are_documented() -> None:
    names = [probe["name"] for probe in probes()]
    assert len(names) == len(set(names))
    for probe in probes():
        assert probe["page"].startswith("https://docs.aws.amazon.com/")
        assert probe["confidence"] in ("doc", "inferred", "open")


def test_the_sample(catalog: Catalog) -> None:
    wrong: list[str] = []
    found: set[str] = set()
    count = 0
    for raw in read_lines(FIXTURES / "sample.jsonl.gz"):
        count += 1
        found.update(raw["constructs"])
        outcome = str(decide(raw, catalog).outcome)
        if outcome != raw["expect"]:
            wrong.append(f"{raw['id']}: {outcome}, expected {raw['expect']}")
    assert wrong == []
    assert count == 2_000
    assert found == {construct["id"] for construct in constructs()}
