"""Three-valued logic (strong Kleene): True, False, or an `Unknown` with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import assert_never

from wa_policy.evaluator.formula import All, Any, Atom, Formula, Not
from wa_policy.iam.unknown import Unknown

Truth = bool | Unknown

Ask = Callable[[Atom], Truth]
"""Answers an atom."""


def all_of(truths: Iterable[Truth]) -> Truth:
    """False if any is False, else the first Unknown, else True."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is not True and result is True:
            result = truth
    return result


def any_of(truths: Iterable[Truth]) -> Truth:
    """True if any is True, else the first Unknown, else False."""
    result: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if truth is not False and result is False:
            result = truth
    return result


def negate(truth: Truth) -> Truth:
    """True for False and the reverse; an Unknown stays what it is."""
    return truth if isinstance(truth, Unknown) else not truth


def compiled(formula: Formula) -> Callable[[Ask], Truth]:
    """`fold` of the formula over truths as a function, made once: most of a decision's time would go into the fold."""
    match formula:
        case Atom():
            return lambda ask: ask(formula)
        case All(of):
            return _compiled_all([compiled(part) for part in of])
        case Any(of):
            return _compiled_any([compiled(part) for part in of])
        case Not(of):
            part = compiled(of)
            return lambda ask: negate(part(ask))
        case _:
            assert_never(formula)


def _compiled_all(parts: Sequence[Callable[[Ask], Truth]]) -> Callable[[Ask], Truth]:
    return lambda ask: all_of(part(ask) for part in parts)


def _compiled_any(parts: Sequence[Callable[[Ask], Truth]]) -> Callable[[Ask], Truth]:
    return lambda ask: any_of(part(ask) for part in parts)
