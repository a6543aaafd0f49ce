"""Deny statements made fewer without changing what they deny together.

Every step keeps the union of the sets of requests, whatever the actions, resources and keys are; `pack` has the result
checked by the formal engine all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from wa_policy.catalog.model import Catalog
from wa_policy.guardrails.minify import minified, short, size_of
from wa_policy.guardrails.tidy import (
    actions_within,
    all_imply,
    is_exact_list,
    is_true_when_absent,
    null,
    resources_within,
    tidied,
)
from wa_policy.iam.operators import Comparison, Quantifier
from wa_policy.iam.policy import Condition, Selection, Statement


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement, and the ids of the rules whose requests it denies, sorted."""

    statement: Statement
    rules: tuple[str, ...]

    def with_rules(self, rules: Iterable[str]) -> Piece:
        return replace(self, rules=tuple(sorted({*self.rules, *rules})))


def merged(pieces: Sequence[Piece], catalog: Catalog) -> tuple[Piece, ...]:
    """Fewer and shorter statements that deny the same requests together, in a stable order."""
    found = [
        replace(piece, statement=tidy)
        for piece in pieces
        if (tidy := tidied(piece.statement, catalog)) is not None
    ]
    while True:
        before = found
        found = _grouped(found, catalog)
        found = in_pairs(found, _pair, catalog)
        found = _without_covered_actions(found)
        if found == before:
            return tuple(sorted(found, key=order))


def order(piece: Piece) -> tuple[object, ...]:
    """The order of statements in a document."""
    return (piece.rules, minified(short(piece.statement)))


# --- whole groups: all but one part is the same ----------------------------------------------------------------------


def _grouped(pieces: Sequence[Piece], catalog: Catalog) -> list[Piece]:
    by_actions = _united(
        pieces,
        lambda s: (s.principal, s.resource, s.conditions, s.action if s.action.negated else None),
        _actions_united,
        catalog,
    )
    return _united(
        by_actions,
        lambda s: (
            s.principal,
            s.action,
            s.conditions,
            s.resource if s.resource is None or s.resource.negated else None,
        ),
        _resources_united,
        catalog,
    )


def _united(
    pieces: Sequence[Piece],
    alike: Callable[[Statement], object],
    unite: Callable[[Sequence[Statement]], Statement],
    catalog: Catalog,
) -> list[Piece]:
    groups: dict[object, list[Piece]] = {}
    for piece in pieces:
        groups.setdefault(alike(piece.statement), []).append(piece)
    united: list[Piece] = []
    for group in groups.values():
        statement = tidied(unite([piece.statement for piece in group]), catalog)
        if statement is not None:
            united.append(Piece(statement, ()).with_rules(rule for piece in group for rule in piece.rules))
    return united


def _actions_united(statements: Sequence[Statement]) -> Statement:
    first = statements[0]
    if first.action.negated:
        return first
    return replace(first, action=Selection(tuple(v for s in statements for v in s.action.values)))


def _resources_united(statements: Sequence[Statement]) -> Statement:
    first = statements[0]
    if first.resource is None or first.resource.negated:
        return first
    values = tuple(v for s in statements for v in (s.resource.values if s.resource is not None else ()))
    return replace(first, resource=Selection(values))


# --- pairs -----------------------------------------------------------------------------------------------------------


def in_pairs(
    pieces: Sequence[Piece], pair: Callable[[Statement, Statement], Statement | None], catalog: Catalog
) -> list[Piece]:
    """The pieces with pairs made one, the pair that saves most first, as long as one saves anything."""
    found = list(pieces)
    sizes = [size_of(piece.statement) for piece in found]
    known: dict[tuple[Statement, Statement], Statement | None] = {}

    def both(one: Statement, other: Statement) -> Statement | None:
        if (one, other) not in known:
            united = pair(one, other)
            known[one, other] = None if united is None else tidied(united, catalog)
        return known[one, other]

    while True:
        best: tuple[int, int, int, Statement] | None = None
        for i, one in enumerate(found):
            for j in range(i + 1, len(found)):
                statement = both(one.statement, found[j].statement)
                if statement is None:
                    continue
                saved = sizes[i] + sizes[j] - size_of(statement)
                if saved > 0 and (best is None or saved > best[0]):
                    best = (saved, i, j, statement)
        if best is None:
            return found
        _, i, j, statement = best
        rules = (*found[i].rules, *found[j].rules)
        kept = [index for index in range(len(found)) if index not in (i, j)]
        found = [*(found[index] for index in kept), Piece(statement, ()).with_rules(rules)]
        sizes = [*(sizes[index] for index in kept), size_of(statement)]


