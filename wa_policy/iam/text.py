"""Policy values that are not plain strings: policy variables, and parts that are not known.

A value without a variable and without a hole is a `str`, by far the common case. A `Template` is the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wa_policy.iam.unknown import Unknown


@dataclass(frozen=True, slots=True)
class Variable:
    """A policy variable such as `${aws:username}` or `${aws:PrincipalTag/team, 'none'}`.

    `key` is in lower case. The special variables `${*}`, `${?}` and `${$}` have the key `*`, `?` or `$`.
    """

    key: str
    default: str | None
    written: str

    @property
    def is_special(self) -> bool:
        return self.key in SPECIAL_VARIABLES


@dataclass(frozen=True, slots=True)
class Hole:
    """A part of a value that is not known; it may stand for any text, or for one of `choices` where there are any."""

    reason: Unknown
    choices: tuple[str, ...] = ()
    written: str = ""


Part = str | Variable | Hole


@dataclass(frozen=True, slots=True)
class Template:
    """A value with variables or holes, as its parts in order."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return "".join(part if isinstance(part, str) else part.written for part in self.parts)

    @property
    def holes(self) -> tuple[Hole, ...]:
        return tuple(part for part in self.parts if isinstance(part, Hole))


Text = str | Template

SPECIAL_VARIABLES = ("*", "?", "$")

# The name of a variable, and after a comma a default in single quotes.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
# The spaces around the name are stripped afterwards: matched here, they would take cubic time.
_VARIABLE = re.compile(r"\$\{([^}',]*)(?:,\s*'([^']*)'\s*)?\}")


def with_variables(text: Text) -> Text:
    """The value with its policy variables found; a `str` that has none comes back as it is."""
    if isinstance(text, str):
        return _find_variables(text) if "${" in text else text
    parts: list[Part] = []
    for part in text.parts:
        found = _find_variables(part) if isinstance(part, str) and "${" in part else part
        parts += found.parts if isinstance(found, Template) else [found]
    return Template(tuple(parts))


def _find_variables(text: str) -> Text:
    parts: list[Part] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        key = found[1].strip().lower()
        if not key:
            continue  # `${}` names nothing: literal text
        if found.start() > end:
            parts.append(text[end : found.start()])
        parts.append(Variable(key, found[2], found[0]))
        end = found.end()
    if not parts:
        return text
    if end < len(text):
        parts.append(text[end:])
    return Template(tuple(parts))
