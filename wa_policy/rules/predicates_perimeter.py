"""Named predicates about what closes a resource to the outside: denials, public access blocks, network policies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from wa_policy.evaluator.truth import Truth, all_of, any_of
from wa_policy.findings import Verdict
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import POLICY_PROPERTY, NotExported, Present, PropertyValue
from wa_policy.rules.arguments import Values, number, texts
from wa_policy.rules.predicates_general import is_made_by_code
from wa_policy.rules.request_class import (
    AccountCaller,
    CallerSpec,
    CallerWord,
    Forbid,
    KeySpec,
    Policies,
    RequestClass,
)
from wa_policy.rules.subjects import ACCOUNT, Scope, Subject
from wa_policy.rules.views import parts_of, walk

# --- what is denied --------------------------------------------------------------------------------------------------


def denies_plaintext(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff no caller whatever can take one of the actions without TLS, whatever else allows it."""
    callers: list[CallerSpec] = [CallerWord.EVERYONE]
    if subject.account is not None:
        callers.append(AccountCaller(subject.account))
    context = (("aws:SecureTransport", KeySpec(absent=False, one_of=("false",))),)
    return _denies(subject, scope, callers, texts(arguments, "actions"), context)


def denies_outsiders(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff nobody outside of the organizations can take one of the actions, whatever else allows it."""
    context = (("aws:PrincipalIsAWSService", KeySpec(none_of=("true",))),)
    return _denies(subject, scope, [CallerWord.EVERYONE], texts(arguments, "actions"), context)


def _denies(
    subject: Subject,
    scope: Scope,
    callers: Sequence[CallerSpec],
    actions: tuple[str, ...],
    context: tuple[tuple[str, KeySpec], ...],
) -> Truth:
    from wa_policy.rules.forbid import judge

    open_ = _opened(subject)
    if isinstance(open_, Unknown):
        return open_
    service = subject.type.split("::")[1].lower()
    own = tuple(action for action in actions if action.partition(":")[0] == service)
    classes = tuple(RequestClass(Policies.RESOURCE, caller, own, context=context) for caller in callers)
    found = judge(Forbid(classes), open_, {}, scope)
    return found.reasons[0] if found.reasons else found.verdict is Verdict.PASS


def _opened(subject: Subject) -> Subject | Unknown:
    """The subject with a policy that allows everything that its own does not deny."""
    resource = subject.resource
    if resource is None:
        return Unknown(UnknownKind.NOT_EXPORTED, f"the resource policy of `{subject.id}`")
    allow, _ = parse_policy(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
        },
        Source("(assumed)"),
    )
    own = resource.policy()
    if isinstance(own, NotExported):
        return own.unknown
    found = (
        replace(own.policy, statements=(*own.policy.statements, *allow.statements))
        if isinstance(own, Present)
        else allow
    )
    opened = replace(resource, properties={**resource.properties, POLICY_PROPERTY: Present(found)})
    return replace(subject, resource=opened)


# --- Amazon S3 -------------------------------------------------------------------------------------------------------

_FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_BLOCK, _ACCOUNT_BLOCK = "PublicAccessBlockConfiguration", "S3PublicAccessBlock"


def blocks_public_access(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff each of the four settings is on for the bucket or for its account; a bucket that a template makes has all of them."""
    resource = subject.resource
    if resource is None:
        return Unknown(UnknownKind.NOT_EXPORTED, f"`{_BLOCK}` of `{subject.name}`")
    own = resource.property(_BLOCK)
    # Since April 2023 S3 turns all four on for a new bucket.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    if own is None and is_made_by_code(subject, scope, {}):
        return True
    account = _block_of_account(subject, scope)
    return all_of([any_of([_flag(own, flag), _flag(account, flag)]) for flag in _FLAGS])


def _block_of_account(subject: Subject, scope: Scope) -> PropertyValue:
    wanted = Unknown(
        UnknownKind.NOT_EXPORTED, f"s3control get-public-access-block of account `{subject.account}`"
    )
    for account in scope.inventory.of_type(ACCOUNT):
        if account.account == subject.account and subject.account is not None:
            return account.property(_ACCOUNT_BLOCK)
    return wanted


def _flag(block: PropertyValue, name: str) -> Truth:
    if isinstance(block, Unknown):
        return block
    value = block.get(name) if isinstance(block, Mapping) else None
    return value if isinstance(value, Unknown) else value is True


# --- Amazon SNS ------------------------------------------------------------------------------------------------------

_SUBSCRIPTION = "AWS::SNS::Subscription"
_MAIL = ("email", "email-json")


def delivers_safely(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff nothing is delivered by HTTP or to another endpoint than the trusted ones, nor can a stranger choose one."""
    trusted = texts(arguments, "trusted")
    resource = subject.resource
    if resource is None:
        return Unknown(UnknownKind.NOT_EXPORTED, f"`{subject.id}`")
    if subject.type == _SUBSCRIPTION:
        return _is_safe(resource.property("Protocol"), resource.property("Endpoint"), trusted)
    own = resource.property("Subscription")
    inline: list[Truth] = []
    # Those that are resources are subjects themselves.
    alone = [
        (one.property("Protocol"), one.property("Endpoint"))
        for one in scope.inventory.of_type(_SUBSCRIPTION)
        if one.property("TopicArn") == subject.id
    ]
    if isinstance(own, Unknown) and scope.inventory.was_listed(
        "sns.list-subscriptions", subject.account, subject.region
    ):
        own = None
    for one in parts_of(own):
        inner = walk(one.value, ("Protocol",)), walk(one.value, ("Endpoint",))
        if inner not in alone:
            inline.append(_is_safe(*inner, trusted))
    return all_of([*inline, _keeps_endpoints(subject, scope)])


def _is_safe(protocol: PropertyValue, endpoint: PropertyValue, trusted: tuple[str, ...]) -> Truth:
    if isinstance(protocol, Unknown):
        return protocol
    if protocol == "http":
        return False
    if protocol not in ("https", *_MAIL) or not trusted:
        return True
    if isinstance(endpoint, Unknown):
        return endpoint
    return any(matches(glob(pattern), str(endpoint)) for pattern in trusted)


def _keeps_endpoints(subject: Subject, scope: Scope) -> Truth:
    """True iff no stranger may subscribe an endpoint of its own choice to the topic."""
    from wa_policy.rules.forbid import judge

    chosen = ("https://endpoint.invalid/", "arn:aws:sqs:us-east-1:000000000001:queue")
    context = (("sns:Endpoint", KeySpec(absent=False, one_of=chosen)),)
    requests = RequestClass(Policies.RESOURCE, CallerWord.EVERYONE, ("sns:Subscribe",), context=context)
    found = judge(Forbid((requests,)), subject, {}, scope)
    return found.reasons[0] if found.reasons else found.verdict is Verdict.PASS


# --- Amazon OpenSearch Serverless ------------------------------------------------------------------------------------


def opens_network(subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff a rule of the network policy lets in the internet."""
    documents = _documents(subject)
    if isinstance(documents, Unknown):
        return documents
    return any(one.get("AllowFromPublic") is True for one in documents)


def opens_data(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff the data access policy has a wildcard as principal, all permissions for the role of a function, or all indexes for many."""
    documents = _documents(subject)
    if isinstance(documents, Unknown):
        return documents
    most = number(arguments, "max_admins")
    roles = [function.property("Role") for function in scope.inventory.of_type("AWS::Lambda::Function")]
    return any_of(_is_wide(one, roles, most) for one in documents)


def _is_wide(document: Mapping[str, Any], roles: Sequence[PropertyValue], most: float) -> Truth:
    principals = [str(one) for one in _list(document.get("Principal"))]
    if any("*" in one for one in principals):
        return True
    rules = [rule for rule in _list(document.get("Rules")) if isinstance(rule, Mapping)]
    is_of_function: Truth = False
    if any("aoss:*" in _list(rule.get("Permission")) for rule in rules):
        is_of_function = any_of(role if isinstance(role, Unknown) else role in principals for role in roles)
    wide = any("index/*/*" in _list(rule.get("Resource")) for rule in rules)
    return any_of((is_of_function, wide and len(principals) > most))


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _documents(subject: Subject) -> list[Mapping[str, Any]] | Unknown:
    """The parts of the policy of a collection, which is JSON in a text."""
    value = None if subject.resource is None else subject.resource.property("Policy")
    if isinstance(value, Unknown):
        return value
    unread = Unknown(UnknownKind.UNREADABLE, f"`Policy` of `{subject.name}`")
    if not isinstance(value, str):
        return unread
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return unread
    return list(_mappings(found if isinstance(found, list) else [found]))


def _mappings(values: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    return (value for value in values if isinstance(value, Mapping))
