"""State machines and event patterns of a template, read before texts with parts that are not known become unknown as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wa_policy.iam.source import Source
from wa_policy.loaders.cloudformation.build import Build, Made
from wa_policy.loaders.cloudformation.values import NO_VALUE, Value, settle
from wa_policy.loaders.embedded.of_resources import TYPES, documents_of

_TOPIC = "AWS::SNS::Topic"
"""Whose subscriptions are resources of their own as well."""


def read_documents(build: Build) -> None:
    """Read the documents of all resources."""
    for made in build.made.values():
        if made.written.type in TYPES and made.written.type != _TOPIC:
            _read(build, made)


def _read(build: Build, made: Made) -> None:
    def property_(name: str) -> Value:
        value = made.values.get(name, NO_VALUE)
        return None if value is NO_VALUE else settle(value)

    def place(keys: tuple[str | int, ...]) -> Source:
        pointer = build.pointer(made, *keys)
        found = build.resolver.at(pointer)
        if found.pointer != pointer:
            return found
        return build.resolver.at(build.pointer(made, *_as_written(made.written.properties, keys)))

    found = documents_of(made.written.type, made.name, property_, place)
    made.properties |= found.properties
    for name, at in found.places.items():
        made.places[name] = at
    build.notes.extend(problem for problem in found.problems if problem not in build.notes)


def _as_written(raw: Any, keys: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The keys as they lead through what is written: on into the text of `Fn::Sub`, not beyond other functions."""
    way: list[str | int] = []
    for number, key in enumerate(keys):
        if isinstance(raw, Mapping) and len(raw) == 1 and "Fn::Sub" in raw:
            text = raw["Fn::Sub"]
            return (*way, "Fn::Sub", *((0,) if isinstance(text, list) else ()), *keys[number:])
        if isinstance(raw, str):
            return (*way, *keys[number:])
        is_item = isinstance(raw, list) and isinstance(key, int) and key < len(raw)
        if not is_item and not (isinstance(raw, Mapping) and key in raw):
            return tuple(way)
        raw = raw[key]
        way.append(key)
    return tuple(way)
