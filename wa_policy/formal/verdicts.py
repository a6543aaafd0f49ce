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
class Refuted:
    """There is one: `witness`, which the evaluator was asked about and answered with `decision`."""

    witness: Request
    decision: Decision
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Undecided:
    """Neither a request nor a proof was found."""

    reasons: tuple[Unknown, ...]


Answer = Proved | Refuted | Undecided
