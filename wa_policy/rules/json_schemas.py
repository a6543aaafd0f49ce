"""Does a model of a REST API bound what it describes? JSON Schema of draft 4, as API Gateway reads it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from wa_policy.evaluator.truth import Truth, all_of, any_of
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import METHODS_PROPERTY, REST_API_ID_PROPERTY, PropertyValue
from wa_policy.rules.arguments import Values
from wa_policy.rules.subjects import Scope, Subject
from wa_policy.rules.views import parts_of, walk

_OF_DRAFT_4 = frozenset(
    (
        "$ref", "$schema", "additionalItems", "additionalProperties", "allOf", "anyOf", "default", "definitions", "dependencies",
        "description", "enum", "exclusiveMaximum", "exclusiveMinimum", "format", "id", "items", "maxItems", "maxLength",
        "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum", "multipleOf", "not", "oneOf", "pattern",
        "patternProperties", "properties", "required", "title", "type", "uniqueItems",
    )
)  # fmt: skip
_OF_OPENAPI = frozenset(
    (
        "discriminator",
        "example",
        "examples",
        "externalDocs",
        "nullable",
        "readOnly",
        "writeOnly",
        "xml",
        "deprecated",
    )
)
"""Words that describe in an OpenAPI document and that an import leaves out."""
_BOUNDS_TEXT = ("maxLength", "pattern", "enum", "format")
_MAX_DEPTH = 50


def is_strict_model(subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff each object of the schema lists its members and no others, each text is bounded, each keyword is of draft 4."""
    schema = None if subject.resource is None else subject.resource.property("Schema")
    if isinstance(schema, str):
        try:
            schema = json.loads(schema)
        except (ValueError, RecursionError):
            return Unknown(UnknownKind.UNREADABLE, f"the schema of `{subject.name}`")
    return all_of(_strict(schema, 0))


def _strict(schema: PropertyValue, depth: int) -> Iterator[Truth]:
    if isinstance(schema, Unknown):
        yield schema
        return
    if not isinstance(schema, Mapping):
        return
    if depth > _MAX_DEPTH:
        yield Unknown(UnknownKind.NOT_MODELLED, f"a schema that is more than {_MAX_DEPTH} levels deep")
        return
    yield all(word in _OF_DRAFT_4 | _OF_OPENAPI or word.startswith("x-") for word in schema)
    if "$ref" in schema:
        return
    type_ = schema.get("type")
    if isinstance(type_, Unknown):
        yield type_
    types = type_ if isinstance(type_, list | tuple) else (type_,)
    if "object" in types or "properties" in schema:
        yield from (_is_set(schema.get("required")), _is_false(schema.get("additionalProperties")))
    if "string" in types:
        yield any(word in schema for word in _BOUNDS_TEXT)
    for word in ("properties", "patternProperties", "definitions"):
        named = schema.get(word)
        for inner in named.values() if isinstance(named, Mapping) else (named,):
            yield from _strict(inner, depth + 1)
    for word in ("items", "additionalItems", "not"):
        yield from _strict(schema.get(word), depth + 1)
    for word in ("items", "allOf", "anyOf", "oneOf"):
        listed = schema.get(word)
        for inner in listed if isinstance(listed, list | tuple) else ():
            yield from _strict(inner, depth + 1)


def _is_set(value: PropertyValue) -> Truth:
    return value if isinstance(value, Unknown) else isinstance(value, list | tuple) and len(value) > 0


def _is_false(value: PropertyValue) -> Truth:
    return value if isinstance(value, Unknown) else value is False or value == "false"


def is_request_model(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff a method of the API names the model for what comes in."""
    resource = subject.resource
    if resource is None:
        return False
    names = {resource.name, resource.id.rpartition("/")[2], resource.property("Name")}
    api = resource.property("RestApiId")
    for one in scope.inventory.of_type("AWS::ApiGateway::RestApi"):
        if one.property(REST_API_ID_PROPERTY) == api and one.account == resource.account:
            return any_of(
                name if isinstance(name, Unknown) else name in names
                for name in _models(one.property(METHODS_PROPERTY))
            )
    return Unknown(UnknownKind.NOT_EXPORTED, f"the API of the model `{subject.name}`")


def _models(methods: PropertyValue) -> Iterator[PropertyValue]:
    """The models for what comes in, and why there may be more of them."""
    for method in parts_of(methods):
        for model in parts_of(walk(method.value, ("RequestModels",))):
            yield model.value
