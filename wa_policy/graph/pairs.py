"""Access per pair of a caller and a resource, by classes: what was worked out once is not worked out again."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.applying import combined
from wa_policy.evaluator.asking import (
    _GRANT_OPERATIONS,  # the operations for which `ask` counts with a grant
)
from wa_policy.evaluator.decisions import CallerKind, Situation
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.s3 import is_public
from wa_policy.evaluator.situations import caller_kind
from wa_policy.evaluator.truth import Truth, any_of
from wa_policy.graph.access import NOTHING, Bounds, Grant
from wa_policy.graph.cells import Features, Pair, cells, decision, features_of_arn
from wa_policy.graph.layers import Answers, Asked, LayerSets, Universe, open_
from wa_policy.graph.parties import Actor, Target
from wa_policy.graph.sheets import Documents, Sheet, opened
from wa_policy.graph.universes import Universes
from wa_policy.iam.policy import Condition, Policy
from wa_policy.iam.principal import account_of
from wa_policy.iam.request import ContextValue, Request
from wa_policy.iam.unknown import Unknown

Context = Mapping[str, ContextValue]
NO_CONTEXT: Context = {}


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A grant and what brought it about, as it was found for the first pair of its class.

    `conditions` are the open ones, `placed` the statements that apply or may, `doubts` the reasons why it is not known
    whether they do, each with the actions that it is about.
    """

    grant: Grant
    conditions: tuple[tuple[Sheet, Condition], ...] = ()
    placed: tuple[tuple[Layer, Sheet], ...] = ()
    doubts: tuple[tuple[ActionSet, Unknown], ...] = ()


