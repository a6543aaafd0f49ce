"""The properties of resources of the `awscc` provider, with the names that CloudFormation has for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from wa_policy.catalog.schemas import ValueShape
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.tables import frozen
from wa_policy.loaders.terraform.awscc_kinds import folded, schemas
from wa_policy.loaders.terraform.instances import Instance
from wa_policy.loaders.terraform.properties import Reader
from wa_policy.loaders.terraform.rows import camel


def properties(reader: Reader, instance: Instance, type_: str) -> dict[str, PropertyValue]:
    """The properties of an instance, None for those that are not set."""
    known = schemas().names(type_)
    names = {folded(name): name for name in known}
    found: dict[str, PropertyValue] = dict.fromkeys(known)
    for argument in sorted({*instance.values, *instance.unknown}):
        name = names.get(folded(argument))
        if name is None:
            continue  # `id`, which all resources have
        value, mark = instance.values.get(argument), instance.unknown.get(argument)
        read = reader.value(instance, (argument,), value, mark)
        found[name] = _shaped(read, type_, (name,))
    found["Tags"] = _tags(found.get("Tags"))
    return found


def _shaped(value: PropertyValue, type_: str, path: Sequence[str]) -> PropertyValue:
    """The value with the names of CloudFormation."""
    node = schemas().find(type_, tuple(path))
    if isinstance(value, str):
        return _json(value) if node is not None and node.shape is ValueShape.FREE else value or None
    if isinstance(value, tuple):
        return tuple(_shaped(item, type_, path) for item in value)
    if not isinstance(value, Mapping):
        return value
    if node is not None and node.shape in (ValueShape.NAMES, ValueShape.FREE):
        return value
    members = {folded(name): name for name in (node.members if node is not None else ())}
    named = {
        members.get(folded(str(key)), camel(str(key))): item
        for key, item in value.items()
        if item is not None
    }
    return {name: _shaped(item, type_, (*path, name)) for name, item in named.items()}


def _json(text: str) -> PropertyValue:
    try:
        return frozen(json.loads(text))
    except (ValueError, RecursionError):
        return text


def _tags(value: PropertyValue) -> PropertyValue:
    """A list of Key and Value as a mapping."""
    if not isinstance(value, tuple):
        return value
    tags: dict[str, PropertyValue] = {}
    for item in value:
        key: Any = item.get("Key") if isinstance(item, Mapping) else item
        if isinstance(key, Unknown):
            return key
        if not isinstance(item, Mapping) or not isinstance(key, str):
            return value
        tags[key] = item.get("Value")
    return tags or None
