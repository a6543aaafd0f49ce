"""Who may call, and which context keys come with that: the known facts about keys.

Which keys the caller chooses, which AWS sets and when, and how they hang together. A caller comes with `worlds`: ways
for the request to arrive, each with a domain for every key.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from wa_policy.catalog.model import Catalog
from wa_policy.formal.keys import ABSENT, FREE, KeyDomain, Value
from wa_policy.formal.membership import NO_MEMBER, Membership
from wa_policy.formal.strings import Group
from wa_policy.iam.operators import ValueType
from wa_policy.iam.pattern import CHAR, MANY, ONE, RUN, glob
from wa_policy.iam.principal import (
    Anonymous,
    AwsService,
    Caller,
    FederatedIdentity,
    Role,
    RoleSession,
    RootUser,
    User,
)

Domains = Callable[[str], KeyDomain]

OUTSIDER = "999988887777"
"""An account that is nobody's in particular: the caller from outside in witnesses."""


@dataclass(frozen=True)
class CallerClass:
    """A caller and the ways in which its requests arrive. `facts` says in words what is known of its keys."""

    caller: Caller
    worlds: tuple[Domains, ...]
    facts: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def fixed(*values: Value) -> KeyDomain:
    """The key has one of these values; None: it is absent."""
    return KeyDomain(fixed=values)


# Set by AWS for a direct call of a service principal on behalf of a resource, and only then.
_SERVICE_ONLY = (
    "aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner",
    "aws:principalservicename", "aws:principalservicenameslist",
)  # fmt: skip
_ENDPOINT_KEYS = (
    "aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:vpcsourceip", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths",
)  # fmt: skip
_FORWARDED_KEYS = ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast")
_ALWAYS_PRESENT = (
    "aws:currenttime",
    "aws:epochtime",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:useragent",
)


def typed(key: str, catalog: Catalog) -> KeyDomain:
    """What the catalog knows about a key that nothing else restricts."""
    known = catalog.condition_key(key)
    if known is None:
        return KeyDomain()
    kinds = known.types
    value_type = kinds[0] if len(kinds) == 1 else None
    return KeyDomain(
        absent=key not in _ALWAYS_PRESENT,
        multivalued=known.multivalued,
        value_type=value_type if value_type in (ValueType.BOOL, ValueType.IP) else None,
    )


def worlds(
    known: Mapping[str, KeyDomain], catalog: Catalog, *, endpoint: Mapping[str, KeyDomain] | None
) -> tuple[Domains, ...]:
    """The ways in which a request of an account's principal can arrive: over the internet, through a VPC endpoint, or
    forwarded by a service on the principal's behalf (which keeps no endpoint keys).

    `endpoint` is what is known of the endpoint keys; None where no endpoint can be used.
    """
    absent = dict.fromkeys
    direct = {"aws:viaawsservice": fixed("false"), **absent(_FORWARDED_KEYS, ABSENT)}
    address = KeyDomain(absent=False, value_type=ValueType.IP)
    internet = {**direct, **absent(_ENDPOINT_KEYS, ABSENT), "aws:sourceip": address}
    forwarded = {
        "aws:viaawsservice": fixed("true"),
        **absent(_ENDPOINT_KEYS, ABSENT),
        "aws:sourceip": address,
    }
    ways = [internet]
    if endpoint is not None:
        ways.append({**direct, "aws:sourceip": ABSENT, **endpoint})
    ways.append(forwarded)
    return tuple(_domains({**way, **known}, catalog) for way in ways)


def _domains(known: Mapping[str, KeyDomain], catalog: Catalog) -> Domains:
    cache: dict[str, KeyDomain] = dict(known)

    def domain(key: str) -> KeyDomain:
        found = cache.get(key)
        if found is None:
            found = cache[key] = typed(key, catalog)
        return found

    return domain


@lru_cache(maxsize=1024)
def anonymous(catalog: Catalog, *, named: tuple[str, ...] = ()) -> CallerClass:
    """A caller without credentials. `named` are the VPCs and endpoints that policies name: the caller's are others."""
    known: dict[str, KeyDomain] = {
        "aws:principalaccount": fixed("anonymous"),
        "aws:principaltype": fixed("Anonymous"),
        "aws:userid": fixed("anonymous"),
        **dict.fromkeys(_SERVICE_ONLY, ABSENT),
        **dict.fromkeys(
            ("aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:principalisawsservice"),
            ABSENT,
        ),
        **dict.fromkeys(
            ("aws:username", "aws:tokenissuetime", "aws:multifactorauthpresent", "aws:federatedprovider"),
            ABSENT,
        ),
    }
    ways = worlds(known, catalog, endpoint=_foreign_endpoint(named, NO_MEMBER))[
        :2
    ]  # nothing is forwarded for nobody
    return CallerClass(
        Anonymous(), _without(ways, "aws:principaltag/"), ("anonymous requests carry no principal keys",)
    )


