"""Why is a request allowed or denied? The layers in AWS's order, and what each statement in them says about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.decisions import decision_rule, layers_of
from wa_policy.evaluator.evaluate import (
    CompiledApplied,
    Decision,
    Outcome,
    _Evaluation,  # the explanation asks with what the evaluation asked
    evaluate,
)
from wa_policy.evaluator.formula import Layer, show
from wa_policy.evaluator.mismatch_words import in_words
from wa_policy.evaluator.principals import Grantee
from wa_policy.evaluator.situations import ResourceFacts
from wa_policy.evaluator.statements import Asked, CompiledPolicies, Element, first_mismatch
from wa_policy.iam.policy import Condition, Statement
from wa_policy.iam.request import ContextValue, Request
from wa_policy.iam.unknown import Unknown


class Role(StrEnum):
    """What a layer does in a decision."""

    DENIES = "denies it"
    ALLOWS = "allows it"
    LACKS = "does not allow it"
    UNKNOWN = "is not known"
    LIMITS_NOTHING = "there is none, so it limits nothing"
    GRANTS_NOTHING = "there is none, so it grants nothing"
    SILENT = "has no statement that applies"


@dataclass(frozen=True, slots=True)
class StatementExplanation:
    """One statement: it applies (`mismatch` is None), or the first element of it that does not fit, with the reason.

    `found` is the value of the key that the condition asks for, None where the request has none. `unknown` says why
    the element could not be decided. `words` says all of it in one line. `level` names the root, unit or account at
    which a control policy is attached.
    """

    statement: Statement
    mismatch: Element | None
    words: str
    condition: Condition | None = None
    found: ContextValue | None = None
    unknown: Unknown | None = None
    level: str = ""

    @property
    def applies(self) -> bool:
        return self.mismatch is None


@dataclass(frozen=True, slots=True)
class LayerExplanation:
    layer: Layer
    role: Role
    statements: tuple[StatementExplanation, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    """Why the layer may hold more than was read."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision with its reasons. `denied` and `allowed` are the formula that decides, in words."""

    request: Request
    decision: Decision
    denied: str
    allowed: str
    layers: tuple[LayerExplanation, ...]
    notes: tuple[str, ...] = ()
    """What decided beside the policies."""


def explain(
    request: Request,
    applied: AppliedPolicies,
    catalog: Catalog,
    facts: ResourceFacts = ResourceFacts(),  # noqa: B008  # frozen, so sharing it is safe
) -> Explanation:
    """The decision of `evaluate`, and why."""
    compiled = CompiledApplied(applied)
    evaluation = _Evaluation(request, compiled, catalog, facts)
    decision = evaluation.decide()
    # The statements are asked once more, all of them: their doubts are those of the decision, or of no matter to it.
    asked = replace(evaluation.asked, doubts=[])
    layers = tuple(_layer(layer, compiled, asked, decision) for layer in layers_of(decision.situation))
    rule = decision_rule(decision.situation)
    return Explanation(
        request,
        decision,
        show(rule.denied),
        show(rule.allowed),
        layers,
        tuple(_notes(request, applied, catalog, facts, decision)),
    )


def _layer(layer: Layer, compiled: CompiledApplied, asked: Asked, decision: Decision) -> LayerExplanation:
    statements: list[StatementExplanation] = []
    unknown: list[Unknown] = []
    groups = tuple(_policies(layer, compiled))
    for level, policies in groups:
        statements += _statements(layer, level, policies, asked)
        unknown += policies.unreadable
    missing = compiled.source.unknown.get(layer)
    if missing is not None:
        unknown.append(missing)
    exists = any(policies.policies for _, policies in groups)
    role = _role(layer, decision, statements, exists=exists, unknown=bool(unknown))
    return LayerExplanation(layer, role, tuple(statements), tuple(dict.fromkeys(unknown)))


def _policies(layer: Layer, compiled: CompiledApplied) -> Iterator[tuple[str, CompiledPolicies]]:
    """The policies of a layer, with the name of their level where it has levels."""
    match layer:
        case Layer.SERVICE_CONTROL:
            levels = compiled.source.service_control or ()
        case Layer.RESOURCE_CONTROL:
            levels = compiled.source.resource_control or ()
        case (
            Layer.IDENTITY | Layer.PERMISSIONS_BOUNDARY | Layer.SESSION | Layer.RESOURCE | Layer.VPC_ENDPOINT
        ):
            if layer in compiled.layers:
                yield "", compiled.layers[layer]
            return
        case _:
            assert_never(layer)
    for level, policies in zip(levels, compiled.levels.get(layer, ()), strict=True):
        yield level.name, policies


_WITH_PRINCIPAL = (Layer.RESOURCE, Layer.VPC_ENDPOINT, Layer.RESOURCE_CONTROL)


def _statements(
    layer: Layer, level: str, policies: CompiledPolicies, asked: Asked
) -> Iterator[StatementExplanation]:
    for compiled in policies.statements:
        mismatch, grantee = first_mismatch(compiled, asked, by_principal=layer in _WITH_PRINCIPAL)
        if mismatch is None:
            words = "applies"
            if layer is Layer.RESOURCE and compiled.allows and grantee in _PARTLY:
                words = _PARTLY[grantee]
            yield StatementExplanation(compiled.statement, None, words, level=level)
            continue
        condition = mismatch.condition
        found = None if condition is None else asked.request.context.get(condition.folded_key)
        yield StatementExplanation(
            compiled.statement,
            mismatch.element,
            in_words(compiled.statement, mismatch, asked),
            condition,
            found,
            mismatch.unknown,
            level,
        )


_PARTLY = {
    Grantee.ACCOUNT: "applies, and names the account of the caller: in it the caller's own policies decide",
    Grantee.ROLE: "applies, and names the role of the caller: its boundary and session policy limit it",
}


def _role(
    layer: Layer, decision: Decision, statements: list[StatementExplanation], *, exists: bool, unknown: bool
) -> Role:
    applying = [s.statement.effect.value for s in statements if s.applies]
    if "Deny" in applying:
        return Role.DENIES
    if unknown or any(s.unknown is not None for s in statements):
        return Role.UNKNOWN
    if decision.outcome is Outcome.IMPLICITLY_DENIED and layer in decision.lacking:
        return Role.LACKS if exists else Role.GRANTS_NOTHING
    if "Allow" in applying:
        return Role.ALLOWS
    if exists:
        return Role.SILENT
    grants = layer in (Layer.IDENTITY, Layer.RESOURCE)
    return Role.GRANTS_NOTHING if grants else Role.LIMITS_NOTHING


def _notes(
    request: Request, applied: AppliedPolicies, catalog: Catalog, facts: ResourceFacts, decision: Decision
) -> Iterator[str]:
    if facts.block_public_access and decision.outcome is Outcome.IMPLICITLY_DENIED:
        without = evaluate(request, applied, catalog, replace(facts, block_public_access=False))
        if without.is_allowed:
            yield "S3 RestrictPublicBuckets stops it: the bucket policy is public, and the caller is from outside"
    if facts.kms_grants:
        yield "KMS grants count as part of the resource policy"
