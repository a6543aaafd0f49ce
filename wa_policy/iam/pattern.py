"""Wildcard patterns: the one module of the project that knows what `*` and `?` mean.

A pattern is a string in which four noncharacters of Unicode stand for wildcards, so that `*` and `?` are free
to be themselves (`StringEquals` takes them literally, `${*}` writes a literal star in a `StringLike` value):

    MANY   any run of characters, also none
    ONE    any one character
    RUN    any run of characters without a colon: `*` inside a segment of an ARN
    CHAR   any one character but a colon: `?` inside a segment of an ARN

`glob`, `arn_glob` and `resource_glob` make patterns from what stands in a policy. Three questions are answered
exactly, by running the patterns as automata: `matches`, `includes`, `overlaps`.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

MANY = "\ufdd0"
ONE = "\ufdd1"
RUN = "\ufdd2"
CHAR = "\ufdd3"
WILDCARDS = frozenset((MANY, ONE, RUN, CHAR))
ANYTHING = MANY
_STARS = frozenset((MANY, RUN))

OTHER = "\ufdd4"
"""In the alphabet of an automaton: any character that no pattern names."""

_ARN_SEGMENTS = 6


def glob(text: str) -> str:
    """The pattern in which `*` is MANY and `?` is ONE: Action, StringLike."""
    return text.replace("*", MANY).replace("?", ONE)


ANY_ARN = f"{RUN}:{RUN}:{RUN}:{RUN}:{RUN}:{MANY}"


def is_only_stars(text: str) -> bool:
    """True iff the text is `*`, perhaps repeated."""
    return text != "" and not text.strip("*")


def arn_glob(text: str) -> str:
    """The pattern of an ARN condition operator: the six parts are matched one by one.

    A wildcard of the first five parts does not cross a colon, one of the sixth does. `*` alone has no six parts; it is
    taken as any ARN, which AWS does not document (the evaluator says so).
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    if is_only_stars(text):
        return ANY_ARN
    parts = text.split(":", _ARN_SEGMENTS - 1)
    head = ":".join(parts[:5]).replace("*", RUN).replace("?", CHAR)
    return head if len(parts) < _ARN_SEGMENTS else f"{head}:{glob(parts[5])}"


