"""AWS's decision as data: formulas over a few atoms, folded by whoever needs them.

The evaluator folds them over truths, the formal engine over sets of requests, the explanation into steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar, assert_never


class Layer(StrEnum):
    """The kinds of policies that take part in a decision, in the order in which AWS asks them."""

    RESOURCE_CONTROL = "resource control policies"
    SERVICE_CONTROL = "service control policies"
    VPC_ENDPOINT = "VPC endpoint policy"
    RESOURCE = "resource policy"
    IDENTITY = "identity policies"
    PERMISSIONS_BOUNDARY = "permissions boundary"
    SESSION = "session policy"

    __hash__ = str.__hash__  # Enum's own is a Python function, and layers are keys everywhere


class Asks(StrEnum):
    """What an atom asks of a layer."""

    DENIES = "has a Deny statement that applies"
    ALLOWS = "has an Allow statement that applies"
    """Of service and resource control policies: at every level. Of an absent boundary, session or endpoint policy: true."""
    GRANTS_SELF = "allows the caller itself"
    """An Allow of the resource policy names the user, the session, everyone, the service or the provider."""
    GRANTS_ROLE = "allows the caller's role"
    GRANTS_ACCOUNT = "allows the caller's account"

    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class Atom:
    layer: Layer
    asks: Asks


@dataclass(frozen=True, slots=True)
class All:
    of: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Any:
    of: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Not:
    of: Formula


Formula = Atom | All | Any | Not

TRUE = All(())
FALSE = Any(())

_T = TypeVar("_T")


def fold(
    formula: Formula,
    atom: Callable[[Atom], _T],
    all_of: Callable[[Iterator[_T]], _T],
    any_of: Callable[[Iterator[_T]], _T],
    negate: Callable[[_T], _T],
) -> _T:
    """The formula's value in any algebra. The operands are lazy: what is not asked for is not computed."""
    match formula:
        case Atom():
            return atom(formula)
        case All(of):
            return all_of(fold(part, atom, all_of, any_of, negate) for part in of)
        case Any(of):
            return any_of(fold(part, atom, all_of, any_of, negate) for part in of)
        case Not(of):
            return negate(fold(of, atom, all_of, any_of, negate))
        case _:
            assert_never(formula)


def simplify(formula: Formula, known: Mapping[Atom, bool]) -> Formula:
    """The formula with the known atoms replaced by their values, and what follows from them worked out."""
    match formula:
        case Atom():
            value = known.get(formula)
            return formula if value is None else TRUE if value else FALSE
        case Not(of):
            part = simplify(of, known)
            return FALSE if part == TRUE else TRUE if part == FALSE else Not(part)
        case All(of):
            parts = [simplify(part, known) for part in of]
            if FALSE in parts:
                return FALSE
            return _joined(All, tuple(part for part in parts if part != TRUE))
        case Any(of):
            parts = [simplify(part, known) for part in of]
            if TRUE in parts:
                return TRUE
            return _joined(Any, tuple(part for part in parts if part != FALSE))
        case _:
            assert_never(formula)


def _joined(kind: type[All | Any], parts: tuple[Formula, ...]) -> Formula:
    return parts[0] if len(parts) == 1 else kind(parts)


def atoms(formula: Formula) -> frozenset[Atom]:
    """The atoms of a formula."""
    match formula:
        case Atom():
            return frozenset((formula,))
        case All(of) | Any(of):
            return frozenset[Atom]().union(*(atoms(part) for part in of))
        case Not(of):
            return atoms(of)
        case _:
            assert_never(formula)


def show(formula: Formula) -> str:
    """The formula in words, for explanations and documentation."""
    match formula:
        case Atom(layer, asks):
            return f"{layer} {asks}"
        case All(()):
            return "always"
        case Any(()):
            return "never"
        case All(of):
            return "(" + " and ".join(show(part) for part in of) + ")"
        case Any(of):
            return "(" + " or ".join(show(part) for part in of) + ")"
        case Not(of):
            return f"not {show(of)}"
        case _:
            assert_never(formula)
