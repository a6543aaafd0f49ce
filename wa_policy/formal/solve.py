"""Find a request that lies in all required boxes and in none of the others.

Each dimension (action, resource, every context key) is cut into classes, and each class knows which of the boxes to
avoid it would still allow to be hit, as the bits of an int. A request misses every box iff the bits of its classes
have nothing in common, so the search is for one class per dimension whose masks intersect to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from wa_policy.errors import InternalError
from wa_policy.formal.boxes import Box
from wa_policy.formal.budget import Budget
from wa_policy.formal.disjoint import is_disjoint
from wa_policy.formal.keys import KeyDomain, Value, key_classes
from wa_policy.formal.minimal import minimal
from wa_policy.formal.strings import Group, string_classes
from wa_policy.iam.policy import Condition


@dataclass(frozen=True, slots=True)
class Point:
    """A request as values of the dimensions; `keys` has None for a key that is absent."""

    action: str
    resource: str
    keys: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of a search. Without a point it is a proof only if `complete`."""

    point: Point | None
    complete: bool = True


ActionClasses = Callable[[Sequence[Group], Sequence[Group]], list[tuple[int, str]]]
"""Minimal classes of the action for required groups and marks."""


@dataclass(frozen=True, slots=True)
class Space:
    """The values that the dimensions may take before any policy is asked."""

    action_classes: ActionClasses
    domain: Callable[[str], KeyDomain]
    stated: tuple[str, ...] = ()
    """Keys that get a value even where no box asks for them."""


def solve(required: Sequence[Box], avoid: Sequence[Box], space: Space, budget: Budget) -> Found:
    """A point in all of `required` and in none of `avoid`. Raises OutOfBudget."""
    budget.spend()
    if any(box.is_everything for box in avoid):
        return Found(None)
    search = _Search(required, [box for box in avoid if not is_disjoint(box, required)], space, budget)
    return search.run()


_T = TypeVar("_T")


class _Search:
    """One search; `alive` holds the boxes that some choice made so far could still hit."""

    def __init__(self, required: Sequence[Box], avoid: list[Box], space: Space, budget: Budget) -> None:
        self.required = required
        self.avoid = avoid
        self.space = space
        self.budget = budget
        self.alive = list(range(len(avoid)))
        self.complete = True

    def run(self) -> Found:
        actions = self._dimension(
            lambda box: box.actions,
            self.space.action_classes,
        )
        if not actions:
            return Found(None)
        resources = self._dimension(
            lambda box: box.resources, lambda required, marks: string_classes(required, marks, self.budget)
        )
        if not resources:
            return Found(None)
        keys = sorted(
            {c.folded_key for box in self.required for c in box.conditions}
            | {c.folded_key for index in self.alive for c in self.avoid[index].conditions}
            | set(self.space.stated)
        )
        dimensions: list[list[tuple[int, Value]]] = [_values(actions), _values(resources)]
        for key in keys:
            classes = self._key(key)
            if not classes:
                return Found(None, self.complete)
            dimensions.append(classes)
        chosen = self._choose(dimensions)
        if chosen is None:
            return Found(None, self.complete)
        action, resource, *values = chosen
        if not isinstance(action, str) or not isinstance(resource, str):
            raise InternalError("a dimension of strings gave no string")
        return Found(Point(action, resource, dict(zip(keys, values, strict=True))), self.complete)

    def _dimension(
        self,
        groups_of: Callable[[Box], tuple[Group, ...]],
        classes_of: Callable[[Sequence[Group], Sequence[Group]], list[tuple[int, str]]],
    ) -> list[tuple[int, str]]:
        """The classes of a string dimension, with masks over all boxes; boxes that cannot be hit any more are dropped."""
        required = [group for box in self.required for group in groups_of(box)]
        owners: list[int] = []
        marks: list[Group] = []
        for index in self.alive:
            for group in groups_of(self.avoid[index]):
                owners.append(index)
                marks.append(group)
        return self._lifted(classes_of(required, marks), owners)

    def _key(self, key: str) -> list[tuple[int, Value]]:
        required = [c for box in self.required for c in box.conditions if c.folded_key == key]
        owners: list[int] = []
        marks: list[Condition] = []
        for index in self.alive:
            for condition in self.avoid[index].conditions:
                if condition.folded_key == key:
                    owners.append(index)
                    marks.append(condition)
        result = key_classes(key, required, marks, self.space.domain(key), self.budget)
        self.complete = self.complete and result.complete
        return self._lifted(result.classes, owners)

    def _lifted(self, classes: list[tuple[int, _T]], owners: list[int]) -> list[tuple[int, _T]]:
        """Masks over marks made masks over boxes: a box is still hit iff all of its marks hold, or it has none here."""
        asked = 0
        for owner in owners:
            asked |= 1 << owner
        indifferent = sum(1 << index for index in self.alive) & ~asked
        lifted: list[tuple[int, _T]] = []
        union = 0
        for mask, value in classes:
            missed = 0
            for position, owner in enumerate(owners):
                if not mask >> position & 1:
                    missed |= 1 << owner
            boxes = indifferent | (asked & ~missed)
            union |= boxes
            lifted.append((boxes, value))
        self.alive = [index for index in self.alive if union >> index & 1]
        return minimal(lifted)

    def _choose(self, dimensions: list[list[tuple[int, Value]]]) -> list[Value] | None:
        """One value per dimension such that no box is hit in all of them, or None iff there is no such choice."""
        alive = sum(1 << index for index in self.alive)
        order = sorted(range(len(dimensions)), key=lambda number: len(dimensions[number]))
        # What every class of the dimensions still to come would leave hit: a bound that prunes.
        floors = [alive] * (len(order) + 1)
        for position in range(len(order) - 1, -1, -1):
            common = alive
            for mask, _ in dimensions[order[position]]:
                common &= mask
            floors[position] = floors[position + 1] & common
        dead: set[tuple[int, int]] = set()

        def descend(position: int, hit: int) -> list[Value] | None:
            if not hit:
                return [dimensions[number][0][1] for number in order[position:]]
            if hit & floors[position] or (position, hit) in dead:
                return None  # some box is hit whatever follows
            for mask, value in dimensions[order[position]]:
                self.budget.spend()
                rest = descend(position + 1, hit & mask)
                if rest is not None:
                    return [value, *rest]
            dead.add((position, hit))
            return None

        found = descend(0, alive)
        if found is None:
            return None
        values: list[Value] = [None] * len(dimensions)
        for number, value in zip(order, found, strict=True):
            values[number] = value
        return values


def _values(classes: list[tuple[int, str]]) -> list[tuple[int, Value]]:
    return [(mask, text) for mask, text in classes]
