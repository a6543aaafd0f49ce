"""The documents that the properties of a resource hold, as further properties of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from wa_policy.errors import Problem
from wa_policy.iam.source import Source
from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    EVENT_PATTERNS_PROPERTY,
    STATE_MACHINE_PROPERTY,
    STATES_PROPERTY,
    NotExported,
    PropertyValue,
    Resource,
)
from wa_policy.loaders.embedded.event_patterns import read_event_pattern
from wa_policy.loaders.embedded.json_within import Value, doubt, parse_within
from wa_policy.loaders.embedded.states_language import read_states_language
from wa_policy.loaders.embedded.substitutions import substituted

STATE_MACHINE = "AWS::StepFunctions::StateMachine"
_EACH = "*"
PATTERNS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "AWS::Events::Rule": (("EventPattern",),),
    "AWS::Lambda::EventSourceMapping": (("FilterCriteria", "Filters", _EACH, "Pattern"),),
    "AWS::Pipes::Pipe": (("SourceParameters", "FilterCriteria", "Filters", _EACH, "Pattern"),),
    "AWS::SNS::Subscription": (("FilterPolicy",),),
    "AWS::SNS::Topic": (("Subscription", _EACH, "FilterPolicy"),),
}
"""Where the resources of a type have event patterns; `*` stands for each item of a list."""
TYPES = frozenset((STATE_MACHINE, *PATTERNS))
"""The types whose properties hold documents."""

Property = Callable[[str], Value]
"""The value of a property of the resource, None where it is not set."""
Place = Callable[[tuple[str | int, ...]], Source]
"""Where what has these keys in the properties stands, keys of a JSON text among them."""


@dataclass(slots=True, eq=False)
class Documents:
    """What the documents of one resource say."""

    properties: dict[str, PropertyValue] = field(default_factory=dict)
    places: dict[str, Source] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def documents_of(type_: str, name: str, property_: Property, place: Place) -> Documents:
    """The documents of a resource of one of `TYPES`."""
    found = Documents()
    if type_ == STATE_MACHINE:
        _states(found, name, property_, place)
    else:
        _patterns(found, PATTERNS[type_], property_, place)
    return found


def with_documents(resource: Resource) -> tuple[Resource, tuple[Problem, ...]]:
    """The resource with what its documents say, unless the loader has read them."""
    if resource.type not in TYPES or resource.properties.keys() & {STATES_PROPERTY, EVENT_PATTERNS_PROPERTY}:
        return resource, ()

    def place(keys: tuple[str | int, ...]) -> Source:
        return resource.place(str(keys[0])).at(*keys[1:])

    found = documents_of(
        resource.type,
        resource.name or resource.id,
        lambda name: _thawed(resource.property(name)),
        place,
    )
    properties = {**resource.properties, **found.properties}
    return replace(resource, properties=properties, places={**resource.places, **found.places}), tuple(
        found.problems
    )


def _thawed(value: PropertyValue) -> Value:
    match value:
        case tuple():
            return [_thawed(item) for item in value]
        case Mapping():
            return {key: _thawed(item) for key, item in value.items()}
        case NotExported():
            return value.unknown
        case _:
            return value


# --- state machines --------------------------------------------------------------------------------------------------


def _states(found: Documents, name: str, property_: Property, place: Place) -> None:
    given = property_("DefinitionSubstitutions")
    for property_name in ("DefinitionString", "Definition"):
        value = property_(property_name)
        if value is None:
            continue
        value = substituted(value, given)
        if isinstance(value, str | Template):
            what = f"the definition of `{name}`"
            value, problems = parse_within(value, place((property_name,)), what)
            found.problems += problems
        read = read_states_language(value, lambda keys, first=property_name: place((first, *keys)))  # type: ignore[misc]
        found.problems += read.problems
        found.properties |= {STATE_MACHINE_PROPERTY: read.machine, STATES_PROPERTY: read.states}
        found.places[STATES_PROPERTY] = found.places[STATE_MACHINE_PROPERTY] = place((property_name,))
        found.places |= {f"{STATES_PROPERTY}/{number}": at for number, at in enumerate(read.places)}
        return
    location = property_("DefinitionS3Location")
    unknown: Unknown | None = None
    if location is not None:
        reason = f"the definition of `{name}`, which is in a file that was not read"
        unknown = doubt(location) or Unknown(UnknownKind.NOT_EXPORTED, reason)
        found.places[STATES_PROPERTY] = found.places[STATE_MACHINE_PROPERTY] = place(
            ("DefinitionS3Location",)
        )
    found.properties |= {STATE_MACHINE_PROPERTY: unknown, STATES_PROPERTY: unknown}


# --- event patterns --------------------------------------------------------------------------------------------------


def _patterns(
    found: Documents, paths: tuple[tuple[str, ...], ...], property_: Property, place: Place
) -> None:
    patterns: list[PropertyValue] = []
    whole: Unknown | None = None
    for path in paths:
        first, *rest = path
        for keys, value in _reached(property_(first), tuple(rest), (first,)):
            if isinstance(value, Unknown) and keys[-1] != path[-1]:
                whole = whole or value  # how many there are is not known
                continue
            if isinstance(value, str | Template):
                value, problems = parse_within(value, place(keys), "the event pattern")  # noqa: PLW2901
                found.problems += problems
            of = "/".join(map(str, keys))
            pattern, more = read_event_pattern(of, value, lambda inner, outer=keys: place((*outer, *inner)))  # type: ignore[misc]
            found.problems += more
            found.places[f"{EVENT_PATTERNS_PROPERTY}/{len(patterns)}"] = place(keys)
            found.places.setdefault(EVENT_PATTERNS_PROPERTY, place(keys[:1]))
            patterns.append(pattern)
    if whole is not None:
        patterns.append(whole)
    found.properties[EVENT_PATTERNS_PROPERTY] = tuple(patterns) or None


def _reached(
    value: Value, rest: tuple[str, ...], keys: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Value]]:
    """What there is at a path, with its keys; what is not known where it ends the way."""
    if value is None:
        return
    if not rest or doubt(value) is not None:
        yield keys, value if not rest else doubt(value)
    elif rest[0] == _EACH:
        for number, item in enumerate(value if isinstance(value, list) else [value]):
            yield from _reached(item, rest[1:], (*keys, number))
    elif isinstance(value, Mapping):
        yield from _reached(value.get(rest[0]), rest[1:], (*keys, rest[0]))
