"""Looks at policies that spare the formal engine a search whose end is plain."""

from __future__ import annotations

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.principals import Grantee, named_as
from wa_policy.evaluator.situations import ApiAuthorizer
from wa_policy.formal.actions import action_set
from wa_policy.formal.for_each import action_group, listed_actions
from wa_policy.formal.question import Question
from wa_policy.iam.policy import Effect, Policy, Statement
from wa_policy.iam.principal import Caller, RootUser, account_of
from wa_policy.iam.source import Source
from wa_policy.iam.text import Template


def grants_nothing(question: Question, catalog: Catalog) -> bool:
    """True only if no statement of those that the caller needs allows it an action that is asked for.

    A caller of no account or another one needs a statement of the resource policy, whatever else applies, but for a
    method without an authorizer. Most roles trust one service, most functions one API, and most roles have nothing to do
    with most actions: the search ends here.
    """
    applied, authorizer = question.applied, question.facts.api_authorizer
    account = account_of(question.caller)
    wanted = listed_actions(question, catalog)
    if account is not None and question.resource_account in (None, account):
        # A root user needs no statement.
        if authorizer is not None or isinstance(question.caller, RootUser) or not question.realistic:
            return False
        allowed = _allowed(applied, catalog)
        return allowed is not None and not wanted & allowed
    if Layer.RESOURCE in applied.unknown or authorizer is ApiAuthorizer.LAMBDA:
        return False
    if applied.resource is None:
        return authorizer is None
    if applied.resource.unreadable:
        return False
    return not any(
        statement.effect is Effect.ALLOW
        and _may_name(statement, question.caller)
        and (
            not question.realistic
            or _is_open(statement)
            or action_set(action_group(statement), catalog) & wanted
        )
        for statement in applied.resource.statements
    )


def _may_name(statement: Statement, caller: Caller) -> bool:
    element = statement.principal
    if element is None or element.negated:
        return True  # for the engine to say
    return named_as(element, caller, []) is not Grantee.NOBODY


def may_allow_all(question: Question, catalog: Catalog) -> bool:
    """False only if some wanted action is in no Allow statement of the policies that can grant it."""
    if question.facts.api_authorizer is not None or isinstance(question.caller, RootUser):
        return True  # an API may need no statement, and neither does a root user
    allowed = _allowed(question.applied, catalog)
    wanted = listed_actions(question, catalog)
    return allowed is None or wanted & allowed == wanted


def _allowed(applied: AppliedPolicies, catalog: Catalog) -> ActionSet | None:
    """The listed actions in Allow statements of the policies that can grant; None where that cannot be told."""
    granting = _granting(applied)
    if applied.unknown.keys() & {Layer.RESOURCE, Layer.IDENTITY} or any(one.unreadable for one in granting):
        return None
    allowed = 0
    for policy in granting:
        for statement in policy.statements:
            if statement.effect is Effect.ALLOW:
                if _is_open(statement):
                    return None
                allowed |= action_set(action_group(statement), catalog)
    return allowed


def _is_open(statement: Statement) -> bool:
    return any(isinstance(value, Template) for value in statement.action.values)


ASSUMED = Source("(assumed)")
"""Where a policy stands that is assumed, not read."""
DELEGATED = Source("(assumed)", "/delegated")
"""Where a resource policy stands that is assumed to leave the decision to the account of the caller."""


def _granting(applied: AppliedPolicies) -> tuple[Policy, ...]:
    """The policies that can grant: a resource policy can but for one that leaves the decision to the others."""
    resource = applied.resource
    if resource is None or resource.source is DELEGATED:
        return applied.identity
    return (*applied.identity, resource)
