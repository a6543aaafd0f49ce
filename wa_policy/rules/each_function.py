"""Iterators over the execution role of a function: whose it is as well, and what it grants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wa_policy.catalog.model import AccessLevel, ActionSet, Catalog
from wa_policy.evaluator.truth import Truth, all_of
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.policy import Effect
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import CODE_SHA_PROPERTY, Principal, PropertyValue, Resource
from wa_policy.inventory.relations import related
from wa_policy.rules.actions import actions_of, kept, matching
from wa_policy.rules.arguments import Values, texts
from wa_policy.rules.documents import identity_documents
from wa_policy.rules.items import Field, Item, Items
from wa_policy.rules.subjects import Scope, Subject, subject_of

WRITING = (AccessLevel.WRITE, AccessLevel.PERMISSIONS_MANAGEMENT)


def role_of(subject: Subject, scope: Scope) -> Principal | Unknown | None:
    """The role as which the function runs; None where it is known to have none."""
    if subject.resource is None:
        return None
    found = related(scope.inventory, subject.resource, "role")
    return next((role for role in found.found if isinstance(role, Principal)), found.unknown)


def execution_role(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """The role as which the function runs, with the ARNs by which the function and its layers are changed."""
    role, function = role_of(subject, scope), subject.resource
    if isinstance(role, Unknown):
        return Items((), (role,))
    if role is None or function is None:
        return Items(())
    layers = function.property("Layers")
    fields: dict[str, Field] = {
        "role": role.name,
        "functions": (subject.id, f"{subject.id}:*"),
        "layers": tuple(_own_layers(layers, subject.account)),
    }
    unknown = (layers,) if isinstance(layers, Unknown) else ()
    return Items((Item(role.name, function.place("Role"), fields, principal=role),), unknown)


def _own_layers(layers: PropertyValue, account: str | None) -> Iterator[str]:
    """The layers of the account itself, without their versions: nobody publishes a version in another account."""
    for layer in layers if isinstance(layers, tuple) else ():
        arn = parse_arn(layer) if isinstance(layer, str) else None
        if arn is not None and arn.account == account:
            yield str(layer).rsplit(":", 1)[0]


# --- sharing --------------------------------------------------------------------------------------------------------


def role_sharers(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """The role of the function, with the other functions of the account that run as it."""
    function = subject.resource
    role = None if function is None else function.property("Role")
    if function is None or isinstance(role, Unknown):
        return Items((), (role,) if isinstance(role, Unknown) else ())
    if not isinstance(role, str):
        return Items(())
    sharing: list[str] = []
    doubt: Unknown | None = None
    functions = _functions_of_role(scope)
    named = functions.get((function.account, role), ()), functions.get((function.account, ""), ())
    for other in sorted((one for ones in named for one in ones), key=lambda one: one.id):
        if other.id == function.id:
            continue
        same = _same(other.property("Role"), role)
        truth = all_of((same, _negated(_is_copy(function, other)) if same is not False else True))
        if truth is True:
            sharing.append(other.name)
        elif isinstance(truth, Unknown):
            doubt = doubt or truth
    fields: dict[str, Field] = {
        "role": role.rsplit("/", 1)[-1],
        "functions": tuple(sharing),
        "count": str(len(sharing) + 1),
    }
    return Items((Item(str(fields["role"]), function.place("Role"), fields, open=doubt),))


def _functions_of_role(scope: Scope) -> Mapping[tuple[str | None, str], tuple[Resource, ...]]:
    """The functions by account and role, those whose role is not known under an empty name."""
    shared = scope.shared
    if shared.functions_of_role is None:
        found: dict[tuple[str | None, str], list[Resource]] = {}
        for function in scope.inventory.of_type("AWS::Lambda::Function"):
            role = function.property("Role")
            if isinstance(role, str | Unknown):
                found.setdefault((function.account, role if isinstance(role, str) else ""), []).append(
                    function
                )
        shared.functions_of_role = {key: tuple(ones) for key, ones in found.items()}
    return shared.functions_of_role


def _same(value: PropertyValue, role: str) -> Truth:
    return value if isinstance(value, Unknown) else value == role


def _negated(truth: Truth) -> Truth:
    return truth if isinstance(truth, Unknown) else not truth


def _is_copy(one: Resource, other: Resource) -> Truth:
    """True iff both run the same code from the same entry: the two sides of a blue/green deployment."""
    sha = one.property(CODE_SHA_PROPERTY)
    if sha is None:
        return False  # a template does not say it
    return all_of(
        _equal(one.property(name), other.property(name))
        for name in (CODE_SHA_PROPERTY, "Handler", "ImageConfig")
    )


def _equal(one: PropertyValue, other: PropertyValue) -> Truth:
    for value in (one, other):
        if isinstance(value, Unknown):
            return value
    return one == other


# --- span -----------------------------------------------------------------------------------------------------------


def write_span(subject: Subject, scope: Scope, arguments: Values) -> Items:
    """The role of the function with the services and the actions that change something and that it grants."""
    role, function = role_of(subject, scope), subject.resource
    if isinstance(role, Unknown):
        return Items((), (role,))
    if role is None or function is None:
        return Items(())
    catalog = scope.catalog
    bits, doubts = granted(subject_of(role, scope.inventory), scope)
    bits &= writing(catalog)
    bits ^= bits & matching(texts(arguments, "except"), catalog)
    names = catalog.names(bits)
    services = tuple(dict.fromkeys(name.partition(":")[0] for name in names))
    fields: dict[str, Field] = {
        "role": role.name,
        "services": services,
        "actions": names,
        "service_count": str(len(services)),
        "action_count": str(len(names)),
    }
    doubt = doubts[0] if doubts else None
    return Items((Item(role.name, function.place("Role"), fields, principal=role, open=doubt),))


def granted(subject: Subject, scope: Scope) -> tuple[ActionSet, tuple[Unknown, ...]]:
    """The actions that Allow statements name, no Deny takes away outright and the boundary lets through; why there may be more."""
    catalog = scope.catalog
    documents = identity_documents(subject)
    left, doubts = kept(subject, scope)
    bits = 0
    for _, statement in documents.statements(Effect.ALLOW):
        found, hole = actions_of(statement.action, catalog)
        bits |= found
        doubts += (hole,) if hole is not None else ()
    return bits & left & catalog.listed, doubts


def writing(catalog: Catalog) -> ActionSet:
    """The actions that change something."""
    bits = 0
    for level in WRITING:
        bits |= catalog.actions_at(level)
    return bits
