"""Iterators over what the policies of a user or role say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wa_policy.catalog.model import Catalog
from wa_policy.formal.actions import resource_group
from wa_policy.formal.shapes import grouped
from wa_policy.iam.arn import is_account_id, parse_arn
from wa_policy.iam.pattern import MANY, glob, overlaps, resource_glob
from wa_policy.iam.policy import Condition, Effect, Policy, Statement
from wa_policy.iam.principal import FederatedPrincipal
from wa_policy.iam.text import Text
from wa_policy.iam.unknown import Unknown
from wa_policy.rules.actions import (
    actions_of,
    covers_everything,
    has_wildcard,
    kept,
    matching,
    service_sets,
)
from wa_policy.rules.arguments import Values, texts
from wa_policy.rules.documents import Document, Documents, identity_documents, resource_documents
from wa_policy.rules.items import Field, Item, Items, first_of_each_key, numbered
from wa_policy.rules.shape_resources import width_unknown
from wa_policy.rules.subjects import Scope, Subject
from wa_policy.rules.tables import SharedIssuer
from wa_policy.rules.tables import shared_issuers as table_of_issuers

_SHOWN = 3


def _sources(subject: Subject, policies: str) -> Documents:
    return identity_documents(subject) if policies == "identity" else resource_documents(subject)


def statements(subject: Subject, _scope: Scope, arguments: Values) -> Items:
    """Each statement of the resource policy, the trust policy or the identity policies."""
    documents = _sources(subject, str(arguments["policies"]))
    items = (
        Item(_statement_key(document, statement), statement.source, _statement_fields(statement), statement)
        for document, statement in documents.statements()
    )
    return Items(numbered(items), documents.unknown)


def _statement_key(document: Document, statement: Statement) -> str:
    words = statement.sid or f"{statement.effect.value} {_actions_in_words(statement)}"
    return f"{document.name}: {words}" if document.name else words


def _statement_fields(statement: Statement) -> dict[str, str | tuple[str, ...]]:
    return {
        "sid": statement.sid or "",
        "effect": statement.effect.value,
        "actions": _actions_in_words(statement),
    }


def _actions_in_words(statement: Statement) -> str:
    values = [str(value) for value in statement.action.values]
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    prefix = "all actions but " if statement.action.negated else ""
    return f"{prefix}{', '.join(values[:_SHOWN])}{more}"


# --- grants of actions and resources ---------------------------------------------------------------------------------


def whole_services(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """The services of which an Allow statement names every action by a wildcard; all of them together as `*`."""
    documents = identity_documents(subject)
    catalog = scope.catalog
    items: list[Item] = []
    unknown = list(documents.unknown)
    for document, statement in documents.statements(Effect.ALLOW):
        services, hole = _services_covered(statement, catalog)
        if hole is not None:
            unknown.append(hole)
        if len(services) == len(service_sets(catalog)):
            items.append(_all_services(document, statement, subject, scope))
            continue
        for service in services:
            fields: dict[str, Field] = {
                "service": service,
                "actions": _with_its_resources((f"{service}:*",), statement, subject, catalog),
                "policy": document.name,
            }
            items.append(Item(f"{service}:*", statement.source, fields, statement))
    return Items(first_of_each_key(items), tuple(unknown))


def _services_covered(statement: Statement, catalog: Catalog) -> tuple[list[str], Unknown | None]:
    bits, hole = actions_of(statement.action, catalog)
    if statement.action.negated:
        if hole is not None:
            return [], hole
    else:
        # A list of single actions that happens to be all of a small service is what the rule asks for.
        values = (value for value in statement.action.values if isinstance(value, str))
        bits = matching((value for value in values if has_wildcard(value)), catalog)
    return [service for service, all_ in service_sets(catalog).items() if all_ & bits == all_], hole


def _all_services(document: Document, statement: Statement, subject: Subject, scope: Scope) -> Item:
    left, _ = kept(subject, scope)
    services = service_sets(scope.catalog)
    whole = [service for service, all_ in services.items() if all_ & left == all_]
    patterns = ("*",) if len(whole) in (0, len(services)) else tuple(f"{service}:*" for service in whole)
    actions = _with_its_resources(patterns, statement, subject, scope.catalog)
    fields: dict[str, Field] = {"service": "every service", "actions": actions, "policy": document.name}
    return Item("*", statement.source, fields, statement)


def _with_its_resources(
    patterns: tuple[str, ...], statement: Statement, subject: Subject, catalog: Catalog
) -> tuple[str, ...]:
    """The actions; where the statement names resources, those that one of its resources fits."""
    resource = statement.resource
    if resource is None or resource.negated or covers_everything(resource):
        return patterns
    named = [
        resource_glob(value)
        if isinstance(value, str)
        else "".join(glob(part) if isinstance(part, str) else MANY for part in value.parts)
        for value in resource.values
    ]
    fitting = 0
    for shape in grouped(matching(patterns, catalog) & catalog.listed, (), catalog):
        possible = resource_group(shape.arns, subject.account, None).patterns
        if any(overlaps(one, other) for one in named for other in possible):
            fitting |= shape.actions
    return catalog.names(fitting) or patterns


def resource_grants(subject: Subject, _scope: Scope, _arguments: Values) -> Items:
    """Each resource of each Allow statement of the identity policies."""
    documents = identity_documents(subject)
    items = (
        _grant(document, statement, value, width_unknown(value, subject.account), negated=negated)
        for document, statement in documents.statements(Effect.ALLOW)
        for value, negated in _resources(statement)
    )
    return Items(numbered(items), documents.unknown)


def _resources(statement: Statement) -> Iterator[tuple[Text, bool]]:
    if statement.resource is None:
        return
    if statement.resource.negated:
        yield ", ".join(str(value) for value in statement.resource.values), True
        return
    for value in statement.resource.values:
        yield value, False


def _grant(
    document: Document, statement: Statement, value: Text, doubt: Unknown | None, *, negated: bool
) -> Item:
    resource = f"all resources but {value}" if negated else str(value)
    actions = _actions_in_words(statement)
    fields = {"resource": resource, "actions": actions, "policy": document.name}
    key = f"{document.name}: {actions} on {resource}"
    return Item(key, statement.source, fields, statement, value=value, unknown=doubt)


_ROLE_NAME = re.compile(r"role/(?:[^*?]*/)?[^*?/]")


def pass_role_grants(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """One item if an Allow statement names `iam:PassRole`: the roles and the services that the policies name."""
    documents = identity_documents(subject)
    pass_role = scope.catalog.actions_matching("iam:PassRole")
    unknown = list(documents.unknown)
    first: Statement | None = None
    roles: list[str] = []
    for _, statement in documents.statements(Effect.ALLOW):
        bits, hole = actions_of(statement.action, scope.catalog)
        if not bits & pass_role:
            unknown += [hole] if hole is not None else []
            continue
        first = first or statement
        if not covers_everything(statement.resource):
            roles += [
                str(value) for value, negated in _resources(statement) if not negated and _names_role(value)
            ]
    if first is None:
        return Items((), tuple(unknown))
    services = [
        str(value)
        for _, statement in documents.statements()
        for condition in statement.conditions
        if condition.folded_key == "iam:passedtoservice"
        for value in condition.values
        if _names_service(condition, value)
    ]
    fields = {"roles": tuple(dict.fromkeys(roles)), "services": tuple(dict.fromkeys(services))}
    return Items((Item("", first.source, fields, first),), tuple(unknown))


def _names_role(value: Text) -> bool:
    """True iff the ARN names an account, and at least the beginning of the role's name or path."""
    arn = parse_arn(value) if isinstance(value, str) else None
    return arn is not None and is_account_id(arn.account) and _ROLE_NAME.match(arn.resource) is not None


