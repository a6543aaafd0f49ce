"""Which combinations of patterns can a string match? The classes of a string dimension, made on demand.

All classes of k patterns can be 2^k, so nothing is enumerated ahead: patterns that cannot meet the asked language, or
include all of it, are settled first; the rest run as a product of automata, and the search ends as soon as a string is
found that sets no mark which is not forced.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from wa_policy.formal.automata import LiteralMachine, Machine, accepts, has_marker, pattern_machine, readable
from wa_policy.formal.budget import Budget
from wa_policy.formal.minimal import minimal
from wa_policy.iam.pattern import MANY, ONE, OTHER, WILDCARDS, includes, is_literal, matches, overlaps

NONEMPTY = ONE + MANY
_HEAD = 6


def _head(pattern: str) -> str:
    """The first characters of the pattern, empty where it has fewer or a wildcard among them."""
    head = pattern[:_HEAD]
    return head if len(head) == _HEAD and is_literal(head) else ""


@dataclass(frozen=True)
class Group:
    """A set of patterns as a predicate on strings: true iff one matches, or with `negated` iff none does.

    With `folded` the patterns are in lower case and the string is folded before it is compared.
    """

    patterns: tuple[str, ...]
    negated: bool = False
    folded: bool = False

    @cached_property
    def _hash(self) -> int:
        return hash((self.patterns, self.negated, self.folded))

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def literals(self) -> frozenset[str]:
        return frozenset(pattern for pattern in self.patterns if is_literal(pattern))

    @cached_property
    def wild(self) -> tuple[str, ...]:
        return tuple(pattern for pattern in self.patterns if not is_literal(pattern))

    @cached_property
    def has_marker(self) -> bool:
        return any(map(has_marker, self.patterns))

    @cached_property
    def largest(self) -> tuple[str, ...]:
        """The patterns that no other of the group includes, literals apart."""
        return tuple(p for p in dict.fromkeys(self.wild) if not _said_by_another(p, self.near(p)[1]))

    @cached_property
    def _by_head(self) -> dict[str, tuple[list[str], list[str]]]:
        """Literals and patterns by their first characters; those that have a wildcard there under the empty string."""
        found: dict[str, tuple[list[str], list[str]]] = {}
        for pattern in dict.fromkeys(self.patterns):
            literals, wild = found.setdefault(_head(pattern), ([], []))
            (literals if is_literal(pattern) else wild).append(pattern)
        return found

    def near(self, base: str) -> tuple[Sequence[str], Sequence[str]]:
        """The literals and patterns that may overlap `base`, as far as the first characters tell."""
        head = _head(base)
        if not head or len(self.patterns) <= _HEAD:
            return tuple(self.literals), self.wild
        here, anywhere = (self._by_head.get(key, ([], [])) for key in (head, ""))
        return [*here[0], *anywhere[0]], [*here[1], *anywhere[1]]

    @property
    def inverted(self) -> Group:
        return replace(self, negated=not self.negated)

    def holds(self, text: str) -> bool:
        if self.folded:
            text = text.lower()
        return (
            text in self.literals or any(matches(pattern, text) for pattern in self.wild)
        ) is not self.negated


Class = tuple[int, str]
"""A mask (bit i: mark i holds) and a string that has it."""

_memory: dict[tuple[tuple[Group, ...], tuple[Group, ...]], tuple[list[Class], int]] = {}
_MOST_REMEMBERED = 20_000


def string_classes(required: Sequence[Group], marks: Sequence[Group], budget: Budget) -> list[Class]:
    """The minimal classes of non-empty strings for which all of `required` hold; empty iff there is no such string.

    Raises OutOfBudget when the product of the automata grows too large. A remembered answer costs what it cost.
    """
    asked = (tuple(required), tuple(marks))
    found = _memory.get(asked)
    if found is None:
        before = budget.left
        classes = _string_classes(required, marks, budget)
        if len(_memory) >= _MOST_REMEMBERED:
            _memory.clear()
        _memory[asked] = (classes, before - budget.left)
        return classes
    classes, cost = found
    budget.spend(cost)
    return classes


def _string_classes(required: Sequence[Group], marks: Sequence[Group], budget: Budget) -> list[Class]:
    positive = [group for group in required if not group.negated]
    base = min(positive, key=_breadth, default=Group((NONEMPTY,)))
    rest = [group for group in required if group is not base]
    found: list[Class] = []
    patterns: list[str] = []
    if base.folded:
        patterns += dict.fromkeys(base.patterns)
    else:
        budget.spend(len(base.literals))
        for text in sorted(base.literals):
            if has_marker(text):
                patterns.append(text)
            elif text and all(group.holds(text) for group in rest):
                found.append((mask_of(text, marks), text))
        patterns += sorted(base.largest, key=lambda pattern: (len(pattern), pattern))
    for pattern in patterns:
        found += _classes_of(pattern, rest, marks, budget, folded=base.folded)
        if any(mask == 0 for mask, _ in found):
            break  # no other string can set fewer marks
    return minimal(sorted(found, key=lambda one: (len(one[1]), one[1])))


def _breadth(group: Group) -> tuple[bool, bool, int]:
    """The order in which groups are taken as the base: literals, patterns that say something, few patterns."""
    vague = any(len(pattern) - sum(map(pattern.count, WILDCARDS)) < 2 for pattern in group.wild)
    return bool(group.wild), vague, len(group.patterns)


def _said_by_another(pattern: str, patterns: Sequence[str]) -> bool:
    """True iff another pattern includes this one; of equal ones the first in order counts."""
    return any(
        other != pattern and includes(other, pattern) and (other < pattern or not includes(pattern, other))
        for other in patterns
    )


def mask_of(text: str, marks: Sequence[Group]) -> int:
    mask = 0
    for index, group in enumerate(marks):
        if group.holds(text):
            mask |= 1 << index
    return mask


@dataclass(slots=True)
class _Live:
    """A group whose truth depends on the string: the numbers of its machines in the product."""

    numbers: list[int]
    negated: bool
    bit: int
    """The mark it sets, 0 for a required group."""


@dataclass(slots=True)
class _Product:
    """The groups of one search, sorted into settled ones and live ones."""

    forced: int
    live: list[_Live]
    machines: list[Machine]
    folded: list[bool]
    named: list[str]


def _settle(base: str, rest: Sequence[Group], marks: Sequence[Group], *, folded: bool) -> _Product | None:
    """The product to search, or None iff a required group cannot hold for any string of `base`."""
    product = _Product(0, [], [], [], [base])
    number: dict[tuple[str, bool], int] = {}

    def machine_of(machine: Machine, *, folded: bool) -> int:
        product.machines.append(machine)
        product.folded.append(folded)
        return len(product.machines) - 1

    for index, group in enumerate((*rest, *marks)):
        bit = 0 if index < len(rest) else 1 << (index - len(rest))
        literals, wild, whole = _meeting(group, base, folded=folded)
        if whole or not (literals or wild):
            holds = whole is not group.negated
            if bit and holds:
                product.forced |= bit
            elif not bit and not holds:
                return None
            continue
        numbers: list[int] = []
        for pattern in wild:
            if (pattern, group.folded) not in number:
                number[pattern, group.folded] = machine_of(pattern_machine(pattern), folded=group.folded)
            numbers.append(number[pattern, group.folded])
        if literals:
            numbers.append(machine_of(LiteralMachine(literals), folded=group.folded))
        product.live.append(_Live(numbers, group.negated, bit))
        product.named += wild
        product.named += literals
    return product


def _meeting(group: Group, base: str, *, folded: bool) -> tuple[list[str], list[str], bool]:
    """The group's literals and patterns that may meet `base`, and whether one includes all of it for certain."""
    if has_marker(base):
        # The questions of `iam.pattern` know no markers: their yes to "overlaps" is good enough, to "includes" not.
        return sorted(group.literals), [p for p in group.wild if overlaps(p, base)], MANY in group.wild
    if folded or group.folded:
        # Compared without case when either side is: then only "cannot meet" is certain.
        probe = base.lower()
        literals = sorted(p for p in group.literals if matches(probe, p.lower()))
        wild = [p for p in group.wild if overlaps(p.lower(), probe)]
        return literals, wild, group.folded and any(includes(p, probe) for p in (*literals, *wild))
    if is_literal(base):
        whole = group.holds(base) is not group.negated
        return [], [], whole
    near, near_wild = group.near(base)
    wild = [p for p in near_wild if overlaps(p, base)]
    if any(includes(p, base) for p in wild):
        return [], wild, True
    return sorted(p for p in near if matches(base, p)), wild, False


