"""How the rows of the table are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wa_policy.inventory.relations.index import Index
from wa_policy.inventory.relations.model import (
    Back,
    How,
    NamedBy,
    Names,
    Outcome,
    Relation,
    Side,
    Special,
    Via,
)

Types = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A relation of a type that is yet to be said."""

    name: str
    to: Types
    how: How
    unless: tuple[str, ...] = ()
    answered: bool = False


def of(from_types: Types, *rows: Row) -> tuple[Relation, ...]:
    """The relations of a type, or the same ones of several."""
    return tuple(
        Relation(row.name, from_type, _types(row.to), row.how, row.unless, row.answered)
        for from_type in _types(from_types)
        for row in rows
    )


def names(name: str, to: Types, *paths: str, only_arns: bool = False) -> Row:
    """The values at the paths name the other side."""
    return Row(name, to, Names(paths, only_arns))


def named_by(
    name: str,
    to: Types,
    *paths: str,
    only_arns: bool = False,
    unless: tuple[str, ...] = (),
    answered: bool = False,
) -> Row:
    """The values at the paths of the other side name this one."""
    return Row(name, to, NamedBy(paths, only_arns), unless, answered)


def back(name: str, to: Types, relation: str) -> Row:
    """The other way round of a relation of the other side."""
    return Row(name, to, Back(relation))


def via(name: str, to: Types, *steps: str) -> Row:
    """One relation after another."""
    return Row(name, to, Via(steps))


def special(name: str, to: Types, find: Callable[[Index, Side], Outcome], says: str) -> Row:
    """A relation that a function finds."""
    return Row(name, to, Special(find, says))


def _types(types: Types) -> tuple[str, ...]:
    return (types,) if isinstance(types, str) else types
