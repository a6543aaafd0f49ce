"""`review-answers.yaml`: what reviewers said to the questions that no file can answer, and for how long it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from wa_policy.errors import LoadError, Problem, did_you_mean
from wa_policy.findings.visible import visible
from wa_policy.iam.source import Source
from wa_policy.loaders.checked import read_checked
from wa_policy.review.model import Answer, Asked, Reply, Review
from wa_policy.rules.model import Manual, Rule

_DAY = {
    "description": "a date such as 2027-01-31",
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
}
SCHEMA: Mapping[str, Any] = {
    "description": "an object with `answers`, a list",
    "type": ["object", "null"],
    "additionalProperties": False,
    "properties": {
        "answers": {
            "description": "a list of answers",
            "type": ["array", "null"],
            "items": {
                "description": "an answer: an object with `rule`, `reply`, `author`, `date`",
                "type": "object",
                "required": ["rule", "reply", "author", "date"],
                "additionalProperties": False,
                "properties": {
                    "rule": {"description": "the id of a manual rule", "type": "string", "minLength": 1},
                    "reply": {"description": "`yes`, `no` or `not applicable`", "enum": [*Reply, True, False]},
                    "author": {"description": "who answers", "type": "string", "pattern": r"\S"},
                    "date": _DAY,
                    "expires": _DAY,
                    "note": {"description": "where the evidence is", "type": "string"},
                    "subject": {"description": "a subject, in which `*` stands for any text", "type": "string", "minLength": 1},
                },
            },
        },
    },
}  # fmt: skip


_WORDS = {**{reply.value: reply for reply in Reply}, "True": Reply.YES, "False": Reply.NO}
"""YAML takes yes and no without quotes for true and false."""


def read_answers(file: str, rules: Sequence[Rule]) -> tuple[Answer, ...]:
    """The answers in a file. Raises LoadError with every mistake and its line."""
    value = read_checked(file, SCHEMA, code="answers", what="the answers")
    raw: Sequence[Mapping[str, str]] = (value or {}).get("answers") or ()
    source = Source(file)
    manual = sorted(rule.id for rule in rules if isinstance(rule.check, Manual))
    problems: list[Problem] = []
    found = []
    for index, item in enumerate(raw):
        place = source.at("answers", index)
        problems += _problems(item, place, manual)
        if not problems:
            found.append(_answer(item, place))
    if problems:
        raise LoadError("the answers are wrong", tuple(problems))
    return tuple(found)


def _problems(item: Mapping[str, str], place: Source, manual: Sequence[str]) -> Iterator[Problem]:
    if item["rule"] not in manual:
        message = f"found the rule `{item['rule']}`, expected the id of a manual rule"
        yield place.at("rule").problem("answers", message, advice=did_you_mean(item["rule"], manual))
    for name in ("date", "expires"):
        if name in item:
            try:
                date.fromisoformat(item[name])
            except ValueError:
                message = f"found `{item[name]}`, expected a date such as 2027-01-31"
                yield place.at(name).problem("answers", message)


def _answer(item: Mapping[str, str], place: Source) -> Answer:
    return Answer(
        rule=item["rule"],
        reply=_WORDS[str(item["reply"])],
        author=item["author"],
        given=date.fromisoformat(item["date"]),
        note=item.get("note", ""),
        subject=item.get("subject", "*"),
        expires=date.fromisoformat(item["expires"]) if "expires" in item else None,
        source=place,
    )


def questionnaire(review: Review) -> str:
    """A file of answers to be filled in: one entry, commented out, for each question that is open."""
    lines = [
        "# Answers to the questions of the review that no file can answer. To answer one, take the `#` away from its entry, which",
        "# begins with `rule`, and fill it in. An answer ends after the time that its rule gives, or earlier on `expires`.",
        "answers:",
    ]
    open_: dict[str, dict[str, Asked]] = {}
    for choice in review.choices:
        for asked in choice.asked:
            if not asked.holds:
                open_.setdefault(asked.result.rule.id, {}).setdefault(asked.result.subject, asked)
    for rule, by_subject in open_.items():
        first = next(iter(by_subject.values()))
        lines += ["", f"  # {first.question}"]
        lines += ["  # Look at"] if first.evidence else []
        lines += [f"  #   * {one}" for one in first.evidence]
        lines += [
            f"  # Before: {_before(one.answer, one.last_day)}"
            for one in by_subject.values()
            if one.answer is not None
        ]
        lines += [f"  # - rule: {rule}"]
        if set(by_subject) != {"workload"}:
            subject, *others = (json.dumps(visible(one)) for one in by_subject)
            lines += [f"  #   subject: {subject}"]
            lines += [f"  #   # or {other}" for other in others[: _MOST_SUBJECTS - 1]]
            left = len(by_subject) - _MOST_SUBJECTS
            if left > 0:
                lines += [f"  #   # or one of {left} more; without a subject it answers for all"]
        lines += [
            "  #   reply:                    # yes, no, not applicable",
            "  #   author:",
            f'  #   date: "{review.day}"',
            '  #   note: ""',
        ]
    return "\n".join(lines) + "\n"


_MOST_SUBJECTS = 5


def _before(answer: Answer, last_day: date | None) -> str:
    note = f": {answer.note}" if answer.note else ""
    said = f"{answer.reply.value}, said {answer.author} on {answer.given}, held until {last_day}{note}"
    return visible(said)
