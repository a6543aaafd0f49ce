"""What `wa-policy` ends with."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Stable: scripts rely on it."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    INTERNAL = 3
    INCOMPLETE = 4


MEANING = {
    ExitCode.CLEAN: "nothing found at or above --fail-on; `can`: allowed",
    ExitCode.FINDINGS: "findings at or above --fail-on; `can`: denied",
    ExitCode.USAGE: "wrong usage, or nothing that could be read",
    ExitCode.INTERNAL: "an error of wa-policy itself",
    ExitCode.INCOMPLETE: "no such finding, but some input could not be read; `can`: not known",
}

HELP = "\b\nExit codes:\n" + "\n".join(f"  {code.value}  {words}" for code, words in MEANING.items())
"""For the end of a help text; `\\b` keeps click from wrapping it."""
