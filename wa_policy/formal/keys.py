"""The values that a context key can take, cut into classes by the conditions on it.

A key is absent, or has one string, or, where it is multivalued, a set of strings. Strings are cut by patterns,
addresses, numbers and dates at the bounds that occur; what a condition says of a value is asked of the evaluator.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from itertools import pairwise

from wa_policy.evaluator.conditions import holds
from wa_policy.evaluator.resolve import resolve
from wa_policy.formal.budget import Budget
from wa_policy.formal.minimal import minimal
from wa_policy.formal.strings import Group, string_classes
from wa_policy.iam.operators import Comparison, Quantifier, ValueType
from wa_policy.iam.pattern import arn_glob, glob
from wa_policy.iam.policy import Condition
from wa_policy.iam.request import ContextValue
from wa_policy.iam.text import Template, Text
from wa_policy.iam.values import AddressRange, parse_address_range, parse_date, parse_number

Value = ContextValue | None
KeyClass = tuple[int, Value]


@dataclass(frozen=True, slots=True)
class KeyDomain:
    """What values a key may take in a question, before any policy is asked.

    `fixed` lists all possible values (None: absent) where they are few and known. Otherwise the key may be absent,
    or present with any value that the groups and ranges admit. `multivalued` None: not known; it is then taken as
    what the conditions on it treat it as.
    """

    absent: bool = True
    present: bool = True
    multivalued: bool | None = None
    groups: tuple[Group, ...] = ()
    inside: tuple[AddressRange, ...] = ()
    outside: tuple[AddressRange, ...] = ()
    fixed: tuple[Value, ...] | None = None
    value_type: ValueType | None = None


FREE = KeyDomain()
ABSENT = KeyDomain(present=False)


@dataclass(frozen=True, slots=True)
class KeyResult:
    """The classes of a key; `complete` is False where some values were sampled rather than cut exactly."""

    classes: list[KeyClass]
    complete: bool = True


def key_classes(
    key: str, required: Sequence[Condition], marks: Sequence[Condition], domain: KeyDomain, budget: Budget
) -> KeyResult:
    """The minimal classes of the key's values for which all `required` conditions hold."""
    if domain.fixed is not None:
        return KeyResult(_asked(key, domain.fixed, required, marks))
    conditions = [*required, *marks]
    multivalued = domain.multivalued
    if multivalued is None:
        multivalued = any(c.operator.quantifier is not None for c in conditions)
    candidates: list[Value] = []
    if domain.absent:
        candidates.append(None)
    found = _asked(key, candidates, required, marks)
    if not domain.present:
        return KeyResult(found)
    if multivalued:
        found += _asked(key, [()], required, marks)
        present = _sets(key, required, marks, domain, budget)
    else:
        present = _singles(key, required, marks, domain, budget)
    return KeyResult(minimal([*found, *present.classes]), present.complete)


