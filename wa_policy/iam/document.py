"""Policies as JSON documents again."""

from __future__ import annotations

from typing import Any

from wa_policy.errors import InternalError
from wa_policy.iam.policy import Policy, PrincipalElement, Statement
from wa_policy.iam.principal import (
    AccountPrincipal,
    ArnPrincipal,
    CanonicalUserPrincipal,
    Everyone,
    FederatedPrincipal,
    NamedPrincipal,
    ServicePrincipal,
    UnknownPrincipal,
    UnmatchablePrincipal,
)


def to_document(policy: Policy) -> dict[str, Any]:
    """The policy as a JSON value that parses back to the same policy; parts that could not be read are not in it."""
    document: dict[str, Any] = {}
    if policy.version:
        document["Version"] = policy.version.value
    if policy.id is not None:
        document["Id"] = policy.id
    document["Statement"] = [_statement_document(statement) for statement in policy.statements]
    return document


def _statement_document(statement: Statement) -> dict[str, Any]:
    document: dict[str, Any] = {} if statement.sid is None else {"Sid": statement.sid}
    document["Effect"] = statement.effect.value
    if statement.principal is not None:
        name = "NotPrincipal" if statement.principal.negated else "Principal"
        document[name] = _principal_document(statement.principal)
    document["NotAction" if statement.action.negated else "Action"] = [
        str(value) for value in statement.action.values
    ]
    if statement.resource is not None:
        name = "NotResource" if statement.resource.negated else "Resource"
        document[name] = [str(value) for value in statement.resource.values]
    if statement.conditions:
        blocks: dict[str, dict[str, list[str]]] = {}
        for condition in statement.conditions:
            block = blocks.setdefault(str(condition.operator), {})
            if condition.key in block:
                raise InternalError(
                    f"a Condition block cannot hold `{condition.key}` twice under one operator"
                )
            block[condition.key] = [str(value) for value in condition.values]
        document["Condition"] = blocks
    return document


def _principal_document(element: PrincipalElement) -> str | dict[str, list[str]]:
    if element.principals == (Everyone(),):
        return "*"
    document: dict[str, list[str]] = {}
    for principal in element.principals:
        document.setdefault(_kind_of(principal), []).append(str(principal))
    return document


def _kind_of(principal: NamedPrincipal) -> str:
    match principal:
        case Everyone() | AccountPrincipal() | ArnPrincipal():
            return "AWS"
        case ServicePrincipal():
            return "Service"
        case FederatedPrincipal():
            return "Federated"
        case CanonicalUserPrincipal():
            return "CanonicalUser"
        case UnknownPrincipal() | UnmatchablePrincipal():
            return principal.kind