def resource_glob(text: str) -> str:
    """The pattern of a Resource element.

    A wildcard stands for characters of its segment, but a `*` that ends a segment may run across colons; an ARN
    with fewer than six segments is completed with `*`.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    if not text.startswith("arn:"):
        return glob(text)
    parts = text.split(":", _ARN_SEGMENTS - 1) + ["*"] * _ARN_SEGMENTS
    return ":".join([*map(_segment, parts[:5]), glob(parts[5])])


def _segment(part: str) -> str:
    if part.endswith("*"):
        return part[:-1].replace("*", RUN).replace("?", CHAR) + MANY
    return part.replace("*", RUN).replace("?", CHAR)


def is_literal(pattern: str) -> bool:
    """True iff the pattern matches exactly one string: itself."""
    return WILDCARDS.isdisjoint(pattern)


def display(pattern: str) -> str:
    """The pattern as people write it; a literal star or question mark is shown as the policy variable `${*}`."""
    shown = pattern.replace("*", "${*}").replace("?", "${?}")
    return shown.replace(MANY, "*").replace(RUN, "*").replace(ONE, "?").replace(CHAR, "?")


def matches(pattern: str, text: str) -> bool:
    """True iff `text` belongs to the pattern."""
    return matcher(pattern)(text)


@lru_cache(maxsize=65_536)
def matcher(pattern: str) -> Callable[[str], bool]:
    """`matches` of one pattern as a function, made for the shape of the pattern."""
    if RUN in pattern or CHAR in pattern:
        return _segments_matcher(pattern)
    if MANY not in pattern:
        return _whole_matcher(pattern)
    head, *middle = pattern.split(MANY)
    tail = middle.pop()
    if not middle and ONE not in pattern:
        return _ends_matcher(head, tail)
    return _pieces_matcher(head, tuple(middle), tail)


def _whole_matcher(pattern: str) -> Callable[[str], bool]:
    if ONE not in pattern:
        return lambda text: text == pattern
    return lambda text: len(text) == len(pattern) and _piece_at(pattern, text, 0)


def _ends_matcher(head: str, tail: str) -> Callable[[str], bool]:
    if not tail:
        return lambda text: text.startswith(head)
    least = len(head) + len(tail)
    return lambda text: len(text) >= least and text.startswith(head) and text.endswith(tail)


def _pieces_matcher(head: str, middle: tuple[str, ...], tail: str) -> Callable[[str], bool]:
    """For patterns of MANY and ONE: the pieces between the MANYs are placed leftmost, which is enough."""

    def pieces_match(text: str) -> bool:
        end = len(text) - len(tail)
        position = len(head)
        if position > end or not _piece_at(head, text, 0) or not _piece_at(tail, text, end):
            return False
        for piece in middle:
            position = _find_piece(piece, text, position, end)
            if position < 0:
                return False
        return True

    return pieces_match


def _piece_at(piece: str, text: str, position: int) -> bool:
    if ONE not in piece:
        return text.startswith(piece, position)
    for part in piece.split(ONE):
        if not text.startswith(part, position):
            return False
        position += len(part) + 1
    return True


def _find_piece(piece: str, text: str, start: int, end: int) -> int:
    """The end of the leftmost occurrence of `piece` in text[start:end], or -1."""
    if ONE not in piece:
        found = text.find(piece, start, end)
        return found if found < 0 else found + len(piece)
    for position in range(start, end - len(piece) + 1):
        if _piece_at(piece, text, position):
            return position + len(piece)
    return -1


def _segments_matcher(pattern: str) -> Callable[[str], bool]:
    """For patterns with RUN or CHAR, which tell the colon apart."""
    parts = pattern.split(":", 5)
    head, tail = parts[:5], "".join(parts[5:])
    # No wildcard of the first five parts stands for a colon, and all of the sixth may: the parts line up one by one.
    lines_up = not any(MANY in part or ONE in part for part in head) and not (RUN in tail or CHAR in tail)
    whole = [part.replace(RUN, MANY).replace(CHAR, ONE) for part in parts]
    # Literal parts are compared first, in one go.
    literal = [(index, part) for index, part in enumerate(whole) if is_literal(part)]
    others = [
        (index, matcher(part)) for index, part in enumerate(whole) if part != MANY and not is_literal(part)
    ]
    colons = pattern.count(":")

    def segments_match(text: str) -> bool:
        if not lines_up and text.count(":") > colons:
            return _runs(pattern, text)
        # The parts line up, or the text has no colon to spare for a wildcard.
        values = text.split(":", 5)
        if len(values) != len(parts):
            return False
        for index, part in literal:
            if values[index] != part:
                return False
        return all(matches_part(values[index]) for index, matches_part in others)

    return segments_match


def _runs(pattern: str, text: str) -> bool:
    """`matches` by running the automaton."""
    machine = automaton(pattern)
    state = machine.start
    for character in text:
        state = machine.step(state, character)
        if not state:
            return False
    return machine.accepts(state)


@dataclass(frozen=True, slots=True)
class Automaton:
    """A pattern as a nondeterministic automaton, its set of states held in the bits of an int.

    Bit i is set when the first i tokens are used up. `step` moves all states at once (Baeza-Yates and Gonnet 1992).
    INVARIANT: no two stars stand side by side, so one shift closes over the empty moves.
    """

    start: int
    final: int
    literal: dict[str, int]
    one: int
    one_but_colon: int
    star: int
    star_but_colon: int

    def step(self, state: int, character: str) -> int:
        if character == ":":
            advance = self.literal.get(":", 0) | self.one
            stay = self.star
        else:
            advance = self.literal.get(character, 0) | self.one | self.one_but_colon
            stay = self.star | self.star_but_colon
        state = (state & stay) | ((state & advance) << 1)
        return state | ((state & (self.star | self.star_but_colon)) << 1)

    def accepts(self, state: int) -> bool:
        return bool(state & self.final)

    def accepts_everything_from(self, state: int) -> bool:
        """True if whatever follows is accepted (a MANY that ends the pattern has been reached)."""
        return bool(state & self.star & (self.final >> 1))


@lru_cache(maxsize=65_536)
def automaton(pattern: str) -> Automaton:
    """The automaton of a pattern."""
    tokens: list[str] = []
    for token in pattern:
        if token not in _STARS or not tokens or tokens[-1] not in _STARS:
            tokens.append(token)
        elif token == MANY:
            tokens[-1] = MANY  # RUN beside MANY adds nothing
    literal: dict[str, int] = {}
    wild = dict.fromkeys(WILDCARDS, 0)
    for position, token in enumerate(tokens):
        if token in WILDCARDS:
            wild[token] |= 1 << position
        else:
            literal[token] = literal.get(token, 0) | 1 << position
    stars = wild[MANY] | wild[RUN]
    start = 1 | ((stars & 1) << 1)
    return Automaton(start, 1 << len(tokens), literal, wild[ONE], wild[CHAR], wild[MANY], wild[RUN])


def alphabet(patterns: Iterable[str]) -> list[str]:
    """The characters that the patterns name, the colon where a wildcard distinguishes it, and OTHER; sorted."""
    named: set[str] = set()
    for pattern in patterns:
        named.update(pattern)
        if RUN in pattern or CHAR in pattern:
            named.add(":")
    return [*sorted(named - WILDCARDS), OTHER]


@lru_cache(maxsize=65_536)
def includes(outer: str, inner: str) -> bool:
    """True iff every string of `inner` belongs to `outer`."""
    if outer in (MANY, inner):
        return True
    if is_literal(inner):
        return matches(outer, inner)
    if is_literal(outer):
        return False  # a wildcard always admits two strings or more
    return _includes(outer, inner)


def _includes(outer: str, inner: str) -> bool:
    """`includes` by pairs of a place in `inner` and the places of `outer` that can be reached along with it.

    A string that escapes with fewer places of `outer` is enough: a place set with another inside it is skipped, and
    a wildcard of `inner` only needs the characters that `outer` likes least, OTHER and the colon.
    """
    machine = automaton(outer)
    least = (OTHER, ":") if RUN in outer or CHAR in outer else (OTHER,)
    letters = {MANY: least, ONE: least, RUN: (OTHER,), CHAR: (OTHER,)}
    seen: defaultdict[int, list[int]] = defaultdict(list)
    pending = [(0, machine.start)]
    while pending:
        place, state = pending.pop()
        if machine.accepts_everything_from(state) or any(known & state == known for known in seen[place]):
            continue
        seen[place].append(state)
        if place == len(inner):
            if not machine.accepts(state):
                return False
            continue
        token = inner[place]
        if token in _STARS:
            pending.append((place + 1, state))
        after = place if token in _STARS else place + 1
        pending += [(after, machine.step(state, letter)) for letter in letters.get(token, (token,))]
    return True


@lru_cache(maxsize=65_536)
def overlaps(one: str, other: str) -> bool:
    """True iff some string belongs to both patterns."""
    if MANY in (one, other):
        return True
    if is_literal(one):
        return matches(other, one)
    if is_literal(other):
        return matches(one, other)
    return _overlaps(one, other)


def _overlaps(one: str, other: str) -> bool:
    """`overlaps` by pairs of places in the two patterns; sets of places would be exponential in the `?`s."""
    seen = {(0, 0)}
    pending = [(0, 0)]
    while pending:
        i, j = pending.pop()
        if i == len(one) and j == len(other):
            return True
        here, there = one[i : i + 1], other[j : j + 1]
        star_here, star_there = here in _STARS, there in _STARS
        steps = []
        if star_here:
            steps.append((i + 1, j))
        if star_there:
            steps.append((i, j + 1))
        if here and there and _share_a_character(here, there):
            steps.append((i if star_here else i + 1, j if star_there else j + 1))
        for step in steps:
            if step not in seen:
                seen.add(step)
                pending.append(step)
    return False


def _share_a_character(one: str, other: str) -> bool:
    if one in WILDCARDS:
        one, other = other, one
    # Now `one` is a character, or both are wildcards, which share all but the colon.
    return one == other or other in (MANY, ONE) or (other in (RUN, CHAR) and one != ":")


def difference_witness(inside: Sequence[str], outside: Sequence[str]) -> str | None:
    """The shortest string (the first in the order of characters) that belongs to all of `inside` and none of `outside`.

    A character that no pattern names is written OTHER. None iff there is no such string.
    """
    wanted = tuple(automaton(pattern) for pattern in inside)
    unwanted = tuple(automaton(pattern) for pattern in outside)
    letters = alphabet((*inside, *outside))
    start = (tuple(m.start for m in wanted), tuple(m.start for m in unwanted))
    seen = {start}
    queue = deque([(start, "")])
    while queue:
        (ins, outs), text = queue.popleft()
        if all(m.accepts(s) for m, s in zip(wanted, ins, strict=True)) and not any(
            m.accepts(s) for m, s in zip(unwanted, outs, strict=True)
        ):
            return text
        for letter in letters:
            next_ins = tuple(m.step(s, letter) for m, s in zip(wanted, ins, strict=True))
            if not all(next_ins):
                continue
            next_outs = tuple(m.step(s, letter) for m, s in zip(unwanted, outs, strict=True))
            if any(m.accepts_everything_from(s) for m, s in zip(unwanted, next_outs, strict=True)):
                continue
            state = (next_ins, next_outs)
            if state not in seen:
                seen.add(state)
                queue.append((state, text + letter))
    return None
