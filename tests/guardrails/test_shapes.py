"""Control policies as they are in use: the right ones are recognised, the wrong ones are shown by a request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.guardrails.defects import defects
from wa_policy.guardrails.generate import guardrails_of
from wa_policy.guardrails.membership import belongs
from wa_policy.guardrails.missing_keys import missing_keys
from wa_policy.guardrails.pack import KINDS
from wa_policy.guardrails.places import DOCUMENTS, Attached, Place, level_of
from wa_policy.guardrails.slips import under
from wa_policy.guardrails.suspects import DefectKind
from wa_policy.guardrails.verify import Enforced, verify
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.request import Request
from wa_policy.iam.source import Source
from wa_policy.rules.model import GuardrailKind
from wa_policy.rules.pack import load_pack
from wa_policy.settings import Settings

FILE = Path(__file__).resolve().parents[2] / "fixtures" / "guardrails" / "shapes.yaml"
SHAPES: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = SHAPES["cases"]
RULES = {rule.id: rule for rule in load_pack()}
KIND = {case["name"]: GuardrailKind(case.get("kind", "scp")) for case in CASES}


def settings(rules: list[str]) -> Settings:
    names = {parameter.name for rule in rules for parameter in RULES[rule].parameters}
    given = SHAPES["parameters"]
    return Settings(parameters={name: tuple(given[name]) for name in names if name in given})


def place_of(case: dict[str, Any]) -> Place:
    policies = []
    for number, document in enumerate(case["documents"]):
        policy, problems = parse_policy(
            {"Version": "2012-10-17", **document}, Source(f"{number}.json"), KINDS[KIND[case["name"]]]
        )
        assert problems == ()
        policies.append(policy)
    attached = tuple(Attached(DOCUMENTS, policy.source.file, policy) for policy in policies)
    return Place((), (level_of(policies),), attached)


def outcome(request: Request, place: Place, kind: GuardrailKind, catalog: Catalog) -> Outcome:
    assert isinstance(place.levels, tuple)
    return evaluate(request, under(kind, place.levels), catalog).outcome


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_shape_enforces_what_it_does(case: dict[str, Any], catalog: Catalog) -> None:
    kind, place = KIND[case["name"]], place_of(case)
    chosen, _ = guardrails_of(
        tuple(RULES.values()), settings(list(case["expect"])), catalog, list(case["expect"])
    )
    found = verify(chosen, lambda _: (place,), catalog)
    assert {one.guardrail.rule_id: one.enforced.value for one in found} == case["expect"]
    for one in found:
        classes = one.guardrail.classes
        if one.hole is not None:
            assert any(belongs(one.hole, of, catalog) for of in classes)
            assert outcome(one.hole, place, kind, catalog) is Outcome.ALLOWED
            if len(case["expect"]) == 1:
                for key, value in case.get("hole", {}).items():
                    assert one.hole.context.get(key.lower()) == value
        if one.denied is not None:
            assert any(belongs(one.denied, of, catalog) for of in classes)
            assert outcome(one.denied, place, kind, catalog) in (
                Outcome.EXPLICITLY_DENIED,
                Outcome.IMPLICITLY_DENIED,
            )
        assert (one.hole is None) is (one.enforced is Enforced.FULL)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_shape_that_does_not_do_what_it_says_is_shown(case: dict[str, Any], catalog: Catalog) -> None:
    kind, place = KIND[case["name"]], place_of(case)
    found = defects(place, kind, missing_keys(load_pack()), catalog)
    assert [one.kind.value for one in found] == case.get("defects", [])
    for one in found:
        denied = one.kind is DefectKind.ALWAYS or one.words.endswith("another statement denies such requests")
        assert (outcome(one.request, place, kind, catalog) is Outcome.EXPLICITLY_DENIED) is denied
