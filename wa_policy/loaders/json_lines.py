"""The lines of JSON pointers in a JSON text, found without building its tree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

BLANK = re.compile(r"[ \t\n\r]*+")
_QUOTED = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PLAIN = rf'[^"\[\]{{}}]++|{_QUOTED}'
# Containers without others inside are most of a text, and one match takes a whole one.
_LEAF = rf"\{{(?:{_PLAIN})*+\}}|\[(?:{_PLAIN})*+\]"

STRING = re.compile(_QUOTED, re.DOTALL)
# All up to the next bracket in one match; group 1 is empty at the end of the text and at a string without end.
BRACKET = re.compile(rf"(?:{_PLAIN})*+([\[\]{{}}]?)", re.DOTALL)
_NESTING = re.compile(rf"(?:{_PLAIN}|{_LEAF})*+([\[\]{{}}]?)", re.DOTALL)
# The same, but up to the next comma too.
_STEP = re.compile(rf'(?:[^"\[\]{{}},]++|{_QUOTED}|{_LEAF})*+([\[\]{{}},]?)', re.DOTALL)
_BETWEEN = re.compile(r"[ \t\n\r,]*+")
_MEMBER = re.compile(r'[ \t\n\r,]*+"([^"\\]*+(?:\\.[^"\\]*+)*+)"[ \t\n\r]*+:[ \t\n\r]*+', re.DOTALL)
INDEX = re.compile(r"0|[1-9][0-9]{0,17}")
"""The token of a list item (RFC 6901, section 4), of no more digits than any list has items."""
_SCALAR = re.compile(r'[^ \t\n\r,\[\]{}":]++')


@dataclass(slots=True, eq=False)
class Wanted:
    """A tree of the pointers that are looked for; `line` is 0 until the place is found."""

    line: int = 0
    children: dict[str, Wanted] = field(default_factory=dict)

    def add(self, tokens: Iterable[str]) -> Wanted:
        node = self
        for token in tokens:
            node = node.children.setdefault(token, Wanted())
        return node

    def spread(self, line: int) -> None:
        """Give this line to all places below."""
        pending = list(self.children.values())
        while pending:
            node = pending.pop()
            node.line = line
            pending.extend(node.children.values())


def tokens_of(pointer: str) -> list[str] | None:
    """The reference tokens of a JSON pointer, or None if it is none."""
    if not pointer:
        return []
    if not pointer.startswith("/"):
        return None
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/")]


def find_json_lines(text: str, wanted: Wanted) -> None:
    """Fill in the lines of what is wanted; a text with several documents is a list of them."""
    start = _blank(text, 0)
    if start == len(text):
        return
    wanted.line = text.count("\n", 0, start) + 1
    end = _Scan(text).run(start, wanted, several=False)
    if _blank(text, end) < len(text):
        wanted.spread(0)
        _Scan(text).run(start, wanted, several=True)


def find_json_rows(text: str, wanted: Wanted) -> None:
    """The same where each line that is not blank holds one document."""
    number = 0
    for line, row in enumerate(text.split("\n"), 1):
        if not row.strip():
            continue
        wanted.line = wanted.line or line
        child = wanted.children.get(str(number))
        number += 1
        if child is not None:
            child.line = line
            _Scan(row, line).run(_blank(row, 0), child, several=False)


def _blank(text: str, position: int) -> int:
    match = BLANK.match(text, position)
    return match.end() if match else position


def _between(text: str, position: int) -> int:
    match = _BETWEEN.match(text, position)
    return match.end() if match else position


def _close(text: str, position: int) -> int:
    """The end of the container that is open at this position."""
    depth = 1
    for match in _NESTING.finditer(text, position):
        bracket = match[1]
        if bracket in ("{", "["):
            depth += 1
        elif bracket:
            depth -= 1
            if not depth:
                return match.end()
        else:
            break
    return len(text)


def _skip(text: str, position: int) -> int:
    """The end of the value that starts at this position; past it in any case, whatever the text is."""
    character = text[position : position + 1]
    if character in ("{", "["):
        return _close(text, position + 1)
    if character == '"':
        match = STRING.match(text, position)
        return match.end() if match else len(text)
    match = _SCALAR.match(text, position)
    return match.end() if match else position + 1


def _skip_items(text: str, position: int, count: int) -> int:
    """The place after the given number of commas of the list that is open here, or its end."""
    depth = 0
    for match in _STEP.finditer(text, position):
        step = match[1]
        if step == ",":
            if not depth:
                count -= 1
                if not count:
                    return match.end()
        elif step in ("{", "["):
            depth += 1
        elif step and depth:
            depth -= 1
        else:
            return match.start(1)
    return len(text)


@dataclass(slots=True, eq=False)
class _Open:
    """A container that is gone through: an object, a list, or the documents of a file."""

    wanted: Wanted
    kind: str
    indexes: list[int]
    """The items of a list that are wanted, the next one last."""
    index: int = 0


class _Scan:
    """One pass over a text; it never fails, what cannot be followed is not found."""

    def __init__(self, text: str, line: int = 1) -> None:
        self._text = text
        self._line = line
        self._counted = 0
        self._open: list[_Open] = []

    def run(self, position: int, wanted: Wanted, *, several: bool) -> int:
        """Look from this position on, and return where the value ends."""
        if several:
            self._enter(wanted, "")
        else:
            position = self._value(position, wanted)
        while self._open:
            frame = self._open[-1]
            position = (self._members if frame.kind == "{" else self._items)(position, frame)
        return position

    def _members(self, position: int, frame: _Open) -> int:
        """Go through an object up to its end, or into the next member that has something wanted inside."""
        text, children, depth = self._text, frame.wanted.children, len(self._open)
        while match := _MEMBER.match(text, position):
            key, position = match[1], match.end()
            if "\\" in key:
                key = _unescaped(f'"{key}"')
            child = children.get(key)
            if child is None:
                position = _skip(text, position)
                continue
            child.spread(0)  # a key that comes again: the last one counts
            child.line = self._line_at(match.start(1))
            position = self._value(position, child)
            if len(self._open) > depth:
                return position
        return self._leave(position)

    def _items(self, position: int, frame: _Open) -> int:
        """The same for a list."""
        text, depth = self._text, len(self._open)
        while frame.indexes:
            ahead = frame.indexes[-1] - frame.index
            if ahead and frame.kind:
                position = _skip_items(text, position, ahead)
                frame.index += ahead
                ahead = 0
            position = _between(text, position)
            if text[position : position + 1] in ("", "]", "}"):
                break
            frame.index += 1
            if ahead:
                position = _skip(text, position)
                continue
            child = frame.wanted.children[str(frame.indexes.pop())]
            child.line = self._line_at(position)
            position = self._value(position, child)
            if len(self._open) > depth:
                return position
            position = _between(text, position)
        return self._leave(position)

    def _leave(self, position: int) -> int:
        self._open.pop()
        position = _close(self._text, position)
        # Past the comma, as `_skip_items` expects it.
        return _between(self._text, position) if self._open else position

    def _value(self, position: int, wanted: Wanted) -> int:
        """Go into a container in which something is wanted, past any other value."""
        character = self._text[position : position + 1]
        if wanted.children and character in ("{", "["):
            self._enter(wanted, character)
            return position + 1
        if character == '"':
            wanted.spread(wanted.line)
        return _skip(self._text, position)

    def _enter(self, wanted: Wanted, kind: str) -> None:
        indexes = [] if kind == "{" else [int(key) for key in wanted.children if INDEX.fullmatch(key)]
        self._open.append(_Open(wanted, kind, sorted(indexes, reverse=True)))

    def _line_at(self, position: int) -> int:
        self._line += self._text.count("\n", self._counted, position)
        self._counted = position
        return self._line


def _unescaped(quoted: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted
