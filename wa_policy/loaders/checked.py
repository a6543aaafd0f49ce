"""A file that the user writes for wa-policy itself: read, and checked against its schema, with the line of each mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wa_policy.errors import LoadError, Problem, did_you_mean
from wa_policy.iam.describe import describe
from wa_policy.iam.source import Source
from wa_policy.loaders.document import Document, parse_document
from wa_policy.loaders.lines import lines_of
from wa_policy.loaders.located import read_bytes
from wa_policy.loaders.text import decode


def read_checked(file: str, schema: Mapping[str, Any], *, code: str, what: str) -> Any:
    """The value in a YAML or JSON file, None where it is empty. Raises LoadError with every mistake and its line.

    `what` names the content in messages ("the settings"), `code` is that of the problems.
    """
    data = read_bytes(file)
    if isinstance(data, Problem):
        raise LoadError(data.message, (data,))
    documents, problems = parse_document(file, data)
    if not documents and [problem.code for problem in problems] == ["empty-file"]:
        return None  # nothing, or comments only
    if problems or not documents:
        raise LoadError(f"{what} cannot be read", problems)
    document = documents[0]
    mistakes = problems_of(document.value, schema, Source(file), code=code)
    if mistakes:
        raise LoadError(f"{what} are wrong", with_lines(mistakes, document, data))
    return document.value


def problems_of(
    value: object, schema: Mapping[str, Any], source: Source, *, code: str
) -> tuple[Problem, ...]:
    """What the schema does not allow in a value that stands at `source`."""
    return tuple(dict.fromkeys(_mistakes(value, source, schema, code)))


def _mistakes(value: object, source: Source, schema: Mapping[str, Any], code: str) -> Iterator[Problem]:
    from jsonschema import Draft202012Validator

    errors = Draft202012Validator(schema).iter_errors(value)
    for error in sorted(errors, key=lambda error: [str(key) for key in error.absolute_path]):
        place = source.at(*error.absolute_path)
        if error.validator == "additionalProperties":
            yield from _unknown_words(error.instance, error.schema, place, code)
            continue
        if error.validator == "required":
            missing = ", ".join(f"`{name}`" for name in error.validator_value if name not in error.instance)
            yield place.problem(code, f"found no {missing}, expected it here")
            continue
        expected = error.schema.get("description") or f"a value of type {error.validator_value}"
        yield place.problem(code, f"found {describe(error.instance)}, expected {expected}")


def _unknown_words(
    value: Mapping[str, Any], schema: Mapping[str, Any], place: Source, code: str
) -> Iterator[Problem]:
    known = sorted(schema["properties"])
    for word in sorted(str(key) for key in value if key not in known):
        expected = ", ".join(f"`{name}`" for name in known)
        yield place.at(word).problem(
            code,
            f"found the word `{word}`, expected one of {expected}",
            advice=did_you_mean(word, known),
        )


def with_lines(problems: Sequence[Problem], document: Document, data: bytearray) -> tuple[Problem, ...]:
    """The problems of a document with their lines."""
    text = decode(document.file, data)
    if isinstance(text, Problem):
        return tuple(problems)
    lines = lines_of(text, document.format, [problem.pointer for problem in problems])
    return tuple(
        Problem(p.file, p.pointer, p.code, p.message, lines.get(p.pointer, 0), p.advice) for p in problems
    )
