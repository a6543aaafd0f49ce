"""The custom policy checks of IAM Access Analyzer, with its names and meaning, offline and with a witness.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-custom-policy-checks.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from wa_policy.catalog.model import Catalog
from wa_policy.errors import InternalError
from wa_policy.evaluator.evaluate import Outcome
from wa_policy.formal.automata import has_marker
from wa_policy.formal.bindings import bindings
from wa_policy.formal.boxes import Bindings, Box, Side, has_unknown_part, texts_of, variables_of
from wa_policy.formal.budget import DEFAULT_STEPS, Budget, OutOfBudget
from wa_policy.formal.callers import typed
from wa_policy.formal.document_callers import callers_of
from wa_policy.formal.documents import (
    WITH_PRINCIPAL,
    CanonicalUser,
    DocumentCaller,
    boxes_of,
    decide,
    is_exact,
    place_of,
)
from wa_policy.formal.keys import FREE, KeyDomain
from wa_policy.formal.parametric import markers, twins
from wa_policy.formal.realism import Likely, solve_any, solve_realistic
from wa_policy.formal.solve import Found, Point
from wa_policy.formal.strings import Group
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.iam.pattern import glob, resource_glob
from wa_policy.iam.policy import Effect, Policy, PolicyKind, Statement
from wa_policy.iam.principal import User
from wa_policy.iam.request import Request
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown, UnknownKind


class Facts(StrEnum):
    """What a check knows beyond the documents."""

    AWS = "aws"
    """Nothing, as AWS's own checks: any action may meet any resource, any key may have any value."""
    KNOWN = "known"
    """The actions that there are, which resources they take, which keys they carry, and the keys' types."""


_SOMEONE = User("111122223333", "someone")
_NOTHING = Policy(None, (), NOWHERE)


@dataclass(frozen=True)
class _Comparison:
    """Is there a request in `asked` that `new` allows and `old` does not?"""

    new: Policy
    old: Policy
    asked: Box
    by_principal: bool
    catalog: Catalog
    facts: Facts

    @property
    def statements(self) -> tuple[Statement, ...]:
        return (*self.new.statements, *self.old.statements)

    def domain(self, key: str) -> KeyDomain:
        return FREE if self.facts is Facts.AWS else typed(key, self.catalog)


def check_no_new_access(
    existing: Policy,
    new: Policy,
    kind: PolicyKind,
    catalog: Catalog,
    facts: Facts | str = Facts.AWS,
    *,
    steps: int = DEFAULT_STEPS,
) -> Answer:
    """Proved iff `new` allows nothing that `existing` does not; Refuted with a request that only `new` allows."""
    return _check(
        _Comparison(new, existing, Box(), kind in WITH_PRINCIPAL, catalog, Facts(facts)), Budget(steps)
    )


def check_access_not_granted(
    policy: Policy,
    kind: PolicyKind,
    catalog: Catalog,
    *,
    actions: Sequence[str] = (),
    resources: Sequence[str] = (),
    facts: Facts | str = Facts.AWS,
    steps: int = DEFAULT_STEPS,
) -> Answer:
    """Proved iff the policy allows none of the actions on any of the resources; no actions means any, as do no resources."""
    asked = Box(
        (Group(tuple(glob(action.lower()) for action in actions)),) if actions else (),
        (Group(tuple(map(resource_glob, resources))),) if resources else (),
    )
    return _check(
        _Comparison(policy, _NOTHING, asked, kind in WITH_PRINCIPAL, catalog, Facts(facts)), Budget(steps)
    )


def check_equivalent(
    first: Policy,
    second: Policy,
    kind: PolicyKind,
    catalog: Catalog,
    facts: Facts | str = Facts.AWS,
    *,
    steps: int = DEFAULT_STEPS,
) -> Answer:
    """Proved iff both allow the same; Refuted with a request that one of them, `allowed_by`, allows alone."""
    answers = [
        check_no_new_access(first, second, kind, catalog, facts, steps=steps),
        check_no_new_access(second, first, kind, catalog, facts, steps=steps),
    ]
    for answer, name in zip(answers, ("second", "first"), strict=True):
        if isinstance(answer, Refuted):
            return replace(answer, allowed_by=name)
    reasons = tuple(
        dict.fromkeys(r for answer in answers if isinstance(answer, Undecided) for r in answer.reasons)
    )
    return Undecided(reasons) if reasons else answers[0]


# --- the search ---------------------------------------------------------------------------------------------------

_OPEN_VARIABLE = Unknown(UnknownKind.NOT_MODELLED, "a policy variable whose value is open decides")
_OPEN_PART = Unknown(UnknownKind.UNRESOLVED, "a part of a policy that is not known decides")
_SAMPLED = Unknown(
    UnknownKind.NOT_MODELLED, "a context key is compared both as text and as an address, number or date"
)
_CANONICAL = Unknown(
    UnknownKind.NOT_MODELLED, "a canonical user is granted access, and which account that is is not known"
)


def _check(comparison: _Comparison, budget: Budget) -> Answer:
    if _is_plain(comparison):
        return Proved()
    reasons: list[Unknown] = []
    callers: Iterator[DocumentCaller] = iter((None,))
    if comparison.by_principal:
        callers = callers_of((comparison.new, comparison.old))
    try:
        for caller in callers:
            answer = _check_caller(comparison, caller, budget)
            if isinstance(answer, Refuted):
                return answer
            if isinstance(answer, Undecided):
                reasons += answer.reasons
    except OutOfBudget:
        return Undecided((budget.unknown,))
    return Undecided(tuple(dict.fromkeys(reasons))) if reasons else Proved()


