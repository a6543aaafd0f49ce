"""The intrinsic functions. Each gets its argument as written, the pointer to it, and where its result comes to stand."""

from __future__ import annotations

import base64 as _base64
import ipaddress
import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from wa_policy.iam.source import escape
from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown
from wa_policy.loaders.cloudformation.beside import included
from wa_policy.loaders.cloudformation.values import (
    NO_VALUE,
    Symbol,
    Value,
    as_text,
    doubt_of,
    hole,
    joined,
    parts_of,
    unresolved,
)
from wa_policy.loaders.text import shown

if TYPE_CHECKING:
    from wa_policy.loaders.cloudformation.resolve import Resolver

_FIELD = re.compile(r"\$\{([^{}]*)\}")
_MOST_CIDRS = 256
_PIECES = 10_000


def ref(resolver: Resolver, argument: Any, raw: str, out: str) -> Value:
    """`Ref`: a parameter, or the name of a resource."""
    if not isinstance(argument, str):
        return resolver.wrong("Ref", raw, "the name of a parameter or resource")
    resolver.note_no_echo(argument, out)
    return resolver.named(argument, raw)


def get_att(resolver: Resolver, argument: Any, raw: str, _out: str) -> Value:
    """`Fn::GetAtt`: an attribute of a resource."""
    if isinstance(argument, str):
        argument = argument.split(".", 1)
    if not isinstance(argument, list) or len(argument) < 2 or not isinstance(argument[0], str):
        return resolver.wrong("Fn::GetAtt", raw, "the name of a resource and an attribute")
    names = [
        resolver.resolve(item, f"{raw}/{index}", f"{raw}/{index}")
        for index, item in enumerate(argument[1:], 1)
    ]
    if not all(isinstance(name, str) for name in names):
        doubt = doubt_of(names)
        return doubt or resolver.wrong("Fn::GetAtt", raw, "the name of a resource and an attribute")
    return resolver.attribute(argument[0], ".".join(names), raw)


def sub(resolver: Resolver, argument: Any, raw: str, out: str) -> Value:
    """`Fn::Sub`: a text with the values of the names in it."""
    own: Mapping[str, Any] = {}
    text = argument
    if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], Mapping):
        text, own = argument
    elif isinstance(argument, list) and len(argument) == 1:
        text = argument[0]
    if not isinstance(text, str):
        return resolver.wrong("Fn::Sub", raw, "a text, or a text and an object of values")
    if "${" not in text:
        return text
    parts: list[str | Template] = []
    end = 0
    for found in _FIELD.finditer(text):
        parts.append(text[end : found.start()])
        if found[1] not in own:
            resolver.note_no_echo(found[1], out)
        parts.append(_substituted(resolver, found[1], own, raw))
        end = found.end()
    parts.append(text[end:])
    return joined(parts)


def _substituted(resolver: Resolver, name: str, own: Mapping[str, Any], raw: str) -> str | Template:
    if name.startswith("!"):
        return f"${{{name[1:]}}}"
    name = name.strip()
    value: Value
    if name in own:
        pointer = f"{raw}/1/{escape(name)}"
        value = resolver.resolve(own[name], pointer, pointer)
    elif "." in name and name not in resolver.scope.sections.parameters:
        resource, _, attribute = name.partition(".")
        value = resolver.attribute(resource, attribute, raw)
    else:
        value = resolver.named(name, raw)
    return _in_text(resolver, value, name, raw)


def _in_text(resolver: Resolver, value: Value, name: str, raw: str) -> str | Template:
    """A value as a part of a text."""
    if value is NO_VALUE or value is None:
        return ""
    text = as_text(value)
    if text is not None:
        return text
    doubt = doubt_of(value)
    if doubt is not None:
        return hole(doubt.reason, f"${{{name}}}")
    resolver.wrong("Fn::Sub", raw, "texts, not lists or objects")
    return hole(f"`{name}`, which is no text", f"${{{name}}}")


def join(resolver: Resolver, argument: Any, raw: str, out: str) -> Value:
    """`Fn::Join`: texts with a text between them."""
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):
        return resolver.wrong("Fn::Join", raw, "a text and a list")
    between = argument[0]
    items = resolver.resolve(argument[1], f"{raw}/1", f"{out}/1")
    if isinstance(items, Unknown):
        return hole(items.reason, "${…}")
    if isinstance(items, Template):
        return items
    if not isinstance(items, list):
        return resolver.wrong("Fn::Join", raw, "a text and a list")
    parts: list[str | Template] = []
    for item in items:
        if parts:
            parts.append(between)
        parts.append(_in_text(resolver, item, "…", raw))
    return joined(parts)


