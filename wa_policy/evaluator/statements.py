"""Does a statement apply to a request? Statements are compiled once and asked often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from wa_policy.evaluator.conditions import holds
from wa_policy.evaluator.principals import Grantee, named_as, not_principal_applies
from wa_policy.evaluator.resolve import for_each_filling, resolve
from wa_policy.evaluator.truth import Truth, any_of, negate
from wa_policy.iam.pattern import MANY, glob, is_literal, matches, resource_glob
from wa_policy.iam.policy import Condition, Effect, Policy, Selection, Statement
from wa_policy.iam.request import Request
from wa_policy.iam.text import Hole, Part, Template, Text
from wa_policy.iam.unknown import Unknown


class Element(StrEnum):
    """The parts of a statement in the order in which they are compared."""

    ACTION = "Action"
    RESOURCE = "Resource"
    PRINCIPAL = "Principal"
    CONDITION = "Condition"


@dataclass(frozen=True, slots=True)
class Selector:
    """A compiled Action or Resource element: literal values in a set, the rest as patterns and templates."""

    literals: frozenset[str]
    patterns: tuple[str, ...]
    templates: tuple[Template, ...]
    negated: bool

    def may_select(self, text: str) -> bool:
        """False only if the element does not cover `text`, whatever the request and the fillings."""
        if self.templates:
            return True
        found = text in self.literals or any(matches(pattern, text) for pattern in self.patterns)
        return found is not self.negated

    def selects(self, text: str, request: Request, doubts: list[Unknown]) -> Truth:
        """True iff the element covers `text` (an action in lower case, or a resource)."""
        if text in self.literals:
            return not self.negated
        for pattern in self.patterns:
            if matches(pattern, text):
                return not self.negated
        if not self.templates:
            return self.negated
        found = any_of(
            for_each_filling(template, lambda filling: _text_matches(filling, text, request, doubts))
            for template in self.templates
        )
        return negate(found) if self.negated else found


def _text_matches(template: Text, text: str, request: Request, doubts: list[Unknown]) -> Truth:
    if isinstance(template, str):
        return matches(resource_glob(template), text)
    resolved = resolve(template, request.context, doubts, resource_glob)
    if resolved.pattern is None or not matches(resolved.pattern, text):
        return False
    return resolved.hole or True


_EVERYTHING = Selector(frozenset(), (MANY,), (), negated=False)


def _action_selector(selection: Selection) -> Selector:
    literals: list[str] = []
    patterns: list[str] = []
    templates: list[Template] = []
    for value in selection.values:
        if isinstance(value, Template):
            templates.append(Template(tuple(map(_lowered, value.parts))))
        elif "*" in value or "?" in value:
            patterns.append(glob(value.lower()))
        else:
            literals.append(value.lower())
    return Selector(frozenset(literals), tuple(patterns), tuple(templates), selection.negated)


def _lowered(part: Part) -> Part:
    match part:
        case str():
            return part.lower()
        case Hole(choices=choices):
            return replace(part, choices=tuple(choice.lower() for choice in choices))
        case _:
            return part


def _resource_selector(selection: Selection | None) -> Selector:
    if selection is None:
        return _EVERYTHING  # a trust policy has no Resource: it is about its role
    literals: list[str] = []
    patterns: list[str] = []
    templates: list[Template] = []
    for value in selection.values:
        if isinstance(value, Template):
            templates.append(value)
            continue
        pattern = resource_glob(value)
        if is_literal(pattern):
            literals.append(pattern)
        else:
            patterns.append(pattern)
    return Selector(frozenset(literals), tuple(patterns), tuple(templates), selection.negated)


class CompiledStatement:
    """A statement with its action selector made, and its resource selector made when first needed."""

    __slots__ = ("_resource", "action", "allows", "policy", "statement")

    def __init__(self, statement: Statement, policy: Policy) -> None:
        self.statement = statement
        self.policy = policy
        self.allows = statement.effect is Effect.ALLOW
        self.action = _action_selector(statement.action)
        self._resource: Selector | None = None

    @property
    def resource(self) -> Selector:
        if self._resource is None:
            self._resource = _resource_selector(self.statement.resource)
        return self._resource


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first element of a statement that does not fit the request, with the condition where it was one."""

    element: Element
    condition: Condition | None = None
    unknown: Unknown | None = None
    """Why it could not be decided, where it was not a plain no."""


