"""The questions that people ask: who can do this, what can this one do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from wa_policy.catalog.model import ActionSet
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.situations import ALWAYS_ALLOWED
from wa_policy.graph.access import NOTHING, Access, Grant, Placed
from wa_policy.graph.classes import PrincipalClass
from wa_policy.graph.exact import settled
from wa_policy.graph.pairs import NO_CONTEXT, Context, Record
from wa_policy.graph.parties import Actor
from wa_policy.graph.reach import Reach, conditions_of, doubts_of, own_statements, statements_of
from wa_policy.graph.strangers import strangers_of
from wa_policy.graph.things import Thing, named_parts
from wa_policy.graph.weave import INVOKE, Candidates
from wa_policy.graph.web import Node, NodeKind
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.policy import Condition, Effect
from wa_policy.iam.principal import (
    AccountPrincipal,
    ArnPrincipal,
    FederatedPrincipal,
    ServicePrincipal,
)
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Principal


@dataclass(frozen=True, slots=True)
class Who:
    """Callers that may take an action alike, with the access of the first of them."""

    kind: NodeKind
    names: tuple[str, ...]
    access: Access


@dataclass(frozen=True, slots=True)
class What:
    """What a principal may do on some resources alike: `sure`, and beyond it `maybe`, as names of actions.

    `resource` is the ARN that was asked about, which may be a part of the first of `members`; `*` is no resource.
    `conditions` and `doubts` are about those of `maybe`, `statements` are those that take part in any.
    """

    resource: str
    members: tuple[str, ...]
    sure: tuple[str, ...]
    maybe: tuple[str, ...]
    grant: Grant
    conditions: tuple[Condition, ...] = ()
    doubts: tuple[Unknown, ...] = ()
    statements: tuple[Placed, ...] = ()


def who_can(reach: Reach, action: str, resource: str, context: Context = NO_CONTEXT) -> tuple[Who, ...]:
    """Everyone who may take the action on the resource, for certain first; whoever surely may not is left out."""
    found: list[Who] = []
    accounts = _accounts_that_may(reach, action, resource)
    for class_ in reach.classes:
        if accounts is not None and class_.account not in accounts:
            continue
        access = reach.access(class_.actor, action, resource, context)
        access = settled(reach, class_.actor, action, resource, access, context=context)
        if access.is_possible:
            found.append(Who(NodeKind.PRINCIPAL, tuple(member.arn for member in class_.members), access))
    for node, actor in _strangers(reach, resource):
        access = reach.access(actor, action, resource, context)
        if access.is_possible:
            found.append(Who(node.kind, (node.id,), access))
    return tuple(sorted(found, key=lambda who: (who.access.truth is not True, who.kind, who.names)))


def _accounts_that_may(reach: Reach, action: str, resource: str) -> frozenset[str] | None:
    """The accounts whose principals the resource may let in; None if it may be any."""
    target = reach.target(resource)
    if target.account is None or not reach.decides_by_sets(action) or action.lower() in ALWAYS_ALLOWED:
        return None
    if Layer.RESOURCE in target.side[2] or ":key/" in resource:
        return None  # a policy or a grant that was not read may name anyone
    named = {target.account}
    policy = target.side[0]
    for statement in () if policy is None else policy.statements:
        element = statement.principal
        if statement.effect is not Effect.ALLOW or element is None:
            continue
        for principal in element.principals:
            match principal:
                case AccountPrincipal(account) if not element.negated:
                    named.add(account)
                case ArnPrincipal(arn) if not element.negated:
                    named.add(arn.account)
                case ServicePrincipal() | FederatedPrincipal() if not element.negated:
                    pass
                case _:
                    return None
    if policy is not None and policy.unreadable:
        return None
    return frozenset(named)


def member_access(reach: Reach, who: Who, arn: str) -> Access:
    """The access of one member, with the statements as they stand in its own policies."""
    principal, first = reach.inventory.principal(arn), reach.inventory.principal(who.names[0])
    if principal is None or first is None:
        return who.access
    return replace(who.access, statements=own_statements(principal, first, who.access.statements))


def _strangers(reach: Reach, resource: str) -> Iterator[tuple[Node, Actor]]:
    found = reach.target(resource).resource
    if found is None:
        return
    principal = reach.inventory.principal(found.id)
    thing = Thing(found.id, found.type, found.account or "", found, principal, ())
    for stranger in strangers_of(reach, (thing,)):
        yield stranger.node, stranger.actor


def what_can(reach: Reach, principal: Principal, context: Context = NO_CONTEXT) -> tuple[What, ...]:
    """What the principal may do: on the resources that were read, by classes, and what has no resource."""
    asking = _Asking(reach, principal, reach.class_of(principal), context)
    return (*_on_resources(asking), *_on_star(asking))


@dataclass(frozen=True, slots=True)
class _Asking:
    """Who is asked about, with what is known of the requests."""

    reach: Reach
    principal: Principal
    class_: PrincipalClass
    context: Context

    def record(self, service: str, arn: str) -> Record:
        return self.reach.pairs.record(self.class_.actor, self.reach.target(arn), service, self.context)


Part = tuple[Record, Grant]
"""What is allowed of one service, and why."""


def _on_resources(asking: _Asking) -> Iterator[What]:
    reach, class_ = asking.reach, asking.class_
    alike = {found.first.arn: found for found in reach.things_as_seen_by((class_,))}
    firsts = tuple(found.first for found in alike.values())
    for number in _all_candidates(Candidates(reach, firsts), class_, firsts):
        thing = firsts[number]
        members = tuple(member.arn for member in alike[thing.arn].members)
        for part in (*thing.parts, *named_parts(thing, reach.patterns.allowing(class_.actor))):
            found: list[Part] = []
            invoking: Access | None = None
            for service, fits in part.fits:
                record = asking.record(service, part.arn)
                grant = record.grant.within(fits)
                if service == "execute-api":
                    invoking = reach.access(class_.actor, INVOKE, part.arn, asking.context)
                    grant = _with_invoke(reach, invoking, grant)
                found.append((record, grant))
            yield from _what(asking, part.arn, members, found, invoking)


def _all_candidates(candidates: Candidates, class_: PrincipalClass, firsts: tuple[Thing, ...]) -> list[int]:
    """The candidates, with what a document that was not read might allow."""
    numbers = set(candidates.of(class_))
    for number, thing in enumerate(firsts):
        target = _has_gaps(candidates.reach, thing)
        if target:
            numbers.add(number)
    return sorted(numbers)


def _has_gaps(reach: Reach, thing: Thing) -> bool:
    """True iff the side of the thing is not known in full."""
    return bool(reach.target(thing.arn).side[2]) or thing.type == "AWS::KMS::Key"


def _with_invoke(reach: Reach, access: Access, grant: Grant) -> Grant:
    """The grant with what the evaluator says of the methods of an API."""
    bit = reach.catalog.single(INVOKE)
    grant = grant.within(reach.catalog.everything ^ bit)
    if not access.is_possible:
        return grant
    return replace(
        grant,
        sure=grant.sure | (bit if access.truth is True else 0),
        maybe=grant.maybe | bit,
        told=grant.told | (bit if access.statements else 0),
    )


def _on_star(asking: _Asking) -> Iterator[What]:
    """The actions that have no resource."""
    reach = asking.reach
    bits = reach.extents.of(asking.class_.actor)
    found: list[Part] = []
    for service in reach.catalog.services():
        if reach.pairs.universes.of(service).every & bits:
            record = asking.record(service, "*")
            found.append((record, record.grant.within(reach.pairs.universes.star(service))))
    yield from _what(asking, "*", ("*",), found)


def _what(
    asking: _Asking, arn: str, members: tuple[str, ...], found: list[Part], invoking: Access | None = None
) -> Iterator[What]:
    reach = asking.reach
    grant = NOTHING
    for _, part in found:
        grant |= part
    if not grant.maybe:
        return
    target, names = reach.target(arn), reach.catalog.names
    conditions: list[Condition] = []
    doubts: list[Unknown] = []
    statements: list[Placed] = []
    for record, part in found:
        statements += statements_of(record, target, part.maybe)
        conditions += conditions_of(record, target, part.maybe ^ part.sure)
        doubts += doubts_of(record, target, part.maybe ^ part.sure)
    if invoking is not None and invoking.is_possible:
        statements += invoking.statements
        conditions += invoking.conditions
        doubts += [invoking.truth] if isinstance(invoking.truth, Unknown) else []
    placed = own_statements(asking.principal, asking.class_.members[0], tuple(dict.fromkeys(statements)))
    yield What(
        arn,
        members,
        names(grant.sure),
        names(grant.maybe ^ grant.sure),
        grant,
        tuple(dict.fromkeys(conditions)),
        tuple(dict.fromkeys(doubts)),
        placed,
    )


def actions_on(reach: Reach, principal: Principal, resource: str, service: str = "") -> ActionSet:
    """The actions of a service (that of the ARN) which `can` allows the principal on the resource."""
    if not service:
        arn = parse_arn(resource)
        service = "" if arn is None else arn.service
    return reach.grant(reach.class_of(principal).actor, service, resource).plain.sure
