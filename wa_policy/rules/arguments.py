"""The arguments of predicates and iterators: which there are, and of what type each is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from wa_policy.errors import InternalError

Value = str | int | float | bool | tuple[str | int | float, ...]
"""A value after its `$name` was put in its place."""
Values = Mapping[str, Value]


class ArgumentKind(StrEnum):
    TEXT = "a text"
    TEXTS = "a list of texts"
    NUMBER = "a number"
    ACTIONS = "a list of action patterns"
    KEYS = "a list of condition keys"
    OPERATORS = "a list of condition operators"

    @property
    def many(self) -> bool:
        return self not in (ArgumentKind.TEXT, ArgumentKind.NUMBER)


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument by its name; one that is not required may be left out."""

    name: str
    kind: ArgumentKind
    required: bool = True


def texts(values: Values, name: str) -> tuple[str, ...]:
    """A list argument; empty where it was left out."""
    value = values.get(name, ())
    if isinstance(value, tuple):
        return tuple(str(item) for item in value)
    return (str(value),)


def text(values: Values, name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str):
        raise InternalError(f"argument `{name}` is {value!r}, expected a text")
    return value


def number(values: Values, name: str) -> int | float:
    value = values.get(name)
    if not isinstance(value, int | float):
        raise InternalError(f"argument `{name}` is {value!r}, expected a number")
    return value
