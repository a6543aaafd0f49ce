"""A review: what the scan and the people say about each choice of the lens, the risk, and what is to be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from wa_policy.errors import Problem
from wa_policy.findings import Result, RuleFacts, Verdict
from wa_policy.iam.source import NOWHERE, Source
from wa_policy.review.lens import Choice, Pillar, Question
from wa_policy.settings import Profile


class Reply(StrEnum):
    """What a reviewer says to a question."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply of a reviewer to a manual rule, about the subjects that fit the pattern, on the day `given`; `expires` is its last day."""

    rule: str
    reply: Reply
    author: str
    given: date
    note: str = ""
    subject: str = "*"
    expires: date | None = None
    source: Source = field(default=NOWHERE, compare=False)


class Standing(StrEnum):
    """Where a choice stands."""

    MET = "met"
    NOT_MET = "not met"
    ACCEPTED = "accepted risk"
    UNKNOWN = "unknown"
    UNANSWERED = "unanswered"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a reviewer: its last answer, and whether that still holds on the day of the review."""

    result: Result
    question: str
    evidence: tuple[str, ...]
    answer: Answer | None
    last_day: date | None
    holds: bool


@dataclass(frozen=True, slots=True)
class RuleEvidence:
    """What one rule says for a choice. One that does not `count` is a hint: its profile goes beyond the chosen one."""

    rule: RuleFacts
    verdicts: Mapping[Verdict, int]
    findings: tuple[Result, ...]
    accepted: tuple[Result, ...]
    unknown: tuple[Result, ...]
    counts: bool


@dataclass(frozen=True, slots=True)
class ChoiceReview:
    """A choice with all that speaks for and against it."""

    choice: Choice
    standing: Standing
    rules: tuple[RuleEvidence, ...]
    asked: tuple[Asked, ...]


class Risk(StrEnum):
    """As in the Well-Architected Tool, the worst first."""

    HIGH = "high"
    MEDIUM = "medium"
    NONE = "none"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return tuple(Risk).index(self)


@dataclass(frozen=True, slots=True)
class QuestionReview:
    """A question with its choices; `risk` is as things are known, `at_best` once all that is open turns out well."""

    question: Question
    choices: tuple[ChoiceReview, ...]
    risk: Risk
    at_best: Risk


@dataclass(frozen=True, slots=True)
class PillarReview:
    """A pillar with its questions."""

    pillar: Pillar
    questions: tuple[QuestionReview, ...]

    def risks(self) -> Mapping[Risk, int]:
        """How many questions are at each risk."""
        return {risk: sum(one.risk is risk for one in self.questions) for risk in Risk}


class TaskKind(StrEnum):
    """What somebody has to do."""

    FIX = "fix"
    ANSWER = "answer"
    FIND_OUT = "find out"


@dataclass(frozen=True, slots=True)
class Task:
    """An entry of the worklist: what to do, for which choice, and about what. `missing` are the reasons of unknown verdicts."""

    kind: TaskKind
    risk: Risk
    choice: Choice
    rule: RuleFacts
    what: str
    subjects: tuple[str, ...]
    missing: tuple[str, ...] = ()


class ChangeKind(StrEnum):
    """What is another than in the review before."""

    BETTER = "better"
    WORSE = "worse"
    OTHER = "other"
    FOUND = "found"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference from the review before, in words."""

    kind: ChangeKind
    about: str
    what: str


@dataclass(frozen=True, slots=True)
class Review:
    """The review of a day. `since` is the day of the review that `changes` compare with, None where there is none.

    `notices` are findings that belong to no choice, such as waivers that have ended.
    """

    day: date
    profile: Profile
    pillars: tuple[PillarReview, ...]
    tasks: tuple[Task, ...]
    accounts: tuple[str, ...]
    files: int
    resources: int
    problems: tuple[Problem, ...] = ()
    tables: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Result, ...] = ()
    since: date | None = None
    changes: tuple[Change, ...] = ()

    @property
    def questions(self) -> tuple[QuestionReview, ...]:
        return tuple(question for pillar in self.pillars for question in pillar.questions)

    @property
    def accepted(self) -> tuple[tuple[RuleFacts, Result], ...]:
        """Each accepted risk once, with its rule."""
        found = {
            (one.rule.id, result.subject, result.key): (one.rule, result)
            for choice in self.choices
            for one in choice.rules
            for result in one.accepted
        }
        return tuple(found.values())

    @property
    def choices(self) -> tuple[ChoiceReview, ...]:
        return tuple(choice for question in self.questions for choice in question.choices)
