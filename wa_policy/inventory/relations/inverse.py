"""A relation turned round, and answers put together."""

from __future__ import annotations

from collections.abc import Iterable

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.relations.model import Outcome, Side
from wa_policy.inventory.relations.types import id_of, region_of, type_of


class Inverse:
    """A relation turned round: who has each resource on the other side, and where it is not known who."""

    def __init__(self) -> None:
        self._by_side: dict[tuple[str, str], dict[tuple[str, str], Side]] = {}
        self._open: dict[str | None, dict[str | None, Unknown]] = {}

    def add(self, side: Side, outcome: Outcome) -> None:
        own = (type_of(side), id_of(side))
        for other in outcome.found:
            self._by_side.setdefault((type_of(other), id_of(other)), {})[own] = side
        if outcome.open is not None:
            self._open.setdefault(side.account, {}).setdefault(region_of(side), outcome.open)

    def of(self, side: Side) -> Outcome:
        found = self._by_side.get((type_of(side), id_of(side)), {})
        return Outcome(tuple(found.values()), self._doubt(side.account, region_of(side)))

    def _doubt(self, account: str | None, region: str | None) -> Unknown | None:
        """An unknown value in the account and region: it may name whatever is there."""
        accounts = self._open if account is None else (account, None)
        for owner in accounts:
            regions = self._open.get(owner)
            if not regions:
                continue
            if region is None:
                return next(iter(regions.values()))
            doubt = regions.get(region) or regions.get(None)
            if doubt is not None:
                return doubt
        return None


def union(outcomes: Iterable[Outcome]) -> Outcome:
    """All that was found, and the first of what is not known."""
    found: dict[tuple[str, str], Side] = {}
    open_: Unknown | None = None
    missing: Unknown | None = None
    for outcome in outcomes:
        for side in outcome.found:
            found[type_of(side), id_of(side)] = side
        open_ = open_ or outcome.open
        missing = missing or outcome.missing
    return Outcome(tuple(found.values()), open_, missing)
