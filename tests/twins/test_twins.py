"""Each twin is one thing in four forms: what AWS answers, a template, a SAM template, a plan. No rule may tell them apart.

`case.yaml` of a twin says what its main rule finds, once. All other verdicts are compared between the forms. A cell that a
form cannot decide is declared there, with its reason: it has to be unknown, or it is a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.findings import Report
from wa_policy.inventory.model import Assumptions
from wa_policy.loaders.load import load
from wa_policy.rules.pack import load_pack
from wa_policy.rules.run import run
from wa_policy.settings import Profile, Settings

TWINS = Path(__file__).parents[2] / "fixtures" / "twins"
CASES = sorted(path.parent for path in TWINS.glob("*/case.yaml"))
FORMS = {"api": "api", "cloudformation": "template.yaml", "sam": "sam.yaml", "terraform": "plan.json"}
ASSUME = Assumptions(account="111122223333", region="eu-west-1", no_organization=True)

Verdicts = Mapping[tuple[str, str, str], tuple[str, ...]]
"""By rule, type and name of the subject."""


@dataclass(frozen=True)
class Twin:
    """A case with what is expected of it."""

    name: str
    expect: Mapping[str, Mapping[str, str]]
    cells: Mapping[str, Mapping[str, str]]


def read(folder: Path) -> Twin:
    raw: Mapping[str, Any] = yaml.safe_load((folder / "case.yaml").read_text())
    return Twin(folder.name, raw["expect"], raw.get("cells", {}))


@cache
def report(folder: Path, form: str) -> Report:
    inventory = load([str(folder / FORMS[form])], assume=ASSUME)
    assert [problem for problem in inventory.problems if problem.code != "sam-missing"] == []
    return run(load_pack(), inventory, Settings(profile=Profile.ADVICE), load_catalog())


def verdicts(folder: Path, form: str) -> Verdicts:
    """The verdicts with the names that all forms have in common; ids that a service makes differ."""
    found: dict[tuple[str, str, str], list[str]] = {}
    results = report(folder, form).results
    named: dict[str, set[str]] = {}
    for result in results:
        named.setdefault(result.subject_type, set()).add(result.subject)
    for result in results:
        alone = len(named[result.subject_type]) == 1
        name = "*" if alone else re.split("[:/]", result.subject)[-1]
        found.setdefault((result.rule.id, result.subject_type, name), []).append(result.verdict.value)
    return {key: tuple(sorted(values)) for key, values in found.items()}


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("form", FORMS)
def test_the_main_rule_finds_what_it_should(folder: Path, form: str) -> None:
    twin = read(folder)
    for rule, subjects in twin.expect.items():
        for name, verdict in subjects.items():
            found = {
                value
                for (id_, _, subject), values in verdicts(folder, form).items()
                if id_ == rule and (subject in (name, "*") or name == "*")
                for value in values
            }
            wanted = {"unknown"} if rule in twin.cells.get(form, {}) else {verdict}
            assert found == wanted, (form, rule, name)


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("form", [form for form in FORMS if form != "api"])
def test_every_rule_has_the_same_verdict_in_all_forms(folder: Path, form: str) -> None:
    twin = read(folder)
    first, other = verdicts(folder, "api"), verdicts(folder, form)
    declared = twin.cells.get(form, {})
    different = {
        key: (first.get(key), other.get(key))
        for key in first.keys() | other.keys()
        if first.get(key) != other.get(key) and key[0] not in declared and key[0] not in twin.cells.get("api", {})
    }
    assert different == {}
    for rule in declared:
        assert "unknown" in {value for key, values in other.items() if key[0] == rule for value in values}
