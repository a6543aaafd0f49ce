"""The answers of the formal engine."""

from __future__ import annotations

from dataclasses import dataclass

from wa_policy.evaluator.evaluate import Decision
from wa_policy.iam.request import Request
from wa_policy.iam.unknown import Unknown


@dataclass(frozen=True, slots=True)
class Proved:
    """There is no such request. `facts` says which known facts the proof used, beyond the policies."""

    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A statement of a policy: its number, counted from 0, and its Sid."""

    index: int
    sid: str | None


@dataclass(frozen=True, slots=True)
class Refuted:
    """There is one: `witness`, which the evaluator was asked about and answered with `decision`."""

    witness: Request
    decision: Decision
    facts: tuple[str, ...] = ()
    statement: Place | None = None
    """Where one document was asked: the statement of it that allows the request."""
    allowed_by: str = ""
    """Where two documents were compared both ways: which one allows it, `first` or `second`."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """Neither a request nor a proof was found."""

    reasons: tuple[Unknown, ...]


Answer = Proved | Refuted | Undecided
