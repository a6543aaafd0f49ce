"""Before guardrails are attached: who would be hit, what is in force already, and what only looks as if it were."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from wa_policy.catalog.model import Catalog
from wa_policy.findings import Result, Verdict
from wa_policy.guardrails.defects import Defect, all_defects
from wa_policy.guardrails.generate import LeftOut
from wa_policy.guardrails.membership import belongs
from wa_policy.guardrails.missing_keys import missing_keys
from wa_policy.guardrails.model import Guardrail
from wa_policy.guardrails.places import places
from wa_policy.guardrails.verify import InForce, in_force
from wa_policy.iam.request import Request
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, Organization
from wa_policy.rules.model import GuardrailKind, Rule
from wa_policy.rules.run import run_rule
from wa_policy.rules.subjects import Scope

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody who can do today what the guardrail of a rule denies.

    `who` is the ARN of a principal, or what calls in words; `resource` is the subject of a resource control policy. Where
    nothing certain can be said, `request` is None and `reasons` say why.
    """

    rule_id: str
    kind: GuardrailKind
    who: str
    account: str | None
    resource: str = ""
    request: Request | None = None
    reasons: tuple[Unknown, ...] = ()
    last_used: str | None = None

    @property
    def is_certain(self) -> bool:
        return self.request is not None

    @property
    def order(self) -> tuple[str, str, str, str]:
        return (self.rule_id, self.account or "", self.who, self.resource)


@dataclass(frozen=True, slots=True)
class Preview:
    guardrails: tuple[Guardrail, ...]
    conflicts: tuple[Conflict, ...]
    possible: tuple[Conflict, ...]
    """Conflicts that there may be."""
    in_force: tuple[InForce, ...]
    defects: tuple[Defect, ...]
    unknown: tuple[Unknown, ...]
    """Places of which it is not known which control policies are attached."""
    left_out: tuple[LeftOut, ...] = ()
    """Rules that were not asked about."""


def preview(
    guardrails: Sequence[Guardrail],
    rules: Sequence[Rule],
    inventory: Inventory,
    catalog: Catalog,
    progress: Progress | None = None,
) -> Preview:
    """Who and what the guardrails would meet in the inventory. `rules` are those of the pack."""
    by_id = {rule.id: rule for rule in rules}
    found = [
        conflict
        for guardrail in guardrails
        for conflict in _conflicts(guardrail, by_id[guardrail.rule_id], inventory, catalog, progress)
    ]
    ordered = sorted(found, key=lambda one: one.order)
    known = {kind: places(inventory, kind) for kind in GuardrailKind}
    return Preview(
        tuple(guardrails),
        tuple(one for one in ordered if one.is_certain),
        tuple(one for one in ordered if not one.is_certain),
        in_force(guardrails, lambda guardrail: known[guardrail.kind], catalog),
        all_defects(known, missing_keys(rules), catalog),
        tuple(
            dict.fromkeys(
                place.levels for of in known.values() for place in of if isinstance(place.levels, Unknown)
            )
        ),
    )


def _conflicts(
    guardrail: Guardrail,
    rule: Rule,
    inventory: Inventory,
    catalog: Catalog,
    progress: Progress | None,
) -> Iterator[Conflict]:
    organization = inventory.organization
    management = organization.management_account if isinstance(organization, Organization) else None
    scope = Scope(inventory, guardrail.parameters, catalog)
    for result in run_rule(rule, scope, progress):
        if result.account is not None and result.account == management:
            continue  # no control policy binds the management account
        principal = inventory.principal(result.subject)
        if principal is not None and guardrail.kind is GuardrailKind.SCP and principal.is_service_linked:
            continue
        if result.verdict in (Verdict.FAIL, Verdict.UNKNOWN):
            conflict = _conflict(guardrail, result, inventory, catalog)
            if conflict is not None:
                yield conflict


def _conflict(
    guardrail: Guardrail, result: Result, inventory: Inventory, catalog: Catalog
) -> Conflict | None:
    principal = inventory.principal(result.subject)
    is_caller = guardrail.kind is GuardrailKind.SCP
    request = None if result.witness is None else result.witness.request
    reasons = result.reasons
    if request is not None and not any(belongs(request, one, catalog) for one in guardrail.classes):
        if guardrail.kind is GuardrailKind.RCP and not _is_bound(request, catalog):
            return None
        reasons = (
            Unknown(UnknownKind.UNDECIDED, "the request that was found first is not one that it denies"),
        )
        request = None
    caller = result.subject if is_caller else "a caller that is not known"
    if request is not None and not is_caller:
        caller = request.caller.arn
    return Conflict(
        guardrail.rule_id,
        guardrail.kind,
        caller,
        result.account,
        "" if is_caller else result.subject,
        request,
        reasons,
        principal.last_used if principal is not None and is_caller else None,
    )


def _is_bound(request: Request, catalog: Catalog) -> bool:
    """True iff a resource control policy binds requests for the action."""
    return catalog.supports_resource_control_policies(request.action.partition(":")[0])
