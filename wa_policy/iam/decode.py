"""Policy documents inside strings: JSON, also encoded twice, with its quotes escaped, or percent-encoded."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from wa_policy.iam.describe import quoted
from wa_policy.iam.reading import Reader
from wa_policy.iam.source import Source

_DECODERS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    # API Gateway answers with the quotes of the document escaped once more.
    lambda text: json.loads(f'"{text}"'),
    lambda text: unquote(text, errors="strict"),
)


def decode(reader: Reader, text: str, source: Source) -> object:
    """The JSON value inside a string."""
    first_error = ""
    for decoder in _DECODERS:
        twice: list[str] = []
        try:
            value = _json_value(decoder(text), twice)
            if isinstance(value, str):
                value = _json_value(value, twice)
        except RecursionError:
            first_error = "it is nested too deeply"
            break
        except ValueError as error:
            first_error = first_error or _first_error(error)
            continue
        for key in dict.fromkeys(twice):
            reader.note(
                source,
                "duplicate-key",
                f"found the key {quoted(key)} twice in one object; the last one counts",
            )
        return value
    raise reader.fail(
        source, "policy-not-json", f"the policy text is not JSON: {first_error}; expected a JSON object"
    )


def _json_value(text: str, twice: list[str]) -> object:
    """The JSON value of `text`; a key that stands twice in one object is added to `twice`."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    twice.append(key)
                seen.add(key)
        return found

    return json.loads(text, object_pairs_hook=members)


def _first_error(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[0].lower()}{error.msg[1:]} at line {error.lineno} column {error.colno}"
    return "it holds a number with too many digits"
