"""The forms of a review, its comparison with an earlier one, and its answers file."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.review.conftest import DAY, FUNCTIONS, asks, judged, quick
from wa_policy.errors import LoadError
from wa_policy.inventory.model import Inventory
from wa_policy.review.answers import questionnaire, read_answers
from wa_policy.review.assess import assess
from wa_policy.review.changes import compared, read_review
from wa_policy.review.model import Reply, Review
from wa_policy.review.render_html import render as as_html
from wa_policy.review.render_json import render as as_json
from wa_policy.review.render_markdown import render as as_markdown
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
        text.replace("  # - ", "  - ").replace("  #   ", "    ").replace("author: ", "author: ann")
    )
    (found,) = read_answers(str(file), RULES)
    assert (found.rule, found.reply, found.author, found.given) == ("asks", Reply.YES, "ann", DAY)


BAD = [
    ("answers: [{rule: ask, reply: yes, author: a, date: '2026-01-01'}]", "expected the id of a manual rule"),
    (
        "answers: [{rule: quick, reply: yes, author: a, date: '2026-01-01'}]",
        "expected the id of a manual rule",
    ),
    ("answers: [{rule: asks, reply: perhaps, author: a, date: '2026-01-01'}]", "perhaps"),
    ("answers: [{rule: asks, reply: yes, author: a, date: '2026-02-30'}]", "expected a date"),
    ("answers: [{rule: asks, reply: yes, author: a}]", "date"),
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
