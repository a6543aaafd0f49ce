"""The looks that spare a search say nothing that the search would not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import ACCOUNTS
from wa_policy import api
from wa_policy.catalog.store import load_catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.situations import ApiAuthorizer, ResourceFacts
from wa_policy.formal import callers
from wa_policy.formal.callers import CallerClass
from wa_policy.formal.question import Question, find_request
from wa_policy.formal.verdicts import Answer, Proved
from wa_policy.iam.parse import parse_policy
from wa_policy.rules import forbid
from wa_policy.rules.looks import grants_nothing
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
STATEMENTS = st.builds(
    lambda effect, principal, named: {
        "Effect": effect,
        "Action": "*",
        "Resource": "*",
        ("Principal" if named else "NotPrincipal"): principal,
    },
    st.sampled_from(("Allow", "Allow", "Allow", "Deny")),
    st.sampled_from(PRINCIPALS),
    st.sampled_from((True, True, True, False)),
)
CALLERS: tuple[CallerClass, ...] = (
    callers.outsider(CATALOG, named=()),
    callers.anonymous(CATALOG),
    callers.service("events.amazonaws.com", CATALOG),
)
ALLOWED = parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})[0]


@settings(deadline=None, max_examples=300)
@given(
    st.none() | st.lists(STATEMENTS, min_size=1, max_size=3),
    st.sampled_from(CALLERS),
    st.sampled_from(RESOURCES),
    st.sampled_from((OWNER, callers.OUTSIDER, None)),
    st.sampled_from((None, *ApiAuthorizer)),
)
def test_where_nothing_is_granted_there_is_no_request(
    statements: list[dict[str, Any]] | None,
    caller: CallerClass,
    resource: str,
    owner: str | None,
    authorizer: ApiAuthorizer | None,
) -> None:
    document = {"Version": "2012-10-17", "Statement": statements}
    policy = None if statements is None else parse_policy(document)[0]
    question = Question(
        caller=caller.caller,
        applied=AppliedPolicies(identity=(ALLOWED,), resource=policy),
        actions=("*",),
        resources=(resource,),
        resource_account=owner,
        worlds=caller.worlds,
        facts=ResourceFacts(api_authorizer=authorizer),
    )
    if grants_nothing(question):
        assert isinstance(find_request(question, CATALOG), Proved)


def test_the_search_agrees_on_the_fixtures(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def both(question: Question) -> bool:
        found = grants_nothing(question)
        if found:
            answer: Answer = find_request(question, CATALOG)
            asked.append(isinstance(answer, Proved))
        return found

    monkeypatch.setattr(forbid, "grants_nothing", both)
    api.scan(api.read(["fixtures/acme"]), Settings(profile=Profile.STRICT))
    assert len(asked) > 50
    assert all(asked)
