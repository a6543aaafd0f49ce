"""Whom the trust policy of a role lets in, apart from the principals that were read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.applying import caller_side, side_of_arn
from wa_policy.evaluator.derived_context import derived_context, organization_of
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.evaluator.truth import Truth, any_of
from wa_policy.formal import callers
from wa_policy.formal.callers import CallerClass, OutsiderKind
from wa_policy.formal.membership import NO_MEMBER, OUTSIDE, Membership, agreed, memberships, named_memberships
from wa_policy.formal.question import Question, find_request
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.graph.classes import Canonical
from wa_policy.graph.outsiders import accounts_meant
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Effect, Policy, Statement
from wa_policy.iam.principal import (
    AccountPrincipal,
    ArnPrincipal,
    Caller,
    Everyone,
    FederatedPrincipal,
    NamedPrincipal,
    Role,
    RoleSession,
    ServicePrincipal,
    UnknownPrincipal,
    User,
    parse_caller,
)
from wa_policy.iam.request import Request
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Absent, Inventory, NotExported, Present, Principal

_ASSUMED = Source("(assumed)")
_ASSUME = "sts:AssumeRole"


def _policy(**elements: object) -> Policy:
    statement = {"Effect": "Allow", "Action": "*", **elements}
    return parse_policy({"Version": "2012-10-17", "Statement": [statement]}, _ASSUMED)[0]


_ANYTHING = _policy(Resource="*")


class Trusts:
    """Answers about the trust policies of an inventory, each worked out once."""

    def __init__(self, inventory: Inventory, catalog: Catalog) -> None:
        self._inventory = inventory
        self._catalog = catalog
        self._known: dict[tuple[object, ...], Truth] = {}
        self._uniform: dict[str, bool] = {}
        self._policies = Canonical()

    def service(self, role: Principal, service: str) -> Truth:
        """True iff the service may assume the role on behalf of a resource of the role's account."""
        return self._asked(role, service, federated=False)

    def federated(self, role: Principal, provider: str) -> Truth:
        """True iff some identity of the provider may assume the role."""
        return self._asked(role, provider, federated=True)

    def _asked(self, role: Principal, name: str, *, federated: bool) -> Truth:
        # Roles with the same trust policy are alike, but for what control policies say of single roles.
        own = role.arn if isinstance(role.trust, NotExported) or not self._is_uniform(role.account) else ""
        key = (self._policies.document(role.trust), role.account, own, name, federated)
        if key not in self._known:
            self._known[key] = self._ask(role, name, federated=federated)
        return self._known[key]

    def _is_uniform(self, account: str) -> bool:
        """True iff no resource control policy of the account tells one resource from another."""
        if account not in self._uniform:
            _, levels, _ = side_of_arn(self._inventory, "*", account)
            self._uniform[account] = all(
                statement.resource is not None
                and statement.resource.values == ("*",)
                and not any(c.folded_key.startswith("aws:resourcetag") for c in statement.conditions)
                for level in levels or ()
                for policy in level.policies
                for statement in policy.statements
            )
        return self._uniform[account]

    def _ask(self, role: Principal, name: str, *, federated: bool) -> Truth:
        match role.trust:
            case NotExported() as document:
                return document.unknown
            case Absent():
                return False
            case Present(policy):
                if not policy.unreadable and not any(_may_name(s, name) for s in policy.statements):
                    return False
        if federated:
            return self._find(
                role, callers.federated(name, self._catalog, {}), "sts:AssumeRoleWithWebIdentity"
            )
        own = memberships(self._inventory, self._applied(role).statements)
        acting = (
            callers.service(name, self._catalog, account=role.account, member=member) for member in own.found
        )
        return _truth(agreed((self._answer(role, one, _ASSUME) for one in acting), own.doubt))

    def everyone(self, role: Principal) -> Truth:
        """True iff any account's principals may assume the role, when their account allows it."""
        if not any(isinstance(named, Everyone | UnknownPrincipal) for named in named_in(role)):
            return False
        return self._outsider(role, callers.OUTSIDER)

    def account(self, role: Principal, account: str) -> Truth:
        """True iff principals of this account, which was not read, may assume the role."""
        return self._outsider(role, account)

    def _outsider(self, role: Principal, account: str) -> Truth:
        own = "" if self._is_uniform(role.account) else role.arn
        key = (self._policies.document(role.trust), role.account, own, account)
        if key not in self._known:
            members: tuple[Membership, ...] = (NO_MEMBER, OUTSIDE)
            if account != callers.OUTSIDER and isinstance(role.trust, Present):
                # A certain account may belong to an organization that the policy names.
                known = organization_of(self._inventory, role.account)
                named = named_memberships(role.trust.policy.statements)
                members += tuple(member for member in named if member.organization != known)
            self._known[key] = any_of(
                self._find(
                    role,
                    callers.outsider(self._catalog, account=account, member=member, who=who),
                    _ASSUME,
                    identity=True,
                )
                for who in _who_of(role, account)
                for member in members
            )
        return self._known[key]

    def _find(self, role: Principal, caller: CallerClass, action: str, *, identity: bool = False) -> Truth:
        return _truth(self._answer(role, caller, action, identity=identity))

    def _applied(self, role: Principal) -> AppliedPolicies:
        policy, levels, unknown = side_of_arn(self._inventory, role.arn, role.account)
        trust = role.trust.policy if isinstance(role.trust, Present) else policy
        return AppliedPolicies(resource=trust, resource_control=levels, unknown=unknown)

    def _answer(self, role: Principal, caller: CallerClass, action: str, *, identity: bool = False) -> Answer:
        question = Question(
            caller.caller,
            replace(self._applied(role), identity=(_ANYTHING,) if identity else ()),
            actions=(action,),
            resources=(role.arn,),
            resource_account=role.account,
            worlds=caller.worlds,
        )
        return find_request(question, self._catalog)


