"""What a rule is about: the subjects of an inventory, and what a check may look at beside its subject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from wa_policy.catalog.model import Catalog
from wa_policy.findings import Verdict, Witness
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.source import NOWHERE, Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, Principal, PrincipalKind, Resource
from wa_policy.settings import ParameterValue

if TYPE_CHECKING:
    from wa_policy.formal.callers import CallerClass
    from wa_policy.rules.graphs import Graphs

PRINCIPAL = "principal"
"""The word of `select` for users and roles."""
ROLE = "AWS::IAM::Role"
PRINCIPAL_TYPES = (ROLE, "AWS::IAM::User")
WORKLOAD = "workload"
"""The word of `select` for all that was read, as one subject."""
ACCOUNT = "WaPolicy::Account"
"""The type of an account as a subject: its settings, as far as they were exported, are its properties."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A resource, or a user or role with its policies. A user or role is a resource as well, where its type is selected."""

    id: str
    type: str
    account: str | None
    name: str
    region: str | None
    resource: Resource | None
    principal: Principal | None
    source: Source = field(compare=False)


NamedQueues = tuple[str, Unknown | None]
"""A pattern of the ARNs of queues, and why it is not known whether it is one; None where it is."""


@dataclass(slots=True, eq=False)
class Shared:
    """What the rules of a run work out together: the graph, once a rule asks for it."""

    graphs: Graphs | None = None
    subjects: dict[tuple[str, ...], tuple[Subject, ...]] = field(default_factory=dict)
    """By what rules select."""
    unread_roles: tuple[UnreadRole, ...] | None = None
    own_callers: dict[str, CallerClass] = field(default_factory=dict)
    """By ARN what is known of a user or role that calls."""
    functions_of_role: Mapping[tuple[str | None, str], tuple[Resource, ...]] | None = None
    """By account and role; functions whose role is not known stand under ""."""
    declaring: frozenset[str] | None = None
    """The files that declare resources: templates and plans."""
    groups_of_others: frozenset[str | Unknown] | None = None
    """The texts by which all but functions and rules of groups name security groups."""
    read_queues: Mapping[str | None, tuple[NamedQueues, ...]] | None = None
    """By account the queues that policies of users and roles let them read by name."""


@dataclass(frozen=True, slots=True)
class Scope:
    """All that a check may use: `parameters` has a value for each parameter that the rule declares.

    Scopes of one inventory and catalog may share what is worked out once for all rules.
    """

    inventory: Inventory
    parameters: Mapping[str, ParameterValue]
    catalog: Catalog
    shared: Shared = field(default_factory=Shared, compare=False)
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer of a check on a subject or item: `source` is the place to look at, None where it is the subject's.

    `evidence` says what shows a fail that no request can show; `path` is the path of a `no_path` in words.
    """

    verdict: Verdict
    witness: Witness | None = None
    reasons: tuple[Unknown, ...] = ()
    source: Source | None = None
    evidence: str = ""
    path: str = ""


def selected(inventory: Inventory, shared: Shared, select: tuple[str, ...]) -> tuple[Subject, ...]:
    """`subjects` of an inventory, worked out once."""
    found = shared.subjects.get(select)
    if found is None:
        shared.subjects[select] = found = tuple(subjects(inventory, select))
    return found


def subjects(inventory: Inventory, select: tuple[str, ...]) -> Iterator[Subject]:
    """The subjects of the selected types, in the order of the inventory."""
    words = {PRINCIPAL: PRINCIPAL_TYPES, "account": (ACCOUNT,)}
    types = [type_ for word in select for type_ in words.get(word, (word,))]
    for type_ in dict.fromkeys(types):
        if type_ == WORKLOAD:
            yield Subject(WORKLOAD, WORKLOAD, None, WORKLOAD, None, None, None, NOWHERE)
        found = inventory.of_type(type_)
        for resource in found:
            yield subject_of_resource(resource, inventory)
        if type_ == ACCOUNT:
            exported = {resource.account for resource in found}
            for account in inventory.accounts:
                if account not in exported:
                    yield subject_of_resource(_unread_account(account), inventory)


def _unread_account(account: str) -> Resource:
    return Resource(
        ACCOUNT, f"arn:aws:iam::{account}:root", account, account, None, {}, NOWHERE, told=frozenset()
    )


def subject_of_resource(resource: Resource, inventory: Inventory) -> Subject:
    """A resource as a subject."""
    return Subject(
        id=resource.id,
        type=resource.type,
        account=resource.account,
        name=resource.name or resource.id,
        region=resource.region,
        resource=resource,
        principal=inventory.principal(resource.id),
        source=resource.source,
    )


def subject_of(principal: Principal, inventory: Inventory) -> Subject:
    """A user or role as a subject."""
    resource = inventory.resource(principal.arn)
    type_ = ROLE if principal.kind is PrincipalKind.ROLE else PRINCIPAL_TYPES[1]
    return Subject(
        principal.arn, type_, principal.account, principal.name, None, resource, principal, principal.source
    )


@dataclass(frozen=True, slots=True)
class UnreadRole:
    """A role that a function names, in an account whose principals were not exported."""

    arn: str
    account: str
    source: Source
    reason: Unknown


def unread(inventory: Inventory, shared: Shared) -> tuple[UnreadRole, ...]:
    """`unread_roles` of an inventory, worked out once."""
    if shared.unread_roles is None:
        shared.unread_roles = tuple(unread_roles(inventory))
    return shared.unread_roles


def unread_roles(inventory: Inventory) -> Iterator[UnreadRole]:
    """The roles of functions about which nothing was read: no rule about roles may pass them over in silence."""
    found: set[str] = set()
    for function in inventory.of_type("AWS::Lambda::Function"):
        arn = function.property("Role")
        parsed = parse_arn(arn) if isinstance(arn, str) else None
        if parsed is None or str(parsed) in found or inventory.principal(str(parsed)) is not None:
            continue
        if inventory.was_exported("iam.get-account-authorization-details", parsed.account):
            continue  # all principals were read: the role is gone
        found.add(str(parsed))
        wanted = f"iam get-account-authorization-details in account `{parsed.account}`"
        reason = Unknown(UnknownKind.NOT_EXPORTED, wanted)
        yield UnreadRole(str(parsed), parsed.account, function.place("Role"), reason)
