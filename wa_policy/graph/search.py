"""The search for escalations: one function interprets the table of techniques.

Principals that are alike are searched for once, and so are targets: `alike` says what tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.errors import InternalError
from wa_policy.evaluator.truth import Truth, all_of
from wa_policy.graph.administrators import Administrators, has_nothing_to_gain
from wa_policy.graph.alike import Likeness, kind_of
from wa_policy.graph.asking import Asked, Asking, Taken
from wa_policy.graph.gains import gives_admin
from wa_policy.graph.needs import Facts, met
from wa_policy.graph.raised import EVERYONE, NEW_ROLE, End, Escalation, EscalationClass
from wa_policy.graph.sheets import Documents
from wa_policy.graph.steps import Fixed, Way, fixed_steps, may_be_granted_there, steps_of
from wa_policy.graph.targets import Targets
from wa_policy.graph.technique import Need, On, Target, Technique
from wa_policy.graph.trusts import Trusts, accounts_named
from wa_policy.inventory.model import Principal, PrincipalKind
from wa_policy.same import Same


@dataclass(frozen=True, slots=True, eq=False)
class _Acting:
    """Principals that act alike, with what they may do somewhere, and what their own policies allow of it."""

    members: tuple[Principal, ...]
    bits: ActionSet
    granted: ActionSet


class Search:
    """The techniques interpreted on the principals and resources of an inventory."""

    def __init__(self, reach: Asked, likeness: Likeness) -> None:
        self._reach = reach
        self._inventory = reach.inventory
        self._catalog = reach.catalog
        self._likeness = likeness
        self._asking = Asking(reach)
        self._trusts = Trusts(reach.inventory, reach.catalog)
        self._accounts = frozenset(reach.inventory.accounts)
        self._documents = Documents(reach.catalog)
        self._admins = Administrators(reach, self._asking, likeness.as_administrator)
        self._targets = Targets(self._asking, self._trusts, self._admins, likeness)

    def forget(self) -> None:
        """Let go of what was worked out about single principals."""
        self._asking.forget()
        self._targets.forget()

    # --- all classes ------------------------------------------------------------------------------------------

    def classes(self, techniques: tuple[Technique, ...]) -> Iterator[EscalationClass]:
        by_account: dict[str, list[Principal]] = {}
        for principal in self._inventory.principals:
            if not principal.is_service_linked:
                by_account.setdefault(principal.account, []).append(principal)
        outside = [technique for technique in techniques if _is_from_outside(technique)]
        inside = _inside(Same(techniques), self._catalog)
        for account in sorted(by_account):
            for technique in outside:
                yield from self._from_outside(technique, by_account[account])
            acting = [
                principal
                for principal in by_account[account]
                if principal.kind is not PrincipalKind.GROUP
                and not (has_nothing_to_gain(principal) and self._admins.is_admin(principal) is True)
            ]
            on_others, on_itself = (
                self._grouped(acting, key) for key in (self._likeness.acting, self._likeness.on_itself)
            )
            for technique, is_on_itself, all_, own in inside:
                for group in on_itself if is_on_itself else on_others:
                    first = group.members[0]
                    if (
                        group.bits & all_ == all_
                        and group.granted & own == own
                        and first.kind in technique.principals
                    ):
                        yield from self._of_group(technique, group.members)
            self.forget()

    def _grouped(
        self, principals: Iterable[Principal], key: Callable[[Principal], Hashable]
    ) -> tuple[_Acting, ...]:
        groups: dict[Hashable, list[Principal]] = {}
        for principal in principals:
            is_admin = kind_of(self._admins.is_admin(principal))
            groups.setdefault((key(principal), is_admin), []).append(principal)
        return tuple(
            _Acting(tuple(members), self._reach.bits(members[0]), self._granted(members[0]))
            for members in groups.values()
        )

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

    def _of_group(self, technique: Technique, members: tuple[Principal, ...]) -> Iterator[EscalationClass]:
        """The classes of escalations of principals that are alike: the first that is no target stands for all."""
        principals = tuple(member.arn for member in members)
        if technique.target in (Target.SELF, Target.NEW_ROLE):
            fixed = fixed_steps(technique, members[0], self._asking)
            if fixed is not None:
                one = self._of(technique, members[0], End(members[0]), fixed)
                if one is not None:
                    yield EscalationClass(one, principals, ())
            return
        known: dict[str, Fixed | None] = {}
        for ends in self._targets.ends(technique, members[0]):
            pair = next(
                ((one, end) for one in members[:2] for end in ends[:2] if one.arn != end.target.arn), None
            )
            if pair is None:
                continue
            principal, end = pair
            if principal.arn not in known:
                known[principal.arn] = fixed_steps(technique, principal, self._asking)
            steps = known[principal.arn]
            if steps is None:
                return
            found = self._of(technique, principal, end, steps)
            if found is not None:
                yield EscalationClass(found, principals, ends)

    # --- single ones ------------------------------------------------------------------------------------------

    def each(self, technique: Technique, arn: str, ends: tuple[End, ...]) -> Iterator[Escalation]:
        """The escalations of one principal to ends of a class of its own; without ends, that on its own."""
        if _is_from_outside(technique):
            for end in ends:
                yield self._entered(technique, arn, end.target, self._lets_in(technique, arn, end.target))
            return
        principal = self._inventory.principal(arn)
        fixed = None if principal is None else fixed_steps(technique, principal, self._asking)
        if principal is None or fixed is None:
            raise _differs(technique, arn)
        for end in ends or (End(principal),):
            if ends and end.target is principal:
                continue
            one = self._of(technique, principal, end, fixed)
            if one is None:
                raise _differs(technique, arn)
            yield one

    def _of(self, technique: Technique, principal: Principal, end: End, fixed: Fixed) -> Escalation | None:
        """The escalation of one principal to one end, by the existing resources that make it most certain."""
        if end.carrier is not None or not technique.carriers:
            way = Way(principal, end.target, None, end.carrier, end.second)
            return self._by_helpers(technique, way, fixed, end.trust)
        best: Escalation | None = None
        tried: set[Hashable] = set()
        for carrier, second in self._targets.existing(technique, principal.account, end.target):
            # Where the existing resource's own role does not matter, one resource that will do says it all.
            key = tuple(
                self._targets.existing_key(technique, end.target, carried) for carried in (carrier, second)
            )
            if key in tried:
                continue
            tried.add(key)
            way = Way(principal, end.target, None, carrier, second)
            found = self._by_helpers(technique, way, fixed, end.trust)
            if found is not None and found.truth is True:
                return found
            best = best or found
        return best

    def _by_helpers(self, technique: Technique, way: Way, fixed: Fixed, trust: Truth) -> Escalation | None:
        """The way with the second role that makes it most certain."""
        if not any(step.on is On.HELPER for step in technique.steps):
            return self._by_way(technique, way, fixed, trust)
        best: Escalation | None = None
        for helper in self._targets.helpers(technique.helper_trust, way.principal.account):
            found = self._by_way(technique, replace(way, helper=helper), fixed, trust)
            if found is not None and found.truth is True:
                return found
            best = best or found
        return best

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

    # --- who is let in from outside ---------------------------------------------------------------------------

    def _from_outside(
        self, technique: Technique, principals: Iterable[Principal]
    ) -> Iterator[EscalationClass]:
        found: dict[tuple[str, Hashable], list[tuple[Principal, Truth]]] = {}
        for role in principals:
            if role.kind is not PrincipalKind.ROLE:
                continue
            for who in self._outsiders(technique, role):
                truth = self._lets_in(technique, who, role)
                if truth is not False:
                    alike = (
                        self._likeness.target(role),
                        kind_of(truth),
                        kind_of(self._admins.is_admin(role)),
                    )
                    found.setdefault((who, alike), []).append((role, truth))
        for (who, _), entered in found.items():
            ends = tuple(End(role, truth) for role, truth in entered)
            yield EscalationClass(self._entered(technique, who, *entered[0]), (who,), ends)

    def _outsiders(self, technique: Technique, role: Principal) -> Iterator[str]:
        if Need.TRUSTS_EVERYONE in technique.needs:
            yield EVERYONE
            return
        for account in accounts_named(role):
            if account not in self._accounts:
                yield f"arn:aws:iam::{account}:root"

    def _lets_in(self, technique: Technique, who: str, role: Principal) -> Truth:
        if Need.TRUSTS_EVERYONE in technique.needs:
            return self._trusts.everyone(role)
        return self._trusts.account(role, who.split(":")[4])

    def _entered(self, technique: Technique, who: str, role: Principal, truth: Truth) -> Escalation:
        step = Taken(technique.steps[0].action, role.arn, truth)
        return Escalation(who, technique, role.arn, (step,), truth, self._admins.is_admin(role))


def _differs(technique: Technique, principal: str) -> InternalError:
    return InternalError(
        f"`{principal}` has no escalation by `{technique.id}`, though it is alike to one that has"
    )


@lru_cache(maxsize=8)
def _inside(
    techniques: Same[tuple[Technique, ...]], catalog: Catalog
) -> tuple[tuple[Technique, bool, ActionSet, ActionSet], ...]:
    """The techniques of a principal of the account: whether each asks for more of it than what it may do, and its masks."""
    return tuple(
        (technique, _is_on_itself(technique), *_masks(technique, catalog))
        for technique in techniques.value
        if not _is_from_outside(technique)
    )


def _masks(technique: Technique, catalog: Catalog) -> tuple[ActionSet, ActionSet]:
    """The actions that a technique takes, and those that only the principal's own policies can grant."""
    all_ = own = 0
    for step in technique.steps:
        if catalog.is_known(step.action):
            bit = catalog.single(step.action)
            all_ |= bit
            if not may_be_granted_there(technique, step):
                own |= bit
    return all_, own


def _is_from_outside(technique: Technique) -> bool:
    return Need.TRUSTS_EVERYONE in technique.needs or Need.TRUSTS_ACCOUNT in technique.needs


_OF_ITSELF = (On.SELF, On.OWN_POLICY, On.OWN_GROUP)


def _is_on_itself(technique: Technique) -> bool:
    """True iff the technique asks for more of the principal than what it may do."""
    return technique.target in (Target.SELF, Target.NEW_ROLE, Target.GROUP) or any(
        step.on in _OF_ITSELF for step in technique.steps
    )
