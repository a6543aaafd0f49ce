"""`DefinitionSubstitutions`: what stands for `${name}` in the definition of a state machine.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from wa_policy.iam.text import Hole, Template
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.loaders.embedded.json_within import Value

_NAME = re.compile(r"\$\{([^{}]*)\}")


def substituted(value: Value, given: Value) -> Value:
    """The value with its placeholders replaced; one that has no substitution stays as it is."""
    match value:
        case str() | Template() if given is not None:
            return _in_text(value, given)
        case list():
            return [substituted(item, given) for item in value]
        case dict():
            return {key: substituted(item, given) for key, item in value.items()}
        case _:
            return value


def _in_text(value: str | Template, given: Value) -> str | Template:
    parts: list[Any] = []
    for part in (value,) if isinstance(value, str) else value.parts:
        if not isinstance(part, str):
            parts.append(part)
            continue
        end = 0
        for found in _NAME.finditer(part):
            put = _put(found[1].strip(), found[0], given)
            if put is not None:
                parts += [part[end : found.start()], *put]
                end = found.end()
        parts.append(part[end:])
    joined: list[Any] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    if all(isinstance(part, str) for part in joined):
        return "".join(joined)
    return Template(tuple(joined))


def _put(name: str, written: str, given: Value) -> tuple[Any, ...] | None:
    """The parts that come in the place of a placeholder, None where it stays."""
    if not isinstance(given, Mapping):
        unknown = (
            given if isinstance(given, Unknown) else Unknown(UnknownKind.UNREADABLE, "the substitutions")
        )
        return (Hole(unknown, (), written),)
    match given.get(name):
        case None:
            return None
        case str() as text:
            return (text,)
        case Template() as template:
            return template.parts
        case Unknown() as unknown:
            return (Hole(unknown, (), written),)
        case other:
            return (json.dumps(other) if isinstance(other, bool | int | float) else written,)
