"""The callers of a request class: who they are, what is known of their keys, and how a person would call them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import assert_never

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.formal import callers
from wa_policy.formal.callers import CallerClass, OutsiderKind, fixed
from wa_policy.formal.keys import ABSENT, KeyDomain, Value
from wa_policy.formal.membership import Membership, memberships, memberships_of_others
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.document import to_document
from wa_policy.iam.policy import Policy
from wa_policy.iam.principal import ArnPrincipal, Caller, ServicePrincipal, User, parse_caller
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import (
    Inventory,
    NoOrganization,
    Organization,
    Principal,
    PrincipalKind,
)
from wa_policy.rules.request_class import (
    OWN_ACCOUNT,
    AccountCaller,
    CallerSpec,
    CallerWord,
    FederatedCaller,
    Policies,
    RequestClass,
    ServiceCaller,
)
from wa_policy.rules.subjects import Scope, Subject

# Services that serve requests without credentials.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
_SERVES_ANONYMOUS = frozenset(
    (
        "AWS::ApiGateway::RestApi",
        "AWS::OpenSearchService::Domain",
        "AWS::S3::Bucket",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
    )
)
_API = "AWS::ApiGateway::RestApi"
ANY_SERVICE = "*"
"""The name of a service caller that stands for every service."""
_OTHER_SERVICES = ("lambda", "events", "sns", "cloudtrail")


@dataclass(frozen=True)
class NamedCaller:
    """A class of callers with the words for it in a message."""

    words: str
    caller: CallerClass
    others: tuple[CallerClass, ...] = ()
    """The same caller with what else may be true of it; an answer is one only for all of them."""
    doubt: Unknown | None = None
    """Why there are others."""


def callers_of(
    request_class: RequestClass,
    subject: Subject,
    scope: Scope,
    policy: Policy | None,
    applied: AppliedPolicies,
) -> Iterator[NamedCaller]:
    """The classes of callers that a request class means for a subject; together they are all of them.

    `policy` is the one that the class asks about, among all that are `applied`.
    """
    spec: CallerSpec = request_class.caller
    if spec is CallerWord.SELF:
        if subject.principal is not None:
            yield NamedCaller(f"`{subject.principal.name}`", _self(subject.principal, scope))
        return
    catalog = scope.catalog
    nobodys = unnamed_account(policy, scope)
    named = _named_networks(policy)
    stated = tuple(key for key, _ in request_class.context)
    places = memberships_of_others(applied.statements, stated)
    match spec:
        case CallerWord.ANONYMOUS:
            yield _anonymous(catalog, subject, named, request_class)
        case CallerWord.EVERYONE:
            if subject.type in _SERVES_ANONYMOUS and request_class.policies is not Policies.TRUST:
                yield _anonymous(catalog, subject, named, request_class)
            if request_class.policies is Policies.ENDPOINT and subject.account is not None:
                yield _member(subject.account, scope, named, applied, stated)
            for who, member in product(_kinds(request_class), places):
                outsider = callers.outsider(catalog, named=named, account=nobodys, member=member, who=who)
                yield NamedCaller(f"any AWS account (here {nobodys})", outsider)
        case AccountCaller(account):
            anyone: list[Caller | OutsiderKind] = [
                *_kinds(request_class),
                *_named_principals(policy, account),
            ]
            for principal, member in product(anyone, places):
                outsider = callers.outsider(
                    catalog, named=named, account=account, member=member, who=principal
                )
                words = f"account {account}" if isinstance(principal, OutsiderKind) else f"`{principal.arn}`"
                yield NamedCaller(words, outsider)
        case ServiceCaller(name, str(customer)):
            customer = (subject.account or nobodys) if customer == OWN_ACCOUNT else customer

            def acting_for(member: Membership, name: str = name, account: str = customer) -> CallerClass:
                return callers.service(name, catalog, account=account, member=member)

            yield _own(f"`{name}` acting for account {customer}", acting_for, scope, applied, stated)
        case ServiceCaller(spec_name):
            names = _services(policy) if spec_name == ANY_SERVICE else (spec_name,)
            for name, member in product(names, places):
                acting = callers.service(name, catalog, account=nobodys, member=member)
                yield NamedCaller(f"`{name}` acting for any customer (here account {nobodys})", acting)
        case FederatedCaller(provider):
            issuer = provider.partition("oidc-provider/")[2] or provider
            yield NamedCaller(f"an identity of `{issuer}`", callers.federated(provider, catalog, {}))
        case _:
            assert_never(spec)


def _member(
    account: str, scope: Scope, named: tuple[str, ...], applied: AppliedPolicies, stated: Iterable[str]
) -> NamedCaller:
    """A role of the account itself."""

    def role(member: Membership) -> CallerClass:
        return callers.outsider(
            scope.catalog, named=named, account=account, member=member, who=OutsiderKind.ROLE
        )

    return _own(f"a role of account {account}", role, scope, applied, stated)


def _own(
    words: str,
    make: Callable[[Membership], CallerClass],
    scope: Scope,
    applied: AppliedPolicies,
    stated: Iterable[str],
) -> NamedCaller:
    """A caller of an account of one's own, wherever that may be in an organization."""
    own = memberships(scope.inventory, applied.statements, stated)
    first, *others = map(make, own.found)
    return NamedCaller(words, first, tuple(others), own.doubt)


