"""Escalation: who can get the permissions of whom, by which technique. One function interprets the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.evaluator.truth import Truth, all_of
from wa_policy.graph.administrators import Administrators, has_nothing_to_gain
from wa_policy.graph.asking import Asked, Asking, Taken
from wa_policy.graph.carriers import Carried, Carriers
from wa_policy.graph.gains import gives_admin
from wa_policy.graph.needs import Facts, met
from wa_policy.graph.sheets import Documents
from wa_policy.graph.steps import Fixed, Way, fixed_steps, may_be_granted_there, steps_of
from wa_policy.graph.technique import Need, On, Target, Technique
from wa_policy.graph.techniques import TECHNIQUES
from wa_policy.graph.trusts import Trusts, accounts_named, assumable_by
from wa_policy.iam.policy import Condition
from wa_policy.inventory.model import Inventory, Principal, PrincipalKind

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


def escalations(
    inventory: Inventory, reach: Asked, catalog: Catalog, techniques: Iterable[Technique] = TECHNIQUES
) -> tuple[Escalation, ...]:
    """Every escalation, sorted. Service-linked roles neither act nor can be targets, and who has all gains nothing."""
    search = _Search(inventory, reach, catalog)
    found = [escalation for technique in techniques for escalation in search.of(technique)]
    return tuple(sorted(found, key=lambda escalation: escalation.sort_key))


class _Search:
    def __init__(self, inventory: Inventory, reach: Asked, catalog: Catalog) -> None:
        self._inventory = inventory
        self._asking = Asking(reach)
        self._catalog = catalog
        self._trusts = Trusts(inventory, catalog)
        self._documents = Documents(catalog)
        self._admins = Administrators(reach, self._asking)
        usable = [principal for principal in inventory.principals if not principal.is_service_linked]
        self._by_kind = {kind: [p for p in usable if p.kind is kind] for kind in PrincipalKind}
        self._of_account: dict[tuple[str, PrincipalKind], list[Principal]] = {}
        for principal in usable:
            self._of_account.setdefault((principal.account, principal.kind), []).append(principal)
        self._carriers = Carriers(inventory)
        self._assumable = assumable_by(self._by_kind[PrincipalKind.ROLE])
        self._acting = [
            (principal, reach.bits(principal), self._granted(principal))
            for principal in usable
            if principal.kind is not PrincipalKind.GROUP
            and not (has_nothing_to_gain(principal) and self._admins.is_admin(principal) is True)
        ]
        self._helpers_of: dict[tuple[str, str], list[Principal]] = {}
        self._trusting: dict[tuple[str, str, str], list[tuple[Principal, Truth]]] = {}

    def of(self, technique: Technique) -> Iterator[Escalation]:
        if Need.TRUSTS_EVERYONE in technique.needs or Need.TRUSTS_ACCOUNT in technique.needs:
            yield from self._from_outside(technique)
            return
        all_, own = self._masks(technique)
        for principal, bits, granted in self._acting:
            if principal.kind in technique.principals and bits & all_ == all_ and granted & own == own:
                yield from self._of_principal(technique, principal)

    def _granted(self, principal: Principal) -> ActionSet:
        """Every action that the principal's own policies may allow, and perhaps more."""
        policies = [attached.policy for attached in principal.identity_policies]
        if principal.missing or any(policy.unreadable for policy in policies):
            return self._catalog.everything
        granted = 0
        for policy in policies:
            for sheet in self._documents.of(policy).sheets:
                if sheet.allows:
                    granted |= sheet.maybe
        return granted

    def _masks(self, technique: Technique) -> tuple[ActionSet, ActionSet]:
        """The actions that a technique takes, and those that only the principal's own policies can grant."""
        all_ = own = 0
        for step in technique.steps:
            if self._catalog.is_known(step.action):
                bit = self._catalog.single(step.action)
                all_ |= bit
                if not may_be_granted_there(technique, step):
                    own |= bit
        return all_, own

    # --- who is let in from outside --------------------------------------------------------------------------

    def _from_outside(self, technique: Technique) -> Iterator[Escalation]:
        for role in self._by_kind[PrincipalKind.ROLE]:
            if Need.TRUSTS_EVERYONE in technique.needs:
                found = [(EVERYONE, self._trusts.everyone(role))]
            else:
                known = self._inventory.accounts
                found = [
                    (f"arn:aws:iam::{account}:root", self._trusts.account(role, account))
                    for account in accounts_named(role)
                    if account not in known
                ]
            for who, truth in found:
                if truth is not False:
                    step = Taken(technique.steps[0].action, role.arn, truth)
                    yield Escalation(who, technique, role.arn, (step,), truth, self._admins.is_admin(role))

    # --- of one principal --------------------------------------------------------------------------------------

    def _of_principal(self, technique: Technique, principal: Principal) -> Iterator[Escalation]:
        fixed = fixed_steps(technique, principal, self._asking)
        if fixed is None:
            return
        for target, trust in self._targets(technique, principal):
            # Where the existing resource's own role does not matter, one resource that will do says it all.
            any_will_do = bool(technique.carriers) and not technique.carriers[0].role
            best: Escalation | None = None
            for carrier, second in self._existing(technique, principal, target):
                found = self._by_helpers(
                    technique, Way(principal, target, None, carrier, second), fixed, trust
                )
                if found is None:
                    continue
                if not any_will_do:
                    yield found
                    continue
                if best is None or found.truth is True:
                    best = found
                if found.truth is True:
                    break
            if best is not None:
                yield best

    def _by_helpers(self, technique: Technique, way: Way, fixed: Fixed, trust: Truth) -> Escalation | None:
        """The way with the second role that makes it most certain."""
        best: Escalation | None = None
        for helper in self._helpers(technique, way.principal):
            found = self._by_way(technique, replace(way, helper=helper), fixed, trust)
            if found is not None and found.truth is True:
                return found
            best = best or found
        return best

    def _targets(self, technique: Technique, principal: Principal) -> Iterator[tuple[Principal, Truth]]:
        match technique.target:
            case Target.SELF | Target.NEW_ROLE:
                yield principal, True
            case Target.USER | Target.GROUP:
                kind = PrincipalKind.USER if technique.target is Target.USER else PrincipalKind.GROUP
                for other in self._of_account.get((principal.account, kind), ()):
                    if other.arn != principal.arn:
                        yield other, True
            case Target.ROLE:
                for role, trust in self._roles(technique, principal):
                    if role.arn != principal.arn:
                        yield role, trust

    def _roles(self, technique: Technique, principal: Principal) -> Iterable[tuple[Principal, Truth]]:
        """The roles that may be targets: by their trust policies, and by their account.

        Roles cannot be passed to another account, and IAM changes its own account only.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
        """
        if any(step.on is On.TARGET and step.action == "sts:AssumeRole" for step in technique.steps):
            far = len(technique.steps) == 1
            return [
                (role, True)
                for role in self._assumable(principal)
                if far or role.account == principal.account
            ]
        if not technique.trust and not technique.federated_trust:
            if Need.HELPER_ASSUMES in technique.needs:
                helpers = self._helping(technique.helper_trust, principal.account)
                found_by_arn = {role.arn: role for helper in helpers for role in self._assumable(helper)}
                return [(role, True) for role in found_by_arn.values()]
            return [
                (role, True) for role in self._of_account.get((principal.account, PrincipalKind.ROLE), ())
            ]
        key = technique.trust, technique.federated_trust, principal.account
        if key not in self._trusting:
            found: list[tuple[Principal, Truth]] = []
            for role in self._of_account.get((principal.account, PrincipalKind.ROLE), ()):
                if technique.trust:
                    truth = self._trusts.service(role, technique.trust)
                else:
                    truth = self._trusts.federated(role, technique.federated_trust)
                if truth is not False:
                    found.append((role, truth))
            self._trusting[key] = found
        return self._trusting[key]

    def _existing(
        self, technique: Technique, principal: Principal, target: Principal
    ) -> Iterator[tuple[Carried | None, Carried | None]]:
        if not technique.carriers:
            yield None, None
            return
        first, *others = technique.carriers
        for one in self._carriers.of(first, principal.account, target):
            if not others:
                yield one, None
            for other in others:
                for second in self._carriers.of(other, principal.account, target):
                    yield one, second

    def _helpers(self, technique: Technique, principal: Principal) -> Iterator[Principal | None]:
        if not any(step.on is On.HELPER for step in technique.steps):
            yield None
            return
        yield from self._helping(technique.helper_trust, principal.account)

    def _helping(self, trust: str, account: str) -> list[Principal]:
        """The roles of the account that may be passed as a second role."""
        key = trust, account
        if key not in self._helpers_of:
            self._helpers_of[key] = [
                role
                for role in self._of_account.get((account, PrincipalKind.ROLE), ())
                if not trust or self._trusts.service(role, trust) is not False
            ]
        return self._helpers_of[key]

    def _by_way(self, technique: Technique, way: Way, fixed: Fixed, trust: Truth) -> Escalation | None:
        taken = steps_of(technique, way, self._asking, fixed)
        if taken is None:
            return None
        truths: list[Truth] = [trust, *(step.truth for step in taken)]
        if way.helper is not None and technique.helper_trust:
            truths.append(self._trusts.service(way.helper, technique.helper_trust))
        pieces = [piece for piece in (way.carrier, way.second) if piece is not None]
        truths += [piece.truth for piece in pieces]
        facts = Facts(
            self._asking,
            self._trusts,
            way.principal,
            way.target,
            way.helper,
            None if way.carrier is None else way.carrier.resource,
            way.own_policies,
        )
        for need in technique.needs:
            truths.append(met(need, facts))
            if truths[-1] is False:
                return None
        via = [piece.resource.id for piece in pieces if piece.resource is not None]
        return Escalation(
            way.principal.arn,
            technique,
            NEW_ROLE if technique.target is Target.NEW_ROLE else way.target.arn,
            taken,
            all_of(truths),
            gives_admin(technique.gain, facts, self._admins),
            self._admins.is_admin(way.principal),
            tuple(via) if way.helper is None else (*via, way.helper.arn),
            tuple(piece.missing for piece in pieces if piece.missing),
        )
