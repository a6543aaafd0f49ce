"""The line on which a value stands, looked up for what is reported."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from wa_policy.loaders.document import DocumentFormat
from wa_policy.loaders.json_lines import INDEX, Wanted, find_json_lines, find_json_rows, tokens_of
from wa_policy.loaders.yaml_nodes import MappingNode, Node, ScalarNode, SequenceNode, compose
from wa_policy.loaders.yaml_scalars import long_form, plain_value
from wa_policy.loaders.yaml_values import Member, members


def line_of(text: str, format: DocumentFormat, pointer: str) -> int:  # noqa: A002  # as in `Document`
    """The line, from 1, on which the value at a JSON pointer starts, or 0 if there is no such value.

    A member of an object starts at its key. A pointer that goes on into a string gives the line of the string; in a
    literal block of YAML (`|`) that holds JSON the line of the value in it.
    """
    return lines_of(text, format, (pointer,))[pointer]


def lines_of(text: str, format: DocumentFormat, pointers: Iterable[str]) -> dict[str, int]:  # noqa: A002
    """`line_of` for many pointers into one text, in one pass over it; `text` is what `decode` gives."""
    asked = list(dict.fromkeys(pointers))
    match format:
        case DocumentFormat.JSON | DocumentFormat.JSON_LINES:
            wanted = Wanted()
            nodes = {
                pointer: wanted.add(tokens) for pointer in asked if (tokens := tokens_of(pointer)) is not None
            }
            find = find_json_rows if format is DocumentFormat.JSON_LINES else find_json_lines
            find(text, wanted)
            return {pointer: nodes[pointer].line if pointer in nodes else 0 for pointer in asked}
        case DocumentFormat.YAML:
            index = _YamlLines(text)
            return {pointer: index.line(pointer) for pointer in asked}
        case _:
            assert_never(format)


class LineIndex:
    """The lines of the pointers that a report needs from one text."""

    def __init__(self, text: str, format: DocumentFormat, pointers: Iterable[str]) -> None:  # noqa: A002
        self._lines = lines_of(text, format, pointers)

    def line(self, pointer: str) -> int:
        """The line, or 0 if there is none or the pointer is not one that was asked for."""
        return self._lines.get(pointer, 0)


class _YamlLines:
    def __init__(self, text: str) -> None:
        self._stream = compose("", text)
        self._members: dict[int, dict[str, Member]] = {}

    def line(self, pointer: str) -> int:
        tokens = tokens_of(pointer)
        roots = self._stream.roots
        if tokens is None or not roots:
            return 0
        number = "0"
        if self._stream.several and tokens:
            number, *tokens = tokens
        root = _item(roots, number)
        return self._inside(root, tokens) if root is not None else 0

    def _inside(self, node: Node, tokens: list[str]) -> int:
        line, short = node.line, long_form(node.tag)
        for number, token in enumerate(tokens):
            if short is not None:
                # `!Sub text` stands for `{Fn::Sub: text}`, all on one place.
                if token != short:
                    return 0
                short = None
                continue
            match node:
                case ScalarNode():
                    if node.literal and (within := _line_within(node.value, tokens[number:])):
                        return node.line + within
                    return line if not node.plain or isinstance(plain_value(node.value), str) else 0
                case SequenceNode():
                    item = _item(node.items, token)
                    if item is None:
                        return 0
                    node, line = item, item.line
                case MappingNode():
                    member = self._members_of(node).get(token)
                    if member is None:
                        return 0
                    node, line = member.node, member.line
            short = long_form(node.tag)
        return line

    def _members_of(self, node: MappingNode) -> dict[str, Member]:
        if id(node) not in self._members:
            self._members[id(node)] = members(node)
        return self._members[id(node)]


def _line_within(text: str, tokens: list[str]) -> int:
    """The line of a value in a JSON text, 0 where it is not there."""
    if text.lstrip()[:1] not in ("{", "["):
        return 0
    wanted = Wanted()
    node = wanted.add(tokens)
    find_json_lines(text, wanted)
    return node.line


def _item(items: list[Node], token: str) -> Node | None:
    if not INDEX.fullmatch(token) or int(token) >= len(items):
        return None
    return items[int(token)]
