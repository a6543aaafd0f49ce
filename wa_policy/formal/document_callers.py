"""The finitely many kinds of callers that resource policies tell apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wa_policy.evaluator.principals import named_as
from wa_policy.formal.boxes import Side
from wa_policy.formal.documents import CanonicalUser, DocumentCaller, names
from wa_policy.iam.policy import Effect, Policy, Statement
from wa_policy.iam.principal import (
    AccountPrincipal,
    Anonymous,
    ArnPrincipal,
    AwsService,
    Caller,
    CanonicalUserPrincipal,
    FederatedIdentity,
    FederatedPrincipal,
    NamedPrincipal,
    Role,
    RoleSession,
    ServicePrincipal,
    User,
    parse_caller,
)

_FRESH = "someone-else"


def callers_of(policies: Sequence[Policy]) -> Iterator[DocumentCaller]:
    """One caller of each kind that the statements tell apart and that some Allow statement names.

    Each named principal and a session of each named role, someone else in each named account, someone of an account,
    a service and a provider that nobody names, and an anonymous caller.
    """
    statements = [statement for policy in policies for statement in policy.statements]
    told_apart: set[tuple[object, ...]] = set()
    for caller in _all(statements):
        if not any(s.effect is Effect.ALLOW and names(s, caller, Side.WIDE) for s in statements):
            continue
        signature = (
            isinstance(caller, RoleSession),  # NotPrincipal treats sessions apart
            *(_named(statement, caller) for statement in statements),
        )
        if signature not in told_apart:
            told_apart.add(signature)
            yield caller


def _named(statement: Statement, caller: DocumentCaller) -> object:
    if statement.principal is None or caller is None:
        return None
    if isinstance(caller, CanonicalUser):
        return names(statement, caller, Side.WIDE)
    return named_as(statement.principal, caller, [])


def _all(statements: Sequence[Statement]) -> Iterator[DocumentCaller]:
    principals: list[NamedPrincipal] = list(
        dict.fromkeys(p for s in statements if s.principal is not None for p in s.principal.principals)
    )
    accounts: dict[str, None] = {}
    for principal in principals:
        match principal:
            case ArnPrincipal(arn):
                accounts[arn.account] = None
                caller = parse_caller(str(arn))
                if caller is not None:
                    yield from _with_sessions(caller)
            case AccountPrincipal(account):
                accounts[account] = None
            case ServicePrincipal(service):
                yield AwsService(service)
            case FederatedPrincipal(provider) if provider != "*":
                yield FederatedIdentity(provider)
            case CanonicalUserPrincipal(canonical_id):
                yield CanonicalUser(canonical_id)
            case _:
                pass
    fresh = next(n for n in map(str, range(999988887777, 999988880000, -1)) if n not in accounts)
    for account in (*accounts, fresh):
        yield User(account, _FRESH)
        yield from _with_sessions(Role(account, _FRESH))
    yield AwsService(f"{_FRESH}.amazonaws.com")
    yield FederatedIdentity(f"arn:aws:iam::{fresh}:oidc-provider/{_FRESH}.example")
    yield Anonymous()


def _with_sessions(caller: Caller) -> Iterator[Caller]:
    yield caller
    if isinstance(caller, Role | RoleSession):
        yield RoleSession(caller.account, caller.name, _FRESH, caller.partition)
