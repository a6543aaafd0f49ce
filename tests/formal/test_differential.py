"""The formal engine against Z3: a few hundred questions of tools/fuzz_formal.py, with a short time for Z3."""

from __future__ import annotations

from tools.fuzz_formal import run


def test_the_engine_and_z3_agree() -> None:
    counts, wrong = run(range(1, 301), milliseconds=60)
    assert wrong == []
    undecided = sum(count for name, count in counts.items() if name.startswith("undecided"))
    assert undecided <= 6, counts
