"""Where accounts may be in an organization: what is not known of it is never a no."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.decisions import CallerKind, ResourceRule, Situation
from wa_policy.evaluator.evaluate import Decision, Outcome
from wa_policy.formal.membership import (
    ANYWHERE,
    NO_MEMBER,
    OUTSIDE,
    Membership,
    agreed,
    member_of,
    memberships,
)
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.graph.trusts import Trusts
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, PolicyKind
from wa_policy.iam.principal import AwsService
from wa_policy.iam.request import Request
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    AccountPlace,
    Inventory,
    NoOrganization,
    NotExported,
    Organization,
    Present,
    Principal,
    PrincipalKind,
    Resource,
)

OWN = "o-own1234567"
ROLE = "arn:aws:iam::111122223333:role/worker"
MISSING = NotExported("organizations describe-organization")


def trust(**condition: Any) -> Policy:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return parse_policy(document, Source("trust"), PolicyKind.TRUST)[0]


def organization(own: str | None = OWN) -> Organization:
    return Organization(own, None, {})


BY_ID = trust(StringEquals={"aws:SourceOrgID": OWN})
BY_PATH = trust(**{"ForAnyValue:StringLike": {"aws:SourceOrgPaths": f"{OWN}/r-ab12/ou-ab12-*/*"}})
UNBOUND = trust()


@pytest.mark.parametrize(
    ("known", "policy", "found"),
    [
        (NoOrganization(), BY_ID, (NO_MEMBER,)),
        (organization(), BY_ID, (member_of(OWN),)),
        (MISSING, UNBOUND, (NO_MEMBER,)),
        (MISSING, BY_ID, (ANYWHERE, NO_MEMBER, OUTSIDE, member_of(OWN))),
        (organization(None), BY_ID, (ANYWHERE, NO_MEMBER, OUTSIDE, member_of(OWN))),
        (
            organization(),
            BY_PATH,
            (ANYWHERE, member_of(OWN), Membership(OWN, f"{OWN}/r-ab12/ou-ab12-z/z")),
        ),
    ],
)
def test_what_policies_can_tell_apart(
    known: Organization | NoOrganization | NotExported, policy: Policy, found: tuple[Membership, ...]
) -> None:
    told = memberships(replace(Inventory(), organization=known), policy.statements)
    assert told.found == found
    assert (told.doubt is not None) is (len(found) > 1)


DOUBT = Unknown(UnknownKind.NOT_EXPORTED, "doubt")
REFUTED = Refuted(
    Request(AwsService("lambda.amazonaws.com"), "sts:AssumeRole", ROLE),
    Decision(
        Outcome.ALLOWED,
        Situation(CallerKind.SERVICE, True, ResourceRule.MUST_GRANT, resource_control_applies=False),
    ),
)
OTHER = Undecided((Unknown(UnknownKind.BUDGET, "other"),))


@pytest.mark.parametrize(
    ("answers", "answer"),
    [
        ((Proved(),), Proved()),
        ((Proved(), Proved(("last",))), Proved(("last",))),
        ((Proved(), OTHER), OTHER),
        ((Proved(), REFUTED), Undecided((DOUBT,))),
        ((REFUTED, REFUTED), REFUTED),
    ],
)
def test_an_answer_is_that_of_all(answers: tuple[Answer, ...], answer: Answer) -> None:
    assert agreed(answers, DOUBT) == answer


def truth(policy: Policy, known: Organization | NoOrganization | NotExported, catalog: Catalog) -> object:
    role = Principal(
        PrincipalKind.ROLE, ROLE, "111122223333", "worker", "/", Source("iam"), trust=Present(policy)
    )
    resource = Resource("AWS::IAM::Role", ROLE, "worker", "111122223333", None, {}, Source("iam"))
    inventory = replace(Inventory(), principals=(role,), resources=(resource,), organization=known)
    found = Trusts(inventory, catalog).service(role, "lambda.amazonaws.com")
    return "unknown" if isinstance(found, Unknown) else found


@pytest.mark.parametrize(
    ("policy", "known", "expected"),
    [
        (BY_ID, NoOrganization(), False),
        (BY_ID, MISSING, "unknown"),
        (trust(StringNotEquals={"aws:SourceOrgID": OWN}), MISSING, "unknown"),
        (trust(StringEquals={"aws:SourceAccount": "444455556666"}), MISSING, False),
        (BY_PATH, NoOrganization(), False),
    ],
)
def test_a_service_is_not_refused_for_an_organization_that_was_not_exported(
    policy: Policy, known: Organization | NoOrganization | NotExported, expected: object, catalog: Catalog
) -> None:
    assert truth(policy, known, catalog) == expected


@pytest.mark.parametrize(("policy", "expected"), [(BY_ID, True), (BY_PATH, "unknown")])
def test_a_path_in_an_organization_is_not_known(policy: Policy, expected: object, catalog: Catalog) -> None:
    known = Organization(OWN, "444455556666", {"111122223333": AccountPlace((), ())})
    assert truth(policy, known, catalog) == expected