def _is_plain(comparison: _Comparison) -> bool:
    """True only if every Allow of the new document stands in the old one, and every Deny of the old one in the new one."""
    new, old = comparison.new, comparison.old
    if new.unreadable or old.unreadable:
        return new is old
    allowed = _certain(comparison, old, Effect.ALLOW)
    denied = _certain(comparison, new, Effect.DENY)
    return all(s in allowed for s in new.statements if s.effect is Effect.ALLOW) and all(
        s in denied for s in old.statements if s.effect is Effect.DENY
    )


def _check_caller(comparison: _Comparison, caller: DocumentCaller, budget: Budget) -> Answer:
    variables = sorted(variables_of(comparison.statements))
    exact = is_exact(comparison.new) and is_exact(comparison.old)
    complete = True
    for bound, closed in bindings(variables, comparison.domain, Side.NARROW, comparison.statements):
        del closed
        for required, avoid in _cubes(comparison, caller, Side.NARROW, bound):
            found = _solve(comparison, required, avoid, bound, budget)
            complete = complete and found.complete
            if found.point is not None:
                answer = _replayed(comparison, caller, found.point)
                if answer is None:
                    raise InternalError(f"a witness does not replay: {found.point} by {caller}")
                return answer
    if exact and not variables:
        return Proved() if complete else Undecided((_SAMPLED,))
    return _check_open(comparison, caller, budget)


def _check_open(comparison: _Comparison, caller: DocumentCaller, budget: Budget) -> Answer:
    """The proof for every value of the variables and every filling of the holes."""
    letters = markers(comparison.statements, texts_of) or {}
    for required, avoid in _cubes(comparison, caller, Side.WIDE, letters):
        kept, answered = twins(required, avoid)
        found = _solve(comparison, kept, answered, {}, budget)
        if found.point is not None or not found.complete:
            if found.point is not None and isinstance(
                answer := _replayed(comparison, caller, _filled(found.point, letters)), Refuted
            ):
                return answer
            exact = is_exact(comparison.new) and is_exact(comparison.old)
            return Undecided((_OPEN_VARIABLE if exact else _OPEN_PART,))
    return Proved()


def _filled(point: Point, letters: Bindings) -> Point:
    """The point with a name for each variable."""
    keys = dict(point.keys)
    action, resource = point.action, point.resource
    for key, letter in letters.items():
        value = keys.get(key)
        if not isinstance(value, str) or has_marker(value):
            value = keys[key] = "alice"
        resource = resource.replace(letter or "", value)
        for name, text in keys.items():
            if isinstance(text, str):
                keys[name] = text.replace(letter or "", value)
    return Point(action, resource, keys)


def _cubes(
    comparison: _Comparison, caller: DocumentCaller, side: Side, bound: Bindings
) -> Iterator[tuple[list[Box], list[Box]]]:
    """The ways to be allowed by the new document and not by the old one."""
    new = boxes_of(comparison.new, caller, side, bound)
    old = boxes_of(comparison.old, caller, side.other, bound)
    allowed = _certain(comparison, comparison.old, Effect.ALLOW)
    denied = _certain(comparison, comparison.new, Effect.DENY)
    # A Deny of the old document that the new one has too decides nothing.
    telling = [box for box in old.denies if box.statement not in denied]
    asked = [] if comparison.asked.is_everything else [comparison.asked]
    for box in new.allows:
        if box.statement is None or box.statement not in allowed:
            yield [*asked, box], [*new.denies, *old.allows]
        for deny in telling:
            yield [*asked, box, deny], list(new.denies)


def _certain(comparison: _Comparison, policy: Policy, effect: Effect) -> frozenset[Statement]:
    """The statements of a document that say the same in the other one: a hole may be filled differently there."""
    same = comparison.new is comparison.old
    return frozenset(s for s in policy.statements if s.effect is effect and (same or not has_unknown_part(s)))


def _solve(
    comparison: _Comparison, required: list[Box], avoid: list[Box], bound: Bindings, budget: Budget
) -> Found:
    def domain(key: str) -> KeyDomain:
        return KeyDomain(fixed=(bound[key],)) if key in bound else comparison.domain(key)

    likely = Likely(domain, tuple(bound), _SOMEONE.account)
    if comparison.facts is Facts.AWS:
        return solve_any(required, avoid, likely, comparison.catalog, budget)
    found = solve_realistic(required, avoid, likely, comparison.catalog, budget)
    if found.point is not None:
        return found
    # The account is for show: the documents may name resources of others only.
    return solve_realistic(
        required, avoid, replace(likely, resource_account=None), comparison.catalog, budget
    )


def _replayed(comparison: _Comparison, caller: DocumentCaller, point: Point) -> Answer | None:
    """The witness of a point; None iff the evaluator does not agree."""
    if isinstance(caller, CanonicalUser):
        return Undecided((_CANONICAL,))
    known = comparison.catalog.action(point.action)
    action = point.action if known is None else known.full_name
    context = {key: value for key, value in point.keys.items() if value is not None}
    request = Request(caller or _SOMEONE, action, point.resource, None, context)
    decision = decide(comparison.new, request, by_principal=comparison.by_principal)
    before = decide(comparison.old, request, by_principal=comparison.by_principal)
    if decision.outcome is not Outcome.ALLOWED or before.outcome in (Outcome.ALLOWED, Outcome.UNKNOWN):
        return None
    return Refuted(request, decision, statement=place_of(decision, comparison.new))
