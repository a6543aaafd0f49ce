"""How a plan writes expressions: what stands at a path into blocks, and the parts of a reference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wa_policy.loaders.terraform.instances import Key, key_of

_TOKEN = re.compile(r'\[("(?:[^"\\]|\\.)*"|\d+)\]|([^.\[\]]+)')


@dataclass(frozen=True, slots=True)
class Block:
    """One block of several of a kind. The blocks of a set come in another order than they are written in."""

    index: int
    count: int
    values: Mapping[str, Any]
    ordered: bool = True


Step = str | Block
"""A step into a resource: an attribute or the name of a block, and which of the blocks."""


def as_map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def as_list(value: Any, kind: type = Mapping) -> list[Any]:
    return [item for item in value if isinstance(item, kind)] if isinstance(value, list) else []


def tokens_of(reference: str) -> list[str | int]:
    """The parts of a reference between dots and brackets; keys of `for_each` come with their quotes."""
    return [
        int(found[1]) if found[1] and found[1].isdigit() else (found[1] or found[2])
        for found in _TOKEN.finditer(reference)
    ]


def as_key(token: str | int) -> Key:
    return token if isinstance(token, int) else key_of(token) if token.startswith('"') else token


def leaves_of(references: Sequence[str]) -> Iterator[str]:
    """The longest of the references: each is followed by those that are its beginnings."""
    unique = list(dict.fromkeys(references))
    for one in unique:
        if not any(other.startswith((f"{one}.", f"{one}[")) for other in unique):
            yield one


def is_index(leaf: str, leaves: Sequence[str]) -> bool:
    """True iff the reference may only choose an instance of another one."""
    return leaf in ("each.key", "count.index") and len(leaves) > 1


def expressions_at(raw: Mapping[str, Any], path: tuple[Step, ...]) -> Iterator[Mapping[str, Any]]:
    """The expressions at a path into nested blocks; those of all blocks of a list where the one cannot be told."""
    if not path:
        yield raw
        return
    head, *rest = path
    found = raw.get(head) if isinstance(head, str) else None
    if isinstance(found, Mapping):
        if "references" in found or "constant_value" in found or not rest:
            yield found
            return
        yield from expressions_at(found, tuple(rest[1:] if isinstance(rest[0], Block) else rest))
    elif isinstance(found, list):
        blocks = [block for block in found if isinstance(block, Mapping)]
        if rest and isinstance(rest[0], Block):
            blocks = list(_fitting(blocks, rest[0]))
            rest = rest[1:]
        for block in blocks:
            yield from expressions_at(block, tuple(rest))


def _fitting(blocks: Sequence[Mapping[str, Any]], wanted: Block) -> Sequence[Mapping[str, Any]]:
    """The blocks of the configuration that may be the one wanted."""
    if len(blocks) != wanted.count:
        return blocks
    if wanted.ordered:
        return blocks[wanted.index : wanted.index + 1]
    return [
        block
        for block in blocks
        if all(_agrees(block.get(name), value) for name, value in wanted.values.items())
    ]


def _agrees(expression: Any, value: Any) -> bool:
    if not isinstance(expression, Mapping) or "constant_value" not in expression:
        return True
    constant = expression["constant_value"]
    if isinstance(constant, list) and isinstance(value, list):
        return sorted(map(str, constant)) == sorted(map(str, value))
    return bool(constant == value)
