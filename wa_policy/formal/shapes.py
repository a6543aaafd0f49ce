"""Actions that the catalog describes alike: the same resources fit them, and they carry the same keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from wa_policy.catalog.model import Catalog
from wa_policy.formal.actions import action_set, resource_patterns
from wa_policy.formal.boxes import Box


@dataclass(frozen=True, slots=True)
class Shape:
    """Some listed actions, and which of the keys that were asked about they cannot carry."""

    actions: int
    arns: tuple[str, ...]
    """The ARN formats of their resource types, with placeholders; `*` alone where they have none."""
    missing: frozenset[str]


def shapes(
    required: Sequence[Box], keys: Sequence[str], first: str, catalog: Catalog, needed: Sequence[str] = ()
) -> Iterator[Shape]:
    """The listed actions that fit the boxes and carry the `needed` keys, by shape; that of the action `first` comes first."""
    bits = catalog.listed
    for box in required:
        for group in box.actions:
            bits &= action_set(group, catalog)
    for key in needed:
        if catalog.condition_key(key) is not None:
            bits &= catalog.actions_carrying(key)
    asked = _of_actions(keys, catalog)
    single = catalog.single(first) & bits
    if single:
        # Most often the first one serves, so the others are not even looked up before.
        yield _shape_of(single, asked, catalog)
        bits ^= single
    if bits:
        yield from _grouped(bits, asked, catalog)


def grouped(bits: int, keys: Sequence[str], catalog: Catalog) -> tuple[Shape, ...]:
    """The listed actions of a set by shape."""
    return _grouped(bits, _of_actions(keys, catalog), catalog)


def _of_actions(keys: Sequence[str], catalog: Catalog) -> tuple[str, ...]:
    return tuple(sorted(key for key in keys if _is_of_actions(key, catalog)))


@lru_cache(maxsize=512)
def _grouped(bits: int, asked: tuple[str, ...], catalog: Catalog) -> tuple[Shape, ...]:
    """The actions by shape; one document is asked about many times with the same actions."""
    grouped: dict[tuple[tuple[str, ...], frozenset[str]], int] = {}
    while bits:
        low = bits & -bits
        bits ^= low
        shape = _shape_of(low, asked, catalog)
        grouped[shape.arns, shape.missing] = grouped.get((shape.arns, shape.missing), 0) | low
    return tuple(Shape(found, arns, missing) for (arns, missing), found in grouped.items())


def _is_of_actions(key: str, catalog: Catalog) -> bool:
    known = catalog.condition_key(key)
    return known is not None and not known.is_global


@lru_cache(maxsize=65_536)
def _shape_of(single: int, keys: tuple[str, ...], catalog: Catalog) -> Shape:
    name = catalog.names(single)[0]
    missing = frozenset(key for key in keys if not catalog.key_usable_with(key, name))
    return Shape(single, resource_patterns(name, catalog), missing)
