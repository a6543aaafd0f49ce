"""Each twin is one thing in four forms: what AWS answers, a template, a SAM template, a plan. No rule may tell them apart.

`case.yaml` of a twin says what its main rule finds, once. All other verdicts are compared between the forms. A cell that a
form cannot decide is declared there, with its reason: the verdict has to be unknown in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from wa_policy.catalog.store import load_catalog
from wa_policy.findings import Report
from wa_policy.iam.unknown import UnknownKind
from wa_policy.inventory.model import Assumptions
from wa_policy.loaders.load import load
from wa_policy.rules.pack import load_pack
from wa_policy.rules.run import run
from wa_policy.settings import Profile, Settings

TWINS = Path(__file__).parents[2] / "fixtures" / "twins"
CASES = sorted(path.parent for path in TWINS.glob("*/case.yaml"))
FORMS = {"api": "api", "cloudformation": "template.yaml", "sam": "sam.yaml", "terraform": "plan.json"}
ASSUME = Assumptions(account="111122223333", region="eu-west-1", no_organization=True)
VARIANTS = (
    *("grant-reference", "grant-none", "grant-star", "grant-bucket-arn-only", "grant-source-account"),
    *("grant-regional-service", "grant-account-principal", "grant-unresolved", "grant-organization"),
    "grant-wildcard-account",
)

Verdicts = Mapping[tuple[str, str, str], tuple[str, ...]]
"""By rule, type and name of the subject."""

each_case = pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)


@dataclass(frozen=True)
class Twin:
    """A case with what is expected of it."""

    title: str
    expect: Mapping[str, Mapping[str, str]]
    cells: Mapping[str, Mapping[str, str]]


@cache
def read(folder: Path) -> Twin:
    raw: Mapping[str, Any] = yaml.safe_load((folder / "case.yaml").read_text())
    return Twin(raw["title"], raw["expect"], raw.get("cells", {}))


@cache
def report(path: Path) -> Report:
    inventory = load([str(path)], assume=ASSUME)
    assert inventory.problems == ()
    return run(load_pack(), inventory, Settings(profile=Profile.ADVICE), load_catalog())


# Rules about how a template is written, or by what only one form tells.
OF_ONE_FORM = {
    "definition-no-secrets": "methods are resources of their own in CloudFormation alone",
    "explicit-physical-names": "about names that a template writes out",
    "function-unique-code": "answers tell the hash of the code, templates where it lies",
    "lambda-permission-dangling-source": "answers tell what is there, templates what they make",
    "lambda-timeout-explicit": "what is set to the default cannot be told from what is not set in plans",
    "http-api-candidate": "the methods of the plans of these cases have no integrations",
    "lambda-package-size": "answers tell the size of the code",
    "log-retention": "a template without a log group leaves it to Lambda; of what was exported the group itself is judged",
    "lambda-memory-explicit": "what is set to the default cannot be told from what is not set in plans",
    "sns-subscription-dlq": "subscriptions inside of a topic are found on the topic",
    "stack-managed": "what a template or plan makes is of a stack",
    "template-secret-parameter": "about parameters and texts of templates",
}


@cache
def not_told(path: Path) -> frozenset[tuple[str, str]]:
    """The rules and types of subjects of which something is unknown because the form was not given an answer that tells."""
    return frozenset(
        (result.rule.id, result.subject_type)
        for result in report(path).unknown
        if all(why.kind is UnknownKind.NOT_EXPORTED for why in result.reasons)
    )


def verdicts(path: Path) -> Verdicts:
    """The verdicts by the names that all forms have in common: an id that a service makes differs from form to form."""
    results = report(path).results
    named: dict[str, set[str]] = {}
    for result in results:
        named.setdefault(result.subject_type, set()).add(result.subject)
    found: dict[tuple[str, str, str], list[str]] = {}
    for result in results:
        alone = len(named[result.subject_type]) == 1
        name = "*" if alone else re.split("[:/]", result.subject)[-1]
        found.setdefault((result.rule.id, result.subject_type, name), []).append(result.verdict.value)
    return {key: tuple(sorted(values)) for key, values in found.items()}


def needs_translator(form: str) -> None:
    if form == "sam":
        pytest.importorskip("samtranslator", reason="SAM templates are read with aws-sam-translator")


@each_case
@pytest.mark.parametrize("form", FORMS)
def test_the_main_rule_finds_what_it_should(folder: Path, form: str) -> None:
    needs_translator(form)
    twin = read(folder)
    for rule, subjects in twin.expect.items():
        for name, verdict in subjects.items():
            found = {
                value
                for (id_, _, subject), values in verdicts(folder / FORMS[form]).items()
                if id_ == rule and (subject in (name, "*") or name == "*")
                for value in values
            }
            assert found == ({"unknown"} if rule in twin.cells.get(form, {}) else {verdict})


@each_case
@pytest.mark.parametrize("form", [form for form in FORMS if form != "api"])
def test_every_rule_has_the_same_verdict_as_on_the_answers_of_aws(folder: Path, form: str) -> None:
    needs_translator(form)
    cells = read(folder).cells
    first, other = verdicts(folder / FORMS["api"]), verdicts(folder / FORMS[form])
    undecided = {*cells.get("api", {}), *cells.get(form, {})}
    untold = not_told(folder / FORMS["api"]) | not_told(folder / FORMS[form])
    # A subject that one form does not have at all is no twin.
    different = {
        key: (first[key], other[key])
        for key in first.keys() & other.keys()
        if first[key] != other[key]
        and key[0] not in undecided
        and key[0] not in OF_ONE_FORM
        and key[:2] not in untold
    }
    assert different == {}


@pytest.mark.parametrize("form", [form for form in FORMS if form != "api"])
def test_most_verdicts_are_compared(form: str) -> None:
    """What is excused above stays the smaller part."""
    needs_translator(form)
    same = excused = 0
    for folder in CASES:
        first, other = verdicts(folder / FORMS["api"]), verdicts(folder / FORMS[form])
        for key in first.keys() & other.keys():
            same += first[key] == other[key]
            excused += first[key] != other[key]
    assert same > 4 * excused


@each_case
def test_a_declared_cell_is_unknown_and_has_a_reason(folder: Path) -> None:
    for form, rules in read(folder).cells.items():
        needs_translator(form)
        found = verdicts(folder / FORMS[form])
        for rule, reason in rules.items():
            assert reason.strip()
            assert "unknown" in {value for key, values in found.items() if key[0] == rule for value in values}


def test_there_are_forty_cases_and_the_ten_variants_of_a_grant() -> None:
    assert len(CASES) >= 40
    assert {*VARIANTS} <= {folder.name for folder in CASES}
    for folder in CASES:
        assert all((folder / name).exists() for name in FORMS.values())


# --- what must not make a difference in a plan ----------------------------------------------------------------------


def renamed(value: Any, prefix: str) -> Any:
    """The addresses of all resources inside of a module."""
    match value:
        case {"address": str(address)} if "type" in value:
            moved = {key: renamed(item, prefix) for key, item in value.items()}
            return (
                moved
                | {"address": prefix + address}
                | ({"module_address": "module.all"} if "change" in value else {})
            )
        case dict():
            return {key: renamed(item, prefix) for key, item in value.items()}
        case list():
            return [renamed(item, prefix) for item in value]
        case _:
            return value


def in_a_module(plan: dict[str, Any]) -> dict[str, Any]:
    """The same plan with all that it has in a module, and in another order."""
    moved = dict(plan)
    for section in ("planned_values", "prior_state"):
        if section in plan:
            found = renamed(plan[section], "module.all.")
            root = found["root_module"] if section == "planned_values" else found["values"]["root_module"]
            inner = {"address": "module.all", "resources": root.get("resources", [])[::-1]}
            whole = {"root_module": {"child_modules": [inner]}}
            moved[section] = whole if section == "planned_values" else {**found, "values": whole}
    moved["resource_changes"] = renamed(plan["resource_changes"], "module.all.")[::-1]
    configuration = dict(plan["configuration"])
    configuration["root_module"] = {
        "module_calls": {"all": {"source": "./all", "module": configuration["root_module"]}}
    }
    return moved | {"configuration": configuration}


@each_case
def test_a_module_around_it_and_another_order_change_no_verdict(folder: Path, tmp_path: Path) -> None:
    plan = json.loads((folder / "plan.json").read_text())
    moved = tmp_path / "plan.json"
    moved.write_text(json.dumps(in_a_module(plan)))
    assert verdicts(moved) == verdicts(folder / "plan.json")


# --- places ----------------------------------------------------------------------------------------------------------


@each_case
def test_a_finding_points_to_what_stands_in_the_plan(folder: Path) -> None:
    plan = json.loads((folder / "plan.json").read_text())
    for result in report(folder / "plan.json").results:
        if result.verdict.value == "fail":
            assert result.source.file.endswith("plan.json")
            value: Any = plan
            for token in result.source.pointer.split("/")[1:]:
                if isinstance(value, str):
                    value = json.loads(value)  # a policy inside a text
                value = value[int(token)] if isinstance(value, list) else value[token]
            assert value not in (None, "", [])
