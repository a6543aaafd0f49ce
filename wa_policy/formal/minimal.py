"""Keep only what no other choice beats."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

_T = TypeVar("_T")


def minimal(classes: Iterable[tuple[int, _T]]) -> list[tuple[int, _T]]:
    """The classes whose mask is no superset of another's, the first of equal ones; fewest bits first."""
    best: dict[int, _T] = {}
    for mask, value in classes:
        best.setdefault(mask, value)
    kept: list[int] = []
    for mask in sorted(best, key=lambda mask: (mask.bit_count(), mask)):
        if not any(other & mask == other for other in kept):
            kept.append(mask)
    return [(mask, best[mask]) for mask in kept]
