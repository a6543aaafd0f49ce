"""One file's bytes to raw JSON or YAML values, with a problem for each part that cannot be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.source import Source
from wa_policy.loaders.json_text import Reading, read_json, read_json_rows
from wa_policy.loaders.text import decode, shown
from wa_policy.loaders.yaml_values import read_yaml

MAX_GUESSED = 16 * 1024**2
"""Characters up to which a text that begins like JSON and is none is tried as YAML, which is far slower."""


_JSON_START = re.compile(r"\s*+[{\[]")


class DocumentFormat(StrEnum):
    JSON = "json"
    JSON_LINES = "json lines"
    """Only where it makes a difference: a file of JSON Lines in which a line is broken."""
    YAML = "yaml"


@dataclass(frozen=True, slots=True)
class Document:
    """A raw value as it stands in a file.

    A file of one document is that document. A file of several (answers of `aws` appended to one another, JSON
    Lines, a YAML stream) is the list of them: all pointers into document number n begin with `/n`, from `/0`.
    Numbers count the empty and the broken documents too. Values are shared where YAML has aliases: read only.
    """

    file: str
    value: Any
    format: DocumentFormat
    pointer: str = ""

    @property
    def source(self) -> Source:
        return Source(self.file, self.pointer)


def parse_document(file: str, data: bytes | bytearray) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """All documents of a file; it never raises, whatever the bytes are.

    Text that begins with `{` or `[` is JSON, or else YAML, whose flow style begins the same way.
    """
    try:
        text = decode(file, data)
        if isinstance(text, Problem):
            return (), (text,)
        if not text or text.isspace():
            return (), (_empty(file),)
        format_, reading = _read(file, text)
    except Exception as error:  # noqa: BLE001  # law 10: no input crashes it, not even through a parser's bug
        words = shown(f"{type(error).__name__}: {error}", 200)
        problem = Problem(file, "", "unreadable", f"the parser failed with `{words}`, expected JSON or YAML")
        return (), (problem,)
    documents = tuple(
        Document(file, value, format_, reading.pointer(number)) for number, value in reading.values
    )
    if not documents and not reading.problems:
        return (), (_empty(file),)
    return documents, tuple(reading.problems)


def _empty(file: str) -> Problem:
    return Problem(file, "", "empty-file", "the file is empty, expected JSON or YAML")


def _read(file: str, text: str) -> tuple[DocumentFormat, Reading]:
    name = file.casefold()
    by_rows = name.endswith((".jsonl", ".ndjson"))
    is_json = by_rows or name.endswith(".json")
    if not is_json and not _JSON_START.match(text):
        return DocumentFormat.YAML, read_yaml(file, text)
    reading = read_json(file, text)
    broken = any(problem.code == "json-syntax" for problem in reading.problems)
    if broken and by_rows:
        return DocumentFormat.JSON_LINES, read_json_rows(file, text)
    if broken and not is_json and len(text) <= MAX_GUESSED:
        as_yaml = read_yaml(file, text)
        failed = any(problem.code == "yaml-syntax" for problem in as_yaml.problems)
        if not failed or name.endswith((".yaml", ".yml")):
            return DocumentFormat.YAML, as_yaml
    return DocumentFormat.JSON, reading
