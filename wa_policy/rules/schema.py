"""The JSON Schema of rule files, and its errors as problems. Not used for the pack that ships: a test checks that one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from wa_policy.errors import did_you_mean
from wa_policy.iam.describe import describe
from wa_policy.iam.source import escape

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError


Finding = tuple[str, str, str]
"""A JSON pointer, the message and the advice."""


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # costs 45 ms

    text = (files("wa_policy.rules") / "rule.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def check(raw: object) -> Iterator[Finding]:
    """What of a rule file does not follow the schema."""
    seen: set[Finding] = set()
    for error in _validator().iter_errors(raw):
        for finding in _findings(error):
            if finding not in seen:
                seen.add(finding)
                yield finding


def _findings(error: ValidationError) -> Iterator[Finding]:
    validator: object = error.validator
    if validator in ("if", "then", "else") and error.context:
        for inner in error.context:
            yield from _findings(inner)
        return
    pointer = "".join(f"/{escape(part)}" for part in error.absolute_path)
    match validator:
        case "additionalProperties":
            yield from _unknown_words(error, pointer)
        case "required" | "dependentRequired":
            yield pointer, _missing(error), ""
        case "anyOf":
            yield pointer, f"found {found(error.instance)}, expected a verdict or verdicts by key", ""
        case None:  # the schema `false`
            word = str(error.absolute_path[-1])
            yield pointer, f"found `{word}` beside `any_of`, expected it in each class", ""
        case _:
            yield pointer, f"found {found(error.instance)}, expected {_expected(error)}", ""


def _unknown_words(error: ValidationError, pointer: str) -> Iterator[Finding]:
    schema: Any = error.schema
    known = list(schema.get("properties", {}))
    patterns = schema.get("patternProperties", {})
    instance: Any = error.instance
    for word in instance:
        if word in known or any(_fits(pattern, word) for pattern in patterns):
            continue
        words = ", ".join(f"`{name}`" for name in known)
        message = f"found the word `{word}`, expected one of {words}"
        yield f"{pointer}/{escape(word)}", message, did_you_mean(str(word), known)


def _fits(pattern: str, word: str) -> bool:
    return re.search(pattern, word) is not None


def _missing(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    instance: Any = error.instance
    if isinstance(wanted, dict):
        wanted = [name for key, names in wanted.items() if key in instance for name in names]
    missing = [name for name in wanted if name not in instance]
    return f"found no {', '.join(f'`{name}`' for name in missing)}, expected it here"


def found(value: object) -> str:
    """A value of a rule file in words."""
    match value:
        case list():
            return "a list"
        case Mapping():
            return "a mapping"
        case str() if len(value) < 80:
            return f"`{value}`"
        case _:
            return describe(value)


_TYPES = {
    "string": "a text",
    "array": "a list",
    "object": "a mapping",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "`true` or `false`",
}


def _expected(error: ValidationError) -> str:
    schema: Any = error.schema
    value: Any = error.validator_value
    match error.validator:
        case "type":
            names = [value] if isinstance(value, str) else value
            return " or ".join(_TYPES[name] for name in names)
        case "enum":
            return "one of " + ", ".join(f"`{word}`" for word in value)
        case "pattern":
            return str(schema.get("description", f"a text like `{value}`"))
        case "minLength" | "minItems" | "minProperties":
            return "something, not nothing"
        case "maxItems" | "maxProperties":
            return f"at most {value}"
        case "minimum":
            return f"at least {value}"
        case _:
            return str(schema.get("description", error.message))
