"""Where a report goes, and how it looks there."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from wa_policy.errors import UsageError

_MAX_WIDTH = 120


def wants_color(output: str | None) -> bool:
    """True iff the report goes to a terminal that may show colours (https://no-color.org)."""
    return (
        output is None
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def width(output: str | None) -> int:
    """The columns to fill: those of the terminal, else a fixed number, so that files do not depend on it."""
    if output is None and sys.stdout.isatty():
        return min(shutil.get_terminal_size().columns, _MAX_WIDTH)
    return 100


def write(text: str, output: str | None) -> None:
    """Write the text to the file, or to standard output where none is named; as UTF-8 with plain newlines."""
    if output is None:
        data = text.encode("utf-8", "backslashreplace")
        sys.stdout.buffer.write(data)
        return
    try:
        Path(output).write_bytes(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"`{output}` cannot be written: {reason}") from error
