"""From the classes of principals and of what they call on to access edges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from wa_policy.catalog.model import ActionSet
from wa_policy.evaluator.formula import Layer
from wa_policy.graph.access import Access, Placed
from wa_policy.graph.changes import acting_as, changing
from wa_policy.graph.classes import PrincipalClass
from wa_policy.graph.pairs import Record
from wa_policy.graph.parties import Actor, Target
from wa_policy.graph.reach import Reach, doubts_of, statements_of
from wa_policy.graph.sheets import Sheet
from wa_policy.graph.thing_classes import Index
from wa_policy.graph.things import Part, Thing
from wa_policy.graph.web import Edge, EdgeKind
from wa_policy.iam.pattern import MANY, display
from wa_policy.iam.policy import Condition
from wa_policy.iam.principal import AccountPrincipal, ArnPrincipal, Everyone, UnknownPrincipal
from wa_policy.iam.unknown import Unknown

INVOKE = "execute-api:Invoke"


# --- which pairs have to be looked at -----------------------------------------------------------------------------


@dataclass
class Candidates:
    """The things that a caller may reach: by its own patterns, or named by the thing's policy."""

    reach: Reach
    things: tuple[Thing, ...]
    _own: dict[str, Index] = field(default_factory=dict)
    _numbers: dict[str, list[int]] = field(default_factory=dict)
    _foreign: dict[str, list[int]] = field(default_factory=dict)
    _foreign_index: dict[str, Index] = field(default_factory=dict)
    _naming: dict[str, list[int]] = field(default_factory=dict)
    _open: dict[str, list[int]] = field(default_factory=dict)
    """By account the things whose policy names everyone."""
    _open_roles: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, thing in enumerate(self.things):
            self._numbers.setdefault(thing.account, []).append(number)
            policy = self.reach.target(thing.arn).side[0]
            if policy is None:
                continue
            for sheet in self.reach.pairs.documents.of(policy).sheets:
                element = sheet.statement.principal
                if not sheet.allows or element is None:
                    continue
                for principal in (Everyone(),) if element.negated else element.principals:
                    self._name(number, thing, principal)
        for account, numbers in self._numbers.items():
            self._own[account] = Index(self.things[number] for number in numbers)
        for account, numbers in self._foreign.items():
            self._foreign_index[account] = Index(self.things[number] for number in numbers)

    def _name(self, number: int, thing: Thing, principal: object) -> None:
        match principal:
            case AccountPrincipal(account) if account != thing.account:
                self._foreign.setdefault(account, []).append(number)
            case ArnPrincipal(arn):
                self._naming.setdefault(str(arn), []).append(number)
            case Everyone() | UnknownPrincipal():
                self._open.setdefault(thing.account, []).append(number)
                if thing.type == "AWS::IAM::Role":
                    self._open_roles.append(number)
            case _:
                pass

    def of(self, class_: PrincipalClass) -> list[int]:
        """The numbers of the things that the class may reach; what is open to everyone abroad is left to `anyone`."""
        account = class_.account
        found = set(self._open.get(account, ()))
        found.update(self._open_roles)
        for member in class_.members:
            found.update(self._naming.get(member.arn, ()))
        pool = self._numbers.get(account, [])
        foreign = self._foreign.get(account, [])
        actor = class_.actor
        if Layer.IDENTITY in actor.applied.unknown or any(p.unreadable for p in actor.applied.identity):
            found.update(pool)
        by_sheet = self.reach.patterns.of(actor)
        for policy in actor.applied.identity:
            for sheet in self.reach.pairs.documents.of(policy).sheets:
                if not sheet.allows:
                    continue
                everywhere = sheet.everywhere or sheet.selector.negated
                for numbers, index in (
                    (pool, self._own.get(account)),
                    (foreign, self._foreign_index.get(account)),
                ):
                    places: Iterable[int] = range(len(numbers))
                    if index is not None and not everywhere:
                        places = set().union(*(index.matching(p) for p in by_sheet[sheet]))
                    found.update(
                        numbers[place] for place in places if self._takes(self.things[numbers[place]], sheet)
                    )
        return sorted(found)

    @staticmethod
    def _takes(thing: Thing, sheet: Sheet) -> bool:
        return any(bits & sheet.maybe for part in thing.parts for _, bits in part.fits)


