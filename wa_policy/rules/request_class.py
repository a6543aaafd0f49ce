"""The `forbid` and `permit` checks of a rule: classes of requests, as the rule file states them.

    forbid:
      policies: resource            # whose policies are asked: resource | trust | identity | effective
      caller: everyone              # or anonymous | self | {account: X} | {service: S, acting_for: other_account | own_account} | {federated: I}
      action: lambda:InvokeFunction # a pattern or a list; `not_action` takes away
      resource: self                # or `*`, a pattern, {other_than: [patterns]}
      exempt: $exempt_principals    # patterns of the ARNs of principals that belong to none of the classes
      context:                      # what is said of a key restricts the class; a key that is not named is free
        aws:SourceIp: {outside: $trusted_cidrs}

A value that starts with `$` is a parameter of the rule or a field of the item that `each` goes through.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Policies(StrEnum):
    """Which policies decide whether a request of the class is allowed."""

    RESOURCE = "resource"
    """The subject's resource policy and its account's resource control policies; the caller's own side is assumed to allow."""
    TRUST = "trust"
    """The same for a role: its trust policy."""
    IDENTITY = "identity"
    """The subject is the caller: its identity policies within its permissions boundary."""
    EFFECTIVE = "effective"
    """The same, within the service control policies of its account as well."""
    ENDPOINT = "endpoint"
    """The policy of a VPC endpoint, for resources of others; the caller's side and the resource's are assumed to allow."""


class Mode(StrEnum):
    ANY = "any"
    """Broken as soon as one request of the class is allowed."""
    ALL = "all"
    """Broken when for every action of the class some request is allowed."""


class CallerWord(StrEnum):
    EVERYONE = "everyone"
    """Anonymous, and any principal of an account that the policy does not name and the parameters do not trust."""
    ANONYMOUS = "anonymous"
    SELF = "self"


@dataclass(frozen=True, slots=True)
class AccountCaller:
    """A principal of this account, and not one of the trusted ones."""

    account: str


OWN_ACCOUNT = "own_account"


@dataclass(frozen=True, slots=True)
class ServiceCaller:
    """A service that calls for a resource of an account that is not trusted, or of `account` where it is given.

    `OWN_ACCOUNT` as account is that of the subject.
    """

    service: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class FederatedCaller:
    """An identity of this OIDC or SAML provider."""

    provider: str


CallerSpec = CallerWord | AccountCaller | ServiceCaller | FederatedCaller


@dataclass(frozen=True, slots=True)
class ResourceSpec:
    """`patterns` are what is asked for; none means the subject itself (and what lies in it). `other_than` takes away."""

    patterns: tuple[str, ...] = ()
    other_than: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeySpec:
    """What the class says of one context key: it is absent, or has a value that the other fields admit.

    `one_of` and `none_of` are patterns, `outside` and `inside` address ranges, `less_than` and `greater_than` numbers.
    Of a multivalued key, `some_of`: at least one value fits one of the patterns, `some_other_than`: at least one value
    fits none of them. With `absent` None both an absent key and a value belong to the class; True: only absent; False:
    only present. A multivalued key without values counts as absent.
    """

    absent: bool | None = None
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    some_of: tuple[str, ...] = ()
    some_other_than: tuple[str, ...] = ()
    less_than: str | float | None = None
    greater_than: str | float | None = None
    ignore_case: bool = False


LISTS = ("one_of", "none_of", "inside", "outside", "some_of", "some_other_than")
"""The words of a key that take lists."""
MUST_HAVE = ("one_of", "inside", "some_of")
"""Those that leave no request where the list is empty; the others are exceptions."""
NUMBERS = ("less_than", "greater_than")


@dataclass(frozen=True, slots=True)
class RequestClass:
    """One class of requests: every combination of what its parts admit."""

    policies: Policies
    caller: CallerSpec
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()
    resource: ResourceSpec = field(default_factory=ResourceSpec)
    context: tuple[tuple[str, KeySpec], ...] = ()


@dataclass(frozen=True, slots=True)
class Forbid:
    """Requests that must not be allowed: the union of the classes. Strings may still hold `$names`."""

    classes: tuple[RequestClass, ...]
    mode: Mode = Mode.ANY
    exempt: tuple[str, ...] = ()
    """Callers whose aws:PrincipalArn fits one of these patterns belong to none of the classes."""


def exemption(patterns: tuple[str, ...]) -> tuple[tuple[str, KeySpec], ...]:
    """What a class says of its callers where those that fit the patterns are exempt."""
    return (("aws:PrincipalArn", KeySpec(none_of=patterns)),) if patterns else ()
