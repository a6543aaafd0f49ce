"""The formal engine against Z3 and the evaluator, on random documents.

    python tools/fuzz_formal.py [--count 20000] [--seed 1] [--milliseconds 500] [--jobs 2]

Ends with 1 on the first kinds of disagreement found, each printed with its seed. A witness that does not replay raises.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import z3

from tests.reference import random_policies as made
from tests.reference import symbolic
from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.evaluator.applied import AppliedPolicies, Level
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.formal.checks import check_access_not_granted, check_no_new_access
from wa_policy.formal.neutral import neutral
from wa_policy.formal.question import Question, find_request
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.policy import Policy, PolicyKind
from wa_policy.iam.principal import User
from wa_policy.iam.request import Request

CALLERS = (
    symbolic.Caller("AWS", "arn:aws:iam::111122223333:user/alice", "111122223333"),
    symbolic.Caller("AWS", "arn:aws:iam::111122223333:user/other", "111122223333"),
    symbolic.Caller("AWS", "arn:aws:iam::111122223333:role/a", "111122223333"),
    symbolic.Caller("AWS", "arn:aws:sts::111122223333:assumed-role/a/x", "111122223333"),
    symbolic.Caller("AWS", "arn:aws:sts::111122223333:assumed-role/other/x", "111122223333"),
    symbolic.Caller("AWS", "arn:aws:iam::444455556666:user/other", "444455556666"),
    symbolic.Caller("AWS", "arn:aws:sts::444455556666:assumed-role/b/s", "444455556666"),
    symbolic.Caller("AWS", "arn:aws:sts::444455556666:assumed-role/b/other", "444455556666"),
    symbolic.Caller("AWS", "arn:aws:iam::999999999999:user/other", "999999999999"),
    symbolic.Caller("AWS", "arn:aws:sts::999999999999:assumed-role/other/x", "999999999999"),
    symbolic.Caller("Service", "lambda.amazonaws.com"),
    symbolic.Caller("Service", "events.amazonaws.com"),
    symbolic.Caller("Service", "other.amazonaws.com"),
    symbolic.Caller("Federated", "cognito-identity.amazonaws.com"),
    symbolic.Caller("Federated", "accounts.google.com"),
    symbolic.Caller("anonymous", "*"),
)
ASKED = (("s3:*", "lambda:*", "dynamodb:*"), ("s3:GetObject",), ("s3:Get*", "lambda:InvokeFunction"))


@cache
def _catalog() -> Catalog:
    return load_catalog()


def _parsed(document: dict[str, Any]) -> Policy:
    policy, problems = parse_policy(json.loads(json.dumps(document)))
    assert not [p for p in problems if p.code != "duplicate-key"], problems
    return policy


def _pair(random: Random, *, principal: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    old = made.document(random, principal=principal)
    if random.random() < 0.6:
        return old, made.variation(random, old, principal=principal)
    return old, made.document(random, principal=principal)


def _of_identity(random: Random, milliseconds: int) -> tuple[Answer, bool | None, object]:
    old, new = _pair(random, principal=False)
    answer = check_no_new_access(_parsed(old), _parsed(new), PolicyKind.IDENTITY, _catalog())
    symbols = symbolic.Symbols()
    formula = z3.And(symbolic.allows(new, symbols, None), z3.Not(symbolic.allows(old, symbols, None)))
    return answer, symbolic.check(formula, symbols, milliseconds), (old, new)


def _of_resource(random: Random, milliseconds: int) -> tuple[Answer, bool | None, object]:
    old, new = _pair(random, principal=True)
    answer = check_no_new_access(_parsed(old), _parsed(new), PolicyKind.RESOURCE, _catalog())
    sat: bool | None = False
    for caller in CALLERS:
        symbols = symbolic.Symbols()
        formula = z3.And(symbolic.allows(new, symbols, caller), z3.Not(symbolic.allows(old, symbols, caller)))
        found = symbolic.check(formula, symbols, milliseconds)
        if found:
            return answer, True, (old, new, caller)
        sat = None if found is None else sat
    return answer, sat, (old, new)


def _of_grant(random: Random, milliseconds: int) -> tuple[Answer, bool | None, object]:
    policy = made.document(random)
    actions = random.choice(((), ("s3:GetObject",), ("lambda:InvokeFunction", "s3:PutObject")))
    resources = random.choice(
        (
            (),
            ("arn:aws:s3:::bucket/x",),
            ("arn:aws:s3:::b*", "arn:aws:lambda:eu-west-1:111122223333:function:f"),
        )
    )
    answer = check_access_not_granted(
        _parsed(policy), PolicyKind.IDENTITY, _catalog(), actions=actions, resources=resources
    )
    symbols = symbolic.Symbols()
    asked = {"Effect": "Allow", "Action": list(actions) or ["*"], "Resource": list(resources) or ["*"]}
    formula = z3.And(symbolic.allows(policy, symbols, None), symbolic.statement_applies(asked, symbols, None))
    return answer, symbolic.check(formula, symbols, milliseconds), (policy, actions, resources)


def _of_layers(random: Random, milliseconds: int) -> tuple[Answer, bool | None, object]:
    variables = random.random() < 0.25

    def documents(most: int) -> list[dict[str, Any]]:
        return [
            made.document(random, allow=0.75, variables=variables) for _ in range(random.randint(1, most))
        ]

    layers = symbolic.Layers(
        documents(2),
        made.document(random, allow=0.8, variables=variables) if random.random() < 0.5 else None,
        [documents(2) for _ in range(random.choice((0, 0, 1, 2)))],
        made.document(random, principal=True, variables=variables) if random.random() < 0.5 else None,
    )
    boundary = None if layers.boundary is None else (_parsed(dict(layers.boundary)),)
    applied = AppliedPolicies(
        identity=tuple(_parsed(dict(d)) for d in layers.identity),
        permissions_boundary=boundary,
        resource=None if layers.resource is None else _parsed(dict(layers.resource)),
        service_control=tuple(
            Level(str(n), tuple(_parsed(dict(d)) for d in level)) for n, level in enumerate(layers.levels)
        )
        or None,
    )
    if boundary and layers.resource:
        # What a NotPrincipal does together with a boundary is AWS's special case, and tested elsewhere.
        layers.resource = {
            **layers.resource,
            "Statement": [s for s in layers.resource["Statement"] if "NotPrincipal" not in s],
        }
        applied = AppliedPolicies(
            applied.identity, boundary, None, _parsed(dict(layers.resource)), None, applied.service_control
        )
    actions = random.choice(ASKED)
    question = Question(User("111122223333", "alice"), applied, actions, realistic=False)
    answer = find_request(question, _catalog())
    _membership(random, question, answer)
    symbols = symbolic.Symbols()
    asked = {"Effect": "Allow", "Action": list(actions), "Resource": ["*"]}
    formula = z3.And(
        symbolic.request_allowed(layers, symbols), symbolic.statement_applies(asked, symbols, None)
    )
    return answer, symbolic.check(formula, symbols, milliseconds), (layers, actions)


def _membership(random: Random, question: Question, answer: Answer) -> None:
    """A request that the evaluator allows is never of a class that was proved to have none."""
    for _ in range(8):
        context: dict[str, str | tuple[str, ...]] = {}
        for key, values in (
            ("app:team", ("red", "Red", "rod", "blue", "u-alice")), ("app:env", ("red", "bad")), ("aws:sourceip", ("10.1.2.3", "8.8.8.8")),
            ("app:size", ("1", "5.2", "9")), ("aws:currenttime", ("2026-03-01T00:00:00Z",)), ("aws:securetransport", ("true", "false")),
            ("app:owner", ("arn:aws:iam::111122223333:role/a",)), ("aws:username", ("alice",)),
        ):  # fmt: skip
            if random.random() < 0.6:
                context[key] = random.choice(values)
        if random.random() < 0.5:
            context["aws:tagkeys"] = tuple(random.sample(("red", "blue", "Red"), random.randint(0, 2)))
        action = random.choice(("s3:GetObject", "s3:PutObject", "lambda:InvokeFunction", "dynamodb:Query"))
        resource = random.choice(
            (
                "arn:aws:s3:::bucket/x",
                "arn:aws:s3:::bucket",
                "arn:aws:lambda:us-east-1:111122223333:function:f1",
            )
        )
        if not any(matches(glob(a.lower()), action.lower()) for a in question.actions):
            continue
        request = Request(question.caller, action, resource, None, context)
        allowed = evaluate(request, question.applied, neutral(_catalog())).outcome is Outcome.ALLOWED
        assert not (allowed and isinstance(answer, Proved)), (request, question)


_KINDS = (_of_identity, _of_identity, _of_resource, _of_layers, _of_layers, _of_grant)


def run(seeds: Sequence[int], milliseconds: int = 500) -> tuple[Counter[str], list[str]]:
    """How the two answered for each seed, and the disagreements."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for seed in seeds:
        random = Random(seed)
        kind = random.choice(_KINDS)
        try:
            answer, satisfiable, case = kind(random, milliseconds)
        except Exception as error:  # noqa: BLE001  # told with its seed
            wrong.append(f"seed {seed} {kind.__name__}: {type(error).__name__}: {error}")
            continue
        told = "open" if satisfiable is None else "sat" if satisfiable else "unsat"
        counts[f"{kind.__name__[4:]:9}{type(answer).__name__:10} z3 {told}"] += 1
        if isinstance(answer, Undecided):
            counts[f"undecided: {answer.reasons[0]}"] += 1
        if (isinstance(answer, Proved) and satisfiable) or (
            isinstance(answer, Refuted) and satisfiable is False
        ):
            wrong.append(f"seed {seed} {kind.__name__}: {answer} z3 {told}: {case}")
    return counts, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--milliseconds", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    parts = [seeds[start : start + 100] for start in range(0, len(seeds), 100)]
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    started = time.perf_counter()
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for found, bad in pool.map(run, parts, [arguments.milliseconds] * len(parts)):
            counts += found
            wrong += bad
            for line in bad:
                print(line, flush=True)
    for name, count in sorted(counts.items()):
        print(f"{count:7} {name}")
    print(f"{len(seeds)} questions, {len(wrong)} disagreements, {time.perf_counter() - started:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
