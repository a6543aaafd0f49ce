"""Is there a request of a given class that the policies allow?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from wa_policy.catalog.model import Catalog
from wa_policy.errors import InternalError
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.decisions import UNSIGNED, decision_rule
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.evaluator.situations import ResourceFacts, caller_kind
from wa_policy.formal.bindings import bindings
from wa_policy.formal.boxes import Bindings, Box, Side, variables_of
from wa_policy.formal.budget import DEFAULT_STEPS, Budget, OutOfBudget
from wa_policy.formal.cells import Cell, cells
from wa_policy.formal.disjoint import is_disjoint
from wa_policy.formal.expand import expand
from wa_policy.formal.keys import FREE, KeyDomain
from wa_policy.formal.layers import Layers
from wa_policy.formal.neutral import neutral
from wa_policy.formal.realism import Likely, solve_any, solve_realistic
from wa_policy.formal.solve import Found, Point
from wa_policy.formal.strings import Group
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.iam.pattern import glob, resource_glob
from wa_policy.iam.policy import Statement
from wa_policy.iam.principal import Anonymous, Caller, RoleSession, account_of
from wa_policy.iam.request import Request
from wa_policy.iam.unknown import Unknown, UnknownKind

Domains = Callable[[str], KeyDomain]


_ANYTHING = Box()


@dataclass(frozen=True)
class Question:
    """A class of requests by one caller, and the policies that decide them.

    `worlds` are alternatives for the context: in each, every key has its domain. `stated` keys are part of the class
    even where no policy asks for them, so a witness shows them. With `realistic` an action is one that the catalog
    lists, its resource fits it, and it carries only the keys that it can have.
    """

    caller: Caller
    applied: AppliedPolicies
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ("*",)
    not_resources: tuple[str, ...] = ()
    within: Box = _ANYTHING
    """What else the class asks of action and resource."""
    resource_account: str | None = None
    worlds: tuple[Domains, ...] = (lambda _: FREE,)
    stated: tuple[str, ...] = ()
    facts: ResourceFacts = field(default_factory=ResourceFacts)
    realistic: bool = True
    region: str = "us-east-1"
    known: tuple[str, ...] = ()
    """The facts behind the domains, in words, for the verdict."""

    @cached_property
    def asked(self) -> Box:
        """The class as a box over action and resource."""
        actions, resources = (
            _selected(self.actions, self.not_actions, of_actions=True),
            _selected(self.resources, self.not_resources, of_actions=False),
        )
        return Box((*actions, *self.within.actions), (*resources, *self.within.resources))


@lru_cache(maxsize=4096)
def _selected(named: tuple[str, ...], others: tuple[str, ...], *, of_actions: bool) -> tuple[Group, ...]:
    """The groups for what a class names, and for what it leaves out of that."""

    def pattern(text: str) -> str:
        return glob(text.lower()) if of_actions else resource_glob(text)

    found = (Group(tuple(map(pattern, named))),)
    return (*found, Group(tuple(map(pattern, others)), negated=True)) if others else found


def _is_beyond(facts: ResourceFacts) -> bool:
    """True iff settings of the resource may deny what the policies allow."""
    return facts.block_public_access or facts.bucket_abac_enabled is False


def find_request(question: Question, catalog: Catalog, *, steps: int = DEFAULT_STEPS) -> Answer:
    """Refuted with a request of the class that is allowed, Proved iff there is none, else Undecided with the reason."""
    budget = Budget(steps)
    if question.facts.kms_grants:
        return Undecided((_BEYOND_POLICIES,))
    try:
        narrow = _search(question, catalog, Side.NARROW, budget)
        if isinstance(narrow, Refuted):
            return narrow
        if narrow.exact:
            return Proved(question.known)
        wide = _search(question, catalog, Side.WIDE, budget)
    except OutOfBudget:
        return Undecided((budget.unknown,))
    if isinstance(wide, Refuted):
        return wide
    if wide.refused:
        return Undecided(tuple(dict.fromkeys(wide.refused)))
    return Proved(question.known) if wide.complete else Undecided((_SAMPLED,))


_SAMPLED = Unknown(
    UnknownKind.NOT_MODELLED, "a context key is compared both as text and as an address, number or date"
)
_BEYOND_POLICIES = Unknown(
    UnknownKind.NOT_MODELLED,
    "a setting of the resource decides beside the policies, for single requests only",
)
_OPEN_VARIABLE = Unknown(UnknownKind.NOT_MODELLED, "a policy variable whose value is open decides")


@dataclass(slots=True)
class _Nothing:
    """No request was found: `complete` if the search left nothing out, `exact` if it is a proof as it stands."""

    complete: bool = True
    exact: bool = True
    refused: list[Unknown] = field(default_factory=list)
    """Why requests that may be allowed are not known to be."""


def _search(question: Question, catalog: Catalog, side: Side, budget: Budget) -> Refuted | _Nothing:
    nothing = _Nothing()
    statements = question.applied.statements
    variables = sorted(variables_of(statements))
    for domains in _told_apart(question, statements, variables):
        for bound_to, is_closed in bindings(variables, domains, side, statements):
            layers = Layers(question.applied, question.caller, side, bound_to)
            if not is_closed or not layers.is_exact:
                nothing.exact = False
            bound = _bound_domains(domains, bound_to)
            for cell, found in _points(question, catalog, layers, bound, budget):
                nothing.complete = nothing.complete and found.complete
                if found.point is None:
                    continue
                answer = _replay(question, catalog, found.point, domains)
                if isinstance(answer, Refuted):
                    return answer
                if side is Side.NARROW and answer != (_BEYOND_POLICIES,):
                    raise InternalError(f"a witness does not replay: {found.point} in {cell.situation}")
                nothing.exact = False
                nothing.refused += answer or (_OPEN_VARIABLE,)
    nothing.exact = nothing.exact and nothing.complete
    return nothing


def _told_apart(
    question: Question, statements: Iterable[Statement], variables: Iterable[str]
) -> Iterator[Domains]:
    """The worlds, without those that give every key that is asked for the domain that an earlier one gives it."""
    conditions = (*(c for one in statements for c in one.conditions), *question.within.conditions)
    asked = sorted({*(condition.folded_key for condition in conditions), *variables, *question.stated, _WHO})
    seen: list[list[KeyDomain]] = []
    for domains in question.worlds:
        given = [domains(key) for key in asked]
        if given not in seen:
            seen.append(given)
            yield domains


_WHO = "aws:principalarn"
"""The key by which a caller is told to be of one kind or another."""


def _bound_domains(domains: Domains, bound: Bindings) -> Domains:
    if not bound:
        return domains
    return lambda key: KeyDomain(fixed=(bound[key],)) if key in bound else domains(key)


def _points(
    question: Question, catalog: Catalog, layers: Layers, domains: Domains, budget: Budget
) -> Iterator[tuple[Cell, Found]]:
    """A point for each part of the question that has one, and the failures of the others."""
    applied = question.applied
    account = account_of(question.caller)
    probe = Request(question.caller, "", "", question.resource_account, _who(domains))
    asked, stated = question.asked, (*question.stated, *layers.bindings)
    likely = Likely(domains, stated, question.resource_account, question.region)
    for cell in cells(
        caller_kind(question.caller, probe),
        question.facts,
        catalog,
        same_account=account is not None and question.resource_account in (None, account),
        has_resource_policy=applied.resource is not None,
        controlled=applied.resource_control is not None or bool(applied.unknown),
    ):
        if is_disjoint(cell.inside, (asked,)):
            continue
        rule = decision_rule(cell.situation)
        # Where no signature is asked for, a Principal element sees an anonymous caller, whoever calls.
        seen = replace(layers, caller=Anonymous()) if cell.situation.rule in UNSIGNED else layers
        for cube in expand(rule.formula, seen, (asked, cell.inside)):
            required = [asked, cell.inside, *cube.required]
            avoid = [*cell.outside, *cube.avoid]
            if question.realistic:
                yield cell, solve_realistic(required, avoid, likely, catalog, budget)
            else:
                yield cell, solve_any(required, avoid, likely, catalog, budget)


def _who(domains: Domains) -> dict[str, str]:
    """The ARN that tells what kind of caller it is, where its domain is one value."""
    principal = domains(_WHO).fixed
    return {_WHO: principal[0]} if principal and isinstance(principal[0], str) else {}


def _replay(
    question: Question, catalog: Catalog, point: Point, domains: Domains
) -> Refuted | tuple[Unknown, ...]:
    """The witness of a point, if the evaluator allows it; else why not."""
    known = catalog.action(point.action)
    action = point.action if known is None else known.full_name
    context = {key: value for key, value in point.keys.items() if value is not None}
    if isinstance(question.caller, RoleSession) and _WHO not in point.keys:
        context |= _who(domains)  # by it a session shows whether it is service-linked
    request = Request(question.caller, action, point.resource, question.resource_account, context)
    replayed = catalog if question.realistic else neutral(catalog)
    decision = evaluate(request, question.applied, replayed, question.facts)
    if decision.outcome is Outcome.ALLOWED:
        return Refuted(request, decision, question.known)
    if decision.outcome is not Outcome.UNKNOWN and _is_beyond(question.facts):
        return (_BEYOND_POLICIES,)
    return decision.unknown


def fixed(domains: Mapping[str, KeyDomain], otherwise: Domains) -> Domains:
    """The domains of a mapping, and of `otherwise` for every other key."""
    return lambda key: domains.get(key) or otherwise(key)
