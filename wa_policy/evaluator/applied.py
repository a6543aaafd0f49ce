"""The policies that apply to a request, by layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wa_policy.evaluator.formula import Layer
from wa_policy.iam.policy import Policy, Statement
from wa_policy.iam.unknown import Unknown


@dataclass(frozen=True, slots=True)
class Level:
    """One level of an organization (root, organizational unit, account) and the policies attached there."""

    name: str
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class AppliedPolicies:
    """All policies that AWS would look at for a request.

    None means that there is no such policy: an absent boundary, session, endpoint or control policy limits nothing,
    an absent resource policy grants nothing. A layer listed in `unknown` may hold more than is given here; the
    decision then says so where it matters.
    The management account's principals have no `service_control`, its resources no `resource_control`.
    """

    identity: tuple[Policy, ...] = ()
    permissions_boundary: tuple[Policy, ...] | None = None
    session: tuple[Policy, ...] | None = None
    resource: Policy | None = None
    vpc_endpoint: tuple[Policy, ...] | None = None
    service_control: tuple[Level, ...] | None = None
    resource_control: tuple[Level, ...] | None = None
    unknown: Mapping[Layer, Unknown] = field(default_factory=dict)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of all layers."""
        optional = (self.permissions_boundary, self.session, self.vpc_endpoint)
        levels = (*(self.service_control or ()), *(self.resource_control or ()))
        policies = (
            *self.identity,
            *(policy for given in optional for policy in given or ()),
            *(() if self.resource is None else (self.resource,)),
            *(policy for level in levels for policy in level.policies),
        )
        return tuple(statement for policy in policies for statement in policy.statements)
