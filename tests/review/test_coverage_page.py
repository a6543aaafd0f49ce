"""docs/coverage.md: every choice of the lens has a rule that decides it, or a question to a reviewer."""

from __future__ import annotations

import re

from tools.make_coverage_page import PAGE, page, rows
from wa_policy.rules.pack import load_pack
from wa_policy.settings import Profile


def test_every_check_mark_and_choice_has_rules() -> None:
    found = rows(load_pack())
    assert [choice.id for _, _, choice, rules in found if not rules] == []
    marks = {choice.checkmark for _, _, choice, _ in found}
    assert {f"CM{number:02}" for number in range(1, 38)} <= marks
    assert len(marks) == len({choice.id for _, _, choice, _ in found}) == len(found) == 38


def test_each_choice_is_decided_by_core_or_asked() -> None:
    enough = (Profile.CORE, Profile.MANUAL)
    left = [
        choice.id
        for *_, choice, rules in rows(load_pack())
        if not any(rule.profile in enough for rule in rules)
    ]
    assert left == []


def test_the_page_is_that_of_the_pack() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(load_pack()), "run `python -m tools.compile_pack`"


def test_the_page_names_each_rule() -> None:
    named = set(re.findall(r"\(rules/([a-z0-9-]+)\.md\)", page(load_pack())))
    assert named == {rule.id for rule in load_pack()}
