"""Wildcards by way of `re`: the obvious implementation, to check the fast ones against."""

from __future__ import annotations

import re
from functools import lru_cache


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """True iff the whole text matches; `*` is any run of characters, `?` any one character."""
    return _compiled(pattern, re.IGNORECASE | re.ASCII if ignore_case else 0).fullmatch(text) is not None


@lru_cache(maxsize=1_000)
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile(
        "".join(parts.get(character, re.escape(character)) for character in pattern), re.DOTALL | flags
    )
