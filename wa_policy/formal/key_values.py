"""What values a key may take, and the classes of one present value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wa_policy.evaluator.conditions import holds
from wa_policy.formal.budget import Budget
from wa_policy.formal.minimal import minimal
from wa_policy.formal.representatives import named, representatives
from wa_policy.formal.strings import Group, string_classes
from wa_policy.formal.value_groups import TEXTUAL, holds_when_present, value_group
from wa_policy.iam.operators import ValueType
from wa_policy.iam.policy import Condition
from wa_policy.iam.request import ContextValue
from wa_policy.iam.values import AddressRange, parse_address_range, parse_number

Value = ContextValue | None
KeyClass = tuple[int, Value]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The numbers above `above`, below `below`, from `least` and up to `most`, as far as each is given."""

    above: Decimal | None = None
    below: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None

    @property
    def cuts(self) -> tuple[Decimal, ...]:
        return tuple(cut for cut in (self.above, self.below, self.least, self.most) if cut is not None)

    def admit(self, value: str) -> bool:
        """True iff the value is such a number."""
        number = parse_number(value)
        return (
            number is not None
            and (self.above is None or number > self.above)
            and (self.below is None or number < self.below)
            and (self.least is None or number >= self.least)
            and (self.most is None or number <= self.most)
        )


@dataclass(frozen=True, slots=True)
class KeyDomain:
    """What values a key may take in a question, before any policy is asked.

    `fixed` lists all possible values (None: absent) where they are few and known. Otherwise the key may be absent,
    or present with any value that the groups, ranges and bounds admit. `multivalued` None: not known; it is then taken
    as what the conditions on it treat it as. Of a multivalued key every value is admitted, and `some` asks for more:
    for each of its groups there is a value that meets it.
    """

    absent: bool = True
    present: bool = True
    multivalued: bool | None = None
    groups: tuple[Group, ...] = ()
    inside: tuple[AddressRange, ...] = ()
    outside: tuple[AddressRange, ...] = ()
    bounds: tuple[Bounds, ...] = ()
    some: tuple[Group, ...] = ()
    fixed: tuple[Value, ...] | None = None
    value_type: ValueType | None = None

    @property
    def is_measured(self) -> bool:
        """True iff the values are known to be addresses."""
        return bool(self.inside or self.outside) or self.value_type is ValueType.IP

    def admits(self, value: str) -> bool:
        """True iff the groups, ranges and bounds admit a present value."""
        if not all(group.holds(value) for group in self.groups):
            return False
        if not all(bounds.admit(value) for bounds in self.bounds):
            return False
        if not self.inside and not self.outside:
            return True
        address = parse_address_range(value)
        if address is None or any(r.contains(address) for r in self.outside):
            return False
        return not self.inside or any(r.contains(address) for r in self.inside)


@dataclass(frozen=True, slots=True)
class KeyResult:
    """The classes of a key; `complete` is False where some values were sampled rather than cut exactly."""

    classes: list[KeyClass]
    complete: bool = True


def value_classes(
    key: str,
    required: Sequence[Condition],
    marks: Sequence[Condition],
    domain: KeyDomain,
    budget: Budget,
    *,
    unmet: Sequence[Condition] = (),
) -> KeyResult:
    """Minimal classes of one present value for which all `required` hold: the bits of the marks that it meets, then of
    the conditions in `unmet`, and of the groups in the domain's `some`, that it does not meet.

    Where conditions of typed values are all there is on a key, its values are taken to be well-typed.
    """
    conditions = [*required, *marks, *unmet]
    kinds = {c.operator.operator.value_type for c in conditions} - {ValueType.PRESENCE}
    if domain.value_type is ValueType.BOOL or kinds == {ValueType.BOOL}:
        values, complete = ["true", "false"], True
    elif kinds <= {*TEXTUAL, ValueType.BOOL} and not domain.is_measured and not domain.bounds:
        return KeyResult(list(_textual(required, marks, unmet, domain, budget)))
    else:
        values = representatives(
            conditions,
            (*domain.inside, *domain.outside),
            [cut for bounds in domain.bounds for cut in bounds.cuts],
            addresses=domain.value_type is ValueType.IP,
        )
        measures = kinds | ({ValueType.IP} if domain.is_measured else set())
        measures |= {ValueType.NUMERIC} if domain.bounds else set()
        complete = len(measures) == 1
        if not complete:
            # Text and measure on one key: the values that the patterns name are tried, not all that they match.
            values += named(conditions)
    admitted = [value for value in values if domain.admits(value)]
    return KeyResult(asked(key, admitted, required, marks, unmet=unmet, some=domain.some), complete)


def asked(
    key: str,
    values: Iterable[Value],
    required: Sequence[Condition],
    marks: Sequence[Condition],
    *,
    unmet: Sequence[Condition] = (),
    some: Sequence[Group] = (),
) -> list[KeyClass]:
    """The classes of given values, by asking the evaluator."""
    classes: list[KeyClass] = []
    for value in values:
        context = {} if value is None else {key: value}
        if all(holds(condition, context, []) is True for condition in required):
            mask = 0
            for index, condition in enumerate(marks):
                if holds(condition, context, []) is not False:
                    mask |= 1 << index
            for index, condition in enumerate(unmet, len(marks)):
                if holds(condition, context, []) is not True:
                    mask |= 1 << index
            for index, group in enumerate(some, len(marks) + len(unmet)):
                if not (isinstance(value, str) and group.holds(value)):
                    mask |= 1 << index
            classes.append((mask, value))
    return minimal(classes)


def _textual(
    required: Sequence[Condition],
    marks: Sequence[Condition],
    unmet: Sequence[Condition],
    domain: KeyDomain,
    budget: Budget,
) -> list[tuple[int, str]]:
    groups = list(domain.groups)
    for c in required:
        group = value_group(c)
        if group is not None:
            groups.append(group)
        elif not holds_when_present(c):
            return []
    forced = 0
    bits: list[int] = []
    tests: list[Group] = []
    for index, c in enumerate((*marks, *unmet)):
        group = value_group(c)
        inverted = index >= len(marks)
        if group is None:
            forced |= (holds_when_present(c) is not inverted) << index
        else:
            bits.append(1 << index)
            tests.append(group.inverted if inverted else group)
    for index, group in enumerate(domain.some, len(marks) + len(unmet)):
        bits.append(1 << index)
        tests.append(group.inverted)
    classes = string_classes(groups, tests, budget)
    return [
        (forced | sum(bit for position, bit in enumerate(bits) if mask >> position & 1), text)
        for mask, text in classes
    ]
