"""`Fn::ForEach` of the language extensions: one entry for each item of a list.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from wa_policy.errors import Problem
from wa_policy.iam.source import Source, escape
from wa_policy.loaders.cloudformation.values import as_text
from wa_policy.loaders.text import shown

if TYPE_CHECKING:
    from wa_policy.loaders.cloudformation.resolve import Resolver

MAX_ITEMS = 1000
MAX_ROUNDS = 10_000
"""Items that the loops of a template go through, all together."""
_NOT_PLAIN = re.compile("[^A-Za-z0-9]")
Entry = tuple[str, Any, str]
"""A key, its value with the loop's name replaced, and the pointer to where it is written."""


def expanded(key: str, item: Any, pointer: str, resolver: Resolver) -> tuple[list[Entry], list[Problem]]:
    """The entries of one loop, loops inside of it carried out too."""
    file = resolver.scope.sections.source.file
    if not (
        isinstance(item, list)
        and len(item) == 3
        and isinstance(item[0], str)
        and isinstance(item[2], Mapping)
    ):
        message = f"found `{shown(key)}` with another argument, expected a name, a list and an object"
        return [], [Source(file, pointer).problem("function-argument", message)]
    name, raw_items, body = item
    items = resolver.resolve(raw_items, f"{pointer}/1", f"{pointer}/1")
    texts = [as_text(one) for one in items] if isinstance(items, list) else []
    if not isinstance(items, list) or not all(isinstance(text, str) for text in texts):
        message = f"found `{shown(key)}` over a list that is not known here, expected known texts; its entries are not read"
        return [], [Source(file, pointer).problem("loop-unknown", message)]
    entries: list[Entry] = []
    problems: list[Problem] = []
    for text in texts[:MAX_ITEMS]:
        resolver.rounds += 1
        if resolver.rounds > MAX_ROUNDS:
            message = f"found loops that go through more than {MAX_ROUNDS} items, expected fewer"
            problems.append(Source(file, pointer).problem("loop-unknown", message))
            break
        for entry, value in body.items():
            written = f"{pointer}/2/{escape(entry)}"
            made = _replaced(value, name, str(text))
            new_key = _in_text(str(entry), name, str(text))
            if new_key.startswith("Fn::ForEach::"):
                inner, found = expanded(new_key, made, written, resolver)
                entries += inner
                problems += found
            else:
                entries.append((new_key, made, written))
        if len(entries) > MAX_ITEMS:
            break
    if len(texts) > MAX_ITEMS or len(entries) > MAX_ITEMS:
        message = f"found `{shown(key)}` with more than {MAX_ITEMS} entries, expected at most {MAX_ITEMS}"
        problems.append(Source(file, pointer).problem("loop-unknown", message))
        entries = entries[:MAX_ITEMS]
    return entries, problems


def section(
    written: Mapping[str, Any], source: Source, resolver: Resolver
) -> tuple[list[Entry], list[Problem]]:
    """The entries of a section in which loops may stand."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    for key, item in written.items():
        pointer = source.at(key).pointer
        if key.startswith("Fn::ForEach::"):
            made, found = expanded(key, item, pointer, resolver)
            entries += made
            problems += found
        else:
            entries.append((key, item, pointer))
    return entries, problems


def _in_text(text: str, name: str, value: str) -> str:
    # `&{Name}` is the value without the characters that a logical id cannot have.
    return text.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", _NOT_PLAIN.sub("", value))


def _replaced(value: Any, name: str, text: str) -> Any:
    """The value with the loop's name replaced in texts, keys and references."""
    match value:
        case str():
            return _in_text(value, name, text) if "{" in value else value
        case list():
            return [_replaced(item, name, text) for item in value]
        case dict():
            if value == {"Ref": name}:
                return text
            return dict(_entries(value, name, text))
        case _:
            return value


def _entries(value: Mapping[str, Any], name: str, text: str) -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        yield _in_text(key, name, text), _replaced(item, name, text)
