"""Items about identity pools and the roles that act for one thing: guests, pools, data sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wa_policy.evaluator.truth import Truth, any_of
from wa_policy.iam.policy import Effect
from wa_policy.iam.principal import FederatedPrincipal, UnknownPrincipal
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Principal, PropertyValue, Resource
from wa_policy.inventory.relations import related
from wa_policy.rules.actions import has_wildcard
from wa_policy.rules.arguments import Values
from wa_policy.rules.compare import equal
from wa_policy.rules.documents import Documents, resource_documents
from wa_policy.rules.items import Field, Item, Items
from wa_policy.rules.subjects import Scope, Subject

_PROVIDER = "cognito-identity.amazonaws.com"
_AUDIENCE = f"{_PROVIDER}:aud"
_GUEST = "unauthenticated"


def identity_pools(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """Of a role that identity pools assume: the pools that its trust policy names, and whether it is the one of guests."""
    documents = resource_documents(subject)
    trusting = [
        (document, statement)
        for document, statement in documents.statements(Effect.ALLOW)
        if statement.principal is not None
        and any(
            isinstance(one, FederatedPrincipal) and one.provider == _PROVIDER
            for one in statement.principal.principals
        )
    ]
    if not trusting:
        return Items((), (*documents.unknown, *_open_providers(documents)))
    pools = tuple(
        dict.fromkeys(
            str(value)
            for document, _ in trusting
            for statement in document.policy.statements
            for condition in statement.conditions
            if condition.folded_key == _AUDIENCE
            for value in condition.values
            if not has_wildcard(value)
        )
    )
    place = trusting[0][1].source
    fields: dict[str, Field] = {
        "pools": pools,
        "signed_in": ("authenticated", _GUEST),
        "guests": (),
        "what": "any other identity pool",
    }
    items = [Item("pool", place, fields)]
    guest = _is_guest_role(subject, scope)
    if guest is not True:
        told: dict[str, Field] = {"pools": (), "signed_in": (), "guests": (_GUEST,), "what": "guests"}
        items.append(Item("guests", place, told, perhaps=guest if isinstance(guest, Unknown) else None))
    return Items(tuple(items), documents.unknown)


def _open_providers(documents: Documents) -> Iterator[Unknown]:
    """Why an identity provider that Allow statements name may be that of identity pools."""
    for _, statement in documents.statements(Effect.ALLOW):
        for one in () if statement.principal is None else statement.principal.principals:
            match one:
                case UnknownPrincipal("Federated", template) if template.holes:
                    yield template.holes[0].reason
                case _:
                    pass


def _is_guest_role(subject: Subject, scope: Scope) -> Truth:
    """True iff an identity pool gives the role to guests."""
    if subject.principal is None:
        return False
    arn = subject.principal.arn
    found = related(scope.inventory, subject.principal, "identity_pool_attachments")
    return any_of((*(equal(_mapped(one, _GUEST), arn) for one in found.found), found.unknown or False))


def _mapped(attachment: Resource | Principal, kind: str) -> PropertyValue:
    roles = attachment.property("Roles") if isinstance(attachment, Resource) else None
    return roles.get(kind) if isinstance(roles, Mapping) else roles


def guest_role(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """The role that an identity pool gives to guests."""
    if subject.resource is None:
        return Items(())
    found = related(scope.inventory, subject.resource, "role_attachments")
    items: list[Item] = []
    unknown = [] if found.unknown is None else [found.unknown]
    for attachment in found.found:
        arn = _mapped(attachment, _GUEST)
        if isinstance(arn, Unknown):
            unknown.append(arn)
        elif isinstance(arn, str):
            role = scope.inventory.principal(arn)
            name = arn.rpartition("/")[2]
            if role is None:
                unknown.append(Unknown(UnknownKind.NOT_EXPORTED, f"the policies of the role `{arn}`"))
            else:
                items.append(Item(name, attachment.source, {"role": name}, principal=role))
    return Items(tuple(items), tuple(unknown))


def data_source_role(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """The role of a data source with the ARNs, as patterns, of the table or function that it is for."""
    source = subject.resource
    if source is None:
        return Items(())
    own = tuple(_own(source))
    unknown = [value for value in own if isinstance(value, Unknown)]
    if unknown:
        return Items((), tuple(unknown))
    found = related(scope.inventory, source, "role")
    fields: dict[str, Field] = {"own": tuple(str(value) for value in own)}
    items = tuple(
        Item(role.name, source.place("ServiceRoleArn"), fields | {"role": role.name}, principal=role)
        for role in found.found
        if isinstance(role, Principal)
    )
    return Items(items, () if found.unknown is None else (found.unknown,))


def _own(source: Resource) -> Iterator[str | Unknown]:
    table = source.property("DynamoDBConfig")
    name = table.get("TableName") if isinstance(table, Mapping) else table
    if isinstance(name, str):
        name = name.rpartition("/")[2]
        yield f"arn:*:dynamodb:*:*:table/{name}"
        yield f"arn:*:dynamodb:*:*:table/{name}/*"
    elif isinstance(name, Unknown):
        yield name
    function = source.property("LambdaConfig")
    arn = function.get("LambdaFunctionArn") if isinstance(function, Mapping) else function
    if isinstance(arn, str):
        yield arn
        yield f"{arn}:*"
    elif isinstance(arn, Unknown):
        yield arn


def signed_in_users(subject: Subject, scope: Scope, arguments: Values) -> Items:
    """Of a role that users of identity pools assume: what stands for the name of another user."""
    pools = identity_pools(subject, scope, arguments)
    items = tuple(Item("", item.source, {"other": "another-user"}) for item in pools.items[:1])
    return Items(items, pools.unknown)
