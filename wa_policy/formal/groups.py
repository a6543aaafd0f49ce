"""Sets of patterns as predicates on strings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from wa_policy.formal.automata import has_marker
from wa_policy.iam.pattern import includes, is_literal, matches

_HEAD = 6


def _head(pattern: str) -> str:
    """The first characters of the pattern, empty where it has fewer or a wildcard among them."""
    head = pattern[:_HEAD]
    return head if len(head) == _HEAD and is_literal(head) else ""


@dataclass(frozen=True)
class Group:
    """A set of patterns as a predicate on strings: true iff one matches, or with `negated` iff none does.

    With `folded` the patterns are in lower case and the string is folded before it is compared.
    """

    patterns: tuple[str, ...]
    negated: bool = False
    folded: bool = False

    @cached_property
    def _hash(self) -> int:
        return hash((self.patterns, self.negated, self.folded))

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def literals(self) -> frozenset[str]:
        return frozenset(pattern for pattern in self.patterns if is_literal(pattern))

    @cached_property
    def wild(self) -> tuple[str, ...]:
        return tuple(pattern for pattern in self.patterns if not is_literal(pattern))

    @cached_property
    def has_marker(self) -> bool:
        return any(map(has_marker, self.patterns))

    @cached_property
    def largest(self) -> tuple[str, ...]:
        """The patterns that no other of the group includes, literals apart."""
        return tuple(p for p in dict.fromkeys(self.wild) if not _said_by_another(p, self.near(p)[1]))

    @cached_property
    def _by_head(self) -> dict[str, tuple[list[str], list[str]]]:
        """Literals and patterns by their first characters; those that have a wildcard there under the empty string."""
        found: dict[str, tuple[list[str], list[str]]] = {}
        for pattern in dict.fromkeys(self.patterns):
            literals, wild = found.setdefault(_head(pattern), ([], []))
            (literals if is_literal(pattern) else wild).append(pattern)
        return found

    def near(self, base: str) -> tuple[Sequence[str], Sequence[str]]:
        """The literals and patterns that may overlap `base`, as far as the first characters tell."""
        head = _head(base)
        if not head or len(self.patterns) <= _HEAD:
            return tuple(self.literals), self.wild
        here, anywhere = (self._by_head.get(key, ([], [])) for key in (head, ""))
        return [*here[0], *anywhere[0]], [*here[1], *anywhere[1]]

    @property
    def inverted(self) -> Group:
        return replace(self, negated=not self.negated)

    def holds(self, text: str) -> bool:
        if self.folded:
            text = text.lower()
        return (
            text in self.literals or any(matches(pattern, text) for pattern in self.wild)
        ) is not self.negated


def _said_by_another(pattern: str, patterns: Sequence[str]) -> bool:
    """True iff another pattern includes this one; of equal ones the first in order counts."""
    return any(
        other != pattern and includes(other, pattern) and (other < pattern or not includes(pattern, other))
        for other in patterns
    )
