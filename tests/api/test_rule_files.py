"""Rule files: their examples run, and the changes that no example notices."""

from __future__ import annotations

from pathlib import Path

import pytest

from wa_policy.api.rule_files import lint_rules, rule_sources, run_examples
from wa_policy.api.rule_starters import KINDS, new_rule, starter
from wa_policy.errors import LoadError, RuleError, UsageError
from wa_policy.settings import Settings

SHORT = """
id: short
title: Functions are short
pillar: reliability
severity: low
profile: core
select: AWS::Lambda::Function
when: {Runtime: {matches: "python*"}}
require: {Timeout: {at_most: 10}}
message: "{subject} runs for long"
why: It may.
fix: {text: Shorten it.}
examples:
  - name: both
    files:
      lambda.list-functions.json:
        Functions:
          - {FunctionName: a, FunctionArn: "arn:aws:lambda:eu-west-1:111122223333:function:a", Runtime: python3.13, Timeout: 5}
          - {FunctionName: b, FunctionArn: "arn:aws:lambda:eu-west-1:111122223333:function:b", Runtime: python3.13, Timeout: 11}
          - {FunctionName: c, FunctionArn: "arn:aws:lambda:eu-west-1:111122223333:function:c", Runtime: nodejs22.x, Timeout: 11}
    expect:
      a: pass
      b: fail
      c: not applicable
  - name: nothing is known of it
    files:
      lambda.get-policy.d.json: {Policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "111122223333"}, Action: lambda:InvokeFunction, Resource: "arn:aws:lambda:eu-west-1:111122223333:function:d"}]}}
    expect: {d: unknown}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    return tmp_path


def rewrite(folder: Path, old: str, new: str) -> Path:
    file = folder / "short.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def test_examples_that_hold(folder: Path) -> None:
    done = run_examples([str(folder)])
    assert (done.rules, done.examples, done.failures) == (1, 2, ())


def test_a_difference_is_told_with_its_line(folder: Path) -> None:
    file = rewrite(folder, "      a: pass\n", "      a: fail\n")
    (failure,) = run_examples([str(file)]).failures
    assert failure.line == SHORT.splitlines().index("      a: pass") + 1
    assert failure.message == "example `both`, `a`: found pass, expected fail"


def test_a_file_of_an_example_that_cannot_be_read_is_told(folder: Path) -> None:
    rewrite(folder, "lambda.get-policy.d.json: {Policy:", "lambda.get-policy.d.json: {Polcy:")
    found = [failure.message for failure in run_examples([str(folder)]).failures]
    assert any(
        one.startswith("example `nothing is known of it`, file `lambda.get-policy.d.json`:") for one in found
    )


def test_a_survivor_is_told_and_an_example_kills_it(folder: Path) -> None:
    found = lint_rules([str(folder)])
    # Nothing is 10: `below: 10` gives the same verdicts.
    (error,) = found.errors
    assert error.message == "no example notices `/require/Timeout/at_most` with `below` instead"
    assert error.line == SHORT.splitlines().index("require: {Timeout: {at_most: 10}}") + 1
    rewrite(folder, "Timeout: 5}", "Timeout: 10}")
    assert lint_rules([str(folder)]).errors == ()


def test_a_branch_that_no_example_needs_is_told(folder: Path) -> None:
    rewrite(folder, "Timeout: 5}", "Timeout: 10}")
    rewrite(folder, "      c: not applicable\n", "")
    rewrite(folder, "Runtime: nodejs22.x, Timeout: 11", "Runtime: python3.9, Timeout: 11")
    rewrite(folder, "      b: fail\n", "      b: fail\n      c: fail\n")
    assert {error.message for error in lint_rules([str(folder)]).errors} == {
        "no example notices `/when` with left out",
        "no example notices `/when/Runtime/matches` with `exists` instead",
    }


def test_a_rule_without_an_unknown_example_is_a_warning(folder: Path) -> None:
    file = rewrite(folder, "Timeout: 5}", "Timeout: 10}")
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("  - name: nothing is known")], encoding="utf-8")
    found = lint_rules([str(file)])
    assert found.errors == ()
    (warning,) = found.warnings
    assert warning.message.startswith("found no example with the verdict `unknown`")


def test_examples_that_do_not_hold_are_told_in_place_of_what_they_notice(folder: Path) -> None:
    rewrite(folder, "      b: fail\n", "      b: pass\n      z: fail\n")
    (error,) = lint_rules([str(folder)]).errors
    assert error.message == "example `both` does not hold, so that it notices nothing"
    assert error.line == SHORT.splitlines().index("  - name: both") + 1


def test_a_test_that_cannot_hold_is_an_error(folder: Path) -> None:
    rewrite(folder, "at_most: 10}}", "at_most: 10, at_least: 11}}")
    assert any("which nothing meets" in error.message for error in lint_rules([str(folder)]).errors)


ACCEPTED = """
accepted:
  - {rule: "sh*", at: "/require/*", change: "`below` instead", reason: a reason}
