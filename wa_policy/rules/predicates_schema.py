"""A named predicate about JSON Schemas: do they constrain what comes in?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from wa_policy.evaluator.truth import Truth, all_of
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.tables import frozen
from wa_policy.rules.arguments import Values
from wa_policy.rules.subjects import Scope, Subject

# What API Gateway takes of draft 4.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
_DRAFT_4 = frozenset(
    (
        "$schema", "$ref", "id", "title", "description", "default", "definitions", "type", "enum", "properties",
        "patternProperties", "additionalProperties", "required", "minProperties", "maxProperties", "dependencies", "items",
        "additionalItems", "minItems", "maxItems", "uniqueItems", "minimum", "maximum", "exclusiveMinimum",
        "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "format", "allOf", "anyOf", "oneOf", "not",
    )
)  # fmt: skip
_BOUNDS_OF_TEXT = ("maxLength", "pattern", "enum", "format")
_OF_SCHEMAS = ("properties", "patternProperties", "definitions")
_LISTS = ("allOf", "anyOf", "oneOf")


def is_strict_schema(subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff every object of the schema names what it needs and takes no more, and every text is bounded."""
    if subject.resource is None:
        return False
    schema = subject.resource.property("Schema")
    if isinstance(schema, str):
        try:
            schema = frozen(json.loads(schema))
        except json.JSONDecodeError:
            return False
    return _is_strict(schema)


def _is_strict(schema: PropertyValue) -> Truth:
    if isinstance(schema, Unknown):
        return schema
    if not isinstance(schema, Mapping):
        return False
    if "$ref" in schema:
        return True  # another model, which is judged by itself
    own = all(word in _DRAFT_4 or word.startswith("x-") for word in schema)
    kind = schema.get("type")
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if "object" in kinds or "properties" in schema:
        own = own and bool(schema.get("required")) and schema.get("additionalProperties") is False
    if "string" in kinds:
        own = own and any(word in schema for word in _BOUNDS_OF_TEXT)
    return all_of((own, *map(_is_strict, _inner(schema))))


def _inner(schema: Mapping[str, PropertyValue]) -> Iterator[PropertyValue]:
    for word in _OF_SCHEMAS:
        named = schema.get(word)
        if isinstance(named, Mapping):
            yield from named.values()
        elif isinstance(named, Unknown):
            yield named
    for word in _LISTS:
        listed = schema.get(word)
        yield from listed if isinstance(listed, tuple) else ()
    items = schema.get("items")
    if isinstance(items, tuple):
        yield from items
    elif items is not None:
        yield items
