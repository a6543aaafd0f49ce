"""The proof: what is derived is proved, what is broken is refuted by a request that shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.guardrails.border import applied, is_denied, near_requests, written
from tests.guardrails.made import DEPLOY, MADE, VALUES, Made, own, scp
from tests.guardrails.mutants import mutants
from tests.reference.forbidden import is_forbidden, types_of
from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import Level
from wa_policy.formal.verdicts import Proved, Refuted, Undecided
from wa_policy.guardrails.model import Proof
from wa_policy.guardrails.prove import as_level, find_denied, find_excess, find_hole, prove
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, Version
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.text import Hole, Template
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.rules.parameters import values_of

CASES = [pytest.param(made, number, id=f"{made.name}-{number}") for made in MADE for number in (0, 1)]


@pytest.mark.parametrize(("made", "number"), CASES)
def test_what_is_derived_is_proved_and_agrees_with_the_plain_reading(
    made: Made, number: int, catalog: Catalog
) -> None:
    guardrail = made.guardrail_with(VALUES[number], catalog)
    document = written(guardrail.statements)
    proof = prove([guardrail], [document], catalog)
    assert proof.is_proved, proof
    policies = applied([document], guardrail.kind)
    found = {True: 0, False: 0}
    for request, forbidden in near_requests(made.raw(), guardrail.parameters, catalog, each=200, most=4_000):
        assert is_denied(request, policies, catalog) is forbidden, request
        found[forbidden] += 1
    assert min(found.values()) >= 80, found


@pytest.mark.parametrize("made", [pytest.param(made, id=made.name) for made in MADE])
def test_a_wrong_statement_is_refuted_by_a_request_that_shows_it(made: Made, catalog: Catalog) -> None:
    raw, types = made.raw(), types_of(made.raw(), catalog)
    guardrail = made.guardrail_with(VALUES[0], catalog)
    refuted = 0
    for name, statements in mutants(guardrail.statements):
        document = Policy(Version.OF_2012, statements, NOWHERE)
        policies = applied([document], guardrail.kind)
        proof = prove([guardrail], [document], catalog)
        hole, excess = proof.holes[guardrail.rule_id], proof.excess
        if isinstance(hole, Refuted):
            assert is_forbidden(raw, guardrail.parameters, hole.witness, types), name
            assert not is_denied(hole.witness, policies, catalog), name
        if isinstance(excess, Refuted):
            assert not is_forbidden(raw, guardrail.parameters, excess.witness, types), name
            assert is_denied(excess.witness, policies, catalog), name
        refuted += isinstance(hole, Refuted) or isinstance(excess, Refuted)
        if proof.is_proved:
            # It is wrong in letters only: no request may show a difference.
            for request, forbidden in near_requests(raw, guardrail.parameters, catalog, each=60, most=300):
                assert is_denied(request, policies, catalog) is forbidden, (name, request)
    assert refuted > 0


DEPLOY_GUARD = scp("deploy-guard", own(DEPLOY, {"lambda:VpcIds": {"none_of": "$vpc_ids"}}), exempt=False)
SUBNET_GUARD = scp(
    "subnet-guard", own(DEPLOY, {"lambda:SubnetIds": {"some_other_than": "$subnets"}}), exempt=False
)


def _deny(*conditions: dict[str, dict[str, object]]) -> Policy:
    statements = [
        {"Effect": "Deny", "Action": DEPLOY, "Resource": "*", "Condition": condition}
        for condition in conditions
    ]
    return parse_policy({"Version": "2012-10-17", "Statement": statements})[0]


def _proof(made: Made, document: Policy, catalog: Catalog) -> Proof:
    return prove([made.guardrail_with(VALUES[0], catalog)], [document], catalog)


OWN = {"lambda:VpcIds": ["vpc-0a1b2c3d"]}
NO_VPC, A_VPC = {"lambda:VpcIds": "true"}, {"lambda:VpcIds": "false"}
SUBNETS = {"lambda:SubnetIds": ["subnet-0a1b2c3d", "subnet-0a1b2c3e"]}

# The forms of the published guards on `lambda:VpcIds`, with what is wrong with each: a hole, an excess, or nothing.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
VPC_FORMS = [
    ([{"StringNotEquals": OWN}], "", ""),
    ([{"StringNotEqualsIfExists": OWN}], "", ""),
    ([{"Null": NO_VPC}, {"StringNotEquals": OWN, "Null": A_VPC}], "", ""),
    ([{"ForAllValues:StringNotEquals": OWN}], "", ""),
    ([{"Null": NO_VPC}], "another VPC", ""),
    ([{"StringNotEquals": OWN, "Null": A_VPC}], "no VPC", ""),
    ([{"ForAnyValue:StringNotEquals": OWN}], "no VPC", ""),
    ([{"StringEquals": {"lambda:VpcIds": ["vpc-0bad"]}}], "another VPC", ""),
    ([{"StringNotEquals": {"lambda:VpcIds": ["vpc-0bad"]}}], "vpc-0bad", "vpc-0a1b2c3d"),
    ([{"StringNotLike": {"lambda:VpcIds": ["vpc-0a1b*"]}}], "another VPC", ""),
    ([{}], "", "vpc-0a1b2c3d"),
]


@pytest.mark.parametrize(("conditions", "hole", "excess"), VPC_FORMS)
def test_published_forms_are_judged(
    conditions: list[dict[str, dict[str, object]]], hole: str, excess: str, catalog: Catalog
) -> None:
    proof = _proof(DEPLOY_GUARD, _deny(*conditions), catalog)
    found = proof.holes["deploy-guard"]
    assert isinstance(found, Refuted) is bool(hole)
    if isinstance(found, Refuted):
        vpc = found.witness.context.get("lambda:vpcids")
        assert vpc == {"no VPC": None, "another VPC": vpc}.get(hole, hole)
        assert vpc != "vpc-0a1b2c3d"
    assert isinstance(proof.excess, Refuted) is bool(excess)
    if isinstance(proof.excess, Refuted):
        assert proof.excess.witness.context.get("lambda:vpcids") == excess


SUBNET_FORMS = [
    ([{"ForAnyValue:StringNotEquals": SUBNETS}, {"Null": {"lambda:SubnetIds": "true"}}], True, True),
    ([{"ForAnyValue:StringNotEquals": SUBNETS}], False, True),
    ([{"ForAllValues:StringNotEquals": SUBNETS}], False, True),
    ([{"StringNotEquals": SUBNETS}], False, True),
    ([{"Null": {"lambda:SubnetIds": "true"}}], False, True),
    ([{"ForAnyValue:StringEquals": SUBNETS}, {"Null": {"lambda:SubnetIds": "true"}}], False, False),
]


@pytest.mark.parametrize(("conditions", "is_full", "is_narrow"), SUBNET_FORMS)
def test_published_forms_with_many_values_are_judged(
    conditions: list[dict[str, dict[str, object]]], is_full: bool, is_narrow: bool, catalog: Catalog
) -> None:
    proof = _proof(SUBNET_GUARD, _deny(*conditions), catalog)
    assert isinstance(proof.holes["subnet-guard"], Proved) is is_full
    assert isinstance(proof.excess, Proved) is is_narrow


def test_a_dead_pattern_leaves_everything_open(catalog: Catalog) -> None:
    guardrail = DEPLOY_GUARD.guardrail_with(VALUES[0], catalog)
    (statement,) = guardrail.statements
    dead = replace(
        statement,
        resource=replace(statement.resource, values=("arn:aws:lambda:*:*:function/*",)),  # type: ignore[type-var]
    )
    levels = [as_level([written([dead])])]
    assert isinstance(find_hole(guardrail, levels, catalog), Refuted)
    assert isinstance(find_denied(guardrail, levels, catalog), Proved)
    assert isinstance(find_denied(guardrail, [as_level([written([statement])])], catalog), Refuted)


def test_documents_hold_guardrails_together(catalog: Catalog) -> None:
    made = [one for one in MADE if one.guardrail == "scp"]
    guardrails = [one.guardrail_with(VALUES[0], catalog) for one in made]
    documents = [written(one.statements) for one in guardrails]
    assert prove(guardrails, documents, catalog).is_proved
    # What another guardrail forbids is no excess; without that one it is.
    lacking = [one for one in guardrails if one.rule_id not in ("regions", "root-user")]
    assert isinstance(find_excess(lacking, documents, catalog), Refuted)
    assert all(isinstance(find_hole(one, [as_level(documents)], catalog), Proved) for one in guardrails)


def test_a_level_that_allows_little_leaves_no_hole(catalog: Catalog) -> None:
    guardrail = DEPLOY_GUARD.guardrail_with(VALUES[0], catalog)
    little = parse_policy(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    )[0]
    assert isinstance(find_hole(guardrail, [Level("root", (little,))], catalog), Proved)
    assert isinstance(find_denied(guardrail, [Level("root", (little,))], catalog), Proved)


def test_no_guardrail_forbids_nothing(catalog: Catalog) -> None:
    assert prove([], [], catalog).is_proved
    assert isinstance(find_excess([], [_deny({})], catalog), Refuted)


def test_a_part_that_is_not_known_is_undecided(catalog: Catalog) -> None:
    guardrail = DEPLOY_GUARD.guardrail_with(VALUES[0], catalog)
    (statement,) = guardrail.statements
    reason = Unknown(UnknownKind.UNRESOLVED, "the parameter `Vpc` of the template")
    hole = replace(statement.conditions[0], values=(Template((Hole(reason),)),))
    document = replace(written([statement]), statements=(replace(statement, conditions=(hole,)),))
    found = find_hole(guardrail, [as_level([document])], catalog)
    assert isinstance(found, Undecided)
    assert not prove([guardrail], [document], catalog).is_proved
    assert prove([guardrail], [document], catalog).reasons


@pytest.mark.parametrize("name", ["regions", "some-other", "outsiders"])
def test_the_same_question_has_the_same_answer(name: str, catalog: Catalog) -> None:
    made = next(one for one in MADE if one.name == name)
    rule = made.rule(catalog)
    assert made.guardrail_with(VALUES[0], catalog) == made.guardrail_with(VALUES[0], catalog)
    guardrail = made.guardrail_with(VALUES[0], catalog)
    assert dict(guardrail.parameters) == values_of(rule, VALUES[0])
    broken = [written(guardrail.statements[1:]), _deny({})]
    assert prove([guardrail], broken, catalog) == prove([guardrail], broken, catalog)