"""


def test_an_accepted_survivor_counts_and_one_that_is_gone_is_an_error(folder: Path) -> None:
    (folder / "rule-lint.yaml").write_text(ACCEPTED, encoding="utf-8")
    found = lint_rules([str(folder)])
    assert (found.errors, found.accepted) == ((), 1)
    rewrite(folder, "Timeout: 5}", "Timeout: 10}")
    (error,) = lint_rules([str(folder)]).errors
    assert error.message == "found nothing at `/require/*` of rule `sh*`, expected a finding to accept"
    assert error.line == 3


def test_only_the_change_that_is_named_is_accepted(folder: Path) -> None:
    text = ACCEPTED.replace("`below` instead", "left out")
    (folder / "rule-lint.yaml").write_text(text, encoding="utf-8")
    found = lint_rules([str(folder)])
    assert found.accepted == 0
    assert [error.code for error in found.errors] == ["rule-survivor", "rule-lint-unused"]


def test_a_change_that_breaks_the_language_needs_no_example(folder: Path) -> None:
    rewrite(folder, "Timeout: 5}", "Timeout: 10}")
    # Without its test the parameter would be one that nothing uses.
    rewrite(
        folder,
        "when: {Runtime",
        "parameters: {names: {type: [text], default: [], doc: d}}\nwhen: {parameter: names, is: empty, Runtime",
    )
    assert lint_rules([str(folder)]).errors == ()


def test_of_a_folder_that_was_looked_at_in_part_nothing_is_unused(folder: Path) -> None:
    rewrite(folder, "Timeout: 5}", "Timeout: 10}")
    (folder / "other.yaml").write_text(SHORT.replace("id: short", "id: other"), encoding="utf-8")
    (folder / "rule-lint.yaml").write_text(ACCEPTED, encoding="utf-8")
    assert lint_rules([str(folder / "short.yaml")]).errors == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("accepted: [{rule: a, at: b}]", "found no `reason`, expected it here"),
        ("accepted: [{rule: a, at: b, reason: c, why: d}]", "found the word `why`"),
        ("accept: []", "found the word `accept`"),
    ],
)
def test_a_wrong_registry_is_told_with_its_line(folder: Path, text: str, message: str) -> None:
    (folder / "rule-lint.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(LoadError) as raised:
        lint_rules([str(folder)])
    assert raised.value.problems[0].message.startswith(message)
    assert raised.value.problems[0].line == 1


def test_rules_are_named_by_id_by_file_and_by_folder(folder: Path) -> None:
    assert [one.rule.id for one in rule_sources([str(folder), "lambda-policy-public"], Settings())] == [
        "lambda-policy-public",
        "short",
    ]
    settings = Settings(rule_folders=(str(folder),), packs=())
    assert [one.rule.id for one in rule_sources([], settings)] == ["short"]
    assert [one.rule.id for one in rule_sources(["short"], settings)] == ["short"]
    parts = Settings(rule_folders=(str(folder),), packs=("wa-policy/reliability",))
    assert {one.rule.pillar for one in rule_sources([], parts)} == {"reliability"}
    others = Settings(rule_folders=(str(folder),), packs=("wa-policy/cost",))
    assert {one.rule.pillar for one in rule_sources([], others)} == {"cost", "reliability"}
    with pytest.raises(UsageError, match="found `lambda-policy-publik`") as raised:
        rule_sources(["lambda-policy-publik"], Settings())
    assert raised.value.advice == "did you mean `lambda-policy-public`?"


def test_rules_of_ones_own_in_the_current_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    settings = Settings(rule_folders=(".",), packs=("wa-policy/cost",))
    assert "short" in {one.rule.id for one in rule_sources([], settings)}


def test_a_rule_that_breaks_the_language_is_told(folder: Path) -> None:
    rewrite(folder, "Timeout: {at_most", "Timeut: {at_most")
    with pytest.raises(RuleError, match="Timeut"):
        run_examples([str(folder)])


def test_many_processes_say_what_one_says(folder: Path) -> None:
    for number in range(6):
        text = SHORT.replace("id: short", f"id: short-{number}")
        if number % 2:
            text = text.replace("a: pass", "a: fail")
        (folder / f"short-{number}.yaml").write_text(text, encoding="utf-8")
    assert run_examples([str(folder)], jobs=2) == run_examples([str(folder)], jobs=1)
    assert len(run_examples([str(folder)], jobs=2).failures) == 3
    assert lint_rules([str(folder)], jobs=2) == lint_rules([str(folder)], jobs=1)


# --- starters ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_starter_loads_its_examples_hold_and_notice_changes(kind: str, tmp_path: Path) -> None:
    path = new_rule("my-rule", kind, str(tmp_path))
    assert path.read_text(encoding="utf-8").startswith("#")
    assert run_examples([str(path)]).failures == ()
    found = lint_rules([str(path)])
    assert (found.errors, found.warnings) == ((), ())


def test_a_starter_overwrites_nothing(tmp_path: Path) -> None:
    new_rule("my-rule", "require", str(tmp_path / "new"))
    with pytest.raises(UsageError, match="there is"):
        new_rule("my-rule", "require", str(tmp_path / "new"))
    with pytest.raises(UsageError, match="there is a rule `taken`"):
        new_rule("taken", "require", str(tmp_path), known=frozenset(["taken"]))
    with pytest.raises(UsageError, match="expected lower-case words joined by `-`"):
        starter("My_Rule", "require")
    with pytest.raises(UsageError, match="found the kind `x`"):
        starter("a", "x")
