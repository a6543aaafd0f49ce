"""Requests that control policies let through, or that they stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies, Level
from wa_policy.evaluator.evaluate import evaluate
from wa_policy.formal.question import Question, find_request
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.guardrails.model import Calling
from wa_policy.guardrails.worlds import ACCOUNT, worlds_of
from wa_policy.iam.policy import Effect, Policy, PrincipalElement, Selection, Statement, Version
from wa_policy.iam.principal import Everyone, account_of, parse_caller
from wa_policy.iam.request import Request
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown
from wa_policy.rules.model import GuardrailKind

_ANY = Selection(("*",))
_EVERYONE = PrincipalElement((Everyone(),))


def _allowing(statement: Statement, principal: PrincipalElement | None) -> Policy:
    allowed = replace(statement, effect=Effect.ALLOW, principal=principal)
    return Policy(Version.OF_2012, (allowed,), NOWHERE)


_EVERYTHING = Statement(Effect.ALLOW, None, _ANY, _ANY, (), None, NOWHERE)
_IDENTITY, _RESOURCE = _allowing(_EVERYTHING, None), _allowing(_EVERYTHING, _EVERYONE)


def find_request_of(
    statement: Statement, kind: GuardrailKind, levels: Sequence[Level], catalog: Catalog
) -> Answer:
    """Refuted with a request that the statement is about and the levels allow, Proved iff there is none.

    It is made by somebody whom a policy of the kind binds. The statement's effect and principal do not count.
    """
    callers = (Calling.PRINCIPAL,) if kind is GuardrailKind.SCP else tuple(Calling)
    stated = tuple(dict.fromkeys(condition.folded_key for condition in statement.conditions))
    reasons: list[Unknown] = []
    for calling in callers:
        for world in worlds_of(kind, calling, catalog):
            question = Question(
                caller=world.caller,
                applied=_applied(statement, kind, levels),
                actions=("*",),
                worlds=(world.domains,),
                stated=stated,
            )
            answer = find_request(question, catalog)
            if isinstance(answer, Refuted):
                # One on a resource of an account that reads well, where there is such a request.
                better = find_request(replace(question, resource_account=ACCOUNT), catalog)
                return better if isinstance(better, Refuted) else answer
            if isinstance(answer, Undecided):
                reasons += answer.reasons
    return Undecided(tuple(dict.fromkeys(reasons))) if reasons else Proved()


def under(kind: GuardrailKind, levels: Sequence[Level]) -> AppliedPolicies:
    """Everything is allowed, but for control policies of one kind."""
    applied = AppliedPolicies(identity=(_IDENTITY,), resource=_RESOURCE)
    if kind is GuardrailKind.SCP:
        return replace(applied, service_control=tuple(levels))
    return replace(applied, resource_control=tuple(levels))


def relocated(
    request: Request, account: str, kind: GuardrailKind, levels: Sequence[Level], catalog: Catalog
) -> Request:
    """The request as made in the account, where the levels say the same of it there; else as it is."""

    def there(text: str) -> str:
        return text.replace(ACCOUNT, account)

    caller = parse_caller(there(request.caller.arn)) if account_of(request.caller) == ACCOUNT else None
    moved = replace(
        request,
        caller=caller or request.caller,
        resource=there(request.resource),
        resource_account=None if request.resource_account is None else there(request.resource_account),
        context={
            key: there(value) if isinstance(value, str) else tuple(map(there, value))
            for key, value in request.context.items()
        },
    )
    applied = under(kind, levels)
    same = evaluate(moved, applied, catalog).outcome is evaluate(request, applied, catalog).outcome
    return moved if same else request


def _applied(statement: Statement, kind: GuardrailKind, levels: Sequence[Level]) -> AppliedPolicies:
    """Everything is allowed, but by the levels, and by one that allows only what the statement is about."""
    if kind is GuardrailKind.SCP:
        return under(kind, (Level("asked", (_allowing(statement, None),)), *levels))
    return replace(under(kind, levels), vpc_endpoint=(_allowing(statement, _EVERYONE),))
