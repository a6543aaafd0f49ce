"""Policy documents that stand alone, of any kind."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, PolicyKind
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    POLICY_DOCUMENT_TYPE,
    POLICY_PROPERTY,
    Present,
    PropertyValue,
    Resource,
)
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export

_ELEMENTS = frozenset(("version", "id", "statement"))
_TRUST_ACTIONS = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext")


def is_bare_policy(value: Any, _origin: Origin) -> bool:
    """True iff the value has `Statement`, and beside it only what belongs to a policy or each statement looks like one."""
    if not isinstance(value, Mapping):
        return False
    folded = {str(key).lower(): item for key, item in value.items()}
    if "statement" not in folded:
        return False
    if not folded.keys() - _ELEMENTS:
        return True
    statements = folded["statement"]
    if isinstance(statements, Mapping):
        statements = [statements]
    return isinstance(statements, list) and any(
        isinstance(statement, Mapping) and "Effect" in statement for statement in statements
    )


def load_policy_document(export: Export) -> None:
    """A bare policy document, of the kind that the caller gave or that its elements tell."""
    policy, problems = parse_policy(export.value, export.source, export.kind)
    export.pieces.problems.extend(problems)
    kind: PropertyValue = infer_kind(policy) if export.kind is None else export.kind
    origin, source = export.origin, export.source
    export.pieces.resources.append(
        Resource(
            POLICY_DOCUMENT_TYPE,
            origin.arn or f"{source.file}#{source.pointer}" if source.pointer else origin.arn or source.file,
            posixpath.basename(source.file),
            origin.account,
            origin.region,
            {"Kind": kind.value if isinstance(kind, PolicyKind) else kind, POLICY_PROPERTY: Present(policy)},
            source,
        )
    )


def infer_kind(policy: Policy) -> PolicyKind | Unknown:
    """Trust policy: principals, and actions of AWS STS alone. Resource policy: principals. Else identity policy."""
    if not policy.statements:
        return Unknown(UnknownKind.UNDECIDED, "the policy has no statement that could be read")
    if not any(statement.principal is not None for statement in policy.statements):
        return PolicyKind.IDENTITY
    actions = [
        str(action).lower()
        for statement in policy.statements
        if not statement.action.negated
        for action in statement.action.values
    ]
    no_resource = all(statement.resource is None for statement in policy.statements)
    if no_resource and actions and all(action.startswith(_TRUST_ACTIONS) for action in actions):
        return PolicyKind.TRUST
    return PolicyKind.RESOURCE
