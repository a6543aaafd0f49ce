"""Members of raw answers, read with a problem for each that has another type than AWS documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.describe import describe
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind


class AnyCase(dict[str, Any]):
    """An object whose members are found whatever their case: AWS Config writes the names of the API in a case of its own."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        super().__init__({str(key): any_case(item) for key, item in value.items()})
        self._keys = {key.lower(): key for key in self}

    def written(self, name: str) -> str:
        """The name as it stands there."""
        return self._keys.get(name.lower(), name)

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(self.written(name), default)

    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(self.written(name))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._keys


def any_case(value: Any) -> Any:
    """The value with all its objects so."""
    match value:
        case Mapping():
            return AnyCase(value)
        case list():
            return [any_case(item) for item in value]
        case _:
            return value


@dataclass(frozen=True, slots=True)
class Node:
    """A raw value with its place; problems go to `notes`, which all nodes of a document share."""

    value: Any
    source: Source
    notes: list[Problem]

    def noting(self, notes: list[Problem]) -> Node:
        """The same value, with its problems kept apart."""
        return Node(self.value, self.source, notes)

    def wrong(self, expected: str) -> Unknown:
        """Note that the value is not what was expected; the result stands for it."""
        message = f"found {describe(self.value)}, expected {expected}"
        self.notes.append(self.source.problem("member-type", message))
        return Unknown(UnknownKind.UNREADABLE, f"`{self.source.pointer}` in `{self.source.file}`: {message}")

    def get(self, name: str) -> Node | None:
        """The member of an object; None where it is missing, is null, or the value is no object."""
        if not isinstance(self.value, Mapping):
            return None
        value = self.value.get(name)
        if value is None:
            return None
        written = self.value.written(name) if isinstance(self.value, AnyCase) else name
        return Node(value, self.source.at(written), self.notes)

    def text(self, name: str) -> str | None:
        """The member if it is a string; None if it is missing, or with a problem if it is something else."""
        member = self.get(name)
        if member is None or isinstance(member.value, str):
            return None if member is None else member.value
        member.wrong("a string")
        return None

    def required_text(self, name: str) -> str | None:
        """The member if it is a string that is not empty, else None with a problem."""
        member = self.get(name)
        if member is None:
            if isinstance(self.value, Mapping):
                message = f"found no `{name}`, expected a string"
                self.notes.append(self.source.problem("member-missing", message))
            else:
                self.wrong(f"an object with `{name}`")
        elif isinstance(member.value, str) and member.value:
            return str(member.value)
        else:
            member.wrong("a string that is not empty")
        return None

    def items(self, name: str) -> Iterator[Node]:
        """The items of a member that is a list; nothing if it is missing, or with a problem if it is no list."""
        member = self.get(name)
        if member is None:
            return
        if not isinstance(member.value, list):
            member.wrong("a list")
            return
        for index, item in enumerate(member.value):
            yield Node(item, member.source.at(index), self.notes)

    def objects(self, name: str) -> Iterator[Node]:
        """The items that are objects; a problem for each that is none."""
        for item in self.items(name):
            if isinstance(item.value, Mapping):
                yield item
            else:
                item.wrong("an object")

    def texts(self, name: str) -> tuple[str, ...]:
        """The items that are strings; a problem for each that is none."""
        found = []
        for item in self.items(name):
            if isinstance(item.value, str):
                found.append(item.value)
            else:
                item.wrong("a string")
        return tuple(found)

    def entries(self, name: str) -> Iterator[tuple[str, Node]]:
        """The members of a member that is an object, in their order."""
        member = self.get(name)
        if member is None:
            return
        if not isinstance(member.value, Mapping):
            member.wrong("an object")
            return
        for key, value in member.value.items():
            yield str(key), Node(value, member.source.at(str(key)), self.notes)

    def tags(self, name: str) -> dict[str, str]:
        """A list of Key and Value as a mapping."""
        tags = {}
        for item in self.objects(name):
            key = item.required_text("Key")
            if key is not None:
                tags[key] = item.text("Value") or ""
        return tags
