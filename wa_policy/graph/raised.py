"""Escalations: single ones, and classes of those that are alike."""

from __future__ import annotations

from dataclasses import dataclass

from wa_policy.evaluator.truth import Truth
from wa_policy.graph.asking import Taken
from wa_policy.graph.carriers import Carried
from wa_policy.graph.technique import Technique
from wa_policy.iam.policy import Condition
from wa_policy.inventory.model import Principal

EVERYONE = "*"
NEW_ROLE = "(a new role)"


@dataclass(frozen=True, slots=True)
class Escalation:
    """One way to the permissions of a target.

    `principal` is an ARN, `*` for any account, or the ARN of the root user for an account as a whole; `target` the ARN
    of the role, user or group whose permissions are gained, the principal's own, or `(a new role)`. `truth` is True,
    or Unknown with the reason; then `missing` says what must exist that was not read. `conditions` limit the steps,
    and `assumes` is what no export shows. `gives_admin`: does it make an administrator? `is_admin`: was it one before?
    """

    principal: str
    technique: Technique
    target: str
    steps: tuple[Taken, ...]
    truth: Truth
    gives_admin: Truth
    is_admin: Truth = False
    via: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions that are left, each once, in the order of the steps."""
        return tuple(dict.fromkeys(condition for step in self.steps for condition in step.conditions))

    @property
    def assumes(self) -> str:
        """What the technique takes for granted."""
        return self.technique.assumes

    @property
    def sort_key(self) -> tuple[str, str, str, tuple[str, ...]]:
        return self.principal, self.technique.id, self.target, self.via


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """Whose permissions a technique gains, and the existing resources that bring them.

    `trust` says whether the service that the technique needs may assume the role. The resources are left out where
    the search chooses them.
    """

    target: Principal
    trust: Truth = True
    carrier: Carried | None = None
    second: Carried | None = None


@dataclass(frozen=True, slots=True, eq=False)
class EscalationClass:
    """Escalations by one technique: each of `principals` against each of `ends`, but for itself.

    They are alike but for names: `first` is one of them. Without `ends` each is one of a principal on its own.
    """

    first: Escalation
    principals: tuple[str, ...]
    ends: tuple[End, ...]

    @property
    def targets(self) -> tuple[str, ...]:
        """The ARNs of those whose permissions are gained, each once."""
        return tuple(dict.fromkeys(end.target.arn for end in self.ends))

    def __len__(self) -> int:
        if not self.ends:
            return len(self.principals)
        acting = set(self.principals)
        itself = sum(end.target.arn in acting for end in self.ends)
        return len(self.principals) * len(self.ends) - itself
