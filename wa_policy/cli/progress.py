"""One line on a terminal while reading takes long."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_AFTER, _EVERY = 1.0, 0.1


@contextmanager
def progress_line() -> Iterator[Callable[[str, int, int], None] | None]:
    """A function to call with file, bytes done and bytes in all; None where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    line = _Line()
    try:
        yield line.show
    finally:
        line.clear()


class _Line:
    def __init__(self) -> None:
        self._next = time.monotonic() + _AFTER
        self._files: set[str] = set()
        self._is_shown = False

    def show(self, file: str, done: int, whole: int) -> None:
        """Show where reading is, from the first second on and not too often."""
        from wa_policy.reporters.visible import visible

        self._files.add(file)
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _EVERY
        self._is_shown = True
        part = f" {100 * done // whole}%" if whole else ""
        text = f"reading file {len(self._files)}: {visible(file)[-60:]}{part}"
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
