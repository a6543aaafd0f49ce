"""JSON, one document or several, with a problem for all that JSON leaves open or Python takes in silence."""

from __future__ import annotations

import gc
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from wa_policy.errors import Problem
from wa_policy.loaders.json_duplicates import Double, Duplicate, duplicate_problems, duplicates_in, in_order
from wa_policy.loaders.json_lines import BLANK, BRACKET
from wa_policy.loaders.text import place, shown

MAX_DEPTH = 200
"""Levels of nesting that are read. The documents of AWS have about 20."""

# What the json module expected, in its words and in ours.
_EXPECTED = {
    "Expecting value": "a value",
    "Expecting ',' delimiter": "`,` or the end of the object or list",
    "Expecting ':' delimiter": "`:` after a key",
    "Expecting property name enclosed in double quotes": 'a key in `"`',
    "Illegal trailing comma before end of object": 'a key in `"` after `,`',
    "Illegal trailing comma before end of array": "a value after `,`",
    "Unterminated string starting at": 'a `"` that ends the string',
    "Invalid control character at": "control characters in a string written as `\\u00XX`",
}
_LITERAL = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|([^\s,\[\]{}":]++)', re.DOTALL)
_SURROGATE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)


@dataclass(slots=True, eq=False)
class Reading:
    """What a reader found: the documents by number, and whether the file holds more than one."""

    values: list[tuple[int, Any]] = field(default_factory=list)
    several: bool = False
    problems: list[Problem] = field(default_factory=list)

    def pointer(self, number: int) -> str:
        return f"/{number}" if self.several else ""


class _NumberError(ValueError):
    """Leaves the parser at a number that is none."""


def read_json(file: str, text: str) -> Reading:
    """All documents of a text that stand one after the other; what comes after a broken one is not read."""
    with _collector_paused():
        reading = _Reader(file, text).read()
    reading.problems = in_order(file, reading.problems)
    return reading


def read_json_rows(file: str, text: str) -> Reading:
    """JSON Lines: one document in each line that is not blank; a broken line is a problem of its own."""
    reading = Reading(several=True)
    number = 0
    with _collector_paused():
        for line, row in enumerate(text.split("\n"), 1):
            if not row.strip():
                continue
            one = _Reader(file, row, line, "line").read(f"/{number}", most=1)
            reading.values.extend((number, value) for _, value in one.values)
            reading.problems.extend(one.problems)
            number += 1
    reading.problems = in_order(file, reading.problems)
    return reading


@contextmanager
def _collector_paused() -> Iterator[None]:
    # A tree has no cycles to collect, and the search for some takes three quarters of the time of a large file.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _number(literal: str) -> float:
    value = float(literal)
    if math.isfinite(value):
        return value
    raise _NumberError(literal)


def _no_number(literal: str) -> float:
    raise _NumberError(literal)


def _object_hook(doubles: list[Double]) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            doubles.append((members, Counter(key for key, _ in pairs)))
        return members

    return build


class _Reader:
    def __init__(self, file: str, text: str, line: int = 1, unit: str = "file") -> None:
        self._file = file
        self._text = text
        self._line = line
        self._unit = unit
        self._reading = Reading()
        self._prefix = ""
        self._doubles: list[Double] = []
        self._duplicates: list[Duplicate] = []
        decoder = json.JSONDecoder(
            object_pairs_hook=_object_hook(self._doubles), parse_float=_number, parse_constant=_no_number
        )
        self._scan = decoder.raw_decode
        # The cheap questions first: few texts have escapes at all.
        self._surrogates = "\\" in text and "\\u" in text and ("\\ud" in text or "\\uD" in text)

    def read(self, prefix: str = "", most: int = 0) -> Reading:
        """Read up to `most` documents (0: all); more than that is a problem."""
        self._prefix = prefix
        reading, text = self._reading, self._text
        start, number = self._blank(0), 0
        while start < len(text):
            end = self._document(start, number, only=most == 1)
            number += 1
            if end is None:
                break
            start = self._blank(end)
            if most and number >= most and start < len(text):
                self._problem(start, number, "json-syntax", "the end of the line")
                break
        if self._duplicates:
            lines = {"cut": len(prefix), "first_line": self._line}
            reading.problems.extend(duplicate_problems(self._file, text, self._duplicates, **lines))
        return reading

    def _document(self, start: int, number: int, *, only: bool) -> int | None:
        """Read one document and return its end, or None where no end is known."""
        self._doubles.clear()
        try:
            value, end = self._scan(self._text, start)
        except json.JSONDecodeError as error:
            self._syntax(error.pos, number, error.msg)
            return None
        except RecursionError:
            self._too_deep(start, number)
            return None
        except _NumberError as error:
            self._literal(start, number, str(error))
            return None
        except ValueError:  # an int of more digits than Python converts
            self._literal(start, number, None)
            return None
        if not only and self._blank(end) < len(self._text):
            self._reading.several = True
        if _deeper_than(value, MAX_DEPTH):
            self._too_deep(start, number)
        elif not (self._surrogates and self._has_surrogate(start, end, number)):
            self._reading.values.append((number, value))
            if self._doubles:
                self._duplicates.extend(duplicates_in(value, self._doubles, self._at(number)))
        return int(end)

    def _blank(self, position: int) -> int:
        match = BLANK.match(self._text, position)
        return match.end() if match else position

    def _at(self, number: int) -> str:
        return self._prefix + self._reading.pointer(number)

    def _add(self, position: int, number: int, code: str, words: str, advice: str = "") -> None:
        line, column = place(self._text, position)
        line += self._line - 1
        message = f"line {line}, column {column}: {words}"
        self._reading.problems.append(Problem(self._file, self._at(number), code, message, line, advice))

    def _problem(self, position: int, number: int, code: str, expected: str, advice: str = "") -> None:
        found = f"the end of the {self._unit}"
        if position < len(self._text):
            match = _LITERAL.match(self._text, position)
            found = f"`{shown(match[0] if match else self._text[position], 40)}`"
        self._add(position, number, code, f"found {found}, expected {expected}", advice)

    def _syntax(self, position: int, number: int, message: str) -> None:
        expected = _EXPECTED.get(message)
        if message.startswith("Unterminated string"):
            # The place that counts is where the text ends, the string's beginning helps to find the cause.
            line, column = place(self._text, position)
            since = f"for the string of line {line + self._line - 1}, column {column}"
            self._problem(len(self._text), number, "json-syntax", f"{_EXPECTED[message]}, {since}")
        elif expected is not None:
            if number and expected == "a value":
                expected = "the end of the file or one more document"
            if "control character" not in message:
                position = self._blank(position)
            self._problem(position, number, "json-syntax", expected)
        else:
            words = shown(message[:1].lower() + message[1:])
            self._add(position, number, "json-syntax", f"{words}, expected JSON")

    def _too_deep(self, start: int, number: int) -> None:
        position, depth = start, 0
        for match in BRACKET.finditer(self._text, start):
            if match[1] in ("{", "["):
                depth += 1
            elif match[1]:
                depth -= 1
            if depth > MAX_DEPTH or not match[1]:
                position = match.end() - 1
                break
        words = f"more than {MAX_DEPTH} levels of nesting, expected at most {MAX_DEPTH}"
        self._add(position, number, "too-deep", words)

    def _literal(self, start: int, number: int, literal: str | None) -> None:
        """Report a number that cannot be taken: the given one, or the first with too many digits."""
        position, found = start, literal or "a number"
        for match in _LITERAL.finditer(self._text, start):
            if (match[1] == literal) if literal else (match[1] and _is_long(match[1])):
                position, found = match.start(), match[1]
                break
        words = f"found the number `{shown(found, 40)}`, expected a finite number of reasonable length"
        self._add(position, number, "json-number", words)

    def _has_surrogate(self, start: int, end: int, number: int) -> bool:
        for match in _SURROGATE.finditer(self._text, start, end):
            if match[1]:
                words = f"found `{match[1]}`, half a character, expected both halves of a surrogate pair"
                self._add(match.start(), number, "json-surrogate", words)
                return True
        return False


def _is_long(literal: str) -> bool:
    return literal.lstrip("-").isdigit() and len(literal) > 4000


def _deeper_than(value: Any, limit: int) -> bool:
    """True iff containers are nested more than `limit` levels deep."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(limit):
        if not level:
            return False
        # The exact classes, since nothing else comes out of the parser: this runs once per value.
        level = [
            child
            for container in level
            for child in (container.values() if container.__class__ is dict else container)
            if child.__class__ is dict or child.__class__ is list
        ]
    return bool(level)
