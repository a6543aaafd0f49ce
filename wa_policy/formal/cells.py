"""The situations that a question covers: the parts of the request space that one decision formula decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.decisions import CallerKind, ResourceRule, Situation
from wa_policy.evaluator.situations import (
    ALWAYS_ALLOWED,
    ASSUME_ROLE,
    BELONGS_TO_AWS,
    ApiAuthorizer,
    ResourceFacts,
)
from wa_policy.formal.boxes import Box
from wa_policy.formal.strings import Group
from wa_policy.iam.pattern import glob


@dataclass(frozen=True)
class Cell:
    """Requests in `inside` and in none of `outside` are decided by the formula of `situation`."""

    inside: Box
    outside: tuple[Box, ...]
    situation: Situation


def _box(actions: tuple[str, ...], *resources: str) -> Box:
    groups = (Group(tuple(glob(pattern) for pattern in resources)),) if resources else ()
    return Box((Group(tuple(glob(pattern) for pattern in actions)),), groups)


_ROLE_TRUST = _box(tuple(sorted(ASSUME_ROLE)), "*:role/*")
_KMS_KEY = _box(("kms:*",), "*:key/*")
_API = _box(("execute-api:invoke",))
# The root user cannot assume a role: `_is_closed_to_root` of the evaluator.
_CLOSED_TO_ROOT = _box(("sts:assumerole", "sts:assumeroot"))
_ALWAYS = _box(tuple(sorted(ALWAYS_ALLOWED)))
_NEVER = tuple(_box(tuple(sorted(actions)), f"*{part}*") for actions, part in BELONGS_TO_AWS)


@lru_cache(maxsize=256)
def cells(
    caller: CallerKind,
    facts: ResourceFacts,
    catalog: Catalog,
    *,
    same_account: bool,
    has_resource_policy: bool,
    controlled: bool,
) -> tuple[Cell, ...]:
    """The cells of a caller; together they cover every request but those that AWS always or never allows.

    `controlled`: resource control policies may apply, so services that they bind are told apart from others.
    """

    def found() -> Iterator[Cell]:
        special = [(_ROLE_TRUST, ResourceRule.MUST_GRANT), (_KMS_KEY, ResourceRule.MUST_GRANT)]
        match facts.api_authorizer:
            case None:
                pass
            case ApiAuthorizer.AWS_IAM:
                special.append((_API, ResourceRule.ORDINARY))
            case ApiAuthorizer.LAMBDA:
                special.append((_API, ResourceRule.WITH_AUTHORIZER))
            case ApiAuthorizer.NONE | ApiAuthorizer.COGNITO:
                rule = ResourceRule.RESOURCE_ALONE if has_resource_policy else ResourceRule.OPEN
                special.append((_API, rule))
        never = (*_NEVER, _CLOSED_TO_ROOT) if caller is CallerKind.ROOT else _NEVER
        elsewhere = (*(box for box, _ in special), _ALWAYS, *never)
        for box, rule in [*special, (Box(), ResourceRule.ORDINARY)]:
            outside = (*never, _ALWAYS) if not box.is_everything else elsewhere
            if not controlled or caller is CallerKind.SERVICE_LINKED_ROLE:
                yield Cell(
                    box, outside, Situation(caller, same_account, rule, resource_control_applies=False)
                )
                continue
            bound, exempt = _of_resource_control(catalog.rcp_services, catalog.rcp_exempt_actions)
            yield Cell(
                Box((*box.actions, bound), box.resources),
                (*outside, exempt),
                Situation(caller, same_account, rule, resource_control_applies=True),
            )
            free = Group((*bound.patterns,), negated=True)
            yield Cell(
                Box((*box.actions, free), box.resources),
                outside,
                Situation(caller, same_account, rule, resource_control_applies=False),
            )
            yield Cell(
                Box((*box.actions, *exempt.actions), box.resources),
                outside,
                Situation(caller, same_account, rule, resource_control_applies=False),
            )

    return tuple(found())


@lru_cache(maxsize=8)
def _of_resource_control(services: frozenset[str], exempt_actions: frozenset[str]) -> tuple[Group, Box]:
    """The services that resource control policies bind, and the actions that they do not."""
    bound = Group(tuple(glob(f"{service}:*") for service in sorted(services)))
    return bound, _box(tuple(sorted(action.lower() for action in exempt_actions)))
