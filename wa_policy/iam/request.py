"""A request to AWS: who calls, which action, on what, in which context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wa_policy.iam.principal import Caller

ContextValue = str | tuple[str, ...]
"""A single-valued key holds a string; a multivalued key a tuple, perhaps empty. An absent key is not in the context."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `resource` is an ARN, or `*` for an action that has no resource.

    `resource_account` owns the resource and is not read from the ARN, as not every ARN names it; None means unknown
    to the caller of this library, and is taken as the caller's own account.
    INVARIANT: the keys of `context` are in lower case (`make_context` sees to it).
    """

    caller: Caller
    action: str
    resource: str
    resource_account: str | None = None
    context: Mapping[str, ContextValue] = field(default_factory=dict)


def make_context(
    context: Mapping[str, str | bool | float | Sequence[str | bool | float]],
) -> dict[str, ContextValue]:
    """The context with folded keys, numbers and booleans written as IAM writes them, lists as tuples."""
    return {
        key.lower(): value if isinstance(value, str) else _context_value(value)
        for key, value in context.items()
    }


def _context_value(value: bool | float | Sequence[str | bool | float]) -> ContextValue:
    if isinstance(value, Sequence):
        return tuple([item if isinstance(item, str) else _scalar(item) for item in value])
    return _scalar(value)


def _scalar(value: bool | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
