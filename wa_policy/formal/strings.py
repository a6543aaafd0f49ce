"""Which combinations of patterns can a string match? The classes of a string dimension, made on demand.

All classes of k patterns can be 2^k, so nothing is enumerated ahead: patterns that cannot meet the asked language, or
include all of it, are settled first; the rest run as a product of automata, and the search ends as soon as a string is
found that sets no mark which is not forced.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from wa_policy.formal.budget import Budget
from wa_policy.formal.minimal import minimal
from wa_policy.iam.pattern import (
    CHAR,
    MANY,
    ONE,
    OTHER,
    RUN,
    WILDCARDS,
    Automaton,
    automaton,
    includes,
    is_literal,
    matches,
    overlaps,
)

NONEMPTY = ONE + MANY


@dataclass(frozen=True)
class Group:
    """A set of patterns as a predicate on strings: true iff one matches, or with `negated` iff none does.

    With `folded` the patterns are in lower case and the string is folded before it is compared.
    """

    patterns: tuple[str, ...]
    negated: bool = False
    folded: bool = False

    @cached_property
    def literals(self) -> frozenset[str]:
        return frozenset(pattern for pattern in self.patterns if is_literal(pattern))

    @cached_property
    def wild(self) -> tuple[str, ...]:
        return tuple(pattern for pattern in self.patterns if not is_literal(pattern))

    def holds(self, text: str) -> bool:
        if self.folded:
            text = text.lower()
        return (
            text in self.literals or any(matches(pattern, text) for pattern in self.wild)
        ) is not self.negated


Class = tuple[int, str]
"""A mask (bit i: mark i holds) and a string that has it."""


def _shortest(classes: Iterable[Class]) -> list[Class]:
    return minimal(sorted(classes, key=lambda found: (len(found[1]), found[1])))


def string_classes(required: Sequence[Group], marks: Sequence[Group], budget: Budget) -> list[Class]:
    """The minimal classes of non-empty strings for which all of `required` hold; empty iff there is no such string.

    Raises OutOfBudget when the product of the automata grows too large.
    """
    positive = [group for group in required if not group.negated]
    base = min(positive, key=lambda group: len(group.patterns), default=Group((NONEMPTY,)))
    rest = [group for group in required if group is not base]
    if base.folded:
        return _shortest(_folded_classes(base, rest, marks, budget))
    found = [
        (mask_of(text, marks), text)
        for text in sorted(base.literals)
        if text and all(group.holds(text) for group in rest)
    ]
    for pattern in base.wild:
        if not _said_by_another(pattern, base.wild):
            found += _classes_of(pattern, rest, marks, budget, folded=False)
    return _shortest(found)


def _said_by_another(pattern: str, patterns: Sequence[str]) -> bool:
    """True iff another pattern includes this one; of equal ones the first in order counts."""
    return any(
        other != pattern and includes(other, pattern) and (other < pattern or not includes(pattern, other))
        for other in patterns
    )


def _folded_classes(
    base: Group, rest: Sequence[Group], marks: Sequence[Group], budget: Budget
) -> list[Class]:
    found: list[Class] = []
    for pattern in base.patterns:
        found += _classes_of(pattern, rest, marks, budget, folded=True)
    return found


def mask_of(text: str, marks: Sequence[Group]) -> int:
    mask = 0
    for index, group in enumerate(marks):
        if group.holds(text):
            mask |= 1 << index
    return mask


@dataclass(slots=True)
class _Live:
    """A group whose truth depends on the string: the numbers of its patterns in the product."""

    numbers: list[int]
    negated: bool
    bit: int
    """The mark it sets, 0 for a required group."""


@dataclass(slots=True)
class _Product:
    """The groups of one search, sorted into settled ones and live ones."""

    forced: int
    live: list[_Live]
    machines: list[Automaton]
    folded: list[bool]
    letters: list[str]


def _settle(base: str, rest: Sequence[Group], marks: Sequence[Group], *, folded: bool) -> _Product | None:
    """The product to search, or None iff a required group cannot hold for any string of `base`."""
    forced = 0
    live: list[_Live] = []
    number: dict[tuple[str, bool], int] = {}
    for bit, group in [
        *((0, group) for group in rest),
        *((1 << index, group) for index, group in enumerate(marks)),
    ]:
        # Compared without case when either side is: then only "cannot meet" is certain.
        loose = folded or group.folded
        probe = base.lower() if loose else base
        if loose:
            meeting = [p for p in group.patterns if overlaps(p.lower(), probe)]
            whole = group.folded and any(includes(p, probe) for p in meeting)
        else:
            meeting = [p for p in group.wild if overlaps(p, probe)] + sorted(
                p for p in group.literals if matches(probe, p)
            )
            whole = any(includes(p, probe) for p in meeting)
        if whole or not meeting:
            holds = whole is not group.negated
            if bit and holds:
                forced |= bit
            elif not bit and not holds:
                return None
            continue
        numbers = [number.setdefault((p, group.folded), len(number)) for p in meeting]
        live.append(_Live(numbers, group.negated, bit))
    patterns = list(number)
    return _Product(
        forced,
        live,
        [automaton(pattern) for pattern, _ in patterns],
        [is_folded for _, is_folded in patterns],
        _letters([(base, folded), *patterns]),
    )


def _letters(patterns: Sequence[tuple[str, bool]]) -> list[str]:
    letters: set[str] = set()
    for pattern, folded in patterns:
        named = set(pattern) - WILDCARDS
        if folded:
            named |= {letter.upper() for letter in named if len(letter.upper()) == 1}
        letters |= named
        if RUN in pattern or CHAR in pattern:
            letters.add(":")
    return [OTHER, *sorted(letters)]


def _classes_of(
    base: str, rest: Sequence[Group], marks: Sequence[Group], budget: Budget, *, folded: bool
) -> list[Class]:
    product = _settle(base, rest, marks, folded=folded)
    if product is None:
        return []
    machine = automaton(base)
    start = (machine.start, tuple(m.start for m in product.machines))
    seen: set[tuple[int, tuple[int, ...]]] = (
        set()
    )  # without the start: only a string that is not empty counts
    queue = deque([(start, "")])
    found: list[Class] = []
    while queue:
        (own, others), text = queue.popleft()
        if text and machine.accepts(own):
            mask = _mask(product, others)
            if mask is not None:
                found.append((mask, _readable(text, product.letters)))
                if mask == product.forced:
                    return found
        for letter in product.letters:
            following = machine.step(own, letter.lower() if folded else letter)
            if not following:
                continue
            states = tuple(
                m.step(state, letter.lower() if is_folded else letter) if state else 0
                for m, state, is_folded in zip(product.machines, others, product.folded, strict=True)
            )
            state = (following, states)
            if state not in seen:
                budget.spend()
                seen.add(state)
                queue.append((state, text + letter))
    return found


def _mask(product: _Product, states: tuple[int, ...]) -> int | None:
    """The marks at a state, or None where a required group does not hold."""
    mask = product.forced
    for group in product.live:
        accepted = any(product.machines[number].accepts(states[number]) for number in group.numbers)
        if accepted is not group.negated:
            mask |= group.bit
        elif not group.bit:
            return None
    return mask


_SPARE = "xyzabcdefghijklmnopqrstuvw0123456789~_"


def _readable(text: str, letters: Sequence[str]) -> str:
    """The string with the unnamed character made a real one that no pattern names, in either case."""
    if OTHER not in text:
        return text
    named = {letter.lower() for letter in letters}
    spare = next((character for character in _SPARE if character not in named), "\u00a4")
    return text.replace(OTHER, spare)
