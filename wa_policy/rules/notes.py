"""Problems of a rule file while it is checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from wa_policy.catalog.model import Catalog
from wa_policy.errors import did_you_mean

_SHOWN = 12
_BESIDE_CATALOG = frozenset(("aws:sourceowner",))
"""Keys that AWS uses and lists nowhere: `AWS:SourceOwner` in the policy that SNS writes for a new topic."""


@dataclass(slots=True)
class Notes:
    """What is wrong, as a JSON pointer, a message and an advice."""

    found: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, pointer: str, message: str, advice: str = "") -> None:
        note = (pointer, message, advice)
        if note not in self.found:
            self.found.append(note)

    def unknown(self, pointer: str, what: str, word: str, known: Iterable[str], *, show: str = "") -> None:
        """A word that there is not, with the nearest one that there is."""
        words = list(known)
        listed = ", ".join(f"`{one}`" for one in words[:_SHOWN]) + (" …" if len(words) > _SHOWN else "")
        message = f"found the {what} `{show or word}`, expected {f'one of {listed}' if words else 'none'}"
        self.add(pointer, message, did_you_mean(word, words))


def known_key(name: str, catalog: Catalog) -> bool:
    """True iff there is a condition key of that name; `*` may stand for its part after the slash."""
    return catalog.condition_key(name) is not None or name.lower() in _BESIDE_CATALOG
