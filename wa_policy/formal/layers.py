"""The layers of applied policies as boxes, for one caller."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.formula import Asks, Atom, Layer
from wa_policy.evaluator.principals import Grantee
from wa_policy.formal.boxes import Bindings, Box, Side, box_of, grantee_of, has_unknown_part
from wa_policy.iam.policy import Effect, Policy, Statement
from wa_policy.iam.principal import Caller, FederatedUser, RootUser

EVERYTHING = Box()

_WITH_PRINCIPAL = frozenset((Layer.RESOURCE, Layer.VPC_ENDPOINT, Layer.RESOURCE_CONTROL))

Alternatives = tuple[Box, ...]
"""A request meets them iff it lies in one of the boxes."""


@dataclass(frozen=True)
class Layers:
    """All policies that apply, seen from one side: `WIDE` grants whatever could be granted, `NARROW` what must be.

    A layer that is not known grants everything and denies nothing on the wide side, and the reverse on the narrow one.
    """

    applied: AppliedPolicies
    caller: Caller
    side: Side
    bindings: Bindings
    _known: dict[Atom, tuple[Alternatives, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def boxes(self, atom: Atom) -> tuple[Alternatives, ...]:
        """The atom as a conjunction of alternatives. A conjunct without a box can never hold."""
        known = self._known.get(atom)
        if known is None:
            self._known[atom] = known = self._found(atom)
        return known

    def _found(self, atom: Atom) -> tuple[Alternatives, ...]:
        layer, asks = atom.layer, atom.asks
        if asks is Asks.DENIES:
            denying = self._boxes(layer, self._policies(layer), Effect.DENY, self.side.other, None)
            if layer in self.applied.unknown and self.side is Side.NARROW:
                denying = (EVERYTHING,)
            return (denying,)
        if layer is Layer.RESOURCE_CONTROL:
            return ()  # RCPFullAWSAccess is attached at every level and cannot be detached
        if layer in self.applied.unknown:
            if self.side is Side.WIDE:
                return ()
            if layer not in (Layer.IDENTITY, Layer.RESOURCE):
                return ((),)
        match layer:
            case Layer.SERVICE_CONTROL:
                return tuple(
                    self._boxes(layer, level.policies, Effect.ALLOW, self.side, None)
                    for level in self.applied.service_control or ()
                )
            case Layer.IDENTITY:
                if isinstance(self.caller, RootUser):
                    return ()
                return (self._boxes(layer, self.applied.identity, Effect.ALLOW, self.side, None),)
            case Layer.RESOURCE:
                grantee = {Asks.GRANTS_ROLE: Grantee.ROLE, Asks.GRANTS_ACCOUNT: Grantee.ACCOUNT}.get(
                    asks, Grantee.SELF
                )
                return (self._boxes(layer, self._policies(layer), Effect.ALLOW, self.side, grantee),)
            case Layer.PERMISSIONS_BOUNDARY | Layer.SESSION | Layer.VPC_ENDPOINT:
                policies = self._optional(layer)
                if policies is None:
                    return ((),) if layer is Layer.SESSION and isinstance(self.caller, FederatedUser) else ()
                return (self._boxes(layer, policies, Effect.ALLOW, self.side, None),)

    def _optional(self, layer: Layer) -> tuple[Policy, ...] | None:
        match layer:
            case Layer.PERMISSIONS_BOUNDARY:
                return self.applied.permissions_boundary
            case Layer.SESSION:
                return self.applied.session
            case _:
                return self.applied.vpc_endpoint

    def _policies(self, layer: Layer) -> tuple[Policy, ...]:
        match layer:
            case Layer.IDENTITY:
                return self.applied.identity
            case Layer.RESOURCE:
                return () if self.applied.resource is None else (self.applied.resource,)
            case Layer.SERVICE_CONTROL:
                return tuple(
                    policy for level in self.applied.service_control or () for policy in level.policies
                )
            case Layer.RESOURCE_CONTROL:
                return tuple(
                    policy for level in self.applied.resource_control or () for policy in level.policies
                )
            case _:
                return self._optional(layer) or ()

    def _boxes(
        self, layer: Layer, policies: Iterable[Policy], effect: Effect, side: Side, grantee: Grantee | None
    ) -> Alternatives:
        boxes: list[Box] = []
        for policy in policies:
            if policy.unreadable and side is Side.WIDE:
                boxes.append(EVERYTHING)  # what could not be read may be any statement
            for statement in policy.statements:
                if statement.effect is effect and self._names_caller(layer, statement, side, grantee):
                    box = box_of(statement, side, self.bindings)
                    if box is not None:
                        boxes.append(box)
        return tuple(boxes)

    def _names_caller(self, layer: Layer, statement: Statement, side: Side, grantee: Grantee | None) -> bool:
        if layer not in _WITH_PRINCIPAL:
            return True
        has_boundary = (
            self.applied.permissions_boundary is not None
            or Layer.PERMISSIONS_BOUNDARY in self.applied.unknown
        )
        named = grantee_of(statement, self.caller, side, has_boundary=has_boundary)
        return named is not Grantee.NOBODY if grantee is None else named is grantee

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of all layers."""
        return self.applied.statements

    @property
    def is_exact(self) -> bool:
        """True iff no layer is unknown, every policy was read in full, and no value has a part that is not known."""
        return (
            not self.applied.unknown
            and not any(policy.unreadable for layer in Layer for policy in self._policies(layer))
            and not any(map(has_unknown_part, self.statements))
        )
