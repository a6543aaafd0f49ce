"""The two sides of a pair, as far as they decide about the actions of a service.

Callers whose statements about a service are the same have one side there, whatever else their policies say; so have
targets whose policies say the same of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from wa_policy.evaluator.applied import Level
from wa_policy.evaluator.formula import Layer
from wa_policy.graph.cells import features_of_arn
from wa_policy.graph.parties import Actor, Target
from wa_policy.graph.sheets import Documents, Sheet
from wa_policy.graph.universes import Universes
from wa_policy.iam.policy import Policy
from wa_policy.iam.principal import Everyone, FederatedUser


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What one party brings. `number` is that of all sides that say the same of the service.

    `narrow` are its statements that do not cover every resource, `naming` those of which the Principal element tells
    callers apart, `keys` the context keys that its statements look at.
    """

    number: int
    narrow: tuple[Sheet, ...]
    naming: tuple[Sheet, ...]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class TargetSide:
    """The resource control policies that bind a target, and its own policy."""

    controls: Side
    own: Side
    features: tuple[bool, bool, tuple[int, ...]]


class Sides:
    """The sides of callers and targets, each found once."""

    def __init__(
        self, documents: Documents, universes: Universes, restricts_public: Callable[[Target], bool]
    ) -> None:
        self._documents = documents
        self._universes = universes
        self._restricts_public = restricts_public
        self._callers: dict[tuple[Actor, str], Side] = {}
        self._targets: dict[tuple[Target, str], TargetSide] = {}
        self._sides: dict[Hashable, Side] = {}
        self._policies: dict[Hashable, int] = {}
        self._features: dict[Target, tuple[bool, bool, tuple[int, ...]]] = {}

    # --- callers ----------------------------------------------------------------------------------------------------

    def caller(self, actor: Actor, service: str) -> Side:
        """The caller's policies within its boundary, session and service control policies."""
        key = (actor, service)
        found = self._callers.get(key)
        if found is None:
            found = self._callers[key] = self._of_caller(actor, service)
        return found

    def _of_caller(self, actor: Actor, service: str) -> Side:
        applied = actor.applied
        groups = (
            self._group(applied.identity, service),
            self._group(applied.permissions_boundary, service),
            self._group(applied.session, service),
            self._group(applied.vpc_endpoint, service),
            *self._levels(applied.service_control, service),
        )
        told = (
            service,
            isinstance(actor.caller, FederatedUser),
            tuple(group and group[0] for group in groups),
            tuple(sorted(applied.unknown.items())),
        )
        found = self._sides.get(told)
        if found is None:
            sheets = [sheet for group in groups if group is not None for sheet in group[1]]
            found = self._sides[told] = _side(len(self._sides), sheets)
        return found

    def _group(
        self, policies: Iterable[Policy] | None, service: str
    ) -> tuple[Hashable, tuple[Sheet, ...]] | None:
        """What some policies of one layer say of the service, and their statements."""
        if policies is None:
            return None
        every = self._universes.of(service).every
        sheets: list[Sheet] = []
        unreadable: list[object] = []
        for policy in policies:
            sheets += self._documents.naming(policy, service, every)
            unreadable += policy.unreadable
        # Sheets are made once for each policy, so their identity stands for them.
        return (tuple(map(id, sheets)), tuple(unreadable)), tuple(sheets)

    def _levels(
        self, levels: tuple[Level, ...] | None, service: str
    ) -> Iterable[tuple[Hashable, tuple[Sheet, ...]] | None]:
        return [self._group(level.policies, service) for level in levels or ()]

    # --- targets ----------------------------------------------------------------------------------------------------

    def target(self, target: Target, service: str) -> TargetSide:
        """The policies of the target's side, but for what their Resource elements cover."""
        key = (target, service)
        found = self._targets.get(key)
        if found is None:
            features = self._features.get(target)
            if features is None:
                features = self._features[target] = features_of_arn(target.arn)
            found = self._targets[key] = TargetSide(
                self._controls(target, service), self._own(target, service), features
            )
        return found

    def _controls(self, target: Target, service: str) -> Side:
        _, levels, unknown = target.side
        groups = self._levels(levels, service)
        told = (
            "controls", service, tuple(group and group[0] for group in groups),
            Layer.RESOURCE_CONTROL in unknown,
        )  # fmt: skip
        found = self._sides.get(told)
        if found is None:
            sheets = [sheet for group in groups if group is not None for sheet in group[1]]
            found = self._sides[told] = _side(len(self._sides), sheets)
        return found

    def _own(self, target: Target, service: str) -> Side:
        policy, _, unknown = target.side
        sheets: tuple[Sheet, ...] = ()
        if policy is not None:
            sheets = self._documents.naming(policy, service, self._universes.of(service).every)
        told = (
            "own",
            service,
            None if policy is None else self._policy(policy, sheets, service),
            Layer.RESOURCE in unknown,
            service == "s3" and self._restricts_public(target),
        )
        if not sheets:
            found = self._sides.get(told)
            if found is None:
                found = self._sides[told] = _side(len(self._sides), ())
            return found
        # Policies that say the same are one side, but each has statements of its own.
        known = self._sides.get(told)
        if known is None:
            known = self._sides[told] = _side(len(self._sides), sheets)
        return Side(known.number, tuple(s for s in sheets if not s.everywhere), _naming(sheets), known.keys)

    def _policy(self, policy: Policy, sheets: tuple[Sheet, ...], service: str) -> int:
        said = tuple(
            (s.index, s.statement.effect, s.statement.principal, s.statement.action, s.statement.conditions)
            for s in sheets
        )
        # RestrictPublicBuckets judges the policy as a whole.
        whole = policy if service == "s3" else None
        return self._policies.setdefault((said, policy.unreadable, whole), len(self._policies))


def _side(number: int, sheets: Iterable[Sheet]) -> Side:
    known = tuple(sheets)
    keys = frozenset(key for sheet in known for key in sheet.keys)
    return Side(number, tuple(sheet for sheet in known if not sheet.everywhere), _naming(known), keys)


def _naming(sheets: Iterable[Sheet]) -> tuple[Sheet, ...]:
    """The sheets whose Principal element does not name everyone alike."""
    return tuple(sheet for sheet in sheets if not _names_all(sheet))


def _names_all(sheet: Sheet) -> bool:
    element = sheet.statement.principal
    return element is None or (
        not element.negated and any(isinstance(principal, Everyone) for principal in element.principals)
    )
