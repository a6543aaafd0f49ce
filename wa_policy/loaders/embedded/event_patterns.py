"""Event patterns: of the rules and pipes of EventBridge, of event source mappings, and the filter policies of topics.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html,
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html and
https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from wa_policy.errors import Problem
from wa_policy.iam.source import Source
from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.embedded.json_within import Value, as_property, doubt
from wa_policy.loaders.text import shown

_CODE = "event-pattern"
_OPERATORS = frozenset(
    ("prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but", "numeric", "cidr", "exists")
)
_EITHER = "$or"
_DEPTH = 100

Place = Callable[[tuple[str | int, ...]], Source]
"""Where what has these keys in the pattern stands."""


def read_event_pattern(of: str, value: Value, place: Place) -> tuple[PropertyValue, tuple[Problem, ...]]:
    """The pattern at the property `of` of a resource; what of it is not known is unknown in its place only."""
    if (unknown := doubt(value)) is not None:
        return unknown, ()
    if not isinstance(value, Mapping):
        message = f"found an event pattern that is {_kind(value)}, expected an object"
        return Unknown(UnknownKind.UNREADABLE, "an event pattern that is no object"), (
            place(()).problem(_CODE, message),
        )
    reader = _Reader(place)
    fields = tuple(reader.fields(value, (), ()))
    of_name = {str(field["Path"]): field["Values"] for field in fields}
    has_or = any(_EITHER in str(key) for key in _keys(value))
    pattern: dict[str, PropertyValue] = {
        "Of": of,
        "Pattern": as_property(value),
        "Fields": (*fields, *reader.unread),
        "Sources": of_name.get("source"),
        "DetailTypes": of_name.get("detail-type"),
        "MatchesAll": not value,
        "HasAlternatives": has_or,
    }
    return pattern, tuple(reader.problems)


def _keys(value: Value, level: int = 0) -> Iterator[str]:
    if isinstance(value, Mapping) and level <= _DEPTH:
        for key, item in value.items():
            yield key
            yield from _keys(item, level + 1)


class _Reader:
    def __init__(self, place: Place) -> None:
        self._place = place
        self.problems: list[Problem] = []
        self.unread: list[Unknown] = []

    def _note(self, keys: tuple[str | int, ...], message: str) -> None:
        self.problems.append(self._place(keys).problem(_CODE, message))

    def fields(
        self, value: Mapping[str, Value], keys: tuple[str | int, ...], path: tuple[str, ...]
    ) -> Iterator[dict[str, PropertyValue]]:
        """The fields that a pattern names, each with what it may be."""
        if len(keys) > _DEPTH:
            self._note(keys, f"found more than {_DEPTH} levels, expected fewer")
            self.unread.append(Unknown(UnknownKind.UNREADABLE, "an event pattern that is nested too deeply"))
            return
        for name, item in value.items():
            at, name = (*keys, str(name)), str(name)  # noqa: PLW2901
            if (unknown := doubt(item)) is not None:
                yield self._field((*path, name), unknown, unknown)
            elif name == _EITHER and isinstance(item, list):
                for number, one in enumerate(item):
                    if isinstance(one, Mapping):
                        yield from self.fields(one, (*at, number), path)
                    elif (unknown := doubt(one)) is not None:
                        self.unread.append(unknown)
                    else:
                        self._note((*at, number), f"found {_kind(one)} in `$or`, expected an object")
            elif isinstance(item, Mapping):
                yield from self.fields(item, at, (*path, name))
            elif isinstance(item, list):
                yield self._of_list(item, at, (*path, name))
            else:
                self._note(at, f"found {_kind(item)} as `{shown(name)}`, expected a list or an object")
                reason = Unknown(UnknownKind.UNREADABLE, f"what `{shown(name)}` may be")
                yield self._field((*path, name), reason, reason)

    def _field(
        self, path: tuple[str, ...], values: PropertyValue, operators: PropertyValue
    ) -> dict[str, PropertyValue]:
        return {"Path": ".".join(path), "Values": values, "Operators": operators}

    def _of_list(
        self, items: list[Value], keys: tuple[str | int, ...], path: tuple[str, ...]
    ) -> dict[str, PropertyValue]:
        """What a field may be: values that it equals, and the operators of all others."""
        values: list[PropertyValue] = []
        operators: dict[PropertyValue, None] = {}
        if not items:
            self._note(keys, f"found an empty list as `{shown(path[-1])}`, expected at least one value")
        for number, item in enumerate(items):
            if isinstance(item, Mapping):
                for name in item:
                    operators[str(name)] = None
                    if name not in _OPERATORS:
                        words = f"found the operator `{shown(str(name))}`, expected one of {', '.join(sorted(_OPERATORS))}"
                        self._note((*keys, number), words)
            elif isinstance(item, list):
                self._note(
                    (*keys, number),
                    f"found a list inside of the list of `{shown(path[-1])}`, expected a value",
                )
            elif isinstance(item, Unknown | Template):
                # It may be an object with an operator as well, unless it is a part of a text.
                values.append(as_property(item))
                operators["equals" if isinstance(item, Template) else item] = None
            else:
                values.append(item)
                operators["equals"] = None
        return self._field(path, tuple(values), tuple(operators))


def _kind(value: Value) -> str:
    match value:
        case Mapping():
            return "an object"
        case list():
            return "a list"
        case str():
            return f"the text `{shown(value, 40)}`"
        case None:
            return "null"
        case _:
            return f"`{str(value).lower()}`"
