"""One policy document by itself: what it allows is what its Allow statements say and its Deny statements do not.

This is how AWS's policy checks read a document. It knows no account, no other policy, and no facts about actions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wa_policy.evaluator.decisions import ResourceRule, Situation
from wa_policy.evaluator.evaluate import Decision, Outcome
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.principals import Grantee
from wa_policy.evaluator.situations import caller_kind
from wa_policy.evaluator.statements import Asked, CompiledStatement, first_mismatch
from wa_policy.evaluator.truth import Truth, any_of
from wa_policy.formal.boxes import Bindings, Box, Side, box_of, grantee_of, has_unknown_part
from wa_policy.formal.verdicts import Place
from wa_policy.iam.policy import Effect, Policy, PolicyKind, Statement
from wa_policy.iam.principal import Caller, CanonicalUserPrincipal, Everyone
from wa_policy.iam.request import Request
from wa_policy.iam.unknown import Unknown

WITH_PRINCIPAL = frozenset(
    (PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.VPC_ENDPOINT, PolicyKind.RESOURCE_CONTROL)
)


@dataclass(frozen=True, slots=True)
class CanonicalUser:
    """The owner of an S3 canonical user ID, whose account nobody here knows."""

    canonical_id: str


DocumentCaller = Caller | CanonicalUser | None
"""None: whoever has the identity policy."""


@dataclass(frozen=True, slots=True)
class DocumentBoxes:
    """A document from one side, for one caller."""

    allows: tuple[Box, ...]
    denies: tuple[Box, ...]


def boxes_of(policy: Policy, caller: DocumentCaller, side: Side, bindings: Bindings) -> DocumentBoxes:
    """The document with its Allow statements from `side` and its Deny statements from the other."""
    allows: list[Box] = []
    denies: list[Box] = []
    for statement in policy.statements:
        into, seen = (allows, side) if statement.effect is Effect.ALLOW else (denies, side.other)
        if names(statement, caller, seen) and (box := box_of(statement, seen, bindings)) is not None:
            into.append(box)
    if policy.unreadable:
        # What could not be read may be any statement.
        (allows if side is Side.WIDE else denies).append(Box())
    return DocumentBoxes(tuple(allows), tuple(denies))


def names(statement: Statement, caller: DocumentCaller, side: Side) -> bool:
    """True iff the statement is about the caller."""
    match caller:
        case None:
            return True
        case CanonicalUser(canonical_id):
            element = statement.principal
            if element is None:
                return False
            listed = any(
                isinstance(p, Everyone)
                or (isinstance(p, CanonicalUserPrincipal) and p.canonical_id == canonical_id)
                for p in element.principals
            )
            return listed is not element.negated
        case _:
            return grantee_of(statement, caller, side, has_boundary=False) is not Grantee.NOBODY


def is_exact(policy: Policy) -> bool:
    """True iff the document was read in full and no value has a part that is not known."""
    return not policy.unreadable and not any(map(has_unknown_part, policy.statements))


def decide(policy: Policy, request: Request, *, by_principal: bool) -> Decision:
    """What the document by itself says of a request, by the evaluator's reading of statements."""
    layer = Layer.RESOURCE if by_principal else Layer.IDENTITY
    asked = Asked(request, request.action.lower(), request.resource, has_boundary=False, doubts=[])
    allow: Truth = any_of(policy.unreadable)
    deny: Truth = any_of(policy.unreadable)
    applying: Mapping[Effect, list[Statement]] = {Effect.ALLOW: [], Effect.DENY: []}
    for statement in policy.statements:
        mismatch, _ = first_mismatch(CompiledStatement(statement, policy), asked, by_principal=by_principal)
        truth: Truth = True if mismatch is None else mismatch.unknown or False
        if truth is True:
            applying[statement.effect].append(statement)
        if statement.effect is Effect.ALLOW:
            allow = any_of((allow, truth))
        else:
            deny = any_of((deny, truth))
    outcome = _outcome(allow, deny)
    decisive = {Outcome.ALLOWED: Effect.ALLOW, Outcome.EXPLICITLY_DENIED: Effect.DENY}.get(outcome)
    return Decision(
        outcome,
        Situation(
            caller_kind(request.caller, request),
            same_account=False,
            rule=ResourceRule.ORDINARY,
            resource_control_applies=False,
        ),
        tuple((layer, statement) for statement in applying[decisive]) if decisive else (),
        (layer,) if outcome is Outcome.IMPLICITLY_DENIED else (),
        tuple(dict.fromkeys(asked.doubts)),
        tuple(t for t in (allow, deny) if isinstance(t, Unknown)) if outcome is Outcome.UNKNOWN else (),
    )


def _outcome(allow: Truth, deny: Truth) -> Outcome:
    if deny is True:
        return Outcome.EXPLICITLY_DENIED
    if allow is False:
        return Outcome.IMPLICITLY_DENIED
    return Outcome.ALLOWED if allow is True and deny is False else Outcome.UNKNOWN


def place_of(decision: Decision, policy: Policy) -> Place | None:
    """The first statement of the policy that decided."""
    for index, statement in enumerate(policy.statements):
        if any(statement is found for _, found in decision.statements):
            return Place(index, statement.sid)
    return None
