"""Law 5 in full: `can`, `who-can` and `what-can` agree on every principal and resource of an export, for 200 actions.

`python -m tools.graph_agreement [PATH] [--part N/M]`; the test of the same name looks at a sample.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from random import Random

from wa_policy import api
from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.evaluator.asking import answer, ask
from wa_policy.evaluator.evaluate import Outcome
from wa_policy.evaluator.truth import Truth
from wa_policy.graph.query import Who, who_can
from wa_policy.graph.reach import Reach, reach_of
from wa_policy.iam.principal import parse_caller
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory, Principal, PrincipalKind

_ALWAYS = (
    "execute-api:Invoke", "iam:CreateRole", "iam:PassRole", "kms:Decrypt", "kms:ReEncryptFrom", "lambda:InvokeFunction",
    "lambda:InvokeFunctionUrl", "s3:GetObject", "s3:ListAllMyBuckets", "s3:PutObject", "secretsmanager:GetSecretValue",
    "sns:Publish", "sqs:SendMessage", "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:GetCallerIdentity",
    "organizations:LeaveOrganization", "made-up:Action",
)  # fmt: skip
_HOT = (
    "apigateway",
    "dynamodb",
    "ec2",
    "iam",
    "kms",
    "lambda",
    "logs",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "sts",
)


def actions_of(catalog: Catalog, number: int, random: Random) -> list[str]:
    """So many actions: some that always matter, the rest drawn, most of them from services that policies name."""
    names = [name for name in catalog.names(catalog.listed) if ":" in name]
    hot = [name for name in names if name.partition(":")[0] in _HOT]
    drawn = random.sample(hot, number) + random.sample(names, number)
    return [*_ALWAYS, *dict.fromkeys(drawn[: number * 3 // 2])][:number]


def resources_of(inventory: Inventory) -> list[str]:
    """Every resource, some parts of resources, some that were not read, and none."""
    found = [resource.id for resource in inventory.resources if resource.id.startswith("arn:")]
    found += [f"{id_}/key" for id_ in found if ":s3:::" in id_]
    found += [f"{id_}:1" for id_ in found if ":function:" in id_]
    return [
        *found,
        "*",
        "arn:aws:dynamodb:eu-west-1:444455556666:table/unread",
        "arn:aws:iam::aws:policy/AdministratorAccess",
    ]


def disagreements(
    inventory: Inventory, reach: Reach, triples: Iterator[tuple[Principal, str, str]]
) -> Iterator[str]:
    """The triples on which `can` and the graph do not say the same."""
    asked: dict[tuple[str, str], dict[str, Who]] = {}
    catalog = reach.catalog
    for principal, action, resource in triples:
        caller = parse_caller(principal.arn)
        if caller is None:
            continue
        outcome = answer(ask(inventory, caller, action, resource, {}), catalog).outcome
        wanted = "unknown" if outcome is Outcome.UNKNOWN else "yes" if outcome is Outcome.ALLOWED else "no"
        key = (action, resource)
        if key not in asked:
            asked.clear()
            asked[key] = {name: who for who in who_can(reach, *key) for name in who.names}
        who = asked[key].get(principal.arn)
        by_who: Truth = False if who is None else who.access.plain
        truth: Truth = False if who is None else who.access.truth
        if _word(by_who) != wanted:
            yield f"who-can {by_who}, can {wanted}: {principal.arn} {action} {resource}"
        if (truth is True and wanted != "yes") or (truth is False and wanted != "no"):
            yield f"the graph is sure of {truth}, can {wanted}: {principal.arn} {action} {resource}"
        if reach.decides_by_sets(action):
            grant = reach.grant(reach.class_of(principal).actor, action.partition(":")[0], resource)
            plain, bit = grant.plain, catalog.single(action)
            by_what = "yes" if plain.sure & bit else "unknown" if plain.maybe & bit else "no"
            if by_what != wanted:
                yield f"what-can {by_what}, can {wanted}: {principal.arn} {action} {resource}"
            if grant.told & bit and not reach.bits(principal) & bit:
                yield f"the extent lacks {action} of {principal.arn}"


def _word(truth: Truth) -> str:
    return "unknown" if isinstance(truth, Unknown) else "yes" if truth else "no"


def main() -> int:
    """Look at every triple, or at one part of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", nargs="?", default="fixtures/acme")
    parser.add_argument("--part", default="0/1")
    arguments = parser.parse_args()
    part, parts = map(int, arguments.part.split("/"))
    inventory, catalog = api.read([arguments.path]), load_catalog()
    callers = [principal for principal in inventory.principals if principal.kind is not PrincipalKind.GROUP]
    actions = actions_of(catalog, 200, Random(1))
    resources = resources_of(inventory)[part::parts]
    triples = ((p, action, resource) for resource in resources for action in actions for p in callers)
    found = list(disagreements(inventory, reach_of(inventory, catalog), triples))
    print(f"{len(callers) * len(actions) * len(resources)} triples, {len(found)} disagreements")
    print("\n".join(found[:50]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
