"""Do documents deny exactly what guardrails forbid? The formal engine is asked in both directions.

The classes are never made into statements here: what a class says of a key restricts the values that the key may have, and
a request outside of a class breaks one of its parts. So a mistake in how statements are derived or packed shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from wa_policy.catalog.model import Catalog
from wa_policy.errors import InternalError
from wa_policy.evaluator.applied import AppliedPolicies, Level
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.formal.boxes import Box
from wa_policy.formal.callers import Domains
from wa_policy.formal.keys import KeyDomain
from wa_policy.formal.question import Question, find_request
from wa_policy.formal.strings import Group
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.guardrails.complement import Piece, outside
from wa_policy.guardrails.membership import belongs
from wa_policy.guardrails.model import Calling, ForbiddenClass, Guardrail, Proof
from wa_policy.guardrails.worlds import ACCOUNT, World, worlds_of
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.pattern import glob
from wa_policy.iam.policy import Effect, Policy, PrincipalElement, Statement
from wa_policy.iam.principal import Everyone, parse_caller
from wa_policy.iam.request import Request
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown
from wa_policy.rules.key_domains import within
from wa_policy.rules.model import GuardrailKind

_ASSUMED = Source("(assumed)")


def _allowing(**parts: object) -> Policy:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", **parts}
    return parse_policy({"Version": "2012-10-17", "Statement": [statement]}, _ASSUMED)[0]


_FULL_ACCESS = _allowing()
_OPEN_RESOURCE = _allowing(Principal="*")


def prove(guardrails: Sequence[Guardrail], documents: Sequence[Policy], catalog: Catalog) -> Proof:
    """Both directions, for documents that are attached to one place together, beside FullAWSAccess.

    All guardrails and documents are of one kind. The proof is about the documents as they stand: parse what is written.
    """
    levels = (as_level(documents),)
    holes = {one.rule_id: find_hole(one, levels, catalog) for one in guardrails}
    return Proof(holes, find_excess(guardrails, documents, catalog))


def as_level(documents: Sequence[Policy], name: str = "root") -> Level:
    """The documents as attached to one place, together with FullAWSAccess."""
    return Level(name, (_FULL_ACCESS, *documents))


def find_hole(guardrail: Guardrail, levels: Sequence[Level], catalog: Catalog) -> Answer:
    """Refuted with a forbidden request that the control policies of the levels let through, Proved iff there is none."""
    applied = _applied(guardrail.kind, levels)
    return _first(
        answer for one in guardrail.classes for answer in _of_class(one, guardrail.kind, applied, catalog)
    )


def find_forbidden(guardrail: Guardrail, catalog: Catalog) -> Answer:
    """Refuted with a forbidden request, Proved iff AWS makes none of them: then the guardrail does nothing."""
    return find_hole(guardrail, (as_level(()),), catalog)


def find_denied(guardrail: Guardrail, levels: Sequence[Level], catalog: Catalog) -> Answer:
    """Refuted with a forbidden request that an explicit Deny of the levels stops, Proved iff they stop none of them."""
    denied = _inverted([policy for level in levels for policy in level.policies], guardrail.kind)
    return _first(
        _as_denied(answer, guardrail.kind, levels, catalog)
        for one in guardrail.classes
        for answer in _of_class(one, guardrail.kind, denied, catalog)
    )


def find_excess(guardrails: Sequence[Guardrail], documents: Sequence[Policy], catalog: Catalog) -> Answer:
    """Refuted with a request that the documents deny explicitly and no guardrail forbids, Proved iff there is none."""
    if not guardrails:
        kinds: tuple[GuardrailKind, ...] = ()
    else:
        kinds = tuple(dict.fromkeys(one.kind for one in guardrails))
    if len(kinds) > 1:
        raise InternalError("guardrails of two kinds in one set of documents")
    kind = kinds[0] if kinds else GuardrailKind.SCP
    classes = tuple(dict.fromkeys(c for one in guardrails for c in one.classes))
    levels = (as_level(documents),)
    return _first(
        _as_denied(answer, kind, levels, catalog)
        for document in documents
        for statement in document.statements
        if statement.effect is Effect.DENY
        for answer in _beyond(document, statement, classes, kind, catalog)
    )


def _first(answers: Iterable[Answer]) -> Answer:
    """The first request found, else why not all are proved, else proved."""
    reasons: list[Unknown] = []
    for answer in answers:
        match answer:
            case Refuted():
                return answer
            case Undecided(why):
                reasons += why
            case Proved():
                pass
    return Undecided(tuple(dict.fromkeys(reasons))) if reasons else Proved()


# --- questions -------------------------------------------------------------------------------------------------------


def _applied(kind: GuardrailKind, levels: Sequence[Level]) -> AppliedPolicies:
    """Everything is allowed but for the control policies."""
    if kind is GuardrailKind.SCP:
        # Caller and resource are of one account, so the resource policy is enough.
        return AppliedPolicies(resource=_OPEN_RESOURCE, service_control=tuple(levels))
    return AppliedPolicies(identity=(_FULL_ACCESS,), resource=_OPEN_RESOURCE, resource_control=tuple(levels))


def _inverted(policies: Iterable[Policy], kind: GuardrailKind) -> AppliedPolicies:
    """Policies that allow what these deny explicitly, and nothing else."""
    allowing = [
        replace(
            policy, statements=tuple(_allowed(s, kind) for s in policy.statements if s.effect is Effect.DENY)
        )
        for policy in policies
    ]
    if kind is GuardrailKind.SCP:
        level = Level("inverted", tuple(allowing))
        return AppliedPolicies(resource=_OPEN_RESOURCE, service_control=(level,))
    return AppliedPolicies(identity=(_FULL_ACCESS,), resource=_OPEN_RESOURCE, vpc_endpoint=tuple(allowing))


def _allowed(statement: Statement, kind: GuardrailKind) -> Statement:
    principal = statement.principal
    if kind is GuardrailKind.RCP and principal is None:
        principal = PrincipalElement((Everyone(),))
    return replace(statement, effect=Effect.ALLOW, principal=principal)


def _of_class(
    one: ForbiddenClass, kind: GuardrailKind, applied: AppliedPolicies, catalog: Catalog
) -> Iterator[Answer]:
    """For each way to call: is a request of the class allowed?"""
    for calling in one.callers:
        for world in worlds_of(kind, calling, catalog):
            question = Question(
                caller=world.caller,
                applied=applied,
                actions=one.actions,
                not_actions=(*one.not_actions, *_unbound(kind, catalog)),
                resources=one.resources,
                not_resources=one.not_resources,
                stated=tuple(dict.fromkeys(key.lower() for key, _ in one.context)),
                within=_bindable(kind, catalog),
            )
            yield _ask(question, world, partial(_restricted, one=one, catalog=catalog), catalog)


def _restricted(domains: Domains, *, one: ForbiddenClass, catalog: Catalog) -> Domains:
    def domain(key: str) -> KeyDomain:
        found = domains(key)
        for name, spec in one.context:
            if name.lower() == key:
                found = within(found, key, spec, catalog)
        return found

    return domain


def _unbound(kind: GuardrailKind, catalog: Catalog) -> tuple[str, ...]:
    return tuple(sorted(catalog.rcp_exempt_actions)) if kind is GuardrailKind.RCP else ()


def _bindable(kind: GuardrailKind, catalog: Catalog) -> Box:
    """The actions that a policy of the kind binds at all."""
    if kind is GuardrailKind.SCP:
        return Box()
    return Box((Group(tuple(glob(f"{service}:*") for service in sorted(catalog.rcp_services))),))


def _ask(question: Question, world: World, narrow: Callable[[Domains], Domains], catalog: Catalog) -> Answer:
    """Is there such a request in the world? If so, one that reads well."""
    answer = find_request(replace(question, worlds=(narrow(world.domains),)), catalog)
    if not isinstance(answer, Refuted):
        return answer
    readable = replace(question, worlds=(narrow(world.readable),), resource_account=ACCOUNT)
    better = find_request(readable, catalog)
    answer = better if isinstance(better, Refuted) else answer
    return replace(answer, witness=_told(answer.witness))


def _told(request: Request) -> Request:
    """The request with the caller that its keys tell."""
    arn = request.context.get("aws:principalarn")
    caller = parse_caller(arn) if isinstance(arn, str) else None
    return request if caller is None else replace(request, caller=caller)


def _as_denied(answer: Answer, kind: GuardrailKind, levels: Sequence[Level], catalog: Catalog) -> Answer:
    """The same answer about a request that the levels deny, with their decision."""
    if not isinstance(answer, Refuted):
        return answer
    decision = evaluate(answer.witness, _applied(kind, levels), catalog)
    if decision.outcome is not Outcome.EXPLICITLY_DENIED:
        raise InternalError(f"a denied request does not replay: {answer.witness}")
    return replace(answer, decision=decision)


# --- beyond all classes ------------------------------------------------------------------------------------------------


def _beyond(
    document: Policy,
    statement: Statement,
    classes: Sequence[ForbiddenClass],
    kind: GuardrailKind,
    catalog: Catalog,
) -> Iterator[Answer]:
    """For each way to call: is there a request of the statement that lies in none of the classes?"""
    applied = _inverted([replace(document, statements=(statement,))], kind)
    for calling in _bound_callers(kind):
        mine = tuple(one for one in classes if calling in one.callers)
        for world in worlds_of(kind, calling, catalog):
            yield _Beyond(applied, world, mine, kind, catalog).search(Piece())


def _bound_callers(kind: GuardrailKind) -> tuple[Calling, ...]:
    return (Calling.PRINCIPAL,) if kind is GuardrailKind.SCP else tuple(Calling)


@dataclass(frozen=True)
class _Beyond:
    """The search for a request that is denied in one world and forbidden by no class."""

    applied: AppliedPolicies
    world: World
    classes: tuple[ForbiddenClass, ...]
    kind: GuardrailKind
    catalog: Catalog

    def search(self, piece: Piece, left: tuple[ForbiddenClass, ...] = ()) -> Answer:
        """A request of the piece outside all classes.

        A request found in some class shows which class to leave next: each way to leave it is a smaller piece.
        """
        answer = self.ask(piece)
        if not isinstance(answer, Refuted):
            return answer
        inside = next((c for c in self.classes if belongs(answer.witness, c, self.catalog)), None)
        if inside is None:
            return answer
        if inside in left:
            raise InternalError(f"a request outside of a class is in it: {answer.witness}")
        ways = outside(inside, self.catalog)
        return _first(self.search(piece.and_(way), (*left, inside)) for way in ways)

    def ask(self, piece: Piece) -> Answer:
        # The one call that is not signed by anybody is that of a provider's identity for a role.
        actions = ("sts:AssumeRoleWith*",) if self.world.calling is Calling.FEDERATED else ("*",)
        bindable = _bindable(self.kind, self.catalog)
        question = Question(
            caller=self.world.caller,
            applied=self.applied,
            actions=actions,
            not_actions=_unbound(self.kind, self.catalog),
            stated=tuple(dict.fromkeys(key for key, _ in piece.keys)),
            within=Box((*bindable.actions, *piece.box.actions), piece.box.resources),
        )

        def narrow(domains: Domains) -> Domains:
            return lambda key: piece.narrow(key, domains(key))

        return _ask(question, self.world, narrow, self.catalog)
