"""What sets of actions leave open, decided by the formal engine: do the conditions leave room for any request?"""

from __future__ import annotations

from collections.abc import Mapping

from wa_policy.evaluator.applying import combined
from wa_policy.formal.callers import Domains, fixed, insider
from wa_policy.formal.keys import ABSENT, KeyDomain
from wa_policy.formal.question import Question, find_request
from wa_policy.formal.verdicts import Proved
from wa_policy.graph.access import NO_ACCESS, Access
from wa_policy.graph.pairs import Context
from wa_policy.graph.parties import Actor
from wa_policy.graph.reach import Reach
from wa_policy.iam.policy import Effect
from wa_policy.iam.principal import account_of
from wa_policy.iam.unknown import Unknown


def settled(
    reach: Reach, actor: Actor, action: str, resource: str, access: Access, *, context: Context
) -> Access:
    """The access, False where no request at all meets its conditions; else as it was.

    Each condition by itself may hold, so that an Allow and a Deny that exclude each other seem to leave room.
    """
    denies = any(statement.effect is Effect.DENY for _, statement in access.statements)
    several = len(access.conditions) > 1 or (denies and bool(access.conditions))
    if not several or access.plain is not False or not isinstance(access.truth, Unknown):
        return access
    if account_of(actor.caller) is None or (resource != "*" and set("*?") & set(resource)):
        return access
    target = reach.target(resource)
    known = {key: fixed(value) for key, value in {**actor.context, **target.context, **context}.items()}
    question = Question(
        actor.caller,
        combined(actor.applied, target.side),
        (action,),
        resources=(resource,),
        resource_account=target.account,
        worlds=tuple(
            _within(world, known, actor) for world in insider(actor.caller, known, reach.catalog).worlds
        ),
    )
    return NO_ACCESS if isinstance(find_request(question, reach.catalog), Proved) else access


def _within(world: Domains, known: Mapping[str, KeyDomain], actor: Actor) -> Domains:
    """The domains of a world, with what is known of the request; a key that the caller never has is absent."""
    return lambda key: known.get(key) or (ABSENT if actor.absent(key) else world(key))
