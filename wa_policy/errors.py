"""Every exception of wa-policy, and `Problem`, which is a value and not an exception.

WaPolicyError
├── UsageError      the caller asked for something that cannot be done (exit code 2)
├── LoadError       nothing readable, or a problem where the caller asked for strictness
├── RuleError       a rule file that does not follow the rule language
└── InternalError   a promise of ours is broken: a bug, never the user's fault (exit code 3)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something in the input that could not be read, or not as it stands.

    `pointer` is a JSON pointer (RFC 6901) into the file; `line` counts from 1 and is 0 where no line is known.
    `message` is one line in lower case that says what was found and what was expected; `advice` stands apart.
    `code` is stable and made for machines.
    """

    file: str
    pointer: str
    code: str
    message: str
    line: int = 0
    advice: str = ""


class WaPolicyError(Exception):
    """Base of all exceptions that wa-policy raises on purpose."""


class UsageError(WaPolicyError):
    """The request itself is wrong: an unknown name, a missing argument, a value out of range."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class _ProblemsError(WaPolicyError):
    def __init__(self, message: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(message)
        self.message = message
        self.problems = problems


class LoadError(_ProblemsError):
    """The input could not be read; `problems` says what and where."""


class RuleError(_ProblemsError):
    """A rule file breaks the rule language; `problems` says what and where."""


class InternalError(WaPolicyError):
    """A promise of wa-policy itself does not hold; please report it."""


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """The advice that names the known word that is nearest, `otherwise` where none is near."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=1)
    return f"did you mean `{close[0]}`?" if close else otherwise