def _asked(
    key: str, values: Iterable[Value], required: Sequence[Condition], marks: Sequence[Condition]
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
            classes.append((mask, value))
    return minimal(classes)


# --- one value ------------------------------------------------------------------------------------------------------

_TEXTUAL = (ValueType.STRING, ValueType.ARN, ValueType.BINARY)


def _singles(
    key: str, required: Sequence[Condition], marks: Sequence[Condition], domain: KeyDomain, budget: Budget
) -> KeyResult:
    conditions = [*required, *marks]
    kinds = {c.operator.operator.value_type for c in conditions} - {ValueType.PRESENCE}
    if domain.value_type is ValueType.BOOL or ValueType.BOOL in kinds:
        return KeyResult(_asked(key, _admitted(("true", "false"), domain), required, marks))
    measured = kinds - set(_TEXTUAL)
    if not measured and not domain.inside and not domain.outside and ValueType.BINARY not in kinds:
        return KeyResult(_textual(required, marks, domain, budget))
    values = _admitted(_representatives(conditions, domain), domain)
    complete = not kinds & set(_TEXTUAL)
    if not complete:
        # Text and measure on one key: the values that the patterns name are tried, not all that they match.
        values += _admitted(_named(conditions), domain)
    return KeyResult(_asked(key, values, required, marks), complete)


def _textual(
    required: Sequence[Condition], marks: Sequence[Condition], domain: KeyDomain, budget: Budget
) -> list[KeyClass]:
    groups = [*domain.groups, *(group for c in required if (group := value_group(c)) is not None)]
    if any(_never_present(c) for c in required):
        return []
    by_mark = [(1 << index, value_group(c)) for index, c in enumerate(marks)]
    tested = [(bit, group) for bit, group in by_mark if group is not None]
    forced = sum(
        1 << index for index, c in enumerate(marks) if value_group(c) is None and _holds_when_present(c)
    )
    classes = string_classes(groups, [group for _, group in tested], budget)
    return [(forced | _spread(mask, [bit for bit, _ in tested]), text) for mask, text in classes]


def _spread(mask: int, bits: Sequence[int]) -> int:
    return sum(bit for index, bit in enumerate(bits) if mask >> index & 1)


def _never_present(condition: Condition) -> bool:
    """True iff the condition holds for no present value, whatever it is."""
    return value_group(condition) is None and not _holds_when_present(condition)


def _holds_when_present(condition: Condition) -> bool:
    """What a condition without a value group says of a present key: `Null`, a malformed ARN."""
    return holds(condition, {condition.folded_key: "x"}, []) is True


def value_group(condition: Condition) -> Group | None:
    """The condition's test of one present value as a group of patterns, or None where it is no such test."""
    operator = condition.operator.operator
    if operator.value_type is ValueType.ARN:
        if operator.negated and any(not _is_arn(value) for value in condition.values):
            return None
        return Group(_patterns(condition.values, arn_glob, keep=_is_arn), operator.negated)
    if operator.value_type is not ValueType.STRING:
        return None
    match operator.comparison:
        case Comparison.LIKE:
            return Group(_patterns(condition.values, glob), operator.negated)
        case Comparison.EQUALS:
            return Group(_patterns(condition.values, str), operator.negated)
        case _:
            return Group(
                tuple(p.lower() for p in _patterns(condition.values, str)), operator.negated, folded=True
            )


def _is_arn(value: Text) -> bool:
    text = str(value)
    return text[:4].lower() == "arn:" and text.count(":") >= 5


def _patterns(
    values: tuple[Text, ...], to_pattern: type[str] | object, keep: object = None
) -> tuple[str, ...]:
    patterns: list[str] = []
    for value in values:
        if keep is _is_arn and not _is_arn(value):
            continue
        if isinstance(value, Template):
            # The variables are bound already (`boxes.bind`); what is left are the special ones.
            resolved = resolve(value, {}, [], to_pattern)  # type: ignore[arg-type]
            if resolved.pattern is not None:
                patterns.append(resolved.pattern)
        else:
            patterns.append(to_pattern(value))  # type: ignore[operator]
    return tuple(patterns)


def _admitted(values: Iterable[str], domain: KeyDomain) -> list[Value]:
    admitted: list[Value] = []
    for value in values:
        if not all(group.holds(value) for group in domain.groups):
            continue
        if domain.inside or domain.outside:
            address = parse_address_range(value)
            if address is None or any(r.contains(address) for r in domain.outside):
                continue
            if domain.inside and not any(r.contains(address) for r in domain.inside):
                continue
        admitted.append(value)
    return admitted


def _named(conditions: Sequence[Condition]) -> list[str]:
    return sorted({str(v).replace("*", "").replace("?", "x") for c in conditions for v in c.values} - {""})


# --- measures: addresses, numbers, dates ----------------------------------------------------------------------------

# Shown first where they serve: documentation addresses.
# https://www.rfc-editor.org/rfc/rfc5737 https://www.rfc-editor.org/rfc/rfc3849
_NICE_ADDRESSES = ("203.0.113.9", "198.51.100.9", "192.0.2.9", "2001:db8::9")


def _representatives(conditions: Sequence[Condition], domain: KeyDomain) -> list[str]:
    """One value for each cell into which the bounds of the conditions cut the key's values."""
    texts = [str(value) for c in conditions for value in c.values]
    kinds = {c.operator.operator.value_type for c in conditions}
    values: list[str] = []
    if ValueType.IP in kinds or domain.inside or domain.outside or domain.value_type is ValueType.IP:
        ranges = [r for r in map(parse_address_range, texts) if r is not None]
        values += _addresses([*ranges, *domain.inside, *domain.outside])
    if ValueType.NUMERIC in kinds:
        values += [_plain(n) for n in _between(parse_number(text) for text in texts)]
    if ValueType.DATE in kinds:
        values += [_plain(n) for n in _between(parse_date(text) for text in texts)]
    if ValueType.BINARY in kinds:
        values += [*texts, "QQ=="]
    return values


def _addresses(ranges: Sequence[AddressRange]) -> list[str]:
    values = list(_NICE_ADDRESSES)
    for version, bits in ((4, 32), (6, 128)):
        cuts = {0}
        for found in ranges:
            if found.version == version:
                cuts |= {found.first, found.last + 1}
        for cut in sorted(cuts):
            if cut >> bits == 0:
                values += [str(IPv4Address(cut) if version == 4 else IPv6Address(cut))]
    return values


def _between(bounds: Iterable[Decimal | None]) -> list[Decimal]:
    """The bounds, a value between each two neighbours, and one beyond either end."""
    cuts = sorted({bound for bound in bounds if bound is not None})
    if not cuts:
        return [Decimal(1)]
    values = [cuts[0] - 1]
    for low, high in pairwise(cuts):
        values += [low, (low + high) / 2]
    return [*values, cuts[-1], cuts[-1] + 1]


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


# --- sets of values -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Roles:
    """The conditions on a multivalued key by what they ask of a set."""

    all_required: list[Condition] = field(default_factory=list)
    any_required: list[Condition] = field(default_factory=list)
    all_marks: list[tuple[int, Condition]] = field(default_factory=list)
    any_marks: list[tuple[int, Condition]] = field(default_factory=list)


def _sets(
    key: str, required: Sequence[Condition], marks: Sequence[Condition], domain: KeyDomain, budget: Budget
) -> KeyResult:
    """Classes of non-empty sets.

    An element that fails more of the ForAllValues marks, meets fewer of the ForAnyValue marks and more of the required
    ForAnyValue conditions is better in every set, so sets of minimal elements are enough; their unions are closed over.
    """
    roles = _Roles()
    settled = 0
    for c in required:
        match c.operator.quantifier:
            case Quantifier.FOR_ALL_VALUES if c.operator.operator.comparison is not Comparison.IS_NULL:
                roles.all_required.append(c)
            case Quantifier.FOR_ANY_VALUE if c.operator.operator.comparison is not Comparison.IS_NULL:
                roles.any_required.append(c)
            case _:
                if holds(c, {key: ("x", "y")}, []) is not True:
                    return KeyResult([])
    for index, c in enumerate(marks):
        match c.operator.quantifier:
            case Quantifier.FOR_ALL_VALUES if c.operator.operator.comparison is not Comparison.IS_NULL:
                roles.all_marks.append((index, c))
            case Quantifier.FOR_ANY_VALUE if c.operator.operator.comparison is not Comparison.IS_NULL:
                roles.any_marks.append((index, c))
            case _:
                settled |= (holds(c, {key: ("x", "y")}, []) is not False) << index
    # Per element: bits of the marks, then a bit for each required ForAnyValue condition that it does NOT meet.
    tests = [c for _, c in roles.all_marks] + [c for _, c in roles.any_marks]
    plain = [replace(c, operator=replace(c.operator, quantifier=None, if_exists=False)) for c in tests]
    wanted = [
        replace(c, operator=replace(c.operator, quantifier=None, if_exists=False)) for c in roles.any_required
    ]
    must = [
        replace(c, operator=replace(c.operator, quantifier=None, if_exists=False)) for c in roles.all_required
    ]
    elements = _elements(key, must, plain, wanted, domain, budget=budget)
    count_all, count = len(roles.all_marks), len(tests)
    closed: dict[tuple[int, int, int], tuple[str, ...]] = {}
    fresh: list[tuple[int, int, int]] = []
    singles: list[tuple[tuple[int, int, int], str]] = []
    for mask, text in elements.classes:
        bits = mask & ((1 << count) - 1)
        state = (
            bits & ((1 << count_all) - 1),
            bits >> count_all,
            ~(mask >> count) & ((1 << len(wanted)) - 1),
        )
        if isinstance(text, str):
            singles.append((state, text))
            if state not in closed:
                closed[state] = (text,)
                fresh.append(state)
    while fresh:
        budget.spend()
        state = fresh.pop(0)
        for other, text in singles:
            union = (state[0] & other[0], state[1] | other[1], state[2] | other[2])
            if union not in closed:
                closed[union] = (*closed[state], text)
                fresh.append(union)
    full = (1 << len(wanted)) - 1
    classes: list[KeyClass] = []
    for (all_bits, any_bits, met), texts in closed.items():
        if met == full:
            mask = settled
            mask |= sum(
                1 << index for position, (index, _) in enumerate(roles.all_marks) if all_bits >> position & 1
            )
            mask |= sum(
                1 << index for position, (index, _) in enumerate(roles.any_marks) if any_bits >> position & 1
            )
            classes.append((mask, texts))
    return KeyResult(minimal(classes), elements.complete)


def _elements(
    key: str,
    must: Sequence[Condition],
    marks: Sequence[Condition],
    wanted: Sequence[Condition],
    domain: KeyDomain,
    *,
    budget: Budget,
) -> KeyResult:
    """Minimal classes of one element: bits of `marks` that it meets, then of `wanted` that it does not meet."""
    conditions = [*must, *marks, *wanted]
    if all(c.operator.operator.value_type in (ValueType.STRING, ValueType.ARN) for c in conditions):
        groups = [value_group(c) for c in conditions]
        if all(group is not None for group in groups):
            known = [group for group in groups if group is not None]
            required = [*domain.groups, *known[: len(must)]]
            tests = known[len(must) :]
            tests = [
                *tests[: len(marks)],
                *(replace(group, negated=not group.negated) for group in tests[len(marks) :]),
            ]
            return KeyResult([(mask, text) for mask, text in string_classes(required, tests, budget)])
    values = _admitted([*_representatives(conditions, domain), *_named(conditions), "x"], domain)
    classes: list[KeyClass] = []
    for value in values:
        if isinstance(value, str) and all(holds(c, {key: value}, []) is True for c in must):
            mask = sum((holds(c, {key: value}, []) is True) << index for index, c in enumerate(marks))
            mask |= sum(
                (holds(c, {key: value}, []) is not True) << (index + len(marks))
                for index, c in enumerate(wanted)
            )
            classes.append((mask, value))
    measured = all(c.operator.operator.value_type not in _TEXTUAL for c in conditions)
    return KeyResult(minimal(classes), complete=measured)
