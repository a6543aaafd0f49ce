"""Is a request that a rule forbids allowed? The formal engine is asked, and answers with a request or a proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from wa_policy.catalog.model import Catalog
from wa_policy.errors import InternalError
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.applying import caller_side, resource_side
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.situations import ApiAuthorizer, ResourceFacts
from wa_policy.findings import Verdict, Witness
from wa_policy.formal.callers import fixed
from wa_policy.formal.for_each import find_for_each
from wa_policy.formal.keys import KeyDomain
from wa_policy.formal.membership import agreed
from wa_policy.formal.question import Question, find_request
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, Statement
from wa_policy.iam.principal import Anonymous, AwsService, Role, User, account_of
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Absent, NotExported, Present
from wa_policy.rules.access_points import not_through_own, points_unread
from wa_policy.rules.callers import (
    NamedCaller,
    callers_of,
    of_resource,
    shown,
    unnamed_account,
)
from wa_policy.rules.key_domains import within
from wa_policy.rules.looks import (
    ASSUMED,
    DELEGATED,
    grants_nothing,
    may_allow_all,
)
from wa_policy.rules.request_class import (
    CallerWord,
    Forbid,
    KeySpec,
    Mode,
    Policies,
    RequestClass,
    exemption,
)
from wa_policy.rules.subjects import Judgement, Scope, Subject


def _assumed_policy(statement: dict[str, object], place: Source = ASSUMED) -> Policy:
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", **statement}],
    }
    return parse_policy(document, place)[0]


_OWNER = "000000000000"
"""The owner of a resource whose account is not known, for callers from outside: not the account of any of them."""
_CALLER_ALLOWS = _assumed_policy({})
_OF_RESOURCE = (Policies.RESOURCE, Policies.TRUST, Policies.ENDPOINT)
_ASSUMED_CALLER = "the caller's own account allows it the call"


def judge(forbid: Forbid, subject: Subject, bindings: Mapping[str, object], scope: Scope) -> Judgement:
    """Fail with a witness iff a forbidden request is allowed, pass iff none is, unknown with the reasons otherwise.

    With mode `all`: fail iff for every action of the class some request is allowed.
    """
    del bindings  # the names in the classes are replaced already
    judgements = [_judge_class(request_class, forbid, subject, scope) for request_class in forbid.classes]
    for judgement in judgements:
        if judgement.verdict is Verdict.FAIL:
            return judgement
    reasons = tuple(dict.fromkeys(reason for judgement in judgements for reason in judgement.reasons))
    return Judgement(Verdict.UNKNOWN, reasons=reasons) if reasons else Judgement(Verdict.PASS)


def _judge_class(request_class: RequestClass, forbid: Forbid, subject: Subject, scope: Scope) -> Judgement:
    apart = not_through_own(request_class, subject)
    if apart is None:
        return _judge_requests(request_class, forbid, subject, scope)
    judged = _judge_requests(apart, forbid, subject, scope)
    if judged.verdict is Verdict.FAIL or _judge_requests(request_class, forbid, subject, scope) == judged:
        return judged
    return Judgement(Verdict.UNKNOWN, reasons=(*judged.reasons, points_unread(subject)))


def _judge_requests(request_class: RequestClass, forbid: Forbid, subject: Subject, scope: Scope) -> Judgement:
    reasons: list[Unknown] = []
    for questions, named in _questions(request_class, forbid.exempt, subject, scope):
        match agreed((_ask(question, forbid.mode, scope) for question in questions), named.doubt):
            case Refuted() as refuted:
                return _fail(refuted, questions[0], named, scope)
            case Undecided(why):
                reasons += why
            case Proved():
                pass
    if reasons:
        return Judgement(Verdict.UNKNOWN, reasons=tuple(dict.fromkeys(reasons)))
    return Judgement(Verdict.PASS)


def _ask(question: Question, mode: Mode, scope: Scope) -> Answer:
    if mode is Mode.ANY:
        if grants_nothing(question, scope.catalog):
            return Proved(question.known)
        return find_request(question, scope.catalog)
    return find_for_each(question, scope.catalog) if may_allow_all(question, scope.catalog) else Proved()


# --- questions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Side:
    """The policies that a class asks about, with what is assumed of the other side."""

    applied: AppliedPolicies
    policy: Policy | None


# Keys that a witness shows even where no policy asks for them: they make it plain who calls, and for whom.
_IDENTIFYING: dict[type, tuple[str, ...]] = {
    AwsService: ("aws:sourceaccount",),
    Role: ("aws:principalaccount",),
    User: ("aws:principalaccount",),
}
_NO_FACTS, _OF_OPEN_API = ResourceFacts(), ResourceFacts(api_authorizer=ApiAuthorizer.NONE)
_SAID_BY_CALLER = frozenset(("aws:principalaccount", "aws:principalarn"))


def _questions(
    request_class: RequestClass, exempt: tuple[str, ...], subject: Subject, scope: Scope
) -> Iterator[tuple[tuple[Question, ...], NamedCaller]]:
    """A question for each caller of the class, once more with whatever else may be true of it."""
    stated = (*request_class.context, *exemption(exempt))
    side = _side(request_class, subject, scope)
    about, owner = _resource(request_class, subject, scope)
    resources = request_class.resource.patterns or _own_resources(request_class, subject)
    keys = tuple(dict.fromkeys(key.lower() for key, _ in stated))
    for named in callers_of(request_class, subject, scope, side.policy, side.applied):
        caller = named.caller.caller
        applied = side.applied
        if request_class.policies in _OF_RESOURCE and account_of(caller) is not None:
            applied = replace(applied, identity=(_CALLER_ALLOWS,))
        is_api = subject.type == "AWS::ApiGateway::RestApi" and isinstance(caller, Anonymous)
        each = [
            Question(
                caller=caller,
                applied=applied,
                actions=request_class.actions,
                not_actions=request_class.not_actions,
                resources=resources,
                not_resources=request_class.resource.other_than,
                resource_account=owner,
                worlds=tuple([_restricted(w, about, stated, scope.catalog) for w in one.worlds]),
                stated=(*keys, *_IDENTIFYING.get(type(caller), ())),
                facts=_OF_OPEN_API if is_api else _NO_FACTS,
                region=subject.region or "us-east-1",
                known=named.caller.facts,
            )
            for one in (named.caller, *named.others)
        ]
        yield tuple(each), named


_WHOSE = frozenset(("aws:resourceorgid", "aws:resourceorgpaths"))
"""Keys that say in whose organization a resource is."""


def _resource(
    request_class: RequestClass, subject: Subject, scope: Scope
) -> tuple[Mapping[str, KeyDomain], str | None]:
    """What is known of the keys that tell about the resource, and the account that it belongs to."""
    about = of_resource(subject, scope)
    if request_class.policies is Policies.ENDPOINT:
        return _resource_of_others(about, scope)
    if request_class.caller is not CallerWord.SELF:
        return about, subject.account or _OWNER
    if not _WHOSE & {key.lower() for key, _ in request_class.context}:
        return about, subject.account
    return _resource_of_others(about, scope)


def _resource_of_others(
    about: Mapping[str, KeyDomain], scope: Scope
) -> tuple[Mapping[str, KeyDomain], str | None]:
    """Of resources of others; their own policies are taken as allowing what the caller's side allows."""
    owner = unnamed_account(None, scope)
    other = {key: value for key, value in about.items() if key not in _WHOSE}
    return {**other, "aws:resourceaccount": fixed(owner)}, owner


