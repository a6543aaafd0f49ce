"""The actions of a service in cells: each has one formula that decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.evaluator.decisions import CallerKind, ResourceRule, Situation, decision_rule
from wa_policy.evaluator.formula import All, Any, Atom, Formula, Not
from wa_policy.evaluator.situations import ALWAYS_ALLOWED, ASSUME_ROLE, BELONGS_TO_AWS

Pair = tuple[ActionSet, ActionSet]
"""The actions for which something surely holds, and those for which it may."""
Ask = Callable[[Atom], Pair]


@dataclass(frozen=True, slots=True)
class Features:
    """What of a request beside its action chooses the formula."""

    caller: CallerKind
    same_account: bool
    is_role: bool
    is_key: bool
    of_aws: tuple[int, ...]
    """Which of `BELONGS_TO_AWS` the resource is."""


def features_of_arn(arn: str) -> tuple[bool, bool, tuple[int, ...]]:
    """The last three features."""
    of_aws = tuple(number for number, (_, part) in enumerate(BELONGS_TO_AWS) if part in arn)
    return ":role/" in arn, ":key/" in arn, of_aws


def cells(features: Features, service: str, catalog: Catalog) -> Iterator[tuple[ActionSet, Situation]]:
    """The actions of the service by their situation; `execute-api:Invoke` is taken as signed with IAM credentials."""
    rest = catalog.actions_matching(f"{service}:*") & catalog.listed
    for rule, actions in _special(features, service):
        part = _set(actions, catalog) & rest
        rest ^= part
        yield from _by_control(features, service, rule, part, catalog)
    yield from _by_control(features, service, ResourceRule.ORDINARY, rest, catalog)


def _special(features: Features, service: str) -> Iterator[tuple[ResourceRule, frozenset[str]]]:
    yield ResourceRule.ALWAYS, ALWAYS_ALLOWED
    for number in features.of_aws:
        yield ResourceRule.NEVER, BELONGS_TO_AWS[number][0]
    if features.caller is CallerKind.ROOT:
        yield ResourceRule.NEVER, frozenset(("sts:assumerole", "sts:assumeroot"))
    if features.is_role:
        yield ResourceRule.MUST_GRANT, ASSUME_ROLE
    if features.is_key and service == "kms":
        yield ResourceRule.MUST_GRANT, frozenset(("kms:*",))


def _by_control(
    features: Features, service: str, rule: ResourceRule, actions: ActionSet, catalog: Catalog
) -> Iterator[tuple[ActionSet, Situation]]:
    if not actions:
        return
    exempt = actions
    if catalog.supports_resource_control_policies(service) and (
        features.caller is not CallerKind.SERVICE_LINKED_ROLE
    ):
        exempt = _set(catalog.rcp_exempt_actions, catalog) & actions
    for part, controlled in ((actions ^ exempt, True), (exempt, False)):
        if part:
            yield part, Situation(features.caller, features.same_account, rule, controlled)


@lru_cache(maxsize=64)
def _set(actions: frozenset[str], catalog: Catalog) -> ActionSet:
    bits = 0
    for action in actions:
        bits |= catalog.actions_matching(action)
    return bits & catalog.listed


# --- folding a decision over sets ---------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def decision(situation: Situation, everything: ActionSet) -> Callable[[Ask], Pair]:
    """The decision of a situation as a function over pairs of sets."""
    return _compiled(decision_rule(situation).formula, everything)


def _compiled(formula: Formula, everything: ActionSet) -> Callable[[Ask], Pair]:
    match formula:
        case Atom():
            return lambda ask: ask(formula)
        case All(of):
            # What grants stands last in the formulas, and most often ends the matter.
            return _all([_compiled(part, everything) for part in reversed(of)], everything)
        case Any(of):
            return _any([_compiled(part, everything) for part in of])
        case Not(of):
            return _not(_compiled(of, everything), everything)
        case _:
            assert_never(formula)


def _all(parts: list[Callable[[Ask], Pair]], everything: ActionSet) -> Callable[[Ask], Pair]:
    def fold(ask: Ask) -> Pair:
        sure = maybe = everything
        for part in parts:
            found = part(ask)
            sure, maybe = sure & found[0], maybe & found[1]
            if not maybe:
                break
        return sure, maybe

    return fold


def _any(parts: list[Callable[[Ask], Pair]]) -> Callable[[Ask], Pair]:
    def fold(ask: Ask) -> Pair:
        sure = maybe = 0
        for part in parts:
            found = part(ask)
            sure, maybe = sure | found[0], maybe | found[1]
        return sure, maybe

    return fold


def _not(part: Callable[[Ask], Pair], everything: ActionSet) -> Callable[[Ask], Pair]:
    def fold(ask: Ask) -> Pair:
        sure, maybe = part(ask)
        return everything ^ (everything & maybe), everything ^ (everything & sure)

    return fold
