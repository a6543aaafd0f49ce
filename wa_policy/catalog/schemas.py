"""The resource types of CloudFormation and their properties: names, nesting and value types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ValueShape(StrEnum):
    """What a property holds."""

    TEXT = "t"
    NUMBER = "n"
    FLAG = "f"
    STRUCTURE = "structure"
    NAMES = "m"
    """A text for each name that the user chose."""
    FREE = "x"
    """Of a shape that the schema does not say."""


@dataclass(frozen=True, slots=True)
class SchemaNode:
    """A property: its shape, whether it is a list of such values, and the names of the members of a structure."""

    shape: ValueShape
    many: bool = False
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResourceSchemas:
    """All types; `date` is that of their release.

    `read_only` has by type the dotted paths of what AWS sets, `write_only` of what no answer of AWS tells.
    """

    date: str
    types: Mapping[str, Mapping[str, Any]]
    read_only: Mapping[str, Sequence[str]] = field(default_factory=dict)
    write_only: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def has(self, type_: str) -> bool:
        """True iff CloudFormation has the type."""
        return type_ in self.types

    def names(self, type_: str) -> tuple[str, ...]:
        """The names of the properties of a type, sorted; nothing for a type that there is not."""
        return tuple(sorted(self.types.get(type_, {}).get("", ())))

    def find(self, type_: str, path: tuple[str, ...]) -> SchemaNode | None:
        """The property at a path, which goes through lists as if they were not there; None iff there is none.

        Below a property whose shape the schema does not say, every path is FREE.
        """
        definitions = self.types.get(type_)
        if definitions is None or not path:
            return None
        spec: Any = definitions[""]
        many = False
        for name in path:
            if spec == ValueShape.FREE:
                return SchemaNode(ValueShape.FREE)
            if spec == ValueShape.NAMES:
                spec, many = ValueShape.TEXT, False
                continue
            if not isinstance(spec, Mapping) or name not in spec:
                return None
            spec, many = _resolved(spec[name], definitions)
        if isinstance(spec, Mapping):
            return SchemaNode(ValueShape.STRUCTURE, many, tuple(sorted(spec)))
        return SchemaNode(ValueShape(spec), many)


def _resolved(spec: Any, definitions: Mapping[str, Any]) -> tuple[Any, bool]:
    """What a value is without its lists and references, and whether it is a list."""
    many = False
    while True:
        if isinstance(spec, list):
            spec, many = spec[0], True
        elif isinstance(spec, str) and spec.startswith("#"):
            spec = definitions[spec[1:]]
        else:
            return spec, many
