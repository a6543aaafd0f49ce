"""How values are read whose form in an answer is another one than that of the property."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import PolicyKind
from wa_policy.inventory.model import Present, PropertyValue
from wa_policy.loaders.answers.convert import json_text, shaped
from wa_policy.loaders.members import Node
from wa_policy.loaders.tables import Member, Read, many, text

ITEM = ""
"""The name of a member that stands for the item itself."""


def policy(node: Node) -> PropertyValue:
    """A resource policy: a JSON text or an object."""
    if node.value == "":
        return None
    read, problems = parse_policy(node.value, node.source, PolicyKind.RESOURCE)
    node.notes.extend(problems)
    return Present(read)


def parsed(node: Node) -> PropertyValue:
    """A JSON document in a text."""
    return json_text(node.value) if isinstance(node.value, str) else node.wrong("a JSON text")


def equals(*values: object) -> Read:
    """True iff the value is one of these."""
    return lambda node: node.value in values


def at(path: str, read: Read) -> Read:
    """The value at a dotted path below."""

    def read_at(node: Node) -> PropertyValue:
        found: Node | None = node
        for name in path.split("."):
            found = None if found is None else found.get(name)
        return None if found is None else read(found)

    return read_at


def put(*path: str, read: Read) -> Read:
    """The value as the only member of structures around it."""

    def read_put(node: Node) -> PropertyValue:
        value = read(node)
        if value is None:
            return None
        for name in reversed(path):
            value = {name: value}
        return value

    return read_put


def each(name: str, read: Read = text) -> Read:
    """One member of each item of a list."""

    def of_item(node: Node) -> PropertyValue:
        found = node.get(name)
        return node.wrong(f"an object with `{name}`") if found is None else read(found)

    return many(of_item)


def named(read: Mapping[str, Read]) -> Read:
    """A structure whose members are read from the same value; those that are not set are left out."""

    def read_named(node: Node) -> PropertyValue:
        found = {name: value for name, one in read.items() if (value := one(node)) is not None}
        return found or None

    return read_named


def hoisted(member: str, type_: str, names: str) -> tuple[Member, ...]:
    """Rows for properties that stand one level deeper in the answer."""
    return tuple(Member(member, name, _of_inner(type_, name)) for name in names.split())


def _of_inner(type_: str, name: str) -> Read:
    read = shaped(type_, name)

    def inner(node: Node) -> PropertyValue:
        if not isinstance(node.value, Mapping):
            return node.wrong("an object")
        key = next((key for key in node.value if str(key).lower() == name.lower()), None)
        found = None if key is None else node.get(str(key))
        return None if found is None else read(found)

    return inner


def own(name: str, member: str, read: Read) -> Member:
    """A property under `WaPolicy::`, for what CloudFormation has no word."""
    return Member(member, f"WaPolicy::{name}", read)


def chosen(of: Mapping[object, PropertyValue], expected: str) -> Read:
    """What a word of the answer stands for."""

    def read_chosen(node: Node) -> PropertyValue:
        return of[node.value] if _known(node.value, of) else node.wrong(expected)

    return read_chosen


def _known(value: object, of: Mapping[object, PropertyValue]) -> bool:
    return isinstance(value, str | bool | int) and value in of


Reader = Callable[[Node], PropertyValue]
