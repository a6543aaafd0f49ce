"""The recorded cases, their deviations, and how a case is run."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.evaluate import Decision, evaluate
from wa_policy.iam.source import Source
from wa_policy.loaders.neutral import read_case

DEVIATIONS = Path(__file__).parent / "deviations.yaml"


def corpus() -> Path:
    """The folder `conformance` of the recorded corpus, or skip."""
    folder = os.environ.get("WA_POLICY_CORPUS")
    if not folder:
        pytest.skip(
            "the recorded corpus is not here: set WA_POLICY_CORPUS to the folder that holds conformance/"
        )
    return Path(folder) / "conformance"


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    packed = path.read_bytes()
    content = gzip.decompress(packed) if path.suffix == ".gz" else packed
    for line in content.splitlines():
        yield json.loads(line)


def decide(raw: dict[str, Any], catalog: Catalog) -> Decision:
    case = read_case(raw, Source("case"))
    return evaluate(case.request, case.applied, catalog, case.facts)


@dataclass(frozen=True)
class Deviation:
    constructs: tuple[str, ...]
    ours: str


@cache
def deviations() -> dict[str, Deviation]:
    """The deviating cases by their id."""
    return {
        case: Deviation(tuple(group["constructs"]), verdict)
        for group in _table()["cases"]
        for case, verdict in group["verdicts"].items()
    }


@cache
def constructs() -> tuple[dict[str, str], ...]:
    return tuple(_table()["constructs"])


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load(DEVIATIONS.read_text())
    return table
