"""A review as Markdown: risks, worklist, what changed, and each question with its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from wa_policy.findings.acceptance import acceptance
from wa_policy.findings.visible import visible
from wa_policy.review.model import (
    Asked,
    Change,
    ChoiceReview,
    QuestionReview,
    Review,
    RuleEvidence,
    Task,
    TaskKind,
)
from wa_policy.review.wording import (
    CHANGES,
    HOW_RISKS_FOLLOW,
    MARKS,
    NO_EVIDENCE,
    RISKS,
    by_risk_and_choice,
    evidence_of,
    in_short,
    missing_in,
    missing_words,
    named,
    risk_words,
    silent_words,
    standings_of,
    told,
    verdict_words,
    work_in_short,
)

MOST_SHOWN = 10
_MOST_SUBJECTS = 3
_MOST_RULES = 5


def render(review: Review) -> str:
    """The review as GitHub-flavoured Markdown; text from the input stands in code spans."""
    return "\n".join(_all(review)) + "\n"


def _all(review: Review) -> Iterator[str]:
    yield "# Serverless Lens review"
    yield ""
    yield f"{review.day.isoformat()}, rules of profile {review.profile.value}. {in_short(review)}"
    yield ""
    yield from _risks(review)
    if review.since is not None:
        yield from _changes(review)
    yield from _worklist(review.tasks)
    yield from _accepted(review)
    for pillar in review.pillars:
        yield f"## {pillar.pillar.name}"
        yield ""
        for question in pillar.questions:
            yield from _question(question)
    if review.problems:
        yield "## Problems of the input"
        yield ""
        yield from _some([f"- {code(one.file)}: {code(one.message)}" for one in review.problems], "")
        yield ""
    yield from _end(review)


def _risks(review: Review) -> Iterator[str]:
    yield "| pillar | question | risk | choices |"
    yield "|---|---|---|---|"
    for pillar in review.pillars:
        for one in pillar.questions:
            question = f"{one.question.number}. {one.question.title}"
            yield f"| {pillar.pillar.name} | {question} | {risk_words(one)} | {standings_of(one.choices)} |"
    yield ""
    yield HOW_RISKS_FOLLOW
    yield ""


def _end(review: Review) -> Iterator[str]:
    yield "---"
    yield ""
    yield "Marks: " + ", ".join(f"{mark} {standing.value}" for standing, mark in MARKS.items()) + "."
    if review.tables:
        yield ""
        dates = ", ".join(f"{name} of {day}" for name, day in sorted(review.tables.items()))
        yield f"Data: {dates}."


# --- what changed, what to do ------------------------------------------------------------------------------------


def _changes(review: Review) -> Iterator[str]:
    since = "" if review.since is None else review.since.isoformat()
    yield f"## Since {since}"
    yield ""
    if not review.changes:
        yield "Nothing changed."
        yield ""
    for kind, changes in groupby(review.changes, key=lambda change: change.kind):
        lines = [_change(change) for change in changes]
        yield f"**{CHANGES[kind]}** ({len(lines)})"
        yield ""
        yield from _some(lines, "")
        yield ""


def _change(change: Change) -> str:
    return f"- {code(change.what)} ({code(change.about)})"


def _worklist(tasks: Sequence[Task]) -> Iterator[str]:
    yield "## Worklist"
    yield ""
    if not tasks:
        yield "Nothing is left to do."
        yield ""
        return
    yield work_in_short(tasks)
    yield ""
    for risk, choices in by_risk_and_choice(tasks):
        yield f"### {RISKS[risk]}"
        yield ""
        for choice, of_choice in choices:
            yield f"**{cell(choice.title)}** ({choice.priority.value}, {choice.checkmark})"
            yield ""
            for task in of_choice:
                yield from _task(task)
            yield ""
    missing = missing_in(tasks)
    if missing:
        yield "### Find out"
        yield ""
        yield "What is not known, and the rules that wait for it; what most of them wait for comes first."
        yield ""
        lines = []
        for one in missing:
            rules = ", ".join(f"`{rule}`" for rule in one.rules[:_MOST_RULES])
            more = f" and {len(one.rules) - _MOST_RULES} more" if len(one.rules) > _MOST_RULES else ""
            times = f", {one.times} times" if one.times > 1 else ""
            lines.append(f"- [ ] {code(one.what)}{times}: {rules}{more}")
        yield from _some(lines, "", most=3 * MOST_SHOWN)
        yield ""


def _task(task: Task) -> Iterator[str]:
    if task.kind is TaskKind.ANSWER:
        yield f"- [ ] answer `{task.rule.id}`: {cell(task.what)}"
        return
    yield f"- [ ] fix `{task.rule.id}` ({task.rule.severity.value}): {cell(task.what)}"
    about = ", ".join(code(subject) for subject in task.subjects[:_MOST_SUBJECTS])
    left = len(task.subjects) - _MOST_SUBJECTS
    yield f"  <br>{about}{f' and {left} more' if left > 0 else ''}"


def _accepted(review: Review) -> Iterator[str]:
    if not review.accepted and not review.notices:
        return
    yield "## Accepted risks"
    yield ""
    yield from _some(
        [
            f"- `{rule.id}` ({rule.severity.value}): {code(named(result))}, {code(acceptance(result))}"
            for rule, result in review.accepted
        ],
        "",
        most=3 * MOST_SHOWN,
    )
    yield from (f"- {code(one.message or one.rule.title)}" for one in review.notices)
    yield ""


# --- questions and evidence --------------------------------------------------------------------------------------


def _question(one: QuestionReview) -> Iterator[str]:
    yield f"### {one.question.number}. {one.question.title}"
    yield ""
    yield f"Risk: **{risk_words(one)}**"
    yield ""
    for choice in one.choices:
        yield from _choice(choice)


def _choice(one: ChoiceReview) -> Iterator[str]:
    choice = one.choice
    head = f"{MARKS[one.standing]} **{cell(choice.title)}** ({choice.priority.value}, {choice.checkmark})"
    yield f"- {head}: {one.standing.value}"
    for asked in one.asked:
        yield f"  - {_asked(asked)}"
    evidence = evidence_of(one)
    for rule in evidence.telling:
        yield from _rule(rule)
    if evidence.passing:
        passing = ", ".join(f"`{rule.rule.id}`" for rule in evidence.passing)
        yield f"  - pass: {passing}"
    if evidence.hints:
        hints = ", ".join(f"`{rule.rule.id}` ({verdict_words(rule)})" for rule in evidence.hints)
        yield f"  - hints beyond the profile: {hints}"
    if evidence.silent:
        yield f"  - {silent_words(evidence.silent)}"
    if evidence.none:
        yield f"  - {NO_EVIDENCE}"
    yield ""


def _asked(one: Asked) -> str:
    about = "" if one.result.subject == "workload" else f" ({code(one.result.subject)})"
    question = f"`{one.result.rule.id}`{about}: {cell(one.question)}"
    if one.answer is None:
        hint = f" Look at: {cell('; '.join(one.evidence))}." if one.evidence else ""
        return f"{question} **Not answered.**{hint}"
    note = f": {code(one.answer.note)}" if one.answer.note else ""
    said = f"said {code(one.answer.author)} on {one.answer.given.isoformat()}{note}"
    if one.holds:
        return f"{question} **{one.answer.reply.value}**, {said} (until {one.last_day})"
    return f"{question} **The answer has ended** on {one.last_day}: {one.answer.reply.value}, {said}"


def _rule(one: RuleEvidence) -> Iterator[str]:
    missing = f" ({code(missing_words(one.unknown))})" if one.unknown else ""
    yield f"  - `{one.rule.id}` ({one.rule.severity.value}): {verdict_words(one)}{missing}"
    yield from _some([f"    - {code(message)}" for message in told(one.findings)], "    ")
    yield from _some(
        [f"    - accepted: {code(named(result))}, {code(acceptance(result))}" for result in one.accepted],
        "    ",
    )


def _some(lines: Sequence[str], indent: str, most: int = MOST_SHOWN) -> Iterator[str]:
    yield from lines[:most]
    if len(lines) > most:
        yield f"{indent}- and {len(lines) - most} more"


def code(text: str) -> str:
    """The text as a code span: nothing in it is markup."""
    shown = visible(text)
    runs = [len(run) for run in re.findall("`+", shown)]
    fence = "`" * (max(runs, default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}" if shown else ""


def cell(text: str) -> str:
    """Text of a rule in a table or list: in one line, without a bar or a tag."""
    return visible(" ".join(text.split())).replace("|", "\\|").replace("<", "&lt;")
