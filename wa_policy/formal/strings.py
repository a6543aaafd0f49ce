"""Which combinations of patterns can a string match? The classes of a string dimension, made on demand.

All classes of k patterns can be 2^k, so nothing is enumerated ahead: patterns that cannot meet the asked language, or
include all of it, are settled first; the rest run as a product of automata, and the search ends as soon as a string is
found that sets no mark which is not forced.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from wa_policy.formal.automata import accepts, has_marker, readable
from wa_policy.formal.budget import Budget
from wa_policy.formal.groups import Group
from wa_policy.formal.minimal import minimal
from wa_policy.formal.product import settle
from wa_policy.iam.pattern import MANY, ONE, WILDCARDS

__all__ = ["Class", "Group", "forget", "mask_of", "string_classes"]

NONEMPTY = ONE + MANY

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


def mask_of(text: str, marks: Sequence[Group]) -> int:
    mask = 0
    for index, group in enumerate(marks):
        if group.holds(text):
            mask |= 1 << index
    return mask


def _classes_of(
    base: str, rest: Sequence[Group], marks: Sequence[Group], budget: Budget, *, folded: bool
) -> list[Class]:
    """The minimal classes of the strings of one pattern, the shortest string of each."""
    product = settle(base, rest, marks, folded=folded)
    if product is None:
        return []
    # By the state of the base, what was reached so far. The start is not among it: only a string that is not empty counts.
    reached: dict[int, list[int]] = {}
    queue = deque([(*product.start, "")])
    found: list[Class] = []
    while queue:
        own, states, text = queue.popleft()
        judged = product.judge(states, ends=bool(text) and accepts(product.base, own))
        if judged is None:
            continue
        mask, floor = judged
        if mask is not None:
            found.append((mask, readable(text, product.named)))
            if mask == product.forced:
                return found
        if any(known & floor == known for known, _ in found):
            continue  # whatever follows sets the same marks or more
        letters = product.letters(own, states)
        budget.spend(1 + len(letters) * (4 + len(states)) // 40)
        for letter in letters:
            following = product.step(own, states, letter)
            if following is None:
                continue
            worth = product.worth(following[1])
            better = reached.setdefault(following[0], [])
            budget.spend(len(better) >> 6)
            if not any(known & worth == known for known in better):
                better.append(worth)
                queue.append((*following, text + letter))
    return found


def forget() -> None:
    """Drop what is remembered, for benchmarks: answers and their costs do not depend on it."""
    _memory.clear()
