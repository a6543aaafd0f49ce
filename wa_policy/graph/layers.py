"""What the statements of each layer say about one caller and one resource, for all actions of a service at once.

This is `evaluate` over sets of actions: the tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from wa_policy.catalog.model import ActionSet
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.conditions import holds
from wa_policy.evaluator.decisions import CallerKind
from wa_policy.evaluator.formula import Asks, Atom, Layer
from wa_policy.evaluator.principals import Grantee
from wa_policy.evaluator.statements import Selector
from wa_policy.evaluator.truth import Truth, all_of
from wa_policy.graph.cells import Pair
from wa_policy.graph.outsiders import holds_outside
from wa_policy.graph.sheets import WITH_PRINCIPAL, Documents, Sheet, keys_of, named, opened
from wa_policy.iam.policy import Condition, Policy
from wa_policy.iam.principal import FederatedUser
from wa_policy.iam.request import Request
from wa_policy.iam.unknown import Unknown, UnknownKind


@dataclass(frozen=True, slots=True)
class Universe:
    """The actions of a service, by what stands for the resource when a statement is compared with them."""

    service: str
    every: ActionSet
    on_resource: ActionSet
    on_star: ActionSet
    """The actions without resource types: only the resource `*` covers them."""
    on_buckets: ActionSet
    """`s3:ListAllMyBuckets`, which is asked on all buckets."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request without its action. `is_open` is true of the keys of which nothing is said."""

    request: Request
    applied: AppliedPolicies
    kind: CallerKind
    universe: Universe
    is_open: Callable[[str], bool]
    plain: bool
    """True: a key of which nothing is said is absent."""
    told: bool = False
    """True: only what was read can allow; what was not read can only deny."""
    outside_of: str | None = None
    """The organization to which the caller surely does not belong."""


_LIMITS = (Layer.PERMISSIONS_BOUNDARY, Layer.SESSION, Layer.VPC_ENDPOINT)


@dataclass(slots=True)
class LayerAnswer:
    """What one layer says, with what was met on the way."""

    pairs: dict[Asks, Pair]
    conditions: list[tuple[Sheet, int]]
    """The open conditions of statements that apply if they hold, by their places."""
    unknown: list[tuple[ActionSet, Unknown | Layer]]
    """Why it is not known whether statements apply, each with the actions for which it is not.

    The layer itself stands for why it was not read of the resource, as that may name the resource.
    """
    placed: list[Sheet]
    """The statements that apply or may."""
    varies: bool = False
    """True: the answer depends on a key of which nothing is said."""
    unread: bool = False
    """True: the layer may hold more than was read."""


Answers = dict[Layer, LayerAnswer]


