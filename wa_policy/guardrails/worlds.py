"""Everybody whom a kind of control policy binds, with what is known of their keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wa_policy.catalog.model import Catalog
from wa_policy.formal import callers
from wa_policy.formal.callers import Domains
from wa_policy.formal.keys import ABSENT, KeyDomain
from wa_policy.formal.strings import Group
from wa_policy.guardrails.model import Calling
from wa_policy.iam.pattern import MANY, ONE
from wa_policy.iam.principal import Anonymous, AwsService, Caller, FederatedIdentity, Role
from wa_policy.rules.model import GuardrailKind

ACCOUNT = "111122223333"
"""The member account whose principals and resources witnesses show."""
_OUTSIDER = "999988887777"
_ANY_ACCOUNT = ONE * 12
_ANY_ORGANIZATION = f"o-{ONE}{MANY}"


@dataclass(frozen=True)
class World:
    """A way for requests to arrive: who calls, and the domain of every key.

    `readable` are narrower domains, of an account that reads well: where they have a request it is the one to show.
    """

    calling: Calling
    caller: Caller
    domains: Domains
    readable: Domains


def worlds_of(kind: GuardrailKind, calling: Calling, catalog: Catalog) -> tuple[World, ...]:
    """The worlds of all callers of one sort that a policy of the kind binds."""
    return tuple(_worlds(kind, calling, catalog))


def _worlds(kind: GuardrailKind, calling: Calling, catalog: Catalog) -> Iterator[World]:
    match calling:
        case Calling.PRINCIPAL:
            own = ACCOUNT if kind is GuardrailKind.SCP else _OUTSIDER
            organization = _text(_ANY_ORGANIZATION, absent=kind is GuardrailKind.RCP)
            caller = Role(own, "someone")
            ways = (
                callers.insider(
                    caller, _principal(account) | {"aws:principalorgid": organization}, catalog
                ).worlds
                for account in (_ANY_ACCOUNT, own)
            )
            for domains, readable in zip(*ways, strict=True):
                yield World(calling, caller, domains, readable)
        case Calling.ANONYMOUS:
            for domains in callers.anonymous(catalog).worlds:
                yield World(calling, Anonymous(), domains, domains)
        case Calling.SERVICE:
            base = callers.service("lambda.amazonaws.com", catalog).worlds[0]
            named = {
                "aws:principalservicename": _text(f"{ONE}{MANY}.amazonaws.com"),
                "aws:principalservicenameslist": KeyDomain(absent=False, multivalued=True),
            }
            service = AwsService("lambda.amazonaws.com")
            untold = _over(base, {**named, **_no_source()})
            yield World(calling, service, untold, untold)
            any_account, outsider = (_over(base, {**named, **_source(a)}) for a in (_ANY_ACCOUNT, _OUTSIDER))
            yield World(calling, service, any_account, outsider)
        case Calling.FEDERATED:
            provider = "arn:aws:iam::111122223333:oidc-provider/token.example.com"
            known = {
                "aws:federatedprovider": KeyDomain(absent=False, multivalued=False),
                "aws:principalisawsservice": ABSENT,  # the call is not signed
            }
            for domains in callers.federated(provider, catalog, {}).worlds:
                domains = _over(domains, known)  # noqa: PLW2901
                yield World(calling, FederatedIdentity(provider), domains, domains)


def _principal(account: str) -> dict[str, KeyDomain]:
    """The keys of any user, role, federated user or root user, but of service-linked roles."""
    names = (
        f"arn:aws:iam::{account}:role/{ONE}{MANY}",
        f"arn:aws:iam::{account}:user/{ONE}{MANY}",
        f"arn:aws:iam::{account}:root",
        f"arn:aws:sts::{account}:federated-user/{ONE}{MANY}",
    )
    linked = Group((f"{MANY}:role/aws-service-role/{MANY}",), negated=True)
    return {
        "aws:principalarn": KeyDomain(absent=False, multivalued=False, groups=(Group(names), linked)),
        "aws:principalaccount": _text(account),
        "aws:principalisawsservice": callers.fixed("false"),
    }


def _source(account: str) -> dict[str, KeyDomain]:
    return {
        "aws:sourceaccount": _text(account),
        "aws:sourceowner": ABSENT,
        "aws:sourcearn": KeyDomain(multivalued=False),
        "aws:sourceorgid": _text(_ANY_ORGANIZATION, absent=True),
        "aws:sourceorgpaths": KeyDomain(multivalued=True),
    }


def _no_source() -> dict[str, KeyDomain]:
    return dict.fromkeys(_source(ACCOUNT), ABSENT)


def _text(pattern: str, *, absent: bool = False) -> KeyDomain:
    return KeyDomain(absent=absent, multivalued=False, groups=(Group((pattern,)),))


def _over(base: Domains, known: Mapping[str, KeyDomain]) -> Domains:
    return lambda key: known.get(key) or base(key)
