"""Guardrails: what a control policy made from a rule denies, and what is known about it.

A rule with parameter values is bound to classes of requests, as far as its kind of policy can bind them; Deny statements are
derived from the classes; and the documents into which the statements were packed are proved against the classes again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from wa_policy.formal.verdicts import Answer, Proved, Undecided
from wa_policy.iam.policy import Statement
from wa_policy.iam.unknown import Unknown
from wa_policy.rules.model import GuardrailKind
from wa_policy.rules.request_class import KeySpec
from wa_policy.settings import ParameterValue


class Calling(StrEnum):
    """What calls, as far as the keys of a request tell: no request is made by two of them."""

    PRINCIPAL = "principal"
    """A user, role, session or root user of an account. Service-linked roles are bound by no control policy."""
    ANONYMOUS = "anonymous"
    SERVICE = "service"
    """A service principal that calls for a resource; never bound by a service control policy."""
    FEDERATED = "federated"
    """An identity of a provider that assumes a role, and so has no principal's keys yet."""


@dataclass(frozen=True, slots=True)
class ForbiddenClass:
    """Forbidden requests that a control policy can bind: every combination of what the parts admit.

    `actions`, `not_actions`, `resources` and `not_resources` are patterns. `context` may say several things of one key,
    and all of them hold: the exempt principals are there, as what is said of aws:PrincipalArn.
    """

    callers: tuple[Calling, ...]
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ("*",)
    not_resources: tuple[str, ...] = ()
    context: tuple[tuple[str, KeySpec], ...] = ()


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A rule's guardrail for certain parameter values: Deny statements without Sid, to be packed into documents.

    `statements` are those of a policy of the kind: with a principal (everyone) in a resource control policy, without one
    in a service control policy. `parameters` are the values that it was made with, by name. `limits` says in words
    which forbidden requests are left out because a policy of this kind does not bind them.
    """

    rule_id: str
    title: str
    kind: GuardrailKind
    statements: tuple[Statement, ...]
    classes: tuple[ForbiddenClass, ...]
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CannotBind:
    """No control policy denotes the rule's forbidden requests; `prevented_by` are rules whose guardrails prevent the cause."""

    rule_id: str
    reason: str
    prevented_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NeedsParameters:
    """The rule has a guardrail of this kind once these parameters have a value."""

    rule_id: str
    title: str
    kind: GuardrailKind
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What the formal engine says of guardrails in their final documents.

    `holes`: by rule id, is there a forbidden request that the documents let through? `excess`: is there a denied request
    that no guardrail forbids? Each is Proved (there is none), Refuted with the request, or Undecided with the reason.
    """

    holes: Mapping[str, Answer]
    excess: Answer

    @property
    def is_proved(self) -> bool:
        """True iff the documents deny exactly what the guardrails forbid."""
        return all(isinstance(answer, Proved) for answer in (*self.holes.values(), self.excess))

    @property
    def reasons(self) -> Sequence[Unknown]:
        """Why something was left open, each reason once."""
        answers = (*self.holes.values(), self.excess)
        return tuple(
            dict.fromkeys(reason for one in answers if isinstance(one, Undecided) for reason in one.reasons)
        )
