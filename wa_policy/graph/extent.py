"""The actions that a caller may take somewhere: more rather than less, and quick."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wa_policy.catalog.model import ActionSet
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.situations import ALWAYS_ALLOWED
from wa_policy.graph.pairs import Pairs
from wa_policy.graph.parties import Actor
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.policy import Policy
from wa_policy.iam.principal import AccountPrincipal, ArnPrincipal, account_of
from wa_policy.inventory.model import Inventory, NotExported, Present


class Extents:
    """What callers may do on some resource under some condition."""

    def __init__(self, inventory: Inventory, pairs: Pairs) -> None:
        self._pairs = pairs
        self._listed = pairs.catalog.listed
        self._by_account: dict[str | None, ActionSet] = {}
        self._known: dict[Actor, ActionSet] = {}
        self._unread: ActionSet = 0
        self._always: ActionSet = 0
        for action in ALWAYS_ALLOWED:
            self._always |= pairs.catalog.single(action)
        trusts = [principal.trust for principal in inventory.principals]
        for document in trusts:
            if isinstance(document, Present):
                self._add(document.policy)
            elif isinstance(document, NotExported):
                self._unread |= pairs.universes.of("sts").every
        for resource in inventory.resources:
            for value in resource.properties.values():
                if isinstance(value, Present):
                    self._add(value.policy)
                elif isinstance(value, NotExported):
                    arn = parse_arn(resource.id)
                    if arn is not None:
                        self._unread |= pairs.universes.of(arn.service).every

    def _add(self, policy: Policy) -> None:
        for sheet in self._pairs.documents.of(policy).sheets:
            if not sheet.allows:
                continue
            element = sheet.statement.principal
            for account in (
                {None} if element is None or element.negated else {*map(_account, element.principals)}
            ):
                self._by_account[account] = self._by_account.get(account, 0) | sheet.maybe

    def of(self, actor: Actor) -> ActionSet:
        """Every action that the caller may take on some resource under some condition, and perhaps more."""
        found = self._known.get(actor)
        if found is None:
            found = self._known[actor] = self._extent(actor)
        return found

    def _extent(self, actor: Actor) -> ActionSet:
        applied = actor.applied
        account = account_of(actor.caller)
        by_resources = self._unread | self._by_account.get(None, 0)
        if account is not None:
            by_resources |= self._by_account.get(account, 0)
        allowed = self._allowed(applied.identity, applied, Layer.IDENTITY) | by_resources
        denied = self._denied(applied.identity)
        boundary = applied.permissions_boundary
        if boundary is not None:
            # A policy of a resource may name the user or session itself: a boundary does not limit that.
            allowed &= self._allowed(boundary, applied, Layer.PERMISSIONS_BOUNDARY) | by_resources
            denied |= self._denied(boundary)
        for level in applied.service_control or ():
            allowed &= self._allowed(level.policies, applied, Layer.SERVICE_CONTROL)
            denied |= self._denied(level.policies)
        return allowed ^ (allowed & denied) | self._always

    def _allowed(self, policies: Iterable[Policy], applied: AppliedPolicies, layer: Layer) -> ActionSet:
        if layer in applied.unknown:
            return self._listed
        bits = 0
        for document in map(self._pairs.documents.of, policies):
            if document.unreadable:
                return self._listed
            for sheet in document.sheets:
                bits |= sheet.maybe if sheet.allows else 0
        return bits

    def _denied(self, policies: Iterable[Policy]) -> ActionSet:
        bits = 0
        for document in map(self._pairs.documents.of, policies):
            for sheet in document.sheets:
                if not sheet.allows and sheet.everywhere and not sheet.statement.conditions:
                    bits |= sheet.sure
        return bits


def _account(principal: object) -> str | None:
    match principal:
        case AccountPrincipal(account):
            return account
        case ArnPrincipal(arn):
            return arn.account
        case _:
            return None


def policies_of(applied: AppliedPolicies) -> Iterator[Policy]:
    """The policies of the caller's side."""
    yield from applied.identity
    yield from applied.permissions_boundary or ()
    for level in applied.service_control or ():
        yield from level.policies
