"""Texts read as documents: the one value, the one problem, the values with their pointers."""

from __future__ import annotations

from typing import Any

from wa_policy.errors import Problem
from wa_policy.loaders.document import DocumentFormat, parse_document

JSON, YAML, ROWS = DocumentFormat.JSON, DocumentFormat.YAML, DocumentFormat.JSON_LINES


def read(text: str, file: str = "a.json") -> Any:
    """The one value of a text that has no problem."""
    documents, problems = parse_document(file, text.encode())
    assert problems == ()
    (document,) = documents
    assert (document.file, document.pointer) == (file, "")
    return document.value


def problem_of(text: str, file: str = "a.json") -> Problem:
    """The one problem of a text."""
    (problem,) = parse_document(file, text.encode())[1]
    assert "\n" not in problem.message
    assert problem.file == file
    return problem


def values(text: str, file: str = "a.json") -> list[tuple[str, Any]]:
    return [(document.pointer, document.value) for document in parse_document(file, text.encode())[0]]
