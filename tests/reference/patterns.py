"""The four wildcards of `iam.pattern` by way of `re`, and questions about patterns by trying all short strings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

from wa_policy.iam.pattern import CHAR, MANY, ONE, RUN

_EXPRESSIONS = {MANY: ".*", ONE: ".", RUN: "[^:]*", CHAR: "[^:]"}


def belongs(pattern: str, text: str) -> bool:
    """True iff the whole text matches the pattern."""
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=10_000)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_EXPRESSIONS.get(c, re.escape(c)) for c in pattern), re.DOTALL)


def strings(alphabet: str, longest: int) -> Iterator[str]:
    """All strings over the alphabet, the short ones first, those of one length in the order of the alphabet."""
    for length in range(longest + 1):
        for characters in product(alphabet, repeat=length):
            yield "".join(characters)


def first_difference(
    inside: Sequence[str], outside: Sequence[str], alphabet: str, longest: int
) -> str | None:
    """The first of `strings` that belongs to all of `inside` and none of `outside`."""
    for text in strings(alphabet, longest):
        if all(belongs(pattern, text) for pattern in inside) and not any(
            belongs(pattern, text) for pattern in outside
        ):
            return text
    return None
