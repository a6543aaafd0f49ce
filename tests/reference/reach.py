"""A slow `Reach`: every answer asked of the evaluator, and of the formal engine where a key is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies, Level
from wa_policy.evaluator.applying import caller_side, side_of_arn
from wa_policy.evaluator.asking import Case, answer, ask
from wa_policy.evaluator.asking import Question as Asked
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.statements import CompiledStatement
from wa_policy.evaluator.truth import Truth
from wa_policy.formal.callers import fixed, insider
from wa_policy.formal.keys import KeyDomain
from wa_policy.formal.question import Question, find_request
from wa_policy.formal.verdicts import Proved
from wa_policy.graph.access import Access, Placed
from wa_policy.iam.policy import Condition, Effect, Policy, Statement
from wa_policy.iam.principal import parse_caller
from wa_policy.iam.request import Request, make_context
from wa_policy.iam.text import Template, Variable
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, Principal


class ReferenceReach:
    def __init__(self, inventory: Inventory, catalog: Catalog) -> None:
        self.inventory = inventory
        self.catalog = catalog
        self._known: dict[tuple[str, str, str, tuple[tuple[str, str], ...], bool], Access] = {}

    def bits(self, principal: Principal) -> int:
        del principal
        return self.catalog.everything

    def may(
        self,
        principal: Principal,
        action: str,
        resource: str,
        context: Mapping[str, str] = {},
        *,
        fresh: bool = False,
    ) -> Access:
        key = (principal.arn, action, resource, tuple(sorted(context.items())), fresh)
        if key not in self._known:
            self._known[key] = self._may(principal, action, resource, context, fresh=fresh)
        return self._known[key]

    def _may(
        self, principal: Principal, action: str, resource: str, context: Mapping[str, str], *, fresh: bool
    ) -> Access:
        caller = parse_caller(principal.arn)
        assert caller is not None
        question = ask(self.inventory, caller, action, resource, make_context(context))
        if fresh:
            question = self._without_policy(question, principal)
        plain = answer(question, self.catalog)
        request, case = question.request, question.cases[0]
        open_ = list(_open(request, case.applied, self.catalog))
        conditions = tuple(dict.fromkeys(c for _, _, cs in open_ for c in cs))
        told = [(layer, s) for layer, s in _naming(request, case.applied, self.catalog)]
        if not conditions:
            return Access(
                _truth(plain.outcome, plain.unknown), _truth(plain.outcome, plain.unknown), (), tuple(told)
            )
        worst = evaluate(request, _worst(case.applied, request), self.catalog)
        if worst.outcome is Outcome.ALLOWED:
            truth: Truth = True
        elif self._none(request, case):
            truth = False
        else:
            keys = ", ".join(f"`{c.key}`" for c in conditions)
            truth = Unknown(UnknownKind.UNRESOLVED, f"depends on {keys}")
        return Access(truth, _truth(plain.outcome, plain.unknown), conditions, tuple(told))

    def _without_policy(self, question: Asked, principal: Principal) -> Asked:
        """The question where the resource is the principal's own and has no policy, and no setting decides."""
        request = replace(
            question.request, resource_account=question.request.resource_account or principal.account
        )
        _, levels, unknown = side_of_arn(self.inventory, "*", request.resource_account)
        side = caller_side(self.inventory, principal)
        applied = replace(side, resource_control=levels, unknown={**side.unknown, **unknown})
        return replace(question, request=request, cases=(Case(applied),))

    def _none(self, request: Request, case: Case) -> bool:
        known: dict[str, KeyDomain] = {key: fixed(value) for key, value in request.context.items()}
        found = insider(request.caller, known, self.catalog)
        question = Question(
            request.caller, case.applied, (request.action,), resources=(request.resource,),
            resource_account=request.resource_account, worlds=found.worlds, facts=case.facts, realistic=False,
        )  # fmt: skip
        return isinstance(find_request(question, self.catalog), Proved)


def _truth(outcome: Outcome, unknown: tuple[Unknown, ...]) -> Truth:
    if outcome is Outcome.UNKNOWN:
        return unknown[0] if unknown else Unknown(UnknownKind.UNDECIDED, "the cases do not agree")
    return outcome is Outcome.ALLOWED


def _policies(applied: AppliedPolicies) -> Iterator[tuple[Layer, Policy]]:
    yield from ((Layer.IDENTITY, p) for p in applied.identity)
    yield from ((Layer.PERMISSIONS_BOUNDARY, p) for p in applied.permissions_boundary or ())
    yield from ((Layer.SERVICE_CONTROL, p) for level in applied.service_control or () for p in level.policies)
    yield from (
        (Layer.RESOURCE_CONTROL, p) for level in applied.resource_control or () for p in level.policies
    )
    if applied.resource is not None:
        yield Layer.RESOURCE, applied.resource


def _naming(request: Request, applied: AppliedPolicies, catalog: Catalog) -> Iterator[Placed]:
    known = catalog.action(request.action)
    resource = request.resource if known is None or known.has_resource_types else "*"
    for layer, policy in _policies(applied):
        for statement in policy.statements:
            compiled = CompiledStatement(statement, policy)
            if compiled.action.selects(request.action.lower(), request, []) is False:
                continue
            if compiled.resource.selects(resource, request, []) is not False:
                yield layer, statement


def _open(
    request: Request, applied: AppliedPolicies, catalog: Catalog
) -> Iterator[tuple[Layer, Statement, tuple[Condition, ...]]]:
    for layer, statement in _naming(request, applied, catalog):
        found = tuple(c for c in statement.conditions if _is_open(c, request))
        if found:
            yield layer, statement, found


def _is_open(condition: Condition, request: Request) -> bool:
    keys = [condition.folded_key]
    for value in condition.values:
        if isinstance(value, Template):
            keys += [p.key for p in value.parts if isinstance(p, Variable) and not p.is_special]
    return any(key not in request.context for key in keys)


def _worst(applied: AppliedPolicies, request: Request) -> AppliedPolicies:
    def policy(found: Policy) -> Policy:
        return replace(found, statements=tuple(_worst_of(found, lambda c: _is_open(c, request))))

    def level(found: Level) -> Level:
        return Level(found.name, tuple(policy(p) for p in found.policies))

    return replace(
        applied,
        identity=tuple(policy(p) for p in applied.identity),
        permissions_boundary=None
        if applied.permissions_boundary is None
        else tuple(policy(p) for p in applied.permissions_boundary),
        resource=None if applied.resource is None else policy(applied.resource),
        service_control=None
        if applied.service_control is None
        else tuple(level(found) for found in applied.service_control),
        resource_control=None
        if applied.resource_control is None
        else tuple(level(found) for found in applied.resource_control),
    )


def _worst_of(policy: Policy, is_open: Callable[[Condition], bool]) -> Iterator[Statement]:
    for statement in policy.statements:
        found = [c for c in statement.conditions if is_open(c)]
        if not found:
            yield statement
        elif statement.effect is Effect.DENY:
            yield replace(statement, conditions=tuple(c for c in statement.conditions if c not in found))
