"""Questions on policy documents, answered with a proof or a request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wa_policy.api.inputs import catalog
from wa_policy.formal.verdicts import Answer
from wa_policy.iam.policy import Policy, PolicyKind

if TYPE_CHECKING:
    from wa_policy.formal.question import Question


def find_request(question: Question) -> Answer:
    """Refuted with a request of the class that the policies allow, Proved iff there is none, else Undecided."""
    from wa_policy.formal.question import find_request as find

    return find(question, catalog())


def check_no_new_access(
    existing: Policy, new: Policy, *, kind: PolicyKind | None = None, facts: str = "aws"
) -> Answer:
    """Proved iff `new` allows nothing that `existing` does not; without `kind` a Principal makes a resource policy."""
    from wa_policy.formal.checks import check_no_new_access as check

    return check(existing, new, kind or _kind_of(existing, new), catalog(), facts)


def check_access_not_granted(
    policy: Policy,
    *,
    actions: Sequence[str] = (),
    resources: Sequence[str] = (),
    kind: PolicyKind | None = None,
    facts: str = "aws",
) -> Answer:
    """Proved iff the policy allows none of the actions on any of the resources; none means any."""
    from wa_policy.formal.checks import check_access_not_granted as check

    return check(
        policy, kind or _kind_of(policy), catalog(), actions=actions, resources=resources, facts=facts
    )


def check_no_public_access(policy: Policy, resource_type: str) -> Answer:
    """Proved iff the resource policy lets nobody in whom it does not name."""
    from wa_policy.formal.public_access import check_no_public_access as check

    return check(policy, resource_type, catalog())


def check_equivalent(
    first: Policy, second: Policy, *, kind: PolicyKind | None = None, facts: str = "aws"
) -> Answer:
    """Proved iff both policies allow the same."""
    from wa_policy.formal.checks import check_equivalent as check

    return check(first, second, kind or _kind_of(first, second), catalog(), facts)


def _kind_of(*policies: Policy) -> PolicyKind:
    named = any(s.principal is not None for policy in policies for s in policy.statements)
    return PolicyKind.RESOURCE if named else PolicyKind.IDENTITY
