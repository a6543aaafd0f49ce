"""Law 5: `can`, `who-can` and `what-can` agree. A sample; tools/graph_agreement.py looks at every triple."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.graph.webs import ABROAD, HOME, allow, deny, inventory, organization, resource, role, trust, user
from tools.graph_agreement import actions_of, disagreements, resources_of
from wa_policy import api
from wa_policy.catalog.store import load_catalog
from wa_policy.graph.reach import reach_of
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, NotExported, PrincipalKind

ACME = Path(__file__).parents[2] / "fixtures" / "acme"


@pytest.fixture(scope="module")
def acme() -> Inventory:
    return api.read([str(ACME)])


def check(found: Inventory, number: int, seed: int) -> None:
    catalog, random = load_catalog(), Random(seed)
    callers = [principal for principal in found.principals if principal.kind is not PrincipalKind.GROUP]
    actions, resources = actions_of(catalog, 200, random), resources_of(found)
    triples = [
        (principal, action, arn)
        for action, arn in ((random.choice(actions), random.choice(resources)) for _ in range(number))
        for principal in random.sample(callers, min(6, len(callers)))
    ]
    assert list(disagreements(found, reach_of(found, catalog), iter(triples))) == []


@pytest.mark.parametrize("seed", range(2))
def test_they_agree_on_acme(acme: Inventory, seed: int) -> None:
    check(acme, 150, seed)


def odd() -> Inventory:
    """What acme has not: variables, holes, NotAction, NotResource, NotPrincipal, tags, missing documents."""
    by_name = "arn:aws:s3:::home-${aws:username}"
    by_tag = "arn:aws:sqs:eu-west-1:111122223333:${aws:PrincipalTag/team, 'none'}-queue"
    return inventory(
        user("alice", allow("s3:*", [by_name, f"{by_name}/*"])),
        user("bob", allow("s3:*", [by_name, f"{by_name}/*"])),
        role("a", allow("sqs:*", by_tag), tags={"team": "a"}),
        role("b", allow("sqs:*", by_tag), tags={"team": "b"}),
        role("none", allow("sqs:*", by_tag)),
        role(
            "not",
            {"Effect": "Allow", "NotAction": ["iam:*", "sqs:Send*"], "NotResource": "arn:aws:s3:::home-a*"},
        ),
        role("gap", allow("sns:*"), missing=(Unknown(UnknownKind.NOT_EXPORTED, "a policy"),)),
        role("fenced", allow("*"), boundary=[allow(["s3:*", "sqs:*", "kms:*"]), deny("s3:PutObject")]),
        role(
            "tagged",
            allow("*", Condition={"StringEquals": {"aws:PrincipalTag/team": "x"}}),
            tags={"team": "x"},
        ),
        role("abroad", allow("*"), account=ABROAD, trusts=[trust({"AWS": HOME})]),
        role("named", trusts=[trust({"AWS": f"arn:aws:iam::{HOME}:role/a"})]),
        role("unread", allow("sts:*"), trusts=NotExported("its trust policy")),
        resource("arn:aws:s3:::home-alice"),
        resource("arn:aws:s3:::home-bob", allow("s3:*", "arn:aws:s3:::home-bob/*", Principal="*")),
        resource("arn:aws:sqs:eu-west-1:111122223333:a-queue", allow("sqs:*", Principal={"AWS": ABROAD})),
        resource(
            "arn:aws:sqs:eu-west-1:111122223333:b-queue",
            {
                "Effect": "Deny",
                "NotPrincipal": {"AWS": f"arn:aws:iam::{HOME}:role/b"},
                "Action": "*",
                "Resource": "*",
            },
        ),
        resource("arn:aws:kms:eu-west-1:111122223333:key/1", allow("kms:*", Principal={"AWS": HOME})),
        resource(
            "arn:aws:kms:eu-west-1:111122223333:key/2",
            allow("kms:*", Principal={"AWS": f"arn:aws:iam::{HOME}:role/fenced"}),
        ),
        resource(
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s", document=NotExported("its policy")
        ),
        within=organization(
            service=[
                deny("sns:*", Condition={"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/gap"}})
            ],
            resource=[
                {**deny("sqs:*", Condition={"Bool": {"aws:SecureTransport": "false"}}), "Principal": "*"}
            ],
        ),
    )


@pytest.mark.parametrize("seed", range(4))
def test_they_agree_on_what_is_odd(seed: int) -> None:
    check(odd(), 250, seed)
