"""The groups of one search, run side by side with the pattern whose strings are searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from wa_policy.formal.automata import LiteralMachine, Machine, accepts, has_marker, pattern_machine
from wa_policy.formal.groups import Group
from wa_policy.iam.pattern import MANY, OTHER, includes, is_literal, matches, overlaps

States = tuple[int, ...]


@dataclass(slots=True)
class _Live:
    """A group whose truth depends on the string: the numbers of its machines in the product."""

    numbers: list[int]
    negated: bool
    bit: int
    """The mark it sets, 0 for a required group."""


@dataclass(slots=True)
class Product:
    """The groups of one search, sorted into settled ones and live ones."""

    base: Machine
    folded_base: bool
    named: list[str]
    forced: int = 0
    live: list[_Live] = field(default_factory=list)
    machines: list[Machine] = field(default_factory=list)
    folded: list[bool] = field(default_factory=list)
    wanted: list[bool] = field(default_factory=list)
    """Of each machine: a string that it matches may serve better (a required group, a negated mark)."""
    unwanted: list[bool] = field(default_factory=list)

    def add(self, machine: Machine, *, folded: bool) -> int:
        self.machines.append(machine)
        self.folded.append(folded)
        self.wanted.append(False)
        self.unwanted.append(False)
        return len(self.machines) - 1

    @property
    def start(self) -> tuple[int, States]:
        return self.base.start, tuple(machine.start for machine in self.machines)

    def step(self, own: int, states: States, letter: str) -> tuple[int, States] | None:
        """Where a letter leads, None where the base does not take it."""
        lowered = letter.lower()
        following = self.base.step(own, lowered if self.folded_base else letter)
        if not following:
            return None
        return following, tuple(
            [
                machine.step(state, lowered if is_folded else letter) if state else 0
                for machine, is_folded, state in zip(self.machines, self.folded, states, strict=True)
            ]
        )

    def letters(self, own: int, states: States) -> list[str]:
        """The letters worth a step.

        Where the base takes any letter, one that it does not name serves no better than OTHER for what is not wanted;
        only a colon may, as some wildcards stop there.
        """
        letters = set(self.base.letters(own))
        if self.folded_base:
            letters |= {letter.upper() for letter in letters if len(letter.upper()) == 1}
        if not own & self.base.wild:
            return sorted(letters)
        for number, state in enumerate(states):
            if not state:
                continue
            machine = self.machines[number]
            if not self.wanted[number]:
                if machine.has_colon & state:
                    letters.add(":")
                continue
            for letter in machine.letters(state):
                if letter < "\U0010ff00":
                    letters.add(letter)
                    if self.folded[number] and len(letter.upper()) == 1:
                        letters.add(letter.upper())
        return [OTHER, *sorted(letters)]

    def worth(self, states: States) -> int:
        """A set of bits: if those of one place are among those of another, with the same base state, it serves as well.

        Automata with more states match more of what may follow.
        """
        bits = 0
        for number, state in enumerate(states):
            machine = self.machines[number]
            held = machine.held(state)
            if self.unwanted[number]:
                bits = bits << machine.width | held
            if self.wanted[number]:
                bits = bits << machine.width | (held ^ ((1 << machine.width) - 1))
        return bits

    def judge(self, states: States, *, ends: bool) -> tuple[int | None, int] | None:
        """The marks of the string so far, None where it is none that counts, and those that every longer one sets too.

        None iff neither this string nor any longer one can meet the required groups.
        """
        mask: int | None = self.forced if ends else None
        floor = self.forced
        for group in self.live:
            accepted = universal = alive = False
            for number in group.numbers:
                state = states[number]
                if state:
                    alive = True
                    machine = self.machines[number]
                    accepted = accepted or accepts(machine, state)
                    universal = universal or bool(state & machine.universal)
            holds = accepted is not group.negated
            if group.bit:
                if holds and mask is not None:
                    mask |= group.bit
                if (not alive) if group.negated else universal:
                    floor |= group.bit
            elif not holds:
                mask = None
                if universal if group.negated else not alive:
                    return None
        return mask, floor


def settle(base: str, rest: Sequence[Group], marks: Sequence[Group], *, folded: bool) -> Product | None:
    """The product to search, or None iff a required group cannot hold for any string of `base`."""
    product = Product(pattern_machine(base), folded, [base])
    number: dict[tuple[str, bool], int] = {}
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
                number[pattern, group.folded] = product.add(pattern_machine(pattern), folded=group.folded)
            numbers.append(number[pattern, group.folded])
        if literals:
            numbers.append(product.add(LiteralMachine(literals), folded=group.folded))
        for place in numbers:
            (product.wanted if bool(bit) is group.negated else product.unwanted)[place] = True
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
