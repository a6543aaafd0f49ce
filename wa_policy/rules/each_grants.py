"""Iterators over whom the policies of a subject let in, and over the conditions by which they do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wa_policy.iam.policy import Condition, Effect, Statement
from wa_policy.iam.principal import ArnPrincipal, ServicePrincipal, UnknownPrincipal
from wa_policy.iam.unknown import Unknown
from wa_policy.rules.arguments import Values, texts
from wa_policy.rules.callers import unnamed_account
from wa_policy.rules.documents import Document, Documents, hole_of, resource_documents
from wa_policy.rules.each_resource import accounts_of, accounts_of_trusted
from wa_policy.rules.items import Field, Item, Items, first_of_each_key, numbered
from wa_policy.rules.subjects import Scope, Subject

EVERYONE = "everyone"
"""The key of the item that stands for any account."""
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]")
_AWS_MANAGED = re.compile(r"arn:[a-z-]+:iam::aws:policy/")


def service_label(principal: str) -> str:
    """What a service principal is called without its Region and domain: `logs` of `logs.eu-west-1.amazonaws.com`."""
    labels = principal.partition(".amazonaws.")[0].removesuffix(".amazon.com").split(".")
    return ".".join(label for label in labels if not _REGION.fullmatch(label))


# --- callers ---------------------------------------------------------------------------------------------------------


def outsiders(subject: Subject, scope: Scope, arguments: Values) -> Items:
    """Any account, and each other account that Allow statements name, with the actions that it must not have."""
    documents = resource_documents(subject)
    unknown = list(documents.unknown)
    actions, of_trusted = texts(arguments, "actions"), texts(arguments, "of_trusted")
    trusted = {*texts(arguments, "trusted"), *accounts_of_trusted(scope)}
    left_out = {subject.account, *texts(arguments, "except")}
    items: list[Item] = []
    for document in documents.read:
        nobodys = unnamed_account(document.policy, scope)
        fields: dict[str, Field] = {
            "holder": EVERYONE,
            "account": nobodys,
            "actions": actions,
            "service_actions": texts(arguments, "of_services"),
        }
        items.append(Item(EVERYONE, document.policy.source, fields))
    for _, statement in documents.statements(Effect.ALLOW):
        for account in accounts_of(statement):
            if isinstance(account, Unknown):
                unknown.append(account)
            elif account not in left_out:
                wanted = of_trusted if account in trusted else actions
                named: dict[str, Field] = {
                    "holder": account,
                    "account": account,
                    "actions": wanted,
                    "service_actions": (),
                }
                items.append(Item(account, statement.source, named))
    return Items(first_of_each_key(items), tuple(dict.fromkeys(unknown)))


def key_holders(subject: Subject, scope: Scope, arguments: Values) -> Items:
    """Any account, each other account, and each user and role of the own account that the key policy names."""
    actions = ("kms:Decrypt", "kms:CreateGrant", "kms:PutKeyPolicy")
    found = outsiders(subject, scope, {"trusted": texts(arguments, "trusted"), "actions": actions})
    items = list(found.items)
    for _, statement in resource_documents(subject).statements(Effect.ALLOW):
        if statement.principal is None or statement.principal.negated:
            continue
        for principal in statement.principal.principals:
            if isinstance(principal, ArnPrincipal) and principal.arn.account == subject.account:
                fields: dict[str, Field] = {"holder": str(principal), "account": "", "actions": ()}
                items.append(Item(str(principal), statement.source, fields, statement))
    return Items(first_of_each_key(items), found.unknown)


def calling_services(subject: Subject, _scope: Scope, _arguments: Values) -> Items:
    """One item with the services that Allow statements name, each once whatever its Region."""
    documents = resource_documents(subject)
    unknown = list(documents.unknown)
    services: dict[str, Statement] = {}
    for _, statement in documents.statements(Effect.ALLOW):
        if statement.principal is None or statement.principal.negated:
            continue
        for principal in statement.principal.principals:
            match principal:
                case ServicePrincipal(service):
                    services.setdefault(service_label(service), statement)
                case UnknownPrincipal("Service", template) if template.holes:
                    unknown.append(template.holes[0].reason)
                case _:
                    pass
    if not services and not unknown:
        return Items(())
    place = next(iter(services.values())).source if services else subject.source
    fields: dict[str, Field] = {"services": tuple(sorted(services)), "count": str(len(services))}
    return Items((Item("services", place, fields, open=unknown[0] if unknown else None),))


# --- conditions ------------------------------------------------------------------------------------------------------


def own_documents(subject: Subject) -> Documents:
    """All policies of the subject that its owner writes: the resource or trust policy, and the identity policies."""
    documents = resource_documents(subject)
    principal = subject.principal
    if principal is None:
        return documents
    read = tuple(
        Document(attached.name, attached.policy)
        for attached in principal.identity_policies
        if attached.arn is None or not _AWS_MANAGED.match(attached.arn)
    )
    unreadable = (reason for document in read for reason in document.policy.unreadable)
    return Documents(
        (*documents.read, *read), tuple(dict.fromkeys((*documents.unknown, *principal.missing, *unreadable)))
    )


def policy_statements(subject: Subject, _scope: Scope, _arguments: Values) -> Items:
    """Each statement of all policies that the owner of the subject writes."""
    documents = own_documents(subject)
    items = (
        Item(name, statement.source, _fields(name, statement), statement)
        for document, statement in documents.statements()
        for name in (_name(document, statement),)
    )
    return Items(numbered(items), documents.unknown)


def policy_conditions(subject: Subject, _scope: Scope, _arguments: Values) -> Items:
    """Each condition of these statements."""
    documents = own_documents(subject)
    items = (
        Item(
            f"{_name(document, statement)}: {condition.operator} {condition.key}",
            condition.source,
            _of_condition(statement, condition),
            statement,
            condition,
        )
        for document, statement in documents.statements()
        for condition in statement.conditions
    )
    return Items(numbered(items), documents.unknown)


def _of_condition(statement: Statement, condition: Condition) -> dict[str, Field]:
    values = ", ".join(str(value) for value in condition.values)
    return {
        "key": condition.key,
        "operator": str(condition.operator),
        "values": values,
        "effect": statement.effect.value,
    }


def _fields(name: str, statement: Statement) -> dict[str, Field]:
    return {"statement": name, "effect": statement.effect.value, "actions": _actions(statement)}


_SHOWN = 3


def _actions(statement: Statement) -> str:
    values = [str(value) for value in statement.action.values]
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return f"{'all actions but ' if statement.action.negated else ''}{', '.join(values[:_SHOWN])}{more}"


def _name(document: Document, statement: Statement) -> str:
    words = statement.sid or f"{statement.effect.value} {_actions(statement)}"
    return f"{document.name}: {words}" if document.name else words


def services_of(statement: Statement) -> Iterator[str]:
    """The service principals that a statement names."""
    if statement.principal is not None and not statement.principal.negated:
        for principal in statement.principal.principals:
            if isinstance(principal, ServicePrincipal):
                yield principal.service


def is_known(value: object) -> bool:
    """True iff a value of a policy is known in full."""
    return isinstance(value, str) or hole_of(value) is None  # type: ignore[arg-type]
