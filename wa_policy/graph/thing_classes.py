"""Things in classes: those of a class are alike to every principal.

They have one type and account, their policies say the same, and the same patterns match them: those of the principals
of their account, and of the other accounts that their policies name.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from wa_policy.graph.classes import PrincipalClass
from wa_policy.graph.pairs import Pairs
from wa_policy.graph.parties import Target
from wa_policy.graph.patterns import Patterns
from wa_policy.graph.things import Thing, part_named, start_of_parts
from wa_policy.iam.pattern import WILDCARDS, is_literal, matches
from wa_policy.iam.policy import Effect, Policy, Statement
from wa_policy.iam.principal import (
    AccountPrincipal,
    Anonymous,
    ArnPrincipal,
    Everyone,
    FederatedPrincipal,
    ServicePrincipal,
    UnmatchablePrincipal,
)
from wa_policy.iam.request import Request
from wa_policy.iam.text import Template
from wa_policy.inventory.model import METHODS_PROPERTY

_ROLE = "AWS::IAM::Role"

_WHOLE = -1
"""The place of the ARN of a thing that has no part for it."""
_WITHIN = -2
"""The place of what a pattern names within a thing."""


@dataclass(frozen=True, slots=True, eq=False)
class ThingClass:
    """Things that are alike to every principal; the first stands for all."""

    first: Thing
    members: tuple[Thing, ...]


class Index:
    """Things found by the patterns that match them or a part of them."""

    def __init__(self, things: Iterable[Thing]) -> None:
        entries: list[tuple[str, tuple[int, int]]] = []
        self._exact: dict[str, int] = {}
        self._open: dict[str, str] = {}
        for number, thing in enumerate(things):
            self._exact[thing.arn] = number
            entries += [(part.arn, (number, place)) for place, part in enumerate(thing.parts)]
            if not thing.parts or thing.parts[0].arn != thing.arn:
                entries.append((thing.arn, (number, _WHOLE)))
            start = start_of_parts(thing)
            if start is not None:
                self._open[thing.arn] = start
        entries.sort()
        self._arns = [arn for arn, _ in entries]
        self._places = [place for _, place in entries]
        self._found: dict[str, frozenset[tuple[int, int]]] = {}

    def matching(self, pattern: str) -> frozenset[int]:
        """The numbers of the things of which the pattern matches a part, or lies within one."""
        return frozenset(number for number, _ in self.places(pattern))

    def places(self, pattern: str) -> frozenset[tuple[int, int]]:
        """`matching`, each number with the part that is matched."""
        found = self._found.get(pattern)
        if found is None:
            found = self._found[pattern] = frozenset(self._matching(pattern))
        return found

    def _matching(self, pattern: str) -> Iterator[tuple[int, int]]:
        end = next((i for i, character in enumerate(pattern) if character in WILDCARDS), len(pattern))
        prefix = pattern[:end]
        at = bisect_left(self._arns, prefix)
        literal = is_literal(pattern)
        while at < len(self._arns) and self._arns[at].startswith(prefix):
            arn = self._arns[at]
            if matches(pattern, arn):
                yield self._places[at]
            elif literal:
                break
            if arn in self._open and part_named(self._open[arn], pattern) is not None:
                yield self._places[at][0], _WITHIN
            at += 1
        # A pattern such as `arn:aws:s3:::bucket/logs/*` is about a part of the bucket.
        for cut, character in enumerate(prefix):
            if character in "/:" and cut > 8 and (number := self._exact.get(prefix[:cut])) is not None:
                yield number, _WITHIN


def classes_of_things(
    things: Iterable[Thing],
    classes: Iterable[PrincipalClass],
    *,
    pairs: Pairs,
    patterns: Patterns,
    target: Callable[[str], Target],
) -> tuple[ThingClass, ...]:
    """The things in classes, by what the policies of the principals' classes, and their own, say of them."""
    known = tuple(things)
    seen_by: dict[str, list[int]] = {}
    for number, thing in enumerate(known):
        for account in {thing.account, *_accounts_named(target(thing.arn).side[0])}:
            seen_by.setdefault(account, []).append(number)
    pools: dict[str, dict[str, None]] = {}
    for class_ in classes:
        pool = pools.setdefault(class_.account, {})
        for found in patterns.of(class_.actor).values():
            pool.update(dict.fromkeys(found))
    matched: list[list[tuple[str, int, int]]] = [[] for _ in known]
    for account, numbers in seen_by.items():
        index = Index(known[number] for number in numbers)
        for pattern_number, pattern in enumerate(pools.get(account, ())):
            for place, part in index.places(pattern):
                matched[numbers[place]].append((account, pattern_number, part))
    groups: dict[Hashable, list[Thing]] = {}
    for thing, said in zip(known, matched, strict=True):
        groups.setdefault(_class_key(thing, target(thing.arn), pairs, frozenset(said)), []).append(thing)
    alike = sorted(groups.values(), key=lambda members: members[0].arn)
    return tuple(ThingClass(members[0], tuple(members)) for members in alike)


