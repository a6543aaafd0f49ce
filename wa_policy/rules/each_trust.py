"""Iterators over the trust policy of a role: whom it names, and which identity providers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from wa_policy.iam.policy import Effect, Policy, Statement
from wa_policy.iam.principal import (
    AccountPrincipal,
    ArnPrincipal,
    CanonicalUserPrincipal,
    Everyone,
    FederatedPrincipal,
    ServicePrincipal,
    UnknownPrincipal,
    UnmatchablePrincipal,
)
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Organization
from wa_policy.rules.actions import actions_of, has_wildcard, matching
from wa_policy.rules.arguments import Values, texts
from wa_policy.rules.documents import resource_documents
from wa_policy.rules.each_resource import granted_accounts
from wa_policy.rules.items import Field, Item, Items, first_of_each_key
from wa_policy.rules.subjects import Scope, Subject

_ASSUMING = ("sts:AssumeRole*",)
_ACCOUNT, _FEDERATED, _SERVICE = "account", "identity provider", "service"
# The keys by which an issuer names the application that a token is for.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
_APP_ID = ("graph.facebook.com", "www.amazon.com")
_OIDC, _SAML = ":oidc-provider/", ":saml-provider/"


def _assuming(subject: Subject, scope: Scope) -> Iterator[tuple[Policy, Statement] | Unknown]:
    """The Allow statements of the trust policy that let somebody assume the role."""
    documents = resource_documents(subject)
    yield from documents.unknown
    wanted = matching(_ASSUMING, scope.catalog)
    for document, statement in documents.statements(Effect.ALLOW):
        bits, hole = actions_of(statement.action, scope.catalog)
        if bits & wanted:
            yield document.policy, statement
        elif hole is not None:
            yield hole


def trustees(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """Each principal that the trust policy names."""
    items: list[Item] = []
    unknown: list[Unknown] = []
    for found in _assuming(subject, scope):
        if isinstance(found, Unknown):
            unknown.append(found)
            continue
        _, statement = found
        if statement.principal is None:
            continue
        if statement.principal.negated:
            items.append(_trustee("all principals but those named", "everyone", statement))
            continue
        for principal in statement.principal.principals:
            match principal:
                case ServicePrincipal(service):
                    items.append(_trustee(service, _SERVICE, statement))
                case Everyone():
                    items.append(_trustee("*", "everyone", statement))
                case AccountPrincipal(account):
                    items.append(_trustee(account, _ACCOUNT, statement))
                case ArnPrincipal(arn):
                    items.append(_trustee(str(arn), "principal", statement))
                case FederatedPrincipal(provider):
                    items.append(_trustee(provider, _FEDERATED, statement))
                case CanonicalUserPrincipal(canonical_id):
                    items.append(_trustee(canonical_id, "user", statement))
                case UnmatchablePrincipal():
                    pass  # a principal that was deleted
                case UnknownPrincipal(_, template):
                    unknown += [hole.reason for hole in template.holes[:1]]
                case _:
                    assert_never(principal)
    return Items(first_of_each_key(items), tuple(unknown))


def _trustee(name: str, kind: str, statement: Statement) -> Item:
    fields: dict[str, Field] = {"name": name, "kind": kind}
    return Item(name, statement.source, fields, statement)


def is_other_trustee(item: Item, _subject: Subject, _scope: Scope, arguments: Values) -> bool:
    """True iff the principal is none of the services."""
    return item.fields["kind"] != _SERVICE or item.fields["name"] not in texts(arguments, "services")


def trustee_in_words(item: Item) -> str:
    return f"the trust policy names the {item.fields['kind']} `{item.fields['name']}`"


def foreign_accounts(subject: Subject, scope: Scope, arguments: Values) -> Items:
    """The accounts that the policy names and that neither own it nor belong to the organization that was exported."""
    found = granted_accounts(subject, scope, arguments)
    organization = scope.inventory.organization
    own = organization.places if isinstance(organization, Organization) else {}
    return Items(tuple(item for item in found.items if item.fields["account"] not in own), found.unknown)


def owner(subject: Subject, _scope: Scope, _arguments: Values) -> Items:
    """The account that owns the subject."""
    if subject.account is None:
        return Items((), (Unknown(UnknownKind.NOT_EXPORTED, f"the account of `{subject.id}`"),))
    return Items((Item("", subject.source, {"account": subject.account}),))


def identity_providers(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """The identity providers that the trust policy names, with the audiences that it asks for."""
    items: list[Item] = []
    unknown: list[Unknown] = []
    for found in _assuming(subject, scope):
        if isinstance(found, Unknown):
            unknown.append(found)
            continue
        policy, statement = found
        if statement.principal is None or statement.principal.negated:
            continue
        for principal in statement.principal.principals:
            match principal:
                case FederatedPrincipal(provider):
                    items.append(_provider(provider, policy, statement))
                case UnknownPrincipal("Federated", template):
                    unknown += [hole.reason for hole in template.holes[:1]]
                case _:
                    pass
    return Items(first_of_each_key(items), tuple(unknown))


def _provider(provider: str, policy: Policy, statement: Statement) -> Item:
    is_saml = _SAML in provider
    issuer = provider.partition(_OIDC)[2] or provider
    key = "saml:aud" if is_saml else f"{issuer}:{'app_id' if issuer in _APP_ID else 'aud'}"
    named = [
        value
        for other in policy.statements
        for condition in other.conditions
        if condition.folded_key == key.lower()
        for value in condition.values
        if isinstance(value, str) and not has_wildcard(value)
    ]
    fields: dict[str, Field] = {
        "provider": provider,
        "issuer": "SAML" if is_saml else issuer,
        "action": "sts:AssumeRoleWithSAML" if is_saml else "sts:AssumeRoleWithWebIdentity",
        "audience_key": key,
        "audiences": tuple(dict.fromkeys(named)),
    }
    return Item(provider.rsplit("/", 1)[-1] if is_saml else issuer, statement.source, fields, statement)
