"""Statements as the fewest characters of JSON that say the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from wa_policy.errors import InternalError
from wa_policy.iam.document import to_document
from wa_policy.iam.policy import Policy, Statement, Version
from wa_policy.iam.source import NOWHERE


def short(statement: Statement) -> dict[str, Any]:
    """The statement as a JSON value, with a scalar for each list of one."""
    document = to_document(Policy(None, (statement,), NOWHERE))["Statement"][0]
    shortened = _scalars(document)
    if not isinstance(shortened, dict):
        raise InternalError("a statement is no object")
    return shortened


def _scalars(value: Any) -> Any:
    match value:
        case dict():
            return {key: _scalars(item) for key, item in value.items()}
        case [only]:
            return only
        case _:
            return value


def minified(value: Any) -> str:
    """The JSON value without white space."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def document(statements: Iterable[Statement]) -> dict[str, Any]:
    """The statements as a policy document, a JSON value."""
    written = [short(statement) for statement in statements]
    return {
        "Version": Version.OF_2012.value,
        "Statement": written[0] if len(written) == 1 else written,
    }


def size(text: str) -> int:
    """The characters that AWS counts, in bytes of UTF-8: never fewer, and the same for ASCII."""
    return len(text.encode("utf-8", "surrogatepass"))


def size_of(statement: Statement) -> int:
    """The size of one statement in a document."""
    return size(minified(short(statement)))


def size_of_all(sizes: Sequence[int]) -> int:
    """The size of a document of statements of these sizes."""
    if len(sizes) == 1:
        return _FRAME - len("[]") + sizes[0]
    return _FRAME + sum(sizes) + max(len(sizes) - 1, 0)


_FRAME = len(minified({"Version": Version.OF_2012.value, "Statement": []}))
