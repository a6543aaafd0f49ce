"""Resources of the caller's choice: ARNs of a type that the principal's own policies make likely to be allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice, product

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.resolve import resolve
from wa_policy.formal.budget import Budget, OutOfBudget
from wa_policy.formal.strings import Group, string_classes
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.pattern import MANY, ONE, glob, is_literal, matches, resource_glob
from wa_policy.iam.policy import Effect, Policy, Statement
from wa_policy.iam.request import ContextValue
from wa_policy.iam.text import Template
from wa_policy.inventory.model import Inventory, Organization, Present, Principal

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_NAME = "escalation"
_MOST_MEETINGS = 24
_STEPS = 20_000


def regions_of(inventory: Inventory, principal: Principal, used: Iterable[str]) -> tuple[str, ...]:
    """The Regions that are used, or that the principal's policies name, and one that always exists."""
    found = set(used)
    for policy in _policies(inventory, principal):
        for statement in policy.statements:
            for condition in statement.conditions:
                if condition.folded_key == "aws:requestedregion":
                    found.update(
                        value for value in map(str, condition.values) if is_literal(resource_glob(value))
                    )
    return tuple(sorted(found | {"us-east-1"}, key=lambda region: (region != "us-east-1", region)))


def _policies(inventory: Inventory, principal: Principal) -> Iterator[Policy]:
    for attached in principal.identity_policies:
        yield attached.policy
    if isinstance(principal.boundary, Present):
        yield principal.boundary.policy
    if isinstance(inventory.organization, Organization):
        place = inventory.organization.places.get(principal.account)
        if place is not None and isinstance(place.service_control, tuple):
            for level in place.service_control:
                for attached in level.policies:
                    yield attached.policy


def places(
    principal: Principal,
    service_and_type: tuple[str, str],
    actions: tuple[str, ...],
    *,
    context: Mapping[str, ContextValue],
    regions: tuple[str, ...],
    catalog: Catalog,
) -> Iterator[str]:
    """ARNs of the resource type (service, type): any one, then what the Resource elements for the actions have in common."""
    partition, account = _home(principal)
    declared = catalog.resource_type(*service_and_type)
    formats = declared.arns if declared is not None else ("*",)
    seen: set[str] = set()
    for arn in _plain(formats, partition, account, regions):
        seen.add(arn)
        yield arn
    named = [tuple(_patterns(principal, action, context)) for action in dict.fromkeys(actions)]
    for region, format_ in product(regions, formats):
        shape = _shape(format_, partition, account, region)
        for patterns in islice(product(*named), _MOST_MEETINGS):
            met = meeting((shape, *patterns))
            if met is not None and met not in seen:
                seen.add(met)
                yield met


def _home(principal: Principal) -> tuple[str, str]:
    arn = parse_arn(principal.arn)
    return ("aws" if arn is None else arn.partition), principal.account


def _plain(formats: tuple[str, ...], partition: str, account: str, regions: tuple[str, ...]) -> Iterator[str]:
    for region, format_ in product(regions, formats):
        values = {"Partition": partition, "Region": region, "Account": account, "AccountId": account}
        yield _PLACEHOLDER.sub(lambda found, v=values: v.get(found[1], _NAME), format_).replace("*", "")  # type: ignore[misc]


def _shape(format_: str, partition: str, account: str, region: str) -> str:
    values = {"Partition": partition, "Region": region, "Account": account}
    filled = format_.replace("*", MANY)
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], ONE + MANY), filled)


@lru_cache(maxsize=65_536)
def meeting(patterns: tuple[str, ...]) -> str | None:
    """The shortest text that all patterns match, part by part where they are ARNs: no name has a colon in it."""
    wild = [pattern for pattern in patterns if pattern != MANY]
    split = [pattern.split(":", 5) for pattern in wild]
    if any(len(parts) != 6 for parts in split):
        return _shortest(tuple(wild))
    found = [_shortest(tuple(parts)) for parts in zip(*split, strict=True)]
    return None if None in found else ":".join(part or "" for part in found)


def _shortest(patterns: tuple[str, ...]) -> str | None:
    if all(matches(pattern, "") for pattern in patterns):
        return ""
    try:
        found = string_classes([Group((pattern,)) for pattern in dict.fromkeys(patterns)], [], Budget(_STEPS))
    except OutOfBudget:
        return None
    return found[0][1] if found else None


def _patterns(principal: Principal, action: str, context: Mapping[str, ContextValue]) -> Iterator[str]:
    """The Resource patterns under which the identity policies may allow the action."""
    seen: set[str] = set()
    for attached in principal.identity_policies:
        for statement in attached.policy.statements:
            if statement.effect is Effect.ALLOW and _names(statement, action.lower()):
                for pattern in _resources(statement, context):
                    if pattern not in seen:
                        seen.add(pattern)
                        yield pattern


def _names(statement: Statement, action: str) -> bool:
    found = any(
        isinstance(value, Template) or matches(glob(value.lower()), action)
        for value in statement.action.values
    )
    return found is not statement.action.negated


def _resources(statement: Statement, context: Mapping[str, ContextValue]) -> Iterator[str]:
    if statement.resource is None or statement.resource.negated:
        yield MANY
        return
    for value in statement.resource.values:
        if isinstance(value, Template):
            resolved = resolve(value, context, [], resource_glob)
            if resolved.pattern is not None:
                yield resolved.pattern
        else:
            yield resource_glob(value)
