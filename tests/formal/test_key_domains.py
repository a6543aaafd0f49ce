"""What a domain says of a key, against trying values: numbers within bounds, sets in which some value meets a group."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import combinations
from random import Random

import pytest

from tests.reference.patterns import belongs, strings
from wa_policy.evaluator.conditions import holds
from wa_policy.formal.budget import Budget
from wa_policy.formal.keys import Bounds, KeyDomain, Value, key_classes
from wa_policy.formal.strings import Group
from wa_policy.iam.operators import parse_operator
from wa_policy.iam.pattern import glob
from wa_policy.iam.policy import Condition
from wa_policy.iam.source import NOWHERE

KEY = "app:k"
NUMBERS = [str(Decimal(n) / 2) for n in range(-2, 14)]
PATTERNS = ("a*", "*b", "b*", "ab", "c", "ba")
TEXTS = list(
    {
        tuple(belongs(glob(pattern), text) for pattern in PATTERNS): text
        for text in strings("abcx", 3)
        if text
    }.values()
)
"""A text for each way to match some of the patterns and not the others."""


def condition(operator: str, *values: str) -> Condition:
    found = parse_operator(operator)
    assert found is not None
    return Condition(found, KEY, values, NOWHERE)


def masks_by_trying(values: Iterable[Value], required: list[Condition], marks: list[Condition]) -> set[int]:
    """The minimal sets of marks that some value meets."""
    found = set()
    for value in values:
        context = {} if value is None else {KEY: value}
        if all(holds(one, context, []) is True for one in required):
            found.add(sum(1 << i for i, one in enumerate(marks) if holds(one, context, []) is not False))
    return {mask for mask in found if not any(other & mask == other and other != mask for other in found)}


def masks(domain: KeyDomain, required: list[Condition], marks: list[Condition]) -> set[int]:
    result = key_classes(KEY, required, marks, domain, Budget(100_000))
    assert result.complete
    for mask, value in result.classes:
        context = {} if value is None else {KEY: value}
        assert all(holds(one, context, []) is True for one in required)
        assert mask == sum(1 << i for i, one in enumerate(marks) if holds(one, context, []) is not False)
    return {mask for mask, _ in result.classes}


NUMERIC = [
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericEquals",
    "NumericNotEquals",
    "NumericGreaterThan",
]


@pytest.mark.parametrize("seed", range(60))
def test_numbers_within_bounds(seed: int) -> None:
    random = Random(seed)

    def bound() -> Decimal | None:
        return Decimal(random.randint(0, 5)) if random.random() < 0.4 else None

    bounds = Bounds(above=bound(), below=bound(), least=bound(), most=bound())
    domain = KeyDomain(absent=random.random() < 0.5, multivalued=False, bounds=(bounds,))
    tests = [
        condition(f"{random.choice(NUMERIC)}{random.choice(('', 'IfExists'))}", str(random.randint(0, 5)))
        for _ in range(3)
    ]
    required, marks = tests[:1], tests[1:]
    values: list[Value] = [number for number in NUMBERS if bounds.admit(number)]
    values += [None] if domain.absent else []
    assert masks(domain, required, marks) == masks_by_trying(values, required, marks)


def test_bounds_are_kept_where_nothing_else_is_asked() -> None:
    bounds = Bounds(above=Decimal(7), most=Decimal("7.5"))
    result = key_classes(KEY, [], [], KeyDomain(absent=False, bounds=(bounds,)), Budget(1_000))
    ((_, value),) = result.classes
    assert isinstance(value, str)
    assert 7 < Decimal(value) <= Decimal("7.5")
    nothing = Bounds(above=Decimal(7), most=Decimal(7))
    assert key_classes(KEY, [], [], KeyDomain(absent=False, bounds=(nothing,)), Budget(1_000)).classes == []


QUANTIFIED = ["ForAnyValue:StringLike", "ForAnyValue:StringNotLike", "ForAllValues:StringLike", "ForAllValues:StringNotLike", "Null"]  # fmt: skip


@pytest.mark.parametrize("seed", range(120))
def test_sets_in_which_some_value_meets_a_group(seed: int) -> None:
    random = Random(seed)

    def group() -> Group:
        patterns = random.sample(PATTERNS, random.choice((1, 2)))
        return Group(tuple(map(glob, patterns)), negated=random.random() < 0.5)

    some = tuple(group() for _ in range(random.choice((1, 2))))
    every = tuple(group() for _ in range(random.choice((0, 0, 1))))
    domain = KeyDomain(absent=random.random() < 0.5, multivalued=True, groups=every, some=some)

    def test() -> Condition:
        operator = random.choice(QUANTIFIED)
        if operator == "Null":
            return condition(operator, random.choice(("true", "false")))
        return condition(operator, *random.sample(PATTERNS, random.choice((1, 2))))

    required, marks = [test() for _ in range(random.choice((0, 1)))], [test() for _ in range(2)]
    sets = (
        found
        for size in (1, 2, 3, 4)
        for found in combinations(TEXTS, size)
        if all(one.holds(value) for one in every for value in found)
        and all(any(one.holds(value) for value in found) for one in some)
    )
    values: list[Value] = [*sets, *((None,) if domain.absent else ())]
    assert masks(domain, required, marks) == masks_by_trying(values, required, marks)


def test_one_value_is_no_set_in_which_some_value_is_asked_for() -> None:
    some = (Group((glob("a*"),)),)
    plain = condition("StringLike", "a*")
    domain = KeyDomain(absent=False, some=some)
    assert key_classes(KEY, [plain], [], domain, Budget(1_000)).classes == []
    found = key_classes(KEY, [condition("ForAnyValue:StringLike", "ab*")], [], domain, Budget(1_000)).classes
    assert [value for _, value in found] == [("ab",)]
