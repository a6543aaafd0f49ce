"""Which formula decides a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from wa_policy.evaluator.formula import FALSE, TRUE, All, Any, Asks, Atom, Formula, Layer, Not

_allows = {layer: Atom(layer, Asks.ALLOWS) for layer in Layer}
_denies = {layer: Atom(layer, Asks.DENIES) for layer in Layer}
_SELF = Atom(Layer.RESOURCE, Asks.GRANTS_SELF)
_ROLE = Atom(Layer.RESOURCE, Asks.GRANTS_ROLE)
_ACCOUNT = Atom(Layer.RESOURCE, Asks.GRANTS_ACCOUNT)
_ANY_GRANT = Any((_SELF, _ROLE, _ACCOUNT))

_IDENTITY = _allows[Layer.IDENTITY]
_LIMITS = All((_allows[Layer.PERMISSIONS_BOUNDARY], _allows[Layer.SESSION]))


class CallerKind(StrEnum):
    """What of a caller matters for the choice of the formula."""

    ACCOUNT_MEMBER = "user, role or session"
    SERVICE_LINKED_ROLE = "service-linked role"
    """Neither SCPs nor RCPs bind it.
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html#not-restricted-by-scp"""
    ROOT = "root user"
    SERVICE = "AWS service"
    FEDERATED = "federated identity"
    ANONYMOUS = "anonymous caller"

    __hash__ = str.__hash__


class ResourceRule(StrEnum):
    """How the service that owns the resource combines its policy with the caller's."""

    ORDINARY = "either side may grant in one account"
    MUST_GRANT = "the resource policy must grant, also in one account"
    """KMS keys and role trust.
    https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html"""
    RESOURCE_ALONE = "the resource policy decides alone"
    """API Gateway without authorization, or behind a Cognito authorizer, where there is a resource policy.
    IAM does not authenticate the call, so no policy of the caller's account takes part.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html"""
    OPEN = "nothing restricts it"
    """The same without a resource policy: everyone who can reach the API."""
    WITH_AUTHORIZER = (
        "the resource policy and the policy that the Lambda authorizer returns, either may grant"
    )
    """The identity layer then holds what the authorizer returns."""
    ALWAYS = "always allowed"
    """sts:GetCallerIdentity needs no permission and cannot be denied.
    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""
    NEVER = "never allowed"
    """What AWS owns cannot be changed by anyone: AWS managed policies, reserved roles, aliases `alias/aws/…`.
    Nor can a root user assume a role."""

    __hash__ = str.__hash__


UNSIGNED = frozenset((ResourceRule.RESOURCE_ALONE, ResourceRule.OPEN, ResourceRule.WITH_AUTHORIZER))
"""The rules under which IAM does not authenticate the caller."""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that chooses the formula of a request."""

    caller: CallerKind
    same_account: bool
    rule: ResourceRule
    resource_control_applies: bool
    """The service of the action takes resource control policies, and the caller is not exempt."""


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """`denied` makes it an explicit deny; otherwise it is allowed iff `allowed` holds. `formula` is true iff it is allowed."""

    denied: Formula
    allowed: Formula
    formula: Formula


def _rule(denied: Formula, allowed: Formula) -> DecisionRule:
    return DecisionRule(denied, allowed, All((Not(denied), allowed)))


@cache
def decision_rule(situation: Situation) -> DecisionRule:
    """The formula that decides requests of this situation."""
    match situation.rule:
        case ResourceRule.ALWAYS:
            return _rule(FALSE, TRUE)
        case ResourceRule.NEVER:
            return _rule(_denied(situation), FALSE)
        case _:
            allowed = All((*_guardrails(situation), _grant(situation)))
            return _rule(_denied(situation), allowed)


@cache
def layers_of(situation: Situation) -> tuple[Layer, ...]:
    """The layers that apply, in AWS's order."""
    resource_side: tuple[Layer, ...] = (Layer.VPC_ENDPOINT, Layer.RESOURCE)
    if situation.resource_control_applies:
        resource_side = (Layer.RESOURCE_CONTROL, *resource_side)
    match situation.rule:
        case ResourceRule.RESOURCE_ALONE | ResourceRule.OPEN:
            return resource_side
        case ResourceRule.WITH_AUTHORIZER:
            return (*resource_side, Layer.IDENTITY)
        case _:
            pass
    caller_side = (Layer.IDENTITY, Layer.PERMISSIONS_BOUNDARY, Layer.SESSION)
    match situation.caller:
        case CallerKind.ACCOUNT_MEMBER | CallerKind.ROOT:
            return tuple(
                layer for layer in Layer if layer in (Layer.SERVICE_CONTROL, *resource_side, *caller_side)
            )
        case CallerKind.SERVICE_LINKED_ROLE:
            return (*resource_side, *caller_side)
        case CallerKind.SERVICE | CallerKind.FEDERATED | CallerKind.ANONYMOUS:
            # No account stands behind the call: no identity, boundary, session or service control policy binds it.
            return resource_side


def _denied(situation: Situation) -> Formula:
    return Any(tuple(_denies[layer] for layer in layers_of(situation)))


def _guardrails(situation: Situation) -> tuple[Formula, ...]:
    guards = (Layer.RESOURCE_CONTROL, Layer.SERVICE_CONTROL, Layer.VPC_ENDPOINT)
    return tuple(_allows[layer] for layer in layers_of(situation) if layer in guards)


def _grant(situation: Situation) -> Formula:
    match situation.rule:
        case ResourceRule.OPEN:
            return TRUE
        case ResourceRule.WITH_AUTHORIZER:
            return Any((_IDENTITY, _SELF))
        case ResourceRule.RESOURCE_ALONE:
            return _SELF
        case _:
            pass
    if situation.caller in (CallerKind.SERVICE, CallerKind.FEDERATED, CallerKind.ANONYMOUS):
        return _SELF
    if not situation.same_account:
        return All((_LIMITS, _IDENTITY, _ANY_GRANT))
    by_identity: Formula = _IDENTITY
    if situation.rule is ResourceRule.MUST_GRANT:
        by_identity = All((_IDENTITY, _ANY_GRANT))
    return Any((_SELF, All((_LIMITS, Any((by_identity, _ROLE))))))
