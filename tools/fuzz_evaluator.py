"""Random JSON as policies and requests: nothing but the documented errors may come out.

    python tools/fuzz_evaluator.py [--count 100000] [--seed 1]

Each document is read as a policy and asked about a request; every tenth is a whole case in the neutral form. Most
are readable documents with something replaced, removed or renamed, so that at least half give a statement. Documented
are: `LoadError` of `read_case`. Prints the document of the first failure, and exits with 1.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from wa_policy.catalog.store import load_catalog  # noqa: E402
from wa_policy.errors import LoadError  # noqa: E402
from wa_policy.evaluator.applied import AppliedPolicies, Level  # noqa: E402
from wa_policy.evaluator.evaluate import CompiledApplied, Outcome, evaluate  # noqa: E402
from wa_policy.iam.document import to_document  # noqa: E402
from wa_policy.iam.operators import OPERATORS  # noqa: E402
from wa_policy.iam.parse import parse_policy  # noqa: E402
from wa_policy.iam.policy import PolicyKind  # noqa: E402
from wa_policy.iam.principal import parse_caller  # noqa: E402
from wa_policy.iam.source import Source  # noqa: E402
from wa_policy.loaders.neutral import read_case  # noqa: E402

ACCOUNT = "111122223333"
WORDS = (
    *(
        "Version",
        "Statement",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "Condition",
    ),
    *(
        "Allow",
        "Deny",
        "2012-10-17",
        "2008-10-17",
        "*",
        "?",
        "",
        "s3:*",
        "S3:getobject",
        "kms:Decrypt",
        "sts:AssumeRole",
    ),
    *(
        "arn:aws:s3:::bucket/*",
        "arn:aws:s3:::${aws:username}",
        "arn:",
        "arn:aws:kms:us-east-1:111122223333:key/k",
    ),
    *(
        f"arn:aws:iam::{ACCOUNT}:root",
        f"arn:aws:iam::{ACCOUNT}:user/bob",
        f"arn:aws:iam::{ACCOUNT}:role/r",
        ACCOUNT,
    ),
    *(
        f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s",
        f"arn:aws:sts::{ACCOUNT}:federated-user/f",
        "lambda.amazonaws.com",
    ),
    *(
        "AWS",
        "Service",
        "Federated",
        "CanonicalUser",
        "aws:SourceIp",
        "AWS:sourceip",
        "aws:TagKeys",
        "aws:username",
    ),
    *(
        "10.0.0.0/8",
        "::/0",
        "0.0.0.0/33",
        "true",
        "1e999",
        "9" * 400,
        "2024-06-01T00:00:00Z",
        "0000",
        "9999-12-31",
    ),
    *(
        "${",
        "${}",
        "${*}",
        "${aws:username, 'x'}",
        "${a" * 40,
        "\ufdd0",
        "\ufdd5",
        "\x00",
        "\ud800",
        "ünïcode",
        "İ",
        "ß",
    ),
    *(
        "YWI=",
        "a" * 5_000,
        "*" * 60,
        "?*" * 30,
        "id",
        "policies",
        "orgIdentifier",
        "execute-api:Invoke",
        "NONE",
    ),
)
OPERATOR_NAMES = [
    f"{prefix}{operator.name}{suffix}"
    for operator in OPERATORS
    for prefix in ("", "ForAllValues:", "ForAnyValue:")
    for suffix in ("", "IfExists")
]


@dataclass
class Dice:
    """The random choices of one run."""

    random: random.Random

    def word(self) -> str:
        return self.random.choice(WORDS)

    def scalar(self) -> object:
        match self.random.randrange(8):
            case 0:
                return self.random.choice((None, True, False))
            case 1:
                return self.random.choice((0, -1, 10**400, 1.5, -0.0, float("nan"), float("inf"), 2**63))
            case _:
                return self.word()

    def json(self, depth: int = 3) -> Any:
        match self.random.randrange(6) if depth else 5:
            case 0 | 1:
                return {self.word(): self.json(depth - 1) for _ in range(self.random.randrange(4))}
            case 2:
                return [self.json(depth - 1) for _ in range(self.random.randrange(4))]
            case _:
                return self.scalar()

    def words(self) -> Any:
        return (
            self.word()
            if self.random.random() < 0.5
            else [self.word() for _ in range(self.random.randrange(4))]
        )

    def statement(self, *, with_principal: bool) -> dict[str, Any]:
        statement: dict[str, Any] = {"Effect": self.random.choice(("Allow", "Deny"))}
        statement[self.random.choice(("Action", "NotAction"))] = self.words()
        if self.random.random() < 0.8:
            statement[self.random.choice(("Resource", "NotResource"))] = self.words()
        if with_principal:
            kind = self.random.choice(("AWS", "AWS", "Service", "Federated", "CanonicalUser"))
            named = "*" if self.random.random() < 0.3 else {kind: self.words()}
            statement[self.random.choice(("Principal", "Principal", "NotPrincipal"))] = named
        if self.random.random() < 0.6:
            statement["Condition"] = {
                self.random.choice(OPERATOR_NAMES): {self.word(): self.words() for _ in range(2)}
                for _ in range(self.random.randrange(3))
            }
        return statement

    def policy(self) -> Any:
        with_principal = self.random.random() < 0.5
        statements = [
            self.statement(with_principal=with_principal) for _ in range(self.random.randrange(1, 4))
        ]
        policy: Any = {"Version": self.random.choice(("2012-10-17", "2008-10-17")), "Statement": statements}
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            policy = self.mutated(policy)
        return json.dumps(policy) if self.random.random() < 0.05 else policy

    def mutated(self, value: Any) -> Any:
        """The value with one place replaced, removed or renamed."""
        if isinstance(value, dict) and value and self.random.random() < 0.9:
            key = self.random.choice(list(value))
            match self.random.randrange(6):
                case 0:
                    return {k: v for k, v in value.items() if k != key}
                case 1:
                    return {self.word() if k == key else k: v for k, v in value.items()}
                case _:
                    return {**value, key: self.mutated(value[key])}
        if isinstance(value, list) and value and self.random.random() < 0.9:
            index = self.random.randrange(len(value))
            return [self.mutated(item) if i == index else item for i, item in enumerate(value)]
        return self.json()

    def case(self) -> Any:
        callers = [word for word in WORDS if parse_caller(word) is not None]
        principal: Any = self.random.choice((*callers, self.word(), {"type": "Anonymous"}))
        case: Any = {
            "id": "fuzz",
            "request": {
                "principal": principal,
                "action": self.random.choice(
                    ("s3:GetObject", "kms:Decrypt", "execute-api:Invoke", self.word())
                ),
                "resource": {"resource": self.word(), "accountId": ACCOUNT},
                "context": {self.word(): self.words() for _ in range(3)},
            },
            "identityPolicies": [self.policy()],
            "resourcePolicy": self.policy(),
            "sessionPolicy": self.policy(),
            "scps": [{"orgIdentifier": "r", "policies": [self.policy()]}],
            "settings": {"s3": {"blockPublicAccess": True, "bucketAbacEnabled": False}},
        }
        for _ in range(self.random.randrange(3)):
            case = self.mutated(case)
        return case


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    catalog, dice = load_catalog(), Dice(random.Random(arguments.seed))
    kinds = (None, *PolicyKind)
    with_statement = read = 0
    outcomes = dict.fromkeys(Outcome, 0)
    request = read_case({"request": {"principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", "action": "s3:GetObject",
                                     "resource": "arn:aws:s3:::bucket/x"}}, Source("request")).request  # fmt: skip
    for number in range(arguments.count):
        document = dice.policy() if number % 10 else dice.case()
        try:
            if number % 10 == 0:
                try:
                    case = read_case(document, Source("fuzz"))
                except LoadError:
                    continue
                read += 1
                request = case.request
                decision = evaluate(request, case.applied, catalog, case.facts)
            else:
                policy, _ = parse_policy(document, Source("fuzz"), dice.random.choice(kinds))
                with_statement += bool(policy.statements)
                some = (policy,)
                levels = (Level("r", some),)
                applied = AppliedPolicies(some, some, some, policy, some, levels, levels)
                decision = evaluate(request, applied, catalog)
                if decision != evaluate(request, CompiledApplied(applied), catalog):
                    raise AssertionError("the second answer is another")  # noqa: TRY301
                parse_policy(to_document(policy))
            outcomes[decision.outcome] += 1
        except Exception:  # noqa: BLE001  # whatever it is, it must not come out
            traceback.print_exc()
            print(json.dumps(document), f"request: {request}", sep="\n")
            return 1
    share = with_statement / max(1, arguments.count * 9 // 10)
    print(
        f"{arguments.count:,} documents; {share:.0%} of the policies have a statement; {read:,} cases were read"
    )
    print(", ".join(f"{outcome} {count:,}" for outcome, count in outcomes.items()))
    return 0 if share >= 0.5 else 1


if __name__ == "__main__":
    sys.exit(main())
