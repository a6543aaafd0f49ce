"""A JSON text inside a document, of which parts may not be known, to a value with the same parts unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.source import Source
from wa_policy.iam.text import Hole, Template
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.json_text import read_json

Value = Any
"""A JSON value whose texts may be templates with holes, or `Unknown` for a value that is not known at all."""

# Characters of the private use area: a text that has them itself is not read where it also has holes.
_OPEN, _CLOSE, _WHOLE = "\ue000", "\ue001", "\ue002"
"""Around the number of a hole; the last one instead of the first where a hole stands for a whole value."""


def parse_within(value: str | Template, source: Source, what: str) -> tuple[Value, tuple[Problem, ...]]:
    """The value of a JSON text at `source`; `Unknown` where it is none, with a problem unless a hole may be the cause."""
    holes = () if isinstance(value, str) else value.holes
    marked = value if isinstance(value, str) else _marked(value)
    if marked is None or (not isinstance(value, str) and len(value.parts) == 1):
        return holes[0].reason, ()
    reading = read_json(source.file, marked)
    problems = tuple(
        source.problem(one.code, f"in {what}, {_unmarked(one.message, holes)}", advice=one.advice)
        for one in reading.problems
    )
    values = [found for _, found in reading.values]
    if len(values) == 1 and not reading.several:
        return (_restored(values[0], holes) if holes else values[0]), problems
    if holes:
        return holes[0].reason, ()  # what is put there may make it JSON
    if not problems:
        found = "several documents" if values else "nothing"
        problems = (source.problem("json-syntax", f"in {what}, found {found}, expected one JSON object"),)
    return Unknown(UnknownKind.UNREADABLE, f"{what}, which is no JSON"), problems


def _marked(value: Template) -> str | None:
    """The text with a mark for each hole, in quotes where it stands for a whole value; None where it has such marks."""
    texts: list[str] = []
    inside, number = False, 0
    for part in value.parts:
        if isinstance(part, Hole):
            texts.append(f"{_OPEN}{number}{_CLOSE}" if inside else f'"{_WHOLE}{number}{_CLOSE}"')
            number += 1
            continue
        text = part if isinstance(part, str) else part.written
        if any(mark in text for mark in (_OPEN, _CLOSE, _WHOLE)):
            return None
        texts.append(text)
        inside = _ends_inside(text, inside)
    return "".join(texts)


def _ends_inside(text: str, inside: bool) -> bool:
    """True iff a JSON text is within a string at its end; `inside` says where it begins."""
    position = 0
    while position < len(text):
        character = text[position]
        if inside and character == "\\":
            position += 1
        elif character == '"':
            inside = not inside
        position += 1
    return inside


def _unmarked(words: str, holes: tuple[Hole, ...]) -> str:
    for number, hole in enumerate(holes):
        for start in (_OPEN, _WHOLE):
            words = words.replace(f"{start}{number}{_CLOSE}", hole.written or "${…}")
    return words


def _restored(value: Value, holes: tuple[Hole, ...]) -> Value:
    match value:
        case str() if value[:1] == _WHOLE:
            return holes[int(value[1:-1])].reason
        case str() if _OPEN in value:
            return _with_holes(value, holes)
        case list():
            return [_restored(item, holes) for item in value]
        case dict():
            return {_unmarked(key, holes): _restored(item, holes) for key, item in value.items()}
        case _:
            return value


def _with_holes(text: str, holes: tuple[Hole, ...]) -> Template:
    first, *pieces = text.split(_OPEN)
    parts: list[Any] = [first] if first else []
    for piece in pieces:
        number, _, rest = piece.partition(_CLOSE)
        parts.append(holes[int(number)])
        if rest:
            parts.append(rest)
    return Template(tuple(parts))


def doubt(value: Value) -> Unknown | None:
    """Why a scalar or the whole of a value is not known; None where it is."""
    if isinstance(value, Unknown):
        return value
    return value.holes[0].reason if isinstance(value, Template) and value.holes else None


def as_property(value: Value) -> PropertyValue:
    """The value as a property of the inventory."""
    match value:
        case Template():
            return doubt(value) or str(value)
        case list() | tuple():
            return tuple(as_property(item) for item in value)
        case Mapping():
            return {str(key): as_property(item) for key, item in value.items()}
        case None | str() | int() | float() | Unknown():
            return value
        case _:
            return Unknown(UnknownKind.UNREADABLE, f"a value of the kind {type(value).__name__}")
