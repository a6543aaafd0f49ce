"""Dense policies: generated pairs with 10, 20 and 40 statements that overlap in every dimension.

Goal: at least 95% are decided within 5 s, the others say that the budget is used up within 6 s.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from random import Random
from typing import Any

from wa_policy.catalog.store import load_catalog
from wa_policy.formal import strings
from wa_policy.formal.checks import check_no_new_access
from wa_policy.formal.verdicts import Undecided
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import PolicyKind

_PAIRS = 20
_VERBS = ("Get", "Put", "List", "Delete", "Create", "Update", "Tag")
_SERVICES = ("s3", "lambda", "dynamodb", "sqs", "iam")
_WORDS = ("data", "log", "prod", "test", "team", "app", "web", "eu", "us", "tmp")
_KEYS = ("aws:PrincipalTag/team", "aws:RequestTag/env", "aws:ResourceTag/app")


def _action(random: Random) -> str:
    service = random.choice((*_SERVICES, "*", "?3"))
    return f"{service}:{random.choice((random.choice(_VERBS) + '*', '*' + random.choice(_WORDS).title() + '*', '*'))}"


def _resource(random: Random) -> str:
    words = random.sample(_WORDS, 2)
    return random.choice(
        (
            f"arn:aws:s3:::*{words[0]}*",
            f"arn:aws:s3:::{words[0]}-*/{words[1]}?/*",
            f"arn:aws:lambda:*:*:function:*{words[0]}*{words[1]}*",
            f"arn:aws:{random.choice(_SERVICES)}:*:*:*{words[0]}*",
            f"*{words[0]}*",
        )
    )


def _statement(random: Random) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Effect": "Allow" if random.random() < 0.65 else "Deny",
        "NotAction" if random.random() < 0.1 else "Action": [
            _action(random) for _ in range(random.randint(1, 4))
        ],
        "NotResource" if random.random() < 0.1 else "Resource": [
            _resource(random) for _ in range(random.randint(1, 4))
        ],
    }
    if random.random() < 0.6:
        operator = random.choice(("StringLike", "StringNotLike", "StringEquals", "StringLikeIfExists"))
        values = [f"*{word}*" if "Like" in operator else word for word in random.sample(_WORDS, 2)]
        made["Condition"] = {operator: {random.choice(_KEYS): values}}
    if random.random() < 0.2:
        made.setdefault("Condition", {})["IpAddress"] = {
            "aws:SourceIp": f"10.{random.randrange(4)}.0.0/{random.choice((8, 15, 16))}"
        }
    return made


def main() -> int:
    catalog = load_catalog()
    fine = True
    for size in (10, 20, 40):
        random = Random(size)
        times: list[float] = []
        answers: Counter[str] = Counter()
        late = 0
        for _ in range(_PAIRS):
            statements = [_statement(random) for _ in range(size)]
            changed = list(statements)
            for _ in range(random.choice((0, 1, 3))):
                changed[random.randrange(size)] = _statement(random)
            random.shuffle(changed)
            old, new = (
                parse_policy({"Version": "2012-10-17", "Statement": s})[0] for s in (statements, changed)
            )
            strings.forget()
            started = time.perf_counter()
            answer = check_no_new_access(old, new, PolicyKind.IDENTITY, catalog)
            times.append(time.perf_counter() - started)
            late += times[-1] > (6 if isinstance(answer, Undecided) else 5)
            answers[type(answer).__name__] += 1
        decided = 1 - answers["Undecided"] / _PAIRS
        fine = fine and decided >= 0.95 and not late
        times.sort()
        print(
            f"{size:3} statements: {decided:4.0%} decided, {dict(answers)}; "
            f"median {times[_PAIRS // 2]:.3f} s, worst {times[-1]:.3f} s, {late} too late"
        )
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
