"""`wa-policy rules`: lists, shows, tests, lints, documents and starts rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Run
from wa_policy.api.rule_starters import KINDS
from wa_policy.cli.rules import STARTERS
from wa_policy.rules.pack import load_pack


def test_list_has_all_rules_and_those_of_the_settings(call: Run) -> None:
    done = call("rules", "list")
    assert done.code == 0
    assert len(done.out.splitlines()) == len(load_pack())
    call("rules", "new", "mine", "--kind", "require", "--folder", "rules")
    Path("wa-policy.yaml").write_text("rules: [rules]\nseverities: {mine: info}\ndisable: [respol-public]\n")
    lines = call("rules", "list").out.splitlines()
    assert len(lines) == len(load_pack())
    assert any(line.split()[:2] == ["mine", "info"] for line in lines)


def test_show_has_the_parameters_with_their_values(call: Run) -> None:
    Path("wa-policy.yaml").write_text("parameters: {trusted_accounts: ['444455556666']}\n")
    done = call("rules", "show", "lambda-permission-untrusted-account")
    assert done.code == 0
    assert (
        "Parameters\n  trusted_accounts: [account], 444455556666\n    Accounts that may be given access\n"
        in done.out
    )
    assert "  trusted_orgs: [organization], none\n" in done.out
    assert "Parameters" not in call("rules", "show", "lambda-role-admin").out


def test_a_new_rule_passes_its_test(call: Run) -> None:
    assert STARTERS == KINDS
    done = call("rules", "new", "my-rule", "--kind", "forbid")
    assert (done.code, done.out) == (
        0,
        "my-rule.yaml: change it, then run `wa-policy rules test my-rule.yaml`\n",
    )
    done = call("rules", "test", "my-rule.yaml")
    assert (done.code, done.out) == (0, "1 rule, 3 examples: all as expected\n")
    assert call("rules", "new", "my-rule", "--kind", "forbid").code == 2
    assert call("rules", "new", "respol-public", "--kind", "forbid").code == 2


def test_a_difference_ends_with_1_and_names_the_line(call: Run) -> None:
    call("rules", "new", "my-rule", "--kind", "require")
    text = (
        Path("my-rule.yaml")
        .read_text()
        .replace("slow: fail", "slow: pass")
        .replace("quick: pass", "quick: fail")
    )
    Path("my-rule.yaml").write_text(text)
    done = call("rules", "test", "my-rule.yaml")
    assert done.code == 1
    line = next(number for number, one in enumerate(text.splitlines(), 1) if "slow: pass" in one)
    assert done.out.splitlines()[0] == (
        f"my-rule.yaml:{line}: example `too long, and just right`, `slow`: found fail, expected pass"
    )
    assert done.out.endswith("1 rule, 2 examples: 2 differences from what is expected\n")


def test_a_rule_that_does_not_load_ends_with_2(call: Run) -> None:
    Path("my-rule.yaml").write_text("id: my-rule\nnonsense: 1\n")
    done = call("rules", "test", "my-rule.yaml")
    assert done.code == 2
    assert "my-rule.yaml:2: found the word `nonsense`" in done.err
    assert call("rules", "lint", "my-rule.yaml").code == 2
    assert call("rules", "test", "no-such-rule").code == 2


def test_lint_ends_with_1_for_errors_and_with_strict_for_warnings(call: Run) -> None:
    call("rules", "new", "my-rule", "--kind", "require")
    done = call("rules", "lint", "my-rule.yaml")
    assert (done.code, done.out) == (0, "1 rule: 0 errors, 0 warnings, 0 accepted\n")
    text = Path("my-rule.yaml").read_text()
    Path("my-rule.yaml").write_text(text[: text.index("  - name: the export does not have it")])
    done = call("rules", "lint", "my-rule.yaml")
    assert done.code == 0
    assert ": warning: found no example with the verdict `unknown`" in done.out
    assert call("rules", "lint", "--strict", "my-rule.yaml").code == 1
    Path("my-rule.yaml").write_text(text.replace("Timeout: 60}", "Timeout: 59}"))
    done = call("rules", "lint", "my-rule.yaml")
    assert done.code == 1
    assert "no example notices `/require/Timeout/at_most` with `below` instead" in done.out


def test_docs_writes_checks_and_removes_pages(call: Run) -> None:
    Path("wa-policy.yaml").write_text("packs: [wa-policy/network]\n")
    done = call("rules", "docs", "--output", "pages")
    assert done.code == 0
    names = {path.name for path in Path("pages").glob("*.md")}
    assert "README.md" in names
    assert call("rules", "docs", "--output", "pages", "--check").code == 0
    Path("pages/region-guard.md").write_text("x")
    done = call("rules", "docs", "--output", "pages", "--check")
    assert (done.code, done.err) == (1, "pages/region-guard.md: out of date\n")
    Path("pages/own.md").write_text("# a page of one's own\n")
    Path("wa-policy.yaml").write_text("packs: [wa-policy/network]\ndisable: [vpc-default-guard]\n")
    assert call("rules", "docs", "--output", "pages").code == 0
    assert {path.name for path in Path("pages").glob("*.md")} == names - {"vpc-default-guard.md"} | {"own.md"}


@pytest.mark.parametrize("command", ["list", "show", "test", "lint", "docs", "new"])
def test_each_has_help(call: Run, command: str) -> None:
    assert call("rules", command, "--help").code == 0


def test_an_environment_of_the_settings_is_chosen_by_name(call: Run) -> None:
    call("rules", "new", "my-rule", "--kind", "require", "--folder", "rules")
    Path("wa-policy.yaml").write_text(
        "rules: [rules]\npacks: []\nenvironments: {production: {parameters: {longest_timeout: 900}}}\n"
    )
    Path("lambda.list-functions.json").write_text(
        '{"Functions": [{"FunctionName": "f", "Timeout": 100, '
        '"FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f"}]}'
    )
    scan = ("scan", "lambda.list-functions.json", "--fail-on", "info", "--no-organization")
    assert call(*scan).code == 1
    assert call(*scan, "--environment", "production").code == 0
    assert call(*scan, "--environment", "production", "--param", "longest_timeout=60").code == 1
    done = call(*scan, "--environment", "prod")
    assert done.code == 2
    assert "found the environment `prod`, expected one of `production`" in done.err


def test_a_parameter_of_the_command_line_counts_in_all_environments(call: Run) -> None:
    call("rules", "new", "my-rule", "--kind", "require", "--folder", "rules")
    Path("wa-policy.yaml").write_text(
        "rules: [rules]\npacks: []\n"
        "environments: {production: {accounts: ['111122223333'], parameters: {longest_timeout: 900}}}\n"
    )
    Path("lambda.list-functions.json").write_text(
        '{"Functions": [{"FunctionName": "f", "Timeout": 100, '
        '"FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f"}]}'
    )
    scan = ("scan", "lambda.list-functions.json", "--fail-on", "info", "--no-organization")
    assert call(*scan).code == 0
    assert call(*scan, "--param", "longest_timeout=60").code == 1
