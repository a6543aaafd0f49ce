"""Statements as boxes: a product of what they ask of the action, the resource and each context key.

A part that is not exact (a hole, a variable whose value is not bound, an unknown principal) makes a box `WIDE`, which
covers every filling, or `NARROW`, which covers only what all fillings have in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from wa_policy.evaluator.principals import Grantee, named_as, not_principal_applies
from wa_policy.evaluator.resolve import resolve
from wa_policy.formal.strings import Group
from wa_policy.iam.operators import OPERATOR_BY_NAME, Comparison, QualifiedOperator, ValueType
from wa_policy.iam.pattern import MANY, glob, resource_glob
from wa_policy.iam.policy import Condition, Selection, Statement
from wa_policy.iam.principal import Caller, UnknownPrincipal
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.text import Hole, Part, Template, Text, Variable
from wa_policy.iam.unknown import Unknown, UnknownKind

Bindings = Mapping[str, str | None]
"""The value of each bound variable in this attempt; None: the key is absent."""


class Side(Enum):
    WIDE = "wide"
    NARROW = "narrow"

    @property
    def other(self) -> Side:
        return Side.NARROW if self is Side.WIDE else Side.WIDE


@dataclass(frozen=True)
class Box:
    """All requests that fit: every group of `actions` and `resources` holds, and every condition."""

    actions: tuple[Group, ...] = ()
    resources: tuple[Group, ...] = ()
    conditions: tuple[Condition, ...] = ()
    statement: Statement | None = field(default=None, compare=False)

    @property
    def is_everything(self) -> bool:
        return not self.actions and not self.resources and not self.conditions


def box_of(statement: Statement, side: Side, bindings: Bindings) -> Box | None:
    """The box of a statement without its principal, or None iff it can apply to nothing."""
    actions = _group(statement.action, side, bindings, action=True)
    resources = (
        None if statement.resource is None else _group(statement.resource, side, bindings, action=False)
    )
    for group in (actions, resources):
        if group is not None and not group.patterns and not group.negated:
            return None
    conditions: list[Condition] = []
    for condition in statement.conditions:
        bound = _condition(condition, side, bindings)
        if bound is None:
            return None
        if bound is not _ALWAYS:
            conditions.append(bound)
    return Box(
        () if _is_everything(actions) else (actions,),
        () if resources is None or _is_everything(resources) else (resources,),
        tuple(conditions),
        statement,
    )


def _is_everything(group: Group) -> bool:
    return (not group.negated and MANY in group.patterns) or (group.negated and not group.patterns)


def grantee_of(statement: Statement, caller: Caller, side: Side, *, has_boundary: bool) -> Grantee:
    """As what the statement's Principal names the caller; on the wide side an unknown principal is taken as the caller."""
    element = statement.principal
    if element is None:
        return Grantee.NOBODY
    doubts: list[Unknown] = []
    named: Grantee | Unknown | bool
    if element.negated:
        named = not_principal_applies(
            element, statement.effect, caller, has_boundary=has_boundary, doubts=doubts
        )
        if isinstance(named, bool):
            return Grantee.SELF if named else Grantee.NOBODY
    else:
        named = named_as(element, caller, doubts)
    if isinstance(named, Unknown):
        return Grantee.SELF if side is Side.WIDE else Grantee.NOBODY
    return Grantee(named)


# --- values ------------------------------------------------------------------------------------------------------------


def _group(selection: Selection, side: Side, bindings: Bindings, *, action: bool) -> Group:
    # Under a negation more patterns mean fewer requests, so the sides change places.
    side = side.other if selection.negated else side
    patterns: list[str] = []
    for value in selection.values:
        bound = bind(value, bindings)
        if bound is None:
            continue
        if isinstance(bound, Template):
            if _is_open(bound):
                if side is Side.WIDE:
                    patterns.append(_pattern(_widened(bound), action=action))
                continue
            patterns.append(_pattern(bound, action=action))
        else:
            patterns.append(glob(bound.lower()) if action else resource_glob(bound))
    return Group(tuple(patterns), selection.negated)


