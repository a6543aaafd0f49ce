"""Does a request belong to a class of forbidden requests? Read off the class itself, without any policy."""

from __future__ import annotations

from decimal import Decimal

from wa_policy.catalog.model import Catalog
from wa_policy.guardrails.model import Calling, ForbiddenClass
from wa_policy.iam.pattern import glob, matches, resource_glob
from wa_policy.iam.principal import Anonymous, AwsService, FederatedIdentity
from wa_policy.iam.request import ContextValue, Request
from wa_policy.iam.values import parse_address_range, parse_number
from wa_policy.rules.key_domains import group_of, ranges
from wa_policy.rules.request_class import KeySpec


def belongs(request: Request, one: ForbiddenClass, catalog: Catalog) -> bool:
    """True iff the request is one of the class."""
    return (
        calling(request) in one.callers
        and _fits(request.action, one.actions)
        and not _fits(request.action, one.not_actions)
        and _is_named(request.resource, one.resources)
        and not _is_named(request.resource, one.not_resources)
        and all(admits(key, request.context.get(key.lower()), spec, catalog) for key, spec in one.context)
    )


def calling(request: Request) -> Calling:
    """What calls."""
    match request.caller:
        case Anonymous():
            return Calling.ANONYMOUS
        case AwsService():
            return Calling.SERVICE
        case FederatedIdentity():
            return Calling.FEDERATED
        case _:
            return Calling.PRINCIPAL


def _fits(action: str, patterns: tuple[str, ...]) -> bool:
    return any(matches(glob(pattern.lower()), action.lower()) for pattern in patterns)


def _is_named(resource: str, patterns: tuple[str, ...]) -> bool:
    return any(matches(resource_glob(pattern), resource) for pattern in patterns)


def admits(key: str, value: ContextValue | None, spec: KeySpec, catalog: Catalog) -> bool:
    """True iff the class admits the value of the key; None: the key is absent."""
    if value is None or value == ():
        return spec.absent is not False
    if spec.absent is True:
        return False
    if isinstance(value, str) and not _admits_one(key, value, spec, catalog):
        return False
    values = (value,) if isinstance(value, str) else value
    if spec.some_of and not any(group_of(key, spec.some_of, spec, catalog).holds(item) for item in values):
        return False
    others = group_of(key, spec.some_other_than, spec, catalog).inverted
    return not spec.some_other_than or any(others.holds(item) for item in values)


def _admits_one(key: str, value: str, spec: KeySpec, catalog: Catalog) -> bool:
    if spec.one_of and not group_of(key, spec.one_of, spec, catalog).holds(value):
        return False
    if spec.none_of and group_of(key, spec.none_of, spec, catalog).holds(value):
        return False
    if spec.inside or spec.outside:
        address = parse_address_range(value)
        if address is None or any(one.contains(address) for one in ranges(spec.outside)):
            return False
        if spec.inside and not any(one.contains(address) for one in ranges(spec.inside)):
            return False
    number = parse_number(value)
    if spec.less_than is not None and not (number is not None and number < Decimal(str(spec.less_than))):
        return False
    return spec.greater_than is None or (number is not None and number > Decimal(str(spec.greater_than)))
