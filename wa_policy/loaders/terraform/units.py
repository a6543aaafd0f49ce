"""All plans of a run: read once as they are, and again for each account and region that they may be of.

Where nothing says of which account a plan is, it has an account of its own. What it does in every account is seen with one
account that it does not name and with each that it names: a policy can tell no others apart. The same holds for regions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wa_policy.inventory import symbols
from wa_policy.inventory.model import Alternative, Inventory, Variation
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Pieces, TemplatePart
from wa_policy.loaders.terraform.apis import add_apis
from wa_policy.loaders.terraform.attached import add_policies
from wa_policy.loaders.terraform.buckets import add_bucket_settings
from wa_policy.loaders.terraform.companions import add_companions
from wa_policy.loaders.terraform.grants import add_grants
from wa_policy.loaders.terraform.plan import Plan
from wa_policy.loaders.terraform.principals import add_principals
from wa_policy.loaders.terraform.resources import MADE_TYPES, add_resources
from wa_policy.loaders.terraform.variables import variables

Assemble = Callable[[Pieces], Inventory]

_FIRST = 50_000
"""Numbers below are those of templates."""
_PLACES = 100
"""Numbers that a plan may use: its own account and those of providers with credentials of their own."""
_MAX_ALTERNATIVES = 32
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])\d{12}(?![0-9A-Za-z])")
_REGION = re.compile(r"(?<![a-z0-9-])(?:[a-z]{2}|us-gov)-(?:[a-z]+-)+\d(?![a-z0-9-])")


@dataclass(frozen=True, slots=True)
class Unit:
    """One plan with what it comes to."""

    part: TemplatePart
    number: int
    base: Plan


def evaluate(parts: Sequence[TemplatePart], pieces: Pieces) -> tuple[Unit, ...]:
    """The plans; what they hold goes to `pieces`."""
    units = []
    for index, part in enumerate(parts):
        number = _FIRST + index * _PLACES
        plan = read_plan(part, number)
        pieces.extend(plan.pieces)
        units.append(Unit(part, number, plan))
    return tuple(units)


def read_plan(part: TemplatePart, number: int) -> Plan:
    """A plan with its pieces."""
    plan = Plan(Node(part.value, part.source, []), part.origin, number)
    add_resources(plan)
    add_principals(plan)
    add_policies(plan)
    add_grants(plan)
    add_apis(plan)
    add_bucket_settings(plan)
    add_companions(plan)
    place = plan.places.own
    plan.answered("lambda.list-functions", place)
    plan.pieces.template_files.add(part.source.file)
    plan.pieces.planned.add(part.source.file)
    plan.pieces.plan_types = MADE_TYPES
    plan.pieces.declared.update(
        (draft.type, draft.id) for draft in plan.drafts.values() if not draft.is_external
    )
    plan.pieces.declared.update(("AWS::IAM::Role", principal.arn) for principal in plan.pieces.principals)
    plan.pieces.resources.extend(draft.resource() for draft in plan.drafts.values())
    plan.pieces.resources.extend(variables(plan))
    plan.pieces.problems.extend(dict.fromkeys(plan.notes))
    return plan


def variations(units: Sequence[Unit], others: Pieces, assemble: Assemble) -> Iterator[Variation]:
    """What the verdicts on each plan depend on. `others` is what was read beside the plans."""
    for unit in units:
        place = unit.base.places.own
        open_account, open_region = symbols.is_own_account(place.account), place.region == symbols.REGION
        worlds: list[tuple[str, str]] = []
        if open_account:
            worlds += [("account", account) for account in _named(unit.part.value, _ACCOUNT)]
        if open_region:
            worlds += [("region", region) for region in _named(unit.part.value, _REGION)]
        if not worlds:
            continue
        nothing = {
            f"the {what}": "one that the plan does not name"
            for what in dict.fromkeys(what for what, _ in worlds)
        }
        origin = unit.part.origin
        around = [other for other in units if other is not unit]
        alternatives = tuple(
            Alternative(
                nothing | {f"the {what}": value},
                _maker(
                    unit,
                    around,
                    replace(origin, account=value) if what == "account" else replace(origin, region=value),
                    others,
                    assemble,
                ),
                {value: place.account if what == "account" else place.region},
            )
            for what, value in worlds[:_MAX_ALTERNATIVES]
        )
        yield Variation(frozenset((unit.part.source.file,)), nothing, alternatives)


def _maker(
    unit: Unit, around: Sequence[Unit], said: Origin, others: Pieces, assemble: Assemble
) -> Callable[[], Inventory]:
    def make() -> Inventory:
        pieces = Pieces()
        pieces.extend(others)
        for other in around:
            pieces.extend(other.base.pieces)
        pieces.extend(read_plan(replace(unit.part, origin=said), unit.number).pieces)
        return assemble(pieces)

    return make


def _named(value: Any, pattern: re.Pattern[str]) -> tuple[str, ...]:
    """What the texts of a plan name."""
    found: set[str] = set()
    pending = [
        value[name]
        for name in ("planned_values", "values", "prior_state")
        if isinstance(value, Mapping) and name in value
    ]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            found.update(pattern.findall(item))
        elif isinstance(item, Mapping):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return tuple(sorted(found))
