"""YAML nodes to raw values: what a template writes, with nothing read into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.source import escape
from wa_policy.loaders.json_duplicates import duplicate_message, in_order
from wa_policy.loaders.json_text import Reading
from wa_policy.loaders.text import shown
from wa_policy.loaders.yaml_nodes import MappingNode, Node, ScalarNode, SequenceNode, compose
from wa_policy.loaders.yaml_ordinary import NOT_ORDINARY, ordinary_value
from wa_policy.loaders.yaml_scalars import LONG_FORMS, STANDARD, is_odd_number, long_form, plain_value

_TEXT_TAGS = ("str", "binary", "timestamp")
_TYPED_TAGS: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "null": (type(None),),
}
_COLLECTION_TAGS = ("map", "seq", "set", "omap", "pairs")

_NOT_DONE = object()


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a mapping: the line of its key, and its value."""

    line: int
    node: Node


def read_yaml(file: str, text: str) -> Reading:
    """All documents of a stream; an empty one has a number and no value."""
    value = ordinary_value(text)
    return read_nodes(file, text) if value is NOT_ORDINARY else Reading([(0, value)])


def read_nodes(file: str, text: str) -> Reading:
    """`read_yaml` by way of the nodes, for all that is out of the ordinary."""
    stream = compose(file, text)
    reading = Reading(several=stream.several)
    problems: list[Problem] = []
    for number, root in enumerate(stream.roots):
        if isinstance(root, ScalarNode) and root.plain and not root.value:
            continue
        values = _Values(file, reading.pointer(number))
        reading.values.append((number, values.of(root)))
        problems.extend(values.problems)
    reading.problems = in_order(file, [*problems, *stream.problems])
    return reading


def members(node: MappingNode) -> dict[str, Member]:
    """The members by the text of their keys, with those that `<<` merges in; the last of equal keys counts."""
    found: dict[str, Member] = {}
    for key, value in node.pairs:
        if is_merge(key):
            for source in reversed(merged(value)):
                found |= members(source)
    found |= {
        key.value: Member(key.line, value)
        for key, value in node.pairs
        if isinstance(key, ScalarNode) and not is_merge(key)
    }
    return found


def is_merge(key: Node) -> bool:
    return isinstance(key, ScalarNode) and key.plain and key.value == "<<"


def merged(value: Node) -> list[MappingNode]:
    """The mappings that a merge key names."""
    items = value.items if isinstance(value, SequenceNode) else [value]
    return [item for item in items if isinstance(item, MappingNode)]


class _Values:
    """The values of one document. Recursion is safe here: `compose` bounds the depth."""

    def __init__(self, file: str, pointer: str) -> None:
        self._file = file
        self._root = pointer
        self._keys: list[str | int] = []
        """The way to where it is at work. Few pointers are ever asked for."""
        self._done: dict[int, Any] = {}
        self.problems: list[Problem] = []

    def of(self, node: Node) -> Any:
        if isinstance(node, ScalarNode):
            if node.tag is None:
                return self._plain(node) if node.plain else node.value
            return self._value(node)
        # An alias is the value of its anchor: shared, and its problems told once.
        known = self._done.get(id(node), _NOT_DONE)
        if known is _NOT_DONE:
            self._done[id(node)] = known = self._value(node)
        return known

    def _value(self, node: Node) -> Any:
        if node.tag is None:
            return self._untagged(node)
        key = long_form(node.tag)
        if key is None:
            return self._untagged(node)
        if node.tag not in LONG_FORMS:
            message = f"found the tag `{shown(node.tag)}`, expected a function of CloudFormation"
            self._add(node, "yaml-tag", message)
        if key == "Fn::GetAtt" and isinstance(node, ScalarNode):
            # `!GetAtt Name.Attribute`, where the attribute may have dots of its own.
            return {key: node.value.split(".", 1)}
        self._keys.append(key)
        value = self._untagged(node)
        self._keys.pop()
        return {key: value}

    def _untagged(self, node: Node) -> Any:
        match node:
            case ScalarNode():
                return self._scalar(node)
            case SequenceNode():
                self._check_collection_tag(node)
                return self._items(node)
            case MappingNode():
                self._check_collection_tag(node)
                return self._members(node)

    def _items(self, node: SequenceNode) -> list[Any]:
        keys = self._keys
        keys.append(0)
        values = []
        for keys[-1], item in enumerate(node.items):
            values.append(self.of(item))
        keys.pop()
        return values

    def _members(self, node: MappingNode) -> dict[str, Any]:
        self._check_keys(node)
        keys = self._keys
        keys.append("")
        values = {}
        for key, member in members(node).items():
            keys[-1] = key
            values[key] = self.of(member.node)
        keys.pop()
        return values

    def _scalar(self, node: ScalarNode) -> Any:
        text, tag = node.value, node.tag
        if tag is None or not tag.startswith(STANDARD):
            return text
        kind = tag.removeprefix(STANDARD)
        types = _TYPED_TAGS.get(kind)
        if types is not None:
            value = self._plain(node)
            if type(value) in types:
                return value
            words = (
                f"found `{shown(text)}` with the tag `!!{kind}`, expected a plain {kind}; it is read as text"
            )
            self._add(node, "yaml-tag", words)
        elif kind not in _TEXT_TAGS:
            words = f"found the tag `!!{shown(kind)}`, expected none; the value is read as text"
            self._add(node, "yaml-tag", words)
        return text

    def _plain(self, node: ScalarNode) -> Any:
        value = plain_value(node.value)
        if value is node.value and is_odd_number(value):
            self._add_number(node)
        return value

    def _add_number(self, node: ScalarNode) -> None:
        found = f"found the number `{shown(node.value, 40)}`"
        words = f"{found}, expected a finite number of reasonable length; it is read as text"
        self._add(node, "yaml-number", words)

    def _check_collection_tag(self, node: SequenceNode | MappingNode) -> None:
        if node.tag is None or not node.tag.startswith(STANDARD):
            return
        kind = node.tag.removeprefix(STANDARD)
        if kind not in _COLLECTION_TAGS:
            words = f"found the tag `!!{shown(kind)}`, expected none; the value is read without it"
            self._add(node, "yaml-tag", words)

    def _check_keys(self, node: MappingNode) -> None:
        last: dict[str, int] = {}
        times: dict[str, int] = {}
        for key, value in node.pairs:
            if is_merge(key):
                items = value.items if isinstance(value, SequenceNode) else [value]
                if len(merged(value)) != len(items):
                    words = "found a value that is no mapping at the key `<<`, expected mappings to merge"
                    self._add(key, "yaml-key", words)
            elif not isinstance(key, ScalarNode) or long_form(key.tag) is not None:
                words = "found a key that is no plain text, expected text"
                if not isinstance(key, ScalarNode):
                    words += "; the member is not read"
                self._add(key, "yaml-key", words)
            if isinstance(key, ScalarNode) and not is_merge(key):
                last[key.value] = key.line
                times[key.value] = times.get(key.value, 0) + 1
        for text, count in times.items():
            if count > 1:
                at = f"{self._pointer}/{escape(text)}"
                message = duplicate_message(text, count)
                self.problems.append(Problem(self._file, at, "duplicate-key", message, last[text]))

    @property
    def _pointer(self) -> str:
        return self._root + "".join(f"/{escape(key)}" for key in self._keys)

    def _add(self, node: Node, code: str, message: str) -> None:
        self.problems.append(Problem(self._file, self._pointer, code, message, node.line))