def split(resolver: Resolver, argument: Any, raw: str, out: str) -> Value:
    """`Fn::Split`: the pieces of a text."""
    if (
        not isinstance(argument, list)
        or len(argument) != 2
        or not isinstance(argument[0], str)
        or not argument[0]
    ):
        return resolver.wrong("Fn::Split", raw, "a text to split by and a text")
    by = argument[0]
    value = resolver.resolve(argument[1], f"{raw}/1", f"{out}/1")
    if isinstance(value, Unknown):
        return value
    text = as_text(value)
    if text is None:
        return resolver.wrong("Fn::Split", raw, "a text to split by and a text")
    pieces: list[list[Any]] = [[]]
    for part in parts_of(text):
        if isinstance(part, str):
            first, *more = part.split(by)
            pieces[-1].append(first)
            pieces += [[piece] for piece in more]
        elif isinstance(part, Symbol) and not set(by) & set(part.parts_by):
            pieces[-1].append(Template((part,)))
        else:
            return unresolved(part.reason.reason)
        if len(pieces) > _PIECES:
            return resolver.wrong("Fn::Split", raw, f"at most {_PIECES} pieces")
    return [joined(piece) for piece in pieces]


def select(resolver: Resolver, argument: Any, raw: str, out: str) -> Value:
    """`Fn::Select`: one item of a list."""
    if not isinstance(argument, list) or len(argument) != 2:
        return resolver.wrong("Fn::Select", raw, "a number and a list")
    number = resolver.resolve(argument[0], f"{raw}/0", f"{out}/0")
    items = resolver.resolve(argument[1], f"{raw}/1", out)
    for value in (number, items):
        if isinstance(value, Unknown):
            return hole(value.reason, "${…}") if value is items else value
    if isinstance(number, Template):
        return doubt_of(number) or unresolved("the number in `Fn::Select`")
    if isinstance(items, Template):
        return hole((doubt_of(items) or items.holes[0].reason).reason, "${…}")
    text = as_text(number)
    if (
        not isinstance(items, list)
        or not isinstance(text, str)
        or not text.isascii()
        or not text.isdigit()
        or len(text) > 9
    ):
        return resolver.wrong("Fn::Select", raw, "a number and a list")
    if int(text) >= len(items):
        resolver.scope.note(
            raw,
            "function-argument",
            f"found item {text} of a list of {len(items)}, expected an item that it has",
        )
        return unresolved(f"item {text} of a list of {len(items)}")
    resolver.moves[out] = f"{raw}/1/{text}"
    return items[int(text)]


def if_(resolver: Resolver, argument: Any, raw: str, out: str) -> Value:
    """`Fn::If`: one of two values, by a condition."""
    if not isinstance(argument, list) or len(argument) != 3:
        return resolver.wrong("Fn::If", raw, "the name of a condition and two values")
    truth = resolver.truth(argument[0], f"{raw}/0")
    if isinstance(truth, Unknown):
        return truth
    branch = 1 if truth else 2
    place = f"{raw}/{branch}"
    resolver.moves[out] = place
    return resolver.resolve(argument[branch], place, out)


def find_in_map(resolver: Resolver, argument: Any, raw: str, out: str) -> Value:
    """`Fn::FindInMap`: a value of a mapping, or the default that the language extensions allow."""
    if not isinstance(argument, list) or len(argument) not in (3, 4):
        return resolver.wrong("Fn::FindInMap", raw, "the name of a mapping and two keys")
    keys = [
        resolver.resolve(item, f"{raw}/{index}", f"{raw}/{index}") for index, item in enumerate(argument[:3])
    ]
    default = (
        argument[3].get("DefaultValue", NO_VALUE)
        if len(argument) == 4 and isinstance(argument[3], Mapping)
        else NO_VALUE
    )
    found: Any = resolver.scope.sections.mappings
    for index, key in enumerate(keys):
        text = as_text(key)
        if isinstance(key, Unknown):
            return key
        if isinstance(text, Template):
            return _of_any_key(found, text, keys[index + 1 :]) or unresolved(f"the key `{text}` of a mapping")
        if text is None:
            return resolver.wrong("Fn::FindInMap", raw, "the name of a mapping and two keys")
        inner = found.get(text) if isinstance(found, Mapping) else None
        if inner is None:
            if default is not NO_VALUE:
                place = f"{raw}/3/DefaultValue"
                resolver.moves[out] = place
                return resolver.resolve(default, place, out)
            words = f"found no `{shown(text)}` in the mappings, expected it there"
            resolver.scope.note(raw, "mapping-key", words)
            return unresolved(f"`{text}`, which the mappings do not have")
        found = inner
    return found


def _of_any_key(mapping: Any, _key: Template, rest: list[Value]) -> Value | None:
    """The value of a mapping if it is the same under every key."""
    if not isinstance(mapping, Mapping) or not all(isinstance(key, str) for key in rest):
        return None
    values = []
    for item in mapping.values():
        for key in rest:
            item = item.get(key) if isinstance(item, Mapping) else None  # noqa: PLW2901
        values.append(item)
    return (
        values[0]
        if values and values[0] is not None and all(value == values[0] for value in values)
        else None
    )


