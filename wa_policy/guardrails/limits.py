"""The quotas of AWS Organizations that decide how guardrails are packed.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from wa_policy.errors import UsageError
from wa_policy.rules.model import GuardrailKind


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one kind of policy: the characters of a document, and how many may be attached to one target."""

    characters: int
    per_target: int
    attached: int = 1
    """How many are attached to the target already; FullAWSAccess and RCPFullAWSAccess count as one."""

    @property
    def free(self) -> int:
        """How many more may be attached."""
        return max(self.per_target - self.attached, 0)


_RCP = Limits(5120, 5)

PRESETS: Mapping[str, Mapping[GuardrailKind, Limits]] = MappingProxyType(
    {
        # Since May 15, 2026, in every account.
        "current": {GuardrailKind.SCP: Limits(10_240, 10), GuardrailKind.RCP: _RCP},
        "before-may-2026": {GuardrailKind.SCP: Limits(5120, 5), GuardrailKind.RCP: _RCP},
    }
)
"""The quotas by name: `current`, and the older ones."""


@dataclass(frozen=True, slots=True)
class Quotas:
    """The limits of both kinds of policy."""

    scp: Limits = field(default_factory=lambda: PRESETS["current"][GuardrailKind.SCP])
    rcp: Limits = field(default_factory=lambda: PRESETS["current"][GuardrailKind.RCP])

    def of(self, kind: GuardrailKind) -> Limits:
        return self.scp if kind is GuardrailKind.SCP else self.rcp


def check_limits(limits: Limits, kind: GuardrailKind) -> None:
    """UsageError iff no policy could ever be attached under these limits."""
    name = kind.value.upper()
    if limits.characters < 1:
        raise UsageError(f"found {limits.characters} characters for an {name}, expected at least 1")
    if limits.per_target < 1:
        raise UsageError(f"found {limits.per_target} {name}s per target, expected at least 1")
    if limits.attached < 0:
        raise UsageError(f"found {limits.attached} {name}s attached already, expected 0 or more")
