"""May this caller do this on that resource, by what an inventory holds?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.applying import combined, side_of, side_of_arn
from wa_policy.evaluator.derived_context import derived_context
from wa_policy.evaluator.evaluate import Decision, Outcome, evaluate
from wa_policy.evaluator.explain import Explanation, explain
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.lookup import principal_of, resource_of
from wa_policy.evaluator.situations import ApiAuthorizer, KmsGrant, ResourceFacts
from wa_policy.evaluator.statements import Element
from wa_policy.iam.arn import is_account_id, parse_arn
from wa_policy.iam.principal import Caller
from wa_policy.iam.request import ContextValue, Request
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import METHODS_PROPERTY, Inventory, PropertyValue, Resource


@dataclass(frozen=True, slots=True)
class Case:
    """One of the ways in which the resource may be set up."""

    applied: AppliedPolicies
    facts: ResourceFacts = field(default_factory=ResourceFacts)


@dataclass(frozen=True, slots=True)
class Question:
    """A request with what applies to it: in more than one case where settings of the resource were not exported.

    `missing` says what would tell which case it is.
    """

    request: Request
    cases: tuple[Case, ...]
    missing: Unknown | None = None


def ask(
    inventory: Inventory, caller: Caller, action: str, resource: str, context: Mapping[str, ContextValue]
) -> Question:
    """The question, with a context from the inventory; what `context` says (its keys in lower case) wins."""
    found = resource_of(inventory, resource)
    account = _account_of(found, resource)
    known = derived_context(inventory, caller, principal_of(inventory, caller), resource, account)
    request = Request(caller, action, resource, account, {**known, **context})
    applied = combined(side_of(inventory, caller), side_of_arn(inventory, resource, account))
    return _with_facts(request, applied, found)


def answer(question: Question, catalog: Catalog) -> Decision:
    """The decision, Unknown where the cases do not agree on whether it is allowed."""
    return explained(question, catalog).decision


def explained(question: Question, catalog: Catalog) -> Explanation:
    """The explanation of `answer`; its layers are those of the first case."""
    first, *others = question.cases
    explanation = explain(question.request, first.applied, catalog, first.facts)
    decision = explanation.decision
    outcomes = {decision.outcome}
    outcomes.update(evaluate(question.request, case.applied, catalog, case.facts).outcome for case in others)
    if len(outcomes) > 1 and not outcomes <= _DENIED:
        reasons = decision.unknown if question.missing is None else (question.missing, *decision.unknown)
        decision = replace(decision, outcome=Outcome.UNKNOWN, statements=(), lacking=(), unknown=reasons)
    doubts = (*decision.doubts, *_keys_left_out(explanation))
    return replace(explanation, decision=replace(decision, doubts=doubts))


_DENIED = frozenset((Outcome.EXPLICITLY_DENIED, Outcome.IMPLICITLY_DENIED))


def _keys_left_out(explanation: Explanation) -> Iterator[Unknown]:
    """A doubt for each key that a statement about this request compares and that the request does not have."""
    request = explanation.request
    keys = {
        condition.folded_key: condition.key
        for layer in explanation.layers
        for told in layer.statements
        if told.mismatch in (None, Element.CONDITION)
        for condition in told.statement.conditions
        if condition.folded_key not in request.context
    }
    for _, key in sorted(keys.items()):
        reason = f"the policies compare `{key}`, of which nothing is said; taken as absent"
        yield Unknown(UnknownKind.UNRESOLVED, reason)


def _account_of(found: Resource | None, resource: str) -> str | None:
    if found is not None and found.account is not None:
        return found.account
    arn = parse_arn(resource)
    return arn.account if arn is not None and is_account_id(arn.account) else None


# --- settings of the resource --------------------------------------------------------------------------------

# https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#terms-grant-operations
_GRANT_OPERATIONS = frozenset(
    f"kms:{name}"
    for name in (
        "creategrant", "decrypt", "derivesharedsecret", "describekey", "encrypt", "generatedatakey",
        "generatedatakeypair", "generatedatakeypairwithoutplaintext", "generatedatakeywithoutplaintext", "generatemac",
        "getpublickey", "reencryptfrom", "reencryptto", "retiregrant", "sign", "verify", "verifymac",
    )
)  # fmt: skip


def _with_facts(request: Request, applied: AppliedPolicies, resource: Resource | None) -> Question:
    action = request.action.lower()
    if action == "execute-api:invoke":
        return _api(request, applied, resource)
    if action in _GRANT_OPERATIONS and ":key/" in request.resource:
        caller = str(request.context.get("aws:principalarn", request.caller.arn))
        grant = KmsGrant(caller, (request.action.partition(":")[2],))
        cases = Case(applied), Case(applied, ResourceFacts(kms_grants=(grant,)))
        return Question(request, cases, _not_exported(f"kms list-grants for `{request.resource}`"))
    if action.startswith("s3:"):
        block = None if resource is None else resource.property("PublicAccessBlockConfiguration")
        if isinstance(block, Mapping) and block.get("RestrictPublicBuckets") is True:
            return Question(request, (Case(applied, ResourceFacts(block_public_access=True)),))
        # Off at the bucket, it may be on for the account.
        cases = Case(applied), Case(applied, ResourceFacts(block_public_access=True))
        missing = (
            "get-public-access-block of `aws s3api` for the bucket and of `aws s3control` for the account"
        )
        return Question(request, cases, _not_exported(missing))
    return Question(request, (Case(applied),))


def _not_exported(wanted: str) -> Unknown:
    return Unknown(UnknownKind.NOT_EXPORTED, wanted)


_AUTHORIZERS = {
    "NONE": ApiAuthorizer.NONE,
    "AWS_IAM": ApiAuthorizer.AWS_IAM,
    "CUSTOM": ApiAuthorizer.LAMBDA,
    "COGNITO_USER_POOLS": ApiAuthorizer.COGNITO,
}


def _api(request: Request, applied: AppliedPolicies, resource: Resource | None) -> Question:
    methods = None if resource is None else resource.property(METHODS_PROPERTY)
    kinds = tuple(sorted(_authorizers(methods, request.resource))) or tuple(ApiAuthorizer)
    returned = _not_exported("the policy that the Lambda authorizer of the API returns")
    cases = tuple(
        Case(
            replace(applied, identity=(), unknown={**applied.unknown, Layer.IDENTITY: returned})
            if kind is ApiAuthorizer.LAMBDA
            else applied,
            ResourceFacts(api_authorizer=kind),
        )
        for kind in kinds
    )
    return Question(request, cases, _not_exported(f"what authorizes `{request.resource}`"))


def _authorizers(methods: PropertyValue, resource: str) -> set[ApiAuthorizer]:
    """What authorizes the methods that an ARN names; empty where it is not known."""
    arn = parse_arn(resource)
    if not isinstance(methods, tuple) or arn is None:
        return set()
    _, _, method, path = (*arn.resource.split("/", 3), "", "", "")[:4]
    found = set()
    for item in methods:
        if not isinstance(item, Mapping):
            return set()
        name, pattern = str(item.get("HttpMethod")), str(item.get("ResourcePath"))
        if name not in (method, "ANY") or not _is_path(pattern, f"/{path}"):
            continue
        kind = _AUTHORIZERS.get(str(item.get("AuthorizationType")))
        if kind is None:
            return set()
        found.add(kind)
    return found


def _is_path(pattern: str, path: str) -> bool:
    """True iff a path is one of those of an API's resource, such as `/pets/{id}` or `/{proxy+}`."""
    parts = re.split(r"(\{[^}]*\})", pattern)
    expression = "".join(
        re.escape(part) if not part.startswith("{") else ".+" if part.endswith("+}") else "[^/]+"
        for part in parts
    )
    return re.fullmatch(expression, path) is not None
