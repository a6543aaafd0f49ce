"""AWS policies as types. `parse` makes them; nothing above this layer sees a raw policy document.

Two policies are equal when they say the same in the same order, wherever they stand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from wa_policy.iam.operators import QualifiedOperator
from wa_policy.iam.principal import NamedPrincipal
from wa_policy.iam.source import Source
from wa_policy.iam.text import Text
from wa_policy.iam.unknown import Unknown


class Effect(StrEnum):
    ALLOW = "Allow"
    DENY = "Deny"


class Version(StrEnum):
    """The policy language. Only 2012-10-17 has policy variables; a missing Version means 2008-10-17.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
    """

    OF_2008 = "2008-10-17"
    OF_2012 = "2012-10-17"


class PolicyKind(StrEnum):
    IDENTITY = "identity policy"
    RESOURCE = "resource policy"
    TRUST = "trust policy"
    PERMISSIONS_BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    SERVICE_CONTROL = "service control policy"
    RESOURCE_CONTROL = "resource control policy"
    VPC_ENDPOINT = "VPC endpoint policy"


@dataclass(frozen=True, slots=True)
class Selection:
    """An Action or Resource element, or with `negated` its Not- form."""

    values: tuple[Text, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class PrincipalElement:
    """A Principal element, or with `negated` a NotPrincipal."""

    principals: tuple[NamedPrincipal, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator of a Condition block. All conditions of a statement must hold.

    `key` is as written; keys are compared without case. Values are OR-ed (under a negated operator, none may match).
    """

    operator: QualifiedOperator
    key: str
    values: tuple[Text, ...]
    source: Source = field(compare=False)

    @property
    def folded_key(self) -> str:
        return self.key.lower()


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. An element that is None was not there (a trust policy has no Resource)."""

    effect: Effect
    principal: PrincipalElement | None
    action: Selection
    resource: Selection | None
    conditions: tuple[Condition, ...]
    sid: str | None
    source: Source = field(compare=False)

    def placed(self, source: Source, conditions: tuple[Condition, ...] | None = None) -> Statement:
        """The statement at another place, and its conditions, as far as they are given, at theirs."""
        # Field by field: `replace` takes three times as long, and this runs for nearly every statement of a template.
        kept = self.conditions if conditions is None else conditions
        return Statement(self.effect, self.principal, self.action, self.resource, kept, self.sid, source)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document.

    `unreadable` says why parts of it were left out: statements that could not be read. Whoever decides by this
    policy must carry that as a doubt.
    """

    version: Version | None
    """None where the document has no Version; it then follows the language of 2008."""
    statements: tuple[Statement, ...]
    source: Source = field(compare=False)
    id: str | None = None
    unreadable: tuple[Unknown, ...] = ()
