"""What is not in a class of requests, as pieces that the formal engine can search: each breaks one part of the class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from wa_policy.catalog.model import Catalog
from wa_policy.formal.boxes import Box
from wa_policy.formal.keys import Bounds, KeyDomain
from wa_policy.formal.strings import Group
from wa_policy.guardrails.model import ForbiddenClass
from wa_policy.iam.pattern import glob, resource_glob
from wa_policy.rules.key_domains import group_of, inside_of, ranges, settled
from wa_policy.rules.request_class import KeySpec

Narrowing = Callable[[KeyDomain], KeyDomain]
"""A domain with fewer values."""


@dataclass(frozen=True)
class Piece:
    """Requests in the box whose keys have what is left of their domains."""

    box: Box = field(default_factory=Box)
    keys: tuple[tuple[str, Narrowing], ...] = ()

    def and_(self, other: Piece) -> Piece:
        """The requests of both."""
        box = Box(
            (*self.box.actions, *other.box.actions),
            (*self.box.resources, *other.box.resources),
        )
        return Piece(box, (*self.keys, *other.keys))

    def narrow(self, key: str, domain: KeyDomain) -> KeyDomain:
        """The domain of a key in the piece."""
        for name, narrowing in self.keys:
            if name == key:
                domain = settled(narrowing(domain))
        return domain


def outside(one: ForbiddenClass, catalog: Catalog) -> Iterator[Piece]:
    """Pieces whose union is every request by one of the class's callers that is not in the class."""
    if "*" not in one.actions:
        yield Piece(Box(actions=(_actions(one.actions).inverted,)))
    if one.not_actions:
        yield Piece(Box(actions=(_actions(one.not_actions),)))
    if "*" not in one.resources:
        yield Piece(Box(resources=(_resources(one.resources).inverted,)))
    if one.not_resources:
        yield Piece(Box(resources=(_resources(one.not_resources),)))
    for key, spec in one.context:
        for narrowing in _broken(key, spec, catalog):
            yield Piece(keys=((key.lower(), narrowing),))


def _actions(patterns: tuple[str, ...]) -> Group:
    return Group(tuple(glob(pattern.lower()) for pattern in patterns))


def _resources(patterns: tuple[str, ...]) -> Group:
    return Group(tuple(resource_glob(pattern) for pattern in patterns))


def _broken(key: str, spec: KeySpec, catalog: Catalog) -> Iterator[Narrowing]:
    """The ways in which a key is not as the class says."""
    if spec.absent is True:
        yield _present
        return
    if spec.absent is False:
        yield lambda domain: replace(domain, present=False)
    if spec.one_of:
        yield _of(group_of(key, spec.one_of, spec, catalog).inverted)
    if spec.none_of:
        yield _of(group_of(key, spec.none_of, spec, catalog))
    if spec.inside:
        yield lambda domain: replace(_present(domain), outside=(*domain.outside, *ranges(spec.inside)))
    if spec.outside:
        yield lambda domain: inside_of(_present(domain), spec.outside)
    if spec.less_than is not None:
        yield _of_numbers(Bounds(least=Decimal(str(spec.less_than))))
    if spec.greater_than is not None:
        yield _of_numbers(Bounds(most=Decimal(str(spec.greater_than))))
    # No value fits, or every one does: what is said of all values of a set.
    if spec.some_of:
        yield _of(group_of(key, spec.some_of, spec, catalog).inverted)
    if spec.some_other_than:
        yield _of(group_of(key, spec.some_other_than, spec, catalog))


def _present(domain: KeyDomain) -> KeyDomain:
    return replace(domain, absent=False)


def _of(group: Group) -> Narrowing:
    return lambda domain: replace(_present(domain), groups=(*domain.groups, group))


def _of_numbers(bounds: Bounds) -> Narrowing:
    return lambda domain: replace(_present(domain), bounds=(*domain.bounds, bounds))
