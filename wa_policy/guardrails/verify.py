"""Which rules do control policies enforce that exist already: in full, in part, or not at all?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import Level
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.guardrails.defects import Defect
from wa_policy.guardrails.generate import LeftOut
from wa_policy.guardrails.model import Guardrail
from wa_policy.guardrails.places import Attached, Place
from wa_policy.guardrails.prove import as_level, find_denied, find_hole
from wa_policy.guardrails.slips import relocated
from wa_policy.iam.policy import Effect, Policy, Statement, Version
from wa_policy.iam.request import Request
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown

Progress = Callable[[str, int, int], None]


class Enforced(StrEnum):
    FULL = "full"
    """Every request that the rule forbids, and that such a policy can bind, is denied."""
    PART = "part"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Enforcement:
    """How far the policies of one place enforce one rule.

    `hole` is a forbidden request that they let through, `denied` one that they stop, by the statements in `by`.
    """

    guardrail: Guardrail
    place: Place
    enforced: Enforced
    hole: Request | None = None
    denied: Request | None = None
    by: tuple[str, ...] = ()
    reasons: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Verified:
    """What control policies that exist enforce. `left_out` are the rules that were not asked about."""

    enforcements: tuple[Enforcement, ...]
    defects: tuple[Defect, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def verify(
    guardrails: Sequence[Guardrail],
    places_of: Callable[[Guardrail], Sequence[Place]],
    catalog: Catalog,
    progress: Progress | None = None,
) -> tuple[Enforcement, ...]:
    """For each rule and each place of its kind, how far the policies there enforce it."""
    found: list[Enforcement] = []
    for number, guardrail in enumerate(guardrails):
        if progress is not None:
            progress(guardrail.rule_id, number, len(guardrails))
        found += [_enforcement(guardrail, place, catalog) for place in places_of(guardrail)]
    return tuple(found)


def _enforcement(guardrail: Guardrail, place: Place, catalog: Catalog) -> Enforcement:
    if isinstance(place.levels, Unknown):
        return Enforcement(guardrail, place, Enforced.UNKNOWN, reasons=(place.levels,))
    hole = find_hole(guardrail, place.levels, catalog)
    match hole:
        case Proved():
            return Enforcement(guardrail, place, Enforced.FULL)
        case Undecided(reasons):
            return Enforcement(guardrail, place, Enforced.UNKNOWN, reasons=reasons)
        case Refuted(witness):
            denied = find_denied(guardrail, place.levels, catalog)
            return _moved(_with_hole(guardrail, place, witness, denied, catalog), place.levels, catalog)


def _with_hole(
    guardrail: Guardrail, place: Place, hole: Request, denied: Answer, catalog: Catalog
) -> Enforcement:
    match denied:
        case Refuted(witness, decision):
            by = {_named(place, statement) for _, statement in decision.statements}
            return Enforcement(guardrail, place, Enforced.PART, hole, witness, tuple(sorted(by)))
        case Proved():
            return _by_absence(guardrail, place, hole, catalog)
        case Undecided(reasons):
            # That there is a hole is certain; whether anything is stopped is not.
            return Enforcement(guardrail, place, Enforced.UNKNOWN, hole, reasons=reasons)


def _by_absence(guardrail: Guardrail, place: Place, hole: Request, catalog: Catalog) -> Enforcement:
    """No statement denies a forbidden request; but one may be allowed by no statement of a level."""
    reasons: list[Unknown] = []
    for level in place.levels if isinstance(place.levels, tuple) else ():
        answer = find_hole(guardrail, (_without_allowed(level),), catalog)
        if isinstance(answer, Refuted):
            by = (f"what is allowed at {level.name or place.name}",)
            return Enforcement(guardrail, place, Enforced.PART, hole, answer.witness, by)
        if isinstance(answer, Undecided):
            reasons += answer.reasons
    enforced = Enforced.UNKNOWN if reasons else Enforced.NONE
    return Enforcement(guardrail, place, enforced, hole, reasons=tuple(dict.fromkeys(reasons)))


def _without_allowed(level: Level) -> Level:
    """A level that allows exactly what this one allows by no statement."""
    denies = tuple(
        replace(statement, effect=Effect.DENY)
        for policy in level.policies
        for statement in policy.statements
        if statement.effect is Effect.ALLOW
    )
    return as_level((Policy(Version.OF_2012, denies, NOWHERE),), level.name)


def _named(place: Place, statement: Statement) -> str:
    """The statement with the policy it stands in."""
    for one in place.attached:
        for index, found in enumerate(one.policy.statements):
            if found is statement:
                sid = f" `{found.sid}`" if found.sid else ""
                return f"statement {index}{sid} of {one.name}"
    return "a statement"


def _moved(found: Enforcement, levels: Sequence[Level], catalog: Catalog) -> Enforcement:
    """The same with requests in an account of the place."""
    if not found.place.accounts:
        return found
    account, kind = found.place.accounts[0], found.guardrail.kind

    def there(request: Request | None) -> Request | None:
        return None if request is None else relocated(request, account, kind, levels, catalog)

    return replace(found, hole=there(found.hole), denied=there(found.denied))


@dataclass(frozen=True, slots=True)
class InForce:
    """A target whose own policies enforce a rule in full, for everything below it."""

    rule_id: str
    target: str
    policies: tuple[str, ...]
    """The names of the policies that do it."""


def in_force(
    guardrails: Sequence[Guardrail],
    places_of: Callable[[Guardrail], Sequence[Place]],
    catalog: Catalog,
) -> tuple[InForce, ...]:
    """At which levels rules are enforced in full already, sorted by rule and from the root down."""
    found: dict[InForce, None] = {}
    known: dict[tuple[str, str], tuple[str, ...]] = {}
    for guardrail in guardrails:
        for place in places_of(guardrail):
            for level in place.levels if isinstance(place.levels, tuple) else ():
                target = level.name or place.name
                asked = (guardrail.rule_id, target)
                if asked not in known:
                    own = [one for one in place.attached if one.target == target]
                    known[asked] = _enforcing(guardrail, level, own, catalog)
                if known[asked]:
                    found[InForce(guardrail.rule_id, target, known[asked])] = None
    return tuple(found)


def _enforcing(
    guardrail: Guardrail, level: Level, attached: Sequence[Attached], catalog: Catalog
) -> tuple[str, ...]:
    """The policies of a level that enforce the rule in full: those that do so alone, else all of them together."""
    own = [one for one in attached if one.name not in _FULL_ACCESS]
    if not own or not isinstance(find_hole(guardrail, (level,), catalog), Proved):
        return ()
    alone = [
        one for one in own if isinstance(find_hole(guardrail, (as_level((one.policy,)),), catalog), Proved)
    ]
    return tuple(sorted(one.name for one in alone or own))


_FULL_ACCESS = ("FullAWSAccess", "RCPFullAWSAccess")
