"""The forms of a review, its comparison with an earlier one, and its answers file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.review.conftest import DAY, FUNCTIONS, asks, judged, made, quick
from wa_policy.errors import LoadError
from wa_policy.findings import RuleFacts, Severity, Waiver
from wa_policy.findings.waivers import waive
from wa_policy.inventory.model import Inventory
from wa_policy.review.answers import questionnaire, read_answers
from wa_policy.review.assess import assess
from wa_policy.review.changes import compared, read_review
from wa_policy.review.lens import lens
from wa_policy.review.model import Answer, Reply, Review, Risk, Task, TaskKind
from wa_policy.review.render_html import render as as_html
from wa_policy.review.render_json import render as as_json
from wa_policy.review.render_markdown import render as as_markdown
from wa_policy.review.wording import missing_in
from wa_policy.settings import Profile

Read = Callable[[dict[str, Any]], Inventory]
RULES = (quick("quick", "sec_sec_q2_a1", 30), asks("asks", "sec_sec_q2_a2"))


def review(inventory: Inventory) -> Review:
    return assess(judged(inventory, *RULES), RULES, (), DAY, Profile.CORE)


def test_a_second_run_shows_what_changed(read: Read, tmp_path: Path) -> None:
    first = tmp_path / "first.json"
    first.write_text(as_json(review(read(FUNCTIONS))))
    mended = dict.fromkeys(FUNCTIONS, FUNCTIONS["Quick"]) | {"New": FUNCTIONS["Slow"]}
    again = compared(review(read(mended)), read_review(str(first)))
    assert again.since == DAY
    shown = [(change.kind.value, change.about, change.what.rpartition(":")[2]) for change in again.changes]
    assert [(kind, about) for kind, about, _ in shown] == [("found", "quick"), ("gone", "quick")]
    good = compared(review(read({"Quick": FUNCTIONS["Quick"]})), read_review(str(first)))
    assert ("better", "sec_sec_q2_a1") in [(change.kind.value, change.about) for change in good.changes]
    assert "not met before, met now" in as_markdown(good)
    same = compared(review(read(FUNCTIONS)), read_review(str(first)))
    assert same.changes == ()
    assert "Nothing changed." in as_markdown(same)
    assert "Nothing changed." in as_html(same)


def changes_from(first: Review, second: Review, folder: Path) -> list[tuple[str, str, str]]:
    file = folder / "before.json"
    file.write_text(as_json(first))
    again = compared(second, read_review(str(file)))
    return [(change.kind.value, change.about, change.what) for change in again.changes]


def test_what_was_accepted_or_is_not_known_is_not_gone(read: Read, tmp_path: Path) -> None:
    first = review(read({"F": FUNCTIONS["Slow"]}))
    slow = read({"F": FUNCTIONS["Slow"]})
    waiver = Waiver("quick", "*", "it is slow", "ann")
    report = waive(judged(slow, *RULES), [waiver], DAY, {"quick", "asks"})
    accepted = assess(report, RULES, (), DAY, Profile.CORE)
    open_ = review(read({"F": FUNCTIONS["Open"]}))
    for second, word in ((accepted, "accepted"), (open_, "not known")):
        found = changes_from(first, second, tmp_path)
        assert [(kind, about) for kind, about, _ in found if about == "quick"] == [("other", "quick")]
        assert found[0][2].endswith(f"found before, {word} now")
    back = changes_from(accepted, first, tmp_path)
    assert [(kind, what.partition(" (")[2]) for kind, about, what in back if about == "quick"] == [
        ("found", "accepted before)")
    ]


def test_another_profile_and_another_risk_are_told(read: Read, tmp_path: Path) -> None:
    # REL 1: required a1, good a2, best a3.
    rules = (
        quick("one", "rel_rel_q1_a1", 30),
        quick("two", "rel_rel_q1_a2", 1),
        quick("three", "rel_rel_q1_a3", 90),
    )

    def of(name: str, profile: Profile) -> Review:
        return assess(judged(read({"F": FUNCTIONS[name]}), *rules), rules, (), DAY, profile)

    found = changes_from(of("Slow", Profile.CORE), of("Quick", Profile.STRICT), tmp_path)
    assert ("other", "profile", "rules of profile core before, of profile strict now") in found
    (risk,) = (what for kind, about, what in found if (kind, about) == ("better", "rel_q1"))
    assert risk.endswith("Risk high before, medium now")


def test_what_several_rules_wait_for_stands_once() -> None:
    choice = lens()[0].questions[0].choices[0]

    def task(rule: str, risk: Risk, *missing: str) -> Task:
        facts = RuleFacts(rule, rule, "security", Severity.LOW, Profile.CORE)
        return Task(TaskKind.FIND_OUT, risk, choice, facts, "", (), missing)

    tags = [f"not exported: lambda list-tags for `{name}`" for name in "abc"]
    found = missing_in(
        (
            task("one", Risk.HIGH, *tags[:2]),
            task("two", Risk.MEDIUM, *tags[1:], "unresolved: `x` for once"),
            task("three", Risk.HIGH, "not exported: kms list-keys for `k`"),
        )
    )
    assert [(one.what, one.times, one.risk, one.rules) for one in found] == [
        ("not exported: lambda list-tags", 3, Risk.HIGH, ("one", "two")),
        ("not exported: kms list-keys for `k`", 1, Risk.HIGH, ("three",)),
        ("unresolved: `x` for once", 1, Risk.MEDIUM, ("two",)),
    ]


def test_rules_with_little_to_say_share_a_line(read: Read) -> None:
    choice = "sec_sec_q2_a1"
    rules = (
        quick("fails", choice, 1),
        quick("passes", choice, 900),
        quick("passes-too", choice, 901),
        made("silent", choice, select="AWS::SQS::Queue", require={"FifoQueue": {"equals": True}}),
        quick("hint", choice, 2, profile="strict"),
    )
    found = assess(judged(read(FUNCTIONS), *rules), rules, (), DAY, Profile.CORE)
    text = as_markdown(found)
    of_choice = text.partition("## SEC 2")[2].partition("\n- ")[2].partition("\n\n")[0].splitlines()
    # Open is not known: unknown for each rule, so that none but the silent one passes as a whole.
    assert of_choice[-2:] == [
        "  - hints beyond the profile: `hint` (2 findings, 1 unknown)",
        "  - 1 rule found nothing to judge",
    ]
    known = {name: FUNCTIONS[name] for name in ("Slow", "Quick")}
    text = as_markdown(assess(judged(read(known), *rules), rules, (), DAY, Profile.CORE))
    assert "  - pass: `passes`, `passes-too`\n" in text
    assert "  - `fails` (high): 2 findings\n" in text
    assert "`silent`" not in text


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "expected JSON"), ("[]", "found no format"), ('{"format": "x"}', "found the format `x`")],
)
def test_what_is_no_review_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "before.json"
    file.write_text(text)
    with pytest.raises(LoadError, match=message):
        read_review(str(file))


def test_all_forms_are_the_same_twice(read: Read) -> None:
    for form in (as_markdown, as_html, as_json, questionnaire):
        assert form(review(read(FUNCTIONS))) == form(review(read(FUNCTIONS)))


def test_text_from_the_input_is_no_markup(read: Read) -> None:
    evil = "<img src=x onerror=alert(1)>|`x`"
    inventory = read(
        {"F": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": evil, "Timeout": 900}}}
    )
    found = review(inventory)
    assert any(evil in subject for task in found.tasks for subject in task.subjects)

    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.tags: set[str] = set()

        def handle_starttag(self, tag: str, attrs: Any) -> None:
            del attrs
            self.tags.add(tag)

    parser = Tags()
    parser.feed(as_html(found))
    assert "img" not in parser.tags
    assert "script" not in parser.tags
    lines = [line for line in as_markdown(found).splitlines() if "onerror" in line]
    assert lines
    assert all("``" in line for line in lines)


def test_the_questions_become_answers(read: Read, tmp_path: Path) -> None:
    text = questionnaire(review(read(FUNCTIONS)))
    assert "# Who looks at it?" in text
    assert yaml.safe_load(text) == {"answers": None}
    file = tmp_path / "answers.yaml"
    assert "  # - rule: asks" in text
    file.write_text(
        text.replace("  #   * ", "  # * ")
        .replace("  # - ", "  - ")
        .replace("  #   ", "    ")
        .replace("author:", "author: ann")
        .replace("reply: ", "reply: yes ")
    )
    (found,) = read_answers(str(file), RULES)
    assert (found.rule, found.reply, found.author, found.given) == ("asks", Reply.YES, "ann", DAY)


def test_an_entry_says_what_it_is_about_and_what_was_said_before(read: Read) -> None:
    whole = asks("asks", "sec_sec_q2_a2")
    each = asks("each", "sec_sec_q2_a2", select="AWS::Lambda::Function")
    old = Answer("asks", Reply.YES, "ann", date(2025, 1, 1), note="seen")
    inventory = read(FUNCTIONS)
    found = assess(judged(inventory, whole, each), (whole, each), (old,), DAY, Profile.CORE)
    text = questionnaire(found)
    assert "  # Before: yes, said ann on 2025-01-01, held until 2025-04-11: seen" in text
    assert text.count("- rule: each") == 1
    of_each = text.partition("- rule: each")[2]
    assert re.findall(r'(?:subject:|# or) ".*-(Open|Quick|Slow)-.*"', of_each) == ["Open", "Quick", "Slow"]
    assert "subject:" not in text.partition("- rule: asks")[2].partition("- rule")[0]


BAD = [
    ("answers: [{rule: ask, reply: yes, author: a, date: '2026-01-01'}]", "expected the id of a manual rule"),
    (
        "answers: [{rule: quick, reply: yes, author: a, date: '2026-01-01'}]",
        "expected the id of a manual rule",
    ),
    ("answers: [{rule: asks, reply: perhaps, author: a, date: '2026-01-01'}]", "perhaps"),
    ("answers: [{rule: asks, reply: yes, author: a, date: '2026-02-30'}]", "expected a date"),
    ("answers: [{rule: asks, reply: yes, author: a}]", "date"),
    ("answers: [{rule: asks, reply: , author: a, date: '2026-01-01'}]", "`yes`, `no` or `not applicable`"),
    ("answer: []", "answer"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_wrong_answers_are_told_with_their_place(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(text)
    with pytest.raises(LoadError) as caught:
        read_answers(str(file), RULES)
    assert any(message in str(problem) for problem in caught.value.problems)


def test_the_json_has_each_choice_once(read: Read) -> None:
    members = json.loads(as_json(review(read(FUNCTIONS))))
    assert date.fromisoformat(members["day"]) == DAY
    ids = [c["id"] for p in members["pillars"] for q in p["questions"] for c in q["choices"]]
    assert len(ids) == len(set(ids)) == 38
    (choice,) = (
        c
        for p in members["pillars"]
        for q in p["questions"]
        for c in q["choices"]
        if c["id"] == "sec_sec_q2_a1"
    )
    assert choice["standing"] == "not met"
    assert choice["rules"][0]["verdicts"] == {"pass": 1, "fail": 1, "unknown": 1}
