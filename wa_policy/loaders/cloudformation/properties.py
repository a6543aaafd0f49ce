"""Values of a template as properties of the inventory: texts settled, tags by name, numbers and flags that are texts read.

A parameter is always text, and YAML quotes what it likes: the schema of the type says what a value is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.cloudformation.values import NO_VALUE, Value, doubt_of, settled, unresolved

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?")
_NO_TYPES: Mapping[str, Any] = {}


def properties_of(type_: str, values: Mapping[str, Value]) -> dict[str, PropertyValue]:
    """The properties of a resource of the type."""
    types = _types(type_)
    members = types.get("", _NO_TYPES)
    return {
        name: _tags(value)
        if name == "Tags" and isinstance(value, list)
        else _converted(value, members.get(name), types)
        for name, value in values.items()
    }


@cache
def _types(type_: str) -> Mapping[str, Any]:
    from wa_policy.catalog.store import load_schemas

    return load_schemas().types.get(type_, _NO_TYPES)


@cache
def settable(type_: str) -> tuple[str, ...]:
    """The properties that a template can set, nothing for a type that CloudFormation does not have."""
    from wa_policy.catalog.store import load_schemas

    schemas = load_schemas()
    assigned = schemas.read_only.get(type_, ())
    return tuple(name for name in schemas.names(type_) if name not in assigned)


def converted(value: Value) -> PropertyValue:
    """A value of which no schema says the type; None where it is not set."""
    return _converted(value, None, _NO_TYPES)


def _converted(value: Value, spec: Any, types: Mapping[str, Any]) -> PropertyValue:
    if isinstance(value, str) and (spec is None or spec == "t"):
        return value
    if isinstance(spec, str) and spec.startswith("#"):
        return _converted(value, types.get(spec[1:]), types)
    if isinstance(spec, list) and spec and isinstance(value, str | dict | Template):
        # CloudFormation takes one item for a list of one.
        found = _converted(value, spec[0], types)
        return found if isinstance(found, Unknown) else (found,)
    match value:
        case str():
            return _typed(value, spec)
        case Template():
            text = settled(value)
            if isinstance(text, str):
                return _typed(text, spec)
            return doubt_of(text) or unresolved(f"the text `{text}`")
        case list():
            inner = spec[0] if isinstance(spec, list) and spec else None
            return tuple([_converted(item, inner, types) for item in value])
        case dict():
            members = spec if isinstance(spec, dict) else _NO_TYPES
            return {key: _converted(item, members.get(key), types) for key, item in value.items()}
        case Unknown() | None:
            return value
        case bool() | int() | float():
            return json.dumps(value) if spec == "t" else value
        case _ if value is NO_VALUE:
            return None
        case _:
            return unresolved(f"a value of the kind {type(value).__name__}")


def _typed(text: str, spec: Any) -> PropertyValue:
    if spec == "n" and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if spec == "f" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return text


def _tags(value: list[Value]) -> PropertyValue:
    """A list of Key and Value as a mapping."""
    tags: dict[str, PropertyValue] = {}
    for item in value:
        if not isinstance(item, dict):
            return doubt_of(item) or tuple(converted(one) for one in value)
        key = converted(item.get("Key"))
        if isinstance(key, Unknown):
            return key
        if not isinstance(key, str):
            return tuple(converted(one) for one in value)
        tags[key] = converted(item.get("Value"))
    return tags