def _services(policy: Policy | None) -> tuple[str, ...]:
    """The services that a policy names, and one that it does not: what it may do, any other may."""
    named: set[str] = set()
    for statement in () if policy is None else policy.statements:
        for principal in () if statement.principal is None else statement.principal.principals:
            if isinstance(principal, ServicePrincipal):
                named.add(principal.service)
        for condition in statement.conditions:
            if condition.folded_key in ("aws:principalservicename", "aws:principalservicenameslist"):
                named |= {str(value) for value in condition.values if "*" not in str(value)}
    others = (f"{name}.amazonaws.com" for name in (*_OTHER_SERVICES, "".join(sorted(named))))
    return (*sorted(named), next(name for name in others if name not in named))


def _kinds(request_class: RequestClass) -> tuple[OutsiderKind, ...]:
    """What a principal of an account may be; a root user cannot assume a role."""
    if request_class.policies is Policies.TRUST:
        return (OutsiderKind.ROLE, OutsiderKind.USER)
    return tuple(OutsiderKind)


def unnamed_account(policy: Policy | None, scope: Scope) -> str:
    """An account that the policy does not name and nobody trusts: what it may do, any account may."""
    text = "" if policy is None else json.dumps(to_document(policy))
    known = {*scope.inventory.accounts, str(scope.parameters.get("trusted_accounts", ""))}
    candidates = (f"{int(callers.OUTSIDER) - number:012d}" for number in range(10_000))
    return next(
        account for account in candidates if account not in text and not any(account in k for k in known)
    )


def _named_principals(policy: Policy | None, account: str) -> Iterator[Caller]:
    """The users, roles and sessions of an account that the policy names."""
    for statement in () if policy is None else policy.statements:
        for principal in () if statement.principal is None else statement.principal.principals:
            if isinstance(principal, ArnPrincipal) and principal.arn.account == account:
                caller = parse_caller(str(principal.arn))
                if caller is not None:
                    yield caller


_NETWORK_KEYS = frozenset(("aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"))


def _anonymous(
    catalog: Catalog, subject: Subject, named: tuple[str, ...], request_class: RequestClass
) -> NamedCaller:
    if subject.type == _API and any(key.lower() in _NETWORK_KEYS for key, _ in request_class.context):
        # The class says itself which endpoints are meant, and is about private APIs.
        return NamedCaller("anyone with a VPC endpoint", callers.anonymous(catalog))
    caller = callers.anonymous(catalog, named=named)
    if subject.type == _API:
        # Only private APIs are reached through VPC endpoints; the rules about public ones leave those out.
        caller = CallerClass(
            caller.caller,
            tuple(w for w in caller.worlds if w("aws:sourcevpce").present is False),
            caller.facts,
        )
    return NamedCaller("anyone on the internet", caller)


def _self(principal: Principal, scope: Scope) -> CallerClass:
    """The principal itself, the same for each rule that asks about it."""
    found = scope.shared.own_callers.get(principal.arn)
    if found is None:
        found = _insider(principal, scope.inventory, scope.catalog)
        scope.shared.own_callers[principal.arn] = found
    return found


def _insider(principal: Principal, inventory: Inventory, catalog: Catalog) -> CallerClass:
    caller = parse_caller(principal.arn)
    if caller is None:
        raise ValueError(f"`{principal.arn}` is no principal")
    known: dict[str, KeyDomain] = {
        "aws:principalarn": fixed(principal.arn),
        "aws:principalaccount": fixed(principal.account),
        "aws:principalisawsservice": fixed("false"),
        "aws:principaltype": fixed("User" if principal.kind is PrincipalKind.USER else "AssumedRole"),
        "aws:username": fixed(principal.name if isinstance(caller, User) else None),
    }
    match inventory.organization:
        case Organization(id=str() as organization):
            known["aws:principalorgid"] = fixed(organization)
        case NoOrganization():
            known |= dict.fromkeys(("aws:principalorgid", "aws:principalorgpaths"), ABSENT)
        case _:
            pass
    known.update({f"aws:principaltag/{key.lower()}": fixed(value) for key, value in principal.tags.items()})
    return callers.insider(caller, known, catalog)


def _named_networks(policy: Policy | None) -> tuple[str, ...]:
    """The VPCs and endpoints that a policy names: an outsider's own are others."""
    if policy is None:
        return ()
    return tuple(
        str(value)
        for statement in policy.statements
        for condition in statement.conditions
        if condition.folded_key in ("aws:sourcevpc", "aws:sourcevpce")
        for value in condition.values
    )


def of_resource(subject: Subject, scope: Scope) -> Mapping[str, KeyDomain]:
    """What is known of the keys that tell about the subject as a resource."""
    known: dict[str, KeyDomain] = {}
    if subject.account is not None:
        known["aws:resourceaccount"] = fixed(subject.account)
    match scope.inventory.organization:
        case Organization(id=str() as organization):
            known["aws:resourceorgid"] = fixed(organization)
        case NoOrganization():
            known["aws:resourceorgid"] = fixed(None)
        case _:
            # Whichever it is, an outsider is in another.
            known["aws:resourceorgid"] = fixed("o-thisorg0000", None)
    return known


def partition_of(arn: str) -> str:
    parsed = parse_arn(arn)
    return "aws" if parsed is None else parsed.partition


def shown(key: str, value: Value, catalog: Catalog) -> str:
    """A context key with its value as a person reads it."""
    known = catalog.condition_key(key)
    name = key if known is None or "$" in known.name or known.name.lower() != key else known.name
    if value is None:
        return f"without {name}"
    return f"{name}={value if isinstance(value, str) else ','.join(value)}"
