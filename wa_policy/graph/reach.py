"""Who may do what, for all principals and resources of an inventory at once.

Answers are kept by classes: principals with the same policies, resources that the same patterns match. Where sets of
actions decide they do; what they cannot (API methods, actions that the catalog does not list) the evaluator answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.errors import UsageError
from wa_policy.evaluator.applying import combined
from wa_policy.evaluator.asking import answer, ask
from wa_policy.evaluator.evaluate import Decision, Outcome, evaluate
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.truth import Truth
from wa_policy.graph.access import NO_ACCESS, Access, Grant, Placed
from wa_policy.graph.classes import PrincipalClass, principal_classes
from wa_policy.graph.extent import Extents
from wa_policy.graph.pairs import NO_CONTEXT, Context, Pairs, Record
from wa_policy.graph.parties import Actor, Target, actor_of, target_of
from wa_policy.graph.patterns import Patterns
from wa_policy.graph.sheets import Sheet
from wa_policy.graph.thing_classes import ThingClass, classes_of_things
from wa_policy.graph.things import Thing, things_of
from wa_policy.iam.policy import Condition, Policy, Statement
from wa_policy.iam.principal import parse_caller
from wa_policy.iam.request import Request, make_context
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, Present, Principal

_INVOKE = "execute-api:invoke"
_NO_KEYS: Mapping[str, str] = {}


class Reach:
    """Answers about an inventory. They never change, and are worked out when they are first asked for."""

    def __init__(self, inventory: Inventory, catalog: Catalog) -> None:
        self.inventory = inventory
        self.catalog = catalog
        self.pairs = Pairs(catalog)
        self._targets: dict[tuple[str, str | None], Target] = {}
        self._actors: dict[str, Actor] = {}
        self._evaluated: dict[object, Access] = {}
        self.patterns = Patterns(self.pairs.documents)

    # --- classes --------------------------------------------------------------------------------------------------

    @cached_property
    def classes(self) -> tuple[PrincipalClass, ...]:
        """The users and roles, in classes of those that may do the same."""
        return principal_classes(self.inventory)

    @cached_property
    def _class_of(self) -> dict[str, PrincipalClass]:
        return {member.arn: found for found in self.classes for member in found.members}

    def class_of(self, principal: Principal) -> PrincipalClass:
        """The class of a user or role."""
        found = self._class_of.get(principal.arn)
        if found is None:
            raise UsageError(f"`{principal.arn}` is no caller, expected a user or role of the inventory")
        return found

    @cached_property
    def things(self) -> tuple[Thing, ...]:
        """The principals and resources as they are called on."""
        return things_of(self.inventory, self.pairs.universes)

    @cached_property
    def thing_classes(self) -> tuple[ThingClass, ...]:
        """The things, in classes of those that are alike to every principal."""
        return self.things_as_seen_by(self.classes)

    def things_as_seen_by(self, classes: Iterable[PrincipalClass]) -> tuple[ThingClass, ...]:
        """The things, in classes of those that are alike to these principals."""
        return classes_of_things(
            self.things, classes, pairs=self.pairs, patterns=self.patterns, target=self.target
        )

    def target(self, arn: str, *, made_in: str | None = None) -> Target:
        """What an ARN (or `*`) names, with the policies of its side; `made_in` as `target_of` says."""
        key = (arn, made_in)
        found = self._targets.get(key)
        if found is None:
            found = self._targets[key] = target_of(self.inventory, arn, made_in=made_in)
        return found

    def actor(self, principal: Principal) -> Actor:
        """A user or role with its own policies."""
        found = self._actors.get(principal.arn)
        if found is None:
            caller = parse_caller(principal.arn)
            if caller is None:
                raise UsageError(f"`{principal.arn}` is no caller, expected a user or role")
            found = self._actors[principal.arn] = actor_of(self.inventory, caller)
        return found

    # --- answers --------------------------------------------------------------------------------------------------

    def may(
        self,
        principal: Principal,
        action: str,
        resource: str,
        context: Mapping[str, str] = _NO_KEYS,
        *,
        fresh: bool = False,
    ) -> Access:
        """May the principal take the action on the resource (an ARN, in the inventory or not, or `*`)?

        `context` has what is known of the request's keys (any case), such as `iam:PassedToService`. With `fresh` the
        resource has no policy of its own that could allow or deny it, as one that the principal makes has none yet.
        """
        known: Context = make_context(dict(context)) if context else NO_CONTEXT
        class_ = self.class_of(principal)
        target = self.target(resource, made_in=principal.account if fresh else None)
        if not self.decides_by_sets(action):
            actor = self.actor(principal)
            return (
                self._on_fresh(actor, action, target, known)
                if fresh
                else self.access(actor, action, resource, known)
            )
        found = self._access(class_.actor, action, target, known)
        if found.truth is False or len(class_.members) == 1:
            return found
        return replace(found, statements=own_statements(principal, class_.members[0], found.statements))

    def grant(self, actor: Actor, service: str, resource: str, context: Context = NO_CONTEXT) -> Grant:
        """The actions of the service that the caller may take on the resource."""
        return self.pairs.record(actor, self.target(resource), service, context).grant

    def access(self, actor: Actor, action: str, resource: str, context: Context = NO_CONTEXT) -> Access:
        """`may` for any caller."""
        if self.decides_by_sets(action):
            return self._access(actor, action, self.target(resource), context)
        key = (actor, action.lower(), resource, tuple(sorted(context.items())))
        found = self._evaluated.get(key)
        if found is None:
            found = self._evaluated[key] = self._evaluate(actor, action, resource, context)
        return found

    def bits(self, principal: Principal) -> ActionSet:
        """Every action that the principal may take on some resource under some condition, and perhaps more.

        What a policy could allow that was not read counts for the resources of the inventory and their services.
        """
        return self.extents.of(self.class_of(principal).actor)

    @cached_property
    def extents(self) -> Extents:
        return Extents(self.inventory, self.pairs)

    def decides_by_sets(self, action: str) -> bool:
        """True iff sets of actions answer for the action; else the evaluator does."""
        return action.lower() != _INVOKE and self.catalog.is_known(action)

    def _access(self, actor: Actor, action: str, target: Target, context: Context) -> Access:
        bit = self.catalog.single(action)
        record = self.pairs.record(actor, target, action.partition(":")[0].lower(), context)
        grant = record.grant
        if not grant.maybe & bit:
            return NO_ACCESS
        truth = _truth(grant.sure, grant.maybe, bit, record, target)
        plain = _truth(grant.plain.sure, grant.plain.maybe, bit, record, target)
        conditions: tuple[Condition, ...] = ()
        if truth is not True:
            conditions = tuple(dict.fromkeys(conditions_of(record, target, bit)))
        return Access(truth, plain, conditions, statements_of(record, target, bit))

    def _evaluate(self, actor: Actor, action: str, resource: str, context: Context) -> Access:
        """What the evaluator says; an answer that a key of which nothing is said could change is an Unknown."""
        question = ask(self.inventory, actor.caller, action, resource, {**actor.context, **context})
        return self._decided(answer(question, self.catalog))

    def _on_fresh(self, actor: Actor, action: str, target: Target, context: Context) -> Access:
        """`_evaluate` on a target without a policy of its own."""
        known = {**actor.context, **target.context, **context}
        request = Request(actor.caller, action, target.arn, target.account, known)
        return self._decided(evaluate(request, combined(actor.applied, target.side), self.catalog))

    @staticmethod
    def _decided(decision: Decision) -> Access:
        plain: Truth = decision.outcome is Outcome.ALLOWED
        if decision.outcome is Outcome.UNKNOWN:
            plain = decision.unknown[0]
        truth = plain
        silent = [doubt for doubt in decision.doubts if doubt.kind is UnknownKind.UNRESOLVED]
        if not isinstance(truth, Unknown) and silent:
            truth = silent[0]
        return Access(truth, plain, (), decision.statements if decision.is_allowed else ())


def statements_of(record: Record, target: Target, actions: ActionSet) -> tuple[Placed, ...]:
    """The statements of a record that are about some of the actions, as they stand at this target."""
    found = (
        (layer, _statement(layer, sheet, target)) for layer, sheet in record.placed if sheet.maybe & actions
    )
    return tuple(dict.fromkeys(found))


def conditions_of(record: Record, target: Target, actions: ActionSet) -> Iterator[Condition]:
    """The open conditions of a record that are about some of the actions, as they stand at this target."""
    for layer, sheet, place in record.conditions:
        if sheet.maybe & actions:
            yield _statement(layer, sheet, target).conditions[place]


def _statement(layer: Layer, sheet: Sheet, target: Target) -> Statement:
    """The statement of a sheet. Targets of a class have policies that say the same, each in its own place."""
    policy = target.side[0]
    return policy.statements[sheet.index] if layer is Layer.RESOURCE and policy else sheet.statement


def own_statements(
    principal: Principal, first: Principal, statements: tuple[Placed, ...]
) -> tuple[Placed, ...]:
    """The statements of the first principal of a class as they stand at another one."""
    if principal is first:
        return statements
    return tuple((layer, _own(principal, first, layer, statement)) for layer, statement in statements)


def _own(principal: Principal, first: Principal, layer: Layer, statement: Statement) -> Statement:
    theirs: list[Policy] = []
    ours: list[Policy] = []
    match layer:
        case Layer.IDENTITY:
            theirs = [attached.policy for attached in first.identity_policies]
            ours = [attached.policy for attached in principal.identity_policies]
        case Layer.PERMISSIONS_BOUNDARY:
            if isinstance(first.boundary, Present) and isinstance(principal.boundary, Present):
                theirs, ours = [first.boundary.policy], [principal.boundary.policy]
        case _:
            return statement
    for policy in theirs:
        for index, found in enumerate(policy.statements):
            if found is statement:
                return next((own.statements[index] for own in ours if own == policy), statement)
    return statement


def _truth(sure: ActionSet, maybe: ActionSet, bit: ActionSet, record: Record, target: Target) -> Truth:
    if sure & bit:
        return True
    if not maybe & bit:
        return False
    unread = target.side[2].get(Layer.RESOURCE)
    if unread is not None:
        return unread
    return next(doubts_of(record, target, bit), _UNREAD)


def doubts_of(record: Record, target: Target, actions: ActionSet) -> Iterator[Unknown]:
    """Why it is not known whether some of the actions may be taken on the target."""
    for about, reason in record.doubts:
        if about & actions:
            yield target.side[2][reason] if isinstance(reason, Layer) else reason


_UNREAD = Unknown(
    UnknownKind.NOT_EXPORTED, "a setting of the resource that decides beside policies, or a grant on it"
)


def reach_of(inventory: Inventory, catalog: Catalog) -> Reach:
    """Who may do what by an inventory."""
    return Reach(inventory, catalog)