_SELF, _NOBODY = Grantee.SELF, Grantee.NOBODY  # a look-up in an enumeration for every statement would show
# Most statements fail at one of these, so they are made once.
_NO_ACTION = (Mismatch(Element.ACTION), _NOBODY)
_NO_RESOURCE = (Mismatch(Element.RESOURCE), _NOBODY)
_NO_PRINCIPAL = (Mismatch(Element.PRINCIPAL), _NOBODY)


@dataclass(slots=True)
class Asked:
    """A request made ready for comparison with many statements."""

    request: Request
    action: str
    resource: str
    has_boundary: Truth
    doubts: list[Unknown]


def first_mismatch(
    compiled: CompiledStatement, asked: Asked, *, by_principal: bool
) -> tuple[Mismatch | None, Grantee]:
    """The first element that does not fit, or None iff the statement applies; and as what it names the caller.

    `by_principal`: the policy kind has a Principal element. An element that is unknown is only reported when no later
    one is a plain no, so a definite no wins over an unknown.
    """
    truth = compiled.action.selects(asked.action, asked.request, asked.doubts)
    if truth is False:
        return _NO_ACTION
    undecided = None if truth is True else Mismatch(Element.ACTION, unknown=truth)
    return mismatch_after_action(compiled, asked, undecided, by_principal=by_principal)


def mismatch_after_action(
    compiled: CompiledStatement, asked: Asked, undecided: Mismatch | None, *, by_principal: bool
) -> tuple[Mismatch | None, Grantee]:
    """`first_mismatch` for a statement whose Action fits, or is not decided for the reason in `undecided`."""
    request = asked.request
    truth = compiled.resource.selects(asked.resource, request, asked.doubts)
    if truth is not True:
        if truth is False:
            return _NO_RESOURCE
        undecided = undecided or Mismatch(Element.RESOURCE, unknown=truth)
    grantee = _SELF
    if by_principal:
        named = _principal(compiled.statement, asked)
        if isinstance(named, Unknown):
            undecided = undecided or Mismatch(Element.PRINCIPAL, unknown=named)
        elif named is _NOBODY:
            return _NO_PRINCIPAL
        else:
            grantee = named
    for condition in compiled.statement.conditions:
        truth = holds(condition, request.context, asked.doubts)
        if truth is True:
            continue
        if truth is False:
            return Mismatch(Element.CONDITION, condition), _NOBODY
        undecided = undecided or Mismatch(Element.CONDITION, condition, truth)
    return undecided, grantee


def _principal(statement: Statement, asked: Asked) -> Grantee | Unknown:
    element = statement.principal
    if element is None:
        return Grantee.NOBODY  # a resource policy's statement without a Principal applies to nobody
    if not element.negated:
        return named_as(
            element,
            asked.request.caller,
            asked.doubts,
            any_name_will_do=statement.effect is Effect.DENY,
        )
    applies = not_principal_applies(
        element, statement.effect, asked.request.caller, has_boundary=asked.has_boundary, doubts=asked.doubts
    )
    if isinstance(applies, Unknown):
        return applies
    return Grantee.SELF if applies else Grantee.NOBODY


class CompiledPolicies:
    """Some policies of one layer, compiled, with their statements found by action."""

    __slots__ = ("_by_action", "policies", "statements", "unreadable")

    def __init__(self, policies: Iterable[Policy]) -> None:
        self.policies = tuple(policies)
        self.statements = [
            CompiledStatement(s, policy) for policy in self.policies for s in policy.statements
        ]
        self.unreadable = tuple(reason for policy in self.policies for reason in policy.unreadable)
        self._by_action: dict[str, list[CompiledStatement]] = {}

    def candidates(self, action: str) -> list[CompiledStatement]:
        """The statements whose Action covers the action, in lower case, or may: one with a hole or a variable in it."""
        found = self._by_action.get(action)
        if found is None:
            if len(self._by_action) >= _MOST_ACTIONS:
                self._by_action.clear()
            found = [compiled for compiled in self.statements if compiled.action.may_select(action)]
            self._by_action[action] = found
        return found


_MOST_ACTIONS = 4096
"""How many actions a policy's index remembers before it starts again."""


def texts(values: Iterable[Text]) -> str:
    """Values as one reads them in a policy, joined."""
    return ", ".join(f"`{value}`" for value in values)
