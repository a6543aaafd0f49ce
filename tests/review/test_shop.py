"""The reviews of fixtures/shop, a web shop with some things right and some wrong on purpose, and of fixtures/acme.

What is expected of the shop was read off its template, its answers and next.diff; of acme, off the ledger of its faults.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import yaml

from wa_policy import api
from wa_policy.api.config import read_config
from wa_policy.findings import Waiver
from wa_policy.inventory.model import Inventory
from wa_policy.review.model import ChangeKind, Review, Risk, Standing, TaskKind

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "fixtures" / "shop"
ANSWERS = str(SHOP / "review-answers.yaml")
DAY, LATER = date(2026, 11, 26), date(2027, 2, 15)


@dataclass(frozen=True)
class Reviewed:
    inventory: Inventory
    review: Review

    def standings(self) -> dict[str, Standing]:
        return {one.choice.checkmark: one.standing for one in self.review.choices}

    def findings(self, rule: str) -> set[str]:
        """The findings of a rule: the ends of the subjects, with their keys."""
        return {
            f"{re.split('[:/]', result.subject)[-1]} {result.key}".rstrip()
            for choice in self.review.choices
            for one in choice.rules
            if one.rule.id == rule
            for result in one.findings
        }


def reviewed(folder: Path, day: date, *, answers: str | None = None, since: str | None = None) -> Reviewed:
    settings = read_config(str(folder / "wa-policy.yaml"))
    inventory = api.read([str(folder)], settings)
    return Reviewed(inventory, api.make_review(inventory, settings, today=day, answers=answers, since=since))


@pytest.fixture(scope="module")
def shop() -> Reviewed:
    return reviewed(SHOP, DAY, answers=ANSWERS)


@pytest.fixture(scope="module")
def again(shop: Reviewed, tmp_path_factory: pytest.TempPathFactory) -> Reviewed:
    """The review of the changed shop, some months later."""
    folder = tmp_path_factory.mktemp("shop")
    before = folder / "before.json"
    before.write_text(api.render_review(shop.review, "json"), encoding="utf-8")
    changed = folder / "shop"
    shutil.copytree(SHOP, changed)
    subprocess.run(("git", "apply", "-p0", "next.diff"), cwd=changed, check=True)
    return reviewed(changed, LATER, answers=ANSWERS, since=str(before))


@pytest.fixture(scope="module")
def acme() -> Reviewed:
    return reviewed(ROOT / "fixtures" / "acme", DAY)


def test_the_shop_is_read_without_problems(shop: Reviewed) -> None:
    _, _, written = (SHOP / "template.yaml").read_text("utf-8").partition("\nResources:\n")
    assert len(re.findall(r"^  \w+:$", written, re.MULTILINE)) >= 30
    assert shop.inventory.problems == ()
    assert shop.review.problems == ()
    assert shop.review.resources > 60


FUNCTIONS = [
    "CancelOrder",
    "EditBasket",
    "ForgetBaskets",
    "ListProducts",
    "Mailer",
    "NightlyReport",
    "OrderWorker",
    "Pay",
    "PlaceOrder",
    "ReadPriceList",
    "ReserveStock",
    "ShowOrder",
    "StockWorker",
]
STANDINGS = {
    "CM02": Standing.MET,  # all functions and stages trace, and the code is said to
    "CM04": Standing.MET,  # answered yes
    "CM06": Standing.UNANSWERED,  # answered 2025-11-03, for 365 days
    "CM08": Standing.NOT_MET,  # answered no
    "CM09": Standing.NOT_MET,  # nodejs18.x
    "CM11": Standing.NOT_MET,  # DELETE /orders/{id} without an authorizer
    "CM13": Standing.NOT_MET,  # the account of the supplier
    "CM14": Standing.NOT_MET,  # dynamodb:*
    "CM17": Standing.MET,  # answered yes, until 2027-01-31
    "CM18": Standing.NOT_MET,  # SMTP_PASSWORD
    "CM20": Standing.UNANSWERED,  # nobody answered
    "CM22": Standing.NOT_MET,  # no limits of the HTTP API
    "CM23": Standing.ACCEPTED,  # the plan without a quota, waived
    "CM25": Standing.NOT_MET,  # a queue without dead-letter queue
}


def test_where_choices_stand(shop: Reviewed) -> None:
    found = shop.standings()
    assert {mark: found[mark] for mark in STANDINGS} == STANDINGS


@pytest.mark.parametrize(
    ("rule", "subjects"),
    [
        ("alarm-has-action", {"shop-FulfilAlarm"}),
        ("apigw-method-authorization", {"shopOrderApi DELETE /orders/{id}"}),
        ("apigw-access-logging", {"$default"}),
        ("apigw-v2-throttling", {"$default"}),
        ("data-recoverable", {"shop-Baskets"}),
        ("lambda-env-secret-literal", {"shop-Mailer SMTP_PASSWORD"}),
        ("lambda-role-wildcard-actions", {"shop-ReserveStockRole dynamodb:*"}),
        ("lambda-runtime-supported", {"shop-EditBasket"}),
        ("lambda-tracing", set()),
        # All functions but Pay have no log group, or one that keeps for ever.
        ("log-retention", {f"shop-{name}" for name in FUNCTIONS if name != "Pay"}),
        ("respol-untrusted-account", {"shop-prices-111122223333 999988887777"}),
        ("sfn-task-retry-catch", {"shop-Fulfil States/Pay"}),
        ("sqs-partial-batch", set()),
        ("sqs-redrive", {"shop-StockChanges"}),
    ],
)
def test_what_is_wrong_on_purpose_is_found(shop: Reviewed, rule: str, subjects: set[str]) -> None:
    assert shop.findings(rule) == subjects


def test_the_accepted_risk_has_its_owner_reason_and_last_day(shop: Reviewed) -> None:
    [(rule, result)] = shop.review.accepted
    assert (rule.id, result.subject.rpartition("/")[2]) == ("apigw-usage-plan-quota", "shopPartnerPlan")
    assert isinstance(result.accepted, Waiver)
    assert (result.accepted.owner, result.accepted.expires) == ("ann@example.com", date(2027, 3, 31))
    for form in ("markdown", "html"):
        text = api.render_review(shop.review, form)
        assert "waived by ann@example.com, until 2027-03-31: the one partner has a contract" in text


def test_answers_that_have_ended(shop: Reviewed) -> None:
    ended = {
        one.result.rule.id: one.last_day
        for choice in shop.review.choices
        for one in choice.asked
        if one.answer is not None and not one.holds
    }
    assert ended == {
        "temporary-environments": date(2026, 11, 3),
        "manual-burst-test": date(2026, 11, 20),
    }
    assert "(the answer of 2025-11-03 held until 2026-11-03)" in api.render_review(shop.review, "markdown")


def test_the_worklist_begins_with_what_matters_most(shop: Reviewed) -> None:
    order = [task.rule.id for task in shop.review.tasks]
    # Required and of high severity, then of medium severity, then a question, then good choices, then best ones.
    expected = [
        "lambda-env-secret-literal",
        "apigw-v2-throttling",
        "idempotency",
        "lambda-runtime-supported",
        "apigw-access-logging",
        "temporary-environments",
        "ci-pipeline",
    ]
    assert sorted(expected, key=order.index) == expected
    ranks = [
        (task.risk.rank, task.choice.priority.rank, task.rule.severity.rank) for task in shop.review.tasks
    ]
    assert ranks == sorted(ranks)


def test_a_no_is_something_to_fix(shop: Reviewed) -> None:
    (task,) = (task for task in shop.review.tasks if task.rule.id == "manual-saga")
    assert task.kind is TaskKind.FIX
    assert task.what.endswith("(no, said Bo Example on 2026-11-02)")


CHANGES = {
    "ops_ops_q1_a3": ChangeKind.WORSE,  # a function that does not trace
    "sec_sec_q3_a1": ChangeKind.WORSE,  # the answer ended on 2027-01-31
    "ops_ops_q2_a6": ChangeKind.BETTER,  # nodejs24.x
    "sec_sec_q1_a1": ChangeKind.BETTER,  # an authorizer
    "sec_sec_q3_a4": ChangeKind.BETTER,  # a secret
    "rel_rel_q1_a1": ChangeKind.BETTER,  # limits
    "rel_q1": ChangeKind.BETTER,  # the risk of the question: only the accepted risk of a good choice is left
}


def test_the_second_run_shows_what_changed(again: Reviewed) -> None:
    review = again.review
    assert (review.day, review.since) == (LATER, DAY)
    kinds = {
        change.about: change.kind
        for change in review.changes
        if change.kind in (ChangeKind.WORSE, ChangeKind.BETTER)
    }
    assert {about: kinds.get(about) for about in CHANGES} == CHANGES
    (question,) = (one for one in review.questions if one.question.number == "REL 1")
    assert question.risk is Risk.MEDIUM
    found = {(change.about, change.what) for change in review.changes if change.kind is ChangeKind.FOUND}
    newsletter = "arn:aws:lambda:eu-west-1:111122223333:function:shop-Newsletter"
    assert {("lambda-tracing", newsletter), ("lambda-async-failure-destination", newsletter)} <= found
    assert all("Newsletter" in what or "MailKey" in what for _, what in found)
    gone = {change.about for change in review.changes if change.kind is ChangeKind.GONE}
    assert gone >= {
        "apigw-method-authorization",
        "apigw-v2-throttling",
        "lambda-env-secret-literal",
        "lambda-runtime-supported",
    }
    assert "sqs-redrive" not in gone
    for form in ("markdown", "html"):
        assert (
            "Review security awareness documents frequently: met before, unanswered now"
            in api.render_review(review, form)
        )


def test_acme_shows_each_planted_fault(acme: Reviewed) -> None:
    ledger = yaml.safe_load((ROOT / "fixtures" / "acme.faults.yaml").read_text("utf-8"))
    found = {
        (one.rule.id, result.subject)
        for choice in acme.review.choices
        for one in choice.rules
        for result in one.findings
    }
    lens_rules = {one.rule.id for choice in acme.review.choices for one in choice.rules}
    planted = {(one["rule"], one["subject"]) for fault in ledger["faults"] for one in fault["findings"]}
    assert len({pair for pair in planted if pair[0] in lens_rules}) > 30
    assert {pair for pair in planted if pair[0] in lens_rules} <= found


@pytest.mark.parametrize("which", ["shop", "acme"])
def test_a_review_stays_readable(which: str, request: pytest.FixtureRequest) -> None:
    review: Review = request.getfixturevalue(which).review
    text = api.render_review(review, "markdown")
    lines = text.splitlines()
    assert len(lines) < 1_200
    # What has nothing to judge has no line of its own, but one for each choice.
    silent = [line for line in lines if line.endswith("found nothing to judge")]
    assert 0 < len(silent) <= len(review.choices)
    assert not [line for line in lines if line.endswith(": not applicable") and line.startswith("  ")]
    assert max(len(line) for line in lines) < 2_500
    html = api.render_review(review, "html")
    assert "<script" not in html
    assert not re.search(r'(src|href)="(?!#)', html)
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
