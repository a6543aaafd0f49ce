"""`extends`: what a rule takes from another one, and what it may change."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.errors import RuleError
from wa_policy.findings import Severity
from wa_policy.inventory.model import Inventory
from wa_policy.loaders.load import load as read
from wa_policy.rules.examples import run_example
from wa_policy.rules.model import AllOf, AnyOf, Rule
from wa_policy.rules.pack import compiled, load_folders, load_pack
from wa_policy.rules.run import run
from wa_policy.settings import Settings

BASE = next(rule for rule in load_pack() if rule.id == "lambda-permission-untrusted-account")


@cache
def acme() -> Inventory:
    return read([str(Path(__file__).resolve().parents[2] / "fixtures" / "acme")])


def load(folder: Path, catalog: Catalog, **files: str) -> dict[str, Rule]:
    for name, text in files.items():
        (folder / f"{name.replace('_', '-')}.yaml").write_text(text, encoding="utf-8")
    return {rule.id: rule for rule in load_folders([folder], catalog)}


def problems(folder: Path, catalog: Catalog, **files: str) -> list[tuple[str, int, str]]:
    with pytest.raises(RuleError) as raised:
        load(folder, catalog, **files)
    return [(Path(one.file).name, one.line, one.message) for one in raised.value.problems]


def test_a_rule_takes_over_all_that_it_does_not_say(catalog: Catalog, tmp_path: Path) -> None:
    found = load(tmp_path, catalog, mine=f"id: mine\nextends: {BASE.id}\nseverity: critical\n")["mine"]
    assert found.severity is Severity.CRITICAL
    for word in ("check", "each", "select", "when", "parameters", "message", "why", "fix", "profile", "lens"):
        assert getattr(found, word) == getattr(BASE, word)
    assert [example.name for example in found.examples] == [example.name for example in BASE.examples]
    assert [mismatch for example in found.examples for mismatch in run_example(found, example, catalog)] == []


def test_when_select_fix_and_parameters_narrow(catalog: Catalog, tmp_path: Path) -> None:
    text = f"""
id: mine
extends: {BASE.id}
when: {{Runtime: {{exists: true}}}}
fix: {{terraform: "x"}}
parameters: {{trusted_accounts: {{default: ["444455556666"]}}}}
"""
    found = load(tmp_path, catalog, mine=text)["mine"]
    assert isinstance(found.when, AllOf)
    assert found.when.tests[0] == BASE.when
    assert found.fix == {**BASE.fix, "terraform": "x"}
    assert {one.name: one.default for one in found.parameters} == {
        "trusted_accounts": ("444455556666",),
        "trusted_orgs": (),
    }
    assert found.parameters[0].doc == BASE.parameters[0].doc


def test_a_rule_may_extend_one_that_extends(catalog: Catalog, tmp_path: Path) -> None:
    found = load(
        tmp_path,
        catalog,
        one=f"id: one\nextends: {BASE.id}\nwhen: {{Runtime: {{exists: true}}}}\nseverity: low\n",
        two="id: two\nextends: one\ntitle: the second\n",
    )
    assert found["two"].when == found["one"].when
    assert found["two"].severity is Severity.LOW
    assert found["two"].title == "the second"


def test_a_circle_an_unknown_id_and_itself_are_errors(catalog: Catalog, tmp_path: Path) -> None:
    assert problems(
        tmp_path,
        catalog,
        one="id: one\nextends: two\n",
        two="id: two\n\nextends: one\n",
        self="id: self\nextends: self\n",
    ) == [
        (
            "one.yaml",
            2,
            "found the circle `one` → `two` → `one`, expected a rule that does not extend this one",
        ),
        ("self.yaml", 2, "found the circle `self` → `self`, expected a rule that does not extend this one"),
        (
            "two.yaml",
            3,
            "found the circle `two` → `one` → `two`, expected a rule that does not extend this one",
        ),
    ]


def test_the_nearest_id_is_named(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(RuleError) as raised:
        load(tmp_path, catalog, mine="id: mine\nextends: lambda-policy-publik\n")
    (problem,) = raised.value.problems
    assert problem.message == "found the rule `lambda-policy-publik`, expected the id of a rule"
    assert problem.advice == "did you mean `lambda-policy-public`?"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("forbid: {}", 3, f"found `forbid` beside `extends`, which is that of rule `{BASE.id}`"),
        ("each: {statements: {policies: resource}}", 3, f"found `each` beside `extends`, which is that of rule `{BASE.id}`"),
        ("sevrity: low", 3, f"found `sevrity` beside `extends`, which is that of rule `{BASE.id}`"),
        ("select: AWS::SQS::Queue", 3, f"found `AWS::SQS::Queue`, expected one of `AWS::Lambda::Function`, as rule `{BASE.id}` selects"),
        ("parameters:\n  trusted_orgs: {type: [text], default: []}", 4, f"found the type `[text]`, expected `[organization]` as in rule `{BASE.id}`"),
        ("severity: worst", 3, "found `worst`, expected one of `critical`, `high`, `medium`, `low`, `info`"),
        ("when: {Nonsense: {exists: true}}", 3, "found the property of `AWS::Lambda::Function` `Nonsense`"),
    ],
)  # fmt: skip
def test_what_it_may_not_change_is_an_error(
    catalog: Catalog, tmp_path: Path, text: str, line: int, message: str
) -> None:
    found = problems(tmp_path, catalog, mine=f"id: mine\nextends: {BASE.id}\n{text}\n")
    assert found[0][1] == line
    assert found[0][2].startswith(message)


def test_a_base_that_is_wrong_itself_breaks_nothing_else(catalog: Catalog, tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        catalog,
        base="id: base\nfix: 3\nselect: 4\n",
        mine="id: mine\nextends: base\nfix: {text: x}\n",
    )
    assert {name for name, _, _ in found} == {"base.yaml", "mine.yaml"}


def test_the_compiled_pack_has_whole_rules(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(f"id: mine\nextends: {BASE.id}\n", encoding="utf-8")
    ((_, raw),) = compiled(tmp_path)["rules"]
    assert raw["id"] == "mine"
    assert raw["forbid"]["action"] == "lambda:*"


def test_a_branch_of_the_base_is_no_branch_of_the_rule(catalog: Catalog, tmp_path: Path) -> None:
    text = f"id: mine\nextends: {BASE.id}\nwhen: {{any_of: [{{Runtime: {{exists: true}}}}, {{Timeout: {{at_least: 3}}}}]}}\n"
    found = load(tmp_path, catalog, mine=text)["mine"].when
    assert isinstance(found, AllOf)
    assert isinstance(found.tests[1], AnyOf)


NARROWED = (
    ("lambda-permission-untrusted-account", "when: {Runtime: {matches: 'python*'}}"),
    ("respol-public", "select: AWS::SQS::Queue"),
    ("lambda-role-wildcard-resources", "severity: low"),
)


@pytest.mark.parametrize(("base", "words"), NARROWED)
def test_it_finds_nothing_that_the_other_rule_does_not(
    catalog: Catalog, tmp_path: Path, base: str, words: str
) -> None:
    own = load(tmp_path, catalog, mine=f"id: mine\nextends: {base}\n{words}\n")["mine"]
    inventory = acme()
    report = run([*load_pack(), own], inventory, Settings(), catalog, only=(base, "mine"))
    found: dict[str, set[tuple[str, str]]] = {base: set(), "mine": set()}
    for result in report.findings:
        found[result.rule.id].add((result.subject, result.key))
    assert found["mine"] <= found[base]
    assert found[base], "the test needs a rule that finds something"
