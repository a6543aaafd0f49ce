"""What a scan says: results per rule and subject, and the report that holds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from wa_policy.errors import Problem
from wa_policy.iam.request import Request
from wa_policy.iam.source import NOWHERE, Source
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import ReadFile
from wa_policy.settings import Profile


class Severity(StrEnum):
    """From the worst down."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _SEVERITIES.index(self)


_SEVERITIES = tuple(Severity)


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105  # no password
    FAIL = "fail"
    NOT_APPLICABLE = "not applicable"
    UNKNOWN = "unknown"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What a report needs to know about a rule."""

    id: str
    title: str
    pillar: str
    severity: Severity
    profile: Profile
    lens: tuple[str, ...] = ()
    why: str = ""
    fix: Mapping[str, str] = field(default_factory=dict)
    """Advice by format; `text` is for everyone."""
    references: tuple[str, ...] = ()
    limits: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """A request that shows the finding: the evaluator was asked and allowed it.

    `attack` says it in one line for a person; `statements` are the places of the statements that allow it.
    `assumed` says which policies were assumed where they are not part of the question (the caller's own side).
    """

    request: Request
    attack: str
    statements: tuple[Source, ...] = ()
    assumed: str = ""
    doubts: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiver:
    """A risk that somebody accepted: findings of the rule on subjects (and keys) that fit the patterns.

    `expires` is the last day on which it holds, None for one without an end.
    """

    rule: str
    subject: str
    reason: str
    owner: str
    key: str = "*"
    ticket: str = ""
    expires: date | None = None
    source: Source = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Baselined:
    """The finding was there when the baseline was written."""

    file: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The files that the finding rests on are as they were at `base`, a revision of Git."""

    base: str


Acceptance = Waiver | Baselined | Unchanged


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict of one rule on one subject, or on one part of it (`key`, stable over scans).

    A fail is a finding, shown by its `witness` or, where no request can show it, by the words of `evidence`. `source` is
    the place to look at; `reasons` says why an unknown verdict is unknown. `accepted` says who wants to see it no more.
    """

    rule: RuleFacts
    subject: str
    subject_type: str
    verdict: Verdict
    source: Source
    message: str = ""
    key: str = ""
    witness: Witness | None = None
    reasons: tuple[Unknown, ...] = ()
    account: str | None = None
    may_not_apply: bool = False
    """The verdict is unknown, and so is whether the rule is about the subject, or about another item of it, at all."""
    evidence: str = ""
    accepted: Acceptance | None = None

    @property
    def order(self) -> tuple[int, str, str, str, str]:
        """Reports are sorted by this: the worst first, then by names."""
        return (self.rule.severity.rank, self.rule.id, self.subject, self.key, self.verdict)


@dataclass(frozen=True, slots=True)
class TypeRead:
    """A resource type that was read: how many `resources`, and how many rules select it.

    `applied` counts the rules that said more than "not applicable" about one of the resources. A resource of a type with
    `part_of` is read into those of the other types, whose rules see it.
    """

    type: str
    resources: int
    rules: int
    applied: int = 0
    part_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """All results of a scan with the problems met while reading. Sorted; the same input gives the same report."""

    results: tuple[Result, ...]
    problems: tuple[Problem, ...] = ()
    files: tuple[ReadFile, ...] = ()
    accounts: tuple[str, ...] = ()
    profile: Profile = Profile.CORE
    principals: int = 0
    """How many principals were read."""
    resources: int = 0
    tables: Mapping[str, str] = field(default_factory=dict)
    """The dated data behind the verdicts, with their dates: the catalog of actions and the rule tables."""
    types: tuple[TypeRead, ...] = ()
    """The resource types that were read, sorted by name."""

    @cached_property
    def findings(self) -> tuple[Result, ...]:
        """The results that fail, but those that were accepted."""
        return tuple(
            result for result in self.results if result.verdict is Verdict.FAIL and result.accepted is None
        )

    @cached_property
    def unknown(self) -> tuple[Result, ...]:
        """The results that are unknown, but those that were accepted."""
        return tuple(
            result for result in self.results if result.verdict is Verdict.UNKNOWN and result.accepted is None
        )

    @cached_property
    def accepted(self) -> tuple[Result, ...]:
        """The results that a waiver or the baseline accepts."""
        return tuple(result for result in self.results if result.accepted is not None)

    @cached_property
    def without_rules(self) -> tuple[TypeRead, ...]:
        """The types that none of the rules is about, nor about what they are a part of; the most resources first."""
        found = (read for read in self.types if not read.rules and not read.part_of)
        return tuple(sorted(found, key=lambda read: (-read.resources, read.type)))

    @cached_property
    def verdicts(self) -> Counter[Verdict]:
        return Counter(result.verdict for result in self.results)

    @cached_property
    def severities(self) -> Counter[Severity]:
        """How many findings of each severity."""
        return Counter(result.rule.severity for result in self.findings)
