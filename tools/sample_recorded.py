"""Write fixtures/authorization/sample.jsonl.gz: a seeded sample of the recorded cases with the verdicts we hold right.

    python tools/sample_recorded.py CORPUS

CORPUS is the folder that holds conformance/. All deviating cases are in the sample, and of the others at least
a few for each tag. Fails, and writes nothing, when the evaluator does not give the verdict that the corpus and
tests/evaluator/deviations.yaml lead to expect. The same corpus gives the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "fixtures" / "authorization" / "sample.jsonl.gz"
SIZE = 2_000
PER_TAG = 15
SEED = 20_261_123
_LEFT_OUT = ("expected", "suspect", "clean")


def sample(cases: list[dict[str, Any]], deviating: set[str]) -> list[dict[str, Any]]:
    """SIZE cases in their order: the deviating ones, PER_TAG of each tag, and others by chance."""
    shuffled = list(cases)
    random.Random(SEED).shuffle(shuffled)
    chosen = {case["id"] for case in cases if case["id"] in deviating}
    tags: Counter[str] = Counter()
    for case in shuffled:
        if any(tags[tag] < PER_TAG for tag in case["tags"]):
            tags.update(case["tags"])
            chosen.add(case["id"])
    for case in shuffled:
        if len(chosen) >= SIZE:
            break
        chosen.add(case["id"])
    return [case for case in cases if case["id"] in chosen]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    arguments = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from tests.evaluator.recorded import decide, deviations, read_lines
    from wa_policy.catalog.store import load_catalog

    catalog, listed = load_catalog(), deviations()
    lines: list[str] = []
    for case in sample(list(read_lines(arguments.corpus / "conformance" / "cases.jsonl.gz")), set(listed)):
        deviation = listed.get(case["id"])
        expect = deviation.ours if deviation else case["expected"]["result"]
        outcome = str(decide(case, catalog).outcome)
        if outcome != expect:
            print(f"{case['id']}: the evaluator says {outcome}, expected {expect}", file=sys.stderr)
            return 1
        kept = {key: value for key, value in case.items() if key not in _LEFT_OUT}
        kept |= {"constructs": list(deviation.constructs) if deviation else [], "expect": expect}
        lines.append(json.dumps(kept, separators=(",", ":")) + "\n")
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as packed:
        packed.write("".join(lines).encode())
    OUTPUT.write_bytes(buffer.getvalue())
    print(f"{len(lines)} cases, {len(buffer.getvalue()):,} bytes: {OUTPUT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