# --- edges --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """What a caller may do on a thing or a part of it."""

    sure: ActionSet
    told: ActionSet
    found: tuple[tuple[Record, Target, ActionSet], ...]
    invoking: Access | None = None
    """Of an API: may its methods be called?"""


def reached(reach: Reach, actor: Actor, thing: Thing) -> Reached | None:
    """The actions that the caller may take on the thing and its parts, by what was read; None where there are none."""
    sure = told = 0
    invoking: Access | None = None
    records: list[tuple[Record, Target, ActionSet]] = []
    for part in _with_named_parts(reach, actor, thing):
        target = reach.target(part.arn)
        for service, fits in part.fits:
            if service == "execute-api":
                invoking = _better(invoking, reach.access(actor, INVOKE, part.arn))
                continue
            record = reach.pairs.record(actor, target, service)
            here = record.grant.told & fits
            if here:
                sure, told = sure | (record.grant.sure & fits), told | here
                records.append((record, target, here))
    if invoking is not None and not _speaks(invoking):
        invoking = None
    return Reached(sure, told, tuple(records), invoking) if told or invoking else None


def _better(one: Access | None, other: Access) -> Access:
    """The one that allows more: a method is enough."""
    if one is None or other.truth is True or one.truth is False:
        return other
    return one


def _speaks(access: Access) -> bool:
    """True iff it may be done, and not only by a document that was not read."""
    return access.truth is True or (access.is_possible and bool(access.statements))


def _with_named_parts(reach: Reach, actor: Actor, thing: Thing) -> Iterator[Part]:
    """The parts of a thing, with those that only a pattern of the caller's names."""
    yield from thing.parts
    if thing.type != "AWS::S3::Bucket" or len(thing.parts) < 2:
        return
    start = f"{thing.arn}/"
    for sheet, patterns in reach.patterns.of(actor).items():
        if sheet.allows:
            for pattern in patterns:
                if pattern.startswith(start) and pattern != f"{start}{MANY}":
                    yield Part(display(pattern).replace("*", "x").replace("?", "x"), thing.parts[1].fits)


def edges_of(reach: Reach, source: str, thing: Thing, found: Reached) -> Iterator[Edge]:
    """The edges of one pair; each action stands on one of them."""
    catalog, target = reach.catalog, thing.arn
    rest = found.told
    if thing.type == "AWS::IAM::Role":
        acts = rest & acting_as(catalog)
        if acts:
            rest ^= acts
            yield _edge((source, target), EdgeKind.ACT_AS, "assume role", acts, found)
    for what, actions in changing(thing.type, catalog):
        changes = rest & actions
        if changes:
            rest ^= changes
            yield _edge((source, target), EdgeKind.CHANGE, what, changes, found)
    if rest:
        yield _edge((source, target), EdgeKind.ACCESS, "access", rest, found)
    if found.invoking is not None:
        access = found.invoking
        bit = catalog.single(INVOKE)
        doubts = (access.truth,) if isinstance(access.truth, Unknown) else ()
        sure = bit if access.truth is True else 0
        yield Edge(
            source, target, EdgeKind.ACCESS, "invoke", sure, bit, access.conditions, doubts, access.statements
        )


def _edge(ends: tuple[str, str], kind: EdgeKind, how: str, bits: ActionSet, found: Reached) -> Edge:
    sure = found.sure & bits
    open_bits = bits ^ sure
    conditions: dict[Condition, None] = {}
    doubts: dict[Unknown, None] = {}
    statements: dict[Placed, None] = {}
    for record, at, actions in found.found:
        if actions & bits:
            statements.update(dict.fromkeys(statements_of(record, at, actions & bits)))
        if actions & open_bits:
            conditions.update(
                (condition, None)
                for sheet, condition in record.conditions
                if sheet.maybe & actions & open_bits
            )
            doubts.update(dict.fromkeys(doubts_of(record, at, actions & open_bits)))
    return Edge(*ends, kind, how, sure, bits, tuple(conditions), tuple(doubts), tuple(statements))
