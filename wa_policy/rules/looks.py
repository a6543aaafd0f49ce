"""Looks at policies that spare the formal engine a search whose end is plain."""

from __future__ import annotations

from collections.abc import Iterator

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.principals import Grantee, named_as
from wa_policy.evaluator.situations import ApiAuthorizer
from wa_policy.formal.actions import action_set
from wa_policy.formal.question import Question
from wa_policy.formal.strings import Group
from wa_policy.iam.pattern import glob
from wa_policy.iam.policy import Effect, Policy, Statement
from wa_policy.iam.principal import Caller, account_of
from wa_policy.iam.source import Source
from wa_policy.iam.text import Template


def grants_nothing(question: Question) -> bool:
    """True only if the caller is of no account or another one, and no statement of a resource policy allows it anything.

    Such a caller needs one, whatever else applies, but for a method without an authorizer. Most roles trust one service,
    and most functions one API: the search for a stranger among their callers ends here.
    """
    applied = question.applied
    policy = applied.resource
    account = account_of(question.caller)
    is_own = account is not None and question.resource_account in (None, account)
    authorizer = question.facts.api_authorizer
    if is_own or Layer.RESOURCE in applied.unknown or authorizer is ApiAuthorizer.LAMBDA:
        return False
    if policy is None:
        return authorizer is None
    if policy.unreadable:
        return False
    return not any(
        statement.effect is Effect.ALLOW and _may_name(statement, question.caller)
        for statement in policy.statements
    )


def _may_name(statement: Statement, caller: Caller) -> bool:
    element = statement.principal
    if element is None or element.negated:
        return True  # for the engine to say
    return named_as(element, caller, []) is not Grantee.NOBODY


def may_allow_all(applied: AppliedPolicies, wanted: ActionSet, catalog: Catalog) -> bool:
    """False only if some wanted action is in no Allow statement of the policies that can grant it."""
    if (
        Layer.RESOURCE in applied.unknown
        or Layer.IDENTITY in applied.unknown
        or any(policy.unreadable for policy in _granting(applied))
    ):
        return True
    allowed = 0
    for policy in _granting(applied):
        for statement in policy.statements:
            if statement.effect is Effect.ALLOW:
                if any(isinstance(value, Template) for value in statement.action.values):
                    return True
                allowed |= action_set(_action_group(statement), catalog)
    return wanted & allowed == wanted


ASSUMED = Source("(assumed)")
"""Where a policy stands that is assumed, not read."""


def _granting(applied: AppliedPolicies) -> tuple[Policy, ...]:
    """The policies that can grant; a resource policy that is assumed leaves the decision to the others."""
    resource = applied.resource
    if resource is None or resource.source == ASSUMED:
        return applied.identity
    return (*applied.identity, resource)


def action_groups(applied: AppliedPolicies) -> Iterator[Group]:
    """The Action elements of all statements, as groups."""
    policies = [*_granting(applied), *(applied.permissions_boundary or ())]
    policies += [policy for level in applied.resource_control or () for policy in level.policies]
    policies += [policy for level in applied.service_control or () for policy in level.policies]
    for policy in policies:
        yield from map(_action_group, policy.statements)


def _action_group(statement: Statement) -> Group:
    return Group(
        tuple(glob(str(value).lower()) for value in statement.action.values), statement.action.negated
    )
