"""The items that any rule may go through: the parts of a property, and the other sides of a relation."""

from __future__ import annotations

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Principal, Resource
from wa_policy.inventory.relations import related as related_to
from wa_policy.inventory.relations import relation_names
from wa_policy.rules.arguments import Values, text
from wa_policy.rules.items import Field, Item, Items, numbered
from wa_policy.rules.subjects import Scope, Subject, subject_of, subject_of_resource
from wa_policy.rules.views import Element, containers, parts_of, walk


def parts(subject: Subject, _scope: Scope, arguments: Values) -> Items:
    """The items of a list or the named values of a map, at a path that goes through lists as if they were not there."""
    resource = subject.resource
    if resource is None:
        return Items(())
    path = tuple(text(arguments, "of").split("."))
    found: list[Item] = []
    unknown: list[Unknown] = []
    for value in containers(resource.property(path[0]), path[1:]):
        if isinstance(value, Unknown):
            unknown.append(value)
            continue
        for part in parts_of(value):
            name = _name(part, is_list=isinstance(value, tuple), arguments=arguments)
            shown = str(part.value) if isinstance(part.value, str | int | float) else ""
            why = part.value if isinstance(part.value, Unknown) else None
            fields: dict[str, Field] = {"key": name, "value": shown}
            place = resource.place(path[0])
            if isinstance(value, tuple) and len(path) == 1:
                place = resource.places.get(f"{path[0]}/{part.key}", place)
            found.append(Item(name, place, fields, structure=part.value, unknown=why))
    return Items(numbered(found), tuple(unknown))


def _name(part: Element, *, is_list: bool, arguments: Values) -> str:
    """What names a part over scans: its property `key`, itself where it is a text, its name in a map, or its number."""
    told = walk(part.value, tuple(text(arguments, "key").split("."))) if "key" in arguments else None
    if isinstance(told, str | int | float):
        return str(told)
    return part.value if is_list and isinstance(part.value, str) else part.key


def related(subject: Subject, scope: Scope, arguments: Values) -> Items:
    """The other sides of a relation of the subject."""
    name = text(arguments, "by")
    one = subject.principal if subject.resource is None else subject.resource
    if one is None or name not in relation_names(subject.type):
        return Items(())
    answer = related_to(scope.inventory, one, name)
    found = tuple(_related_item(other, scope) for other in answer.found)
    return Items(numbered(found), () if answer.unknown is None else (answer.unknown,))


def _related_item(other: Resource | Principal, scope: Scope) -> Item:
    if isinstance(other, Principal):
        fields: dict[str, Field] = {"id": other.arn, "name": other.name}
        about = subject_of(other, scope.inventory)
        return Item(other.name, other.source, fields, principal=other, subject=about)
    fields = {"id": other.id, "name": other.name or other.id}
    about = subject_of_resource(other, scope.inventory)
    return Item(other.name or other.id, other.source, fields, subject=about)
