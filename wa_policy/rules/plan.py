"""Which rules run, and what holds of them whatever they run on: worked out once for a pack and its settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from wa_policy.errors import UsageError, did_you_mean
from wa_policy.findings import RuleFacts
from wa_policy.rules.dated import dates_of
from wa_policy.rules.model import Rule
from wa_policy.rules.vocabulary import selected_types
from wa_policy.same import Same
from wa_policy.settings import Profile

_PROFILES = tuple(Profile)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The rules of a run, each with what a report says of it."""

    rules: tuple[tuple[Rule, RuleFacts], ...]
    tables: Mapping[str, str]
    """The dated tables behind their verdicts, with their dates."""
    about: Mapping[str, int]
    """How many of the rules are about a resource type."""


def plan(
    pack: Sequence[Rule], profile: Profile, only: Sequence[str] = (), enabled: Sequence[str] = ()
) -> Plan:
    """The plan for the rules that `chosen` gives."""
    # A tuple stays itself; a list may change, and is a new one each time.
    return _plan(Same(tuple(pack)), profile, tuple(only), tuple(enabled))


@lru_cache(maxsize=32)
def _plan(
    pack: Same[Sequence[Rule]], profile: Profile, only: tuple[str, ...], enabled: tuple[str, ...]
) -> Plan:
    rules = chosen(pack.value, profile, only, enabled)
    return Plan(
        tuple((rule, rule.facts) for rule in rules),
        dates_of(rules),
        Counter(type_ for rule in rules for type_ in set(selected_types(rule.select))),
    )


def chosen(
    pack: Sequence[Rule], profile: Profile, only: Sequence[str] = (), enabled: Sequence[str] = ()
) -> tuple[Rule, ...]:
    """The rules that run: those of the profile and the enabled ones, or else those of `only`.

    UsageError iff `only` names one that the pack does not have.
    """
    known = {rule.id for rule in pack}
    for name in only:
        if name not in known:
            raise UsageError(
                f"found the rule `{name}`, expected the id of a rule of the pack",
                advice=did_you_mean(name, known),
            )
    if only:
        return tuple(rule for rule in pack if rule.id in only)
    limit = _PROFILES.index(profile)
    return tuple(rule for rule in pack if _PROFILES.index(rule.profile) <= limit or rule.id in enabled)
