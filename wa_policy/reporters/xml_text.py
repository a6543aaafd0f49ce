"""Text from the input as it may stand in XML 1.0."""

from __future__ import annotations


def allowed(text: str) -> str:
    """The text with what XML 1.0 cannot hold written out (https://www.w3.org/TR/xml/#charsets)."""
    return "".join(
        c
        if (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff") or c in "\n\t"
        else f"\\u{ord(c):04x}"
        for c in text
    )
