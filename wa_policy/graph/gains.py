"""Does what an escalation yields make an administrator?"""

from __future__ import annotations

from typing import assert_never

from wa_policy.evaluator.truth import Truth
from wa_policy.graph.administrators import Administrators, has_everything
from wa_policy.graph.needs import Facts, widened
from wa_policy.graph.technique import Gain
from wa_policy.inventory.model import Absent, NotExported, PolicyDocument, Present


def gives_admin(gain: Gain, facts: Facts, administrators: Administrators) -> Truth:
    """True iff the principal is an administrator afterwards; a permissions boundary that stays limits what is given."""
    principal, target = facts.principal, facts.target
    match gain:
        case Gain.ACT_AS_ROLE | Gain.BECOME_USER:
            return administrators.is_admin(target)
        case Gain.ACT_AS_RAISED_ROLE | Gain.BECOME_RAISED_USER:
            return _unlimited(target.boundary)
        case Gain.EDIT_OWN_POLICY:
            return _unlimited(principal.boundary)
        case Gain.ACT_AS_NEW_ROLE:
            return True
        case Gain.JOIN_GROUP:
            return any(has_everything(attached.policy) for attached in target.identity_policies)
        case Gain.LIFT_LIMIT:
            return any(has_everything(attached.policy) for attached in principal.identity_policies)
        case Gain.SWITCH_VERSION:
            return any(widened(facts))
        case _:
            assert_never(gain)


def _unlimited(boundary: PolicyDocument) -> Truth:
    match boundary:
        case Absent():
            return True
        case Present(policy):
            return has_everything(policy)
        case NotExported():
            return boundary.unknown
        case _:
            assert_never(boundary)