def _pattern(template: Template, *, action: bool) -> str:
    resolved = resolve(template, {}, [], glob if action else resource_glob).pattern or ""
    return resolved.lower() if action else resolved


def _widened(template: Template) -> Template:
    """The template with every open part a hole, which `resolve` makes a run of any characters."""
    return Template(
        tuple(
            Hole(_UNBOUND) if isinstance(p, Variable) and _is_open_variable(p) else p for p in template.parts
        )
    )


def bind(text: Text, bindings: Bindings) -> Text | None:
    """The value with its bound variables replaced, or None iff one is bound to be absent and has no default."""
    if isinstance(text, str):
        return text
    parts: list[Part] = []
    for part in text.parts:
        if isinstance(part, Variable) and not part.is_special and part.key in bindings:
            value = bindings[part.key]
            if value is None and part.default is None:
                return None
            # A variable with no key of its own resolves to its default: the bound value, literally.
            part = Variable("", value if value is not None else part.default, part.written)  # noqa: PLW2901
        parts.append(part)
    return Template(tuple(parts))


def _is_open_variable(variable: Variable) -> bool:
    return not variable.is_special and variable.key != ""


def _is_open(template: Template) -> bool:
    return any(
        isinstance(part, Hole) or (isinstance(part, Variable) and _is_open_variable(part))
        for part in template.parts
    )


_COLONS = 5
"""In an ARN before its last part."""
_UNBOUND = Unknown(UnknownKind.NOT_MODELLED, "a policy variable whose value is open")
_ALWAYS = Condition(QualifiedOperator(OPERATOR_BY_NAME["null"]), "", (), NOWHERE)


def _condition(condition: Condition, side: Side, bindings: Bindings) -> Condition | None:
    """The condition with variables bound; `_ALWAYS` where the side makes it true, None where it can never hold."""
    if all(isinstance(value, str) for value in condition.values):
        return condition
    values: list[Text] = []
    for value in condition.values:
        bound = bind(value, bindings)
        if bound is None:
            continue
        if isinstance(bound, Template) and _is_open(bound):
            if condition.operator.operator.negated:
                if side is Side.NARROW:
                    return None
                continue
            if side is Side.WIDE:
                pattern = _covering(condition, bound)
                if pattern is None:
                    return _ALWAYS
                values.append(pattern)
            continue
        values.append(bound)
    return replace(condition, values=tuple(values))


def _covering(condition: Condition, template: Template) -> Text | None:
    """A pattern that matches all that the value matches with any filling of its holes; None where there is none."""
    operator = condition.operator.operator
    if operator.comparison is not Comparison.LIKE or any(
        isinstance(part, Variable) and _is_open_variable(part) for part in template.parts
    ):
        return None
    first = template.parts[0]
    # The parts of an ARN are matched one by one: only its last one may have a colon inside.
    is_arn = operator.value_type is ValueType.ARN
    if is_arn and not (isinstance(first, str) and first.count(":") >= _COLONS):
        return None
    parts = tuple("*" if isinstance(part, Hole) else part for part in template.parts)
    if all(isinstance(part, str) for part in parts):
        return "".join(part for part in parts if isinstance(part, str))
    return Template(parts)


def has_unknown_part(statement: Statement) -> bool:
    """True iff a value or a principal of the statement has a hole."""
    if statement.principal is not None and any(
        isinstance(principal, UnknownPrincipal) for principal in statement.principal.principals
    ):
        return True
    return any(isinstance(text, Template) and text.holes for text in texts_of(statement))


def texts_of(statement: Statement) -> Iterator[Text]:
    yield from statement.action.values
    if statement.resource is not None:
        yield from statement.resource.values
    for condition in statement.conditions:
        yield from condition.values


def variables_of(statements: Iterable[Statement]) -> frozenset[str]:
    """The keys of all policy variables in the statements."""
    return frozenset(
        part.key
        for statement in statements
        for text in texts_of(statement)
        if isinstance(text, Template)
        for part in text.parts
        if isinstance(part, Variable) and not part.is_special
    )
