"""Every example of every rule gives the verdicts that it states, read by the real loaders."""

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.findings import Verdict
from wa_policy.rules.examples import inventory_of, run_example
from wa_policy.rules.model import Example, Manual, Rule
from wa_policy.rules.pack import load_folders, policies_folder

RULES = load_folders([policies_folder()], load_catalog())
EXAMPLES = [(rule, example) for rule in RULES for example in rule.examples]

ALWAYS_KNOWN = {"explicit-physical-names": "whether a template writes a name out is a fact of its text"}


def verdicts_of(rule: Rule) -> set[Verdict]:
    found: set[Verdict] = set()
    for example in rule.examples:
        for verdicts in example.expect.values():
            found |= {verdicts} if isinstance(verdicts, Verdict) else set(verdicts.values())
    return found


@pytest.mark.parametrize(
    ("rule", "example"), EXAMPLES, ids=[f"{rule.id}: {example.name}" for rule, example in EXAMPLES]
)
def test_an_example_gives_its_verdicts(rule: Rule, example: Example, catalog: Catalog) -> None:
    assert [str(mismatch) for mismatch in run_example(rule, example, catalog)] == []


@pytest.mark.parametrize(
    ("rule", "example"), EXAMPLES, ids=[f"{rule.id}: {example.name}" for rule, example in EXAMPLES]
)
def test_an_example_is_read_without_problems(rule: Rule, example: Example) -> None:
    assert inventory_of(example).problems == ()


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_a_rule_has_examples_that_fire_are_silent_and_are_unknown(rule: Rule) -> None:
    if isinstance(rule.check, Manual):
        return
    found = verdicts_of(rule)
    assert Verdict.FAIL in found
    assert found & {Verdict.PASS, Verdict.NOT_APPLICABLE}
    # What can be missing from an export is different from rule to rule, but something always can.
    assert (Verdict.UNKNOWN in found) is (rule.id not in ALWAYS_KNOWN)


def test_a_wrong_expectation_is_told(catalog: Catalog) -> None:
    rule = next(rule for rule in RULES if rule.id == "lambda-policy-public")
    example = rule.examples[0]
    wrong = Example(
        example.name,
        example.files,
        {"open": Verdict.PASS, "nobody": Verdict.FAIL},
        example.account,
        example.region,
        example.parameters,
        example.no_organization,
        example.source,
    )
    assert [str(mismatch) for mismatch in run_example(rule, wrong, catalog)] == [
        "rule `lambda-policy-public`, example `everyone`, `open`: found fail, expected pass",
        "rule `lambda-policy-public`, example `everyone`, `nobody`: found none, expected a result",
    ]