class OutsiderKind(Enum):
    """What an outsider with no particular name may be."""

    ROLE = "role"
    USER = "user"
    ROOT = "root user"


@lru_cache(maxsize=1024)
def outsider(
    catalog: Catalog,
    *,
    named: tuple[str, ...] = (),
    account: str = OUTSIDER,
    member: Membership = NO_MEMBER,
    who: Caller | OutsiderKind = OutsiderKind.ROLE,
) -> CallerClass:
    """A principal of an account that nobody here trusts; its owner chooses its name, tags, session and network.

    `who` is a certain user, role or session, or any of a kind. `named` are the VPCs and endpoints that policies name:
    the outsider's own are others.
    """
    caller, own = _identity(who, account)
    known: dict[str, KeyDomain] = {
        **own,
        "aws:principalaccount": fixed(account),
        **_of_member("aws:principal", member),
        "aws:principalisawsservice": fixed("false"),
        "kms:calleraccount": fixed(account),
        "s3:dataaccesspointaccount": fixed(account, None),
        "s3:dataaccesspointarn": ABSENT,
        "aws:assumedroot": ABSENT,
        **dict.fromkeys(_SERVICE_ONLY, ABSENT),
    }
    ways = worlds(known, catalog, endpoint=_foreign_endpoint(named, member, account))
    facts = (
        "a caller from another account chooses its own name, tags, session and network",
        "only AWS services send aws:SourceArn and aws:SourceAccount",
    )
    return CallerClass(caller, ways, facts)


_USER_ID = "AIDAOUTSIDER000000000"
_ROLE_ID = "AROAOUTSIDER000000000"


def _identity(who: Caller | OutsiderKind, account: str) -> tuple[Caller, dict[str, KeyDomain]]:
    """The caller and the keys that tell who it is. Unique IDs are given by AWS, names and session names are chosen."""
    match who:
        case OutsiderKind.ROOT | RootUser():
            root = RootUser(account)
            return root, _own(fixed(root.arn), "Account", fixed(account), ABSENT)
        case OutsiderKind.USER:
            arn = _any_of(f"arn:aws:iam::{account}:user/{ONE}{MANY}")
            return User(account, "intruder"), _own(arn, "User", fixed(_USER_ID), _any_of(ONE + MANY))
        case User():
            name = who.path_and_name.rsplit("/", 1)[-1]
            return who, _own(fixed(who.arn), "User", fixed(_USER_ID), fixed(name))
        case OutsiderKind.ROLE:
            arn = _any_of(f"arn:aws:iam::{account}:role/{ONE}{MANY}")
            return Role(account, "intruder"), _own(
                arn, "AssumedRole", _any_of(f"{_ROLE_ID}:{ONE}{MANY}"), ABSENT
            )
        case RoleSession():
            # The session does not show the path of its role.
            prefix = f"arn:{who.partition}:iam::{account}:role/"
            arn = _any_of(f"{prefix}{who.name}", f"{prefix}{MANY}/{who.name}")
            return who, _own(arn, "AssumedRole", fixed(f"{_ROLE_ID}:{who.session}"), ABSENT)
        case _:
            return who, _own(fixed(who.arn), "AssumedRole", _any_of(f"{_ROLE_ID}:{ONE}{MANY}"), ABSENT)


def _own(arn: KeyDomain, kind: str, user_id: KeyDomain, name: KeyDomain) -> dict[str, KeyDomain]:
    return {
        "aws:principalarn": arn,
        "aws:principaltype": fixed(kind),
        "aws:userid": user_id,
        "aws:username": name,
    }


def _any_of(*patterns: str) -> KeyDomain:
    return KeyDomain(absent=False, multivalued=False, groups=(Group(patterns),))


