"""Escalation: who can get the permissions of whom, by which technique; single ones, and classes of those alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wa_policy.catalog.model import Catalog
from wa_policy.graph.alike import Likeness, likeness_of
from wa_policy.graph.asking import Asked
from wa_policy.graph.raised import EVERYONE, NEW_ROLE, End, Escalation, EscalationClass
from wa_policy.graph.search import Search
from wa_policy.graph.technique import Technique
from wa_policy.graph.techniques import TECHNIQUES
from wa_policy.inventory.model import Inventory

__all__ = [
    "EVERYONE",
    "NEW_ROLE",
    "End",
    "Escalation",
    "EscalationClass",
    "Escalations",
    "escalation_classes",
    "escalations",
]


def escalations(
    inventory: Inventory, reach: Asked, catalog: Catalog, techniques: Iterable[Technique] = TECHNIQUES
) -> tuple[Escalation, ...]:
    """Every escalation, sorted. Service-linked roles neither act nor can be targets, and who has all gains nothing."""
    del inventory, catalog  # those of the reach
    return escalation_classes(reach, techniques).every()


def escalation_classes(
    reach: Asked, techniques: Iterable[Technique] = TECHNIQUES, *, likeness: Likeness | None = None
) -> Escalations:
    """Every escalation, in classes of those that are alike."""
    search = Search(reach, likeness or likeness_of(reach))
    found = sorted(search.classes(tuple(techniques)), key=lambda one: one.first.sort_key)
    return Escalations(tuple(found), search)


class Escalations:
    """Classes of escalations, sorted; single ones are worked out when they are asked for."""

    def __init__(self, classes: tuple[EscalationClass, ...], search: Search) -> None:
        self.classes = classes
        self._search = search

    def __len__(self) -> int:
        """How many single escalations there are."""
        return sum(map(len, self.classes))

    def each(
        self,
        found: EscalationClass,
        *,
        principal: str | None = None,
        target: str | None = None,
        end: End | None = None,
    ) -> Iterator[Escalation]:
        """The escalations of a class, or those of one principal, to one target, to one end."""
        ends = found.ends if end is None else (end,)
        if target is not None and ends:
            ends = tuple(one for one in ends if one.target.arn == target)
            if not ends:
                return
        for arn in found.principals if principal is None else (principal,):
            yield from self._search.each(found.first.technique, arn, ends)

    def narrowed(
        self,
        *,
        principal: str | None = None,
        target: str | None = None,
        to_admin: bool = False,
        certain: bool = False,
    ) -> Escalations:
        """Those of one principal, to one target, that make or may make an administrator, that are certain."""
        found: list[EscalationClass] = []
        for class_ in self.classes:
            first = class_.first
            if (certain and first.truth is not True) or (to_admin and first.gives_admin is False):
                continue
            narrow = _narrowed(class_, principal, target)
            if narrow is class_:
                found.append(class_)
            elif narrow is not None:
                one = next(self.each(narrow), None)
                if one is not None:
                    found.append(replace(narrow, first=one))
        return Escalations(tuple(sorted(found, key=lambda one: one.first.sort_key)), self._search)

    def every(self) -> tuple[Escalation, ...]:
        """All single escalations, sorted."""
        found: list[Escalation] = []
        by_account: dict[str, list[EscalationClass]] = {}
        for class_ in self.classes:
            by_account.setdefault(_account(class_.first.principal), []).append(class_)
        for classes in by_account.values():
            for class_ in classes:
                found += self.each(class_)
            self._search.forget()
        return tuple(sorted(found, key=lambda escalation: escalation.sort_key))


def _narrowed(class_: EscalationClass, principal: str | None, target: str | None) -> EscalationClass | None:
    """What of a class belongs to one principal and one target; its first is not looked at."""
    principals, ends = class_.principals, class_.ends
    if principal is not None:
        principals = tuple(one for one in principals if one == principal)
    if target is not None and ends:
        ends = tuple(end for end in ends if end.target.arn == target)
        if not ends:
            return None
    elif target is not None and target != NEW_ROLE:
        principals = tuple(one for one in principals if one == target)
    elif target is not None and class_.first.target != NEW_ROLE:
        return None
    if principals == class_.principals and ends == class_.ends:
        return class_
    return replace(class_, principals=principals, ends=ends) if principals else None


def _account(principal: str) -> str:
    return principal.split(":")[4] if ":" in principal else ""
