"""The questions that people ask: who can do this, what can this one do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from wa_policy.catalog.model import ActionSet
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.situations import ALWAYS_ALLOWED
from wa_policy.graph.access import Access, Grant
from wa_policy.graph.classes import PrincipalClass
from wa_policy.graph.exact import settled
from wa_policy.graph.pairs import NO_CONTEXT, Context
from wa_policy.graph.parties import Actor
from wa_policy.graph.reach import Reach, own_statements
from wa_policy.graph.strangers import strangers_of
from wa_policy.graph.things import Thing
from wa_policy.graph.weave import INVOKE, Candidates
from wa_policy.graph.web import Node, NodeKind
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.policy import Effect
from wa_policy.iam.principal import (
    AccountPrincipal,
    ArnPrincipal,
    FederatedPrincipal,
    ServicePrincipal,
)
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
    """

    resource: str
    members: tuple[str, ...]
    sure: tuple[str, ...]
    maybe: tuple[str, ...]
    grant: Grant


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


def what_can(reach: Reach, principal: Principal) -> tuple[What, ...]:
    """What the principal may do: on the resources that were read, by classes, and what has no resource."""
    class_ = reach.class_of(principal)
    return (*_on_resources(reach, class_), *_on_star(reach, class_))


def _on_resources(reach: Reach, class_: PrincipalClass) -> Iterator[What]:
    alike = {found.first.arn: found for found in reach.things_as_seen_by((class_,))}
    firsts = tuple(found.first for found in alike.values())
    for number in _all_candidates(Candidates(reach, firsts), class_, firsts):
        thing = firsts[number]
        members = tuple(member.arn for member in alike[thing.arn].members)
        for part in thing.parts:
            whole: Grant | None = None
            for service, fits in part.fits:
                grant = reach.grant(class_.actor, service, part.arn).within(fits)
                if service == "execute-api":
                    grant = _with_invoke(reach, class_.actor, part.arn, grant)
                whole = grant if whole is None else whole | grant
            if whole is not None and whole.maybe:
                yield _what(reach, part.arn, members, whole)


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


def _with_invoke(reach: Reach, actor: Actor, arn: str, grant: Grant) -> Grant:
    bit = reach.catalog.single(INVOKE)
    access = reach.access(actor, INVOKE, arn)
    rest = reach.catalog.everything ^ bit
    grant = grant.within(rest)
    if not access.is_possible:
        return grant
    return replace(
        grant,
        sure=grant.sure | (bit if access.truth is True else 0),
        maybe=grant.maybe | bit,
        told=grant.told | (bit if access.statements else 0),
    )


def _on_star(reach: Reach, class_: PrincipalClass) -> Iterator[What]:
    """The actions that have no resource."""
    bits = reach.extents.of(class_.actor)
    whole: Grant | None = None
    for service in reach.catalog.services():
        star = reach.pairs.universes.of(service).every
        if star & bits:
            grant = reach.grant(class_.actor, service, "*").within(reach.pairs.universes.star(service))
            whole = grant if whole is None else whole | grant
    if whole is not None and whole.maybe:
        yield _what(reach, "*", ("*",), whole)


def _what(reach: Reach, arn: str, members: tuple[str, ...], grant: Grant) -> What:
    names = reach.catalog.names
    return What(arn, members, names(grant.sure), names(grant.maybe ^ grant.sure), grant)


def actions_on(reach: Reach, principal: Principal, resource: str, service: str = "") -> ActionSet:
    """The actions of a service (that of the ARN) which `can` allows the principal on the resource."""
    if not service:
        arn = parse_arn(resource)
        service = "" if arn is None else arn.service
    return reach.grant(reach.class_of(principal).actor, service, resource).plain.sure
