"""The one way of saying "this cannot be decided"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UnknownKind(StrEnum):
    NOT_EXPORTED = "not exported"
    """A document or field that exists in AWS may be missing from what was read."""
    UNRESOLVED = "unresolved"
    """A reference or parameter of a template has no value here."""
    KNOWN_AFTER_APPLY = "known after apply"
    UNREADABLE = "unreadable"
    """It was there and could not be read; a problem tells more."""
    UNDOCUMENTED = "undocumented"
    """AWS does not say what it does in this case."""
    NOT_MODELLED = "not modelled"
    """wa-policy does not model this part of AWS."""
    UNDECIDED = "undecided"
    """The search for an answer ended without one."""
    BUDGET = "budget"


@dataclass(frozen=True, slots=True, order=True)
class Unknown:
    """An answer or value that is not known; `reason` is one line that says what is missing."""

    kind: UnknownKind
    reason: str

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.reason}"
