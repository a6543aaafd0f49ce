"""How the members of an AWS answer become the properties of a CloudFormation type: the language of the tables.

A table names each member that the answer carries. One that is missing in an answer is a property that is not set;
a property of `elsewhere` is told by another call, and is `Unknown` until that is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wa_policy.iam.source import Source
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.members import Node

Read = Callable[[Node], PropertyValue]


def text(node: Node) -> PropertyValue:
    return node.value if isinstance(node.value, str) else node.wrong("a string")


def number(node: Node) -> PropertyValue:
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return node.value
    return node.wrong("a number")


def flag(node: Node) -> PropertyValue:
    return node.value if isinstance(node.value, bool) else node.wrong("`true` or `false`")


def number_text(node: Node) -> PropertyValue:
    """A number that the API writes as a string."""
    written = node.value
    if isinstance(written, str) and len(written) < 20 and written.isascii() and written.isdigit():
        return int(written)
    return node.wrong("digits in a string")


def flag_text(node: Node) -> PropertyValue:
    """A boolean that the API writes as a string."""
    if node.value in ("true", "false"):
        return bool(node.value == "true")
    return node.wrong("`true` or `false` in a string")


def as_is(node: Node) -> PropertyValue:
    """Any JSON value whose names are those of CloudFormation already, or the user's own."""
    return frozen(node.value)


def frozen(value: object) -> PropertyValue:
    match value:
        case None | str() | bool() | int() | float():
            return value
        case list():
            return tuple(frozen(item) for item in value)
        case Mapping():
            return {str(key): frozen(item) for key, item in value.items()}
        case _:  # a date of YAML
            return str(value)


def many(read: Read) -> Read:
    def read_list(node: Node) -> PropertyValue:
        if not isinstance(node.value, list):
            return node.wrong("a list")
        return tuple(
            read(Node(item, node.source.at(index), node.notes)) for index, item in enumerate(node.value)
        )

    return read_list


def texts_by_name(node: Node) -> PropertyValue:
    """An object of strings: tags, variables."""
    if not isinstance(node.value, Mapping):
        return node.wrong("an object")
    return {
        str(key): text(Node(value, node.source.at(str(key)), node.notes)) for key, value in node.value.items()
    }


@dataclass(frozen=True, slots=True)
class Member:
    """One row: the member of the answer, the property it is, and how its value is read."""

    name: str
    property: str
    read: Read = text


def structure(*members: Member) -> Read:
    def read_structure(node: Node) -> PropertyValue:
        if not isinstance(node.value, Mapping):
            return node.wrong("an object")
        return {
            member.property: member.read(found)
            for member in members
            if (found := node.get(member.name)) is not None
        }

    return read_structure


def same(*names: str, read: Read = text) -> tuple[Member, ...]:
    """Rows for members that have the same name as their property."""
    return tuple(Member(name, name, read) for name in names)


def inside(name: str, read: Read = text) -> Read:
    """The value of the one member that counts of an object."""

    def read_inside(node: Node) -> PropertyValue:
        if not isinstance(node.value, Mapping):
            return node.wrong("an object")
        found = node.get(name)
        return None if found is None else read(found)

    return read_inside


@dataclass(frozen=True, slots=True)
class Table:
    """A type of CloudFormation, the call whose answer carries it, and what other calls tell.

    `policy_call` is the call that answers with its resource policy, None where the type has none.
    """

    type: str
    call: str
    members: tuple[Member, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    policy_call: str | None = None

    @property
    def calls(self) -> dict[str, str]:
        """Each property with the call that tells it."""
        return {member.property: self.call for member in self.members} | dict(self.elsewhere)

    def properties(self, node: Node) -> dict[str, PropertyValue]:
        """The properties that an answer carries, None for those that are not set."""
        return {
            member.property: None if (found := node.get(member.name)) is None else member.read(found)
            for member in self.members
        }

    def places(self, node: Node) -> dict[str, Source]:
        """Where the properties stand."""
        return {
            member.property: found.source
            for member in self.members
            if (found := node.get(member.name)) is not None
        }
