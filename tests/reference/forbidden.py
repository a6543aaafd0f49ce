"""Is a request one that a guardrail has to deny? Read plainly from the rule file: no classes, no operators, no statements."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.reference.wildcard import matches
from wa_policy.catalog.model import Catalog
from wa_policy.iam.principal import Anonymous, AwsService, FederatedIdentity
from wa_policy.iam.request import Request

Values = Mapping[str, Any]
Types = Mapping[str, str]
"""By folded key: `String`, `ARN`, `Bool`, …"""

# What lies in a resource of a type, and the service whose actions reach it through a resource control policy.
IN_TYPE = {
    "AWS::IAM::Role": ("sts", "arn:aws:iam::*:role/*"),
    "AWS::KMS::Key": ("kms", "arn:aws:kms:*:*:key/*"),
    "AWS::S3::Bucket": ("s3", "arn:aws:s3:::*"),
    "AWS::SQS::Queue": ("sqs", "arn:aws:sqs:*:*:*"),
    "AWS::SecretsManager::Secret": ("secretsmanager", "arn:aws:secretsmanager:*:*:secret:*"),
}


def is_forbidden(rule: Mapping[str, Any], values: Values, request: Request, types: Types) -> bool:
    """True iff the rule forbids the request and a policy of the rule's kind binds it. `values` are of all parameters."""
    forbid = rule["forbid"]
    if _has(request, "aws:PrincipalArn") and any(
        _like_arn(pattern, _value(request, "aws:PrincipalArn"))
        for pattern in _list(forbid.get("exempt", []), values)
    ):
        return False
    return any(_in_class(one, rule, values, request, types) for one in forbid.get("any_of", [forbid]))


def types_of(rule: Mapping[str, Any], catalog: Catalog) -> dict[str, str]:
    """The type of each key that the rule names."""
    forbid = rule["forbid"]
    keys = {key for one in forbid.get("any_of", [forbid]) for key in one.get("context", {})}
    known = {key: catalog.condition_key(key) for key in sorted(keys)}
    return {key.lower(): found.types[0].value for key, found in known.items() if found is not None}


def _in_class(
    one: Mapping[str, Any], rule: Mapping[str, Any], values: Values, request: Request, types: Types
) -> bool:
    action = request.action
    if not any(matches(p, action, ignore_case=True) for p in _list(one["action"], values)):
        return False
    if any(matches(p, action, ignore_case=True) for p in _list(one.get("not_action", []), values)):
        return False
    if not is_on_resource(one.get("resource", "self"), rule, values, request):
        return False
    if not is_by_caller(one, values, request):
        return False
    return all(
        has_key(key, spec, values, request, types.get(key.lower(), "String"))
        for key, spec in one.get("context", {}).items()
    )


def is_on_resource(resource: Any, rule: Mapping[str, Any], values: Values, request: Request) -> bool:
    if resource == "self" and rule["guardrail"] == "scp":
        return True
    if resource == "self":
        service = request.action.partition(":")[0].lower()
        types = [rule["select"]] if isinstance(rule["select"], str) else rule["select"]
        return any(
            service == IN_TYPE[type_][0] and matches(IN_TYPE[type_][1], request.resource)
            for type_ in types
            if type_ in IN_TYPE
        )
    if isinstance(resource, Mapping):
        wanted, but = resource.get("pattern", "*"), _list(resource["other_than"], values)
    else:
        wanted, but = resource, []
    return any(matches(p, request.resource) for p in _list(wanted, values)) and not any(
        matches(p, request.resource) for p in but
    )


