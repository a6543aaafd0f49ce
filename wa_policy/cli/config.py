"""`wa-policy.yaml`: found, read, and checked against its schema, with the line of each mistake."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

from wa_policy.errors import LoadError, Problem
from wa_policy.iam.describe import describe
from wa_policy.iam.source import Source
from wa_policy.loaders.document import Document, parse_document
from wa_policy.loaders.lines import lines_of
from wa_policy.loaders.located import read_bytes
from wa_policy.loaders.text import decode
from wa_policy.settings import ParameterValue, Profile, Settings

NAME = "wa-policy.yaml"


def find_config(paths: Sequence[str]) -> str | None:
    """The settings file in the current folder, else the one in or beside the first path; None if there is none."""
    places = [NAME]
    if paths and paths[0] != "-":
        first = paths[0]
        folder = first.rstrip("/") if _is_folder(first) else os.path.dirname(first)  # noqa: PTH120  # as written
        places.append(os.path.join(folder, NAME))  # noqa: PTH118  # `Path` would rewrite `./a`
        if _is_folder(first):
            places.append(os.path.join(os.path.dirname(folder), NAME))  # noqa: PTH118, PTH120
    return next((place for place in places if _is_file(place)), None)


def _is_folder(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def read_config(file: str) -> Settings:
    """The settings in a file. Raises LoadError with every mistake and its line."""
    data = read_bytes(file)
    if isinstance(data, Problem):
        raise LoadError(data.message, (data,))
    documents, problems = parse_document(file, data)
    if not documents and [problem.code for problem in problems] == ["empty-file"]:
        return Settings()  # nothing, or comments only
    if problems or not documents:
        raise LoadError("the settings cannot be read", problems)
    document = documents[0]
    mistakes = list(_mistakes(document.value, Source(file)))
    if mistakes:
        raise LoadError("the settings are wrong", _with_lines(mistakes, document, data))
    return _settings(document.value or {})


def _settings(value: Mapping[str, Any]) -> Settings:
    parameters: dict[str, ParameterValue] = {
        name: tuple(item) if isinstance(item, list) else item
        for name, item in (value.get("parameters") or {}).items()
    }
    return Settings(
        Profile(value.get("profile", Profile.CORE)), parameters, value.get("organization") == "none"
    )


def _mistakes(value: object, source: Source) -> Iterator[Problem]:
    from jsonschema import Draft202012Validator

    schema = json.loads((files("wa_policy.cli") / "settings.schema.json").read_text("utf-8"))
    errors = Draft202012Validator(schema).iter_errors(value)
    for error in sorted(errors, key=lambda error: [str(key) for key in error.absolute_path]):
        place = source.at(*error.absolute_path)
        if error.validator == "additionalProperties":
            yield from _unknown_words(error.instance, error.schema, place)
            continue
        expected = error.schema.get("description") or f"a value of type {error.validator_value}"
        yield place.problem("settings", f"found {describe(error.instance)}, expected {expected}")


def _unknown_words(value: Mapping[str, Any], schema: Mapping[str, Any], place: Source) -> Iterator[Problem]:
    known = sorted(schema["properties"])
    for word in sorted(str(key) for key in value if key not in known):
        close = get_close_matches(word, known, 1)
        expected = ", ".join(f"`{name}`" for name in known)
        yield place.at(word).problem(
            "settings",
            f"found the word `{word}`, expected one of {expected}",
            advice=f"meant `{close[0]}`?" if close else "",
        )


def _with_lines(problems: Sequence[Problem], document: Document, data: bytearray) -> tuple[Problem, ...]:
    text = decode(document.file, data)
    if isinstance(text, Problem):
        return tuple(problems)
    lines = lines_of(text, document.format, [problem.pointer for problem in problems])
    return tuple(
        Problem(p.file, p.pointer, p.code, p.message, lines.get(p.pointer, 0), p.advice) for p in problems
    )
