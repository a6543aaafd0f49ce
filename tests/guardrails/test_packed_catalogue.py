"""The whole catalogue in its final documents: proved both ways, and checked by the evaluator on either side of the border."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.guardrails.border import applied, is_denied, near_requests
from tests.reference.forbidden import is_forbidden, types_of
from wa_policy.catalog.model import Catalog
from wa_policy.formal.verdicts import Proved, Refuted
from wa_policy.guardrails.derive import guardrail_of
from wa_policy.guardrails.generate import read_back
from wa_policy.guardrails.limits import Quotas
from wa_policy.guardrails.model import Guardrail
from wa_policy.guardrails.pack import Level, check_unchanged, pack
from wa_policy.guardrails.prove import find_excess, find_forbidden, find_hole, prove
from wa_policy.iam.policy import Policy
from wa_policy.rules.model import GuardrailKind
from wa_policy.rules.pack import load_pack, policies_folder
from wa_policy.rules.parameters import values_of
from wa_policy.rules.read import raw_rule

PLACE = Path(__file__).with_name("parameter_sets.yaml")
SETS: dict[str, list[dict[str, Any]]] = yaml.safe_load(PLACE.read_text(encoding="utf-8"))
RULES = {rule.id: rule for rule in load_pack() if rule.guardrail is not None}
PACKED = [(kind, number) for kind in GuardrailKind for number in (0, 1)]
CASES = [pytest.param(name, number, id=f"{name}-{number}") for name in sorted(RULES) for number in (0, 1)]


@cache
def guardrails(kind: GuardrailKind, number: int, catalog: Catalog) -> tuple[Guardrail, ...]:
    """Those of a kind, each with its own set of parameters."""
    found = []
    for name, rule in sorted(RULES.items()):
        given = {key: tuple(v) if isinstance(v, list) else v for key, v in SETS[name][number].items()}
        one = guardrail_of(rule, values_of(rule, given), catalog)
        assert isinstance(one, Guardrail), one
        if one.kind is kind:
            found.append(one)
    return tuple(found)


@cache
def documents(kind: GuardrailKind, number: int, catalog: Catalog) -> tuple[Policy, ...]:
    """Everything of a kind as it is written, read back; where it is packed as tightly as can be."""
    mine = guardrails(kind, number, catalog)
    packing = pack(mine, kind, Quotas().of(kind), catalog, Level.JOINED)
    assert isinstance(check_unchanged(packing, catalog), Proved)
    return tuple(map(read_back, packing.documents))


@cache
def raw(name: str) -> dict[str, Any]:
    place = policies_folder() / RULES[name].pillar / f"{name}.yaml"
    found: dict[str, Any] = raw_rule(name, place.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(("kind", "number"), PACKED)
def test_the_packed_documents_deny_what_is_forbidden_and_nothing_else(
    kind: GuardrailKind, number: int, catalog: Catalog
) -> None:
    mine = guardrails(kind, number, catalog)
    proof = prove(mine, documents(kind, number, catalog), catalog)
    assert {name: answer for name, answer in proof.holes.items() if not isinstance(answer, Proved)} == {}
    assert isinstance(proof.excess, Proved)
    assert proof.is_proved


@pytest.mark.parametrize(("name", "number"), CASES)
def test_the_evaluator_agrees_on_either_side_of_the_border(name: str, number: int, catalog: Catalog) -> None:
    kind = RULES[name].guardrail
    assert kind is not None
    mine = {one.rule_id: one for one in guardrails(kind, number, catalog)}
    alone = pack([mine[name]], kind, Quotas().of(kind), catalog, Level.JOINED)
    its_own = applied([*map(read_back, alone.documents)], kind)
    packed = applied(documents(kind, number, catalog), kind)
    found = {True: 0, False: 0}
    for request, forbidden in near_requests(
        raw(name), mine[name].parameters, catalog, each=1_000, most=12_000, seed=number
    ):
        found[forbidden] += 1
        assert is_denied(request, its_own, catalog) is forbidden, request
        if found[forbidden] > 20:
            continue
        # Among all guardrails, what this one does not forbid may be denied for another.
        others = (
            is_forbidden(raw(other), one.parameters, request, types_of(raw(other), catalog))
            for other, one in mine.items()
        )
        assert is_denied(request, packed, catalog) is (forbidden or any(others)), request
    assert min(found.values()) >= 1_000, found


@pytest.mark.parametrize("kind", list(GuardrailKind))
def test_the_proof_sees_what_is_lacking_and_what_is_too_much(kind: GuardrailKind, catalog: Catalog) -> None:
    """Without one of its statements a document has a hole; without one of its guardrails it denies too much."""
    mine, written = guardrails(kind, 0, catalog), documents(kind, 0, catalog)
    for one in mine[:: 1 + len(mine) // 8]:
        assert isinstance(find_forbidden(one, catalog), Refuted), one.rule_id
        assert isinstance(find_hole(one, (), catalog), Refuted) or kind is GuardrailKind.SCP
    lacking = [one for one in mine if one.rule_id not in ("region-guard", "respol-public")]
    assert isinstance(find_excess(lacking, written, catalog), Refuted)
