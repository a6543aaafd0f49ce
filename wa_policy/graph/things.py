"""What can be called on: the resources and principals of an inventory with their parts, in classes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from wa_policy.catalog.model import ActionSet
from wa_policy.graph.pairs import Pairs
from wa_policy.graph.parties import Target
from wa_policy.graph.universes import Universes
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.pattern import WILDCARDS, is_literal, matches
from wa_policy.iam.principal import (
    AccountPrincipal,
    Anonymous,
    ArnPrincipal,
    FederatedPrincipal,
    ServicePrincipal,
    UnmatchablePrincipal,
)
from wa_policy.iam.request import Request
from wa_policy.iam.text import Template
from wa_policy.inventory.model import (
    METHODS_PROPERTY,
    POLICY_DOCUMENT_TYPE,
    REST_API_ID_PROPERTY,
    Inventory,
    Present,
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


# --- classes ------------------------------------------------------------------------------------------------------


class Index:
    """Things found by the patterns that match them or a part of them."""

    def __init__(self, things: Iterable[Thing]) -> None:
        self._things = tuple(things)
        entries = sorted(
            (part.arn, number) for number, thing in enumerate(self._things) for part in thing.parts
        )
        self._arns = [arn for arn, _ in entries]
        self._numbers = [number for _, number in entries]
        self._exact = {thing.arn: number for number, thing in enumerate(self._things)}
        self._found: dict[str, frozenset[int]] = {}

    def matching(self, pattern: str) -> frozenset[int]:
        """The numbers of the things of which the pattern matches a part, or lies within one."""
        found = self._found.get(pattern)
        if found is None:
            found = self._found[pattern] = frozenset(self._matching(pattern))
        return found

    def _matching(self, pattern: str) -> Iterator[int]:
        end = next((i for i, character in enumerate(pattern) if character in WILDCARDS), len(pattern))
        prefix = pattern[:end]
        place = bisect_left(self._arns, prefix)
        literal = is_literal(pattern)
        while place < len(self._arns) and self._arns[place].startswith(prefix):
            if matches(pattern, self._arns[place]):
                yield self._numbers[place]
            elif literal:
                break
            place += 1
        # A pattern such as `arn:aws:s3:::bucket/logs/*` is about a part of the bucket.
        for cut, character in enumerate(prefix):
            if character in "/:" and cut > 8 and (number := self._exact.get(prefix[:cut])) is not None:
                yield number


def _stands_alone(target: Target) -> bool:
    """True iff the policy of the resource may name a principal from outside of its account.

    Whether such a principal may call depends on the patterns of its own account, which `class_key` does not look at.
    """
    policy = target.side[0]
    for statement in () if policy is None else policy.statements:
        if statement.resource is not None and any(isinstance(v, Template) for v in statement.resource.values):
            return True
        for principal in () if statement.principal is None else statement.principal.principals:
            match principal:
                case ServicePrincipal() | FederatedPrincipal() | UnmatchablePrincipal():
                    continue
                case AccountPrincipal(account) if account == target.account:
                    continue
                case ArnPrincipal(arn) if arn.account == target.account:
                    continue
                case _:
                    return True
    return False


def class_key(thing: Thing, target: Target, pairs: Pairs, patterns: Hashable) -> Hashable:
    """Things of one key are alike to every principal: their sides say the same, and the same patterns match them."""
    if _stands_alone(target):
        return thing.arn
    sides = tuple((service, pairs.side(target, service)) for part in thing.parts for service, _ in part.fits)
    own = tuple(
        sheet.selector.selects(part.arn, _NO_REQUEST, [])
        for policy in (() if target.side[0] is None else (target.side[0],))
        for sheet in pairs.documents.of(policy).sheets
        for part in thing.parts
    )
    document = None if thing.resource is None else isinstance(thing.resource.policy(), Present)
    return (thing.type, thing.account, tuple(target.context.items()), sides, own, document, patterns)


_NO_REQUEST = Request(Anonymous(), "", "*")
