"""A question about each action of a class has the answer that the questions about them one by one have together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wa_policy.catalog.store import load_catalog
from wa_policy.evaluator.applied import AppliedPolicies, Level
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.situations import ALWAYS_ALLOWED, ApiAuthorizer, ResourceFacts
from wa_policy.formal import callers
from wa_policy.formal.for_each import find_for_each, listed_actions
from wa_policy.formal.question import Question, find_request
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy
from wa_policy.iam.principal import RootUser, parse_caller
from wa_policy.iam.unknown import Unknown, UnknownKind

CATALOG = load_catalog()
OWN = "111122223333"
CLASSES = (
    ("s3:GetObject", "s3:ListBucket"),
    ("s3:GetObject*",),
    ("kms:Decrypt", "kms:ListKeys"),
    ("sqs:SendMessage", "s3:GetObject"),
    ("sts:AssumeRole", "sts:GetCallerIdentity"),
    ("sts:GetCallerIdentity",),
    ("iam:PassRole", "iam:ListRoles"),
    ("execute-api:Invoke", "execute-api:ManageConnections"),
)
ACTIONS = (
    "*",
    "s3:*",
    "s3:GetObject",
    "kms:*",
    "sqs:SendMessage",
    "iam:PassRole",
    "sts:*",
    "execute-api:Invoke",
)
RESOURCES = ("*", "arn:aws:s3:::b/*", f"arn:aws:kms:eu-west-1:{OWN}:key/k", f"arn:aws:iam::{OWN}:role/r")
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {"StringEquals": {"s3:prefix": "a"}},
    {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    {"Bool": {"aws:SecureTransport": "true"}},
)


def statements(*, with_principal: bool) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda effect, action, named, resource, condition: {
            "Effect": effect,
            ("Action" if named else "NotAction"): action,
            "Resource": resource,
            "Condition": condition,
            **({"Principal": "*"} if with_principal else {}),
        },
        st.sampled_from(("Allow", "Allow", "Allow", "Deny")),
        st.sampled_from(ACTIONS),
        st.sampled_from((True, True, True, False)),
        st.sampled_from(RESOURCES),
        st.sampled_from(CONDITIONS),
    )


def policies(*, with_principal: bool = False) -> st.SearchStrategy[Policy]:
    def made(found: list[dict[str, Any]]) -> Policy:
        return parse_policy({"Version": "2012-10-17", "Statement": found})[0]

    return st.lists(statements(with_principal=with_principal), min_size=1, max_size=3).map(made)


OPEN = Unknown(UnknownKind.NOT_EXPORTED, "the policies of the organization")
APPLIED = st.builds(
    AppliedPolicies,
    identity=policies().map(lambda one: (one,)),
    permissions_boundary=st.none() | policies().map(lambda one: (one,)),
    session=st.none() | policies().map(lambda one: (one,)),
    vpc_endpoint=st.none() | policies(with_principal=True).map(lambda one: (one,)),
    resource=st.none() | policies(with_principal=True),
    service_control=st.none() | policies().map(lambda one: (Level("root", (one,)),)),
    unknown=st.sampled_from(({}, {}, {Layer.RESOURCE_CONTROL: OPEN})),
)


def one_by_one(question: Question) -> type[Answer]:
    """What the answers for the single actions come to."""
    names = CATALOG.names(listed_actions(question, CATALOG))
    asked = [name for name in names if name.lower() not in ALWAYS_ALLOWED] or names
    answers = [find_request(replace(question, actions=(name.lower(),)), CATALOG) for name in asked]
    if not answers or any(isinstance(one, Proved) for one in answers):
        return Proved
    return Undecided if any(isinstance(one, Undecided) for one in answers) else Refuted


@settings(deadline=None, max_examples=150)
@given(
    APPLIED,
    st.sampled_from(CLASSES),
    st.sampled_from(("role/r", "root", "service", "outsider")),
    st.sampled_from((None, None, *ApiAuthorizer)),
)
def test_each_action_alone_and_all_together(
    applied: AppliedPolicies, actions: Sequence[str], who: str, authorizer: ApiAuthorizer | None
) -> None:
    match who:
        case "service":
            caller = callers.service("lambda.amazonaws.com", CATALOG)
        case "outsider":
            caller = callers.outsider(CATALOG)
        case _:
            own = RootUser(OWN) if who == "root" else parse_caller(f"arn:aws:iam::{OWN}:{who}")
            assert own is not None
            caller = callers.insider(own, {}, CATALOG)
    question = Question(
        caller=caller.caller,
        applied=applied,
        actions=tuple(actions),
        resource_account=OWN,
        worlds=caller.worlds,
        facts=ResourceFacts(api_authorizer=authorizer),
    )
    assert type(find_for_each(question, CATALOG)) is one_by_one(question)


@pytest.mark.parametrize(
    ("actions", "resource", "expected"),
    [
        (("s3:GetObject", "s3:PutObject"), "arn:aws:s3:::b/*", Refuted),
        (("s3:GetObject", "s3:ListBucket"), "arn:aws:s3:::b/*", Proved),  # the second asks for the bucket
        (("s3:GetObject", "s3:ListAllMyBuckets"), "*", Refuted),
        (("sts:GetCallerIdentity", "s3:GetObject"), "*", Refuted),  # the first needs no permission
        (("s3:GetObject", "kms:Decrypt"), "*", Proved),  # the second needs the policy of the key
    ],
)
def test_actions_that_need_other_resources(
    actions: tuple[str, ...], resource: str, expected: type[Answer]
) -> None:
    own = parse_caller(f"arn:aws:iam::{OWN}:role/r")
    assert own is not None
    policy = {"Statement": {"Effect": "Allow", "Action": ["s3:*", "kms:*"], "Resource": resource}}
    question = Question(
        caller=own,
        applied=AppliedPolicies(identity=(parse_policy(policy)[0],)),
        actions=actions,
        resource_account=OWN,
        worlds=callers.insider(own, {}, CATALOG).worlds,
    )
    assert isinstance(find_for_each(question, CATALOG), expected)


def test_a_session_of_a_service_linked_role_is_known_by_its_principal_arn() -> None:
    session = parse_caller(f"arn:aws:sts::{OWN}:assumed-role/S/s")
    assert session is not None
    role = f"arn:aws:iam::{OWN}:role/aws-service-role/x.amazonaws.com/S"
    known = callers.insider(session, {"aws:principalarn": callers.fixed(role)}, CATALOG)
    everything = {"Action": "*", "Resource": "*"}
    allow, deny = (
        parse_policy({"Statement": {"Effect": effect, **everything}})[0] for effect in ("Allow", "Deny")
    )
    question = Question(
        caller=session,
        applied=AppliedPolicies(identity=(allow,), service_control=(Level("root", (allow, deny)),)),
        actions=("s3:GetObject",),
        resource_account=OWN,
        worlds=known.worlds,
    )
    found = find_request(question, CATALOG)  # service control policies do not bind it
    assert isinstance(found, Refuted)
    assert found.witness.context["aws:principalarn"] == role