def is_by_caller(one: Mapping[str, Any], values: Values, request: Request) -> bool:
    caller, spec = request.caller, one["caller"]
    has_no_account = isinstance(caller, Anonymous | AwsService | FederatedIdentity)
    orgs, accounts = values.get("trusted_orgs", ()), values.get("trusted_accounts", ())
    if spec == "self":
        return not has_no_account
    if spec == "anonymous":
        return isinstance(caller, Anonymous)
    if spec == "everyone":
        if isinstance(caller, Anonymous):
            return bool(one["policies"] != "trust")
        return (
            not has_no_account
            and not (_has(request, "aws:PrincipalOrgID") and _value(request, "aws:PrincipalOrgID") in orgs)
            and _value(request, "aws:PrincipalAccount") not in accounts
        )
    if "account" in spec:
        return not has_no_account and _value(request, "aws:PrincipalAccount") in _list(
            spec["account"], values
        )
    if "service" in spec:
        if not isinstance(caller, AwsService) or not _has(request, "aws:SourceAccount"):
            return False
        names = request.context.get("aws:principalservicenameslist", ())
        return (
            (spec["service"] == "*" or spec["service"] in names)
            and _value(request, "aws:SourceAccount") not in accounts
            and not (_has(request, "aws:SourceOrgID") and _value(request, "aws:SourceOrgID") in orgs)
        )
    return isinstance(caller, FederatedIdentity) and _value(request, "aws:FederatedProvider") in _list(
        spec["federated"], values
    )


def has_key(key: str, spec: Mapping[str, Any], values: Values, request: Request, kind: str) -> bool:
    found = request.context.get(key.lower())
    if found is None or found == ():
        return spec.get("absent") is not False
    if spec.get("absent") is True:
        return False
    given: Sequence[str] = (found,) if isinstance(found, str) else found
    fold = bool(spec.get("ignore_case"))

    def fits(value: str, patterns: Sequence[str]) -> bool:
        if kind == "ARN":
            return any(_like_arn(pattern, value) for pattern in patterns)
        if kind == "Bool" or fold:
            return any(pattern.lower() == value.lower() for pattern in patterns)
        return any(matches(pattern, value) for pattern in patterns)

    def listed(word: str) -> Sequence[str]:
        return _list(spec.get(word, []), values)

    tests: dict[str, Callable[[], bool]] = {
        "one_of": lambda: all(fits(value, listed("one_of")) for value in given),
        "none_of": lambda: not any(fits(value, listed("none_of")) for value in given),
        "some_of": lambda: any(fits(value, listed("some_of")) for value in given),
        "some_other_than": lambda: any(not fits(value, listed("some_other_than")) for value in given),
        "inside": lambda: _in_ranges(given[0], listed("inside")),
        "outside": lambda: not _in_ranges(given[0], listed("outside")),
        "less_than": lambda: Decimal(given[0]) < Decimal(str(_one(spec["less_than"], values))),
        "greater_than": lambda: Decimal(given[0]) > Decimal(str(_one(spec["greater_than"], values))),
    }
    return all(test() for word, test in tests.items() if word in spec)


def _in_ranges(address: str, ranges: Sequence[str]) -> bool:
    return any(
        ipaddress.ip_address(address) in ipaddress.ip_network(one, strict=False)
        for one in ranges
        if ipaddress.ip_network(one, strict=False).version == ipaddress.ip_address(address).version
    )


def _like_arn(pattern: str, value: str) -> bool:
    """Six parts, each by itself."""
    wanted, found = pattern.split(":", 5), value.split(":", 5)
    return len(wanted) == len(found) == 6 and all(matches(w, f) for w, f in zip(wanted, found, strict=True))


def _has(request: Request, key: str) -> bool:
    return key.lower() in request.context


def _value(request: Request, key: str) -> str:
    found = request.context.get(key.lower(), "")
    assert isinstance(found, str)
    return found


def _one(written: Any, values: Values) -> Any:
    return values[written[1:]] if isinstance(written, str) and written.startswith("$") else written


def _list(written: Any, values: Values) -> list[str]:
    """The texts of a list in a rule file, with the values of the names in it."""
    texts: list[str] = []
    for item in [written] if isinstance(written, str) else written:
        found = _one(item, values)
        texts += [found] if isinstance(found, str) else list(found)
    return texts