def _foreign_endpoint(
    named: Iterable[str], member: Membership, account: str = OUTSIDER
) -> dict[str, KeyDomain]:
    others = tuple(sorted(named))
    return {
        "aws:sourcevpc": KeyDomain(
            absent=False, groups=(Group((glob("vpc-?*"),)), Group(others, negated=True))
        ),
        "aws:sourcevpce": KeyDomain(
            absent=False, groups=(Group((glob("vpce-?*"),)), Group(others, negated=True))
        ),
        "aws:sourcevpcarn": fixed(f"arn:aws:ec2:us-east-1:{account}:vpc/vpc-0outsider"),
        "aws:vpcsourceip": KeyDomain(absent=False, value_type=ValueType.IP),
        "aws:vpceaccount": fixed(account),
        **_of_member("aws:vpce", member),
    }


def _of_member(prefix: str, member: Membership) -> dict[str, KeyDomain]:
    """The keys that say in which organization and where in it the account of a caller, source or endpoint is."""
    path = None if member.path is None else (member.path,)
    return {
        f"{prefix}orgid": FREE if member.is_open else fixed(member.organization),
        f"{prefix}orgpaths": FREE if member.is_open else fixed(path),
    }


def _without(ways: tuple[Domains, ...], prefix: str) -> tuple[Domains, ...]:
    def hide(domains: Domains) -> Domains:
        return lambda key: ABSENT if key.startswith(prefix) else domains(key)

    return tuple(hide(domains) for domains in ways)


@lru_cache(maxsize=1024)
def service(
    name: str,
    catalog: Catalog,
    *,
    account: str = OUTSIDER,
    member: Membership = NO_MEMBER,
) -> CallerClass:
    """A service principal that acts for a resource of another account.

    The account in aws:SourceArn is that of aws:SourceAccount; ARNs without an account (buckets) can be anyone's.
    """
    prefix = name.split(".", 1)[0]
    sources = (
        f"arn:aws:{CHAR}{RUN}:{RUN}:{account}:{ONE}{MANY}",
        f"arn:aws:{CHAR}{RUN}:{RUN}::{ONE}{MANY}",
    )
    known: dict[str, KeyDomain] = {
        "aws:sourceaccount": fixed(account, None),
        "aws:sourceowner": fixed(account),
        "aws:sourcearn": KeyDomain(multivalued=False, groups=(Group(sources),)),
        **_of_member("aws:source", member),
        "aws:principalisawsservice": fixed("true"),
        "aws:principalservicename": fixed(name),
        "aws:principalservicenameslist": fixed((name,)),
        "aws:viaawsservice": fixed("false"),
        **dict.fromkeys(_FORWARDED_KEYS, ABSENT),
        **dict.fromkeys(_ENDPOINT_KEYS, ABSENT),
        **dict.fromkeys(
            (
                "aws:sourceip",
                "aws:principalarn",
                "aws:principalaccount",
                "aws:principalorgid",
                "aws:principalorgpaths",
            ),
            ABSENT,
        ),
        **dict.fromkeys(("aws:userid", "aws:username", "aws:principaltype", "aws:tokenissuetime"), ABSENT),
    }
    ways = _without((_domains(known, catalog),), "aws:principaltag/")
    facts = (
        f"`{prefix}` acts for resources of any account, and says so in aws:SourceAccount and aws:SourceArn",
    )
    return CallerClass(AwsService(name), ways, facts)


def federated(provider: str, catalog: Catalog, claims: Mapping[str, KeyDomain]) -> CallerClass:
    """An identity of a provider; of its claims only those given are restricted."""
    known: dict[str, KeyDomain] = {
        **claims,
        "aws:federatedprovider": fixed(provider),
        **dict.fromkeys(_SERVICE_ONLY, ABSENT),
        **dict.fromkeys(
            ("aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths"),
            ABSENT,
        ),
    }
    return CallerClass(FederatedIdentity(provider), worlds(known, catalog, endpoint=None), ())


def insider(caller: Caller, known: Mapping[str, KeyDomain], catalog: Catalog) -> CallerClass:
    """A principal whose own keys are `known`; it may use any network, and forward its calls through services."""
    keys = {**known, **dict.fromkeys(_SERVICE_ONLY, ABSENT)}
    endpoint = {
        key: KeyDomain(absent=key not in ("aws:sourcevpc", "aws:sourcevpce")) for key in _ENDPOINT_KEYS
    }
    return CallerClass(
        caller,
        worlds(keys, catalog, endpoint=endpoint),
        ("the principal's own keys are those of the export",),
    )
