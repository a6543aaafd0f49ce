"""A decision formula as cubes: the statements that must apply and those that must not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

from wa_policy.evaluator.formula import All, Any, Atom, Formula, Not
from wa_policy.formal.boxes import Box
from wa_policy.formal.disjoint import is_disjoint
from wa_policy.formal.layers import Alternatives, Layers
from wa_policy.formal.strings import Group
from wa_policy.iam.pattern import includes


@dataclass(frozen=True)
class Cube:
    """One way for the formula to hold: in all of `required`, in none of `avoid`."""

    required: tuple[Box, ...]
    avoid: tuple[Box, ...]


_Goal = tuple[Formula | Alternatives, bool]
_State = tuple[tuple[_Goal, ...], tuple[Box, ...], tuple[Box, ...]]
"""Goals that are still to be met, the boxes that are required by then and those to avoid."""


def expand(formula: Formula, layers: Layers, given: tuple[Box, ...] = ()) -> Iterator[Cube]:
    """The ways in which the formula can hold for requests of the layers' caller that fit `given`.

    Their union is exactly the formula, but for ways in which no action fits all of `given`.
    """
    # The state to go on from is the last one. A generator inside of another for each goal takes four times as long.
    pending: list[_State] = [(((formula, True),), (), ())]
    while pending:
        goals, required, avoid = pending.pop()
        if not goals:
            yield Cube(required, avoid)
            continue
        (goal, wanted), rest = goals[0], goals[1:]
        match goal:
            case tuple() if wanted:
                boxes = largest(goal)
                if len(boxes) > 1 and (later := _simplest(rest, len(boxes))) is not None:
                    # What has one way only is settled first: it narrows the choice among the others.
                    reordered = (rest[later], goals[0], *rest[:later], *rest[later + 1 :])
                    pending.append((reordered, required, avoid))
                    continue
                for box in reversed(boxes):
                    if box.is_everything or box in required:
                        pending.append((rest, required, avoid))
                    elif not is_disjoint(box, required) and not is_disjoint(box, given):
                        pending.append((rest, (*required, box), avoid))
            case tuple():
                if not any(box.is_everything for box in goal):
                    pending.append((rest, required, (*avoid, *goal)))
            case Not(of):
                pending.append((((of, not wanted), *rest), required, avoid))
            case All(of) if wanted:
                pending.append(((*((part, True) for part in of), *rest), required, avoid))
            case Any(of) if not wanted:
                pending.append(((*((part, False) for part in of), *rest), required, avoid))
            case All(of) | Any(of):
                pending += [(((part, wanted), *rest), required, avoid) for part in reversed(of)]
            case Atom():
                conjuncts = layers.boxes(goal)
                if wanted:
                    met = (*((alternatives, True) for alternatives in conjuncts), *rest)
                    pending.append((met, required, avoid))
                else:
                    pending += [(((one, False), *rest), required, avoid) for one in reversed(conjuncts)]
            case _:
                assert_never(goal)


def _simplest(goals: tuple[_Goal, ...], than: int) -> int | None:
    """The number of the alternatives with the fewest boxes, if they have fewer."""
    counts = [
        (len(largest(goal)), number)
        for number, (goal, wanted) in enumerate(goals)
        if isinstance(goal, tuple) and wanted
    ]
    fewest = min(counts, default=None)
    return None if fewest is None or fewest[0] >= than else fewest[1]


@lru_cache(maxsize=4096)
def largest(alternatives: Alternatives) -> Alternatives:
    """The boxes that none of the others plainly includes."""
    kept: list[Box] = []
    for box in alternatives:
        if box.is_everything:
            return (box,)
        if not any(_plainly_includes(other, box) for other in kept):
            kept = [other for other in kept if not _plainly_includes(box, other)]
            kept.append(box)
    return tuple(kept)


def _plainly_includes(outer: Box, inner: Box) -> bool:
    """True only if every request of `inner` is one of `outer`; a quick look."""
    return (
        set(outer.conditions) <= set(inner.conditions)
        and all(any(_implies(mine, group) for mine in inner.actions) for group in outer.actions)
        and all(any(_implies(mine, group) for mine in inner.resources) for group in outer.resources)
    )


def _implies(one: Group, other: Group) -> bool:
    if one == other:
        return True
    if one.negated or other.negated or one.folded or other.folded:
        return False
    return all(
        p in other.literals or any(includes(q, p) for q in other.wild) for p in (*one.literals, *one.wild)
    )
