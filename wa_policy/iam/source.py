"""Where a value came from: a file and a place in it."""

from __future__ import annotations

from dataclasses import dataclass

from wa_policy.errors import Problem


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A place: `file` as the user named it, `pointer` a JSON pointer (RFC 6901) into its parsed content.

    The line number is not kept: it is looked up for what is reported. A document that was a string inside
    another (an escaped policy) continues the pointer of the string: `/Policy/Statement/0` is a place inside
    the JSON text that stands at `/Policy`.
    """

    file: str
    pointer: str = ""

    def at(self, *keys: str | int) -> Source:
        """The place of a member or item below this one."""
        pointer = self.pointer
        for key in keys:
            pointer += f"/{key if isinstance(key, int) else escape(key)}"
        return Source(self.file, pointer)

    def problem(self, code: str, message: str, *, advice: str = "", line: int = 0) -> Problem:
        return Problem(self.file, self.pointer, code, message, line, advice)


def escape(key: str | int) -> str:
    """One reference token of a JSON pointer (RFC 6901, section 3)."""
    if not isinstance(key, str):
        return str(key)  # also a key of YAML that is no text, such as null
    return key.replace("~", "~0").replace("/", "~1") if "/" in key or "~" in key else key


NOWHERE = Source("")
