"""The custom lens and the answers meet each documented limit of the Well-Architected Tool.

https://docs.aws.amazon.com/wellarchitected/latest/userguide/lenses-format-specification.html,
https://docs.aws.amazon.com/wellarchitected/latest/APIReference/API_UpdateAnswer.html and API_ChoiceUpdate.html
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.review.conftest import DAY, FUNCTIONS, asks, judged, quick
from tests.review.test_assess import Read
from wa_policy.review.assess import assess
from wa_policy.review.lens import lens
from wa_policy.review.tool import answers, custom_lens, cut
from wa_policy.rules.pack import load_pack
from wa_policy.settings import Profile


@pytest.fixture(scope="module")
def members() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(custom_lens(load_pack()))
    return found


def questions(members: dict[str, Any]) -> list[dict[str, Any]]:
    return [question for pillar in members["pillars"] for question in pillar["questions"]]


def choices(members: dict[str, Any]) -> list[dict[str, Any]]:
    return [choice for question in questions(members) for choice in question["choices"]]


def test_the_file_has_at_most_500_kb() -> None:
    assert len(custom_lens(load_pack()).encode()) <= 500_000


def test_the_lens_itself(members: dict[str, Any]) -> None:
    assert members["schemaVersion"] == "2021-11-01"
    assert 0 < len(members["name"]) <= 128
    assert len(members["description"]) <= 2_048


def test_at_most_10_pillars_with_ids_of_their_own(members: dict[str, Any]) -> None:
    ids = [pillar["id"] for pillar in members["pillars"]]
    assert len(ids) == len(set(ids)) <= 10
    assert all(re.fullmatch(r"[A-Za-z0-9_]{3,128}", id_) for id_ in ids)
    assert all(0 < len(pillar["name"]) <= 128 for pillar in members["pillars"])
    assert ids == ["operationalExcellence", "security", "reliability", "performance", "costOptimization"]


def test_at_most_20_questions_in_a_pillar(members: dict[str, Any]) -> None:
    assert all(0 < len(pillar["questions"]) <= 20 for pillar in members["pillars"])
    for question in questions(members):
        assert re.fullmatch(r"[A-Za-z0-9_]{3,128}", question["id"])
        assert 0 < len(question["title"]) <= 128
        assert len(question["description"]) <= 2_048
    assert len({question["id"] for question in questions(members)}) == 9


def test_at_most_15_choices_in_a_question(members: dict[str, Any]) -> None:
    for question in questions(members):
        ids = [choice["id"] for choice in question["choices"]]
        assert len(ids) == len(set(ids)) <= 15
        assert [id_ for id_ in ids if id_.endswith("_no")] == [ids[-1]]


def test_the_texts_of_choices(members: dict[str, Any]) -> None:
    for choice in choices(members):
        assert re.fullmatch(r"[A-Za-z0-9_]{3,64}", choice["id"])
        assert 0 < len(choice["title"]) <= 128
        if choice["id"].endswith("_no"):
            assert "improvementPlan" not in choice
            continue
        # The format takes 2,048 characters, ChoiceContent of the API 1,024.
        assert 0 < len(choice["helpfulResource"]["displayText"]) <= 1_024
        assert 0 < len(choice["improvementPlan"]["displayText"]) <= 1_024


def test_at_most_3_risk_rules_one_for_each_level_one_default(members: dict[str, Any]) -> None:
    for question in questions(members):
        rules = question["riskRules"]
        known = {choice["id"] for choice in question["choices"]}
        assert len(rules) <= 3
        assert len({rule["risk"] for rule in rules}) == len(rules)
        assert {rule["risk"] for rule in rules} <= {"HIGH_RISK", "MEDIUM_RISK", "NO_RISK"}
        assert [rule["condition"] == "default" for rule in rules] == [False] * (len(rules) - 1) + [True]
        for rule in rules[:-1]:
            words = rule["condition"].split(" && ")
            assert set(words) <= known
            assert all(words)


def test_every_choice_of_the_lens_is_there(members: dict[str, Any]) -> None:
    of_lens = {choice.id for pillar in lens() for question in pillar.questions for choice in question.choices}
    assert {choice["id"] for choice in choices(members) if not choice["id"].endswith("_no")} == of_lens


def test_the_answers(read: Read) -> None:
    many = [quick(f"quick-{number}", "sec_sec_q2_a1", 1) for number in range(40)]
    rules = (*many, quick("fine", "sec_sec_q2_a3", 900), asks("asks", "sec_sec_q2_a2"))
    inventory = read({name: FUNCTIONS[name] for name in ("Quick", "Slow")})
    review = assess(judged(inventory, *rules), rules, (), DAY, Profile.CORE)
    found = json.loads(answers(review, lens_alias="serverless", workload_id="w"))
    assert (found["LensAlias"], found["WorkloadId"]) == ("serverless", "w")
    by_id = {answer["QuestionId"]: answer for answer in found["Answers"]}
    assert len(by_id) == 9
    for answer in by_id.values():
        assert len(answer["Notes"]) <= 2_084
        assert len(answer["SelectedChoices"]) <= 15
        for id_, update in answer["ChoiceUpdates"].items():
            assert re.fullmatch(r"[a-z0-9_]{1,64}", id_)
            assert update["Status"] in ("SELECTED", "NOT_APPLICABLE", "UNSELECTED")
            assert update.get("Reason", "NONE") in (
                "OUT_OF_SCOPE", "BUSINESS_PRIORITIES", "ARCHITECTURE_CONSTRAINTS", "OTHER", "NONE",
            )  # fmt: skip
            assert len(update["Notes"]) <= 250
            assert (id_ in answer["SelectedChoices"]) is (update["Status"] == "SELECTED")
    security = by_id["sec_q2"]
    assert security["SelectedChoices"] == ["sec_sec_q2_a3"]
    assert "80 finding(s)" in security["ChoiceUpdates"]["sec_sec_q2_a1"]["Notes"]
    assert "1 question(s) open" in security["ChoiceUpdates"]["sec_sec_q2_a2"]["Notes"]


def test_what_is_cut_says_so() -> None:
    assert cut("a b c", 5) == "a b c"
    assert cut("aa bb cc", 7) == "aa bb …"
    assert all(len(cut("word " * 100, most)) <= most for most in range(10, 60))
