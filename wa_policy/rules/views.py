"""What a test looks at: a subject, or one value inside of one; and the values of its properties and operands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Absent, NotExported, PropertyValue
from wa_policy.rules.arguments import Value, Values
from wa_policy.rules.bindings import is_name, resolve
from wa_policy.rules.items import Item
from wa_policy.rules.model import Arithmetic, Computed, Looked, Operand
from wa_policy.rules.subjects import Scope, Subject


@dataclass(frozen=True, slots=True)
class Element:
    """An item of a list, or the value of a name in a map; `key` is that name."""

    value: PropertyValue
    key: str = ""


View = Subject | Element


@dataclass(frozen=True, slots=True)
class Sight:
    """All that a test may look at: the subject of the rule, its item, what the names stand for."""

    subject: Subject
    scope: Scope
    bindings: Values
    item: Item | None = None

    def turned(self, at: Looked) -> View:
        """The subject or the item; an item that is neither resource nor value is an empty element."""
        if at is Looked.SUBJECT:
            return self.subject
        item = self.item
        if item is None:
            return Element(None)
        return item.subject if item.subject is not None else Element(item.structure, item.key)


def value_at(view: View, path: tuple[str, ...]) -> PropertyValue:
    """The value at a path; None where it is known not to be set."""
    if isinstance(view, Element):
        return walk(view.value, path)
    if view.resource is None:
        return Unknown(UnknownKind.NOT_EXPORTED, f"the properties of `{view.id}`")
    value = view.resource.property(path[0])
    return value.unknown if isinstance(value, NotExported) else walk(value, path[1:])


def walk(value: PropertyValue, path: tuple[str, ...]) -> PropertyValue:
    """The value at a path inside of another; None where it is known not to be set."""
    for name in path:
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, Unknown):
            return value
        else:
            return None
    return value.unknown if isinstance(value, NotExported) else value


def parts_of(value: PropertyValue) -> tuple[Element, ...]:
    """The items of a list, the named values of a map; one that stands alone is a list of one."""
    match value:
        case None | Absent():
            return ()
        case tuple():
            return tuple(Element(part, str(number)) for number, part in enumerate(value))
        case Mapping():
            return tuple(Element(part, name) for name, part in sorted(value.items()))
        case _:
            return (Element(value, "0"),)


def containers(value: PropertyValue, path: tuple[str, ...]) -> Iterator[PropertyValue]:
    """The values at a path that goes through lists as if they were not there; an unknown one where it ends the way."""
    if isinstance(value, NotExported):
        yield value.unknown
    elif not path or isinstance(value, Unknown):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from containers(part, path)
    elif isinstance(value, Mapping):
        yield from containers(value.get(path[0]), path[1:])


# --- operands --------------------------------------------------------------------------------------------------------


def operand_of(operand: Operand, sight: Sight) -> Value | Unknown | None:
    """The operand worked out; None where a property that it names is not set."""
    match operand:
        case Computed(how, of):
            return _computed(how, [operand_of(one, sight) for one in of])
        case str() if is_name(operand) and (at := property_named(operand)) is not None:
            return _operand_value(value_at(sight.turned(at[0]), at[1]))
        case _:
            return resolve(operand, sight.bindings)


def property_named(name: str) -> tuple[Looked, tuple[str, ...]] | None:
    """The property that `$subject.X.Y` or `$item.X.Y` names, None for any other name."""
    at, _, path = name.removeprefix("$").partition(".")
    if at in tuple(Looked) and path[:1].isupper():
        return Looked(at), tuple(path.split("."))
    return None


def _operand_value(value: PropertyValue) -> Value | Unknown | None:
    match value:
        case None | Unknown() | str() | int() | float():
            return value
        case tuple():
            unknown = next((item for item in value if isinstance(item, Unknown)), None)
            return unknown or tuple(item for item in value if isinstance(item, str | int | float))
        case _:
            return None


def _computed(how: Arithmetic, values: list[Value | Unknown | None]) -> Value | Unknown | None:
    if how is Arithmetic.DEFAULT:
        return next((value for value in values if value is not None), None)
    result: int | float = 0 if how is Arithmetic.SUM else 1
    unknown: Unknown | None = None
    for value in values:
        if isinstance(value, Unknown):
            unknown = unknown or value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            result = result + value if how is Arithmetic.SUM else result * value
        else:
            return None
    return unknown or result