def _classes_of(
    base: str, rest: Sequence[Group], marks: Sequence[Group], budget: Budget, *, folded: bool
) -> list[Class]:
    product = _settle(base, rest, marks, folded=folded)
    if product is None:
        return []
    machine = pattern_machine(base)
    running = list(zip(product.machines, product.folded, strict=True))
    start = (machine.start, tuple(m.start for m in product.machines))
    # Without the start: only a string that is not empty counts.
    seen: set[tuple[int, tuple[int, ...]]] = set()
    queue = deque([(start, "")])
    found: list[Class] = []
    while queue:
        (own, others), text = queue.popleft()
        ends = bool(text) and bool(own & machine.final)
        judged = _judge(product, others, ends=ends)
        if judged is None:
            continue
        mask, floor = judged
        if mask is not None:
            found.append((mask, readable(text, product.named)))
            if mask == product.forced:
                return found
        if any(known & floor == known for known, _ in found):
            continue  # whatever follows sets the same marks or more
        for letter in _letters(machine, own, running, others, folded=folded):
            following = machine.step(own, letter.lower() if folded else letter)
            if not following:
                continue
            states = tuple(
                m.step(state, letter.lower() if is_folded else letter) if state else 0
                for (m, is_folded), state in zip(running, others, strict=True)
            )
            state = (following, states)
            if state not in seen:
                budget.spend()
                seen.add(state)
                queue.append((state, text + letter))
    return found


