"""Access per pair of a caller and a resource, by classes: what was worked out once is not worked out again."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

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
from wa_policy.graph.layers import Answers, Asked, LayerSets, open_
from wa_policy.graph.parties import Actor, Target
from wa_policy.graph.sheets import Documents, Sheet, named, opened
from wa_policy.graph.sides import Side, Sides
from wa_policy.graph.universes import universes_of
from wa_policy.iam.principal import Anonymous, account_of
from wa_policy.iam.request import ContextValue, Request
from wa_policy.iam.unknown import Unknown

Context = Mapping[str, ContextValue]
NO_CONTEXT: Context = {}


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A grant and what brought it about, as it was found for the first pair of its class.

    `conditions` are the open ones by their places, `placed` the statements that apply or may, `doubts` the reasons why it is not known
    whether they do, each with the actions that it is about; a layer stands for why it was not read of the target.
    """

    grant: Grant
    conditions: tuple[tuple[Layer, Sheet, int], ...] = ()
    placed: tuple[tuple[Layer, Sheet], ...] = ()
    doubts: tuple[tuple[ActionSet, Unknown | Layer], ...] = ()

    @property
    def is_about_target(self) -> bool:
        """True iff statements of the target's own policy take part, or a doubt that may name it."""
        return any(layer is Layer.RESOURCE for layer, _ in self.placed) or any(
            isinstance(reason, Layer) for _, reason in self.doubts
        )


class _Open(Enum):
    """What stands for the value of a key that has none."""

    OPEN = "nothing is said of it"
    ABSENT = "the request does not carry it"


class Pairs:
    """The grants of pairs, by what decides them."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.documents = Documents(catalog)
        self.universes = universes_of(catalog)
        self.sides = Sides(self.documents, self.universes, _restricts_public)
        self._records: dict[Hashable, Record] = {}
        self._known: dict[Grant, Grant] = {}
        self._sets: dict[ActionSet, ActionSet] = {}
        self._shared: dict[Hashable, Answers] = {}
        self._keys: dict[tuple[int, int], tuple[str, ...]] = {}
        self._kms = 0
        self._cells: dict[tuple[Features, str], tuple[tuple[ActionSet, Situation], ...]] = {}

    # --- the grant of a pair --------------------------------------------------------------------------------------

    def record(self, actor: Actor, target: Target, service: str, context: Context = NO_CONTEXT) -> Record:
        """The actions of the service that the caller may take on the target, and why."""
        caller, there = self.sides.caller(actor, service), self.sides.target(target, service)
        controls, own = there.controls, there.own
        account = actor.account
        kind = actor.kind
        if "aws:principalarn" in context:
            kind = caller_kind(actor.caller, Request(actor.caller, "", "*", None, context))
        features = (
            kind,
            account is not None and target.account in (None, account),
            there.features,
        )
        circumstances = (
            caller.number,
            controls.number,
            features,
            self._vector(caller, actor, target, context),
            self._vector(controls, actor, target, context),
            self._values(caller, controls, actor, target, context),
        )
        key = (
            circumstances,
            own.number,
            self._vector(own, actor, target, context),
            self._values(own, own, actor, target, context) if own.keys else (),
        )
        found = self._records.get(key)
        if found is None:
            asked = self.asked(actor, target, service, context, plain=False)
            shared = self._shared.setdefault(circumstances, {})
            found = self._records[key] = self._decided(actor, target, asked, context, shared)
        return found

    def _values(
        self, one: Side, other: Side, actor: Actor, target: Target, context: Context
    ) -> tuple[ContextValue | _Open, ...]:
        """The values of the keys at which the statements look."""
        keys = self._keys.get((one.number, other.number))
        if keys is None:
            keys = self._keys[one.number, other.number] = tuple(sorted(one.keys | other.keys))
        found: list[ContextValue | _Open] = []
        for key in keys:
            value = context.get(key) if context else None
            if value is None:
                value = target.context.get(key)
            if value is None:
                value = actor.context.get(key)
            found.append(value if value is not None else _Open.ABSENT if actor.absent(key) else _Open.OPEN)
        return tuple(found)

    @staticmethod
    def _vector(side: Side, actor: Actor, target: Target, context: Context) -> Hashable:
        """Which Resource elements of a side cover the target, and which Principal elements name the caller as what."""
        if not side.narrow and not side.naming:
            return ()
        arn = target.arn
        vector: list[object] = []
        request = _NO_REQUEST
        for sheet in side.narrow:
            selector = sheet.selector
            if selector.templates:
                known = {**actor.context, **target.context, **context}
                request = Request(actor.caller, "", arn, target.account, known)
                vector.append(selector.selects(arn, request, []))
                holes = {
                    key: open_(key) for key in sheet.variables if key not in known and not actor.absent(key)
                }
                selector = opened(selector, holes) if holes else selector
            vector.append(selector.selects(arn, request, []))
        if side.naming:
            has_boundary = _has_boundary(actor.applied)
            vector += (named(sheet.statement, actor.caller, has_boundary) for sheet in side.naming)
        return tuple(vector)

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
            outside_of=actor.outside_of,
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
        one = self.one
        grant = Grant(one(sure), one(maybe), one(told), Bounds(one(plain[0]), one(plain[1])))
        answers = [(layer, layers.answers[layer]) for layer in Layer if layer in layers.answers]
        return Record(
            self._known.setdefault(grant, grant),
            tuple(
                dict.fromkeys(
                    (layer, sheet, place) for layer, answer in answers for sheet, place in answer.conditions
                )
            ),
            tuple(dict.fromkeys((layer, sheet) for layer, answer in answers for sheet in answer.placed)),
            tuple((one(actions), reason) for _, answer in answers for actions, reason in answer.unknown),
        )

    def one(self, bits: ActionSet) -> ActionSet:
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


_NOTHING = Record(NOTHING)
_NO_REQUEST = Request(Anonymous(), "", "*")


def _has_boundary(applied: AppliedPolicies) -> Truth:
    return applied.permissions_boundary is not None or applied.unknown.get(Layer.PERMISSIONS_BOUNDARY, False)


def _restricts_public(target: Target) -> bool:
    """True iff S3 RestrictPublicBuckets is known to be on at the bucket."""
    block = None if target.resource is None else target.resource.property("PublicAccessBlockConfiguration")
    return isinstance(block, Mapping) and block.get("RestrictPublicBuckets") is True