def _side(request_class: RequestClass, subject: Subject, scope: Scope) -> _Side:
    inventory = scope.inventory
    match request_class.policies:
        case Policies.RESOURCE | Policies.TRUST:
            policy, levels, unknown = resource_side(inventory, subject.resource)
            return _Side(AppliedPolicies(resource=policy, resource_control=levels, unknown=unknown), policy)
        case Policies.ENDPOINT:
            return _endpoint_side(subject)
        case Policies.IDENTITY | Policies.EFFECTIVE:
            if subject.principal is None:
                raise InternalError(f"`{subject.id}` has no policies of its own")
            applied = caller_side(inventory, subject.principal)
            if request_class.policies is Policies.IDENTITY:
                known = dict(applied.unknown)
                known.pop(Layer.SERVICE_CONTROL, None)
                applied = replace(applied, service_control=None, unknown=known)
            # KMS keys and roles ask the resource's side as well; it is taken as leaving the decision to the account.
            account = subject.account or subject.principal.account
            return _Side(replace(applied, resource=_delegates(account)), None)


@lru_cache(maxsize=1024)
def _delegates(account: str) -> Policy:
    """A resource policy that leaves the decision to the account."""
    return _assumed_policy({"Principal": {"AWS": account}}, DELEGATED)


def _endpoint_side(subject: Subject) -> _Side:
    document = Absent() if subject.resource is None else subject.resource.policy("PolicyDocument")
    unknown = {Layer.VPC_ENDPOINT: document.unknown} if isinstance(document, NotExported) else {}
    policy = document.policy if isinstance(document, Present) else None
    return _Side(
        AppliedPolicies(
            resource=_assumed_policy({"Principal": "*"}),
            vpc_endpoint=None if policy is None else (policy,),
            unknown=unknown,
        ),
        policy,
    )