def _pair(one: Statement, other: Statement) -> Statement | None:
    """One statement that denies what the two do, None where none is known."""
    if one.principal != other.principal:
        return None
    if _is_within(one, other):
        return other
    if _is_within(other, one):
        return one
    if one.action != other.action or one.resource != other.resource:
        return None
    mine = tuple(c for c in one.conditions if c not in other.conditions)
    theirs = tuple(c for c in other.conditions if c not in one.conditions)
    if len(mine) == len(theirs) == 1:
        either = _either(mine[0], theirs[0])
        if either is not None:
            common = tuple(c for c in one.conditions if c in other.conditions)
            return replace(one, conditions=(*common, *either))
    return _completed(one, mine, theirs) or _completed(other, theirs, mine)


def _is_within(inner: Statement, outer: Statement) -> bool:
    return (
        actions_within(inner.action, outer.action)
        and resources_within(inner.resource, outer.resource)
        and all_imply(inner.conditions, outer.conditions)
    )


def _either(one: Condition, other: Condition) -> tuple[Condition, ...] | None:
    """The condition that holds where one of the two does, nothing where it always holds; None where none is known."""
    if one.operator != other.operator or one.folded_key != other.folded_key:
        return None
    operator = one.operator
    if operator.quantifier is Quantifier.FOR_ALL_VALUES:
        return None
    if operator.operator.comparison is Comparison.IS_NULL:
        return () if {null(one), null(other)} == {True, False} else None
    if not operator.operator.negated:
        return (replace(one, values=(*one.values, *other.values)),)
    if is_exact_list(one) and is_exact_list(other):
        common = tuple(value for value in one.values if value in other.values)
        if common:
            return (replace(one, values=common),)
        if operator.quantifier is None:
            return ()
    return None


def _completed(
    asking: Statement, present: Sequence[Condition], absent: Sequence[Condition]
) -> Statement | None:
    """`key is there, and …` and `key is not there` as `…`, where `…` holds without the key."""
    if len(absent) != 1 or null(absent[0]) is not True:
        return None
    key = absent[0].folded_key
    # In common with the other statement nothing may be said of the key, or it would hold for one of the two only.
    if any(c.folded_key == key for c in asking.conditions if c not in present):
        return None
    there = [c for c in present if c.folded_key == key and null(c) is False]
    rest = [c for c in present if c not in there]
    if len(there) != 1 or any(
        c.folded_key != key or not c.operator.operator.negated or not is_true_when_absent(c) for c in rest
    ):
        return None
    return replace(asking, conditions=tuple(c for c in asking.conditions if c not in there))


# --- single actions that another statement denies anyway ---------------------------------------------------------------


def _without_covered_actions(pieces: Sequence[Piece]) -> list[Piece]:
    found = list(pieces)
    for index, piece in enumerate(pieces):
        statement = piece.statement
        if statement.action.negated:
            continue
        left = []
        for action in statement.action.values:
            alone = replace(statement, action=Selection((action,)))
            others = [i for i, o in enumerate(found) if i != index and o.statement.action.values]
            covering = next((i for i in others if _is_within(alone, found[i].statement)), None)
            if covering is None:
                left.append(action)
            else:
                found[covering] = found[covering].with_rules(piece.rules)
        found[index] = replace(found[index], statement=replace(statement, action=Selection(tuple(left))))
    return [piece for piece in found if piece.statement.action.values or piece.statement.action.negated]
