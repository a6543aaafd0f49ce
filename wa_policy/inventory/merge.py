"""Fragments of resources, from several answers, to whole resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from wa_policy.errors import Problem
from wa_policy.iam.policy import Policy
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    METHODS_PROPERTY,
    POLICY_PROPERTY,
    Absent,
    NotExported,
    Present,
    PropertyValue,
    Resource,
)

_SUMS = frozenset(
    (
        # A function has one policy per version and alias beside its own.
        ("AWS::Lambda::Function", POLICY_PROPERTY),
        # The methods of an API come in pages.
        ("AWS::ApiGateway::RestApi", METHODS_PROPERTY),
    )
)


def merge(fragments: Iterable[Resource]) -> tuple[tuple[Resource, ...], tuple[Problem, ...]]:
    """One resource per type and id, sorted, and a problem for each value on which two fragments disagree.

    A known value wins over one that is unknown. In a fragment, None says that the property is not set, and a
    property that is missing is not told; in the merged resource it stays so. Of contradicting values the one of
    the first source counts.
    """
    groups: dict[tuple[str, str], list[Resource]] = {}
    for fragment in fragments:
        groups.setdefault((fragment.type, fragment.id), []).append(fragment)
    problems: list[Problem] = []
    merged = tuple(_whole(groups[key], problems) for key in sorted(groups))
    return merged, tuple(sorted(problems))


def _whole(fragments: list[Resource], problems: list[Problem]) -> Resource:
    if len(fragments) == 1:
        return fragments[0]
    fragments.sort(key=lambda fragment: fragment.source)
    # The fragment that tells most is the one a reader wants to be shown.
    main = max(fragments, key=lambda fragment: len(fragment.properties))
    properties: dict[str, PropertyValue] = {}
    places: dict[str, Source] = {}
    for fragment in fragments:
        for name, value in fragment.properties.items():
            place = fragment.places.get(name, fragment.source)
            if name not in properties:
                properties[name], places[name] = value, place
                continue
            first = properties[name]
            if (fragment.type, name) in _SUMS:
                chosen = _sum(first, value)
            else:
                chosen = _better(first, value)
                if _contradict(first, value):
                    problems.append(_contradiction(fragment, name, places[name], place))
            if chosen is not first:
                properties[name], places[name] = chosen, place
    for attribute in ("account", "region"):
        known = {getattr(fragment, attribute) for fragment in fragments} - {None}
        if len(known) > 1:
            problems.append(_two_owners(main, attribute, sorted(known)))
    return replace(
        main,
        name=main.name or next((fragment.name for fragment in fragments if fragment.name), ""),
        account=_first(main.account, *(fragment.account for fragment in fragments)),
        region=_first(main.region, *(fragment.region for fragment in fragments)),
        properties={name: properties[name] for name in sorted(properties)},
        places={name: place for name, place in sorted(places.items()) if place != main.source},
    )


def _first(*values: str | None) -> str | None:
    return next((value for value in values if value is not None), None)


def _is_unknown(value: PropertyValue) -> bool:
    return isinstance(value, Unknown | NotExported)


def _better(first: PropertyValue, second: PropertyValue) -> PropertyValue:
    """The value that is known; of two unknown ones that which was there and could not be read."""
    if not _is_unknown(first):
        return first
    if not _is_unknown(second):
        return second
    if isinstance(second, Unknown) and second.kind is UnknownKind.UNREADABLE:
        return second
    return first


def _contradict(first: PropertyValue, second: PropertyValue) -> bool:
    if _is_unknown(first) or _is_unknown(second):
        return False
    # One answer leaves out what another writes as empty, off or zero.
    return first != second and (_is_set(first) or _is_set(second))


def _is_set(value: PropertyValue) -> bool:
    return not isinstance(value, Absent) and bool(value)


def _sum(first: PropertyValue, second: PropertyValue) -> PropertyValue:
    if isinstance(first, Present) and isinstance(second, Present):
        return first if first == second else Present(_joined(first.policy, second.policy))
    if isinstance(first, tuple) and isinstance(second, tuple):
        return first + tuple(item for item in second if item not in first)
    match first, second:
        case (Absent(), Present() | NotExported()):
            return second
        case (NotExported(), Absent()):
            return first
        case (Present(policy), NotExported()):
            return Present(_doubted(policy, second.unknown))
        case (NotExported(), Present(policy)):
            return Present(_doubted(policy, first.unknown))
        case _:
            return _better(first, second)


def _doubted(policy: Policy, doubt: Unknown) -> Policy:
    return replace(policy, unreadable=(*policy.unreadable, doubt))


def _joined(first: Policy, second: Policy) -> Policy:
    new = tuple(statement for statement in second.statements if statement not in first.statements)
    doubts = tuple(doubt for doubt in second.unreadable if doubt not in first.unreadable)
    return replace(first, statements=first.statements + new, unreadable=first.unreadable + doubts)


def _contradiction(fragment: Resource, name: str, first: Source, second: Source) -> Problem:
    message = (
        f"`{name}` of `{fragment.id}` has another value in `{first.file}`, expected the same; that one counts"
    )
    return second.problem("contradiction", message, advice="export both answers again, at the same time")


def _two_owners(main: Resource, attribute: str, values: list[str]) -> Problem:
    found = ", ".join(f"`{value}`" for value in values)
    return main.source.problem(
        "contradiction", f"`{main.id}` has several {attribute}s: {found}, expected one"
    )


def complete(resource: Resource, calls: Mapping[str, str], policy: Absent | NotExported | None) -> Resource:
    """The resource with an `Unknown` for each property of `calls` that no fragment told.

    `calls` has the call that would tell each property; `policy` stands for the resource policy if none was read.
    None where a property is not set is left out, as `Resource` says.
    """
    read = resource.properties
    properties = dict(read)
    for name in calls.keys() - read.keys():
        properties[name] = Unknown(UnknownKind.NOT_EXPORTED, f"{calls[name]} for `{resource.name}`")
    if policy is not None and properties.get(POLICY_PROPERTY) is None:
        properties[POLICY_PROPERTY] = policy
    names = sorted([name for name, value in properties.items() if value is not None])
    # Field by field, as `replace` takes three times as long and this runs for every resource that is read.
    return Resource(
        type=resource.type,
        id=resource.id,
        name=resource.name,
        account=resource.account,
        region=resource.region,
        properties={name: properties[name] for name in names},
        source=resource.source,
        places=resource.places,
        # A template and a plan tell also what is not set.
        told=_told(tuple(read), tuple(calls)),
    )


@lru_cache(maxsize=4096)
def _told(read: tuple[str, ...], calls: tuple[str, ...]) -> frozenset[str]:
    """One set for all resources of which the same was told: there are few kinds of them, and each is long."""
    return frozenset((*read, *calls, POLICY_PROPERTY))


def doubt_policy(resource: Resource, unread: NotExported) -> Resource:
    """The resource whose policy lacks a part that was not exported."""
    properties = dict(resource.properties)
    match properties.get(POLICY_PROPERTY):
        case Present(policy):
            properties[POLICY_PROPERTY] = Present(_doubted(policy, unread.unknown))
        case NotExported():
            pass
        case _:
            properties[POLICY_PROPERTY] = unread
    return replace(resource, properties=properties)
