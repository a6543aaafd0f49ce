"""Who wants to see a finding no more, in words."""

from __future__ import annotations

from typing import assert_never

from wa_policy.findings import Baselined, Result, Unchanged, Waiver


def acceptance(result: Result) -> str:
    """Who accepted the finding, and why; empty where nobody did."""
    match result.accepted:
        case Waiver(reason=reason, owner=owner, ticket=ticket, expires=expires):
            until = f", until {expires.isoformat()}" if expires else ""
            return f"waived by {owner}{f' ({ticket})' if ticket else ''}{until}: {reason}"
        case Baselined(file):
            return f"in the baseline {file}"
        case Unchanged(base):
            return f"in files that are as they were at {base}"
        case None:
            return ""
        case _:
            assert_never(result.accepted)
