"""A report and the answers of people to a review."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from wa_policy.findings import Report, Result, Verdict
from wa_policy.iam.pattern import glob, matches
from wa_policy.review.lens import Choice, Priority, Question, lens
from wa_policy.review.model import (
    Answer,
    Asked,
    ChoiceReview,
    PillarReview,
    QuestionReview,
    Reply,
    Review,
    Risk,
    RuleEvidence,
    Standing,
)
from wa_policy.review.tasks import tasks_of
from wa_policy.rules.model import Manual, Rule
from wa_policy.settings import Profile

_PROFILES = tuple(Profile)


def assess(
    report: Report, rules: Sequence[Rule], answers: Sequence[Answer], today: date, profile: Profile
) -> Review:
    """The review: rules up to the profile decide, those beyond it are hints.

    `report` is a scan with all rules, the manual ones included.
    """
    results: dict[str, list[Result]] = {}
    for result in report.results:
        results.setdefault(result.rule.id, []).append(result)
    by_choice: dict[str, list[Rule]] = {}
    for rule in sorted(rules, key=lambda rule: rule.id):
        for choice in rule.lens:
            by_choice.setdefault(choice, []).append(rule)

    def choice_of(choice: Choice) -> ChoiceReview:
        found = by_choice.get(choice.id, [])
        evidence = tuple(
            _evidence(rule, results.get(rule.id, ()), profile)
            for rule in found
            if not isinstance(rule.check, Manual)
        )
        asked = tuple(
            one
            for rule in found
            if isinstance(rule.check, Manual)
            for one in _asked(rule, rule.check, results.get(rule.id, ()), answers, today)
        )
        return ChoiceReview(choice, _standing(evidence, asked), evidence, asked)

    known = {rule.id for rule in rules}
    pillars = tuple(
        PillarReview(
            pillar,
            tuple(
                _question(question, tuple(choice_of(choice) for choice in question.choices))
                for question in pillar.questions
            ),
        )
        for pillar in lens()
    )
    return Review(
        day=today,
        profile=profile,
        pillars=pillars,
        tasks=tasks_of(pillars),
        accounts=report.accounts,
        files=len(report.files),
        resources=report.resources,
        problems=report.problems,
        tables=report.tables,
        notices=tuple(one for one in report.findings if one.rule.id not in known),
    )


def _evidence(rule: Rule, results: Iterable[Result], profile: Profile) -> RuleEvidence:
    found = tuple(results)
    open_ = [result for result in found if result.accepted is None]
    return RuleEvidence(
        rule=found[0].rule if found else rule.facts,
        verdicts=Counter(result.verdict for result in found),
        findings=tuple(result for result in open_ if result.verdict is Verdict.FAIL),
        accepted=tuple(result for result in found if result.accepted is not None),
        unknown=tuple(result for result in open_ if result.verdict is Verdict.UNKNOWN),
        counts=_PROFILES.index(rule.profile) <= _PROFILES.index(profile),
    )


def _asked(
    rule: Rule, manual: Manual, results: Iterable[Result], answers: Sequence[Answer], today: date
) -> Iterable[Asked]:
    for result in results:
        if result.verdict is not Verdict.MANUAL:
            continue
        fitting = [
            answer
            for answer in answers
            if answer.rule == rule.id
            and matches(glob(answer.subject), result.subject)
            and answer.given <= today
        ]
        answer = max(fitting, key=lambda one: one.given, default=None)
        last_day = None if answer is None else _last_day(answer, manual.expires_days)
        yield Asked(
            result,
            manual.question,
            manual.evidence,
            answer,
            last_day,
            holds=last_day is not None and today <= last_day,
        )


def _last_day(answer: Answer, expires_days: int) -> date:
    """The last day on which an answer holds: its own, at most so long as the rule lets answers hold."""
    longest = answer.given + timedelta(days=expires_days)
    return longest if answer.expires is None else min(answer.expires, longest)


# --- standing and risk -----------------------------------------------------------------------------------------------


def _standing(evidence: Sequence[RuleEvidence], asked: Sequence[Asked]) -> Standing:
    counted = [one for one in evidence if one.counts]
    replies = [one.answer.reply if one.answer is not None and one.holds else None for one in asked]
    if any(one.findings for one in counted) or Reply.NO in replies:
        return Standing.NOT_MET
    # Where no rule decides and nobody is asked nothing is known.
    if any(one.unknown for one in counted) or not (counted or asked):
        return Standing.UNKNOWN
    if None in replies:
        return Standing.UNANSWERED
    if any(one.accepted for one in counted):
        return Standing.ACCEPTED
    if any(one.verdicts.get(Verdict.PASS) for one in counted) or Reply.YES in replies:
        return Standing.MET
    return Standing.NOT_APPLICABLE


_GOOD = (Standing.MET, Standing.NOT_APPLICABLE)
_OPEN = (Standing.UNKNOWN, Standing.UNANSWERED)


def _question(question: Question, choices: tuple[ChoiceReview, ...]) -> QuestionReview:
    standings = {one.choice: one.standing for one in choices}
    now = risk_of(question, {choice for choice, standing in standings.items() if standing in _GOOD})
    best = risk_of(question, {choice for choice, standing in standings.items() if standing in _GOOD + _OPEN})
    return QuestionReview(question, choices, now, best)


def risk_of(question: Question, good: set[Choice]) -> Risk:
    """None where all required and good choices are met, medium where all required are, else high."""
    missing = {choice.priority for choice in question.choices if choice not in good}
    if Priority.REQUIRED in missing:
        return Risk.HIGH
    return Risk.MEDIUM if Priority.GOOD in missing else Risk.NONE


def standings(review: Review) -> Mapping[str, Standing]:
    """Where each choice stands, by its id."""
    return {one.choice.id: one.standing for one in review.choices}
