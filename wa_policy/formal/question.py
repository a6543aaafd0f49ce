"""Is there a request of a given class that the policies allow?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product

from wa_policy.catalog.model import Catalog
from wa_policy.errors import InternalError
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.decisions import ResourceRule, decision_rule
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.evaluator.situations import ResourceFacts, caller_kind
from wa_policy.formal.actions import action_classes, realistic_actions, resource_group
from wa_policy.formal.boxes import Bindings, Box, Side, variables_of
from wa_policy.formal.budget import DEFAULT_STEPS, Budget, OutOfBudget
from wa_policy.formal.cells import Cell, cells
from wa_policy.formal.expand import expand
from wa_policy.formal.keys import ABSENT, FREE, KeyDomain, Value, key_classes
from wa_policy.formal.layers import Layers
from wa_policy.formal.solve import Found, Point, Space, solve
from wa_policy.formal.strings import Group, mask_of, string_classes
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.iam.pattern import glob, resource_glob
from wa_policy.iam.principal import Caller, account_of
from wa_policy.iam.request import Request
from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown, UnknownKind

Domains = Callable[[str], KeyDomain]


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
    resource_account: str | None = None
    worlds: tuple[Domains, ...] = (lambda _: FREE,)
    stated: tuple[str, ...] = ()
    facts: ResourceFacts = field(default_factory=ResourceFacts)
    realistic: bool = True
    region: str = "us-east-1"
    known: tuple[str, ...] = ()
    """The facts behind the domains, in words, for the verdict."""

    @property
    def asked(self) -> Box:
        """The class as a box over action and resource."""
        actions = [Group(tuple(glob(a.lower()) for a in self.actions))]
        if self.not_actions:
            actions.append(Group(tuple(glob(a.lower()) for a in self.not_actions), negated=True))
        resources = [Group(tuple(resource_glob(r) for r in self.resources))]
        if self.not_resources:
            resources.append(Group(tuple(resource_glob(r) for r in self.not_resources), negated=True))
        return Box(tuple(actions), tuple(resources))


def find_request(question: Question, catalog: Catalog, *, steps: int = DEFAULT_STEPS) -> Answer:
    """Refuted with a request of the class that is allowed, Proved iff there is none, else Undecided with the reason."""
    budget = Budget(steps)
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
    statements = Layers(question.applied, question.caller, side, {}).statements
    variables = sorted(variables_of(statements))
    for domains in question.worlds:
        for bindings, is_closed in _bindings(variables, domains, side):
            layers = Layers(question.applied, question.caller, side, bindings)
            if not is_closed or not layers.is_exact or _has_open_parts(layers):
                nothing.exact = False
            bound = _bound_domains(domains, bindings)
            for cell, found in _points(question, catalog, layers, bound, budget):
                nothing.complete = nothing.complete and found.complete
                if found.point is None:
                    continue
                answer = _replay(question, catalog, found.point, bound)
                if isinstance(answer, Refuted):
                    return answer
                if side is Side.NARROW and not question.applied.unknown:
                    raise InternalError(f"a witness does not replay: {found.point} in {cell.situation}")
                nothing.refused += answer or (_OPEN_VARIABLE,)
    nothing.exact = nothing.exact and nothing.complete
    return nothing


def _has_open_parts(layers: Layers) -> bool:
    for statement in layers.statements:
        for selection in (statement.action, statement.resource):
            if selection and any(isinstance(v, Template) and v.holes for v in selection.values):
                return True
        if any(isinstance(v, Template) and v.holes for c in statement.conditions for v in c.values):
            return True
    return False


def _bindings(variables: Sequence[str], domains: Domains, side: Side) -> Iterator[tuple[Bindings, bool]]:
    """The values to try for the variables, and whether they are all that the domains admit.

    On the wide side a variable that is not fixed stays open, so that one attempt covers all of its values.
    """
    choices: list[list[tuple[str, str | None]]] = []
    closed = True
    for key in variables:
        domain = domains(key)
        fixed = domain.fixed
        if fixed is None and not domain.present:
            fixed = (None,)
        if fixed is not None and all(value is None or isinstance(value, str) for value in fixed):
            choices.append([(key, value) for value in fixed if value is None or isinstance(value, str)])
        elif side is Side.WIDE:
            closed = False
        else:
            closed = False
            choices.append([(key, "alice"), *([(key, None)] if domain.absent else [])])
    for number, chosen in enumerate(product(*choices)):
        if number == _MOST_BINDINGS:
            return
        yield dict(chosen), closed


_MOST_BINDINGS = 64


def _bound_domains(domains: Domains, bindings: Bindings) -> Domains:
    if not bindings:
        return domains
    return lambda key: KeyDomain(fixed=(bindings[key],)) if key in bindings else domains(key)


def _points(
    question: Question, catalog: Catalog, layers: Layers, domains: Domains, budget: Budget
) -> Iterator[tuple[Cell, Found]]:
    """A point for each part of the question that has one, and the failures of the others."""
    applied = question.applied
    account = account_of(question.caller)
    context = (
        {}
        if (principal := domains("aws:principalarn").fixed) is None
        else {"aws:principalarn": principal[0] or ""}
    )
    probe = Request(question.caller, "", "", question.resource_account, context)
    for cell in cells(
        caller_kind(question.caller, probe),
        question.facts,
        catalog,
        same_account=account is not None and question.resource_account in (None, account),
        has_resource_policy=applied.resource is not None,
        controlled=applied.resource_control is not None or bool(applied.unknown),
    ):
        rule = decision_rule(cell.situation)
        if cell.situation.rule is ResourceRule.NEVER:
            continue
        for cube in expand(rule.formula, layers):
            required = [question.asked, cell.inside, *cube.required]
            avoid = [*cell.outside, *cube.avoid]
            yield cell, _solve(question, catalog, required, avoid, domains, budget=budget)


def _solve(
    question: Question,
    catalog: Catalog,
    required: list[Box],
    avoid: list[Box],
    domains: Domains,
    *,
    budget: Budget,
) -> Found:
    listed = Space(lambda groups, marks: action_classes(groups, marks, catalog), domains)
    found = solve(required, avoid, listed, budget)
    if not question.realistic:
        if found.point is not None:
            return found
        return solve(required, avoid, Space(lambda g, m: _any_action(g, m, budget), domains), budget)
    if found.point is None:
        return found
    complete = found.complete
    actions, all_tried = realistic_actions(required, found.point.action, catalog)
    for action, region in product(actions, (question.region, None)):
        only = Box((Group((action,)),), (resource_group(action, question.resource_account, region, catalog),))
        carried = Space(partial(_one_action, action), _carried(domains, action, catalog))
        better = solve([*required, only], avoid, carried, budget)
        complete = complete and better.complete
        if better.point is not None:
            return better
    return Found(None, complete and all_tried)


def _one_action(action: str, _: Sequence[Group], marks: Sequence[Group]) -> list[tuple[int, str]]:
    return [(mask_of(action, marks), action)]


def _any_action(required: Sequence[Group], marks: Sequence[Group], budget: Budget) -> list[tuple[int, str]]:
    return string_classes([Group((glob("?*:?*"),)), *required], marks, budget)


def _carried(domains: Domains, action: str, catalog: Catalog) -> Domains:
    """The domains, with keys that no request for the action carries made absent."""

    def domain(key: str) -> KeyDomain:
        known = catalog.condition_key(key)
        if known is not None and not known.is_global and not catalog.key_usable_with(key, action):
            return ABSENT
        return domains(key)

    return domain


def _replay(
    question: Question, catalog: Catalog, point: Point, domains: Domains
) -> Refuted | tuple[Unknown, ...]:
    """The witness of a point, if the evaluator allows it; else why not."""
    known = catalog.action(point.action)
    action = point.action if known is None else known.full_name
    keys: dict[str, Value] = dict(point.keys)
    for key in question.stated:
        if key not in keys:
            keys[key] = _any_value(key, domains(key))
    context = {key: value for key, value in keys.items() if value is not None}
    request = Request(question.caller, action, point.resource, question.resource_account, context)
    decision = evaluate(request, question.applied, catalog, question.facts)
    if decision.outcome is Outcome.ALLOWED:
        return Refuted(request, decision, question.known)
    return decision.unknown


def _any_value(key: str, domain: KeyDomain) -> Value:
    classes = key_classes(key, (), (), domain, Budget(10_000)).classes
    return classes[0][1] if classes else None


def fixed(domains: Mapping[str, KeyDomain], otherwise: Domains) -> Domains:
    """The domains of a mapping, and of `otherwise` for every other key."""
    return lambda key: domains.get(key) or otherwise(key)
