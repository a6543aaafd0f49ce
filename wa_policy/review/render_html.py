"""A review as one HTML page that works offline and prints: no script, nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files

from wa_policy.findings import Result, Verdict
from wa_policy.findings.acceptance import acceptance
from wa_policy.findings.visible import visible
from wa_policy.review.model import (
    Asked,
    ChoiceReview,
    QuestionReview,
    Review,
    Risk,
    RuleEvidence,
    Standing,
    Task,
)
from wa_policy.review.render_markdown import in_short, risk_words

_MOST_SHOWN = 50


def render(review: Review) -> str:
    """The page; all text from the input is escaped."""
    template = files("wa_policy.review").joinpath("review.html").read_text("utf-8")
    body = "\n".join(_body(review))
    return template.replace("@TITLE@", f"Serverless Lens review, {review.day.isoformat()}").replace(
        "@BODY@", body
    )


def text(value: str) -> str:
    """Text from the input as HTML."""
    return escape(visible(value))


_CODE = re.compile("`([^`]+)`")


def prose(value: str) -> str:
    """Text of a rule as HTML, with what stands in backticks as code."""
    return _CODE.sub(r"<code>\1</code>", text(value))


def _body(review: Review) -> Iterator[str]:
    yield f'<header><h1>Serverless Lens review</h1><p class="dim">{review.day.isoformat()}, rules of profile {review.profile.value}. {text(in_short(review))}</p></header>'
    yield "<main>"
    yield from _risks(review)
    if review.since is not None:
        yield f"<h2>Since {review.since.isoformat()}</h2>"
        if not review.changes:
            yield "<p>Nothing changed.</p>"
        else:
            yield '<table class="list"><tr><th>change</th><th>about</th><th>what</th></tr>'
            for change in review.changes:
                yield f'<tr class="c-{change.kind.value}"><td>{change.kind.value}</td><td><code>{text(change.about)}</code></td><td>{text(change.what)}</td></tr>'
            yield "</table>"
    yield from _worklist(review.tasks)
    for pillar in review.pillars:
        yield f'<h2 id="{pillar.pillar.id}">{text(pillar.pillar.name)}</h2>'
        for question in pillar.questions:
            yield from _question(question)
    if review.problems:
        yield "<h2>Problems of the input</h2><ul>"
        yield from (f"<li><code>{text(one.file)}</code> {text(one.message)}</li>" for one in review.problems)
        yield "</ul>"
    yield '<p class="dim">A question is at high risk while a required choice is not met, at medium risk while a good one is not. An accepted risk stays a risk. Rules beyond the profile are hints.</p>'
    if review.tables:
        dates = ", ".join(f"{name} of {day}" for name, day in sorted(review.tables.items()))
        yield f'<p class="dim">Data: {text(dates)}.</p>'
    yield "</main>"


def _risks(review: Review) -> Iterator[str]:
    yield '<div class="pillars">'
    for pillar in review.pillars:
        risks = pillar.risks()
        worst = next((risk for risk in Risk if risks[risk]), Risk.NONE)
        counts = ", ".join(f"{count} {risk.value}" for risk, count in risks.items() if count)
        yield f'<a class="pillar r-{worst.value}" href="#{pillar.pillar.id}"><b>{text(pillar.pillar.name)}</b><span>risk: {counts}</span></a>'
    yield "</div>"
    yield '<table class="list"><tr><th>question</th><th>risk</th><th>choices</th></tr>'
    for question in review.questions:
        marks = " ".join(
            f'<span class="s-{_class(one.standing)}" title="{text(one.choice.title)}: {one.standing.value}">{_mark(one.standing)}</span>'
            for one in question.choices
        )
        yield (
            f'<tr><td><a href="#{question.question.id}">{text(question.question.number)}. {text(question.question.title)}</a></td>'
            f'<td class="r-{question.risk.value}">{risk_words(question)}</td><td class="marks">{marks}</td></tr>'
        )
    yield "</table>"
    legend = ", ".join(f'<span class="s-{_class(one)}">{_mark(one)}</span> {one.value}' for one in Standing)
    yield f'<p class="dim">{legend}</p>'


_MARKS = {
    Standing.MET: "✔",
    Standing.NOT_MET: "✘",
    Standing.ACCEPTED: "◆",
    Standing.UNKNOWN: "?",
    Standing.UNANSWERED: "…",
    Standing.NOT_APPLICABLE: "–",
}


def _mark(standing: Standing) -> str:
    return _MARKS[standing]


def _class(standing: Standing) -> str:
    return standing.value.replace(" ", "-")


def _worklist(tasks: Iterable[Task]) -> Iterator[str]:
    yield "<h2>Worklist</h2>"
    rows = list(tasks)
    if not rows:
        yield "<p>Nothing is left to do.</p>"
        return
    yield '<table class="list"><tr><th>risk</th><th>do</th><th>what</th><th>for</th><th>about</th></tr>'
    for task in rows:
        shown = "".join(f"<li><code>{text(subject)}</code></li>" for subject in task.subjects[:_MOST_SHOWN])
        about = (
            f"<code>{text(task.subjects[0])}</code>"
            if len(task.subjects) == 1
            else f"<details><summary>{len(task.subjects)}</summary><ul>{shown}</ul></details>"
        )
        yield (
            f'<tr><td class="tight r-{task.risk.value}">{task.risk.value}</td><td class="tight">{task.kind.value}</td>'
            f'<td><b>{prose(task.rule.title)}</b> <code class="dim">{text(task.rule.id)}</code><br>{prose(task.what)}</td>'
            f"<td>{task.choice.priority.value}: {text(task.choice.title)}</td><td>{about}</td></tr>"
        )
    yield "</table>"


def _question(one: QuestionReview) -> Iterator[str]:
    yield (
        f'<h3 id="{one.question.id}">{text(one.question.number)}. {text(one.question.title)} '
        f'<span class="tag r-{one.risk.value}">risk: {risk_words(one)}</span></h3>'
    )
    for choice in one.choices:
        yield from _choice(choice)


def _choice(one: ChoiceReview) -> Iterator[str]:
    choice = one.choice
    opened = " open" if one.standing is Standing.NOT_MET else ""
    yield (
        f'<details class="choice"{opened}><summary><span class="s-{_class(one.standing)}">{_mark(one.standing)}</span> '
        f'<b>{text(choice.title)}</b> <span class="dim">{choice.priority.value}, {choice.checkmark}</span> '
        f'<span class="tag s-{_class(one.standing)}">{one.standing.value}</span></summary><ul>'
    )
    for asked in one.asked:
        yield f"<li>{_asked(asked)}</li>"
    for evidence in one.rules:
        yield from _rule(evidence)
    yield "</ul></details>"


def _asked(one: Asked) -> str:
    question = f"<code>{text(one.result.rule.id)}</code> {text(one.question)}"
    if one.answer is None:
        hint = f" Look at: {text(', '.join(one.evidence))}." if one.evidence else ""
        return f"{question} <b>Not answered.</b>{hint}"
    note = f": {text(one.answer.note)}" if one.answer.note else ""
    said = f"{one.answer.reply.value}, said {text(one.answer.author)} on {one.answer.given.isoformat()}{note}"
    if one.holds:
        return f"{question} <b>{said}</b> (until {one.last_day})"
    return f"{question} <b>The answer has ended</b> on {one.last_day}: {said}"


def _rule(one: RuleEvidence) -> Iterator[str]:
    applied = {
        verdict: count
        for verdict, count in one.verdicts.items()
        if count and verdict is not Verdict.NOT_APPLICABLE
    }
    words = ", ".join(f"{applied[verdict]} {verdict.value}" for verdict in Verdict if verdict in applied)
    hint = "" if one.counts else f' <span class="dim">(hint, {one.rule.profile.value})</span>'
    lines = [
        *(
            _line(one.rule.severity.value, result.message or _named(result))
            for result in one.findings[:_MOST_SHOWN]
        ),
        *(
            _line("accepted risk", f"{_named(result)}, {acceptance(result)}")
            for result in one.accepted[:_MOST_SHOWN]
        ),
        *(
            _line("unknown", f"{_named(result)}: {'; '.join(str(why) for why in result.reasons)}")
            for result in one.unknown[:_MOST_SHOWN]
        ),
    ]
    total = len(one.findings) + len(one.accepted) + len(one.unknown)
    if total > len(lines):
        lines.append(f"<li>and {total - len(lines)} more</li>")
    inner = f"<ul>{''.join(lines)}</ul>" if lines else ""
    yield f'<li><code title="{text(one.rule.title)}">{text(one.rule.id)}</code>{hint}: {words or "not applicable"}{inner}</li>'


def _line(kind: str, what: str) -> str:
    return f'<li><span class="v-{kind.replace(" ", "-")}">{kind}</span> {text(what)}</li>'


def _named(result: Result) -> str:
    return f"{result.subject} {result.key}".rstrip()
