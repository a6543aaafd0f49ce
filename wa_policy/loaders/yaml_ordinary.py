"""The value of ordinary YAML, straight from the parser's events.

Nearly every template is ordinary: one document without anchors, merges, doubled keys, foreign tags or errors. For it there
is nothing to say but its value, which takes half as long without a tree of nodes. All else is left to `yaml_values`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from wa_policy.loaders import yaml_nodes
from wa_policy.loaders.yaml_scalars import LONG_FORMS, is_odd_number, plain_value

NOT_ORDINARY = object()


class _NotOrdinaryError(Exception):
    """Leaves the parser at what is out of the ordinary."""


def ordinary_value(text: str) -> Any:
    """The one document of a text as `read_yaml` has it, `NOT_ORDINARY` where there may be more to say about it."""
    try:
        parser = yaml_nodes.LOADER(text)
        try:
            return _value(parser)
        finally:
            parser.dispose()
    except (_NotOrdinaryError, yaml.YAMLError, ValueError, OverflowError):
        return NOT_ORDINARY


def _value(parser: Any) -> Any:
    """One loop, as it runs for each scalar of each template."""
    next_event = parser.get_event
    around: list[tuple[list[Any], bool, str | None]] = []
    documents: list[Any] = []
    # What the innermost collection holds, the keys and values of a mapping by turns.
    children, is_mapping, tag = documents, False, None
    levels = 0
    while True:
        event = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            text, style = event.value, event.style
            if event.anchor or (style == '"' and yaml_nodes.SURROGATE.search(text)):
                raise _NotOrdinaryError
            if is_mapping and not len(children) % 2:
                if event.tag is not None or text == "<<":
                    raise _NotOrdinaryError
                children.append(text)
            elif event.tag is not None:
                form = _long_form(event.tag)
                children.append({form: text.split(".", 1) if form == "Fn::GetAtt" else text})
            else:
                children.append(text if style or not event.implicit[0] else _plain(text))
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.anchor or (is_mapping and not len(children) % 2):
                raise _NotOrdinaryError
            around.append((children, is_mapping, tag))
            children, is_mapping, tag = [], kind is MappingStartEvent, event.tag
            levels += 1 if tag is None else 2
            if levels > yaml_nodes.MAX_DEPTH:
                raise _NotOrdinaryError
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            value: Any = children
            if is_mapping:
                pairs = iter(children)
                value = dict(zip(pairs, pairs, strict=True))
                if 2 * len(value) != len(children):
                    raise _NotOrdinaryError
            if tag is not None:
                value = {_long_form(tag): value}
                levels -= 1
            levels -= 1
            children, is_mapping, tag = around.pop()
            children.append(value)
        elif kind is StreamEndEvent:
            if len(documents) != 1 or not isinstance(documents[0], dict | list):
                raise _NotOrdinaryError
            return documents[0]
        elif kind is AliasEvent or (kind is DocumentStartEvent and documents):
            raise _NotOrdinaryError


@lru_cache(maxsize=4096)  # templates say much the same
def _plain(text: str) -> Any:
    value = plain_value(text)
    if value is text and is_odd_number(text):
        raise _NotOrdinaryError
    return value


def _long_form(tag: str) -> str:
    form = LONG_FORMS.get(tag)
    if form is None:
        raise _NotOrdinaryError
    return form
