"""A decision formula as cubes: the statements that must apply and those that must not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from wa_policy.evaluator.formula import All, Any, Atom, Formula, Not
from wa_policy.formal.boxes import Box
from wa_policy.formal.layers import Alternatives, Layers
from wa_policy.iam.pattern import overlaps


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
            if any(box.is_everything for box in goal):
                yield from _goals(rest, required, avoid, layers)
                return
            for box in goal:
                if not _is_disjoint(box, required):
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


def _is_disjoint(box: Box, required: tuple[Box, ...]) -> bool:
    """True only if no action fits both: a quick look that spares a search."""
    for other in required:
        for one in box.actions:
            for two in other.actions:
                if one.negated or two.negated:
                    continue
                if not any(overlaps(p, q) for p in one.patterns for q in two.patterns):
                    return True
    return False
