"""Members of answers as properties of a type, by the names and shapes of its schema."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.answers.rows import Row, fold
from wa_policy.loaders.members import Node
from wa_policy.loaders.tables import Read, frozen

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?")
_NO_NAMES: Mapping[str, str] = {}
_KEYS = ("Key", "key", "TagKey", "tagKey")
_VALUES = ("Value", "value", "TagValue", "tagValue")


def properties_of(
    row: Row, node: Node, *, present_only: bool = False, of_item: bool | None = None
) -> tuple[dict[str, PropertyValue], dict[str, Source]]:
    """The properties that an item tells, None for those that are not set, and where they stand.

    `present_only` is for an item of which nothing says that it is whole. `of_item` says whether properties that follow from
    all of the item are told; without it, as far as it is whole.
    """
    found: dict[str, PropertyValue] = {} if present_only else dict.fromkeys(row.told)
    places: dict[str, Source] = {}
    definitions = _definitions(row.type)
    names = _names(row.type)
    told = frozenset(row.told)
    own = {member.property for member in row.members}
    taken = {fold(member.name) for member in row.members}
    if isinstance(node.value, Mapping):
        for key, value in node.value.items():
            folded = fold(str(key))
            name = row.folded.get(folded) or names.get(folded)
            if value is None or name is None or name in own:
                continue
            if name not in told and (not present_only or folded in taken):
                continue
            member = Node(value, node.source.at(str(key)), node.notes)
            spec = definitions.get("", {}).get(name)
            found[name] = _Reader(row, definitions).top(name, member, spec, folded)
            places[name] = member.source
    of_item = not present_only if of_item is None else of_item
    for one in row.members:
        if not one.name and not of_item:
            continue
        member_node = node if not one.name else node.get(one.name)
        if member_node is None:
            continue
        found[one.property] = one.read(member_node)
        places[one.property] = member_node.source
    for path in row.silent:
        _silence(found, path.split("."), row)
    return found, places


def shaped(type_: str, path: str, renamed: Mapping[str, str] = _NO_NAMES) -> Read:
    """A reader of a value that has the shape of the property at the path of a type."""

    def read(node: Node) -> PropertyValue:
        definitions = _definitions(type_)
        spec: Any = definitions.get("", {})
        for name in path.split("."):
            spec = resolved(spec, definitions)
            while isinstance(spec, list):
                spec = resolved(spec[0], definitions)
            spec = spec.get(name) if isinstance(spec, Mapping) else None
        reader = _Reader(Row("", type_, "", "", renamed=renamed), definitions)
        return reader.top(path.rsplit(".", 1)[-1], node, spec, "")

    return read


class _Reader:
    def __init__(self, row: Row, definitions: Mapping[str, Any]) -> None:
        self._renamed = row.folded
        self._definitions = definitions

    def top(self, name: str, node: Node, spec: Any, path: str) -> PropertyValue:
        if name == "Tags" or name.endswith("Tags"):
            tags = tags_of(node)
            if tags is not None:
                return tags
        return self.value(node, spec, path)

    def value(self, node: Node, spec: Any, path: str) -> PropertyValue:
        spec = resolved(spec, self._definitions)
        value = node.value
        if isinstance(spec, list):
            return self._list(node, spec[0], path)
        match value:
            case Mapping():
                if isinstance(spec, Mapping):
                    return self._structure(node, spec, path)
                return json.dumps(value, sort_keys=True) if spec == "t" else frozen(value)
            case list():
                if isinstance(spec, Mapping):
                    return node.wrong("an object")
                return json.dumps(value, sort_keys=True) if spec == "t" else frozen(value)
            case str():
                return self._text(node, value, spec)
            case bool() | int() | float():
                return json.dumps(value) if spec == "t" else value
            case None:
                return None
            case _:  # a date of YAML
                return str(value)

    def _list(self, node: Node, spec: Any, path: str) -> PropertyValue:
        value = node.value
        if isinstance(value, Mapping) and ("Quantity" in value or "Items" in value):
            # CloudFront counts its lists.
            items = node.get("Items")
            return () if items is None else self._list(items, spec, path)
        inner = resolved(spec, self._definitions)
        if isinstance(value, Mapping) and isinstance(inner, Mapping):
            if {"Key", "Value"} <= inner.keys():
                return tuple({"Key": str(key), "Value": frozen(item)} for key, item in value.items())
            return node.wrong("a list")
        if not isinstance(value, list):
            return (self.value(node, spec, path),)
        return tuple(
            self.value(Node(item, node.source.at(index), node.notes), spec, path)
            for index, item in enumerate(value)
        )

    def _structure(self, node: Node, spec: Mapping[str, Any], path: str) -> PropertyValue:
        names = {fold(name): name for name in spec}
        read: dict[str, PropertyValue] = {}
        for key, value in node.value.items():
            folded = fold(str(key))
            inner = f"{path}.{folded}" if path else folded
            name = self._renamed.get(inner) or names.get(folded)
            if value is None or name is None:
                continue
            member = Node(value, node.source.at(str(key)), node.notes)
            read[name] = self.top(name, member, spec.get(name), inner)
        return read

    def _text(self, node: Node, text: str, spec: Any) -> PropertyValue:
        match spec:
            case "n" if _NUMBER.fullmatch(text):
                return float(text) if "." in text else int(text)
            case "f" if text.lower() in ("true", "false"):
                return text.lower() == "true"
            case "n":
                return node.wrong("a number")
            case "f":
                return node.wrong("`true` or `false`")
            case "x" if text[:1] in ("{", "["):
                return json_text(text)
            case _:
                return text


def json_text(text: str) -> PropertyValue:
    """The value of a JSON text, or the text if it is none."""
    return frozen(raw_json(text))


def raw_json(text: str) -> Any:
    """The raw value of a JSON text, or the text if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def tags_of(node: Node) -> dict[str, PropertyValue] | None:
    """A list of keys and values, or an object, as a mapping; None if it is neither."""
    value = node.value
    if isinstance(value, Mapping):
        if all(isinstance(item, str) for item in value.values()):
            return dict(value)
        return None
    if not isinstance(value, list):
        return None
    tags: dict[str, PropertyValue] = {}
    for item in value:
        if not isinstance(item, Mapping):
            return None
        key = next((item[name] for name in _KEYS if name in item), None)
        if not isinstance(key, str):
            return None
        tags[key] = next((str(item[name]) for name in _VALUES if item.get(name) is not None), "")
    return tags