def _names_service(condition: Condition, value: Text) -> bool:
    is_pattern = "Like" in condition.operator.operator.name and has_wildcard(value)
    return isinstance(value, str) and not is_pattern


# --- trust -------------------------------------------------------------------------------------------------------------

_PROVIDER = ":oidc-provider/"


def shared_issuers(subject: Subject, _scope: Scope, arguments: Values) -> Items:
    """The federated principals of the trust policy whose issuer many customers share."""
    documents = resource_documents(subject)
    given = texts(arguments, "allowed")
    items = [
        _issuer_item(principal.provider, issuer, statement, document.policy, given)
        for document, statement in documents.statements(Effect.ALLOW)
        if statement.principal is not None and not statement.principal.negated
        for principal in statement.principal.principals
        if isinstance(principal, FederatedPrincipal)
        and (issuer := _issuer_of(principal.provider)) is not None
    ]
    return Items(first_of_each_key(items), documents.unknown)


def _issuer_of(provider: str) -> SharedIssuer | None:
    _, found, issuer = provider.partition(_PROVIDER)
    return table_of_issuers().issuers.get(issuer.lower() if found else provider)


def _issuer_item(
    provider: str, issuer: SharedIssuer, statement: Statement, policy: Policy, given: tuple[str, ...]
) -> Item:
    key = f"{issuer.issuer}:sub"
    named = [
        pattern
        for other in policy.statements
        for condition in other.conditions
        if condition.folded_key == key
        for value in condition.values
        if (pattern := _owner_pattern(issuer, value)) is not None
    ]
    fields: dict[str, Field] = {
        "issuer": issuer.issuer,
        "name": issuer.name,
        "provider": provider,
        "subject_key": key,
        "subjects": given or tuple(dict.fromkeys(named)),
    }
    return Item(issuer.issuer, statement.source, fields, statement)


def _owner_pattern(issuer: SharedIssuer, value: Text) -> str | None:
    """The subjects of the owner whom a value names literally; None where it names none."""
    if not isinstance(value, str):
        return None
    for form in issuer.owners:
        before, _, after = form.partition("{owner}")
        end = after.removesuffix("*")
        found = re.match(f"{re.escape(before)}[^*?/:]+{re.escape(end)}", value)
        if found is not None:
            return f"{found[0]}*"
    return None if has_wildcard(value) else value
