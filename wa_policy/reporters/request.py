"""A request as JSON, in the neutral form of docs/simulate.md."""

from __future__ import annotations

from typing import Any

from wa_policy.iam.request import Request


def request_members(request: Request) -> dict[str, Any]:
    """The members of the JSON object."""
    return {
        "principal": request.caller.arn,
        "action": request.action,
        "resource": {"resource": request.resource, "accountId": request.resource_account},
        "context": {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in sorted(request.context.items())
        },
    }
