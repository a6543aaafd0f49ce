"""Is a request allowed?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.decisions import (
    UNSIGNED,
    CallerKind,
    Situation,
    decision_rule,
    layers_of,
)
from wa_policy.evaluator.formula import Asks, Atom, Layer, simplify
from wa_policy.evaluator.principals import Grantee
from wa_policy.evaluator.s3 import is_public, without_bucket_tags
from wa_policy.evaluator.situations import ResourceFacts, situation_of
from wa_policy.evaluator.statements import (
    Asked,
    CompiledPolicies,
    CompiledStatement,
    first_mismatch,
    mismatch_after_action,
)
from wa_policy.evaluator.truth import Ask, Truth, all_of, any_of, compiled, negate
from wa_policy.iam.policy import Policy, Statement
from wa_policy.iam.principal import Anonymous, FederatedUser
from wa_policy.iam.request import Request
from wa_policy.iam.unknown import Unknown


class Outcome(StrEnum):
    ALLOWED = "Allowed"
    EXPLICITLY_DENIED = "ExplicitlyDenied"
    IMPLICITLY_DENIED = "ImplicitlyDenied"
    UNKNOWN = "Unknown"
    """What was read does not decide it: a part is not known, and the answer depends on it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome for one request and what brought it about.

    `statements` are the ones that decided, with their layer: the denying ones, or the ones that allow. `lacking`
    names the layers without which an implicit deny would be an allow. `doubts` is what AWS does not document about
    this case: the outcome is then the best reading, not a certainty. `unknown` has the reasons of an Unknown outcome.
    """

    outcome: Outcome
    situation: Situation
    statements: tuple[tuple[Layer, Statement], ...] = ()
    lacking: tuple[Layer, ...] = ()
    doubts: tuple[Unknown, ...] = ()
    unknown: tuple[Unknown, ...] = ()

    @property
    def is_allowed(self) -> bool:
        return self.outcome is Outcome.ALLOWED

    @property
    def decided_by(self) -> tuple[Layer, ...]:
        """The layers that decided: those of `statements`, or of an implicit deny those that lack an Allow."""
        if self.outcome is Outcome.IMPLICITLY_DENIED:
            return self.lacking
        return tuple(dict.fromkeys(layer for layer, _ in self.statements))


@dataclass(slots=True)
class _LayerAnswer:
    """What the statements of one layer say about one request."""

    allow: Truth = False
    deny: Truth = False
    role: Truth = False
    account: Truth = False
    allowing: tuple[Statement, ...] = ()
    denying: tuple[Statement, ...] = ()


_WITH_PRINCIPAL = frozenset((Layer.RESOURCE, Layer.VPC_ENDPOINT, Layer.RESOURCE_CONTROL))


@dataclass(frozen=True, slots=True)
class _Plan:
    """A decision rule for policies of which some kinds are absent, ready to be asked."""

    denied: Callable[[Ask], Truth]
    allowed: Callable[[Ask], Truth]
    layers: tuple[Layer, ...]


_ALLOWS = {layer: Atom(layer, Asks.ALLOWS) for layer in Layer}
_LIMITING = (Layer.RESOURCE_CONTROL, Layer.SERVICE_CONTROL, Layer.VPC_ENDPOINT, Layer.PERMISSIONS_BOUNDARY)


@lru_cache(maxsize=4096)
def _plan(situation: Situation, present: frozenset[Layer]) -> _Plan:
    """The rule with what an absent layer says already worked out: it denies nothing, and limits nothing."""
    known = {Atom(layer, Asks.DENIES): False for layer in Layer if layer not in present}
    known.update({Atom(layer, Asks.ALLOWS): True for layer in _LIMITING if layer not in present})
    rule = decision_rule(situation)
    return _Plan(
        compiled(simplify(rule.denied, known)), compiled(simplify(rule.allowed, known)), layers_of(situation)
    )


class CompiledApplied:
    """`AppliedPolicies`, compiled: cheap to ask again and again."""

    __slots__ = ("has_boundary", "layers", "levels", "present", "source")

    def __init__(
        self,
        applied: AppliedPolicies,
        compile_policies: Callable[[tuple[Policy, ...]], CompiledPolicies] = CompiledPolicies,
    ) -> None:
        self.source = applied
        self.has_boundary: Truth = applied.permissions_boundary is not None or applied.unknown.get(
            Layer.PERMISSIONS_BOUNDARY, False
        )
        self.layers: dict[Layer, CompiledPolicies] = {Layer.IDENTITY: compile_policies(applied.identity)}
        if applied.permissions_boundary is not None:
            self.layers[Layer.PERMISSIONS_BOUNDARY] = compile_policies(applied.permissions_boundary)
        if applied.session is not None:
            self.layers[Layer.SESSION] = compile_policies(applied.session)
        if applied.resource is not None:
            self.layers[Layer.RESOURCE] = compile_policies((applied.resource,))
        if applied.vpc_endpoint is not None:
            self.layers[Layer.VPC_ENDPOINT] = compile_policies(applied.vpc_endpoint)
        self.levels: dict[Layer, tuple[CompiledPolicies, ...]] = {}
        if applied.service_control is not None:
            self.levels[Layer.SERVICE_CONTROL] = tuple(
                compile_policies(level.policies) for level in applied.service_control
            )
        if applied.resource_control is not None:
            self.levels[Layer.RESOURCE_CONTROL] = tuple(
                compile_policies(level.policies) for level in applied.resource_control
            )
        present = {*self.layers, *self.levels, *applied.unknown}
        if not applied.identity and Layer.IDENTITY not in applied.unknown:
            present.discard(Layer.IDENTITY)
        self.present = frozenset(present)


def evaluate(
    request: Request,
    applied: AppliedPolicies | CompiledApplied,
    catalog: Catalog,
    facts: ResourceFacts = ResourceFacts(),  # noqa: B008  # frozen, so sharing it is safe
) -> Decision:
    """AWS's decision on one request under the policies that apply to it."""
    compiled = applied if isinstance(applied, CompiledApplied) else CompiledApplied(applied)
    return _Evaluation(request, compiled, catalog, facts).decide()


