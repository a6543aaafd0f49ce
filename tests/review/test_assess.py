"""Where choices stand, which risk follows, and what is to be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from tests.review.conftest import DAY, FUNCTIONS, asks, judged, quick
from wa_policy.findings import Waiver
from wa_policy.findings.waivers import waive
from wa_policy.inventory.model import Inventory
from wa_policy.review.assess import assess, risk_of, standings
from wa_policy.review.lens import Priority, lens
from wa_policy.review.model import Answer, Reply, Review, Risk, Standing, TaskKind
from wa_policy.rules.model import Rule
from wa_policy.settings import Profile

CHOICE = "sec_sec_q2_a1"
Read = Callable[[dict[str, Any]], Inventory]


def review(
    inventory: Inventory,
    *rules: Rule,
    answers: Sequence[Answer] = (),
    waivers: Sequence[Waiver] = (),
    profile: Profile = Profile.CORE,
) -> Review:
    report = judged(inventory, *rules)
    if waivers:
        report = waive(report, waivers, DAY, {rule.id for rule in rules})
    return assess(report, rules, answers, DAY, profile)


def only(names: str) -> dict[str, Any]:
    return {name: FUNCTIONS[name] for name in names.split()}


@pytest.mark.parametrize(
    ("names", "standing"),
    [
        ("Quick", Standing.MET),
        ("Quick Slow", Standing.NOT_MET),
        ("Quick Open", Standing.UNKNOWN),
        ("Slow Open", Standing.NOT_MET),
    ],
)
def test_standing_by_the_verdicts(read: Read, names: str, standing: Standing) -> None:
    found = review(read(only(names)), quick("quick", CHOICE, 30))
    assert standings(found)[CHOICE] is standing


def test_without_a_subject_nothing_applies(read: Read) -> None:
    found = review(read({"Q": {"Type": "AWS::SQS::Queue"}}), quick("quick", CHOICE, 30))
    assert standings(found)[CHOICE] is Standing.NOT_APPLICABLE


def test_a_choice_without_a_rule_is_unknown(read: Read) -> None:
    assert standings(review(read(only("Quick"))))[CHOICE] is Standing.UNKNOWN


def test_rules_beyond_the_profile_are_hints(read: Read) -> None:
    rules = (quick("quick", CHOICE, 900), quick("quicker", CHOICE, 30, profile="strict"))
    inventory = read(only("Slow"))
    found = review(inventory, *rules)
    assert standings(found)[CHOICE] is Standing.MET
    assert [task.rule.id for task in found.tasks] == []
    strict = review(inventory, *rules, profile=Profile.STRICT)
    assert standings(strict)[CHOICE] is Standing.NOT_MET
    assert [(task.kind, task.rule.id) for task in strict.tasks] == [(TaskKind.FIX, "quicker")]


def answer(reply: Reply, days_ago: int, **more: Any) -> Answer:
    return Answer("asks", reply, "ann", DAY - timedelta(days=days_ago), **more)


@pytest.mark.parametrize(
    ("answers", "standing"),
    [
        ([], Standing.UNANSWERED),
        ([answer(Reply.YES, 0)], Standing.MET),
        ([answer(Reply.YES, 100)], Standing.MET),
        ([answer(Reply.YES, 101)], Standing.UNANSWERED),
        ([answer(Reply.YES, 10, expires=DAY)], Standing.MET),
        ([answer(Reply.YES, 10, expires=DAY - timedelta(days=1))], Standing.UNANSWERED),
        ([answer(Reply.YES, 10, expires=date(2099, 1, 1))], Standing.MET),
        ([answer(Reply.YES, 101, expires=date(2099, 1, 1))], Standing.UNANSWERED),
        ([answer(Reply.YES, -1)], Standing.UNANSWERED),
        ([answer(Reply.YES, 0, subject="other")], Standing.UNANSWERED),
        ([answer(Reply.NO, 0)], Standing.NOT_MET),
        ([answer(Reply.NOT_APPLICABLE, 0)], Standing.NOT_APPLICABLE),
        ([answer(Reply.NO, 9), answer(Reply.YES, 2)], Standing.MET),
        ([answer(Reply.YES, 9), answer(Reply.NO, 2)], Standing.NOT_MET),
    ],
)
def test_standing_by_the_answers(read: Read, answers: list[Answer], standing: Standing) -> None:
    found = review(read(only("Quick")), asks("asks", CHOICE), answers=answers)
    assert standings(found)[CHOICE] is standing


def test_an_accepted_risk_is_no_pass(read: Read) -> None:
    waiver = Waiver("quick", "*Slow*", "they are slow", "ann", expires=date(2027, 1, 1))
    found = review(read(only("Quick Slow")), quick("quick", CHOICE, 30), waivers=[waiver])
    assert standings(found)[CHOICE] is Standing.ACCEPTED
    (question,) = (one for one in found.questions if CHOICE in {c.choice.id for c in one.choices})
    assert question.risk is Risk.HIGH
    (evidence,) = (rule for one in found.choices if one.choice.id == CHOICE for rule in one.rules)
    assert [result.accepted for result in evidence.accepted] == [waiver]
    assert evidence.findings == ()


def test_the_risk_of_a_question() -> None:
    # SEC 2: two required choices, one good, one best.
    (question,) = (one for pillar in lens() for one in pillar.questions if one.number == "SEC 2")
    by = {priority: {c for c in question.choices if c.priority is priority} for priority in Priority}
    assert [len(by[priority]) for priority in Priority] == [2, 1, 1]
    assert risk_of(question, set(question.choices)) is Risk.NONE
    assert risk_of(question, by[Priority.REQUIRED] | by[Priority.GOOD]) is Risk.NONE
    assert risk_of(question, by[Priority.REQUIRED] | by[Priority.BEST]) is Risk.MEDIUM
    assert risk_of(question, by[Priority.GOOD] | by[Priority.BEST]) is Risk.HIGH
    one_required = set(list(by[Priority.REQUIRED])[:1])
    assert risk_of(question, one_required | by[Priority.GOOD] | by[Priority.BEST]) is Risk.HIGH


def test_what_is_open_may_turn_out_well(read: Read) -> None:
    # REL 1: required a1, good a2, best a3.
    rules = (quick("one", "rel_rel_q1_a1", 30), quick("two", "rel_rel_q1_a2", 1))
    found = review(read(only("Quick Open")), *rules)
    (question,) = (one for one in found.questions if one.question.number == "REL 1")
    assert (question.risk, question.at_best) == (Risk.HIGH, Risk.MEDIUM)


def test_tasks_come_by_risk_and_priority(read: Read) -> None:
    rules = (
        quick("best", "sec_sec_q2_a3", 1),
        quick("required", "sec_sec_q2_a1", 1, severity="low"),
        quick("worse", "sec_sec_q2_a1", 1, severity="critical"),
        asks("asks", "sec_sec_q2_a4"),
    )
    found = review(read(only("Quick Open")), *rules)
    listed = [(task.kind.value, task.rule.id) for task in found.tasks]
    assert listed == [
        ("fix", "worse"),
        ("find out", "worse"),
        ("answer", "asks"),
        ("fix", "required"),
        ("find out", "required"),
        ("fix", "best"),
        ("find out", "best"),
    ]
    fix = found.tasks[0]
    assert fix.what == "mend `worse`"
    assert len(fix.subjects) == 1
    assert "x" in found.tasks[1].what


def test_a_rule_of_several_choices_is_one_task(read: Read) -> None:
    rule = quick("both", ["sec_sec_q2_a3", "sec_sec_q2_a1"], 1)
    found = review(read(only("Quick")), rule)
    assert [(task.rule.id, task.choice.id) for task in found.tasks] == [("both", "sec_sec_q2_a1")]


def test_the_lens_has_its_choices() -> None:
    choices = [choice for pillar in lens() for question in pillar.questions for choice in question.choices]
    assert len(choices) == len({choice.id for choice in choices}) == 38
    assert [len(pillar.questions) for pillar in lens()] == [2, 3, 2, 1, 1]
    assert {choice.id[-3:] for choice in choices} <= {f"_a{number}" for number in range(1, 8)}
