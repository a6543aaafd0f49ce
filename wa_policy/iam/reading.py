"""What the parts of the parser share: the problems of a document, its elements, and texts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.describe import describe, is_huge, quoted
from wa_policy.iam.policy import PolicyKind
from wa_policy.iam.source import Source
from wa_policy.iam.text import Template, Text

# INVARIANT: no value of a policy holds one of these: they are the wildcards of `iam.pattern` and marks of that kind.
_NONCHARACTERS = frozenset(map(chr, range(0xFDD0, 0xFDF0)))


class UnreadableError(Exception):
    """The statement or the document at hand cannot be read; the problem is noted already."""


class Reader:
    """Collects the problems of one document."""

    def __init__(self, kind: PolicyKind | None) -> None:
        self.kind = kind
        self.problems: list[Problem] = []

    def note(self, source: Source, code: str, message: str, advice: str = "") -> None:
        self.problems.append(source.problem(code, message, advice=advice))

    def fail(self, source: Source, code: str, message: str, advice: str = "") -> UnreadableError:
        self.note(source, code, message, advice)
        return UnreadableError(message)


@dataclass(frozen=True, slots=True)
class Elements:
    """The members of an object by their right names; `written` has the names that are written in another case."""

    values: Mapping[str, Any]
    source: Source
    written: Mapping[str, str]

    def key(self, name: str) -> str:
        return self.written.get(name, name)

    def at(self, name: str) -> Source:
        return self.source.at(self.key(name))


def named(statement: Elements) -> str:
    sid = statement.values.get("Sid")
    return f"statement {quoted(sid)}" if isinstance(sid, str) and sid else "the statement"


def read_texts(reader: Reader, raw: object, source: Source, key: str, *, scalars: bool) -> tuple[Text, ...]:
    """One value or a list of them; with `scalars` numbers and booleans count as values too (Condition)."""
    if isinstance(raw, str) and raw.isascii():
        return (raw,)
    if not isinstance(raw, list | tuple):
        return (_text(reader, raw, source.at(key), scalars=scalars),)
    return tuple(
        [
            item
            if isinstance(item, str) and item.isascii()
            else _text(reader, item, source.at(key, index), scalars=scalars)
            for index, item in enumerate(raw)
        ]
    )


def _text(reader: Reader, raw: object, source: Source, *, scalars: bool) -> Text:
    match raw:
        case str() | Template():
            literals = (raw,) if isinstance(raw, str) else raw.parts
            if any(isinstance(part, str) and not _NONCHARACTERS.isdisjoint(part) for part in literals):
                raise reader.fail(
                    source,
                    "value-character",
                    f"found a noncharacter of Unicode in {describe(raw)}, expected text",
                )
            return raw
        case bool() if scalars:
            return "true" if raw else "false"
        case int() | float() if scalars and not is_huge(raw):
            return json.dumps(raw)
        case _:
            expected = "a string, number or boolean" if scalars else "a string"
            raise reader.fail(source, "value-type", f"found {describe(raw)}, expected {expected}")