def _letters(
    base: Machine, own: int, running: Iterable[tuple[Machine, bool]], others: tuple[int, ...], *, folded: bool
) -> list[str]:
    """The letters worth a step: those of the base where it takes no other, else all that some machine tells apart."""
    letters = set(base.letters(own))
    if folded:
        letters |= {letter.upper() for letter in letters if len(letter.upper()) == 1}
    if not own & base.wild:
        return sorted(letters)
    for (machine, is_folded), state in zip(running, others, strict=True):
        if not state:
            continue
        for letter in machine.letters(state):
            if letter < "\U0010ff00":
                letters.add(letter)
                if is_folded and len(letter.upper()) == 1:
                    letters.add(letter.upper())
    return [OTHER, *sorted(letters)]


def _judge(product: _Product, states: tuple[int, ...], *, ends: bool) -> tuple[int | None, int] | None:
    """The marks of the string so far, None where it is none that counts, and those that every longer one sets too.

    None iff no longer string can meet the required groups, nor does this one.
    """
    mask: int | None = product.forced if ends else None
    floor = product.forced
    for group in product.live:
        accepted = universal = alive = False
        for number in group.numbers:
            state = states[number]
            if state:
                alive = True
                machine = product.machines[number]
                accepted = accepted or accepts(machine, state)
                universal = universal or bool(state & machine.universal)
        holds = accepted is not group.negated
        certain = not alive if group.negated else universal
        hopeless = universal if group.negated else not alive
        if group.bit:
            if holds and mask is not None:
                mask |= group.bit
            if certain:
                floor |= group.bit
        elif not holds:
            mask = None
            if hopeless:
                return None
    return mask, floor


def forget() -> None:
    """Drop what is remembered, for benchmarks: answers and their costs do not depend on it."""
    _memory.clear()
