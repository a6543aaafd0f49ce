"""The words of the table of relations: what a row says, and what an answer is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Principal, Resource

if TYPE_CHECKING:
    from wa_policy.inventory.relations.index import Index

Side = Resource | Principal
"""What stands at one end of a relation."""


@dataclass(frozen=True, slots=True)
class Related:
    """The other sides of a relation: those known, sorted; `unknown` says why there may be more, None iff these are all."""

    found: tuple[Side, ...] = ()
    unknown: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The other sides as they were found.

    `open` is a value that is not known, and may name anything; `missing` says what was named or looked for and not exported.
    """

    found: tuple[Side, ...] = ()
    open: Unknown | None = None
    missing: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """The values at the dotted paths name the other side. Paths go through lists; `*` stands for any key of an object."""

    paths: tuple[str, ...]
    only_arns: bool = False
    """Only an ARN or a URL names it: other texts are something else, such as a mail address."""


@dataclass(frozen=True, slots=True)
class NamedBy:
    """The values at the dotted paths of the other side name this one."""

    paths: tuple[str, ...]
    only_arns: bool = False


@dataclass(frozen=True, slots=True)
class Back:
    """The other way round of the relation of that name of the other side."""

    relation: str


@dataclass(frozen=True, slots=True)
class Via:
    """One relation after another. What has no relation of the name of a step leads nowhere."""

    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Special:
    """Found by a function, as `says` says."""

    find: Callable[[Index, Side], Outcome]
    says: str


How = Names | NamedBy | Back | Via | Special


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation by its name, from one type to others; `how` is how the other side is found.

    `unless` are properties of this side that, where they are set, bring other sides that are no resources of a template.
    `answered` says that a template tells all of the other side only where it says so by an answer.
    """

    name: str
    from_type: str
    to_types: tuple[str, ...]
    how: How
    unless: tuple[str, ...] = ()
    answered: bool = False
