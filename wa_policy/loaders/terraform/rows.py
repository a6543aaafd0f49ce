"""The language of the tables: how the arguments of a resource become the properties of a CloudFormation type.

A table is a text of words. `memory_size` is the argument that is the property `MemorySize`, `policy=KeyPolicy` one of
another name, `redrive_policy:json` one that holds JSON as text. `vpc_config{subnet_ids}` is a block of which there is one
at most, `tag_sets=Tags[key value]` one of which there may be several. A block in parentheses, `origin(a b)`, gives its
members to the structure around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache

_WORD = re.compile(r"([a-z0-9_]+)(?:=([A-Za-z0-9]+))?(?::([a-z]+))?([{\[(])?|([}\])])")


class Form(Enum):
    """What an argument is."""

    VALUE = ""
    ONE = "{"
    MANY = "["
    AROUND = "("


@dataclass(frozen=True, slots=True)
class Row:
    """One argument: the property it is, how it is read, and what is inside of a block."""

    argument: str
    property: str
    form: Form = Form.VALUE
    read: str = ""
    """`json` for JSON in a text, `flag` for `ENABLED` and the like, `name` for what is named by ARN or URL."""
    inside: tuple[Row, ...] = ()


@cache
def rows(text: str) -> tuple[Row, ...]:
    """The rows that a text stands for."""
    return tuple(_rows(_WORD.finditer(text)))


def _rows(words: Iterator[re.Match[str]]) -> Iterator[Row]:
    for word in words:
        if word[5]:
            return
        form = Form(word[4] or "")
        inside = tuple(_rows(words)) if form is not Form.VALUE else ()
        yield Row(word[1], word[2] or camel(word[1]), form, word[3] or "", inside)


def camel(argument: str) -> str:
    """The name as CloudFormation writes it: `memory_size` as `MemorySize`."""
    return "".join(part[:1].upper() + part[1:] for part in argument.split("_"))
