"""Where control policies stand that exist already: the levels above each account, or documents by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wa_policy.evaluator.applied import Level
from wa_policy.guardrails.prove import as_level
from wa_policy.iam.policy import Effect, Policy, PolicyKind
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import (
    POLICY_DOCUMENT_TYPE,
    AttachedPolicy,
    ControlLevel,
    Inventory,
    Organization,
    Present,
)
from wa_policy.rules.model import GuardrailKind

DOCUMENTS = "documents"
"""The name of the place of documents that stand alone, as if they were attached to one target."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A control policy at a target: `name` as the organization calls it, or the file of a document."""

    target: str
    name: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Place:
    """The control policies of one kind that bind some accounts alike, from the root down."""

    accounts: tuple[str, ...]
    """Empty for documents that stand alone."""
    levels: tuple[Level, ...] | Unknown
    attached: tuple[Attached, ...] = ()

    @property
    def name(self) -> str:
        return ", ".join(self.accounts) or DOCUMENTS


def places(inventory: Inventory, kind: GuardrailKind) -> tuple[Place, ...]:
    """The places of an inventory. The management account is in none: no control policy binds it."""
    return (*_of_organization(inventory, kind), *_of_documents(inventory, kind))


def _of_organization(inventory: Inventory, kind: GuardrailKind) -> Iterator[Place]:
    organization = inventory.organization
    if not isinstance(organization, Organization):
        return
    alike: dict[tuple[ControlLevel, ...] | Unknown, list[str]] = {}
    for account, place in sorted(organization.places.items()):
        if account == organization.management_account:
            continue
        levels = place.service_control if kind is GuardrailKind.SCP else place.resource_control
        alike.setdefault(_without_name(levels, account), []).append(account)
    for found, accounts in alike.items():
        if isinstance(found, Unknown):
            yield Place(tuple(accounts), found)
            continue
        yield Place(
            tuple(accounts),
            tuple(Level(level.target, tuple(one.policy for one in level.policies)) for level in found),
            tuple(
                Attached(level.target or ", ".join(accounts), one.name, one.policy)
                for level in found
                for one in level.policies
            ),
        )


def _without_name(
    levels: tuple[ControlLevel, ...] | Unknown, account: str
) -> tuple[ControlLevel, ...] | Unknown:
    """The levels, with the account's own one without a name, so that accounts with the same policies are alike."""
    if isinstance(levels, Unknown):
        return levels
    return tuple(
        ControlLevel("" if level.target == account else level.target, level.policies) for level in levels
    )


def _of_documents(inventory: Inventory, kind: GuardrailKind) -> Iterator[Place]:
    found = [
        Attached(DOCUMENTS, resource.id, document.policy)
        for resource in inventory.of_type(POLICY_DOCUMENT_TYPE)
        if isinstance(document := resource.policy(), Present) and _is_of_kind(resource.property("Kind"), kind)
    ]
    if found:
        yield Place((), (level_of([one.policy for one in found]),), tuple(found))


def _is_of_kind(word: object, kind: GuardrailKind) -> bool:
    """A document without a principal can be an SCP, one with a principal an RCP."""
    if kind is GuardrailKind.SCP:
        return word in (PolicyKind.SERVICE_CONTROL.value, PolicyKind.IDENTITY.value)
    return word in (PolicyKind.RESOURCE_CONTROL.value, PolicyKind.RESOURCE.value)


def level_of(policies: Iterable[Policy]) -> Level:
    """The documents as attached to one target: beside FullAWSAccess, unless they say themselves what is allowed."""
    documents = tuple(policies)
    if any(s.effect is Effect.ALLOW for policy in documents for s in policy.statements):
        return Level(DOCUMENTS, documents)
    return as_level(documents, DOCUMENTS)


def count_attached(inventory: Inventory, target: str, kind: GuardrailKind) -> int | None:
    """How many policies of a kind are attached to a root, unit or account; None where the export does not tell."""
    found = attached_at(inventory, target, kind)
    return None if found is None else len(found)


def attached_at(inventory: Inventory, target: str, kind: GuardrailKind) -> tuple[AttachedPolicy, ...] | None:
    """The policies of a kind that are attached to the target itself."""
    organization = inventory.organization
    if not isinstance(organization, Organization):
        return None
    for _, place in sorted(organization.places.items()):
        levels = place.service_control if kind is GuardrailKind.SCP else place.resource_control
        if isinstance(levels, Unknown):
            continue
        for level in levels:
            if level.target == target:
                return level.policies
    return None
