"""The recorded cases: agreement, and each deviation explained by the constructs that make it.

Runs where the corpus is: WA_POLICY_CORPUS names the folder. `test_sample.py` runs a sample of it everywhere.
"""

from __future__ import annotations

import pytest

from tests.evaluator.recorded import constructs, corpus, decide, deviations, read_lines
from tests.reference.peer_quirks import QUIRKS, switch_on
from wa_policy.catalog.model import Catalog


def test_all_cases_agree_but_the_listed_ones(catalog: Catalog) -> None:
    listed = deviations()
    seen: set[str] = set()
    wrong: list[str] = []
    for raw in read_lines(corpus() / "cases.jsonl.gz"):
        ours, recorded = str(decide(raw, catalog).outcome), raw["expected"]["result"]
        deviation = listed.get(raw["id"])
        if deviation is None:
            if ours != recorded:
                wrong.append(f"{raw['id']}: {ours}, recorded {recorded}")
            continue
        seen.add(raw["id"])
        if ours != deviation.ours or ours == recorded:
            wrong.append(f"{raw['id']}: {ours}, recorded {recorded}, listed {deviation.ours}")
    assert wrong == []
    assert seen == listed.keys()


def test_the_constructs_of_a_deviation_make_it(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the quirks of exactly its constructs the recorded verdict comes out, with one fewer it does not."""
    listed = deviations()
    wrong: list[str] = []
    for raw in read_lines(corpus() / "cases.jsonl.gz"):
        if raw["id"] not in listed:
            continue
        names = listed[raw["id"]].constructs
        for subset in [names, *(tuple(n for n in names if n != left_out) for left_out in names)]:
            with monkeypatch.context() as patch:
                switch_on(patch, subset)
                outcome = str(decide(raw, catalog).outcome)
            if (outcome == raw["expected"]["result"]) is not (subset == names):
                wrong.append(f"{raw['id']} with {subset}: {outcome}, recorded {raw['expected']['result']}")
    assert wrong == []


def test_all_quirks_together_give_every_recorded_verdict(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So no case agrees by chance: our evaluator and the recording engine differ in the listed constructs only."""
    switch_on(monkeypatch, QUIRKS)
    wrong = [
        raw["id"]
        for raw in read_lines(corpus() / "cases.jsonl.gz")
        if str(decide(raw, catalog).outcome) != raw["expected"]["result"]
    ]
    assert wrong == []


def test_the_documented_probes(catalog: Catalog) -> None:
    wrong = [
        f"{raw['id']}: {outcome}, AWS {raw['aws']}"
        for raw in read_lines(corpus() / "documented.jsonl")
        if (outcome := str(decide(raw, catalog).outcome)) != raw["aws"]
    ]
    assert wrong == []


def test_each_construct_is_documented_and_used() -> None:
    ids = [construct["id"] for construct in constructs()]
    assert ids == sorted(set(ids))
    assert set(ids) == QUIRKS.keys()
    assert set(ids) == {name for deviation in deviations().values() for name in deviation.constructs}
    for construct in constructs():
        assert construct["confidence"] in ("doc", "inferred", "open")
        assert construct["page"].startswith("https://docs.aws.amazon.com/")
        assert construct["aws"]
        assert construct["engine"]
