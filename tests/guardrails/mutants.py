"""Statements with one thing wrong, as a hand that derives or packs them may get it wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from wa_policy.iam.operators import OPERATOR_BY_NAME, Comparison, Quantifier, parse_operator
from wa_policy.iam.policy import Condition, Statement


def mutants(statements: Sequence[Statement]) -> Iterator[tuple[str, tuple[Statement, ...]]]:
    """What was done, and the statements after it."""
    for number, statement in enumerate(statements):
        before, after = tuple(statements[:number]), tuple(statements[number + 1 :])
        yield f"{number}: dropped", (*before, *after)
        for name, changed in _changed(statement):
            yield f"{number}: {name}", (*before, changed, *after)


def _changed(statement: Statement) -> Iterator[tuple[str, Statement]]:
    for element in ("action", "resource"):
        selection = getattr(statement, element)
        if len(selection.values) > 1:
            yield (
                f"one {element} less",
                replace(statement, **{element: replace(selection, values=selection.values[1:])}),
            )
        if selection.negated or selection.values != ("*",):
            yield (
                f"any {element}",
                replace(statement, **{element: replace(selection, values=("*",), negated=False)}),
            )
    for number, condition in enumerate(statement.conditions):
        others = [*statement.conditions[:number], *statement.conditions[number + 1 :]]
        yield f"no {condition.operator} {condition.key}", replace(statement, conditions=tuple(others))
        for name, changed in _conditions(condition):
            yield (
                f"{condition.key}: {name}",
                replace(
                    statement,
                    conditions=(*statement.conditions[:number], changed, *statement.conditions[number + 1 :]),
                ),
            )


def _conditions(condition: Condition) -> Iterator[tuple[str, Condition]]:
    qualified = condition.operator
    operator = qualified.operator
    if operator.comparison is Comparison.IS_NULL:
        yield (
            "the other Null",
            replace(condition, values=("false",) if condition.values == ("true",) else ("true",)),
        )
        return
    yield "IfExists", replace(condition, operator=replace(qualified, if_exists=not qualified.if_exists))
    quantifier = None if qualified.quantifier else Quantifier.FOR_ANY_VALUE
    yield "ForAnyValue", replace(condition, operator=replace(qualified, quantifier=quantifier))
    yield (
        "ForAllValues",
        replace(condition, operator=replace(qualified, quantifier=Quantifier.FOR_ALL_VALUES)),
    )
    opposite = _OPPOSITES.get(operator.name)
    if opposite is not None:
        negated = replace(qualified, operator=OPERATOR_BY_NAME[opposite.lower()])
        yield opposite, replace(condition, operator=negated)
    if len(condition.values) > 1:
        yield "one value less", replace(condition, values=condition.values[1:])
    yield (
        "another value",
        replace(condition, values=(*condition.values[1:], _other(str(condition.values[0])))),
    )


def _other(value: str) -> str:
    match value:
        case "true" | "false":
            return "false" if value == "true" else "true"
        case _ if value.replace(".", "").isdigit():
            return str(float(value) + 0.5)
        case _ if "/" in value and ":" not in value:
            return "192.0.2.0/24"
        case _ if value.startswith("arn:"):
            return "arn:aws:iam::222233334444:role/other"
        case _:
            return "other"


def _opposites() -> Iterator[tuple[str, str]]:
    for name in ("StringEquals", "StringLike", "StringEqualsIgnoreCase", "ArnLike", "IpAddress"):
        family = next(word for word in ("String", "Arn", "") if name.startswith(word))
        other = f"{family}Not{name.removeprefix(family)}" if family else f"Not{name}"
        assert parse_operator(other) is not None
        yield name, other
        yield other, name
    yield "NumericLessThan", "NumericLessThanEquals"
    yield "NumericGreaterThan", "NumericGreaterThanEquals"


_OPPOSITES = dict(_opposites())