def _own_resources(request_class: RequestClass, subject: Subject) -> tuple[str, ...]:
    """The subject's own ARN and what lies in it; for a caller any resource."""
    if request_class.caller is CallerWord.SELF:
        return ("*",)
    match subject.type:
        case "AWS::Lambda::Function":
            return (subject.id, f"{subject.id}:*")
        case "AWS::S3::Bucket":
            return (subject.id, f"{subject.id}/*")
        case "AWS::ApiGateway::RestApi":
            api = subject.id.rsplit("/", 1)[-1]
            return (f"arn:aws:execute-api:{subject.region or '*'}:{subject.account or '*'}:{api}/*",)
        case "AWS::Events::EventBus":
            # A bus policy also grants rules on the bus.
            rules = subject.id.replace(":event-bus/", ":rule/").removesuffix("/default")
            return (subject.id, f"{rules}/*")
        case "AWS::Logs::ResourcePolicy":
            # It stands for the account: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
            return (f"arn:aws:logs:{subject.region or '*'}:{subject.account or '*'}:*",)
        case _ if parse_arn(subject.id) is None:
            return ("*",)  # what stands for an ARN that is not known matches no pattern of a policy
        case _ if subject.type in _WITH_PARTS:
            return (subject.id, f"{subject.id}/*")
        case _:
            return (subject.id,)


_WITH_PARTS = frozenset(
    ("AWS::DynamoDB::Table", "AWS::EFS::FileSystem", "AWS::Kinesis::Stream", "AWS::OpenSearchService::Domain")
)
"""Types whose resource policy is about what lies below them as well: indexes, streams, consumers, paths."""


def _restricted(
    world: Callable[[str], KeyDomain],
    about: Mapping[str, KeyDomain],
    stated: Sequence[tuple[str, KeySpec]],
    catalog: Catalog,
) -> Callable[[str], KeyDomain]:
    """The domains of a world within what the request class says of its keys."""
    known: dict[str, KeyDomain] = {}

    def domain(key: str) -> KeyDomain:
        found = known.get(key)
        if found is None:
            found = about.get(key) or world(key)
            for name, spec in stated:
                if name.lower() == key:
                    found = within(found, key, spec, catalog)
            known[key] = found
        return found

    return domain


# --- what a finding shows ------------------------------------------------------------------------------------------


def _fail(refuted: Refuted, question: Question, named: NamedCaller, scope: Scope) -> Judgement:
    request = refuted.witness
    statements = [(layer, s) for layer, s in refuted.decision.statements if s.source.file != ASSUMED.file]
    own = [s for layer, s in statements if layer in (Layer.RESOURCE, Layer.IDENTITY)] or [
        s for _, s in statements
    ]
    assumed = _ASSUMED_CALLER if question.applied.identity == (_CALLER_ALLOWS,) else ""
    witness = Witness(
        request,
        _attack(refuted, question, named, scope),
        tuple(statement.source for _, statement in statements),
        assumed,
        refuted.decision.doubts,
    )
    return Judgement(Verdict.FAIL, witness, source=_place(own))


def _place(statements: list[Statement]) -> Source | None:
    return statements[0].source if statements else None


_MOST_SHOWN = 4


def _attack(refuted: Refuted, question: Question, named: NamedCaller, scope: Scope) -> str:
    """The witness in one line."""
    request = refuted.witness
    keys = [*question.stated, *(key for key in sorted(request.context) if key not in question.stated)]
    context = [
        shown(key, request.context.get(key), scope.catalog) for key in keys if key not in _SAID_BY_CALLER
    ]
    on = "" if request.resource == "*" else f" on {request.resource}"
    told = f" ({', '.join(context[:_MOST_SHOWN])})" if context else ""
    return f"{named.words} can call {request.action}{on}{told}"
