"""Requests with their policies in the neutral form, one JSON object each: the input of `wa-policy simulate`.

`docs/simulate.md` describes the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.errors import LoadError, Problem
from wa_policy.evaluator.applied import AppliedPolicies, Level
from wa_policy.evaluator.situations import ApiAuthorizer, KmsGrant, ResourceFacts
from wa_policy.iam.describe import describe
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, PolicyKind
from wa_policy.iam.principal import Anonymous, Caller, parse_caller
from wa_policy.iam.request import Request, make_context
from wa_policy.iam.source import Source


@dataclass(frozen=True, slots=True)
class NeutralCase:
    """A request with all that applies to it."""

    id: str
    request: Request
    applied: AppliedPolicies
    facts: ResourceFacts
    problems: tuple[Problem, ...]


class _Case:
    """Reads one case; the first thing that makes it unusable raises `LoadError`, what is odd in a policy is a problem."""

    def __init__(self, raw: Mapping[str, Any], source: Source) -> None:
        self.raw = raw
        self.source = source
        self.problems: list[Problem] = []

    def fail(self, source: Source, code: str, message: str) -> LoadError:
        return LoadError(message, (source.problem(code, message),))

    def member(self, name: str, kind: type | tuple[type, ...], expected: str) -> Any:
        value = self.raw.get(name)
        if value is not None and not isinstance(value, kind):
            raise self.fail(
                self.source.at(name), f"{name}-type", f"`{name}` is {describe(value)}, expected {expected}"
            )
        return value

    def policy(self, raw: object, source: Source, kind: PolicyKind) -> Policy:
        if isinstance(raw, dict) and "policy" in raw and "Statement" not in raw:
            raw, source = raw["policy"], source.at("policy")
        policy, problems = parse_policy(raw, source, kind)
        self.problems += problems
        return policy

    def policies(self, name: str, kind: PolicyKind) -> tuple[Policy, ...] | None:
        raw = self.member(name, list, "a list of policies")
        if raw is None:
            return None
        place = self.source.at(name)
        return tuple(self.policy(item, place.at(index), kind) for index, item in enumerate(raw))

    def levels(self, name: str, kind: PolicyKind) -> tuple[Level, ...] | None:
        raw = self.member(name, list, "a list of levels, the root first")
        if raw is None:
            return None
        levels: list[Level] = []
        for index, level in enumerate(raw):
            place = self.source.at(name, index)
            if not isinstance(level, dict) or not isinstance(level.get("policies"), list):
                raise self.fail(
                    place, "level-type", f"`{name}` has {describe(level)}, expected an object with `policies`"
                )
            policies = tuple(
                self.policy(item, place.at("policies", number), kind)
                for number, item in enumerate(level["policies"])
            )
            levels.append(Level(str(level.get("orgIdentifier", index)), policies))
        return tuple(levels)


def read_case(raw: object, source: Source) -> NeutralCase:
    """The case that a JSON value holds. Raises LoadError with the place where it is unusable."""
    if not isinstance(raw, dict):
        message = f"found {describe(raw)}, expected a case: an object with `request`"
        raise LoadError(message, (source.problem("case-type", message),))
    case = _Case(raw, source)
    request = _request(case)
    session = case.raw.get("sessionPolicy")
    resource = case.raw.get("resourcePolicy")
    applied = AppliedPolicies(
        identity=case.policies("identityPolicies", PolicyKind.IDENTITY) or (),
        permissions_boundary=case.policies("permissionBoundaries", PolicyKind.PERMISSIONS_BOUNDARY) or None,
        session=None
        if session is None
        else (case.policy(session, source.at("sessionPolicy"), PolicyKind.SESSION),),
        resource=None
        if resource is None
        else case.policy(resource, source.at("resourcePolicy"), _resource_kind(request)),
        vpc_endpoint=case.policies("vpcEndpointPolicies", PolicyKind.VPC_ENDPOINT) or None,
        service_control=case.levels("scps", PolicyKind.SERVICE_CONTROL) or None,
        resource_control=case.levels("rcps", PolicyKind.RESOURCE_CONTROL) or None,
    )
    return NeutralCase(str(raw.get("id", "")), request, applied, _facts(case), tuple(case.problems))


def _resource_kind(request: Request) -> PolicyKind:
    return PolicyKind.TRUST if request.action.lower().startswith("sts:") else PolicyKind.RESOURCE


def _request(case: _Case) -> Request:
    raw = case.member("request", dict, "an object with `principal`, `action` and `resource`")
    place = case.source.at("request")
    if raw is None:
        raise case.fail(
            case.source,
            "request-missing",
            "found no `request`, expected an object with `principal`, `action` and `resource`",
        )
    action = raw.get("action")
    if not isinstance(action, str) or ":" not in action:
        raise case.fail(
            place.at("action"), "action", f"the action is {describe(action)}, expected `service:Action`"
        )
    resource = raw.get("resource")
    account = None
    if isinstance(resource, dict):
        account = resource.get("accountId")
        resource = resource.get("resource")
    if not isinstance(resource, str):
        raise case.fail(
            place.at("resource"), "resource", f"the resource is {describe(resource)}, expected an ARN or `*`"
        )
    if account is not None and not isinstance(account, str):
        raise case.fail(
            place.at("resource", "accountId"),
            "account",
            f"the account is {describe(account)}, expected a string of twelve digits",
        )
    context = raw.get("context") or {}
    if not isinstance(context, dict):
        raise case.fail(
            place.at("context"),
            "context",
            f"the context is {describe(context)}, expected an object of condition keys",
        )
    for key, value in context.items():
        if isinstance(value, str):
            continue
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str | int | float) for item in items):
            raise case.fail(
                place.at("context", key),
                "context-value",
                f"the value of `{key}` is {describe(value)}, expected a string or a list of strings",
            )
    return Request(
        _caller(case, raw.get("principal"), place), action, resource, account, make_context(context)
    )


def _caller(case: _Case, raw: object, place: Source) -> Caller:
    if isinstance(raw, dict):
        if raw.get("type") == "Anonymous":
            return Anonymous()
        raw = raw.get("arn") or raw.get("service") or raw.get("provider")
    caller = parse_caller(raw) if isinstance(raw, str) else None
    if caller is None:
        raise case.fail(
            place.at("principal"),
            "principal",
            f'the principal is {describe(raw)}, expected the ARN of a root user, user, role or session, a service, a provider, or {{"type": "Anonymous"}}',
        )
    return caller


def _facts(case: _Case) -> ResourceFacts:
    settings = case.member("settings", dict, "an object") or {}
    place = case.source.at("settings")
    authorizer = settings.get("apiAuthorizer")
    if authorizer is not None and authorizer not in tuple(ApiAuthorizer):
        expected = ", ".join(f"`{known}`" for known in ApiAuthorizer)
        raise case.fail(
            place.at("apiAuthorizer"),
            "api-authorizer",
            f"found {describe(authorizer)}, expected one of {expected}",
        )
    s3 = settings.get("s3") or {}
    grants = settings.get("kmsGrants") or []
    if not isinstance(s3, dict) or not isinstance(grants, list):
        raise case.fail(place, "settings-type", "`s3` must be an object and `kmsGrants` a list")
    kms_grants: list[KmsGrant] = []
    for index, grant in enumerate(grants):
        match grant:
            case {"granteePrincipal": str() as grantee, "operations": list() as operations}:
                kms_grants.append(KmsGrant(grantee, tuple(str(operation) for operation in operations)))
            case _:
                raise case.fail(
                    place.at("kmsGrants", index),
                    "kms-grant",
                    f"found {describe(grant)}, expected `granteePrincipal` and `operations`",
                )
    return ResourceFacts(
        None if authorizer is None else ApiAuthorizer(authorizer),
        tuple(kms_grants),
        s3.get("bucketAbacEnabled"),
        bool(s3.get("blockPublicAccess", False)),
    )
