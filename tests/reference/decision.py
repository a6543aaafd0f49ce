"""The flow chart of AWS as nested ifs, read from its pages step by step. Slow, obvious, and made without `decisions.py`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the boxes of the flow chart ask; every name is a yes or no."""

    # who calls
    is_aws_service: bool = False
    is_federated_identity: bool = False
    is_anonymous: bool = False
    is_root_user: bool = False
    is_service_linked_role: bool = False
    is_of_the_resource_account: bool = False
    # what is called
    takes_resource_control_policies: bool = False
    is_get_caller_identity: bool = False
    belongs_to_aws: bool = False
    is_key_or_trust: bool = False
    api_without_iam: bool = False
    api_without_policy: bool = False
    api_with_lambda_authorizer: bool = False
    # what the policies say
    resource_control_allows: bool = False
    resource_control_denies: bool = False
    service_control_denies: bool = False
    endpoint_denies: bool = False
    resource_denies: bool = False
    identity_denies: bool = False
    boundary_denies: bool = False
    session_denies: bool = False
    service_control_allows: bool = False
    endpoint_allows: bool = False
    resource_allows_the_caller: bool = False
    resource_allows_the_role: bool = False
    resource_allows_the_account: bool = False
    identity_allows: bool = False
    boundary_allows: bool = False
    session_allows: bool = False


def decide(q: Question) -> str:
    """`Allowed`, `ExplicitlyDenied` or `ImplicitlyDenied`."""
    if q.is_get_caller_identity:
        return "Allowed"  # "even if an administrator explicitly denies it"
    if any(_denials(q)):
        return "ExplicitlyDenied"
    if q.belongs_to_aws:
        return "ImplicitlyDenied"
    if q.takes_resource_control_policies and not q.resource_control_allows:
        return "ImplicitlyDenied"  # cannot happen in AWS: RCPFullAWSAccess is attached everywhere
    if not q.endpoint_allows:
        return "ImplicitlyDenied"
    if _is_bound_by_service_control(q) and not q.service_control_allows:
        return "ImplicitlyDenied"
    return "Allowed" if _is_granted(q) else "ImplicitlyDenied"


def _is_signed_by_a_principal(q: Question) -> bool:
    """The caller has an account, and IAM looks at the policies there."""
    if q.is_aws_service or q.is_federated_identity or q.is_anonymous:
        return False
    # No signature is asked for, so nobody knows the caller's account; the authorizer's policy stands for the identity's.
    return not (q.api_without_iam or q.api_with_lambda_authorizer)


def _is_bound_by_service_control(q: Question) -> bool:
    return _is_signed_by_a_principal(q) and not q.is_service_linked_role


def _denials(q: Question) -> Iterator[bool]:
    if q.takes_resource_control_policies:
        yield q.resource_control_denies
    if _is_bound_by_service_control(q):
        yield q.service_control_denies
    yield q.endpoint_denies
    yield q.resource_denies
    if _is_signed_by_a_principal(q):
        yield q.identity_denies
        yield q.boundary_denies
        yield q.session_denies
    elif q.api_with_lambda_authorizer:
        yield q.identity_denies


def _is_granted(q: Question) -> bool:
    if q.api_without_iam:
        return q.api_without_policy or q.resource_allows_the_caller
    if q.api_with_lambda_authorizer:
        return q.resource_allows_the_caller or q.identity_allows
    if not _is_signed_by_a_principal(q):
        return (
            q.resource_allows_the_caller
        )  # it has neither a role nor an account that could be named instead
    # "By default, all requests are implicitly denied with the exception of the AWS account root user"
    identity_allows = q.identity_allows or q.is_root_user
    if not q.is_of_the_resource_account:
        if not identity_allows:
            return False
        if not q.boundary_allows:
            return False
        if not q.session_allows:
            return False
        return q.resource_allows_the_caller or q.resource_allows_the_role or q.resource_allows_the_account
    if q.resource_allows_the_caller:
        return True
    if q.resource_allows_the_role:
        return q.boundary_allows and q.session_allows
    if q.is_key_or_trust and not q.resource_allows_the_account:
        return False
    if not identity_allows:
        return False
    if not q.boundary_allows:
        return False
    return q.session_allows
