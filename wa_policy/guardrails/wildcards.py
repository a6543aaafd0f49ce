"""Actions as wildcards, where that denies nothing else.

A wildcard also fits actions that AWS adds tomorrow, and nobody forbade those. So one is made only where a condition of the
statement wants a key of the service to be there: an action that does not exist yet is then denied only if it carries that
key, with a forbidden value. And it fits no other action that the catalog lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.guardrails.tidy import is_true_when_absent
from wa_policy.iam.policy import Condition, Selection, Statement

_QUOTES_AND_COMMA = 3


def with_wildcards(statement: Statement, catalog: Catalog) -> Statement:
    """The statement with shorter actions, or as it is."""
    services = {
        found for condition in statement.conditions if (found := _wanted(condition, catalog)) is not None
    }
    if statement.action.negated or len(services) != 1:
        return statement
    (service,) = services
    names = [str(value) for value in statement.action.values]
    if not all(name.lower().startswith(f"{service}:") and catalog.is_known(name) for name in names):
        return statement
    while (shorter := _shorter(names, catalog)) is not None:
        names = shorter
    return replace(statement, action=Selection(tuple(sorted(names))))


def _wanted(condition: Condition, catalog: Catalog) -> str | None:
    """The service of a key that has to be there for the condition to hold; None where there is none."""
    known = catalog.condition_key(condition.key)
    if known is None or known.is_global or is_true_when_absent(condition):
        return None
    return condition.folded_key.partition(":")[0]


def _shorter(names: Sequence[str], catalog: Catalog) -> list[str] | None:
    """The names with some of them as one wildcard, the one that saves most; None where none saves anything."""
    allowed = _set(names, catalog)
    best: tuple[int, str, list[str]] | None = None
    for pattern in _patterns(names):
        if catalog.difference(catalog.actions_matching(pattern) & catalog.listed, allowed):
            continue
        covered = catalog.actions_matching(pattern)
        left = [name for name in names if catalog.difference(catalog.actions_matching(name), covered)]
        gone = [name for name in names if name not in left]
        saved = sum(len(name) + _QUOTES_AND_COMMA for name in gone) - len(pattern) - _QUOTES_AND_COMMA
        if saved > 0 and (best is None or (saved, pattern) > best[:2]):
            best = (saved, pattern, [*left, pattern])
    return None if best is None else best[2]


def _set(names: Sequence[str], catalog: Catalog) -> ActionSet:
    bits = 0
    for name in names:
        bits |= catalog.actions_matching(name)
    return bits & catalog.listed


def _patterns(names: Sequence[str]) -> Iterator[str]:
    """Wildcards that fit two of the names, from their whole common beginning and end down to one letter."""
    for one, other in combinations([name for name in names if "*" not in name], 2):
        service, _, first = one.partition(":")
        second = other.partition(":")[2]
        head = _common(first, second)
        tail = _common(first[::-1], second[::-1])[::-1]
        for length in range(1, len(head) + 1):
            yield f"{service}:{head[:length]}*"
        if head and tail and len(head) + len(tail) <= min(len(first), len(second)):
            yield f"{service}:{head}*{tail}"


def _common(one: str, other: str) -> str:
    """The beginning that both texts have."""
    length = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        length += 1
    return one[:length]
