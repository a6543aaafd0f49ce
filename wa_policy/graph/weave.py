"""From the classes of principals and of what they call on to access edges."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from wa_policy.catalog.model import ActionSet
from wa_policy.evaluator.formula import Layer
from wa_policy.graph.access import Access, Placed
from wa_policy.graph.changes import acting_as, changing
from wa_policy.graph.classes import PrincipalClass
from wa_policy.graph.pairs import Record
from wa_policy.graph.parties import Actor, Target
from wa_policy.graph.reach import Reach, conditions_of, doubts_of, statements_of
from wa_policy.graph.sheets import Sheet
from wa_policy.graph.thing_classes import Index
from wa_policy.graph.things import Thing, named_parts
from wa_policy.graph.web import Edge, EdgeKind
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

Found = tuple[Record, Target, ActionSet]
"""What a record allows on a target, by what was read."""


class Weaver:
    """Makes the edges of pairs; what many pairs have in common is made once."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._here: dict[tuple[Record, int], ActionSet] = {}
        self._made: dict[Hashable, tuple[Edge, ...]] = {}

    def edges(self, actor: Actor, source: str, thing: Thing) -> Iterator[Edge]:
        """The edges from a caller to a thing, by what was read; each action stands on one of them."""
        found: list[Found] = []
        key: list[Hashable] = [thing.type]
        invoking: Access | None = None
        is_own = False
        for part in (*thing.parts, *named_parts(thing, self._reach.patterns.allowing(actor))):
            target = self._reach.target(part.arn)
            for service, fits in part.fits:
                if service == "execute-api":
                    invoking = _better(invoking, self._reach.access(actor, INVOKE, part.arn))
                    continue
                record = self._reach.pairs.record(actor, target, service)
                # The sets of parts are those of the things, which live on.
                known = record, id(fits)
                here = self._here.get(known)
                if here is None:
                    here = self._here[known] = self._reach.pairs.one(record.grant.told & fits)
                if here:
                    found.append((record, target, here))
                    key.append(known)
                    is_own = is_own or record.is_about_target
        if found:
            made = None if is_own else self._made.get(tuple(key))
            if made is None:
                made = tuple(self._edges(thing, found))
                if not is_own:
                    self._made[tuple(key)] = made
            yield from (edge.between(source, thing.arn) for edge in made)
        if invoking is not None and _speaks(invoking):
            bit = self._reach.catalog.single(INVOKE)
            doubts = (invoking.truth,) if isinstance(invoking.truth, Unknown) else ()
            sure = bit if invoking.truth is True else 0
            yield Edge(
                source, thing.arn, EdgeKind.ACCESS, "invoke", sure, bit, invoking.conditions, doubts,
                invoking.statements,
            )  # fmt: skip

    def _edges(self, thing: Thing, found: list[Found]) -> Iterator[Edge]:
        catalog = self._reach.catalog
        rest = 0
        for _, _, here in found:
            rest |= here
        if thing.type == "AWS::IAM::Role":
            acts = rest & acting_as(catalog)
            if acts:
                rest ^= acts
                yield self._edge(EdgeKind.ACT_AS, "assume role", acts, found)
        for what, actions in changing(thing.type, catalog):
            changes = rest & actions
            if changes:
                rest ^= changes
                yield self._edge(EdgeKind.CHANGE, what, changes, found)
        if rest:
            yield self._edge(EdgeKind.ACCESS, "access", rest, found)

    def _edge(self, kind: EdgeKind, how: str, bits: ActionSet, found: list[Found]) -> Edge:
        sure = 0
        for record, _, here in found:
            sure |= record.grant.sure & here & bits
        open_bits = bits ^ sure
        conditions: dict[Condition, None] = {}
        doubts: dict[Unknown, None] = {}
        statements: dict[Placed, None] = {}
        for record, at, here in found:
            if here & bits:
                statements.update(dict.fromkeys(statements_of(record, at, here & bits)))
            if here & open_bits:
                conditions.update(dict.fromkeys(conditions_of(record, at, here & open_bits)))
                doubts.update(dict.fromkeys(doubts_of(record, at, here & open_bits)))
        one = self._reach.pairs.one
        return Edge(
            "", "", kind, how, one(sure), one(bits), tuple(conditions), tuple(doubts), tuple(statements)
        )


def _better(one: Access | None, other: Access) -> Access:
    """The one that allows more: a method is enough."""
    if one is None or other.truth is True or one.truth is False:
        return other
    return one


def _speaks(access: Access) -> bool:
    """True iff it may be done, and not only by a document that was not read."""
    return access.truth is True or (access.is_possible and bool(access.statements))