def _truth(answer: Answer) -> Truth:
    match answer:
        case Refuted():
            return True
        case Proved():
            return False
        case Undecided(reasons):
            return reasons[0]


def _who_of(role: Principal, account: str) -> Iterator[Caller | OutsiderKind]:
    """Who of an account may assume roles: its users, its roles with their sessions, and those that the trust names.

    The root user and federated user sessions cannot.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
    """
    # The outsider's account is its own business: it is taken as allowing the call.
    yield OutsiderKind.ROLE
    yield OutsiderKind.USER
    found: dict[Caller, None] = {}
    for named in named_in(role):
        if isinstance(named, ArnPrincipal) and named.arn.account == account:
            caller = parse_caller(str(named.arn))
            if isinstance(caller, User | Role | RoleSession):
                found[caller] = None
    yield from found


def named_in(role: Principal) -> Iterator[NamedPrincipal]:
    """The principals that Allow statements of the trust policy name; a NotPrincipal leaves everyone else."""
    if isinstance(role.trust, Present):
        for statement in role.trust.policy.statements:
            if statement.effect is Effect.ALLOW and statement.principal:
                yield from (Everyone(),) if statement.principal.negated else statement.principal.principals


def assumable_by(roles: Iterable[Principal]) -> Callable[[Principal], list[Principal]]:
    """For a principal, the roles whose trust policy may let it in, in their order."""
    by_account: dict[str, list[int]] = {}
    by_arn: dict[str, list[int]] = {}
    for_all: list[int] = []
    known = tuple(roles)
    for number, role in enumerate(known):
        if _is_open(role):
            for_all.append(number)
            continue
        for named in named_in(role):
            match named:
                case Everyone() | UnknownPrincipal():
                    for_all.append(number)
                case AccountPrincipal(account):
                    by_account.setdefault(account, []).append(number)
                case ArnPrincipal(arn) if arn.service == "sts":
                    by_account.setdefault(arn.account, []).append(number)
                case ArnPrincipal(arn):
                    by_arn.setdefault(str(arn), []).append(number)
                case _:
                    pass

    def found(principal: Principal) -> list[Principal]:
        numbers = {*for_all, *by_account.get(principal.account, ()), *by_arn.get(principal.arn, ())}
        return [known[number] for number in sorted(numbers)]

    return found


def _is_open(role: Principal) -> bool:
    """True iff the principals that the trust policy lets in are not a list of names."""
    if not isinstance(role.trust, Present):
        return isinstance(role.trust, NotExported)
    policy = role.trust.policy
    return bool(policy.unreadable) or any(
        statement.effect is Effect.ALLOW and statement.principal is not None and statement.principal.negated
        for statement in policy.statements
    )


def accounts_named(role: Principal) -> tuple[str, ...]:
    """The accounts that the trust policy names, also by conditions on everyone, sorted."""
    found: set[str] = set()
    for named in named_in(role):
        match named:
            case AccountPrincipal(account):
                found.add(account)
            case ArnPrincipal(arn):
                found.add(arn.account)
            case _:
                pass
    if isinstance(role.trust, Present):
        found.update(
            account for statement in role.trust.policy.statements for account in accounts_meant(statement)
        )
    return tuple(sorted(found))


def _may_name(statement: Statement, name: str) -> bool:
    element = statement.principal
    if statement.effect is not Effect.ALLOW or element is None:
        return False
    if element.negated:
        return True
    for named in element.principals:
        match named:
            case Everyone() | UnknownPrincipal():
                return True
            case ServicePrincipal(service):
                if service.lower() == name:
                    return True
            case FederatedPrincipal(provider):
                if provider == name:
                    return True
            case _:
                pass
    return False


def once_trusted(inventory: Inventory, principal: Principal, role: Principal, catalog: Catalog) -> Truth:
    """True iff the principal may assume the role when the trust policy names it, or its session, as caller.

    In one account that is enough without an identity policy; denies, boundaries and control policies still count.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    caller = parse_caller(principal.arn)
    if caller is None:
        return False
    tried: list[Caller] = [caller]
    if isinstance(caller, Role):
        # A trust policy that names a session is not limited by an implicit deny of the role's boundary.
        tried.append(RoleSession(caller.account, caller.name, "escalation", caller.partition))
    return any_of(_assumes(inventory, principal, role, one, catalog) for one in tried)


def _assumes(
    inventory: Inventory, principal: Principal, role: Principal, caller: Caller, catalog: Catalog
) -> Truth:
    _, levels, unknown = side_of_arn(inventory, role.arn, role.account)
    trust = _policy(Action=_ASSUME, Principal={"AWS": caller.arn})
    side = caller_side(inventory, principal)
    applied = replace(side, resource=trust, resource_control=levels, unknown={**side.unknown, **unknown})
    context = derived_context(inventory, caller, principal, role.arn, role.account)
    decision = evaluate(Request(caller, _ASSUME, role.arn, role.account, context), applied, catalog)
    match decision.outcome:
        case Outcome.ALLOWED:
            return True
        case Outcome.UNKNOWN:
            return (
                decision.unknown[0]
                if decision.unknown
                else Unknown(UnknownKind.UNDECIDED, "the trust policy")
            )
        case _:
            return False
