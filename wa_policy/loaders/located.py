"""The lines of many places, each file read once."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from wa_policy.errors import Problem
from wa_policy.iam.source import Source
from wa_policy.loaders.document import parse_document
from wa_policy.loaders.files import InputFile, read_file
from wa_policy.loaders.lines import lines_of
from wa_policy.loaders.text import decode


def locate_all(places: Iterable[Source], *, stdin: bytes | None = None) -> Mapping[Source, int]:
    """The line of each place, from 1; one that cannot be found is not in the mapping."""
    by_file: dict[str, list[Source]] = {}
    for place in places:
        if place.file:
            by_file.setdefault(place.file, []).append(place)
    lines: dict[Source, int] = {}
    for file, found in by_file.items():
        known = _lines(file, [place.pointer for place in found], stdin)
        lines.update({place: known[place.pointer] for place in found if known.get(place.pointer)})
    return lines


def _lines(file: str, pointers: list[str], stdin: bytes | None) -> Mapping[str, int]:
    if file != "-" and not Path(file).is_file():
        return {}  # a pipe, which was not read: opening it would wait for a writer
    data = read_bytes(file, stdin=stdin)
    if isinstance(data, Problem):
        return {}  # it was there when it was scanned; the report tells the place without the line
    documents, _ = parse_document(file, data)
    text = decode(file, data)
    if isinstance(text, Problem) or not documents:
        return {}
    return lines_of(text, documents[0].format, pointers)


def read_bytes(file: str, *, stdin: bytes | None = None) -> bytearray | Problem:
    """The content of a file, of `-` what `stdin` holds."""
    try:
        size = os.stat(file).st_size if file != "-" else 0  # noqa: PTH116  # `Path` would rewrite `./a`
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        message = f"the file cannot be read: {reason.lower()}, expected a readable file"
        return Problem(file, "", "unreadable", message)
    stream = None if stdin is None else io.BytesIO(stdin)
    return read_file(InputFile(file, file, size), stdin=stream)
