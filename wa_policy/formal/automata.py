"""Patterns and sets of literals run side by side, one letter at a time.

A marker is a letter that stands for the unknown value of a policy variable. No wildcard of one character matches it, and
none that stops at a colon; so what is proved of strings with markers holds whatever the values are.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from wa_policy.iam.pattern import OTHER, WILDCARDS, Automaton, automaton

_FIRST_MARKER = 0x10FF00


def marker(number: int) -> str:
    """A letter for the value of a variable. Private to this project: no policy holds it."""
    return chr(_FIRST_MARKER + number)


def has_marker(text: str) -> bool:
    return any(letter >= "\U0010ff00" for letter in text)


class PatternMachine:
    """The automaton of one pattern with its moves remembered. State 0: nothing can match any more."""

    __slots__ = (
        "_automaton",
        "_letters",
        "_steps",
        "final",
        "has_colon",
        "start",
        "universal",
        "width",
        "wild",
    )

    def __init__(self, pattern: str) -> None:
        machine: Automaton = automaton(pattern)
        self._automaton = machine
        self._steps: dict[tuple[int, str], int] = {}
        self._letters: dict[int, tuple[str, ...]] = {}
        self.width = machine.final.bit_length()
        self.start = machine.start
        self.final = machine.final
        self.universal = machine.star & (machine.final >> 1)
        self.wild = machine.one | machine.one_but_colon | machine.star | machine.star_but_colon
        self.has_colon = machine.one_but_colon | machine.star_but_colon

    def step(self, state: int, letter: str) -> int:
        found = self._steps.get((state, letter))
        if found is None:
            found = self._steps[state, letter] = self._step(state, letter)
        return found

    def _step(self, state: int, letter: str) -> int:
        machine = self._automaton
        if letter < "\U0010ff00":
            return machine.step(state, letter)
        moved = (state & machine.star) | ((state & machine.literal.get(letter, 0)) << 1)
        return moved | ((moved & (machine.star | machine.star_but_colon)) << 1)

    def held(self, state: int) -> int:
        """The state as a set of bits; with more of them more strings are matched."""
        return state

    def letters(self, state: int) -> tuple[str, ...]:
        """The letters that the state tells from others."""
        found = self._letters.get(state)
        if found is None:
            named = [letter for letter, places in self._automaton.literal.items() if places & state]
            if state & self.has_colon and ":" not in named:
                named.append(":")
            found = self._letters[state] = tuple(named)
        return found


class LiteralMachine:
    """A set of literals as a tree of their prefixes. State 0: nothing can match any more."""

    __slots__ = ("_children", "final_states", "start")

    final = 0
    universal = 0
    wild = 0
    has_colon = 0

    def __init__(self, literals: Iterable[str]) -> None:
        self.start = 1
        self._children: list[dict[str, int]] = [{}, {}]
        self.final_states: set[int] = set()
        for literal in literals:
            node = 1
            for letter in literal:
                following = self._children[node].get(letter)
                if following is None:
                    following = len(self._children)
                    self._children.append({})
                    self._children[node][letter] = following
                node = following
            self.final_states.add(node)

    @property
    def width(self) -> int:
        return len(self._children)

    def held(self, state: int) -> int:
        return 1 << (state - 1) if state else 0

    def step(self, state: int, letter: str) -> int:
        return self._children[state].get(letter, 0)

    def letters(self, state: int) -> tuple[str, ...]:
        return tuple(self._children[state])


Machine = PatternMachine | LiteralMachine


def accepts(machine: Machine, state: int) -> bool:
    if isinstance(machine, LiteralMachine):
        return state in machine.final_states
    return bool(state & machine.final)


@lru_cache(maxsize=16_384)
def pattern_machine(pattern: str) -> PatternMachine:
    return PatternMachine(pattern)


_SPARE = "xyzabcdefghijklmnopqrstuvw0123456789~_"


def readable(text: str, patterns: Iterable[str]) -> str:
    """The string with the unnamed character made a real one that no pattern names, in either case."""
    if OTHER not in text:
        return text
    named = {letter for pattern in patterns for letter in pattern.lower()} - WILDCARDS
    spare = next((character for character in _SPARE if character not in named), "\u00a4")
    return text.replace(OTHER, spare)
