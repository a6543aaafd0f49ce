"""From a rule to the classes of forbidden requests that its kind of control policy can bind.

What such a policy never binds is no part of any class: the management account and service-linked roles for both kinds,
service principals and callers of other organizations for a service control policy.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from wa_policy.catalog.model import Catalog
from wa_policy.guardrails.model import Calling, CannotBind, ForbiddenClass, NeedsParameters
from wa_policy.iam.pattern import glob, matches
from wa_policy.rules.bindings import ITEM, names_of_forbid, substitute
from wa_policy.rules.callers import ANY_SERVICE
from wa_policy.rules.model import (
    AllOf,
    AllowedTest,
    GuardrailKind,
    ParameterTest,
    PartsTest,
    PredicateTest,
    PropertyTest,
    RelatedCount,
    RelatedTest,
    Rule,
    Test,
    TurnedTest,
)
from wa_policy.rules.request_class import (
    LISTS,
    MUST_HAVE,
    AccountCaller,
    CallerSpec,
    CallerWord,
    FederatedCaller,
    Forbid,
    KeySpec,
    Mode,
    Policies,
    RequestClass,
    ServiceCaller,
    exemption,
)
from wa_policy.rules.vocabulary import selected_types
from wa_policy.settings import ParameterValue

Values = Mapping[str, ParameterValue]
Context = tuple[tuple[str, KeySpec], ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """The classes that a policy of the kind can bind; `limits` says which forbidden requests it cannot."""

    kind: GuardrailKind
    classes: tuple[ForbiddenClass, ...]
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kind:
    """The resources of a type, as the resource control policy of its service sees them."""

    service: str
    arns: tuple[str, ...]


_RESOURCES: Mapping[str, _Kind] = {
    "AWS::ApiGateway::RestApi": _Kind("execute-api", ("arn:aws:execute-api:*:*:*",)),
    "AWS::IAM::Role": _Kind("sts", ("arn:aws:iam::*:role/*",)),
    "AWS::KMS::Key": _Kind("kms", ("arn:aws:kms:*:*:key/*",)),
    "AWS::Lambda::Function": _Kind("lambda", ("arn:aws:lambda:*:*:function:*",)),
    "AWS::S3::Bucket": _Kind("s3", ("arn:aws:s3:::*",)),
    "AWS::SNS::Topic": _Kind("sns", ("arn:aws:sns:*:*:*",)),
    "AWS::SQS::Queue": _Kind("sqs", ("arn:aws:sqs:*:*:*",)),
    "AWS::SecretsManager::Secret": _Kind("secretsmanager", ("arn:aws:secretsmanager:*:*:secret:*",)),
}

_OWN_ORGANIZATION = "trusted_orgs"
_OWN_ACCOUNTS = "trusted_accounts"


def bind(rule: Rule, values: Values, catalog: Catalog) -> Bound | CannotBind | NeedsParameters:
    """The classes of the rule with these parameter values, or why there are none."""
    check = rule.check
    if not isinstance(check, Forbid):
        return _cannot(rule, "the rule is not about requests, so there is none to deny")
    kind = rule.guardrail or _natural(check)
    reason = _reason(rule, check, kind)
    if reason:
        return _cannot(rule, reason)
    missing = tuple(dict.fromkeys(_missing(rule, check, kind, values)))
    if missing:
        return NeedsParameters(rule.id, rule.title, kind, missing)
    asked = substitute(check, values)
    if asked is None:
        return _cannot(rule, "no request is left in its classes")
    classes: list[ForbiddenClass] = []
    limits: list[str] = []
    for one in asked.classes:
        classes += _of_class(one, asked.exempt, rule, values, catalog, kind=kind, limits=limits)
    if not classes:
        return _cannot(rule, "; ".join(dict.fromkeys(limits)))
    if rule.guardrail is None:
        return _cannot(rule, "the rule names no guardrail")
    return Bound(kind, tuple(dict.fromkeys(classes)), tuple(dict.fromkeys(limits)))


def _cannot(rule: Rule, reason: str) -> CannotBind:
    return CannotBind(rule.id, reason, rule.prevented_by)


def _natural(check: Forbid) -> GuardrailKind:
    is_own = all(one.caller is CallerWord.SELF for one in check.classes)
    return GuardrailKind.SCP if is_own else GuardrailKind.RCP


# --- what no control policy can tell ---------------------------------------------------------------------------------


def _reason(rule: Rule, check: Forbid, kind: GuardrailKind) -> str:
    """Why a policy of the kind cannot denote the requests, empty if it may."""
    if check.mode is Mode.ALL:
        return "each of its requests may be allowed, only all of them together may not; a Deny stops each"
    item = next((name for name in names_of_forbid(check) if name.startswith(ITEM)), None)
    if item is not None:
        return f"its requests depend on `${item}` of each subject, which a control policy does not see"
    suitable = {
        GuardrailKind.SCP: (Policies.EFFECTIVE,),
        GuardrailKind.RCP: (Policies.RESOURCE, Policies.TRUST),
    }[kind]
    for one in check.classes:
        if one.policies not in suitable:
            words = "service control" if kind is GuardrailKind.SCP else "resource control"
            return f"it asks about the `{one.policies}` policies alone, apart from {words} policies"
    test = None if rule.when is None else _unseen(rule.when, check)
    return "" if test is None else f"it is about subjects where {test}, which a control policy does not see"


_RELEVANT = ("is_service_linked", "is_granted_any")
"""Predicates that leave out subjects of which no forbidden request could be bound, or be allowed at all."""

_SESSION_KEYS: Mapping[str, str] = {
    "ec2.amazonaws.com": "ec2:RoleDelivery",
    "lambda.amazonaws.com": "lambda:SourceFunctionArn",
}
"""Keys that travel with the sessions of a service alone: only a role that trusts the service sends them."""


def _unseen(test: Test, check: Forbid) -> str | None:
    """The first part of `when` that narrows the requests by what only an inventory shows."""
    match test:
        case ParameterTest():
            return None
        case PredicateTest(name="trusts_service", arguments=arguments):
            key = _SESSION_KEYS.get(str(arguments["service"]))
            is_said = all(
                any(name == key and spec.absent is False for name, spec in one.context)
                for one in check.classes
            )
            return None if is_said else "`trusts_service` holds"
        case PredicateTest(name=name):
            return None if name in _RELEVANT else f"`{name}` holds"
        case RelatedTest(relation=name) | RelatedCount(relation=name):
            return f"the relation `{name}` is as it asks"
        case TurnedTest() | AllowedTest():
            return "what it asks of the inventory holds"
        case PropertyTest(path=path) | PartsTest(path=path):
            return None if path == ("WaPolicy::Policy",) else f"`{'.'.join(path)}` is as it asks"
        case _:
            return next((found for one in test.tests if (found := _unseen(one, check)) is not None), None)


# --- parameters that are needed --------------------------------------------------------------------------------------


def _missing(rule: Rule, check: Forbid, kind: GuardrailKind, values: Values) -> Iterator[str]:
    """The names of parameters that are empty and without which there is no class, or one of everybody."""
    if rule.when is not None:
        yield from _unmet(rule.when, values)
    for one in check.classes:
        if (
            kind is GuardrailKind.RCP
            and _is_about_outsiders(one.caller)
            and not values.get(_OWN_ORGANIZATION)
        ):
            yield _OWN_ORGANIZATION
    if substitute(check, values) is None:
        for one in check.classes:
            yield from _empty(one, values)


def _unmet(test: Test, values: Values) -> Iterator[str]:
    match test:
        case ParameterTest(name=name, empty=False) if not values.get(name):
            yield name
        case AllOf(tests=tests):
            for one in tests:
                yield from _unmet(one, values)
        case _:
            pass


def _empty(one: RequestClass, values: Values) -> Iterator[str]:
    lists: list[Iterable[str]] = [one.actions, one.resource.patterns]
    lists += [getattr(spec, word) for _, spec in one.context for word in LISTS if word in MUST_HAVE]
    for texts in lists:
        for text in texts:
            if text.startswith("$") and not values.get(text[1:]):
                yield text[1:]


def _is_about_outsiders(caller: CallerSpec) -> bool:
    return caller is CallerWord.EVERYONE or isinstance(caller, ServiceCaller)


# --- classes ---------------------------------------------------------------------------------------------------------


def _of_class(
    one: RequestClass,
    exempt: tuple[str, ...],
    rule: Rule,
    values: Values,
    catalog: Catalog,
    *,
    kind: GuardrailKind,
    limits: list[str],
) -> Iterator[ForbiddenClass]:
    callers, about_caller = _callers(one, values)
    told = any(key == "aws:SourceAccount" and spec.absent is False for key, spec in one.context)
    if Calling.SERVICE in callers and not told:
        limits.append(
            "a service that does not send `aws:SourceAccount` is not bound: nothing tells for whom it acts"
        )
    context = tuple(dict.fromkeys((*one.context, *about_caller, *exemption(exempt))))
    if kind is GuardrailKind.SCP:
        resources = one.resource.patterns or ("*",)
        yield ForbiddenClass(
            callers, one.actions, one.not_actions, resources, one.resource.other_than, context
        )
        return
    if one.resource.patterns:
        kinds = [_Kind(service, one.resource.patterns) for service in _services(one.actions, catalog, limits)]
    else:
        kinds = list(_kinds(rule, catalog, limits))
    by_arns: dict[tuple[str, ...], list[str]] = {}
    for found in kinds:
        actions = by_arns.setdefault(found.arns, [])
        actions += [a for p in one.actions if (a := _of_service(p, found.service)) and a not in actions]
    for arns, actions in by_arns.items():
        if actions:
            yield ForbiddenClass(
                callers, tuple(actions), one.not_actions, arns, one.resource.other_than, context
            )


def _kinds(rule: Rule, catalog: Catalog, limits: list[str]) -> Iterator[_Kind]:
    for type_ in selected_types(rule.select):
        found = _RESOURCES.get(type_)
        if found is None:
            limits.append(f"`{type_}` has no resource policy that a resource control policy stands before")
        elif not catalog.supports_resource_control_policies(found.service):
            limits.append(f"resource control policies do not bind `{found.service}`")
        else:
            yield found


def _services(patterns: Iterable[str], catalog: Catalog, limits: list[str]) -> Iterator[str]:
    """The services of the patterns that take resource control policies."""
    for pattern in patterns:
        prefix = glob(pattern.partition(":")[0].lower())
        found = [service for service in catalog.services() if matches(prefix, service)]
        bound = [service for service in found if catalog.supports_resource_control_policies(service)]
        if not bound:
            limits.append(f"resource control policies do not bind `{pattern}`")
        yield from bound


def _of_service(pattern: str, service: str) -> str | None:
    """The pattern for actions of this service only, None where it has none of them."""
    prefix, _, name = pattern.partition(":")
    return f"{service}:{name or '*'}" if matches(glob(prefix.lower()), service) else None


def _callers(one: RequestClass, values: Values) -> tuple[tuple[Calling, ...], Context]:
    """Who calls, and what is said of the keys that tell it."""
    orgs, accounts = _texts(values, _OWN_ORGANIZATION), _texts(values, _OWN_ACCOUNTS)
    match one.caller:
        case CallerWord.SELF:
            return (Calling.PRINCIPAL,), ()
        case CallerWord.ANONYMOUS:
            return (Calling.ANONYMOUS,), ()
        case CallerWord.EVERYONE:
            # A caller without credentials has no part in a role's trust policy.
            signed = one.policies is Policies.TRUST
            callers = (Calling.PRINCIPAL,) if signed else (Calling.PRINCIPAL, Calling.ANONYMOUS)
            return callers, (
                ("aws:PrincipalOrgID", KeySpec(none_of=orgs)),
                *((("aws:PrincipalAccount", KeySpec(none_of=accounts)),) if accounts else ()),
            )
        case AccountCaller(account):
            return (Calling.PRINCIPAL,), (("aws:PrincipalAccount", KeySpec(absent=False, one_of=(account,))),)
        case ServiceCaller(service, account):
            # A service says for whom it acts by aws:SourceAccount; where it does not, nothing tells whose request it is.
            customer = (
                KeySpec(absent=False, none_of=accounts)
                if account is None
                else KeySpec(absent=False, one_of=(account,))
            )
            named = KeySpec(absent=False, some_of=(service,))
            return (Calling.SERVICE,), (
                ("aws:SourceAccount", customer),
                *((("aws:SourceOrgID", KeySpec(none_of=orgs)),) if account is None else ()),
                *((("aws:PrincipalServiceNamesList", named),) if service != ANY_SERVICE else ()),
            )
        case FederatedCaller(provider):
            return (Calling.FEDERATED,), (
                ("aws:FederatedProvider", KeySpec(absent=False, one_of=(provider,))),
            )
        case _:
            assert_never(one.caller)


def _texts(values: Values, name: str) -> tuple[str, ...]:
    found = values.get(name, ())
    return tuple(str(item) for item in found) if isinstance(found, tuple) else (str(found),)
