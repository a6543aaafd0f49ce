"""Ways to an administrator over escalations alone: the whole graph need not be built for them.

They are searched for by classes of escalations, and only those of the way that is found are worked out one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from wa_policy.evaluator.truth import Truth
from wa_policy.graph.escalation import Escalation, EscalationClass, Escalations


@dataclass(frozen=True, slots=True)
class _Hop:
    """The next escalation: `target` is whose rights are gained, None where the class has no ends.

    `is_last`: it makes an administrator by itself, whatever the target is.
    """

    class_: EscalationClass
    target: str | None
    is_last: bool


Ways = Mapping[str, _Hop | None]
"""The principals that lead to an administrator, each with its next escalation; None for an administrator."""


class Ascents:
    """Answers about the escalations of an inventory; `administrators` says of each user and role if it is one."""

    def __init__(self, found: Escalations, administrators: Mapping[str, Truth]) -> None:
        self._found = found
        self._administrators = administrators

    @cached_property
    def _by_principal(self) -> Mapping[str, tuple[EscalationClass, ...]]:
        return _index((arn, class_) for class_ in self._found.classes for arn in class_.principals)

    @cached_property
    def _by_target(self) -> Mapping[str, tuple[EscalationClass, ...]]:
        return _index((arn, class_) for class_ in self._found.classes for arn in class_.targets)

    def of(self, principal: str) -> Iterator[tuple[EscalationClass, Iterator[Escalation]]]:
        """The escalations of a principal by their classes, each worked out when it is asked for."""
        for class_ in self._by_principal.get(principal, ()):
            yield class_, self._found.each(class_, principal=principal)

    def way(self, principal: str, *, sure: bool) -> tuple[Escalation, ...] | None:
        """The shortest way to an administrator; empty for one that is it itself, None where there is none.

        `sure` asks for a way that can be taken for certain.
        """
        ways = self._sure if sure else self._perhaps
        if principal not in ways:
            return None
        steps: list[Escalation] = []
        at, hop = principal, ways[principal]
        while hop is not None:
            steps.append(next(self._found.each(hop.class_, principal=at, target=hop.target)))
            if hop.is_last or hop.target is None:
                break
            at, hop = hop.target, ways[hop.target]
        return tuple(steps)

    @cached_property
    def _sure(self) -> Ways:
        return self._ways(sure=True)

    @cached_property
    def _perhaps(self) -> Ways:
        return self._ways(sure=False)

    def _ways(self, *, sure: bool) -> Ways:
        admins = [
            arn
            for arn, truth in self._administrators.items()
            if truth is True or (not sure and truth is not False)
        ]
        ways: dict[str, _Hop | None] = dict.fromkeys(sorted(admins))
        first: list[str] = []
        for class_ in self._found.classes:
            gives = class_.first.gives_admin
            if _counts(class_, sure=sure) and (gives is True or (not sure and gives is not False)):
                first += _reach(class_, class_.targets or (None,), ways, is_last=True)
        front = [*first, *admins]
        while front:
            onward: list[str] = []
            for target in front:
                for class_ in self._by_target.get(target, ()):
                    if _counts(class_, sure=sure):
                        onward += _reach(class_, (target,), ways, is_last=False)
            front = onward
        return ways


def _reach(
    class_: EscalationClass, targets: tuple[str | None, ...], ways: dict[str, _Hop | None], *, is_last: bool
) -> Iterator[str]:
    """The principals of a class that were not known to lead anywhere, each from now on to the first other target."""
    for arn in class_.principals:
        if arn not in ways:
            others = [target for target in targets if target != arn]
            if others:
                ways[arn] = _Hop(class_, others[0], is_last)
                yield arn


def _counts(class_: EscalationClass, *, sure: bool) -> bool:
    """True iff the escalations of the class can be taken, for certain where that is asked."""
    first = class_.first
    return first.truth is True and not first.assumes if sure else first.truth is not False


def _index(pairs: Iterable[tuple[str, EscalationClass]]) -> Mapping[str, tuple[EscalationClass, ...]]:
    found: dict[str, list[EscalationClass]] = {}
    for arn, class_ in pairs:
        found.setdefault(arn, []).append(class_)
    return {arn: tuple(classes) for arn, classes in found.items()}
