"""What a class of requests says of a context key, as a restriction of the values that the key may have."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from wa_policy.catalog.model import Catalog
from wa_policy.formal.keys import Bounds, KeyDomain, Value
from wa_policy.formal.strings import Group
from wa_policy.iam.operators import ValueType
from wa_policy.iam.pattern import arn_glob, glob
from wa_policy.iam.values import AddressRange, parse_address_range
from wa_policy.rules.actions import has_wildcard
from wa_policy.rules.request_class import KeySpec


def value_type(key: str, catalog: Catalog) -> ValueType:
    """How the values of a key are compared; text where the catalog does not know the key, or knows several types."""
    known = catalog.condition_key(key)
    return known.types[0] if known is not None and len(known.types) == 1 else ValueType.STRING


def group_of(key: str, patterns: tuple[str, ...], spec: KeySpec, catalog: Catalog) -> Group:
    """The values that fit one of the patterns."""
    match value_type(key, catalog):
        case ValueType.ARN:
            return Group(tuple(arn_glob(pattern) for pattern in patterns))
        case ValueType.BOOL:
            return Group(tuple(pattern.lower() for pattern in patterns), folded=True)
        case _ if spec.ignore_case:
            return Group(tuple(pattern.lower() for pattern in patterns), folded=True)
        case _:
            return Group(tuple(glob(pattern) for pattern in patterns))


def within(domain: KeyDomain, key: str, spec: KeySpec, catalog: Catalog) -> KeyDomain:
    """The domain as far as the class admits it."""
    groups = [*domain.groups]
    if spec.one_of:
        groups.append(group_of(key, spec.one_of, spec, catalog))
    if spec.none_of:
        groups.append(group_of(key, spec.none_of, spec, catalog).inverted)
    some = [*domain.some]
    if spec.some_of:
        some.append(group_of(key, spec.some_of, spec, catalog))
    if spec.some_other_than:
        some.append(group_of(key, spec.some_other_than, spec, catalog).inverted)
    bounds = [*domain.bounds]
    if spec.less_than is not None or spec.greater_than is not None:
        bounds.append(Bounds(above=_decimal(spec.greater_than), below=_decimal(spec.less_than)))
    restricted = replace(
        domain,
        absent=domain.absent and spec.absent is not False,
        present=domain.present and spec.absent is not True,
        groups=tuple(groups),
        some=tuple(some),
        bounds=tuple(bounds),
        outside=(*domain.outside, *ranges(spec.outside)),
    )
    if (
        spec.one_of
        and restricted.fixed is None
        and not spec.ignore_case
        and not any(map(has_wildcard, spec.one_of))
    ):
        # Whole values: a policy variable that stands for the key has one of them.
        present = spec.one_of if restricted.present else ()
        restricted = replace(restricted, fixed=(*present, *((None,) if restricted.absent else ())))
    return settled(inside_of(restricted, spec.inside) if spec.inside else restricted)


def inside_of(domain: KeyDomain, texts: tuple[str, ...]) -> KeyDomain:
    """The domain with addresses in one of the ranges only."""
    if not domain.inside:
        return replace(domain, inside=ranges(texts))
    common = tuple(found for one in domain.inside for two in ranges(texts) if (found := _common(one, two)))
    return replace(domain, inside=common, present=domain.present and bool(common))


def _common(one: AddressRange, two: AddressRange) -> AddressRange | None:
    first, last = max(one.first, two.first), min(one.last, two.last)
    return AddressRange(one.version, first, last) if one.version == two.version and first <= last else None


def settled(domain: KeyDomain) -> KeyDomain:
    """The same domain, where its fixed values are those that the rest of it admits."""
    if domain.fixed is None:
        return domain if domain.absent or domain.present else replace(domain, fixed=())
    return replace(domain, fixed=tuple(value for value in domain.fixed if _fits(value, domain)))


def _fits(value: Value, domain: KeyDomain) -> bool:
    if value is None or value == ():
        return domain.absent
    values = (value,) if isinstance(value, str) else value
    return (
        domain.present
        and all(domain.admits(item) for item in values)
        and all(any(group.holds(item) for item in values) for group in domain.some)
    )


def _decimal(number: str | float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def ranges(texts: tuple[str, ...]) -> tuple[AddressRange, ...]:
    return tuple(found for text in texts if (found := parse_address_range(text)) is not None)