class LayerSets:
    """The atoms of a decision as pairs of action sets; each layer is asked at most once.

    `known` has answers of another decision that hold for this one as well. `granted`: the resource lets the caller in
    by a grant beside its policy.
    """

    __slots__ = ("_asked", "_documents", "_granted", "_now", "answers")

    def __init__(
        self, asked: Asked, documents: Documents, known: Answers | None = None, *, granted: bool = False
    ) -> None:
        self._asked = asked
        self._documents = documents
        self._granted = granted
        self.answers: Answers = {} if known is None else known
        self._now = LayerAnswer({}, [], [], [])

    def atom(self, atom: Atom) -> Pair:
        answer = self.answers.get(atom.layer)
        if answer is None:
            answer = self.answers[atom.layer] = self._answer(atom.layer)
        asks = Asks.GRANTS_SELF if atom.asks is Asks.ALLOWS else atom.asks
        if self._granted and atom.layer is Layer.RESOURCE and asks is Asks.GRANTS_SELF:
            every = self._asked.universe.every
            return every, every
        return answer.pairs[asks]

    def _answer(self, layer: Layer) -> LayerAnswer:
        now = self._now = LayerAnswer({}, [], [], [])
        every = self._asked.universe.every
        answer = now.pairs = self._of_documents(layer)
        unknown = self._asked.applied.unknown.get(layer)
        if unknown is not None:
            now.unread = True
            at_resource = layer in (Layer.RESOURCE, Layer.RESOURCE_CONTROL)
            now.unknown.append((every, layer if at_resource else unknown))
            answer[Asks.DENIES] = (answer[Asks.DENIES][0], every)
            if layer not in (Layer.IDENTITY, Layer.RESOURCE):
                if layer is not Layer.RESOURCE_CONTROL:
                    answer[Asks.GRANTS_SELF] = (0, every)
            elif not self._asked.told:
                for asks in (Asks.GRANTS_SELF, Asks.GRANTS_ROLE, Asks.GRANTS_ACCOUNT):
                    answer[asks] = (answer[asks][0], every)
        return now

    def _of_documents(self, layer: Layer) -> dict[Asks, Pair]:
        every = self._asked.universe.every
        applied = self._asked.applied
        match layer:
            case Layer.RESOURCE_CONTROL | Layer.SERVICE_CONTROL:
                levels = (
                    applied.resource_control if layer is Layer.RESOURCE_CONTROL else applied.service_control
                )
                answers = [self._policies(layer, level.policies) for level in levels or ()]
                sure = maybe = every
                if layer is Layer.SERVICE_CONTROL:
                    for answer in answers:
                        pair = answer[Asks.GRANTS_SELF]
                        sure, maybe = sure & pair[0], maybe & pair[1]
                # RCPFullAWSAccess is attached to every level and cannot be detached.
                denied = _union(answer[Asks.DENIES] for answer in answers)
                return {**_SILENT, Asks.GRANTS_SELF: (sure, maybe), Asks.DENIES: denied}
            case Layer.RESOURCE:
                return self._policies(layer, () if applied.resource is None else (applied.resource,))
            case Layer.IDENTITY:
                answer = self._policies(layer, applied.identity)
                if self._asked.kind is CallerKind.ROOT:
                    answer[Asks.GRANTS_SELF] = (every, every)
                return answer
            case Layer.PERMISSIONS_BOUNDARY | Layer.SESSION | Layer.VPC_ENDPOINT:
                policies = {
                    Layer.PERMISSIONS_BOUNDARY: applied.permissions_boundary,
                    Layer.SESSION: applied.session,
                    Layer.VPC_ENDPOINT: applied.vpc_endpoint,
                }[layer]
                if policies is not None:
                    return self._policies(layer, policies)
                # A session of GetFederationToken without a session policy has no identity permissions.
                without = layer is Layer.SESSION and isinstance(self._asked.request.caller, FederatedUser)
                return {**_SILENT, Asks.GRANTS_SELF: (0, 0) if without else (every, every)}

    def _policies(self, layer: Layer, policies: Iterable[Policy]) -> dict[Asks, Pair]:
        universe = self._asked.universe
        found = dict.fromkeys(_SILENT, (0, 0))
        for policy in policies:
            for sheet in self._documents.naming(policy, universe.service, universe.every):
                for pair, grantee in self._sheet(layer, sheet):
                    asks = _GRANTS[grantee] if layer is Layer.RESOURCE else Asks.GRANTS_SELF
                    if not sheet.allows:
                        asks = Asks.DENIES
                    sure, maybe = found[asks]
                    found[asks] = (sure | pair[0], maybe | pair[1])
            if policy.unreadable:
                self._now.unread = True
                self._now.unknown += [(universe.every, reason) for reason in policy.unreadable]
                for asks in (Asks.DENIES,) if self._asked.told else (Asks.DENIES, Asks.GRANTS_SELF):
                    found[asks] = (found[asks][0], universe.every)
        return found

    def _sheet(self, layer: Layer, sheet: Sheet) -> Iterator[tuple[Pair, Grantee]]:
        """The actions for which the statement applies, and as what it names the caller."""
        universe = self._asked.universe
        grantee = Grantee.SELF
        truth: Truth = True
        if layer in WITH_PRINCIPAL:
            applied = self._asked.applied
            has_boundary: Truth = applied.permissions_boundary is not None or applied.unknown.get(
                Layer.PERMISSIONS_BOUNDARY, False
            )
            name = named(sheet.statement, self._asked.request.caller, has_boundary)
            if isinstance(name, Unknown):
                truth = name
            elif name is Grantee.NOBODY:
                return
            else:
                grantee = name
        covered = self._covered(sheet, universe)
        if not any(actions for actions, _ in covered):
            return
        truth = self._conditions(sheet, truth)
        if truth is False:
            return
        for actions, on in covered:
            whole = all_of((truth, on))
            maybe = sheet.maybe & actions
            sure = sheet.sure & actions if whole is True else 0
            if maybe:
                self._now.placed.append(sheet)
                if isinstance(whole, Unknown):
                    self._now.unknown.append((maybe, whole))
                elif sure != maybe:
                    self._now.unknown.append((maybe ^ sure, _OPEN_ACTION))
                yield (sure, maybe), grantee

    def _covered(self, sheet: Sheet, universe: Universe) -> list[tuple[ActionSet, Truth]]:
        if sheet.everywhere:
            return [(universe.every, True)]
        found: list[tuple[ActionSet, Truth]] = []
        for actions, resource in (
            (universe.on_resource, self._asked.request.resource),
            (universe.on_star, "*"),
            (universe.on_buckets, "arn:aws:s3:::*"),
        ):
            if actions & sheet.maybe and (on := self._covers(sheet, resource)) is not False:
                found.append((actions, on))
        return found

    def _covers(self, sheet: Sheet, resource: str) -> Truth:
        selector: Selector = sheet.selector
        if selector.templates and not self._asked.plain:
            holes = {key: open_(key) for key in sheet.variables if self._asked.is_open(key)}
            if holes:
                self._now.varies = True
                selector = opened(selector, holes)
        return selector.selects(resource, self._asked.request, [])

    def _conditions(self, sheet: Sheet, truth: Truth) -> Truth:
        asked = self._asked
        opens: list[tuple[int, Condition]] = []
        for place, condition in enumerate(sheet.statement.conditions):
            if not asked.plain and any(map(asked.is_open, keys_of(condition))):
                certain = holds_outside(condition, asked.outside_of)
                if certain is None:
                    opens.append((place, condition))
                elif not certain:
                    return False
                continue
            found = holds(condition, asked.request.context, [])
            if found is False:
                return False
            truth = all_of((truth, found))
        for place, condition in opens:
            self._now.conditions.append((sheet, place))
            self._now.varies = True
            key = next(key for key in keys_of(condition) if asked.is_open(key))
            truth = all_of((truth, open_(key)))
        return truth


_OPEN_ACTION = Unknown(UnknownKind.UNRESOLVED, "a part of an Action element is not known")
_SILENT: dict[Asks, Pair] = dict.fromkeys(
    (Asks.DENIES, Asks.GRANTS_SELF, Asks.GRANTS_ROLE, Asks.GRANTS_ACCOUNT), (0, 0)
)
_GRANTS = {
    Grantee.SELF: Asks.GRANTS_SELF,
    Grantee.ROLE: Asks.GRANTS_ROLE,
    Grantee.ACCOUNT: Asks.GRANTS_ACCOUNT,
}


def open_(key: str) -> Unknown:
    """Why an answer depends on a key of which nothing is said."""
    return Unknown(UnknownKind.UNRESOLVED, f"it depends on `{key}`, of which nothing is said")


def _union(pairs: Iterable[Pair]) -> Pair:
    sure = maybe = 0
    for pair in pairs:
        sure, maybe = sure | pair[0], maybe | pair[1]
    return sure, maybe
