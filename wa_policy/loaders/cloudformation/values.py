"""The values that a template computes: JSON values, texts with parts that are not known, and unknown values.

A text that is known but for symbols (the own account, a name that CloudFormation makes) is known: `settled` writes what
stands for them. Functions that look into a text must see them all the same, so they stay apart until then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from wa_policy.iam.text import Hole, Template
from wa_policy.iam.unknown import Unknown, UnknownKind


class NoValue(Enum):
    """What `AWS::NoValue` stands for: the member or item is not there."""

    NO_VALUE = "AWS::NoValue"


NO_VALUE = NoValue.NO_VALUE


@dataclass(frozen=True, slots=True)
class Symbol(Hole):
    """A part whose text is not known and which means one thing all over the template; `text` stands for it."""

    text: str = ""
    parts_by: str = ""
    """Characters that the real text may contain and a function could split it by; all others it has not."""


@dataclass(frozen=True, slots=True)
class ParameterHole(Hole):
    """The value of a parameter that nothing gives."""

    name: str = ""


Value = Any
"""A JSON value whose texts may be templates, or `Unknown`, or `NO_VALUE`."""


def unresolved(reason: str) -> Unknown:
    """A value that the template leaves open, with the reason."""
    return Unknown(UnknownKind.UNRESOLVED, reason)


def hole(reason: str, written: str, choices: tuple[str, ...] = ()) -> Template:
    """A text that is not known at all."""
    return Template((Hole(unresolved(reason), choices, written),))


def as_text(value: Value) -> str | Template | None:
    """A scalar as CloudFormation writes it into a text; None for a value that is none."""
    match value:
        case str() | Template():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return json.dumps(value)
        case _:
            return None


def parts_of(value: str | Template) -> tuple[Any, ...]:
    return (value,) if isinstance(value, str) else value.parts


def joined(values: Iterable[str | Template]) -> str | Template:
    """The texts one after the other, as a string where all is known."""
    parts: list[Any] = []
    for value in values:
        for part in (value,) if isinstance(value, str) else value.parts:
            if isinstance(part, str):
                if not part:
                    continue
                if parts and isinstance(parts[-1], str):
                    parts[-1] += part
                    continue
            parts.append(part)
    if not parts:
        return ""
    if len(parts) == 1 and isinstance(parts[0], str):
        return parts[0]
    return Template(tuple(parts))


def settled(value: str | Template) -> str | Template:
    """The text with what stands for its symbols; a string where no other part is unknown."""
    if isinstance(value, str):
        return value
    texts: list[str] = []
    for part in value.parts:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, Symbol):
            texts.append(part.text)
        else:
            break
    else:
        return "".join(texts)
    return joined(
        part if isinstance(part, str) else part.text if isinstance(part, Symbol) else Template((part,))
        for part in value.parts
    )


def holes_of(value: Template) -> Iterator[Hole]:
    """The parts that are not known and no symbols."""
    return (part for part in value.parts if isinstance(part, Hole) and not isinstance(part, Symbol))


def doubt_of(value: Value) -> Unknown | None:
    """Why a value is not known in full; None where it is, symbols apart."""
    match value:
        case Unknown():
            return value
        case Template():
            return next((part.reason for part in holes_of(value)), None)
        case list():
            return next((doubt for item in value if (doubt := doubt_of(item)) is not None), None)
        case dict():
            return next((doubt for item in value.values() if (doubt := doubt_of(item)) is not None), None)
        case _:
            return None


def settle(value: Value) -> Value:
    """The value with all texts settled."""
    match value:
        case Template():
            return settled(value)
        case list():
            return [settle(item) for item in value]
        case dict():
            return {key: settle(item) for key, item in value.items()}
        case _:
            return value
