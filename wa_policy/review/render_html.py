"""A review as one HTML page that works offline and prints: no script, nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from itertools import groupby

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
    many,
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

_MOST_SHOWN = 50
_FOLDED_FROM = 4


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
    yield "<header><h1>Serverless Lens review</h1>"
    yield f'<p class="dim">{review.day.isoformat()}, rules of profile {review.profile.value}. {text(in_short(review))}</p>'
    yield from _contents(review)
    yield "</header><main>"
    yield from _risks(review)
    if review.since is not None:
        yield from _changes(review)
    yield from _worklist(review.tasks)
    yield from _accepted(review)
    for pillar in review.pillars:
        yield f'<section aria-labelledby="{pillar.pillar.id}"><h2 id="{pillar.pillar.id}">{text(pillar.pillar.name)}</h2>'
        for question in pillar.questions:
            yield from _question(question)
        yield "</section>"
    if review.problems:
        yield '<h2 id="problems">Problems of the input</h2>'
        yield from _list(
            [f"<code>{text(one.file)}</code> {text(one.message)}" for one in review.problems], "problems"
        )
    if review.tables:
        dates = ", ".join(f"{name} of {day}" for name, day in sorted(review.tables.items()))
        yield f'<p class="dim">Data: {text(dates)}.</p>'
    yield "</main>"


def _contents(review: Review) -> Iterator[str]:
    parts = [("risks", "Risks")]
    parts += [("since", f"Since {review.since.isoformat()}")] if review.since is not None else []
    parts += [("worklist", "Worklist")]
    parts += [("accepted", "Accepted risks")] if review.accepted or review.notices else []
    parts += [(pillar.pillar.id, pillar.pillar.name) for pillar in review.pillars]
    links = " ".join(f'<a href="#{id_}">{text(name)}</a>' for id_, name in parts)
    yield f'<nav aria-label="Contents">{links}</nav>'


def _risks(review: Review) -> Iterator[str]:
    yield '<h2 id="risks">Risks</h2><div class="pillars">'
    for pillar in review.pillars:
        risks = pillar.risks()
        worst = next((risk for risk in Risk if risks[risk]), Risk.NONE)
        counts = ", ".join(f"{count} {risk.value}" for risk, count in risks.items() if count)
        yield f'<a class="pillar r-{worst.value}" href="#{pillar.pillar.id}"><b>{text(pillar.pillar.name)}</b><span>questions by risk: {counts}</span></a>'
    yield "</div>"
    yield '<table class="list"><thead><tr><th scope="col">question</th><th scope="col">risk</th><th scope="col">choices</th></tr></thead><tbody>'
    for question in review.questions:
        marks = "".join(_mark(one.standing) for one in question.choices)
        yield (
            f'<tr><th scope="row"><a href="#{question.question.id}">{text(question.question.number)}. {text(question.question.title)}</a></th>'
            f'<td class="r-{question.risk.value}">{risk_words(question)}</td>'
            f'<td><span class="marks" aria-hidden="true">{marks}</span> <span class="dim">{standings_of(question.choices)}</span></td></tr>'
        )
    yield "</tbody></table>"
    legend = ", ".join(f"{_mark(one)} {one.value}" for one in Standing)
    yield f'<p class="dim">{legend}. {HOW_RISKS_FOLLOW}</p>'


def _mark(standing: Standing) -> str:
    return f'<span class="s-{_class(standing)}" aria-hidden="true">{MARKS[standing]}</span>'


def _class(standing: Standing) -> str:
    return standing.value.replace(" ", "-")


# --- what changed, what to do ------------------------------------------------------------------------------------


def _changes(review: Review) -> Iterator[str]:
    since = "" if review.since is None else review.since.isoformat()
    yield f'<h2 id="since">Since {since}</h2>'
    if not review.changes:
        yield "<p>Nothing changed.</p>"
    for kind, changes in groupby(review.changes, key=lambda change: change.kind):
        rows = [f'{text(change.what)} <code class="dim">{text(change.about)}</code>' for change in changes]
        yield f'<h3 class="c-{kind.value}">{CHANGES[kind]} ({len(rows)})</h3>'
        yield from _list(rows, "changes")


def _worklist(tasks: Sequence[Task]) -> Iterator[str]:
    yield '<h2 id="worklist">Worklist</h2>'
    if not tasks:
        yield "<p>Nothing is left to do.</p>"
        return
    yield f"<p>{work_in_short(tasks)}</p>"
    for risk, choices in by_risk_and_choice(tasks):
        yield f'<h3 class="r-{risk.value}">{RISKS[risk]}</h3>'
        yield '<table class="list work"><thead><tr><th scope="col">do</th><th scope="col">what</th><th scope="col">about</th></tr></thead>'
        for choice, of_choice in choices:
            yield f'<tbody><tr><th colspan="3" scope="rowgroup">{text(choice.title)} <span class="dim">{choice.priority.value}, {choice.checkmark}</span></th></tr>'
            for task in of_choice:
                yield _task(task)
            yield "</tbody>"
        yield "</table>"
    missing = missing_in(tasks)
    if missing:
        yield "<h3>Find out</h3>"
        yield "<p>What is not known, and the rules that wait for it; what most of them wait for comes first.</p>"
        rows = []
        for one in missing:
            times = f" ({one.times} times)" if one.times > 1 else ""
            rules = "".join(f"<li><code>{text(rule)}</code></li>" for rule in one.rules)
            waiting = f"<details><summary>{many(len(one.rules), 'rule')}</summary><ul>{rules}</ul></details>"
            if len(one.rules) == 1:
                waiting = f"<code>{text(one.rules[0])}</code>"
            rows.append(f"<td>{prose(one.what)}{times}</td><td>{waiting}</td>")
        yield '<table class="list work"><thead><tr><th scope="col">what</th><th scope="col">waiting</th></tr></thead><tbody>'
        yield from (f"<tr>{row}</tr>" for row in rows[:_MOST_SHOWN])
        yield "</tbody></table>"
        if len(rows) > _MOST_SHOWN:
            yield f"<p>And {len(rows) - _MOST_SHOWN} more.</p>"


def _task(task: Task) -> str:
    id_ = f'<code class="dim">{text(task.rule.id)}</code>'
    if task.kind is TaskKind.ANSWER:
        about = "" if task.subjects == ("workload",) else _subjects(task.subjects)
        return f'<tr><td class="tight">answer</td><td>{prose(task.what)} {id_}</td><td>{about}</td></tr>'
    severity = task.rule.severity.value
    return (
        f'<tr><td class="tight">fix <span class="v-{severity}">{severity}</span></td>'
        f"<td><b>{prose(task.rule.title)}</b> {id_}<br>{prose(task.what)}{_snippets(task)}</td>"
        f"<td>{_subjects(task.subjects)}</td></tr>"
    )


_FORMATS = (
    ("sam", "SAM"),
    ("cloudformation", "CloudFormation"),
    ("terraform", "Terraform"),
    ("cli", "AWS CLI"),
)


def _snippets(task: Task) -> str:
    parts = [
        f"<p>{name}</p><pre>{escape(task.rule.fix[id_].rstrip())}</pre>"
        for id_, name in _FORMATS
        if id_ in task.rule.fix
    ]
    return f"<details><summary>as code</summary>{''.join(parts)}</details>" if parts else ""


def _subjects(subjects: Sequence[str]) -> str:
    lines = [f"<code>{text(subject)}</code>" for subject in subjects[:_MOST_SHOWN]]
    if len(subjects) > _MOST_SHOWN:
        lines.append(f"and {len(subjects) - _MOST_SHOWN} more")
    if len(subjects) < _FOLDED_FROM:
        return "<br>".join(lines)
    return f"<details><summary>{len(subjects)} subjects</summary>{'<br>'.join(lines)}</details>"


def _accepted(review: Review) -> Iterator[str]:
    if not review.accepted and not review.notices:
        return
    yield '<h2 id="accepted">Accepted risks</h2>'
    yield from _list(
        [
            f"<code>{text(rule.id)}</code> {_severity(rule.severity.value)} <code>{text(named(result))}</code>, {text(acceptance(result))}"
            for rule, result in review.accepted
        ]
        + [text(one.message or one.rule.title) for one in review.notices],
        "risks",
    )


def _list(rows: Sequence[str], word: str) -> Iterator[str]:
    """The rows as a list; a long one folds."""
    items = "".join(f"<li>{row}</li>" for row in rows)
    if len(rows) > 2 * _FOLDED_FROM:
        first = "".join(f"<li>{row}</li>" for row in rows[:_FOLDED_FROM])
        rest = "".join(f"<li>{row}</li>" for row in rows[_FOLDED_FROM:])
        yield f"<ul>{first}</ul><details><summary>{len(rows) - _FOLDED_FROM} more {word}</summary><ul>{rest}</ul></details>"
    elif rows:
        yield f"<ul>{items}</ul>"


# --- questions and evidence --------------------------------------------------------------------------------------


def _question(one: QuestionReview) -> Iterator[str]:
    yield (
        f'<h3 id="{one.question.id}">{text(one.question.number)}. {text(one.question.title)} '
        f'<span class="tag r-{one.risk.value}">risk: {risk_words(one)}</span></h3>'
    )
    for choice in one.choices:
        yield from _choice(choice)


def _choice(one: ChoiceReview) -> Iterator[str]:
    choice = one.choice
    yield (
        f'<details class="choice"{" open" if one.standing is Standing.NOT_MET else ""}><summary>{_mark(one.standing)} '
        f'<b>{text(choice.title)}</b> <span class="dim">{choice.priority.value}, {choice.checkmark}</span> '
        f'<span class="tag s-{_class(one.standing)}">{one.standing.value}</span></summary><ul>'
    )
    for asked in one.asked:
        yield f"<li>{_asked(asked)}</li>"
    evidence = evidence_of(one)
    for rule in evidence.telling:
        yield f"<li>{_rule(rule)}</li>"
    if evidence.passing:
        yield f"<li>pass: {', '.join(_titled(rule) for rule in evidence.passing)}</li>"
    if evidence.hints:
        hints = ", ".join(f"{_titled(rule)} ({verdict_words(rule)})" for rule in evidence.hints)
        yield f'<li class="dim">hints beyond the profile: {hints}</li>'
    if evidence.silent:
        yield f'<li class="dim">{silent_words(evidence.silent)}</li>'
    if evidence.none:
        yield f'<li class="dim">{NO_EVIDENCE}</li>'
    yield "</ul></details>"


def _titled(one: RuleEvidence) -> str:
    return f'<code title="{text(one.rule.title)}">{text(one.rule.id)}</code>'


def _asked(one: Asked) -> str:
    about = "" if one.result.subject == "workload" else f" <code>{text(one.result.subject)}</code>"
    question = f'{text(one.question)}{about} <code class="dim">{text(one.result.rule.id)}</code>'
    if one.answer is None:
        hint = f" Look at: {text('; '.join(one.evidence))}." if one.evidence else ""
        return f'{question} <b class="s-unanswered">Not answered.</b>{hint}'
    note = f": {text(one.answer.note)}" if one.answer.note else ""
    said = f"said {text(one.answer.author)} on {one.answer.given.isoformat()}{note}"
    if one.holds:
        return f"{question} <b>{one.answer.reply.value}</b>, {said} (until {one.last_day})"
    ended = f'<b class="s-unanswered">The answer has ended</b> on {one.last_day}'
    return f"{question} {ended}: {one.answer.reply.value}, {said}"


def _rule(one: RuleEvidence) -> str:
    missing = f" ({prose(missing_words(one.unknown))})" if one.unknown else ""
    rows = [
        *(prose(message) for message in list(told(one.findings))[:_MOST_SHOWN]),
        *(
            f"accepted: {text(named(result))}, {text(acceptance(result))}"
            for result in one.accepted[:_MOST_SHOWN]
        ),
    ]
    left = len(one.findings) + len(one.accepted) - len(rows)
    if left > 0:
        rows.append(f"and {left} more")
    head = f"{_titled(one)} {_severity(one.rule.severity.value)} {verdict_words(one)}{missing}"
    return f"{head}{''.join(_list(rows, 'findings'))}"


def _severity(severity: str) -> str:
    return f'<span class="v-{severity}">{severity}</span>'