def _accounts_named(policy: Policy | None) -> Iterator[str]:
    """The accounts of which an Allow statement names principals."""
    for statement in () if policy is None else policy.statements:
        if statement.effect is Effect.ALLOW and statement.principal is not None:
            for principal in statement.principal.principals:
                match principal:
                    case AccountPrincipal(account):
                        yield account
                    case ArnPrincipal(arn):
                        yield arn.account
                    case _:
                        pass


def _class_key(thing: Thing, target: Target, pairs: Pairs, matched: Hashable) -> Hashable:
    policy, levels, _ = target.side
    if policy is not None and any(_stands_alone(thing, statement) for statement in policy.statements):
        return thing.arn
    narrow = [
        sheet
        for level in levels or ()
        for control in level.policies
        for sheet in pairs.documents.of(control).sheets
        if not sheet.everywhere
    ]
    if any(sheet.selector.templates for sheet in narrow):
        return thing.arn
    sheets = narrow if policy is None else [*narrow, *pairs.documents.of(policy).sheets]
    arns = dict.fromkeys((thing.arn, *(part.arn for part in thing.parts)))
    covered = tuple(
        sheet.selector.selects(arn, _NO_REQUEST, [])
        for sheet in sheets
        if not sheet.everywhere
        for arn in arns
    )
    told = tuple(pairs.sides.target(target, service) for part in thing.parts for service, _ in part.fits)
    sides = tuple((side.controls.number, side.own.number, side.features) for side in told)
    methods = _methods(thing)
    return (thing.type, thing.account, tuple(target.context.items()), sides, covered, methods, matched)


def _methods(thing: Thing) -> Hashable:
    """What authorizes which method of an API, None where there is nothing to tell."""
    methods = None if thing.resource is None else thing.resource.properties.get(METHODS_PROPERTY)
    if not isinstance(methods, tuple):
        return None
    return tuple(
        tuple(str(item.get(name)) for name in ("HttpMethod", "ResourcePath", "AuthorizationType"))
        if isinstance(item, Mapping)
        else None
        for item in methods
    )


_NO_REQUEST = Request(Anonymous(), "", "*")


def _stands_alone(thing: Thing, statement: Statement) -> bool:
    """True iff what a statement of the thing's policy says depends on more than `_class_key` looks at.

    A trust policy that names everyone lets in principals by the patterns of any account. Of other things that do, only
    the principals of their own account and callers from outside are looked at.
    """
    if statement.resource is not None and any(isinstance(v, Template) for v in statement.resource.values):
        return True
    element = statement.principal
    if element is None:
        return False
    if element.negated and statement.effect is Effect.ALLOW and thing.type == _ROLE:
        return True
    for principal in element.principals:
        match principal:
            case (
                AccountPrincipal()
                | ArnPrincipal()
                | ServicePrincipal()
                | FederatedPrincipal()
                | UnmatchablePrincipal()
            ):
                continue
            case Everyone() if thing.type != _ROLE or statement.effect is Effect.DENY:
                continue
            case _:
                return True
    return False
