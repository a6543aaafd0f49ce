"""Iterators over what a resource policy says, and over the methods of an API."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from wa_policy.evaluator.truth import Truth
from wa_policy.iam.arn import is_account_id, parse_arn
from wa_policy.iam.policy import Condition, Effect, Statement
from wa_policy.iam.principal import (
    AccountPrincipal,
    ArnPrincipal,
    Everyone,
    ServicePrincipal,
    UnknownPrincipal,
)
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import METHODS_PROPERTY, REST_API_ID_PROPERTY, Organization, PropertyValue
from wa_policy.rules.arguments import Values, texts
from wa_policy.rules.documents import hole_of, resource_documents
from wa_policy.rules.items import Item, Items, first_of_each_key
from wa_policy.rules.subjects import Scope, Subject

_SENDERS = {"execute-api": "apigateway"}
"""Services whose resources have another name in ARNs than the service principal has."""


def granted_services(subject: Subject, _scope: Scope, arguments: Values) -> Items:
    """The services that Allow statements name, or that the source ARN of a grant to everyone names."""
    return _granted(subject, "service", _services, texts(arguments, "except"))


def _granted(
    subject: Subject,
    field: str,
    named: Callable[[Statement], Iterator[str | Unknown]],
    left_out: Collection[str | None],
) -> Items:
    """What the Allow statements name, but for what is left out."""
    documents = resource_documents(subject)
    items: list[Item] = []
    unknown = list(documents.unknown)
    for _, statement in documents.statements(Effect.ALLOW):
        for found in named(statement):
            if isinstance(found, Unknown):
                unknown.append(found)
            elif found not in left_out:
                items.append(Item(found, statement.source, {field: found}, statement))
    return Items(first_of_each_key(items), tuple(unknown))


def _services(statement: Statement) -> Iterator[str | Unknown]:
    if statement.principal is None or statement.principal.negated:
        return
    for principal in statement.principal.principals:
        match principal:
            case ServicePrincipal(service):
                yield service
            case UnknownPrincipal("Service", template) if template.holes:
                yield template.holes[0].reason
            case Everyone():
                yield from _senders(statement)
            case _:
                pass


def _senders(statement: Statement) -> Iterator[str]:
    for condition in statement.conditions:
        if condition.folded_key != "aws:sourcearn" or condition.operator.operator.negated:
            continue
        for value in condition.values:
            arn = parse_arn(value) if isinstance(value, str) else None
            if arn is not None and re.fullmatch("[a-z0-9-]+", arn.service):
                yield f"{_SENDERS.get(arn.service, arn.service)}.amazonaws.com"


def granted_accounts(subject: Subject, scope: Scope, arguments: Values) -> Items:
    """The accounts that Allow statements name and that are not the owner, nor of a trusted organization."""
    left_out = {subject.account, *texts(arguments, "except"), *accounts_of_trusted(scope)}
    return _granted(subject, "account", accounts_of, left_out)


def accounts_of_trusted(scope: Scope) -> frozenset[str]:
    """The accounts of the organization that was read, where it is one of `trusted_orgs`."""
    organization = scope.inventory.organization
    trusted = texts(scope.parameters, "trusted_orgs")
    if not isinstance(organization, Organization) or organization.id not in trusted:
        return frozenset()
    return frozenset(organization.places)


def accounts_of(statement: Statement) -> Iterator[str | Unknown]:
    """The accounts that a statement names, by a principal or by a condition on a grant to everyone."""
    if statement.principal is None:
        return
    to_everyone = statement.principal.negated
    for principal in statement.principal.principals:
        match principal:
            case AccountPrincipal(account) if not statement.principal.negated:
                yield account
            case ArnPrincipal(arn) if not statement.principal.negated:
                yield arn.account
            case UnknownPrincipal("AWS", template) if template.holes:
                yield template.holes[0].reason
            case Everyone():
                to_everyone = True
            case _:
                pass
    if to_everyone:
        yield from _accounts_of_conditions(statement)


def _accounts_of_conditions(statement: Statement) -> Iterator[str | Unknown]:
    for condition in statement.conditions:
        if condition.operator.operator.negated:
            continue
        for value in condition.values:
            if (hole := hole_of(value)) is not None:
                if condition.folded_key in ("aws:principalaccount", "aws:principalarn"):
                    yield hole
                continue
            account = str(value)
            if condition.folded_key == "aws:principalarn":
                arn = parse_arn(account)
                account = "" if arn is None else arn.account
            elif condition.folded_key != "aws:principalaccount":
                continue
            if is_account_id(account):
                yield account


def condition_values(subject: Subject, _scope: Scope, arguments: Values) -> Items:
    """Each value that the resource policy compares with one of the keys by one of the operators."""
    documents = resource_documents(subject)
    keys = {key.lower() for key in texts(arguments, "keys")}
    operators = texts(arguments, "operators")
    items = [
        _value_item(statement, condition, index)
        for _, statement in documents.statements()
        for condition in statement.conditions
        if condition.folded_key in keys and condition.operator.operator.name in operators
        for index in range(len(condition.values))
    ]
    return Items(first_of_each_key(items), documents.unknown)


def _value_item(statement: Statement, condition: Condition, index: int) -> Item:
    value = condition.values[index]
    fields = {
        "value": str(value),
        "key": condition.key,
        "operator": str(condition.operator),
        "effect": statement.effect.value,
    }
    key = (
        f"{condition.operator} {value}"
        if statement.effect is Effect.ALLOW
        else f"Deny {condition.operator} {value}"
    )
    return Item(key, condition.source, fields, statement, condition, value, hole_of(value))


_PART = re.compile(r"\{[^{}]*\}")


def methods(subject: Subject, _scope: Scope, arguments: Values) -> Items:
    """The methods of a REST API with one of the kinds of authorization."""
    resource = subject.resource
    found = None if resource is None else resource.property(METHODS_PROPERTY)
    if isinstance(found, Unknown):
        return Items((), (found,))
    if resource is None or not isinstance(found, tuple):
        return Items(())
    wanted, left_out = texts(arguments, "authorization"), texts(arguments, "except")
    source = resource.place(METHODS_PROPERTY)
    items = []
    for index, method in enumerate(found):
        if not isinstance(method, Mapping):
            continue
        verb, path = str(method.get("HttpMethod")), str(method.get("ResourcePath"))
        is_wanted = _is_one_of(method.get("AuthorizationType"), wanted)
        if verb in left_out or is_wanted is False:
            continue
        fields = {"method": verb, "path": path, "arn": method_arn(subject, verb, path)}
        unknown = is_wanted if isinstance(is_wanted, Unknown) else None
        place = resource.places.get(f"{METHODS_PROPERTY}/{index}", source)
        items.append(Item(f"{verb} {path}", place, fields, unknown=unknown))
    return Items(first_of_each_key(items))


def _is_one_of(value: PropertyValue, wanted: tuple[str, ...]) -> Truth:
    return value if isinstance(value, Unknown) else value in wanted


def method_arn(subject: Subject, verb: str, path: str) -> str:
    """The pattern of the ARNs by which the method is called, on any stage.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
    """
    arn = parse_arn(subject.id)
    partition = "aws" if arn is None else arn.partition
    api = "*" if subject.resource is None else subject.resource.property(REST_API_ID_PROPERTY)
    verb = "*" if verb == "ANY" else verb
    called = _PART.sub("*", path.removeprefix("/"))
    owner = f"{subject.region or '*'}:{subject.account or '*'}"
    return f"arn:{partition}:execute-api:{owner}:{api}/*/{verb}/{called}"