_RESOURCE_OF_ALL = {
    # The guide's own example grants it on all buckets.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_s3_home-directory-console.html
    "s3:listallmybuckets": "arn:aws:s3:::*",
}


class _Evaluation:
    """One request on its way through the layers; each layer is asked at most once."""

    __slots__ = ("answers", "applied", "asked", "facts", "plan", "request", "service", "situation")

    def __init__(
        self, request: Request, applied: CompiledApplied, catalog: Catalog, facts: ResourceFacts
    ) -> None:
        self.request = request
        self.applied = applied
        self.facts = facts
        self.situation = situation_of(
            request, facts, catalog, has_resource_policy=Layer.RESOURCE in applied.layers
        )
        self.plan = _plan(self.situation, applied.present)
        action = request.action.lower()
        self.service = action.partition(":")[0]
        resource = request.resource
        known = catalog.action(action)
        if known is not None and not known.has_resource_types:
            # An action without resource types is only covered by the resource `*`, whatever the request names.
            resource = _RESOURCE_OF_ALL.get(action, "*")
        if facts.bucket_abac_enabled is False and self.service == "s3":
            self.request = replace(request, context=without_bucket_tags(request.context, request.resource))
        if self.situation.rule in UNSIGNED:
            # The Principal element of the API's policy then sees an anonymous caller, whoever sends the request.
            self.request = replace(self.request, caller=Anonymous())
        has_boundary = Layer.PERMISSIONS_BOUNDARY in self.plan.layers and applied.has_boundary
        self.asked = Asked(self.request, action, resource, has_boundary, [])
        self.answers: dict[Layer, _LayerAnswer] = {}

    def decide(self) -> Decision:
        denied = self.plan.denied(self._atom)
        if denied is True:
            return self._decision(Outcome.EXPLICITLY_DENIED)
        allowed = self.plan.allowed(self._atom)
        if self.facts.block_public_access and allowed is not False:
            allowed = all_of((negate(self._is_blocked_public_access()), allowed))
        if allowed is False:
            # An unknown Deny would turn an implicit deny into an explicit one: denied all the same.
            return self._decision(Outcome.IMPLICITLY_DENIED)
        if denied is False and allowed is True:
            return self._decision(Outcome.ALLOWED)
        reasons = tuple(dict.fromkeys(truth for truth in (denied, allowed) if isinstance(truth, Unknown)))
        return self._decision(Outcome.UNKNOWN, reasons)

    def _is_blocked_public_access(self) -> Truth:
        """True iff S3 RestrictPublicBuckets stops the call: it judges the bucket policy as a whole."""
        resource = self.applied.source.resource
        outside = not self.situation.same_account and self.situation.caller is not CallerKind.SERVICE
        if self.service != "s3" or not outside or resource is None:
            return False
        return is_public(resource)  # of a policy that is not known the Deny is not known either

    def _decision(self, outcome: Outcome, unknown: tuple[Unknown, ...] = ()) -> Decision:
        statements: tuple[tuple[Layer, Statement], ...] = ()
        lacking: tuple[Layer, ...] = ()
        layers = self.plan.layers
        if outcome is Outcome.EXPLICITLY_DENIED:
            statements = tuple(
                (layer, s) for layer in layers if layer in self.answers for s in self.answers[layer].denying
            )
        elif outcome is Outcome.ALLOWED:
            statements = tuple(
                (layer, s) for layer in layers if layer in self.answers for s in self.answers[layer].allowing
            )
        elif outcome is Outcome.IMPLICITLY_DENIED:
            present = self.applied.present
            lacking = tuple(
                layer
                for layer in layers
                if (layer in present or layer not in _LIMITING) and self._atom(_ALLOWS[layer]) is False
            )
        doubts = tuple(dict.fromkeys(self.asked.doubts)) if self.asked.doubts else ()
        return Decision(outcome, self.situation, statements, lacking, doubts, unknown)

    def _atom(self, atom: Atom) -> Truth:
        answer = self.answers.get(atom.layer)
        if answer is None:
            answer = self.answers[atom.layer] = self._answer(atom.layer)
        truth: Truth = getattr(answer, _FIELD[atom.asks])
        return truth

    def _answer(self, layer: Layer) -> _LayerAnswer:
        answer = self._answer_of_documents(layer)
        unknown = self.applied.source.unknown.get(layer)
        if unknown is not None:
            # The layer may hold more than was read: a further Allow, and a further Deny, which is also what stands for
            # an Allow that is missing in a layer that limits.
            answer.allow, answer.deny = any_of((answer.allow, unknown)), any_of((answer.deny, unknown))
        return answer

    def _answer_of_documents(self, layer: Layer) -> _LayerAnswer:
        return _BY_LAYER[layer](self, layer)

    def of_identity(self, layer: Layer) -> _LayerAnswer:
        answer = self._policies(layer, self.applied.layers[layer])
        if self.situation.caller is CallerKind.ROOT:
            # The root user needs no identity policy in its own account, and can have none.
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
            answer.allow = True
        return answer

    def of_limit(self, layer: Layer) -> _LayerAnswer:
        policies = self.applied.layers.get(layer)
        if policies is not None:
            return self._policies(layer, policies)
        # A session of GetFederationToken without a session policy has no identity permissions.
        # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
        without = layer is Layer.SESSION and isinstance(self.request.caller, FederatedUser)
        return _LayerAnswer(allow=not without)

    def of_control(self, layer: Layer) -> _LayerAnswer:
        levels = self.applied.levels.get(layer)
        if levels is None:
            return _LayerAnswer(allow=True)
        answers = [self._policies(layer, policies) for policies in levels]
        # RCPFullAWSAccess is attached to every level and cannot be detached, so resource control policies always allow.
        # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
        allow = True if layer is Layer.RESOURCE_CONTROL else all_of(answer.allow for answer in answers)
        return _LayerAnswer(
            allow=allow,
            deny=any_of(answer.deny for answer in answers),
            allowing=tuple(statement for answer in answers for statement in answer.allowing),
            denying=tuple(statement for answer in answers for statement in answer.denying),
        )

    def of_resource(self, layer: Layer) -> _LayerAnswer:
        policies = self.applied.layers.get(layer)
        answer = self._policies(layer, policies) if policies is not None else _LayerAnswer()
        if any(
            _grant_covers(grant.grantee, grant.operations, self.request) for grant in self.facts.kms_grants
        ):
            answer.allow = True
        return answer

    def _policies(self, layer: Layer, policies: CompiledPolicies) -> _LayerAnswer:
        """What the statements of some policies say; for a resource policy also as what it names the caller."""
        answer = _LayerAnswer()
        asked = self.asked
        candidates = policies.candidates(asked.action)
        if not candidates and not policies.unreadable:
            return answer
        by_principal = layer in _WITH_PRINCIPAL
        is_resource = layer is Layer.RESOURCE
        allows: dict[Grantee, Truth] = {}
        for candidate in candidates:
            if candidate.action.templates:
                mismatch, grantee = first_mismatch(candidate, asked, by_principal=by_principal)
            else:
                mismatch, grantee = mismatch_after_action(candidate, asked, None, by_principal=by_principal)
            if mismatch is None:
                self._note(answer, candidate)
                truth: Truth = True
            elif mismatch.unknown is not None:
                truth = mismatch.unknown
            else:
                continue
            if not candidate.allows:
                answer.deny = any_of((answer.deny, truth))
            elif not is_resource:
                answer.allow = any_of((answer.allow, truth))
            else:
                allows[grantee] = any_of((allows.get(grantee, False), truth))
        if is_resource:
            answer.allow = allows.get(Grantee.SELF, False)
            answer.role = allows.get(Grantee.ROLE, False)
            answer.account = allows.get(Grantee.ACCOUNT, False)
        for reason in policies.unreadable:
            answer.allow, answer.deny = any_of((answer.allow, reason)), any_of((answer.deny, reason))
        return answer

    @staticmethod
    def _note(answer: _LayerAnswer, compiled: CompiledStatement) -> None:
        if compiled.allows:
            answer.allowing += (compiled.statement,)
        else:
            answer.denying += (compiled.statement,)


# Tables, as each `match` over an enumeration looks its members up one by one, and this is asked for every layer.
_FIELD = {
    Asks.DENIES: "deny",
    Asks.ALLOWS: "allow",
    Asks.GRANTS_SELF: "allow",
    Asks.GRANTS_ROLE: "role",
    Asks.GRANTS_ACCOUNT: "account",
}
_BY_LAYER: dict[Layer, Callable[[_Evaluation, Layer], _LayerAnswer]] = {
    Layer.RESOURCE_CONTROL: _Evaluation.of_control,
    Layer.SERVICE_CONTROL: _Evaluation.of_control,
    Layer.VPC_ENDPOINT: _Evaluation.of_limit,
    Layer.RESOURCE: _Evaluation.of_resource,
    Layer.IDENTITY: _Evaluation.of_identity,
    Layer.PERMISSIONS_BOUNDARY: _Evaluation.of_limit,
    Layer.SESSION: _Evaluation.of_limit,
}


def _grant_covers(grantee: str, operations: tuple[str, ...], request: Request) -> bool:
    arn = request.context.get("aws:principalarn", request.caller.arn)
    operation = request.action.partition(":")[2].lower()
    return grantee in (arn, request.caller.arn) and operation in (name.lower() for name in operations)
