"""YAML text to a tree of nodes with their lines, built on parser events so that no input exhausts a stack.

`yaml.compose` recurses in C, and some builds of libyaml crash on deep nesting instead of saying no. Events come one
by one, so the levels are counted before anything is built.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from wa_policy.errors import Problem
from wa_policy.loaders.text import shown

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_DEPTH = 200
"""Levels of nesting that are read, those that aliases and tags add included."""
MAX_ALIASED = 1_000_000
"""Nodes that aliases may add to those that are written: past it the text is a bomb and no template."""

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True, eq=False)
class ScalarNode:
    line: int
    tag: str | None
    value: str
    plain: bool
    """Neither quoted nor tagged: the text decides on the type."""

    size = 1
    height = 0


@dataclass(slots=True, eq=False)
class SequenceNode:
    line: int
    tag: str | None
    items: list[Node] = field(default_factory=list)
    size: int = 0
    """Number of nodes with all aliases written out; 0 while the node is open."""
    height: int = 0


@dataclass(slots=True, eq=False)
class MappingNode:
    line: int
    tag: str | None
    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    size: int = 0
    height: int = 0


Node = ScalarNode | SequenceNode | MappingNode


@dataclass(slots=True, eq=False)
class Stream:
    """The documents that were read to their end, and whether more than one began."""

    roots: list[Node] = field(default_factory=list)
    several: bool = False
    problems: list[Problem] = field(default_factory=list)


class _NodeError(Exception):
    def __init__(self, code: str, event: Any, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.line = event.start_mark.line + 1
        self.column = event.start_mark.column + 1
        self.message = message


def compose(file: str, text: str) -> Stream:
    """The nodes of all documents; what comes after the first error is not read."""
    composer = _Composer()
    stream = composer.stream

    def add(code: str, line: int, column: int, message: str) -> None:
        where = f"line {line}, column {column}: {message}" if column else message
        stream.problems.append(Problem(file, composer.pointer, code, where, line))

    try:
        for event in yaml.parse(text, Loader=LOADER):
            composer.take(event)
    except _NodeError as error:
        add(error.code, error.line, error.column, error.message)
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        words = shown(error.problem or error.context or "broken structure", 200)
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        add("yaml-syntax", line, column, f"{words}, expected YAML")
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # The reader's errors carry a position, the pure Python scanner lets `chr` raise on `\UFFFFFFFF`.
        words = shown(str(error).replace("\n", " "), 200)
        line = _line_of_position(text, getattr(error, "position", None))
        add("yaml-syntax", line, 0, f"{words}, expected YAML")
    return stream


def _line_of_position(text: str, position: object) -> int:
    return text.count("\n", 0, position) + 1 if isinstance(position, int) else 0


class _Composer:
    def __init__(self) -> None:
        self.stream = Stream()
        self._begun = 0
        self._open: list[SequenceNode | MappingNode] = []
        self._keys: list[Node | None] = []
        self._depth = 0
        self._anchors: dict[str, Node] = {}
        self._aliased = 0

    @property
    def pointer(self) -> str:
        return f"/{self._begun - 1}" if self.stream.several else ""

    def take(self, event: Any) -> None:
        # In the order of how often they come.
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._start(event, MappingNode(_line(event), _tag(event)))
        elif isinstance(event, yaml.SequenceStartEvent):
            self._start(event, SequenceNode(_line(event), _tag(event)))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._begun += 1
            self.stream.several = self._begun > 1
            self._anchors.clear()
            self._aliased = 0

    def _scalar(self, event: Any) -> None:
        if _SURROGATE.search(event.value):
            raise _NodeError("yaml-syntax", event, "found half a surrogate pair, expected a character")
        plain = event.tag is None and event.implicit[0] and not event.style
        node = ScalarNode(_line(event), _tag(event), event.value, plain)
        if event.anchor:
            self._anchors[event.anchor] = node
        self._place(node)

    def _start(self, event: Any, node: SequenceNode | MappingNode) -> None:
        self._depth += _levels(node)
        if self._depth > MAX_DEPTH:
            raise _NodeError("too-deep", event, _too_deep("levels of nesting"))
        if event.anchor:
            self._anchors[event.anchor] = node
        self._open.append(node)
        self._keys.append(None)

    def _end(self) -> None:
        node = self._open.pop()
        self._keys.pop()
        children = node.items if isinstance(node, SequenceNode) else [c for pair in node.pairs for c in pair]
        node.size = 1 + sum(child.size for child in children)
        node.height = _levels(node) + max((child.height for child in children), default=0)
        self._depth -= _levels(node)
        self._place(node)

    def _alias(self, event: Any) -> None:
        name = shown(event.anchor)
        node = self._anchors.get(event.anchor)
        if node is None:
            raise _NodeError("yaml-alias", event, f"found the alias `*{name}`, expected `&{name}` above it")
        if not node.size:
            raise _NodeError("yaml-alias", event, f"`*{name}` stands inside of `&{name}`, expected outside")
        self._aliased += node.size
        if self._aliased > MAX_ALIASED:
            message = f"aliases add more than {MAX_ALIASED} nodes, expected at most {MAX_ALIASED}"
            raise _NodeError("yaml-aliases", event, message)
        if self._depth + node.height > MAX_DEPTH:
            raise _NodeError("too-deep", event, _too_deep("levels of nesting with aliases written out"))
        self._place(node)

    def _place(self, node: Node) -> None:
        """Put a complete node where it belongs: into the open collection, or as a document."""
        if not self._open:
            self.stream.roots.append(node)
            return
        parent = self._open[-1]
        if isinstance(parent, SequenceNode):
            parent.items.append(node)
        elif (key := self._keys[-1]) is None:
            self._keys[-1] = node
        else:
            parent.pairs.append((key, node))
            self._keys[-1] = None


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _tag(event: Any) -> str | None:
    # `!` alone says "not by its text": the same as quoting.
    return None if event.tag in (None, "!") else str(event.tag)


def _levels(node: SequenceNode | MappingNode) -> int:
    """A short form such as `!Join [...]` is a mapping around its value."""
    return 1 if node.tag is None or node.tag.startswith("tag:") else 2


def _too_deep(what: str) -> str:
    return f"more than {MAX_DEPTH} {what}, expected at most {MAX_DEPTH}"
