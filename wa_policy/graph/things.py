"""What can be called on: the resources and principals of an inventory with their parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from wa_policy.catalog.model import ActionSet
from wa_policy.graph.places import meeting
from wa_policy.graph.universes import Universes
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.pattern import CHAR, MANY, ONE, RUN, WILDCARDS, matches, overlaps
from wa_policy.inventory.model import (
    METHODS_PROPERTY,
    POLICY_DOCUMENT_TYPE,
    REST_API_ID_PROPERTY,
    Inventory,
    Principal,
    PrincipalKind,
    Resource,
)

_TYPES = {
    PrincipalKind.ROLE: "AWS::IAM::Role",
    PrincipalKind.USER: "AWS::IAM::User",
    PrincipalKind.GROUP: "AWS::IAM::Group",
}


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """An ARN that stands for the thing or for a kind of part of it, with the actions that it takes by service."""

    arn: str
    fits: tuple[tuple[str, ActionSet], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """A resource or principal as it is called on."""

    arn: str
    type: str
    account: str
    resource: Resource | None
    principal: Principal | None
    parts: tuple[Part, ...]

    @property
    def service(self) -> str:
        arn = parse_arn(self.arn)
        return self.type.split("::")[1].lower() if arn is None else arn.service


def things_of(inventory: Inventory, universes: Universes) -> tuple[Thing, ...]:
    """Every principal and resource, sorted by ARN; a principal that is also a resource is one thing."""
    found: dict[str, Thing] = {}
    fits: dict[tuple[str, int], tuple[tuple[str, ActionSet], ...]] = {}

    def parts(arn: str, type_: str, resource: Resource | None) -> Iterator[Part]:
        for number, part in enumerate(_parts(arn, type_, resource)):
            known = fits.get((type_, min(number, 1)))
            if known is None:
                known = fits[type_, min(number, 1)] = _fits(part, universes)
            if known:
                yield Part(part, known)

    for principal in inventory.principals:
        type_ = _TYPES[principal.kind]
        resource = inventory.resource(principal.arn)
        found[principal.arn] = Thing(
            principal.arn,
            type_,
            principal.account,
            resource,
            principal,
            tuple(parts(principal.arn, type_, resource)),
        )
    for resource in inventory.resources:
        if resource.id not in found and resource.type != POLICY_DOCUMENT_TYPE:
            found[resource.id] = Thing(
                resource.id, resource.type, resource.account or "", resource, None,
                tuple(parts(resource.id, resource.type, resource)),
            )  # fmt: skip
    return tuple(found[arn] for arn in sorted(found))


_SEPARATORS = {"AWS::S3::Bucket": "/", "AWS::Lambda::Function": ":"}
"""By type what stands between a thing and the names of its parts: objects; versions and aliases."""


def named_parts(thing: Thing, patterns: Iterable[str]) -> Iterator[Part]:
    """For each pattern that names some of those parts, but not the one that stands for all, one that it names."""
    start = start_of_parts(thing)
    if start is None:
        return
    any_part = thing.parts[1]
    for pattern in patterns:
        arn = None if matches(pattern, any_part.arn) else part_named(start, pattern)
        if arn is not None:
            yield Part(arn, any_part.fits)


def start_of_parts(thing: Thing) -> str | None:
    """How the ARNs of the parts of a thing begin whose names others choose, None where it has none."""
    separator = _SEPARATORS.get(thing.type)
    return None if separator is None or len(thing.parts) < 2 else f"{thing.arn}{separator}"


def part_named(start: str, pattern: str) -> str | None:
    """An ARN with this start that the pattern matches, None where there is none."""
    head = pattern[: len(start)]
    if head == start:
        arn = start + _shown(pattern[len(start) :])
        return arn if matches(pattern, arn) else meeting((start + MANY, pattern))
    if WILDCARDS.isdisjoint(head):
        return None
    # What follows the first wildcard of the name is most often the name of a part that will do.
    name = pattern.split(":", 5)[-1]
    first = next((place for place, character in enumerate(name) if character in WILDCARDS), len(name))
    arn = start + _shown(name[first:])
    if matches(pattern, arn):
        return arn
    return meeting((start + MANY, pattern)) if overlaps(pattern, start + MANY) else None


def _shown(pattern: str) -> str:
    """A text that the pattern matches; something where it would be empty."""
    return pattern.replace(MANY, "x").replace(RUN, "x").replace(ONE, "x").replace(CHAR, "x") or "x"


def _fits(arn: str, universes: Universes) -> tuple[tuple[str, ActionSet], ...]:
    services = universes.services_of(arn)
    return tuple((s, bits) for s in services if (bits := universes.fitting(arn, s)))


def _parts(arn: str, type_: str, resource: Resource | None) -> Iterator[str]:
    """The ARN, and one for each kind of part that is called on by an ARN of its own."""
    yield arn
    match type_:
        case "AWS::S3::Bucket":
            yield f"{arn}/object"
        case "AWS::Lambda::Function":
            yield f"{arn}:1"
        case "AWS::ApiGateway::RestApi" if resource is not None:
            api = resource.property(REST_API_ID_PROPERTY)
            partition = arn.split(":", 2)[1]
            invoked = f"arn:{partition}:execute-api:{resource.region}:{resource.account}:{api}/stage"
            yield from (f"{invoked}/{method}" for method in _methods(resource))
        case _:
            pass


def _methods(api: Resource) -> tuple[str, ...]:
    """The methods of an API as they stand in its ARNs, those alike in who authorizes them once."""
    found: dict[str, str] = {}
    methods = api.property(METHODS_PROPERTY)
    for item in methods if isinstance(methods, tuple) else ():
        if isinstance(item, Mapping):
            name = str(item.get("HttpMethod")).replace("ANY", "GET")
            path = re.sub(r"\{[^}]*\}", "x", str(item.get("ResourcePath"))).strip("/")
            found.setdefault(str(item.get("AuthorizationType")), f"{name}/{path}")
    return tuple(found.values()) or ("GET/path",)
