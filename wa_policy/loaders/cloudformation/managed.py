"""Policies that AWS manages, by their ARNs: a template names them, and their documents ship with wa-policy."""

from __future__ import annotations

from functools import lru_cache

from wa_policy.catalog.managed_policies import is_managed_by_aws
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, PolicyKind
from wa_policy.iam.source import Source
from wa_policy.loaders.pieces import ManagedPolicyPart, Pieces


@lru_cache(maxsize=4096)
def managed_policy(arn: str) -> Policy | None:
    """The policy of that ARN, None where there is none in the copy that ships."""
    if not is_managed_by_aws(arn):
        return None
    from wa_policy.catalog.store import load_managed_policies

    document = load_managed_policies().document(arn)
    if document is None:
        return None
    return parse_policy(document, Source(arn), PolicyKind.IDENTITY)[0]


def attach_managed(pieces: Pieces) -> None:
    """Add the documents of the policies of AWS that the principals have as boundaries."""
    for arn in sorted({part.boundary for part in pieces.principals if isinstance(part.boundary, str)}):
        policy = managed_policy(arn)
        if policy is not None:
            pieces.managed_policies.append(ManagedPolicyPart(arn, None, policy, policy.source))
