"""Random requests near the border of what a rule forbids: of its parts some are met, some are just missed."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from tests.reference.forbidden import IN_TYPE, has_key, is_by_caller, is_on_resource, types_of
from wa_policy.catalog.model import Catalog
from wa_policy.iam.principal import (
    Anonymous,
    AwsService,
    Caller,
    FederatedIdentity,
    Role,
    RootUser,
    User,
)
from wa_policy.iam.request import ContextValue, Request

_OWN, _OTHER = "111122223333", "999988887777"
_TRIES = 12
_WORDS = (
    "x",
    "PRIVATE",
    "vpc-0ffffffff",
    "arn:aws:lambda:eu-west-1:999988887777:function:x",
    "https://example.net/x",
)


class NearRequests:
    """Makes requests for one rule and its parameter values."""

    def __init__(
        self, rule: Mapping[str, Any], values: Mapping[str, Any], catalog: Catalog, random: Random
    ) -> None:
        self.rule, self.values, self.catalog, self.random = rule, values, catalog, random
        forbid = rule["forbid"]
        self.classes: Sequence[Mapping[str, Any]] = forbid.get("any_of", [forbid])
        self.exempt = self.texts(forbid.get("exempt", []))
        self.is_rcp = rule["guardrail"] == "rcp"
        self.actions = [self._actions(one) for one in self.classes]
        self.types = types_of(rule, catalog)
        self.formats: dict[str, list[str]] = {}
        self.carried: dict[tuple[str, str], bool] = {}

    def one(self, *, inside: bool) -> Request:
        """A request about one of the classes: most of its parts are met, with `inside` all of them if luck allows."""
        number = self.random.randrange(len(self.classes))
        near = self.classes[number]
        if self.actions[number] and (inside or self.random.random() < 0.9):
            action = self.random.choice(self.actions[number])
        else:
            action = self._any_action()
        request = Request(Anonymous(), action, "*", _OWN)
        for _ in range(_TRIES if inside else 1):
            caller, context = self._caller(near, action)
            request = replace(request, caller=caller, context=context)
            if is_by_caller(near, self.values, request):
                break
        for _ in range(_TRIES if inside else 1):
            request = replace(request, resource=self._resource(near, action))
            if is_on_resource(near.get("resource", "self"), self.rule, self.values, request):
                break
        keys = {key: spec for one in self.classes for key, spec in one.get("context", {}).items()}
        stated = near.get("context", {})
        for key, elsewhere in keys.items():
            if key.lower() not in _OF_CALLER and self._carries(action, key):
                tries = _TRIES if inside and key in stated else 1
                request = self._with_key(request, key, stated.get(key, elsewhere), tries)
        return request

    def _carries(self, action: str, key: str) -> bool:
        if (action, key) not in self.carried:
            self.carried[action, key] = self.catalog.key_usable_with(key, action)
        return self.carried[action, key]

    # --- parts -----------------------------------------------------------------------------------------------------

    def texts(self, written: Any) -> list[str]:
        found: list[str] = []
        for item in [written] if isinstance(written, str) else written:
            value = self.values[item[1:]] if str(item).startswith("$") else item
            found += [value] if isinstance(value, str) else [str(one) for one in value]
        return found

    def _actions(self, one: Mapping[str, Any]) -> list[str]:
        bits = 0
        but = self.texts(one.get("not_action", []))
        for pattern in (*self.texts(one["action"]), *but):
            bits |= self.catalog.actions_matching(pattern)
        bits &= self.catalog.listed
        if self.is_rcp:
            types = [self.rule["select"]] if isinstance(self.rule["select"], str) else self.rule["select"]
            bound = 0
            for type_ in types:
                if type_ in IN_TYPE:
                    bound |= self.catalog.actions_matching(f"{IN_TYPE[type_][0]}:*")
            for action in self.catalog.rcp_exempt_actions:
                bound = self.catalog.difference(bound, self.catalog.single(action))
            bits &= bound
        names = self.catalog.names(bits)
        return self.random.sample(names, min(len(names), 60)) + [name for name in names if name in but]

    def _any_action(self) -> str:
        return self.random.choice(
            ("s3:GetObject", "lambda:GetFunction", "ec2:DescribeInstances", "sqs:SendMessage")
        )

    def _resource(self, near: Mapping[str, Any], action: str) -> str:
        formats = self._formats(action)
        if not formats:
            # The action is about no resource, or about all buckets, as the guide's own example grants it.
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_s3_home-directory-console.html
            return "arn:aws:s3:::*" if action.lower() == "s3:listallmybuckets" else "*"
        asked = near.get("resource", "self")
        patterns: list[str] = []
        if asked != "self":
            patterns += self.texts(asked.get("pattern", "*") if isinstance(asked, Mapping) else asked)
        if isinstance(asked, Mapping):
            patterns += self.texts(asked["other_than"])
        return self._from_pattern(self.random.choice([*patterns, *formats]))

    def _formats(self, action: str) -> list[str]:
        if action not in self.formats:
            known = self.catalog.action(action)
            names = [] if known is None else [used.name for used in known.resource_types]
            service = action.partition(":")[0]
            types = [self.catalog.resource_type(service, name) for name in names]
            self.formats[action] = [_filled(arn) for one in types if one is not None for arn in one.arns]
        return self.formats[action]

    def _from_pattern(self, pattern: str) -> str:
        """A text of the pattern, and at times one that just misses it."""
        random = self.random
        text = pattern.replace("*", random.choice(("", "x", "a-b", "x/y"))).replace("?", random.choice("ab1"))
        if random.random() < 0.15:
            text = random.choice((text + "z", text[:-1], _swapped(text)))
        return text or "x"

    def _with_key(self, request: Request, key: str, spec: Mapping[str, Any], tries: int) -> Request:
        for _ in range(tries):
            value = self._key_value(key, spec)
            context = {name: found for name, found in request.context.items() if name != key.lower()}
            if value is not None:
                context[key.lower()] = value
            request = replace(request, context=context)
            if has_key(key, spec, self.values, request, self.types[key.lower()]):
                break
        return request

    def _key_value(self, key: str, spec: Mapping[str, Any]) -> ContextValue | None:
        random = self.random
        if random.random() < 0.25 and key.lower() not in _ALWAYS_THERE:
            return None
        known = self.catalog.condition_key(key)
        kind = self.types[key.lower()]
        if known is not None and known.multivalued:
            count = random.choice((0, 1, 1, 2, 3))
            return tuple(self._single(kind, spec) for _ in range(count))
        return self._single(kind, spec)

    def _single(self, kind: str, spec: Mapping[str, Any]) -> str:
        random = self.random
        if kind == "Bool":
            return random.choice(("true", "false"))
        if kind == "IPAddress":
            return self._address(
                [text for word in ("inside", "outside") for text in self.texts(spec.get(word, []))]
            )
        if kind == "Numeric":
            bounds = [spec[word] for word in ("less_than", "greater_than") if word in spec] or [1]
            bound = random.choice([self.values[b[1:]] if isinstance(b, str) else b for b in bounds])
            step = random.choice((-1, 0, 1, -0.25, 0.25))
            return str(bound + step) if step else str(bound)
        words = ("one_of", "none_of", "some_of", "some_other_than")
        patterns = [text for word in words for text in self.texts(spec.get(word, []))]
        if not patterns or random.random() < 0.3:
            return "arn:aws:s3:::x" if kind == "ARN" else random.choice(_WORDS)
        text = self._from_pattern(random.choice(patterns))
        is_arn = text.count(":") >= 5 and text.startswith("arn:")
        return text if is_arn or kind != "ARN" else "arn:aws:s3:::x"

    def _address(self, ranges: Sequence[str]) -> str:
        random = self.random
        if not ranges or random.random() < 0.3:
            return random.choice(("203.0.113.9", "10.1.2.3", "2001:db8::9", "198.51.100.7"))
        network = ipaddress.ip_network(random.choice(ranges), strict=False)
        first, last = int(network.network_address), int(network.broadcast_address)
        number = random.choice((first, last, first - 1, last + 1, random.randint(first, last)))
        number = min(max(number, 0), 2**network.max_prefixlen - 1)
        kind = ipaddress.IPv4Address if network.version == 4 else ipaddress.IPv6Address
        return str(kind(number))

    # --- callers -----------------------------------------------------------------------------------------------------

    def _caller(self, near: Mapping[str, Any], action: str) -> tuple[Caller, dict[str, ContextValue]]:
        random = self.random
        if not self.is_rcp:
            return self._principal(_OWN, random.choice(("o-own0000000", "o-own0000000", None)), near)
        kind = random.choice(("principal", "principal", "anonymous", "service", "service"))
        if action.lower().startswith("sts:assumerolewith") and random.random() < 0.2:
            kind = "federated"
        orgs = [*self.values.get("trusted_orgs", ()), "o-other00000", None]
        accounts = [*self.values.get("trusted_accounts", ()), _OTHER, _OWN]
        if isinstance(near["caller"], Mapping):
            accounts += self.texts(near["caller"].get("account", []))
        match kind:
            case "principal":
                return self._principal(random.choice(accounts), random.choice(orgs), near)
            case "anonymous":
                return Anonymous(), {"aws:principalaccount": "anonymous", "aws:principaltype": "Anonymous"}
            case "federated":
                provider = "arn:aws:iam::111122223333:oidc-provider/token.example.com"
                return FederatedIdentity(provider), {"aws:federatedprovider": provider}
            case _:
                spec = near.get("context", {}).get("aws:PrincipalServiceName", {})
                named = [text for word in ("one_of", "none_of") for text in self.texts(spec.get(word, []))]
                name = random.choice(("sns.amazonaws.com", "lambda.amazonaws.com", *named))
                context: dict[str, ContextValue] = {
                    "aws:principalisawsservice": "true",
                    "aws:principalservicename": name,
                    "aws:principalservicenameslist": (name,),
                }
                if random.random() < 0.8:
                    context["aws:sourceaccount"] = random.choice(accounts)
                    org = random.choice(orgs)
                    if org is not None:
                        context["aws:sourceorgid"] = org
                return AwsService(name), context

    def _principal(
        self, account: str, org: str | None, near: Mapping[str, Any]
    ) -> tuple[Caller, dict[str, ContextValue]]:
        random = self.random
        arns = [f"arn:aws:iam::{account}:{name}" for name in ("role/x", "role/a/b/x", "user/x", "root")]
        for pattern in (*self.exempt, *self._named_principals(near)):
            filled = self._from_pattern(pattern.replace("::*:", f"::{account}:").replace("arn:*", "arn:aws"))
            if filled.startswith("arn:aws:iam::") and filled.count(":") == 5:
                arns += [filled] * 3
        arn = random.choice(arns)
        owner, name = arn.split(":")[4], arn.split(":", 5)[5]
        if name == "root":
            caller: Caller = RootUser(owner)
        elif name.startswith("user/"):
            caller = User(owner, name.removeprefix("user/"))
        else:
            caller = Role(owner, name.removeprefix("role/"))
        context: dict[str, ContextValue] = {
            "aws:principalarn": arn,
            "aws:principalaccount": owner,
            "aws:principalisawsservice": "false",
        }
        if org is not None:
            context["aws:principalorgid"] = org
        return caller, context

    def _named_principals(self, near: Mapping[str, Any]) -> list[str]:
        spec = near.get("context", {}).get("aws:PrincipalArn", {})
        return [text for word in ("one_of", "none_of") for text in self.texts(spec.get(word, []))]


_ALWAYS_THERE = frozenset(("aws:requestedregion", "aws:viaawsservice", "aws:securetransport"))
_OF_CALLER = frozenset(
    (
        "aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalisawsservice", "aws:sourceaccount",
        "aws:sourceorgid", "aws:principalservicename", "aws:principalservicenameslist", "aws:federatedprovider",
    )
)  # fmt: skip
"""Keys that hang together with the caller."""


def _swapped(text: str) -> str:
    """The text with the case of its last letters changed."""
    return f"{text[:-2]}{text[-2:].swapcase()}"


def _filled(arn: str) -> str:
    values = {"${Partition}": "aws", "${Region}": "eu-west-1", "${Account}": _OWN}
    for name, value in values.items():
        arn = arn.replace(name, value)
    while "${" in arn:
        start = arn.index("${")
        arn = f"{arn[:start]}x{arn[arn.index('}', start) + 1 :]}"
    return arn
