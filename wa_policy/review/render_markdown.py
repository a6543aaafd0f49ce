"""A review as Markdown: risks, worklist, what changed, and each question with its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wa_policy.findings import Result, Verdict
from wa_policy.findings.acceptance import acceptance
from wa_policy.findings.visible import visible
from wa_policy.review.model import (
    Asked,
    ChangeKind,
    ChoiceReview,
    QuestionReview,
    Review,
    Risk,
    RuleEvidence,
    Standing,
    Task,
)

MOST_SHOWN = 10
_MARKS = {
    Standing.MET: "✔",
    Standing.NOT_MET: "✘",
    Standing.ACCEPTED: "◆",
    Standing.UNKNOWN: "?",
    Standing.UNANSWERED: "…",
    Standing.NOT_APPLICABLE: "–",
}
_CHANGES = {
    ChangeKind.WORSE: "worse",
    ChangeKind.FOUND: "new finding",
    ChangeKind.OTHER: "other",
    ChangeKind.BETTER: "better",
    ChangeKind.GONE: "no longer found",
}


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
    for pillar in review.pillars:
        yield f"## {pillar.pillar.name}"
        yield ""
        for question in pillar.questions:
            yield from _question(question)
    if review.problems:
        yield "## Problems of the input"
        yield ""
        for problem in review.problems[:MOST_SHOWN]:
            yield f"- {code(problem.file)}: {code(problem.message)}"
        if len(review.problems) > MOST_SHOWN:
            yield f"- and {len(review.problems) - MOST_SHOWN} more"
        yield ""
    yield from _legend(review)


def in_short(review: Review) -> str:
    """What was read, and how many choices stand where, in a sentence or two."""
    counts = [
        f"{number} {standing.value}"
        for standing in Standing
        if (number := sum(one.standing is standing for one in review.choices))
    ]
    files = "1 file" if review.files == 1 else f"{review.files} files"
    resources = "1 resource" if review.resources == 1 else f"{review.resources} resources"
    return f"Read: {files}, {resources}. Of {len(review.choices)} choices: {', '.join(counts)}."


def risk_words(one: QuestionReview) -> str:
    """The risk of a question, and what it may come to once all is known."""
    if one.risk is one.at_best:
        return one.risk.value
    return f"{one.risk.value} ({one.at_best.value} at best)"


def _risks(review: Review) -> Iterator[str]:
    yield "| pillar | question | risk | choices |"
    yield "|---|---|---|---|"
    for pillar in review.pillars:
        for one in pillar.questions:
            marks = " ".join(_MARKS[choice.standing] for choice in one.choices)
            yield f"| {pillar.pillar.name} | {one.question.number}. {one.question.title} | {risk_words(one)} | {marks} |"
    yield ""


def _legend(review: Review) -> Iterator[str]:
    yield "---"
    yield ""
    yield ", ".join(f"{mark} {standing.value}" for standing, mark in _MARKS.items()) + "."
    yield ""
    yield (
        "A question is at high risk while a required choice is not met, at medium risk while a good one is not. "
        "An accepted risk stays a risk. Rules beyond the profile are hints."
    )
    if review.tables:
        yield ""
        dates = ", ".join(f"{name} of {day}" for name, day in sorted(review.tables.items()))
        yield f"Data: {dates}."


def _changes(review: Review) -> Iterator[str]:
    since = "" if review.since is None else review.since.isoformat()
    yield f"## Since {since}"
    yield ""
    if not review.changes:
        yield "Nothing changed."
    for change in review.changes:
        yield f"- {_CHANGES[change.kind]}: {code(change.about)} {code(change.what)}"
    yield ""


def _worklist(tasks: Sequence[Task]) -> Iterator[str]:
    yield "## Worklist"
    yield ""
    if not tasks:
        yield "Nothing is left to do."
        yield ""
        return
    yield "| risk | do | rule | for | about |"
    yield "|---|---|---|---|---|"
    for task in tasks:
        about = ", ".join(code(subject) for subject in task.subjects[:3])
        more = f" and {len(task.subjects) - 3} more" if len(task.subjects) > 3 else ""
        what = cell(task.what)
        yield (
            f"| {task.risk.value if task.risk is not Risk.NONE else 'low'} | {task.kind.value}: {what} "
            f"| `{task.rule.id}` | {task.choice.priority.value}: {cell(task.choice.title)} | {about}{more} |"
        )
    yield ""


def _question(one: QuestionReview) -> Iterator[str]:
    yield f"### {one.question.number}. {one.question.title}"
    yield ""
    yield f"Risk: **{risk_words(one)}**"
    yield ""
    for choice in one.choices:
        yield from _choice(choice)


def _choice(one: ChoiceReview) -> Iterator[str]:
    choice = one.choice
    yield f"- {_MARKS[one.standing]} **{cell(choice.title)}** ({choice.priority.value}, {choice.checkmark}): {one.standing.value}"
    for asked in one.asked:
        yield f"  - {_asked(asked)}"
    for evidence in one.rules:
        yield from _rule(evidence)
    yield ""


def _asked(one: Asked) -> str:
    question = f"`{one.result.rule.id}`: {cell(one.question)}"
    if one.answer is None:
        hint = f" Look at: {cell(', '.join(one.evidence))}." if one.evidence else ""
        return f"{question} **Not answered.**{hint}"
    note = f": {code(one.answer.note)}" if one.answer.note else ""
    said = f"{one.answer.reply.value}, said {code(one.answer.author)} on {one.answer.given.isoformat()}{note}"
    if one.holds:
        return f"{question} **{said}** (until {one.last_day})"
    return f"{question} **The answer has ended** on {one.last_day}: {said}"


def _rule(one: RuleEvidence) -> Iterator[str]:
    judged = {verdict: count for verdict, count in one.verdicts.items() if count}
    applied = {verdict: count for verdict, count in judged.items() if verdict is not Verdict.NOT_APPLICABLE}
    words = ", ".join(f"{applied[verdict]} {verdict.value}" for verdict in Verdict if verdict in applied)
    hint = "" if one.counts else f" (hint, {one.rule.profile.value})"
    yield f"  - `{one.rule.id}`{hint}: {words or 'not applicable'}"
    for result in one.findings[:MOST_SHOWN]:
        yield f"    - {one.rule.severity.value}: {code(result.message or _named(result))}"
    if len(one.findings) > MOST_SHOWN:
        yield f"    - and {len(one.findings) - MOST_SHOWN} more"
    for result in one.accepted[:MOST_SHOWN]:
        yield f"    - accepted risk: {code(_named(result))}, {code(acceptance(result))}"
    if len(one.accepted) > MOST_SHOWN:
        yield f"    - and {len(one.accepted) - MOST_SHOWN} accepted ones more"
    for result in one.unknown[:MOST_SHOWN]:
        missing = "; ".join(str(why) for why in result.reasons)
        yield f"    - unknown: {code(_named(result))}, {code(missing)}"
    if len(one.unknown) > MOST_SHOWN:
        yield f"    - and {len(one.unknown) - MOST_SHOWN} unknown ones more"


def _named(result: Result) -> str:
    return f"{result.subject} {result.key}".rstrip()


def code(text: str) -> str:
    """The text as a code span: nothing in it is markup."""
    shown = visible(text).replace("|", "\\|")
    runs = [len(run) for run in re.findall("`+", shown)]
    fence = "`" * (max(runs, default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}" if shown else ""


def cell(text: str) -> str:
    """Text of a rule in a table or list: in one line, without a bar or a tag."""
    return visible(" ".join(text.split())).replace("|", "\\|").replace("<", "&lt;")