class Pairs:
    """The grants of pairs, by what decides them."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.documents = Documents(catalog)
        self.universes = Universes(catalog)
        self._records: dict[Hashable, Record] = {}
        self._known: dict[Grant, Grant] = {}
        self._sets: dict[ActionSet, ActionSet] = {}
        self._narrow: dict[Hashable, tuple[Sheet, ...]] = {}
        self._sides: dict[tuple[Target, str], tuple[Hashable, Hashable]] = {}
        self._shared: dict[Hashable, Answers] = {}
        self._policies: dict[Hashable, int] = {}
        self._kms = 0
        self._cells: dict[tuple[Features, str], tuple[tuple[ActionSet, Situation], ...]] = {}

    # --- the grant of a pair --------------------------------------------------------------------------------------

    def record(self, actor: Actor, target: Target, service: str, context: Context = NO_CONTEXT) -> Record:
        """The actions of the service that the caller may take on the target, and why."""
        asked = self.asked(actor, target, service, context, plain=False)
        controls, side = self.side(target, service)
        circumstances = (
            actor,
            service,
            features_of_arn(target.arn),
            tuple(target.context.items()),
            tuple(sorted(context.items())) if context else None,
            controls,
            self._vector(self._narrow_of_caller(actor, target, asked.universe, controls), asked),
        )
        policy = target.side[0]
        narrow: tuple[Sheet, ...] = ()
        if policy is not None:
            narrow = self.documents.narrow(policy, service, asked.universe.every)
        key = (circumstances, side, self._vector(narrow, asked) if narrow else ())
        found = self._records.get(key)
        if found is None:
            shared = self._shared.setdefault(circumstances, {})
            found = self._records[key] = self._decided(actor, target, asked, context, shared)
        return found

    def asked(self, actor: Actor, target: Target, service: str, context: Context, *, plain: bool) -> Asked:
        """The pair as a request without its action."""
        known = {**actor.context, **target.context, **context} if context or target.context else actor.context
        request = Request(actor.caller, "", target.arn, target.account, known)

        def is_open(key: str) -> bool:
            return key not in known and not actor.absent(key)

        return Asked(
            request,
            combined(actor.applied, target.side),
            caller_kind(actor.caller, request),
            self.universes.of(service),
            is_open,
            plain,
        )

    def _decided(
        self, actor: Actor, target: Target, asked: Asked, context: Context, shared: Answers
    ) -> Record:
        """The record of a pair; `shared` has the answers of all layers but the resource policy, where known."""
        layers = LayerSets(asked, self.documents, dict(shared))
        bare = self._folded(asked, layers)
        sure, maybe = self._settled(asked, target, layers, bare)
        shared.update(
            (layer, answer) for layer, answer in layers.answers.items() if layer is not Layer.RESOURCE
        )
        if not maybe:
            return _NOTHING
        told = bare[1] & maybe
        if any(answer.unread for answer in layers.answers.values()):
            asking = replace(asked, told=True)
            read = {layer: answer for layer, answer in layers.answers.items() if not answer.unread}
            told = self._folded(asking, LayerSets(asking, self.documents, read))[1] & maybe
        plain = sure, maybe
        if any(answer.varies for answer in layers.answers.values()):
            absent = self.asked(actor, target, asked.universe.service, context, plain=True)
            fixed = {layer: answer for layer, answer in layers.answers.items() if not answer.varies}
            without = LayerSets(absent, self.documents, fixed)
            plain = self._settled(absent, target, without, self._folded(absent, without))
        one = self._one
        grant = Grant(one(sure), one(maybe), one(told), Bounds(one(plain[0]), one(plain[1])))
        answers = [(layer, layers.answers[layer]) for layer in Layer if layer in layers.answers]
        return Record(
            self._known.setdefault(grant, grant),
            tuple(dict.fromkeys(found for _, answer in answers for found in answer.conditions)),
            tuple(dict.fromkeys((layer, sheet) for layer, answer in answers for sheet in answer.placed)),
            tuple((one(actions), reason) for _, answer in answers for actions, reason in answer.unknown),
        )

    def _one(self, bits: ActionSet) -> ActionSet:
        """The set, kept in memory once."""
        return self._sets.setdefault(bits, bits)

    def _settled(self, asked: Asked, target: Target, layers: LayerSets, bare: Pair) -> Pair:
        """What the policies allow (`bare`), with what may decide beside them."""
        sure, maybe = bare
        service = asked.universe.service
        if self._may_be_granted(asked, target):
            granted = LayerSets(asked, self.documents, layers.answers, granted=True)
            maybe |= self._folded(asked, granted)[1] & self.grant_operations
        if service == "s3" and maybe:
            blocked = self._is_blocked(asked)
            if blocked is not False:
                if target.resource is not None and _restricts_public(target):
                    maybe = 0 if blocked is True else maybe
                sure = 0
        return sure, maybe

    @staticmethod
    def _may_be_granted(asked: Asked, target: Target) -> bool:
        """True iff a KMS grant, which no export has, may let the caller in."""
        return asked.universe.service == "kms" and ":key/" in target.arn

    def _folded(self, asked: Asked, layers: LayerSets) -> Pair:
        sure = maybe = 0
        everything = asked.universe.every
        key = self._features(asked), asked.universe.service
        parts = self._cells.get(key)
        if parts is None:
            parts = self._cells[key] = tuple(cells(*key, self.catalog))
        for actions, situation in parts:
            pair = decision(situation, everything)(layers.atom)
            sure, maybe = sure | (pair[0] & actions), maybe | (pair[1] & actions)
        return sure, maybe

    def _features(self, asked: Asked) -> Features:
        account = account_of(asked.request.caller)
        same = account is not None and asked.request.resource_account in (None, account)
        return Features(asked.kind, same, *features_of_arn(asked.request.resource))

    def _is_blocked(self, asked: Asked) -> Truth:
        """True iff S3 RestrictPublicBuckets, were it on, would stop the call."""
        resource = asked.applied.resource
        outside = not self._features(asked).same_account and asked.kind is not CallerKind.SERVICE
        if not outside or resource is None:
            return False
        return any_of((is_public(resource), asked.applied.unknown.get(Layer.RESOURCE, False)))

    @property
    def grant_operations(self) -> ActionSet:
        """The actions that a KMS grant can allow."""
        if not self._kms:
            for action in _GRANT_OPERATIONS:
                self._kms |= self.catalog.single(action)
        return self._kms

    # --- what decides a pair --------------------------------------------------------------------------------------

    def side(self, target: Target, service: str) -> tuple[Hashable, Hashable]:
        """What targets have in common whose sides say the same of a service, but for the Resource elements.

        The first part is about the resource control policies, the second about the resource policy.
        """
        key = (target, service)
        found = self._sides.get(key)
        if found is None:
            policy, levels, unknown = target.side
            controls = None if levels is None else tuple(id(p) for level in levels for p in level.policies)
            found = self._sides[key] = (
                (controls, Layer.RESOURCE_CONTROL in unknown),
                (
                    None if policy is None else self._policy(policy, service),
                    Layer.RESOURCE in unknown,
                    service == "s3" and _restricts_public(target),
                ),
            )
        return found

    def _policy(self, policy: Policy, service: str) -> int:
        every = self.universes.of(service).every
        sheets = self.documents.naming(policy, service, every)
        said = tuple(
            (s.index, s.statement.effect, s.statement.principal, s.statement.action, s.statement.conditions)
            for s in sheets
        )
        # RestrictPublicBuckets judges the policy as a whole.
        whole = policy if service == "s3" else None
        return self._policies.setdefault((said, policy.unreadable, whole), len(self._policies))

    def _narrow_of_caller(
        self, actor: Actor, target: Target, universe: Universe, controls: Hashable
    ) -> tuple[Sheet, ...]:
        """The sheets of the caller, and of the resource control policies, that do not cover every resource."""
        key = (actor, universe.service, controls)
        found = self._narrow.get(key)
        if found is None:
            levels = target.side[1]
            policies = [
                *_caller_policies(actor.applied),
                *(p for level in levels or () for p in level.policies),
            ]
            found = self._narrow[key] = tuple(
                sheet
                for policy in policies
                for sheet in self.documents.narrow(policy, universe.service, universe.every)
            )
        return found

    @staticmethod
    def _vector(sheets: tuple[Sheet, ...], asked: Asked) -> Hashable:
        """Which Resource elements cover the target."""
        request = asked.request
        arn = request.resource
        vector: list[Truth] = []
        for sheet in sheets:
            selector = sheet.selector
            if selector.templates:
                vector.append(selector.selects(arn, request, []))
                holes = {key: open_(key) for key in sheet.variables if asked.is_open(key)}
                selector = opened(selector, holes) if holes else selector
            vector.append(selector.selects(arn, request, []))
        return tuple(vector)


_NOTHING = Record(NOTHING)


def _caller_policies(applied: AppliedPolicies) -> list[Policy]:
    return [
        *applied.identity,
        *(applied.permissions_boundary or ()),
        *(applied.session or ()),
        *(p for level in applied.service_control or () for p in level.policies),
    ]


def _restricts_public(target: Target) -> bool:
    """True iff S3 RestrictPublicBuckets is known to be on at the bucket."""
    block = None if target.resource is None else target.resource.property("PublicAccessBlockConfiguration")
    return isinstance(block, Mapping) and block.get("RestrictPublicBuckets") is True