def resolved(spec: Any, definitions: Mapping[str, Any]) -> Any:
    """What a reference of a schema refers to."""
    while isinstance(spec, str) and spec.startswith("#"):
        spec = definitions.get(spec[1:])
    return spec


def _silence(found: dict[str, PropertyValue], path: list[str], row: Row) -> None:
    """Put an unknown where an answer does not tell a part of what it tells."""
    top, *inner = path
    value = found.get(top)
    if value is not None and inner:
        found[top] = _silenced(value, inner, f"`{'.'.join(path)}`, which `{row.call}` does not tell")


def _silenced(value: PropertyValue, path: list[str], reason: str) -> PropertyValue:
    if isinstance(value, tuple):
        return tuple(_silenced(item, path, reason) for item in value)
    if not isinstance(value, Mapping):
        return value
    name, *inner = path
    if inner:
        return {**value, name: _silenced(value[name], inner, reason)} if name in value else value
    return value if name in value else {**value, name: Unknown(UnknownKind.NOT_EXPORTED, reason)}


def _definitions(type_: str) -> Mapping[str, Any]:
    from wa_policy.catalog.store import load_schemas

    return load_schemas().types.get(type_, {})


@cache
def _names(type_: str) -> Mapping[str, str]:
    """The properties of a type by their folded names."""
    return {fold(name): name for name in _definitions(type_).get("", _NO_NAMES)}
