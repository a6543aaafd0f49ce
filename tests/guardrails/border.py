"""The second oracle: the evaluator on documents against the plain reading of the rule, on requests near the border."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from tests.reference.forbidden import is_forbidden, types_of
from tests.reference.near_requests import NearRequests
from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.guardrails.prove import as_level
from wa_policy.iam.document import to_document
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, Statement, Version
from wa_policy.iam.request import Request
from wa_policy.iam.source import NOWHERE

_ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def written(statements: Sequence[Statement]) -> Policy:
    """The statements as one document, read back from what is written."""
    policy, problems = parse_policy(to_document(Policy(Version.OF_2012, tuple(statements), NOWHERE)))
    assert not problems
    return policy


def applied(documents: Sequence[Policy], kind: str) -> AppliedPolicies:
    """Everybody may do everything, but for the documents."""
    allow = parse_policy({"Version": "2012-10-17", "Statement": [_ALLOW]})[0]
    open_ = parse_policy({"Version": "2012-10-17", "Statement": [{**_ALLOW, "Principal": "*"}]})[0]
    levels = (as_level(documents),)
    if kind == "scp":
        return AppliedPolicies(identity=(allow,), resource=open_, service_control=levels)
    return AppliedPolicies(identity=(allow,), resource=open_, resource_control=levels)


def near_requests(
    raw: Mapping[str, Any],
    values: Mapping[str, Any],
    catalog: Catalog,
    *,
    each: int,
    most: int,
    seed: int = 7,
) -> Iterator[tuple[Request, bool]]:
    """Requests with whether they are forbidden, until there were `each` of both; no more than `most`."""
    near, types = NearRequests(raw, values, catalog, Random(seed)), types_of(raw, catalog)
    missing = {True: each, False: each}
    for _ in range(most):
        if not any(missing.values()):
            return
        request = near.one(inside=missing[True] >= missing[False])
        forbidden = is_forbidden(raw, values, request, types)
        missing[forbidden] = max(0, missing[forbidden] - 1)
        yield request, forbidden


def is_denied(request: Request, policies: AppliedPolicies, catalog: Catalog) -> bool:
    return evaluate(request, policies, catalog).outcome is Outcome.EXPLICITLY_DENIED
