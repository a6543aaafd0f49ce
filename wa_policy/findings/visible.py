"""Text from a scanned file as it may stand on a terminal."""

from __future__ import annotations


def visible(text: str) -> str:
    """The text in one line, with control characters, terminal escapes and marks of direction written out.

    What is not printable in the sense of Unicode would change the terminal, or the order of what a reader sees.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _written_out(c) for c in text)


def _written_out(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
