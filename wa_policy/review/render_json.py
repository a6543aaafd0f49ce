"""A review as JSON: for other tools, and for the next review to be compared with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wa_policy.findings import Result, Verdict
from wa_policy.findings.acceptance import acceptance
from wa_policy.review.model import Asked, ChoiceReview, QuestionReview, Review, RuleEvidence, Task

FORMAT = "wa-policy.review/1"


def render(review: Review) -> str:
    """The review as one JSON object; `docs/review.md` describes it."""
    return json.dumps(members_of(review), indent=2, ensure_ascii=False) + "\n"


def members_of(review: Review) -> dict[str, Any]:
    """The review as JSON has it."""
    return {
        "format": FORMAT,
        "day": review.day.isoformat(),
        "profile": review.profile.value,
        "read": {
            "accounts": list(review.accounts),
            "files": review.files,
            "resources": review.resources,
            "problems": len(review.problems),
            "tables": dict(sorted(review.tables.items())),
        },
        "pillars": [
            {
                "id": one.pillar.id,
                "name": one.pillar.name,
                "risks": {risk.value: count for risk, count in one.risks().items()},
                "questions": [_question(question) for question in one.questions],
            }
            for one in review.pillars
        ],
        "tasks": [_task(task) for task in review.tasks],
        "notices": [one.message or one.rule.title for one in review.notices],
        "since": None if review.since is None else review.since.isoformat(),
        "changes": [
            {"kind": change.kind.value, "about": change.about, "what": change.what}
            for change in review.changes
        ],
    }


def _question(one: QuestionReview) -> dict[str, Any]:
    return {
        "id": one.question.id,
        "number": one.question.number,
        "title": one.question.title,
        "risk": one.risk.value,
        "risk_at_best": one.at_best.value,
        "choices": [_choice(choice) for choice in one.choices],
    }


def _choice(one: ChoiceReview) -> dict[str, Any]:
    return {
        "id": one.choice.id,
        "title": one.choice.title,
        "priority": one.choice.priority.value,
        "checkmark": one.choice.checkmark,
        "standing": one.standing.value,
        "rules": [_rule(evidence) for evidence in one.rules],
        "questions": [_asked(asked) for asked in one.asked],
    }


def _rule(one: RuleEvidence) -> dict[str, Any]:
    return {
        "id": one.rule.id,
        "title": one.rule.title,
        "severity": one.rule.severity.value,
        "profile": one.rule.profile.value,
        "counts": one.counts,
        "verdicts": {
            verdict.value: one.verdicts.get(verdict, 0) for verdict in Verdict if one.verdicts.get(verdict)
        },
        "findings": [_result(result) for result in one.findings],
        "accepted": [_result(result) for result in one.accepted],
        "unknown": [
            _result(result) | {"missing": [str(why) for why in result.reasons]} for result in one.unknown
        ],
    }


def _result(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = {"subject": result.subject}
    if result.key:
        found["key"] = result.key
    if result.message:
        found["message"] = result.message
    if result.accepted is not None:
        found["accepted"] = acceptance(result)
    return found


def _asked(one: Asked) -> dict[str, Any]:
    answer = one.answer
    return {
        "rule": one.result.rule.id,
        "subject": one.result.subject,
        "question": one.question,
        "evidence": list(one.evidence),
        "holds": one.holds,
        "answer": None
        if answer is None
        else {
            "reply": answer.reply.value,
            "author": answer.author,
            "date": answer.given.isoformat(),
            "last_day": None if one.last_day is None else one.last_day.isoformat(),
            "note": answer.note,
        },
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "kind": task.kind.value,
        "risk": task.risk.value,
        "choice": task.choice.id,
        "rule": task.rule.id,
        "severity": task.rule.severity.value,
        "what": task.what,
        "subjects": list(task.subjects),
        "missing": list(task.missing),
    }


def results_in(members: dict[str, Any]) -> Mapping[tuple[str, str], str]:
    """What a review in JSON says of each rule and subject with its key: `findings`, `accepted` or `unknown`."""
    found: dict[tuple[str, str], str] = {}
    for pillar in members["pillars"]:
        for question in pillar["questions"]:
            for choice in question["choices"]:
                for rule in choice["rules"]:
                    for kind in ("unknown", "accepted", "findings") if rule["counts"] else ():
                        for result in rule[kind]:
                            key = f" {result['key']}" if "key" in result else ""
                            found[rule["id"], result["subject"] + key] = kind
    return found


def risks_in(members: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The questions of a review in JSON: id, number with title, and risk."""
    for pillar in members["pillars"]:
        for question in pillar["questions"]:
            yield question["id"], f"{question['number']}. {question['title']}", question["risk"]


def standings_in(members: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The choices of a review in JSON: id, title and standing."""
    for pillar in members["pillars"]:
        for question in pillar["questions"]:
            for choice in question["choices"]:
                yield choice["id"], choice["title"], choice["standing"]
