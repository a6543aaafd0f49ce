from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.reports import FINDING, PASS, UNKNOWN, report
from wa_policy.errors import LoadError
from wa_policy.findings import Waiver
from wa_policy.findings.waivers import read_waivers, waive, waivers_in
from wa_policy.iam.source import Source
from wa_policy.inventory.model import WAIVERS_PROPERTY, Inventory, PropertyValue, Resource

TODAY = date(2026, 11, 25)
RULES = ("respol-public", "kms-grants")
WAIVER = Waiver("respol-public", "*:jobs", "the queue is a honeypot", "ann", expires=TODAY)
WHOLE = report(FINDING, UNKNOWN, PASS)


def about(*waivers: Waiver, today: date = TODAY) -> list[str]:
    return [one.rule.id for one in waive(WHOLE, waivers, today, RULES).findings]


def test_a_waiver_accepts_its_finding_up_to_its_last_day() -> None:
    waived = waive(WHOLE, [WAIVER], TODAY, RULES)
    assert waived.findings == ()
    assert waived.accepted == (replace(FINDING, accepted=WAIVER),)
    assert waived.unknown == WHOLE.unknown


def test_an_expired_waiver_accepts_nothing_and_is_a_finding() -> None:
    assert about(WAIVER, today=date(2026, 11, 26)) == ["respol-public", "waiver-expired"]


@pytest.mark.parametrize(
    "unused",
    [
        replace(WAIVER, subject="*:job"),
        replace(WAIVER, key="x"),
        replace(WAIVER, rule="kms-grants"),
        replace(WAIVER, subject="arn:aws:sqs:eu-west-1:111122223333:fine"),  # passes
    ],
)
def test_a_waiver_that_meets_nothing_is_a_finding(unused: Waiver) -> None:
    assert about(unused) == ["respol-public", "waiver-unused"]


def test_a_waiver_of_a_rule_that_did_not_run_is_left_alone() -> None:
    assert [one.rule.id for one in waive(WHOLE, [replace(WAIVER, rule="other")], TODAY, RULES).findings] == [
        "respol-public"
    ]


@pytest.mark.parametrize("subject", ["*", "**", "?*"])
def test_a_waiver_for_everything_is_a_finding(subject: str) -> None:
    assert about(replace(WAIVER, subject=subject)) == ["waiver-broad"]


def test_a_severe_finding_needs_a_last_day() -> None:
    assert about(replace(WAIVER, expires=None)) == ["waiver-without-end"]
    unknown = Waiver("kms-grants", "*/k", "why not", "bob")  # of medium severity
    assert about(WAIVER, unknown) == []


def test_the_first_that_holds_accepts_and_both_are_in_use() -> None:
    old = replace(WAIVER, expires=date(2026, 1, 1), owner="old")
    waived = waive(WHOLE, [old, WAIVER], TODAY, RULES)
    assert waived.accepted[0].accepted == WAIVER
    assert [one.rule.id for one in waived.findings] == ["waiver-expired"]


def test_the_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(
        "waivers:\n"
        "  - {rule: respol-public, subject: '*:jobs', reason: the queue is a honeypot, owner: ann, expires: 2026-11-25}\n"
        "  - {rule: kms-grants, subject: x, key: 'a*', reason: r, owner: bob, ticket: T-1}\n"
    )
    first, second = read_waivers(str(file))
    assert first == WAIVER
    assert first.source.pointer == "/waivers/0"
    assert second == Waiver("kms-grants", "x", "r", "bob", "a*", "T-1")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("waivers:\n  - {rule: r, subject: s, reason: x}", 2, "found no `owner`"),
        ("waivers:\n  - rule: r\n    subject: s\n    reason: ' '\n    owner: o", 4, "why the risk is accepted"),
        ("waivers:\n  - {rule: r, subject: s, reason: x, owner: o,\n     expires: 2026-13-01}", 0, "expected a date"),
        ("waivers:\n  - {rule: r, subject: s, reason: x, owner: o,\n     expire: 2026-12-01}", 3, "found the word `expire`"),
        ("- a", 1, "expected an object with `waivers`"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(text)
    with pytest.raises(LoadError) as error:
        read_waivers(str(file))
    (problem,) = error.value.problems
    assert words in problem.message
    assert problem.line == line


# --- in templates --------------------------------------------------------------------------------------------------

QUEUE = Resource(
    "AWS::SQS::Queue",
    "arn:aws:sqs:eu-west-1:111122223333:jobs",
    "jobs",
    "111122223333",
    "eu-west-1",
    {},
    Source("t.yaml", "/Resources/Jobs"),
)


def in_template(value: PropertyValue) -> tuple[Waiver, ...]:
    return waivers_in(Inventory(resources=(replace(QUEUE, properties={WAIVERS_PROPERTY: value}), QUEUE)))


def test_a_waiver_in_a_template_is_about_its_resource() -> None:
    written = {"rule": "respol-public", "reason": "a honeypot", "owner": "ann", "expires": "2026-11-25"}
    (found,) = in_template({"waivers": (written,)})
    assert found == Waiver("respol-public", QUEUE.id, "a honeypot", "ann", expires=TODAY)
    assert found.source == Source("t.yaml", "/Resources/Jobs/Metadata/wa-policy/waivers/0")
    assert in_template({}) == ()


@pytest.mark.parametrize(
    "value",
    [
        {"waivers": ({"rule": "r", "owner": "o"},)},
        {"waivers": ({"rule": "r", "owner": "o", "reason": "x", "subject": "*"},)},
        {"waiver": ()},
        "all",
    ],
)
def test_mistakes_in_a_template_are_told(value: PropertyValue) -> None:
    with pytest.raises(LoadError) as error:
        in_template(value)
    assert all(p.pointer.startswith("/Resources/Jobs/Metadata/wa-policy") for p in error.value.problems)
