"""Quick looks that spare a search."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from wa_policy.formal.boxes import Box
from wa_policy.formal.strings import Group
from wa_policy.iam.pattern import overlaps


def is_disjoint(box: Box, required: Sequence[Box]) -> bool:
    """True only if no action fits both: a quick look that spares a search."""
    return any(_never_meet(one, two) for other in required for one in box.actions for two in other.actions)


@lru_cache(maxsize=65_536)
def _never_meet(one: Group, two: Group) -> bool:
    if one.negated or two.negated or not one.literals.isdisjoint(two.literals):
        return False
    return not (
        any(overlaps(p, q) for p in one.wild for q in (*two.wild, *two.literals))
        or any(overlaps(p, q) for p in one.literals for q in two.wild)
    )
