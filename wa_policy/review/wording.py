"""What both pages of a review say in the same words, and how they put things together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from wa_policy.findings import Result, Verdict
from wa_policy.iam.unknown import UnknownKind
from wa_policy.review.lens import Choice
from wa_policy.review.model import (
    ChangeKind,
    ChoiceReview,
    QuestionReview,
    Review,
    Risk,
    RuleEvidence,
    Standing,
    Task,
    TaskKind,
)

MARKS = {
    Standing.MET: "✔",
    Standing.NOT_MET: "✘",
    Standing.ACCEPTED: "◆",
    Standing.UNKNOWN: "?",
    Standing.UNANSWERED: "…",
    Standing.NOT_APPLICABLE: "–",
}
CHANGES = {
    ChangeKind.WORSE: "Worse",
    ChangeKind.FOUND: "New findings",
    ChangeKind.OTHER: "Other",
    ChangeKind.BETTER: "Better",
    ChangeKind.GONE: "No longer found",
}
RISKS = {Risk.HIGH: "High risk", Risk.MEDIUM: "Medium risk", Risk.NONE: "No risk"}
HOW_RISKS_FOLLOW = (
    "A question is at high risk while a required choice is not met, at medium risk while a good one is not. "
    "An accepted risk stays a risk. Rules beyond the profile are hints."
)


def many(number: int, word: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def in_short(review: Review) -> str:
    """What was read, and how many choices stand where, in a sentence or two."""
    read = f"{many(review.files, 'file')}, {many(review.resources, 'resource')}"
    return f"Read: {read}. Of {len(review.choices)} choices: {standings_of(review.choices)}."


def standings_of(choices: Iterable[ChoiceReview]) -> str:
    """How many choices stand where, such as `2 not met, 1 met`."""
    counts = Counter(one.standing for one in choices)
    return ", ".join(f"{counts[standing]} {standing.value}" for standing in Standing if counts[standing])


def risk_words(one: QuestionReview) -> str:
    """The risk of a question, and what it may come to once all is known."""
    if one.risk is one.at_best:
        return one.risk.value
    return f"{one.risk.value} ({one.at_best.value} at best)"


def named(result: Result) -> str:
    """The subject of a result with its key."""
    return f"{result.subject} {result.key}".rstrip()


def told(results: Sequence[Result]) -> Iterator[str]:
    """The messages of findings, with the subject where several say the same."""
    counts = Counter(result.message for result in results)
    for result in results:
        if not result.message:
            yield named(result)
        elif counts[result.message] > 1:
            yield f"{result.message} ({result.subject})"
        else:
            yield result.message


# --- the worklist ------------------------------------------------------------------------------------------------


def work_in_short(tasks: Sequence[Task]) -> str:
    """How much there is to do, in a sentence."""
    counts = Counter(task.kind for task in tasks)
    parts = [
        f"{counts[TaskKind.FIX]} to fix",
        f"{counts[TaskKind.ANSWER]} to answer",
        f"{many(counts[TaskKind.FIND_OUT], 'rule')} with something to find out",
    ]
    kinds = (TaskKind.FIX, TaskKind.ANSWER, TaskKind.FIND_OUT)
    return f"{', '.join(part for part, kind in zip(parts, kinds, strict=True) if counts[kind])}."


def by_risk_and_choice(
    tasks: Iterable[Task],
) -> tuple[tuple[Risk, tuple[tuple[Choice, tuple[Task, ...]], ...]], ...]:
    """What is to be fixed and answered: by risk, then by choice, the one with the most urgent task first."""
    found = []
    todo = [task for task in tasks if task.kind is not TaskKind.FIND_OUT]
    for risk, of_risk in groupby(todo, key=lambda task: task.risk):
        choices: dict[Choice, list[Task]] = {}
        for task in of_risk:
            choices.setdefault(task.choice, []).append(task)
        found.append((risk, tuple((choice, tuple(those)) for choice, those in choices.items())))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is not known: how often, at which risk, and which rules wait for it."""

    what: str
    times: int
    risk: Risk
    rules: tuple[str, ...]


def missing_in(tasks: Iterable[Task]) -> tuple[Missing, ...]:
    """What has to be found out: the greatest risk first, then what the most rules wait for."""
    reasons: dict[str, set[str]] = {}
    waiting: dict[str, list[Task]] = {}
    for task in tasks:
        for reason in task.missing:
            what = call_of(reason)
            reasons.setdefault(what, set()).add(reason)
            waiting.setdefault(what, []).append(task)
    found = (
        Missing(
            next(iter(reasons[what])) if len(reasons[what]) == 1 else what,
            len(reasons[what]),
            min((task.risk for task in those), key=lambda risk: risk.rank),
            tuple(sorted({task.rule.id for task in those})),
        )
        for what, those in waiting.items()
    )
    return tuple(sorted(found, key=lambda one: (one.risk.rank, -len(one.rules), one.what)))


def call_of(reason: str) -> str:
    """Of what was not exported the call alone, without what it would be for; other reasons as they are."""
    return reason.partition(" for ")[0] if reason.startswith(UnknownKind.NOT_EXPORTED) else reason


# --- evidence ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """The rules of a choice by what they have to say: `telling` ones in full, the others in a line. `none`: nothing decides it."""

    telling: tuple[RuleEvidence, ...]
    passing: tuple[RuleEvidence, ...]
    hints: tuple[RuleEvidence, ...]
    silent: int
    none: bool


def evidence_of(choice: ChoiceReview) -> Evidence:
    """The evidence for a choice, put together for a reader."""
    counted = [one for one in choice.rules if one.counts]
    telling = tuple(one for one in counted if one.findings or one.accepted or one.unknown)
    passing = tuple(one for one in counted if one not in telling and one.verdicts.get(Verdict.PASS))
    hints = tuple(one for one in choice.rules if not one.counts and (one.findings or one.unknown))
    silent = sum(not _applied(one.verdicts) for one in choice.rules)
    return Evidence(telling, passing, hints, silent, none=not counted and not choice.asked)


def _applied(verdicts: Mapping[Verdict, int]) -> bool:
    return any(count for verdict, count in verdicts.items() if verdict is not Verdict.NOT_APPLICABLE)


def verdict_words(one: RuleEvidence) -> str:
    """Such as `2 findings, 1 accepted, 3 pass, 1 unknown`."""
    counts = [
        (many(len(one.findings), "finding"), len(one.findings)),
        (f"{len(one.accepted)} accepted", len(one.accepted)),
        (f"{len(one.unknown)} unknown", len(one.unknown)),
        (f"{one.verdicts.get(Verdict.PASS, 0)} pass", one.verdicts.get(Verdict.PASS, 0)),
    ]
    return ", ".join(words for words, number in counts if number)


def silent_words(number: int) -> str:
    """That rules found nothing that they are about."""
    return f"{many(number, 'rule')} found nothing to judge"


NO_EVIDENCE = "no rule of the profile decides it, and nobody is asked"
"""Of a choice for which there is no rule."""


def missing_words(results: Iterable[Result]) -> str:
    """What would decide the results, each call once with how often it is missing."""
    reasons = dict.fromkeys(str(why) for result in results for why in result.reasons)
    calls = Counter(call_of(reason) for reason in reasons)
    words = [
        next(reason for reason in reasons if call_of(reason) == call)
        if times == 1
        else f"{call} ({times} times)"
        for call, times in calls.items()
    ]
    more = [f"and {len(words) - _MOST_REASONS} more"] if len(words) > _MOST_REASONS else []
    return "; ".join([*words[:_MOST_REASONS], *more])


_MOST_REASONS = 3
