"""The worklist of a review: what to fix, to answer and to find out, the greatest risk first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wa_policy.findings import Result
from wa_policy.review.model import (
    Asked,
    ChoiceReview,
    PillarReview,
    QuestionReview,
    Reply,
    Risk,
    Task,
    TaskKind,
)
from wa_policy.review.wording import missing_words, named

_KINDS = tuple(TaskKind)


def tasks_of(pillars: Iterable[PillarReview]) -> tuple[Task, ...]:
    """All tasks; of a rule that serves several choices one, for the choice at the greatest risk."""
    found: dict[tuple[TaskKind, str, str], Task] = {}
    for pillar in pillars:
        for question in pillar.questions:
            for task in _of_question(question):
                key = (task.kind, task.rule.id, task.what)
                if key not in found or _order(task) < _order(found[key]):
                    found[key] = task
    return tuple(sorted(found.values(), key=_order))


def _order(task: Task) -> tuple[int, int, int, int, str, str]:
    return (
        task.risk.rank,
        task.choice.priority.rank,
        task.rule.severity.rank,
        _KINDS.index(task.kind),
        task.rule.id,
        task.what,
    )


def _of_question(question: QuestionReview) -> Iterator[Task]:
    for choice in question.choices:
        yield from _of_choice(choice, question.risk)


def _of_choice(one: ChoiceReview, risk: Risk) -> Iterator[Task]:
    for evidence in one.rules:
        if not evidence.counts:
            continue
        rule = evidence.rule
        if evidence.findings:
            yield Task(
                TaskKind.FIX,
                risk,
                one.choice,
                rule,
                rule.fix.get("text", rule.title),
                _subjects(evidence.findings),
            )
        if evidence.unknown:
            yield Task(
                TaskKind.FIND_OUT,
                risk,
                one.choice,
                rule,
                missing_words(evidence.unknown),
                _subjects(evidence.unknown),
                _reasons(evidence.unknown),
            )
    for asked in one.asked:
        if asked.holds and asked.answer is not None and asked.answer.reply is Reply.NO:
            rule = asked.result.rule
            said = f"(no, said {asked.answer.author} on {asked.answer.given})"
            what = f"{rule.fix.get('text', rule.title)} {said}"
            yield Task(TaskKind.FIX, risk, one.choice, rule, what, (asked.result.subject,))
        if not asked.holds:
            yield Task(
                TaskKind.ANSWER,
                risk,
                one.choice,
                asked.result.rule,
                _question(asked),
                (asked.result.subject,),
            )


def _question(asked: Asked) -> str:
    if asked.answer is None or asked.last_day is None:
        return asked.question
    return f"{asked.question} (the answer of {asked.answer.given} held until {asked.last_day})"


def _subjects(results: Iterable[Result]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(named, results)))


def _reasons(results: Iterable[Result]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(why) for result in results for why in result.reasons))
