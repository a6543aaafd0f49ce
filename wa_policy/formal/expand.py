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


def expand(formula: Formula, layers: Layers) -> Iterator[Cube]:
    """The ways in which the formula can hold for requests of the layers' caller; their union is exactly the formula."""
    yield from _goals(((formula, True),), (), (), layers)


_Goal = tuple[Formula | Alternatives, bool]


def _goals(
    goals: tuple[_Goal, ...], required: tuple[Box, ...], avoid: tuple[Box, ...], layers: Layers
) -> Iterator[Cube]:
    if not goals:
        yield Cube(required, avoid)
        return
    (goal, wanted), rest = goals[0], goals[1:]
    match goal:
        case tuple() if wanted:
            boxes = largest(goal)
            if len(boxes) > 1 and (later := _simplest(rest, len(boxes))) is not None:
                # What has one way only is settled first: it narrows the choice among the others.
                yield from _goals(
                    (rest[later], goals[0], *rest[:later], *rest[later + 1 :]), required, avoid, layers
                )
                return
            for box in boxes:
                if box.is_everything or box in required:
                    yield from _goals(rest, required, avoid, layers)
                elif not is_disjoint(box, required):
                    yield from _goals(rest, (*required, box), avoid, layers)
        case tuple():
            if not any(box.is_everything for box in goal):
                yield from _goals(rest, required, (*avoid, *goal), layers)
        case Not(of):
            yield from _goals(((of, not wanted), *rest), required, avoid, layers)
        case All(of) if wanted:
            yield from _goals((*((part, True) for part in of), *rest), required, avoid, layers)
        case Any(of) if not wanted:
            yield from _goals((*((part, False) for part in of), *rest), required, avoid, layers)
        case All(of) | Any(of):
            for part in of:
                yield from _goals(((part, wanted), *rest), required, avoid, layers)
        case Atom():
            conjuncts = layers.boxes(goal)
            if wanted:
                yield from _goals(
                    (*((alternatives, True) for alternatives in conjuncts), *rest), required, avoid, layers
                )
            else:
                for alternatives in conjuncts:
                    yield from _goals(((alternatives, False), *rest), required, avoid, layers)
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
