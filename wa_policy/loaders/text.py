"""Bytes to text, and text to the words of a problem."""

from __future__ import annotations

import codecs

from wa_policy.errors import Problem

# The longer marks first: the mark of UTF-16 little endian is the beginning of that of UTF-32.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_EXPECTED = "expected UTF-8, or UTF-16 or UTF-32 with a byte order mark"
_ADVICE = "save the file as UTF-8"


def decode(file: str, data: bytes | bytearray) -> str | Problem:
    """The text of UTF-8, or of UTF-16 or UTF-32 that says so by its byte order mark, without that mark."""
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", "utf-8"))
    if not mark and b"\0" in data[:4]:
        message = f"byte 0x00 at offset {data.index(0)} has no place in text, {_EXPECTED}"
        return Problem(file, "", "encoding", message, 1, _ADVICE)
    try:
        # A copy of the whole data only where there is a mark to cut off.
        return (data[len(mark) :] if mark else data).decode(encoding)
    except UnicodeDecodeError as error:
        offset = error.start + len(mark)
        line = data.count(b"\n", 0, offset) + 1 if encoding == "utf-8" else 0
        found = f"byte 0x{data[offset]:02x} at offset {offset} is not {encoding.upper()}"
        return Problem(file, "", "encoding", f"{found}, {_EXPECTED}", line, _ADVICE)


def shown(text: str, limit: int = 80) -> str:
    """Text as it may stand in a message: one line, printable, not longer than `limit` and a little."""
    cut = text if len(text) <= limit else f"{text[:limit]}..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


def place(text: str, position: int) -> tuple[int, int]:
    """Line and column, both from 1, of a position in a text."""
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
