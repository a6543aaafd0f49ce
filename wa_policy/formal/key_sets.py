"""Classes of the sets of values that a multivalued key can hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from wa_policy.evaluator.conditions import holds
from wa_policy.formal.budget import Budget
from wa_policy.formal.key_values import KeyDomain, KeyResult, value_classes
from wa_policy.formal.minimal import minimal
from wa_policy.iam.operators import Comparison, Quantifier
from wa_policy.iam.policy import Condition


@dataclass(frozen=True, slots=True)
class _Roles:
    """The conditions on a key by what they ask of a set; marks with their numbers. `settled`: marks that every set meets."""

    all_required: list[Condition] = field(default_factory=list)
    any_required: list[Condition] = field(default_factory=list)
    all_marks: list[tuple[int, Condition]] = field(default_factory=list)
    any_marks: list[tuple[int, Condition]] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)


def _roles(key: str, required: Sequence[Condition], marks: Sequence[Condition]) -> _Roles | None:
    """The conditions sorted, or None iff a required one holds for no set."""
    roles = _Roles()
    for c in required:
        match _quantifier(c):
            case Quantifier.FOR_ALL_VALUES:
                roles.all_required.append(c)
            case Quantifier.FOR_ANY_VALUE:
                roles.any_required.append(c)
            case None:
                if holds(c, {key: ("x", "y")}, []) is not True:
                    return None
    for index, c in enumerate(marks):
        match _quantifier(c):
            case Quantifier.FOR_ALL_VALUES:
                roles.all_marks.append((index, c))
            case Quantifier.FOR_ANY_VALUE:
                roles.any_marks.append((index, c))
            case None:
                if holds(c, {key: ("x", "y")}, []) is not False:
                    roles.settled.append(index)
    return roles


def _quantifier(condition: Condition) -> Quantifier | None:
    """The quantifier of a test of values; None where the values do not matter: `Null`, a plain operator on a set."""
    qualified = condition.operator
    return None if qualified.operator.comparison is Comparison.IS_NULL else qualified.quantifier


def _of_one(condition: Condition) -> Condition:
    return replace(condition, operator=replace(condition.operator, quantifier=None, if_exists=False))


def set_classes(
    key: str, required: Sequence[Condition], marks: Sequence[Condition], domain: KeyDomain, budget: Budget
) -> KeyResult:
    """Minimal classes of non-empty sets.

    An element that meets fewer of the marks, and more of the required ForAnyValue conditions and of the groups that some
    value has to meet, serves better in every set, so sets of minimal elements are enough; they are closed under union.
    """
    roles = _roles(key, required, marks)
    if roles is None:
        return KeyResult([])
    elements = value_classes(
        key,
        [_of_one(c) for c in roles.all_required],
        [_of_one(c) for _, c in (*roles.all_marks, *roles.any_marks)],
        domain,
        budget,
        unmet=[_of_one(c) for c in roles.any_required],
    )
    count_all, count = len(roles.all_marks), len(roles.all_marks) + len(roles.any_marks)
    # A set as (bits that all elements have, bits that some element has): of the second the required ones come inverted.
    low = (1 << count_all) - 1
    singles = [(mask, text) for mask, text in elements.classes if isinstance(text, str)]
    closed: dict[tuple[int, int, int], tuple[str, ...]] = {}
    for mask, text in singles:
        closed.setdefault(
            (mask & low, mask >> count_all & ((1 << (count - count_all)) - 1), mask >> count), (text,)
        )
    fresh = list(closed)
    for state in fresh:
        for mask, text in singles:
            budget.spend()
            union = (
                state[0] & mask,
                state[1] | mask >> count_all & ((1 << (count - count_all)) - 1),
                state[2] & mask >> count,
            )
            if union not in closed:
                closed[union] = (*closed[state], text)
                fresh.append(union)
    settled = sum(1 << index for index in roles.settled)
    classes = [
        (settled | _spread(every, roles.all_marks) | _spread(some, roles.any_marks), texts)
        for (every, some, unmet), texts in closed.items()
        if not unmet
    ]
    return KeyResult(minimal(classes), elements.complete)


def _spread(bits: int, marks: Sequence[tuple[int, Condition]]) -> int:
    return sum(1 << index for position, (index, _) in enumerate(marks) if bits >> position & 1)
