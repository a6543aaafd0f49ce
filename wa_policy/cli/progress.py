"""One line on a terminal while reading and checking take long."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_AFTER, _EVERY = 1.0, 0.1
_LARGE = 32 * 1024**2
"""Bytes that take more than a second to parse."""


@contextmanager
def progress_line(doing: str) -> Iterator[Callable[[str, int, int], None] | None]:
    """A function to call with a name, how much is done and how much there is; None where standard error is no terminal,
    or one that cannot take a line back.

    `doing` says what is done, such as `reading file`.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    line = _Line(doing)
    try:
        yield line.show
    finally:
        line.clear()


class _Line:
    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._next = time.monotonic() + _AFTER
        self._names: set[str] = set()
        self._is_shown = False

    def show(self, name: str, done: int, whole: int) -> None:
        """Show where the work is, from the first second on and not too often."""
        self._names.add(name)
        now = time.monotonic()
        # What is large and has just been read is parsed next, in one step that tells nothing meanwhile.
        is_parsed_next = done == whole >= _LARGE
        if now < self._next and not is_parsed_next:
            return
        from wa_policy.findings.visible import visible

        self._next = now + _EVERY
        self._is_shown = True
        part = f" {100 * done // whole}%" if whole else ""
        part += ", parsing" if is_parsed_next else ""
        sys.stderr.write(f"\r\x1b[K{self._doing} {len(self._names)}: {visible(name)[-60:]}{part}")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
