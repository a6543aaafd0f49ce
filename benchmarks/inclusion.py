"""Published inclusion questions and the AWS managed policies: how long the answers take, beside Z3 in the same process.

WA_POLICY_CORPUS names the folder that holds `corpus/`. Goals on one core: every question decided, median below 2 ms, 95% below
50 ms, worst below 500 ms; managed policies against themselves and a copy with one statement removed: worst below 2 s.
`--no-z3` leaves Z3 out, which takes up to ten seconds a question.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.formal import strings
from wa_policy.formal.checks import check_no_new_access
from wa_policy.formal.verdicts import Answer, Refuted, Undecided
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, PolicyKind

_Z3_MILLISECONDS = 10_000


def _kind_of(*policies: Policy) -> PolicyKind:
    named = any(s.principal is not None for policy in policies for s in policy.statements)
    return PolicyKind.RESOURCE if named else PolicyKind.IDENTITY


def _timed(existing: Policy, new: Policy, catalog: Catalog) -> tuple[Answer, float]:
    kind = _kind_of(existing, new)
    strings.forget()
    started = time.perf_counter()
    answer = check_no_new_access(existing, new, kind, catalog)
    return answer, time.perf_counter() - started


def _told(name: str, times: list[float], counts: Counter[str]) -> None:
    times = sorted(times)
    print(
        f"{name}: {len(times)} questions, {dict(counts)}; median {median(times) * 1e3:.2f} ms, "
        f"95% {times[int(len(times) * 0.95)] * 1e3:.2f} ms, worst {times[-1] * 1e3:.2f} ms"
    )


def _z3(existing: Mapping[str, Any], new: Mapping[str, Any], kind: PolicyKind) -> tuple[bool | None, float]:
    import z3

    from tests.reference import symbolic

    callers: list[symbolic.Caller | None] = [None]
    if kind is PolicyKind.RESOURCE:
        # The policies of this corpus name everyone or no account that there is.
        stranger = symbolic.Caller("AWS", "arn:aws:iam::999999999999:user/other", "999999999999")
        callers = [stranger, symbolic.Caller("anonymous", "*")]
    started = time.perf_counter()
    found: bool | None = False
    for caller in callers:
        symbols = symbolic.Symbols(types=symbolic.types_of([existing, new]))
        formula = z3.And(
            symbolic.allows(dict(new), symbols, caller),
            z3.Not(symbolic.allows(dict(existing), symbols, caller)),
        )
        answer = symbolic.check(formula, symbols, _Z3_MILLISECONDS)
        if answer is not False:
            found = answer
    return found, time.perf_counter() - started


def _inclusion(corpus: Path, catalog: Catalog, *, with_z3: bool) -> bool:
    raw = json.loads((corpus / "inclusion" / "pairs.json").read_text())
    policies = {name: parse_policy(document)[0] for name, document in raw["policies"].items()}
    times: list[float] = []
    counts: Counter[str] = Counter()
    ratios: list[float] = []
    z3_counts: Counter[str] = Counter()
    for pair in raw["pairs"]:
        for existing, new in (pair, reversed(pair)):
            answer, taken = _timed(policies[existing], policies[new], catalog)
            times.append(taken)
            counts[type(answer).__name__] += 1
            if not with_z3:
                continue
            documents = raw["policies"][existing], raw["policies"][new]
            try:
                satisfiable, z3_taken = _z3(*documents, _kind_of(policies[existing], policies[new]))
            except (AssertionError, ValueError, TypeError, AttributeError) as error:
                z3_counts["not encoded"] += 1
                print(f"  not encoded for Z3: existing {existing}, new {new}: {error}")
                continue
            if satisfiable is None:
                z3_counts["left open"] += 1
                continue
            ratios.append(z3_taken / taken)
            agrees = satisfiable is isinstance(answer, Refuted)
            z3_counts["agrees" if agrees else "DISAGREES"] += 1
            if not agrees:
                print(f"  disagreement: existing {existing}, new {new}: {type(answer).__name__}")
    _told("inclusion", times, counts)
    if ratios:
        print(f"Z3: {dict(z3_counts)}; where it decides it takes {median(ratios):.1f} times as long (median)")
    times.sort()
    return (
        not counts["Undecided"]
        and not z3_counts["DISAGREES"]
        and median(times) < 0.002
        and times[int(len(times) * 0.95)] < 0.05
        and times[-1] < 0.5
    )


def _managed(corpus: Path, catalog: Catalog) -> bool:
    with gzip.open(corpus / "aws_managed_policies.json.gz") as file:
        documents = json.load(file)
    times: list[float] = []
    counts: Counter[str] = Counter()
    for name, document in documents.items():
        policy, again = parse_policy(document)[0], parse_policy(document)[0]
        number = len(policy.statements) // 2
        fewer = replace(policy, statements=policy.statements[:number] + policy.statements[number + 1 :])
        for existing, new in ((policy, again), (policy, fewer), (fewer, policy)):
            answer, taken = _timed(existing, new, catalog)
            times.append(taken)
            counts[type(answer).__name__] += 1
            if isinstance(answer, Undecided):
                print(f"  undecided: {name}: {answer.reasons[0]}")
    _told("managed policies", times, counts)
    return not counts["Undecided"] and max(times) < 2


def main() -> int:
    home = os.environ.get("WA_POLICY_CORPUS")
    if home is None:
        print("skipped: WA_POLICY_CORPUS does not name the folder with corpus/")
        return 0
    catalog = load_catalog()
    corpus = Path(home) / "corpus"
    fine = _inclusion(corpus, catalog, with_z3="--no-z3" not in sys.argv)
    return 0 if _managed(corpus, catalog) and fine else 1


if __name__ == "__main__":
    sys.exit(main())
