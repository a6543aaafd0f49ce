"""Does an escalation raise what a principal may do by itself?

Acting as another principal raises nothing where that one may do no more. Assuming a role that both sides name is no
escalation either, but what the role is for: it counts where the principal's own policies name roles by a wildcard.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import assert_never

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.evaluate import evaluate
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.truth import Truth, all_of, any_of
from wa_policy.formal.checks import Facts, check_no_new_access
from wa_policy.formal.verdicts import Proved, Refuted, Undecided
from wa_policy.graph.escalation import Escalation
from wa_policy.graph.technique import Gain, On
from wa_policy.iam.policy import Effect, Policy, PolicyKind, Statement, Version
from wa_policy.iam.principal import ArnPrincipal
from wa_policy.iam.request import Request
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Absent, Inventory, NotExported, PolicyDocument, Present, Principal


class Raising:
    """Answers about the escalations of an inventory, each comparison of policies made once."""

    def __init__(self, inventory: Inventory, catalog: Catalog) -> None:
        self._inventory = inventory
        self._catalog = catalog
        self._compared: dict[tuple[Policy, Policy], Proved | Refuted | Undecided] = {}

    def raises(self, one: Escalation) -> Truth:
        """True iff the principal then has permissions that its own policies do not give it."""
        principal = self._inventory.principal(one.principal)
        if principal is None or (not principal.missing and _is_delegated(one, principal)):
            return False
        truths = [one.truth, self._gains(one, principal)]
        if one.assumes:
            truths.append(Unknown(UnknownKind.NOT_MODELLED, f"whether {one.assumes}"))
        return all_of(truths)

    def _gains(self, one: Escalation, principal: Principal) -> Truth:
        if one.gives_admin is True:
            return True
        target = self._inventory.principal(one.target)
        found: Truth
        match one.technique.gain:
            case Gain.ACT_AS_NEW_ROLE | Gain.SWITCH_VERSION:
                found = True
            case Gain.EDIT_OWN_POLICY:
                found = self._given_all(principal.boundary, principal)
            case Gain.LIFT_LIMIT:
                found = self._adds(_allowing(principal), Absent(), principal)
            case Gain.ACT_AS_RAISED_ROLE | Gain.BECOME_RAISED_USER:
                found = True if target is None else self._given_all(target.boundary, principal)
            case Gain.ACT_AS_ROLE | Gain.BECOME_USER | Gain.JOIN_GROUP:
                found = True if target is None else self._has_more(target, principal)
            case _:
                assert_never(one.technique.gain)
        # Not known whether it makes an administrator: then it may raise the rights even if nothing else does.
        return any_of((found, one.gives_admin))

    def _given_all(self, boundary: PolicyDocument, principal: Principal) -> Truth:
        """May one whose identity policies allow everything do more, within the boundary, than the principal?"""
        match boundary:
            case Absent():
                return True
            case NotExported():
                return boundary.unknown
            case Present(policy):
                return self._adds(policy, Absent(), principal)

    def _has_more(self, target: Principal, principal: Principal) -> Truth:
        found = self._adds(_identity(target), target.boundary, principal)
        if found is not False:
            return found
        if target.missing:
            return target.missing[0]
        if target.arn in self._named:
            what = f"whether the resource policies that name `{target.arn}` let it do more"
            return Unknown(UnknownKind.NOT_MODELLED, what)
        return False

    def _adds(self, policy: Policy, boundary: PolicyDocument, principal: Principal) -> Truth:
        """True iff the policy within the boundary allows what the principal may not, so far as policies say."""
        limits = [_identity(principal)]
        match principal.boundary:
            case Present(own):
                limits.append(own)
            case NotExported() as document:
                return document.unknown
            case Absent():
                pass
        answers = [self._compare(limit, policy) for limit in limits]
        more = any_of(self._truth(answer, policy, boundary) for answer in answers)
        if more is True and principal.missing:
            return principal.missing[0]
        return more

    def _compare(self, existing: Policy, new: Policy) -> Proved | Refuted | Undecided:
        key = existing, new
        if key not in self._compared:
            self._compared[key] = check_no_new_access(
                existing, new, PolicyKind.IDENTITY, self._catalog, Facts.KNOWN
            )
        return self._compared[key]

    def _truth(self, answer: Proved | Refuted | Undecided, policy: Policy, boundary: PolicyDocument) -> Truth:
        match answer:
            case Proved():
                return False
            case Undecided(reasons):
                return reasons[0]
            case Refuted(witness):
                return self._within(witness, policy, boundary)

    def _within(self, request: Request, policy: Policy, boundary: PolicyDocument) -> Truth:
        match boundary:
            case Absent():
                return True
            case NotExported():
                return boundary.unknown
            case Present(limit):
                applied = AppliedPolicies(identity=(policy,), permissions_boundary=(limit,))
                own = replace(request, resource_account=None)
                if evaluate(own, applied, self._catalog).is_allowed:
                    return True
                return Unknown(UnknownKind.NOT_MODELLED, "what a permissions boundary leaves of it")

    @cached_property
    def _named(self) -> frozenset[str]:
        """The users and roles that an Allow statement of a resource policy or trust policy names."""
        documents = [principal.trust for principal in self._inventory.principals]
        for resource in self._inventory.resources:
            documents += [
                value for value in resource.properties.values() if isinstance(value, Present | NotExported)
            ]
        return frozenset(
            str(named.arn)
            for document in documents
            if isinstance(document, Present)
            for statement in document.policy.statements
            if statement.effect is Effect.ALLOW and statement.principal is not None
            for named in statement.principal.principals
            if isinstance(named, ArnPrincipal)
        )


def _identity(principal: Principal) -> Policy:
    return _joined(attached.policy for attached in principal.identity_policies)


def _allowing(principal: Principal) -> Policy:
    whole = _identity(principal)
    return replace(
        whole, statements=tuple(found for found in whole.statements if found.effect is Effect.ALLOW)
    )


def _joined(policies: Iterable[Policy]) -> Policy:
    """One policy with the statements of all: variables are told apart when a policy is read, by its own version."""
    found = tuple(policies)
    statements = tuple(statement for policy in found for statement in policy.statements)
    unreadable = tuple(reason for policy in found for reason in policy.unreadable)
    return Policy(Version.OF_2012, statements, NOWHERE, None, unreadable)


def _is_delegated(one: Escalation, principal: Principal) -> bool:
    """True iff it is nothing but assuming a role, which each statement of the principal's that allows it names."""
    technique = one.technique
    if any(step.action != "sts:AssumeRole" or step.on is not On.TARGET for step in technique.steps):
        return False
    for taken in one.steps:
        allowing = [(layer, found) for layer, found in taken.statements if found.effect is Effect.ALLOW]
        within = not isinstance(principal.boundary, Present) or any(
            layer is Layer.PERMISSIONS_BOUNDARY for layer, _ in allowing
        )
        # What the boundary cuts off allows nothing: then the trust policy alone does.
        own = [found for layer, found in allowing if layer is Layer.IDENTITY and within]
        if not all(_names(statement, one.target) for statement in own):
            return False
    return True


def _names(statement: Statement, arn: str) -> bool:
    resource = statement.resource
    return resource is not None and not resource.negated and arn in resource.values
