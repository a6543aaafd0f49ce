"""The guardrails of the pack: each is derived and proved with two sets of parameters, and says what a reader needs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.guardrails.border import applied, is_denied, near_requests, written
from wa_policy.catalog.model import Catalog
from wa_policy.guardrails.derive import guardrail_of
from wa_policy.guardrails.model import Guardrail
from wa_policy.guardrails.prove import prove
from wa_policy.iam.parse import parse_policy
from wa_policy.rules.model import GuardrailKind, Rule
from wa_policy.rules.pack import load_pack, policies_folder
from wa_policy.rules.parameters import check_settings, values_of
from wa_policy.rules.read import raw_rule
from wa_policy.rules.request_class import Forbid
from wa_policy.settings import ParameterValue

RULES = [rule for rule in load_pack() if rule.guardrail is not None]
SETS: dict[str, list[dict[str, Any]]] = {
    name: sets
    for name, sets in yaml.safe_load(
        Path(__file__).with_name("parameter_sets.yaml").read_text(encoding="utf-8")
    ).items()
    if not name.startswith("_")
}
EACH = [pytest.param(rule, id=rule.id) for rule in RULES]
EACH_SCP = [pytest.param(rule, id=rule.id) for rule in RULES if rule.guardrail is GuardrailKind.SCP]
CASES = [pytest.param(rule, number, id=f"{rule.id}-{number}") for rule in RULES for number in (0, 1)]


def values(rule: Rule, number: int) -> dict[str, ParameterValue]:
    given = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in SETS[rule.id][number].items()
    }
    check_settings([rule], given)
    return values_of(rule, given)


def test_there_are_enough_of_them_and_two_sets_for_each() -> None:
    assert len(RULES) >= 60
    assert [rule.id for rule in RULES] == sorted(SETS)
    assert {name: len(sets) for name, sets in SETS.items() if len(sets) != 2} == {}
    assert [name for name, (one, other) in SETS.items() if one == other] == []


@pytest.mark.parametrize(("rule", "number"), CASES)
def test_a_guardrail_is_proved_and_agrees_with_the_plain_reading(
    rule: Rule, number: int, catalog: Catalog
) -> None:
    guardrail = guardrail_of(rule, values(rule, number), catalog)
    assert isinstance(guardrail, Guardrail), guardrail
    document = written(guardrail.statements)
    proof = prove([guardrail], [document], catalog)
    assert proof.is_proved, proof
    raw = raw_rule(rule.id, (policies_folder() / rule.pillar / f"{rule.id}.yaml").read_text(encoding="utf-8"))
    policies = applied([document], guardrail.kind)
    found = {True: 0, False: 0}
    for request, forbidden in near_requests(raw, guardrail.parameters, catalog, each=40, most=1_500):
        assert is_denied(request, policies, catalog) is forbidden, request
        found[forbidden] += 1
    assert min(found.values()) >= 10, found


@pytest.mark.parametrize("rule", EACH)
def test_principals_can_be_exempt_from_a_guardrail(rule: Rule) -> None:
    docs = {one.doc for other in RULES for one in other.parameters if one.name == "exempt_principals"}
    assert len(docs) == 1
    assert isinstance(rule.check, Forbid)
    assert rule.check.exempt == ("$exempt_principals",)


@pytest.mark.parametrize("rule", EACH)
def test_a_guardrail_has_a_statement_to_copy_and_a_page_to_read(rule: Rule) -> None:
    fix = rule.fix
    assert set(fix) >= {"text", "cloudformation", "terraform"}
    assert [url for url in rule.references if not url.startswith("https://docs.aws.amazon.com/")] == []
    assert rule.references
    assert rule.limits
    if rule.guardrail is GuardrailKind.SCP:
        statements = json.loads(fix["cloudformation"])
        policy, problems = parse_policy({"Version": "2012-10-17", "Statement": statements})
        assert not problems
        assert {statement.effect.value for statement in policy.statements} == {"Deny"}
        assert fix["terraform"].count("statement {") == len(policy.statements)


@pytest.mark.parametrize("rule", EACH_SCP)
def test_the_statement_to_copy_is_the_guardrail_of_the_first_example(rule: Rule, catalog: Catalog) -> None:
    statements = json.loads(rule.fix["cloudformation"])
    document = parse_policy({"Version": "2012-10-17", "Statement": statements})[0]
    exempt = {
        str(value)
        for statement in document.statements
        for condition in statement.conditions
        if condition.folded_key == "aws:principalarn"
        for value in condition.values
    }
    given = {**rule.examples[0].parameters, "exempt_principals": tuple(sorted(exempt))}
    guardrail = guardrail_of(rule, values_of(rule, given), catalog)
    assert isinstance(guardrail, Guardrail), guardrail
    proof = prove([guardrail], [document], catalog)
    assert proof.is_proved, proof


@pytest.mark.parametrize("rule", EACH)
def test_a_rule_that_needs_no_parameter_is_advice(rule: Rule) -> None:
    """Whoever may do everything breaks each of them: in a stricter profile they would drown what else is found."""
    needed = re.search(r"not_empty", json.dumps(rule_when(rule)))
    if rule.guardrail is GuardrailKind.SCP:
        assert (rule.profile.value == "strict") is (needed is not None)


def test_the_page_of_the_catalogue_has_each_with_its_parameters() -> None:
    page = (policies_folder().parent / "docs" / "guardrail-catalogue.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    assert sorted(rows) == [rule.id for rule in RULES]
    for rule in RULES:
        assert rule.guardrail is not None
        names = [one.name for one in rule.parameters if one.name != "exempt_principals"]
        cells = [cell.strip() for cell in rows[rule.id].strip("|").split("|")]
        assert cells[1:] == [rule.guardrail.upper(), ", ".join(f"`{name}`" for name in names), rule.title]


def rule_when(rule: Rule) -> object:
    raw = raw_rule(rule.id, (policies_folder() / rule.pillar / f"{rule.id}.yaml").read_text(encoding="utf-8"))
    return raw.get("when", {})
