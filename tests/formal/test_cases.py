"""The readable cases of fixtures/formal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.evaluate import Outcome
from wa_policy.formal.checks import check_access_not_granted, check_equivalent, check_no_new_access
from wa_policy.formal.keys import FREE, KeyDomain
from wa_policy.formal.public_access import check_no_public_access
from wa_policy.formal.question import Question, find_request
from wa_policy.formal.strings import Group
from wa_policy.formal.verdicts import Answer, Refuted
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, PolicyKind
from wa_policy.iam.principal import parse_caller

_FOLDER = Path(__file__).parents[2] / "fixtures" / "formal"
CASES = [
    (f"{file.stem}: {case['name']}", case)
    for file in sorted(_FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(file.read_text())
]


def _policy(statements: list[dict[str, Any]]) -> Policy:
    policy, problems = parse_policy({"Version": "2012-10-17", "Statement": statements})
    assert not problems
    return policy


def _answer(case: dict[str, Any], catalog: Catalog) -> Answer:
    facts = case.get("facts", "aws")
    match case["check"]:
        case "find-request":
            return find_request(_question(case), catalog)
        case "no-public-access":
            return check_no_public_access(_policy(case["policy"]), case["resource_type"], catalog)
        case "access-not-granted":
            return check_access_not_granted(
                _policy(case["policy"]),
                PolicyKind.IDENTITY,
                catalog,
                actions=case.get("actions", ()),
                resources=case.get("resources", ()),
                facts=facts,
            )
        case name:
            existing, new = _policy(case["existing"]), _policy(case["new"])
            kind = PolicyKind.RESOURCE if "Principal" in case["new"][0] else PolicyKind.IDENTITY
            check = {"no-new-access": check_no_new_access, "equivalent": check_equivalent}[name]
            return check(existing, new, kind, catalog, facts)


def _question(case: dict[str, Any]) -> Question:
    asked = case["asked"]
    caller = parse_caller(asked["caller"])
    assert caller is not None
    domains = {
        key.lower(): KeyDomain(
            present=not spec.get("absent"),
            groups=(Group(tuple(spec["none_of"]), negated=True),) if "none_of" in spec else (),
        )
        for key, spec in asked["context"].items()
    }
    return Question(
        caller,
        AppliedPolicies(identity=(_policy(case["identity"]),)),
        tuple(asked["actions"]),
        worlds=(lambda key: domains.get(key, FREE),),
        stated=tuple(domains),
    )


@pytest.mark.parametrize(("name", "case"), CASES, ids=[name for name, _ in CASES])
def test_a_case_has_its_answer(name: str, case: dict[str, Any], catalog: Catalog) -> None:
    answer = _answer(case, catalog)
    assert type(answer).__name__.lower() == case["expect"], answer
    if isinstance(answer, Refuted):
        assert answer.decision.outcome is Outcome.ALLOWED
        assert _answer(case, catalog) == answer, "the same question has the same witness"
        assert len(answer.witness.resource) < 100