def import_value(resolver: Resolver, argument: Any, raw: str, out: str) -> Value:
    """`Fn::ImportValue`: an export of another stack, which is not read."""
    name = resolver.resolve(argument, raw, out)
    text = as_text(name)
    written = "…" if text is None else str(text)
    return hole(f"the export `{written}` of another stack", f"${{{written}}}")


def transform(resolver: Resolver, argument: Any, raw: str, out: str) -> Value:
    """`Fn::Transform`: what a macro makes of something."""
    name = argument.get("Name") if isinstance(argument, Mapping) else None
    if not isinstance(name, str):
        return resolver.wrong("Fn::Transform", raw, "an object with the `Name` of a macro")
    if name == "AWS::Include":
        parameters = argument.get("Parameters")
        location = parameters.get("Location") if isinstance(parameters, Mapping) else None
        text = as_text(resolver.resolve(location, raw, raw))
        found = included(resolver.scope.sections.source, text) if isinstance(text, str) else None
        if found is not None:
            return resolver.included(found, raw, out)
        return unresolved(
            f"the file `{'…' if text is None else text}`, which the macro `AWS::Include` puts here"
        )
    return unresolved(f"what the macro `{name}` makes")


def base64(resolver: Resolver, argument: Any, raw: str, out: str) -> Value:
    """`Fn::Base64`."""
    text = as_text(resolver.resolve(argument, raw, out))
    if text is None:
        return resolver.wrong("Fn::Base64", raw, "a text")
    if isinstance(text, Template):
        doubt = doubt_of(text) or text.holes[0].reason
        return hole(doubt.reason, "${…}")
    return _base64.b64encode(text.encode("utf-8", "surrogatepass")).decode("ascii")


def get_azs(resolver: Resolver, argument: Any, raw: str, out: str) -> Value:
    """`Fn::GetAZs`: the zones of a region, which each account has its own names for."""
    del resolver, argument, raw, out
    return unresolved("the availability zones of the region")


def cidr(resolver: Resolver, argument: Any, raw: str, out: str) -> Value:
    """`Fn::Cidr`: blocks of addresses out of a larger one."""
    if not isinstance(argument, list) or len(argument) not in (2, 3):
        return resolver.wrong("Fn::Cidr", raw, "a CIDR block, a count and a number of bits")
    values = [
        resolver.resolve(item, f"{raw}/{index}", f"{out}/{index}") for index, item in enumerate(argument)
    ]
    if (doubt := doubt_of(values)) is not None:
        return doubt
    blocks = _blocks([as_text(value) for value in values])
    return blocks or resolver.wrong("Fn::Cidr", raw, "a CIDR block, a count and a number of bits")


def _blocks(texts: list[str | Template | None]) -> list[str]:
    """The blocks, none where the arguments do not fit."""
    try:
        block = ipaddress.ip_network(str(texts[0]), strict=False)
        count, bits = int(str(texts[1])), int(str(texts[2])) if len(texts) == 3 else None
        width = block.max_prefixlen
        length = width - (bits if bits is not None else (8 if width == 32 else 64))
    except ValueError:
        return []
    if not (1 <= count <= _MOST_CIDRS and block.prefixlen <= length <= width):
        return []
    size = 1 << (width - length)
    if count * size > block.num_addresses:
        return []
    return [f"{block.network_address + number * size}/{length}" for number in range(count)]


def length(resolver: Resolver, argument: Any, raw: str, out: str) -> Value:
    """`Fn::Length`: how many items a list has."""
    items = resolver.resolve(argument, raw, out)
    if isinstance(items, Unknown | Template):
        return doubt_of(items) or unresolved("the length of a list")
    return len(items) if isinstance(items, list) else resolver.wrong("Fn::Length", raw, "a list")


def to_json_string(resolver: Resolver, argument: Any, raw: str, out: str) -> Value:
    """`Fn::ToJsonString`: the JSON text of a value."""
    value = resolver.resolve(argument, raw, out)
    return joined(_json(value, resolver, raw))


def _json(value: Value, resolver: Resolver, raw: str) -> Iterable[str | Template]:
    match value:
        case Template():
            yield '"'
            for part in value.parts:
                yield (
                    json.dumps(part, ensure_ascii=False)[1:-1] if isinstance(part, str) else Template((part,))
                )
            yield '"'
        case Unknown():
            yield hole(value.reason, "${…}")
        case list():
            yield "["
            for index, item in enumerate(value):
                if index:
                    yield ","
                yield from _json(item, resolver, raw)
            yield "]"
        case dict():
            yield "{"
            for index, (key, item) in enumerate(value.items()):
                yield f"{',' if index else ''}{json.dumps(str(key), ensure_ascii=False)}:"
                yield from _json(item, resolver, raw)
            yield "}"
        case _:
            yield json.dumps(None if value is NO_VALUE else value, ensure_ascii=False)
