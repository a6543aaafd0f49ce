"""YAML text to a tree of nodes with their lines, built on parser events so that no input exhausts a stack.

`yaml.compose` recurses in C, and some builds of libyaml crash on deep nesting instead of saying no. Events come one
by one, so the levels are counted before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
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

from wa_policy.errors import Problem
from wa_policy.loaders.text import shown

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_DEPTH = 200
"""Levels of nesting that are read, those that aliases and tags add included."""
MAX_ALIASED = 1_000_000
"""Nodes that aliases may add to those that are written: past it the text is a bomb and no template."""

SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True, eq=False)
class ScalarNode:
    line: int
    tag: str | None
    value: str
    plain: bool
    """Neither quoted nor tagged: the text decides on the type."""
    literal: bool = False
    """Written as `|`: each line of the text is a line of the file, beginning with the next one."""


@dataclass(slots=True, eq=False)
class SequenceNode:
    line: int
    tag: str | None
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class MappingNode:
    line: int
    tag: str | None
    pairs: list[tuple[Node, Node]] = field(default_factory=list)


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
        parser = LOADER(text)
        try:
            composer.read(parser.get_event)
        finally:
            parser.dispose()
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


@dataclass(slots=True)
class _Extent:
    """What a node comes to with all aliases in it written out."""

    size: int
    height: int


_SCALAR_EXTENT = _Extent(1, 0)


class _Composer:
    def __init__(self) -> None:
        self.stream = Stream()
        self._begun = 0
        self._open: list[SequenceNode | MappingNode] = []
        self._depth = 0
        self._anchors: dict[str, Node] = {}
        self._extents: dict[int, _Extent] = {}
        self._aliased = 0

    @property
    def pointer(self) -> str:
        return f"/{self._begun - 1}" if self.stream.several else ""

    def read(self, next_event: Callable[[], Any]) -> None:
        """Take all events of a stream. One loop does it, as it runs for each scalar of each template."""
        open_ = self._open
        around: list[list[Node]] = []
        """The children of the collections around the innermost one, all its keys and values in one row."""
        children: list[Node] = self.stream.roots
        while True:
            event = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                children.append(self._scalar(event))
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self._start(event, MappingNode if kind is MappingStartEvent else SequenceNode)
                around.append(children)
                children = []
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                node = open_.pop()
                if isinstance(node, SequenceNode):
                    node.items = children
                else:
                    node.pairs = list(zip(children[::2], children[1::2], strict=True))
                self._depth -= _levels(node.tag)
                children = around.pop()
                children.append(node)
            elif kind is AliasEvent:
                children.append(self._alias(event))
            elif kind is DocumentStartEvent:
                self._begun += 1
                self.stream.several = self._begun > 1
                self._anchors.clear()
                self._aliased = 0
            elif kind is StreamEndEvent:
                return

    def _scalar(self, event: Any) -> ScalarNode:
        tag, style = event.tag, event.style
        # Only an escape can write one, and only a text in double quotes has escapes.
        if style == '"' and SURROGATE.search(event.value):
            raise _NodeError("yaml-syntax", event, "found half a surrogate pair, expected a character")
        plain = not style and tag is None and event.implicit[0]
        # `!` alone says "not by its text": the same as quoting.
        node = ScalarNode(
            event.start_mark.line + 1, None if tag == "!" else tag, event.value, plain, style == "|"
        )
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _start(self, event: Any, kind: type[SequenceNode | MappingNode]) -> None:
        tag = None if event.tag == "!" else event.tag
        self._depth += _levels(tag)
        if self._depth > MAX_DEPTH:
            raise _NodeError("too-deep", event, _too_deep("levels of nesting"))
        node = kind(event.start_mark.line + 1, tag)
        if event.anchor:
            self._anchors[event.anchor] = node
        self._open.append(node)

    def _alias(self, event: Any) -> Node:
        name = shown(event.anchor)
        node = self._anchors.get(event.anchor)
        if node is None:
            raise _NodeError("yaml-alias", event, f"found the alias `*{name}`, expected `&{name}` above it")
        if any(node is one for one in self._open):
            raise _NodeError("yaml-alias", event, f"`*{name}` stands inside of `&{name}`, expected outside")
        extent = self._extent(node)
        self._aliased += extent.size
        if self._aliased > MAX_ALIASED:
            message = f"aliases add more than {MAX_ALIASED} nodes, expected at most {MAX_ALIASED}"
            raise _NodeError("yaml-aliases", event, message)
        if self._depth + extent.height > MAX_DEPTH:
            raise _NodeError("too-deep", event, _too_deep("levels of nesting with aliases written out"))
        return node

    def _extent(self, node: Node) -> _Extent:
        """Worked out for what is aliased only; the recursion goes as deep as what was read so far, which is bounded."""
        if isinstance(node, ScalarNode):
            return _SCALAR_EXTENT
        known = self._extents.get(id(node))
        if known is None:
            children = (
                node.items if isinstance(node, SequenceNode) else [one for pair in node.pairs for one in pair]
            )
            extents = [self._extent(child) for child in children]
            known = _Extent(
                1 + sum(extent.size for extent in extents),
                _levels(node.tag) + max((extent.height for extent in extents), default=0),
            )
            self._extents[id(node)] = known
        return known


def _levels(tag: str | None) -> int:
    """A short form such as `!Join [...]` is a mapping around its value."""
    return 1 if tag is None or tag.startswith("tag:") else 2


def _too_deep(what: str) -> str:
    return f"more than {MAX_DEPTH} {what}, expected at most {MAX_DEPTH}"
