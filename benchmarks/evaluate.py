"""How fast is a decision? Figures per request, and ratios to reading the same bytes with `json.loads`.

Cases: the recorded ones where WA_POLICY_CORPUS names their folder, else the sample in fixtures/. Each case is distinct and
asked once; nothing is kept between the cases but the catalog. Goals on one quiet core: 5,000 requests a second parsed and
decided one by one, 50,000 a second on compiled policies.
"""

from __future__ import annotations

import gc
import gzip
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.evaluator.applying import applied_to
from wa_policy.evaluator.evaluate import CompiledApplied, evaluate
from wa_policy.iam.principal import parse_caller
from wa_policy.iam.request import Request, make_context
from wa_policy.iam.source import Source
from wa_policy.loaders.load import load
from wa_policy.loaders.neutral import NeutralCase, read_case

ROUNDS = 5


def cases_file() -> Path:
    """The recorded cases, or the sample that ships."""
    corpus = os.environ.get("WA_POLICY_CORPUS")
    if corpus and (recorded := Path(corpus) / "conformance" / "cases.jsonl.gz").is_file():
        return recorded
    return Path(__file__).parent.parent / "fixtures" / "authorization" / "sample.jsonl.gz"


def best(work: Callable[[], object]) -> float:
    """The least CPU time of several rounds, in seconds: what the machine was busy with besides is not ours."""
    times: list[float] = []
    for _ in range(ROUNDS):
        gc.collect()
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def on_inventory(catalog: Catalog) -> list[tuple[Request, CompiledApplied]]:
    """Every user and role of acme with every resource that has a policy, for a sample of actions, compiled."""
    inventory = load([str(Path(__file__).parent.parent / "fixtures" / "acme")])
    actions = (
        "lambda:InvokeFunction",
        "s3:GetObject",
        "sqs:SendMessage",
        "kms:Decrypt",
        "iam:PassRole",
        "sns:Publish",
    )
    asked: list[tuple[Request, CompiledApplied]] = []
    for principal in inventory.principals:
        caller = parse_caller(principal.arn)
        if caller is None:
            continue
        context = make_context({"aws:PrincipalArn": principal.arn, "aws:PrincipalAccount": principal.account})
        for resource in inventory.resources:
            if resource.type.startswith("AWS::IAM"):
                continue
            applied = CompiledApplied(applied_to(inventory, principal, resource))
            asked += [(Request(caller, a, resource.id, resource.account, context), applied) for a in actions]
    for request, applied in asked:
        evaluate(request, applied, catalog)
    return asked


def main() -> None:
    file = cases_file()
    lines = gzip.decompress(file.read_bytes()).splitlines()
    catalog = load_catalog()
    place = Source("cases")

    def read(line: bytes) -> NeutralCase:
        return read_case(json.loads(line), place)

    def only_json() -> None:
        for line in lines:
            json.loads(line)

    def one_by_one() -> None:
        for line in lines:
            case = read(line)
            evaluate(case.request, case.applied, catalog, case.facts)

    cases = [read(line) for line in lines]
    compiled = [(case, CompiledApplied(case.applied)) for case in cases]

    def on_compiled() -> None:
        for case, applied in compiled:
            evaluate(case.request, applied, catalog, case.facts)

    on_compiled()  # selectors are made when first asked for: that is compiling
    asked = on_inventory(catalog)
    gc.freeze()
    baseline = best(only_json)
    print(
        f"{len(lines)} distinct cases from {file.name}, {sum(map(len, lines)) / len(lines):.0f} bytes each, best of {ROUNDS}"
    )
    for name, seconds in (
        ("json.loads alone", baseline),
        ("parsed and decided, one by one", best(one_by_one)),
        ("decided on compiled policies", best(on_compiled)),
    ):
        per_request = seconds / len(lines)
        print(
            f"{name:34} {per_request * 1e6:7.1f} µs  {1 / per_request:9,.0f}/s  {seconds / baseline:5.2f} x json.loads"
        )

    def ask_inventory() -> None:
        for request, applied in asked:
            evaluate(request, applied, catalog)

    per_request = best(ask_inventory) / len(asked)
    print(
        f"{'on the compiled acme inventory':34} {per_request * 1e6:7.1f} µs  {1 / per_request:9,.0f}/s  {len(asked)} requests"
    )


if __name__ == "__main__":
    main()
