"""AWS's decision as data: formulas over a few atoms, folded by whoever needs them.

The evaluator folds them over truths, the formal engine over sets of requests, the explanation into steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
