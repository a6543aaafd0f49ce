"""Does what an escalation yields make an administrator?"""

from __future__ import annotations

from typing import assert_never

from wa_policy.evaluator.truth import Truth
from wa_policy.graph.administrators import Administrators, has_everything, limits_nothing
from wa_policy.graph.needs import Facts, widened
from wa_policy.graph.technique import Gain


def gives_admin(gain: Gain, facts: Facts, administrators: Administrators) -> Truth:
    """True iff the principal is an administrator afterwards; a permissions boundary that stays limits what is given."""
    principal, target = facts.principal, facts.target
    match gain:
        case Gain.ACT_AS_ROLE | Gain.BECOME_USER:
            return administrators.is_admin(target)
        case Gain.ACT_AS_RAISED_ROLE | Gain.BECOME_RAISED_USER:
            return limits_nothing(target.boundary)
        case Gain.EDIT_OWN_POLICY:
            return limits_nothing(principal.boundary)
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
