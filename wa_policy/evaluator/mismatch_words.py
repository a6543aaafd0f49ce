"""Why a statement does not apply to a request, in one line."""

from __future__ import annotations

from typing import assert_never

from wa_policy.evaluator.statements import Asked, Element, Mismatch, texts
from wa_policy.iam.operators import Comparison
from wa_policy.iam.policy import Condition, Selection, Statement
from wa_policy.iam.request import ContextValue


def in_words(statement: Statement, mismatch: Mismatch, asked: Asked) -> str:
    """The element that does not fit, what it wants, and what the request has."""
    match mismatch.element:
        case Element.ACTION:
            words = _selection("Action", statement.action, asked.request.action)
        case Element.RESOURCE:
            words = _resource(statement, asked)
        case Element.PRINCIPAL:
            words = _principal(statement, asked.request.caller.arn)
        case Element.CONDITION:
            condition = mismatch.condition
            words = "" if condition is None else _condition(condition, asked)
        case _:
            assert_never(mismatch.element)
    return words if mismatch.unknown is None else f"{words}; whether that fits is {mismatch.unknown}"


def _resource(statement: Statement, asked: Asked) -> str:
    if statement.resource is None:
        return "it has no `Resource`"
    if asked.resource != asked.request.resource:
        # Actions without resource types are compared with `*`, whatever the request names.
        words = _selection("Resource", statement.resource, asked.resource)
        return f"{words}, as `{asked.request.action}` has no resource types"
    return _selection("Resource", statement.resource, asked.resource)


def _selection(name: str, selection: Selection, found: str) -> str:
    if selection.negated:
        return f"`Not{name}` leaves out {texts(selection.values)}, the request has `{found}`"
    return f"`{name}` wants {texts(selection.values)}, the request has `{found}`"


def _principal(statement: Statement, caller: str) -> str:
    element = statement.principal
    if element is None:
        return "it has no `Principal`, so it applies to nobody"
    names = ", ".join(f"`{principal}`" for principal in element.principals)
    if element.negated:
        return f"`NotPrincipal` leaves out {names}, the caller is `{caller}`"
    return f"`Principal` wants {names}, the caller is `{caller}`"


def _condition(condition: Condition, asked: Asked) -> str:
    name = f"condition `{condition.operator} {condition.key}`"
    value = asked.request.context.get(condition.folded_key)
    operator = condition.operator.operator
    if operator.comparison is Comparison.IS_NULL:
        return f"{name} wants {texts(condition.values)}, {_has(value)}"
    wanted = texts(condition.values) or "no value"
    several = "one of " if len(condition.values) > 1 else ""
    if operator.negated:
        several = "none of " if len(condition.values) > 1 else "another than "
    return f"{name} wants {several}{wanted}, {_has(value)}"


def _has(value: ContextValue | None) -> str:
    match value:
        case None:
            return "the request has no such key"
        case ():
            return "the request has the key without a value"
        case str():
            return f"the request has `{value}`"
        case _:
            return "the request has " + ", ".join(f"`{item}`" for item in value)
