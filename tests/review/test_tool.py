"""The custom lens and the answers meet each documented limit of the Well-Architected Tool.

https://docs.aws.amazon.com/wellarchitected/latest/userguide/lenses-format-specification.html,
https://docs.aws.amazon.com/wellarchitected/latest/APIReference/API_UpdateAnswer.html,
API_ChoiceUpdate.html, API_ChoiceContent.html, API_AdditionalResources.html and API_ImportLens.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.review.conftest import DAY, FUNCTIONS, asks, judged, quick
from tests.review.test_assess import CHOICE, Read
from wa_policy import api
from wa_policy.errors import UsageError
from wa_policy.review.assess import assess, risk_of
from wa_policy.review.lens import lens
from wa_policy.review.model import Risk
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
    # Read as thousands of bytes, the strictest reading; ImportLens takes 500,000 characters.
    text = custom_lens(load_pack())
    assert len(text.encode()) <= 500_000
    assert len(text) >= 2


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
        assert all(re.fullmatch(r"[A-Za-z0-9_]{3,64}", id_) for id_ in ids)
        # The suffix makes a choice "none of these".
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
            # Ids of choices with `&&`, `||`, `!` and parentheses.
            words = rule["condition"].split(" && ")
            assert set(words) <= known
            assert all(words)


def test_the_first_risk_rule_that_holds_gives_the_risk_of_the_review(members: dict[str, Any]) -> None:
    by_id = {question.id: question for pillar in lens() for question in pillar.questions}
    words = {Risk.NONE: "NO_RISK", Risk.MEDIUM: "MEDIUM_RISK", Risk.HIGH: "HIGH_RISK"}
    for raw in questions(members):
        question = by_id[raw["id"]]
        for number in range(2 ** len(question.choices)):
            met = {choice for place, choice in enumerate(question.choices) if number >> place & 1}
            ids = {choice.id for choice in met}
            first = next(
                rule["risk"]
                for rule in raw["riskRules"]
                if rule["condition"] == "default" or set(rule["condition"].split(" && ")) <= ids
            )
            assert first == words[risk_of(question, met)]


def test_each_member_is_one_of_the_format(members: dict[str, Any]) -> None:
    assert set(members) == {"schemaVersion", "name", "description", "pillars"}
    for pillar in members["pillars"]:
        assert set(pillar) == {"id", "name", "questions"}
    for question in questions(members):
        assert set(question) <= {"id", "title", "description", "helpfulResource", "choices", "riskRules"}
        assert question["choices"]
        assert all(set(rule) == {"condition", "risk"} for rule in question["riskRules"])
    for choice in choices(members):
        named = {"id", "title", "helpfulResource", "improvementPlan", "additionalResources"}
        assert set(choice) <= named
        assert "improvementPlan" in choice or choice["id"].endswith("_no")


def test_addresses_and_additional_resources(members: dict[str, Any]) -> None:
    for one in (*questions(members), *choices(members)):
        more = one.get("additionalResources", [])
        assert len(more) == len({resource["type"] for resource in more}) <= 2
        assert {resource["type"] for resource in more} <= {"HELPFUL_RESOURCE", "IMPROVEMENT_PLAN"}
        assert all(len(resource["content"]) <= 5 for resource in more)
        contents = [one.get("helpfulResource", {}), one.get("improvementPlan", {})]
        for content in (*contents, *(content for resource in more for content in resource["content"])):
            assert set(content) <= {"displayText", "url"}
            assert re.match(r"https?://", content.get("url", "https://"))
            assert len(content.get("url", "")) <= 1_024


def test_every_choice_of_the_lens_is_there(members: dict[str, Any]) -> None:
    of_lens = {choice.id for pillar in lens() for question in pillar.questions for choice in question.choices}
    assert {choice["id"] for choice in choices(members) if not choice["id"].endswith("_no")} == of_lens


def test_the_answers(read: Read) -> None:
    # So many that what they fill has to be cut, in the note of the choice and in that of the question.
    many = [quick(f"a-rule-with-a-long-name-{number}", "sec_sec_q2_a1", 1) for number in range(100)]
    rules = (*many, quick("fine", "sec_sec_q2_a3", 900), asks("asks", "sec_sec_q2_a2"))
    inventory = read({name: FUNCTIONS[name] for name in ("Quick", "Slow")})
    review = assess(judged(inventory, *rules), rules, (), DAY, Profile.CORE)
    found = json.loads(answers(review, lens_alias="serverless", workload_id="w"))
    assert {(one["LensAlias"], one["WorkloadId"]) for one in found["Answers"]} == {("serverless", "w")}
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
            assert len(update.get("Notes", "")) <= 250
            assert (id_ in answer["SelectedChoices"]) is (update["Status"] == "SELECTED")
    security = by_id["sec_q2"]
    assert security["SelectedChoices"] == ["sec_sec_q2_a3"]
    of_security = [
        choice.choice.title for choice in review.choices if choice.choice.id.startswith("sec_sec_q2")
    ]
    lines = security["Notes"].splitlines()
    assert [line.partition(":")[0] for line in lines] == of_security
    assert [line.endswith(" …") for line in lines] == [True, False, False, False]
    assert security["ChoiceUpdates"]["sec_sec_q2_a1"]["Notes"].endswith(" …")
    assert "200 findings" in security["ChoiceUpdates"]["sec_sec_q2_a1"]["Notes"]
    assert "1 question open" in security["ChoiceUpdates"]["sec_sec_q2_a2"]["Notes"]


def test_the_answers_are_requests_of_the_api(read: Read) -> None:
    """Each limit that the description of the service in botocore gives: lengths, patterns, words, what has to be there."""
    session = pytest.importorskip("botocore.session")
    model = session.get_session().get_service_model("wellarchitected").operation_model("UpdateAnswer")
    rules = (*(quick(f"quick-{number}", "sec_sec_q2_a1", 1) for number in range(40)), asks("a", CHOICE))
    review = assess(judged(read(FUNCTIONS), *rules), rules, (), DAY, Profile.CORE)
    found = json.loads(answers(review, lens_alias="serverless", workload_id="0123456789abcdef" * 2))
    for request in found["Answers"]:
        assert list(breaches(model.input_shape, request, "")) == []
    (first, *_) = found["Answers"]
    for wrong in (
        {"Notes": "x" * 2_085},
        {"WorkloadId": "x"},
        {"Reason": "WHY"},
        {"QuestionId": ""},
        {"X": 1},
    ):
        assert list(breaches(model.input_shape, first | wrong, ""))


def test_none_of_these_is_the_answer_where_nothing_is_met_and_nothing_open(read: Read) -> None:
    # REL 1: three choices.
    rules = [quick(f"r{place}", f"rel_rel_q1_a{place}", 30) for place in (1, 2, 3)]

    def selected(*names: str) -> list[str]:
        inventory = read({name: FUNCTIONS[name] for name in names})
        review = assess(judged(inventory, *rules), rules, (), DAY, Profile.CORE)
        found = json.loads(answers(review, lens_alias="serverless", workload_id="0" * 32))
        (answer,) = (one for one in found["Answers"] if one["QuestionId"] == "rel_q1")
        return list(answer["SelectedChoices"])

    assert selected("Slow") == ["rel_rel_q1_no"]
    assert selected("Open") == []
    assert selected("Quick") == ["rel_rel_q1_a1", "rel_rel_q1_a2", "rel_rel_q1_a3"]


@pytest.mark.parametrize(("alias", "workload"), [("serverless", "w"), ("", "0" * 32), ("x" * 129, "0" * 32)])
def test_names_that_the_tool_cannot_have_are_refused(read: Read, alias: str, workload: str) -> None:
    review = assess(judged(read(FUNCTIONS)), (), (), DAY, Profile.CORE)
    with pytest.raises(UsageError, match="expected"):
        api.lens_answers(review, lens_alias=alias, workload_id=workload)
    assert api.lens_answers(review, lens_alias="serverless", workload_id="0" * 32)


def breaches(shape: Any, value: Any, path: str) -> Iterator[str]:
    """Where a value does not fit a shape of botocore, which itself checks no greatest lengths, patterns and words."""
    match shape.type_name:
        case "structure":
            yield from (f"{path}/{name} is missing" for name in shape.required_members if name not in value)
            yield from (f"{path}/{name} is no member" for name in value if name not in shape.members)
            for name in shape.members:
                if name in value:
                    yield from breaches(shape.members[name], value[name], f"{path}/{name}")
        case "map":
            for name, one in value.items():
                yield from breaches(shape.key, name, f"{path}/{name}")
                yield from breaches(shape.value, one, f"{path}/{name}")
        case "list":
            for place, one in enumerate(value):
                yield from breaches(shape.member, one, f"{path}/{place}")
        case "string":
            limits = shape.metadata
            if not limits.get("min", 0) <= len(value) <= limits.get("max", len(value)):
                yield f"{path} has {len(value)} characters"
            if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
                yield f"{path} does not fit {limits['pattern']}"
            if "enum" in limits and value not in limits["enum"]:
                yield f"{path} is none of {limits['enum']}"
        case "boolean":
            if not isinstance(value, bool):
                yield f"{path} is no boolean"
        case other:
            raise AssertionError(other)


def test_what_is_cut_says_so() -> None:
    assert cut("a b c", 5) == "a b c"
    assert cut("aa bb cc", 7) == "aa bb …"
    assert all(len(cut("word " * 100, most)) <= most for most in range(10, 60))
