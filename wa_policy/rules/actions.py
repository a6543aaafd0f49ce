"""Action elements as sets, and what the policies of a principal allow of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.iam.policy import Effect, Selection, Statement
from wa_policy.iam.unknown import Unknown
from wa_policy.rules.documents import (
    Documents,
    boundary_documents,
    hole_of,
    identity_documents,
)
from wa_policy.rules.subjects import Scope, Subject


def actions_of(selection: Selection, catalog: Catalog) -> tuple[ActionSet, Unknown | None]:
    """The actions that the values name for certain, and why there may be more (or, of a Not- form, fewer)."""
    bits = matching((value for value in selection.values if isinstance(value, str)), catalog)
    unknown = next((hole for value in selection.values if (hole := hole_of(value)) is not None), None)
    return (catalog.complement(bits) if selection.negated else bits), unknown


def matching(patterns: Iterable[str], catalog: Catalog) -> ActionSet:
    """The actions that any of the patterns names."""
    bits = 0
    for pattern in patterns:
        bits |= catalog.actions_matching(pattern)
    return bits


@lru_cache(maxsize=8)
def service_sets(catalog: Catalog) -> dict[str, ActionSet]:
    """The listed actions of each service that has any, by its prefix."""
    found = {
        service: catalog.actions_matching(f"{service}:*") & catalog.listed for service in catalog.services()
    }
    return {service: bits for service, bits in found.items() if bits}


def covers_everything(selection: Selection | None) -> bool:
    """True iff a Resource element covers every resource: `*`, or a pattern that means it."""
    if selection is None:
        return True
    if selection.negated:
        return not selection.values
    return any(isinstance(value, str) and is_everything(value) for value in selection.values)


def is_everything(pattern: str) -> bool:
    """True iff a pattern is `*` or means it."""
    return bool(pattern) and not pattern.strip("*")


def is_unconditional(statement: Statement) -> bool:
    return not statement.conditions and covers_everything(statement.resource)


def denied_outright(documents: Documents, catalog: Catalog) -> ActionSet:
    """The actions that a Deny without any condition takes away on every resource."""
    bits = 0
    for _, statement in documents.statements(Effect.DENY):
        if is_unconditional(statement):
            found, unknown = actions_of(statement.action, catalog)
            # With a hole, NotAction may take away less than it seems.
            bits |= 0 if unknown and statement.action.negated else found
    return bits


def kept(subject: Subject, scope: Scope) -> tuple[ActionSet, tuple[Unknown, ...]]:
    """The actions that no Deny takes away outright and that the permissions boundary lets through on some resource."""
    catalog = scope.catalog
    documents = identity_documents(subject)
    denied = denied_outright(documents, catalog)
    unknown = documents.unknown
    bits = catalog.everything
    boundary = boundary_documents(subject)
    if boundary is not None:
        allowed = 0
        for _, statement in boundary.statements(Effect.ALLOW):
            found, hole = actions_of(statement.action, catalog)
            allowed |= found
            unknown += (hole,) if hole else ()
        denied |= denied_outright(boundary, catalog)
        unknown += boundary.unknown
        bits = allowed
    return catalog.difference(bits, denied), unknown


def has_wildcard(value: object) -> bool:
    return isinstance(value, str) and ("*" in value or "?" in value)
