"""Operations that need several requests: one is allowed when all its requests are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.evaluate import CompiledApplied, Decision, Outcome, evaluate
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.situations import ResourceFacts
from wa_policy.iam.request import ContextValue, Request
from wa_policy.iam.unknown import Unknown


class Operation(StrEnum):
    LAMBDA_FUNCTION_URL = "lambda-function-url"
    """A call of a function URL. Function URLs made since October 2025 ask for both permissions; since November 2026
    all do.
    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"""


@dataclass(frozen=True, slots=True)
class _Step:
    action: str
    context: Mapping[str, ContextValue]


_STEPS = {
    Operation.LAMBDA_FUNCTION_URL: (
        _Step("lambda:InvokeFunctionUrl", {}),
        _Step("lambda:InvokeFunction", {"lambda:invokedviafunctionurl": "true"}),
    )
}


@dataclass(frozen=True, slots=True)
class OperationDecision:
    """The outcome of an operation, with the decision on each of its requests."""

    operation: Operation
    requests: tuple[Request, ...]
    decisions: tuple[Decision, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst outcome of a request; Unknown where none is denied and not all are allowed."""
        outcomes = {decision.outcome for decision in self.decisions}
        for outcome in (Outcome.EXPLICITLY_DENIED, Outcome.IMPLICITLY_DENIED, Outcome.UNKNOWN):
            if outcome in outcomes:
                return outcome
        return Outcome.ALLOWED

    @property
    def decided_by(self) -> tuple[Layer, ...]:
        """The layers that decided the requests which have the outcome."""
        return tuple(
            dict.fromkeys(
                layer
                for decision in self.decisions
                if decision.outcome is self.outcome
                for layer in decision.decided_by
            )
        )

    @property
    def doubts(self) -> tuple[Unknown, ...]:
        return tuple(dict.fromkeys(doubt for decision in self.decisions for doubt in decision.doubts))

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        return tuple(dict.fromkeys(reason for decision in self.decisions for reason in decision.unknown))


def first_action(operation: Operation) -> str:
    """The action of its first request, after which the operation is usually called."""
    return _STEPS[operation][0].action


def requests_of(operation: Operation, request: Request) -> tuple[Request, ...]:
    """The requests of an operation by the caller, on the resource and in the context of `request`."""
    return tuple(
        replace(request, action=step.action, context={**request.context, **step.context})
        for step in _STEPS[operation]
    )


def evaluate_operation(
    operation: Operation,
    request: Request,
    applied: AppliedPolicies,
    catalog: Catalog,
    facts: ResourceFacts = ResourceFacts(),  # noqa: B008  # frozen, so sharing it is safe
) -> OperationDecision:
    """AWS's decision on an operation: on each of its requests."""
    requests = requests_of(operation, request)
    compiled = CompiledApplied(applied)
    decisions = tuple(evaluate(step, compiled, catalog, facts) for step in requests)
    return OperationDecision(operation, requests, decisions)
