"""Statements as sets of actions, with what else they ask of a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.principals import Grantee, named_as, not_principal_applies
from wa_policy.evaluator.statements import CompiledStatement, Selector
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.pattern import MANY, display
from wa_policy.iam.policy import Condition, Effect, Policy, Selection, Statement
from wa_policy.iam.principal import Caller
from wa_policy.iam.request import Request
from wa_policy.iam.text import Hole, Template, Text, Variable
from wa_policy.iam.unknown import Unknown

_MOST_FILLINGS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One statement of a layer. Its Action names every action of `sure`, and none outside of `maybe`."""

    policy: Policy
    index: int
    """The place of the statement in the policy."""
    statement: Statement
    allows: bool
    sure: ActionSet
    maybe: ActionSet
    selector: Selector
    everywhere: bool
    """True only if its Resource covers every resource."""
    variables: frozenset[str]
    """The keys of the policy variables in its Resource and its conditions."""
    keys: frozenset[str]
    """These, and the keys of its conditions."""


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """The sheets of one policy, with why it may hold more."""

    policy: Policy
    sheets: tuple[Sheet, ...]
    unreadable: tuple[Unknown, ...]


class Documents:
    """Policies made into sheets, each once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._by_id: dict[int, Document] = {}
        self._of_service: dict[tuple[int, str], tuple[Sheet, ...]] = {}
        self._narrow: dict[tuple[int, str], tuple[Sheet, ...]] = {}

    def of(self, policy: Policy) -> Document:
        """The policy's sheets. The policy is kept, so its identity stands for it."""
        found = self._by_id.get(id(policy))
        if found is None:
            sheets = tuple(self._sheet(policy, index) for index in range(len(policy.statements)))
            found = self._by_id[id(policy)] = Document(policy, sheets, policy.unreadable)
        return found

    def naming(self, policy: Policy, service: str, actions: ActionSet) -> tuple[Sheet, ...]:
        """The policy's sheets that may name one of the actions, which are those of the service."""
        key = (id(policy), service)
        found = self._of_service.get(key)
        if found is None:
            found = tuple(sheet for sheet in self.of(policy).sheets if sheet.maybe & actions)
            self._of_service[key] = found
        return found

    def narrow(self, policy: Policy, service: str, actions: ActionSet) -> tuple[Sheet, ...]:
        """Those of `naming` that do not cover every resource."""
        key = (id(policy), service)
        found = self._narrow.get(key)
        if found is None:
            naming = self.naming(policy, service, actions)
            found = self._narrow[key] = tuple(sheet for sheet in naming if not sheet.everywhere)
        return found

    def _sheet(self, policy: Policy, index: int) -> Sheet:
        statement = policy.statements[index]
        sure, maybe = _actions(statement.action, self._catalog)
        selector = CompiledStatement(statement, policy).resource
        variables = tuple(_variables(statement))
        return Sheet(
            policy,
            index,
            statement,
            statement.effect is Effect.ALLOW,
            sure,
            maybe,
            selector,
            MANY in selector.patterns and not selector.negated,
            frozenset(variables),
            frozenset((*variables, *(condition.folded_key for condition in statement.conditions))),
        )


def _actions(selection: Selection, catalog: Catalog) -> tuple[ActionSet, ActionSet]:
    sure = maybe = 0
    for value in selection.values:
        if isinstance(value, str):
            bits = catalog.actions_matching(value)
            sure, maybe = sure | bits, maybe | bits
            continue
        every, some = catalog.everything, 0
        for filling in _fillings(value):
            if isinstance(filling, str):
                bits = catalog.actions_matching(filling)
                every, some = every & bits, some | bits
            else:
                every, some = 0, some | catalog.actions_matching(_loosened(filling))
        sure, maybe = sure | every, maybe | some
    listed = catalog.listed
    if selection.negated:
        return listed ^ (listed & maybe), listed ^ (listed & sure)
    return sure & listed, maybe & listed


def _loosened(template: Template) -> str:
    return display("".join(part if isinstance(part, str) else MANY for part in template.parts))


def _fillings(template: Template) -> Iterator[Text]:
    """The template with each choice of its holes; one that cannot be filled stays a template."""
    choices = [
        part.choices if isinstance(part, Hole) and part.choices else (part,) for part in template.parts
    ]
    if prod(map(len, choices)) > _MOST_FILLINGS:
        yield template
        return
    for parts in product(*choices):
        filled = [part for part in parts if isinstance(part, str)]
        yield "".join(filled) if len(filled) == len(parts) else Template(tuple(parts))


def _variables(statement: Statement) -> Iterator[str]:
    for value in () if statement.resource is None else statement.resource.values:
        yield from variables_of(value)
    for condition in statement.conditions:
        for value in condition.values:
            yield from variables_of(value)


def variables_of(text: Text) -> Iterator[str]:
    """The keys of the policy variables of a value."""
    if isinstance(text, Template):
        for part in text.parts:
            if isinstance(part, Variable) and not part.is_special:
                yield part.key


def keys_of(condition: Condition) -> Iterator[str]:
    """The context keys that a condition looks at."""
    yield condition.folded_key
    for value in condition.values:
        yield from variables_of(value)


# --- what a statement says about a request ------------------------------------------------------------------------

WITH_PRINCIPAL = frozenset((Layer.RESOURCE, Layer.VPC_ENDPOINT, Layer.RESOURCE_CONTROL))


def named(statement: Statement, caller: Caller, has_boundary: Truth) -> Grantee | Unknown:
    """As what the Principal element names the caller, as `evaluate` reads it."""
    element = statement.principal
    if element is None:
        return Grantee.NOBODY
    doubts: list[Unknown] = []
    if not element.negated:
        return named_as(element, caller, doubts, any_name_will_do=statement.effect is Effect.DENY)
    applies = not_principal_applies(
        element, statement.effect, caller, has_boundary=has_boundary, doubts=doubts
    )
    if isinstance(applies, Unknown):
        return applies
    return Grantee.SELF if applies else Grantee.NOBODY


def covers(sheet: Sheet, resource: str, request: Request) -> Truth:
    """True iff the Resource element covers the resource."""
    return True if sheet.everywhere else sheet.selector.selects(resource, request, [])


def opened(selector: Selector, holes: Mapping[str, Unknown]) -> Selector:
    """The selector with the variables of open keys as holes: they may stand for anything."""
    templates = tuple(_opened(template, holes) for template in selector.templates)
    return Selector(selector.literals, selector.patterns, templates, selector.negated)


def _opened(template: Template, holes: Mapping[str, Unknown]) -> Template:
    return Template(
        tuple(
            Hole(holes[part.key], (), part.written)
            if isinstance(part, Variable) and part.key in holes
            else part
            for part in template.parts
        )
    )
