"""The looks that spare a search say nothing that the search would not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import ACCOUNTS
from wa_policy import api
from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.situations import ApiAuthorizer, ResourceFacts
from wa_policy.findings import Verdict
from wa_policy.formal import callers
from wa_policy.formal.callers import CallerClass
from wa_policy.formal.question import Question, find_request
from wa_policy.formal.verdicts import Answer, Proved
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.principal import RootUser, parse_caller
from wa_policy.iam.source import NOWHERE
from wa_policy.inventory.model import (
    POLICY_PROPERTY,
    Absent,
    Inventory,
    NoOrganization,
    Present,
    Resource,
)
from wa_policy.rules import forbid
from wa_policy.rules.looks import grants_nothing
from wa_policy.rules.request_class import (
    OWN_ACCOUNT,
    CallerSpec,
    CallerWord,
    Forbid,
    KeySpec,
    Mode,
    Policies,
    RequestClass,
    ResourceSpec,
    ServiceCaller,
)
from wa_policy.rules.subjects import Scope, subject_of_resource
from wa_policy.settings import Profile, Settings

CATALOG = load_catalog()
OWNER = ACCOUNTS[0]
RESOURCES = (
    f"arn:aws:lambda:eu-west-1:{OWNER}:function:f",
    "arn:aws:s3:::bucket/key",
    f"arn:aws:kms:eu-west-1:{OWNER}:key/k",
    f"arn:aws:iam::{OWNER}:role/worker",
    f"arn:aws:execute-api:eu-west-1:{OWNER}:abc123/prod/GET/x",
)
PRINCIPALS: tuple[Any, ...] = (
    "*",
    {"AWS": OWNER},
    {"AWS": callers.OUTSIDER},
    {"Service": "lambda.amazonaws.com"},
    {"Service": ["events.amazonaws.com", "s3.amazonaws.com"]},
    {"Federated": "cognito-identity.amazonaws.com"},
)
ACTIONS = (
    "*",
    "lambda:InvokeFunction",
    "s3:Get*",
    "kms:Decrypt",
    "execute-api:Invoke",
    "sts:AssumeRole",
    "x:Y",
)
EFFECTS = st.sampled_from(("Allow", "Allow", "Allow", "Deny"))
SELECTIONS = st.builds(
    lambda named, action: {("Action" if named else "NotAction"): action},
    st.sampled_from((True, True, True, False)),
    st.sampled_from(ACTIONS),
)
STATEMENTS = st.builds(
    lambda effect, selection, principal, named: {
        "Effect": effect,
        "Resource": "*",
        ("Principal" if named else "NotPrincipal"): principal,
        **selection,
    },
    EFFECTS,
    SELECTIONS,
    st.sampled_from(PRINCIPALS),
    st.sampled_from((True, True, True, False)),
)
OWN_STATEMENTS = st.builds(
    lambda effect, selection: {"Effect": effect, "Resource": "*", **selection}, EFFECTS, SELECTIONS
)
CALLERS: tuple[CallerClass, ...] = (
    callers.outsider(CATALOG, named=()),
    callers.anonymous(CATALOG),
    callers.service("events.amazonaws.com", CATALOG),
)
ALLOWED = parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})[0]


@settings(deadline=None, max_examples=400)
@given(
    st.none() | st.lists(STATEMENTS, min_size=1, max_size=3),
    st.sampled_from(CALLERS),
    st.sampled_from(RESOURCES),
    st.sampled_from((OWNER, callers.OUTSIDER, None)),
    st.tuples(st.sampled_from((None, *ApiAuthorizer)), st.sampled_from(ACTIONS)),
)
def test_where_nothing_is_granted_there_is_no_request(
    statements: list[dict[str, Any]] | None,
    caller: CallerClass,
    resource: str,
    owner: str | None,
    asked: tuple[ApiAuthorizer | None, str],
) -> None:
    authorizer, action = asked
    document = {"Version": "2012-10-17", "Statement": statements}
    policy = None if statements is None else parse_policy(document)[0]
    question = Question(
        caller=caller.caller,
        applied=AppliedPolicies(identity=(ALLOWED,), resource=policy),
        actions=(action,),
        resources=(resource,),
        resource_account=owner,
        worlds=caller.worlds,
        facts=ResourceFacts(api_authorizer=authorizer),
    )
    if grants_nothing(question, CATALOG):
        assert isinstance(find_request(question, CATALOG), Proved)


WORKER = "arn:aws:iam::111122223333:role/worker"


@settings(deadline=None, max_examples=300)
@given(
    st.lists(OWN_STATEMENTS, max_size=3),
    st.none() | st.lists(STATEMENTS, min_size=1, max_size=2),
    st.sampled_from(RESOURCES),
    st.sampled_from(ACTIONS),
    st.booleans(),
)
def test_where_the_own_policies_grant_nothing_there_is_no_request(
    own: list[dict[str, Any]],
    statements: list[dict[str, Any]] | None,
    resource: str,
    action: str,
    is_root: bool,
) -> None:
    caller = RootUser(OWNER) if is_root else parse_caller(f"arn:aws:iam::{OWNER}:role/worker")
    assert caller is not None
    known = callers.insider(caller, {}, CATALOG)
    policy = (
        None if statements is None else parse_policy({"Version": "2012-10-17", "Statement": statements})[0]
    )
    question = Question(
        caller=caller,
        applied=AppliedPolicies(
            identity=(parse_policy({"Version": "2012-10-17", "Statement": own})[0],), resource=policy
        ),
        actions=(action,),
        resources=(resource,),
        resource_account=OWNER,
        worlds=known.worlds,
    )
    answer = find_request(question, CATALOG)
    if grants_nothing(question, CATALOG):
        assert isinstance(answer, Proved)
    elif not own and policy is None and not is_root:
        raise AssertionError("the look misses a caller that nothing allows anything")


def verdict_of_endpoint(
    document: Absent | Present, caller: CallerSpec, actions: tuple[str, ...], mode: Mode
) -> Verdict:
    """The verdict on requests for anything through an endpoint with a policy."""
    id_ = f"arn:aws:ec2:eu-west-1:{OWNER}:vpc-endpoint/vpce-0a1b2c3d"
    properties = {"PolicyDocument": document}
    endpoint = Resource("AWS::EC2::VPCEndpoint", id_, "e", OWNER, "eu-west-1", properties, NOWHERE)
    inventory = Inventory(resources=(endpoint,), organization=NoOrganization())
    requests = RequestClass(Policies.ENDPOINT, caller, actions, resource=ResourceSpec(("*",)))
    subject = subject_of_resource(endpoint, inventory)
    return forbid.judge(Forbid((requests,), mode), subject, {}, Scope(inventory, {}, CATALOG)).verdict


def test_an_endpoint_without_a_policy_lets_each_action_of_a_service_through() -> None:
    for mode in Mode:
        actions = ("sqs:SendMessage", "sqs:ReceiveMessage")
        found = verdict_of_endpoint(Absent(), ServiceCaller("logs.amazonaws.com"), actions, mode)
        assert found is Verdict.FAIL, mode


def test_an_endpoint_that_lets_one_action_through_does_not_let_each_through() -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    document = Present(parse_policy({"Version": "2012-10-17", "Statement": [statement]})[0])
    for caller in (ServiceCaller("logs.amazonaws.com"), CallerWord.EVERYONE):
        both = ("sqs:SendMessage", "sqs:ReceiveMessage")
        assert verdict_of_endpoint(document, caller, both, Mode.ALL) is Verdict.PASS
        assert verdict_of_endpoint(document, caller, both, Mode.ANY) is Verdict.FAIL


def test_an_api_that_nothing_restricts_lets_each_action_through() -> None:
    id_ = "arn:aws:apigateway:eu-west-1::/restapis/abc123"
    api_ = Resource(
        "AWS::ApiGateway::RestApi", id_, "a", OWNER, "eu-west-1", {POLICY_PROPERTY: Absent()}, NOWHERE
    )
    inventory = Inventory(resources=(api_,), organization=NoOrganization())
    requests = RequestClass(Policies.RESOURCE, CallerWord.ANONYMOUS, ("execute-api:Invoke",))
    for mode in Mode:
        asked = Forbid((requests,), mode)
        judged = forbid.judge(asked, subject_of_resource(api_, inventory), {}, Scope(inventory, {}, CATALOG))
        assert judged.verdict is Verdict.FAIL, mode


def test_an_organization_that_the_class_asks_for_is_open_where_it_was_not_exported() -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": "*",
    }
    policy = parse_policy({"Version": "2012-10-17", "Statement": [statement]})[0]
    id_ = f"arn:aws:lambda:eu-west-1:{OWNER}:function:f"
    function = Resource(
        "AWS::Lambda::Function", id_, "f", OWNER, "eu-west-1", {POLICY_PROPERTY: Present(policy)}, NOWHERE
    )
    requests = RequestClass(
        Policies.RESOURCE,
        ServiceCaller("s3.amazonaws.com", OWN_ACCOUNT),
        ("lambda:InvokeFunction",),
        context=(("aws:SourceOrgID", KeySpec(absent=False)),),
    )
    inventory = Inventory(resources=(function,))
    judged = forbid.judge(
        Forbid((requests,)), subject_of_resource(function, inventory), {}, Scope(inventory, {}, CATALOG)
    )
    assert judged.verdict is Verdict.UNKNOWN


def test_the_search_agrees_on_the_fixtures(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def both(question: Question, catalog: Catalog) -> bool:
        found = grants_nothing(question, catalog)
        if found:
            answer: Answer = find_request(question, CATALOG)
            asked.append(isinstance(answer, Proved))
        return found

    monkeypatch.setattr(forbid, "grants_nothing", both)
    api.scan(api.read(["fixtures/acme"]), Settings(profile=Profile.STRICT))
    assert len(asked) > 50
    assert all(asked)
