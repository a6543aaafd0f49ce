"""Whole decisions: what decided, what is lacking, and what a layer or a value that is not known makes of them."""

from __future__ import annotations

import pytest

from tests.evaluator.making import (
    ACCOUNT,
    API,
    API_ACTION,
    KEY,
    REASON,
    ROLE,
    SERVICE,
    SESSION,
    USER,
    caller,
    holed,
    policy,
    request,
    statement,
)
from tests.evaluator.recorded import decide
from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies, Level
from wa_policy.evaluator.decisions import CallerKind, ResourceRule, Situation
from wa_policy.evaluator.evaluate import CompiledApplied, Decision, Outcome, evaluate
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.situations import ApiAuthorizer, ResourceFacts
from wa_policy.iam.principal import RoleSession
from wa_policy.iam.unknown import UnknownKind


def sids(decision: Decision) -> list[tuple[str, str | None]]:
    return [(layer.name, found.sid) for layer, found in decision.statements]


def test_what_decided(catalog: Catalog) -> None:
    applied = AppliedPolicies(
        identity=(policy(statement(Sid="i"), statement("Deny", action="ec2:*", Sid="other")),),
        permissions_boundary=(policy(statement(Sid="b")),),
        session=(policy(statement(Sid="s")),),
        resource=policy(
            statement(Sid="r", Principal={"AWS": ROLE}), statement(Sid="a", Principal={"AWS": ACCOUNT})
        ),
        vpc_endpoint=(policy(statement(Sid="v", Principal="*")),),
        service_control=(
            Level("root", (policy(statement(Sid="c")),)),
            Level("ou", (policy(statement(Sid="d")),)),
        ),
        resource_control=(Level("root", (policy(statement(Sid="f", Principal="*")),)),),
    )
    found = evaluate(request(SESSION), applied, catalog)
    assert found.outcome is Outcome.ALLOWED
    assert sids(found) == [
        ("RESOURCE_CONTROL", "f"),
        ("SERVICE_CONTROL", "c"),
        ("SERVICE_CONTROL", "d"),
        ("VPC_ENDPOINT", "v"),
        ("RESOURCE", "r"),
        ("RESOURCE", "a"),
        ("IDENTITY", "i"),
        ("PERMISSIONS_BOUNDARY", "b"),
        ("SESSION", "s"),
    ]
    assert [layer.name for layer in found.decided_by] == list(dict.fromkeys(name for name, _ in sids(found)))
    assert (found.lacking, found.doubts, found.unknown) == ((), (), ())
    assert found.situation == Situation(CallerKind.ACCOUNT_MEMBER, True, ResourceRule.ORDINARY, True)


def test_what_denied(catalog: Catalog) -> None:
    applied = AppliedPolicies(
        identity=(policy(statement(Sid="i"), statement("Deny", Sid="j"), statement("Deny", Sid="k")),),
        service_control=(Level("root", (policy(statement("Deny", Sid="c")),)), Level("ou", (policy(),))),
    )
    found = evaluate(request(), applied, catalog)
    assert found.outcome is Outcome.EXPLICITLY_DENIED
    assert not found.is_allowed
    # The first layer that denies ends the evaluation.
    assert sids(found) == [("SERVICE_CONTROL", "c")]
    assert [layer.name for layer in found.decided_by] == ["SERVICE_CONTROL"]
    found = evaluate(request(), AppliedPolicies(applied.identity), catalog)
    assert sids(found) == [("IDENTITY", "j"), ("IDENTITY", "k")]


def test_what_lacks(catalog: Catalog) -> None:
    applied = AppliedPolicies(
        identity=(policy(statement(action="ec2:*")),),
        permissions_boundary=(policy(),),
        session=(policy(statement()),),
        service_control=(Level("root", (policy(statement()),)), Level("ou", ())),
    )
    found = evaluate(request(), applied, catalog)
    assert found.outcome is Outcome.IMPLICITLY_DENIED
    assert [layer.name for layer in found.lacking] == [
        "SERVICE_CONTROL",
        "RESOURCE",
        "IDENTITY",
        "PERMISSIONS_BOUNDARY",
    ]
    assert found.decided_by == found.lacking
    assert found.statements == ()


def test_doubts_and_reasons_are_told_once(catalog: Catalog) -> None:
    odd = statement("Deny", Condition={"NumericEquals": {"aws:username": "x"}})
    applied = AppliedPolicies(identity=(policy(statement(), odd, odd),))
    found = evaluate(request(context={"aws:username": "bob"}), applied, catalog)
    assert found.is_allowed
    assert [doubt.kind for doubt in found.doubts] == [UnknownKind.UNDOCUMENTED]
    found = evaluate(request(), AppliedPolicies(unknown={Layer.IDENTITY: REASON}), catalog)
    assert (found.outcome, found.unknown, found.lacking) == (Outcome.UNKNOWN, (REASON,), ())


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (Layer.RESOURCE_CONTROL, Outcome.UNKNOWN),
        (Layer.SERVICE_CONTROL, Outcome.UNKNOWN),
        (Layer.VPC_ENDPOINT, Outcome.UNKNOWN),
        (Layer.RESOURCE, Outcome.UNKNOWN),
        (Layer.IDENTITY, Outcome.UNKNOWN),
        (Layer.PERMISSIONS_BOUNDARY, Outcome.UNKNOWN),
        (Layer.SESSION, Outcome.UNKNOWN),
    ],
)
def test_an_allowed_request_is_unknown_with_any_layer(
    layer: Layer, expected: Outcome, catalog: Catalog
) -> None:
    allowing = (policy(statement()),)
    found = evaluate(request(), AppliedPolicies(allowing, unknown={layer: REASON}), catalog)
    assert (found.outcome, found.unknown) == (expected, (REASON,))


def test_an_action_that_is_not_known(catalog: Catalog) -> None:
    allowing = AppliedPolicies((policy(statement(action=holed("s3:"))),))
    assert evaluate(request(), allowing, catalog).outcome is Outcome.UNKNOWN
    denying = AppliedPolicies((policy(statement(), statement("Deny", action=holed("s3:"))),))
    assert evaluate(request(), denying, catalog).outcome is Outcome.UNKNOWN
    other = AppliedPolicies((policy(statement("Deny", action=holed("s3:Put")), statement()),))
    assert evaluate(request(), other, catalog).is_allowed


def test_unknown_identity_policies_may_deny_what_the_resource_grants(catalog: Catalog) -> None:
    granted = policy(statement(Principal={"AWS": USER}))
    found = evaluate(request(), AppliedPolicies(resource=granted, unknown={Layer.IDENTITY: REASON}), catalog)
    assert (found.outcome, found.unknown) == (Outcome.UNKNOWN, (REASON,))


def test_an_unknown_layer_that_cannot_matter(catalog: Catalog) -> None:
    denying = (policy(statement("Deny")),)
    allowing = (policy(statement()),)
    for layer in Layer:
        found = evaluate(request(), AppliedPolicies(denying, unknown={layer: REASON}), catalog)
        assert found.outcome is Outcome.EXPLICITLY_DENIED
    closed = AppliedPolicies(unknown={Layer.PERMISSIONS_BOUNDARY: REASON, Layer.SESSION: REASON})
    assert evaluate(request(), closed, catalog).outcome is Outcome.IMPLICITLY_DENIED
    # RCPs do not bind sns, nothing of the caller binds a service, SCPs bind no outsider.
    asked = request(action="sns:Publish")
    applied = AppliedPolicies(allowing, unknown={Layer.RESOURCE_CONTROL: REASON})
    assert evaluate(asked, applied, catalog).is_allowed
    granted = policy(statement(Principal={"Service": SERVICE}))
    unknown = dict.fromkeys(
        (Layer.IDENTITY, Layer.SERVICE_CONTROL, Layer.SESSION, Layer.PERMISSIONS_BOUNDARY), REASON
    )
    applied = AppliedPolicies(resource=granted, unknown=unknown)
    assert evaluate(request(SERVICE), applied, catalog).is_allowed


def test_a_further_grant_of_an_unknown_layer_may_be_of_any_kind(catalog: Catalog) -> None:
    unknown = {Layer.RESOURCE: REASON}
    denying_boundary = (policy(),)
    applied = AppliedPolicies(permissions_boundary=denying_boundary, unknown=unknown)
    assert evaluate(request(SESSION), applied, catalog).outcome is Outcome.UNKNOWN
    key = request(action="kms:Decrypt", resource=KEY)
    applied = AppliedPolicies((policy(statement()),), permissions_boundary=denying_boundary, unknown=unknown)
    assert evaluate(key, applied, catalog).outcome is Outcome.UNKNOWN


def test_unreadable_statements_may_allow_or_deny(catalog: Catalog) -> None:
    broken = policy(statement(), {})
    found = evaluate(request(), AppliedPolicies((broken,)), catalog)
    assert found.outcome is Outcome.UNKNOWN
    assert [reason.kind for reason in found.unknown] == [UnknownKind.UNREADABLE]
    silent = policy({})
    assert evaluate(request(), AppliedPolicies((silent,)), catalog).outcome is Outcome.UNKNOWN
    allowing = (policy(statement()),)
    assert evaluate(request(), AppliedPolicies(allowing, resource=silent), catalog).outcome is Outcome.UNKNOWN
    across = request(account="222222222222")
    assert evaluate(across, AppliedPolicies(allowing, resource=silent), catalog).outcome is Outcome.UNKNOWN
    assert evaluate(across, AppliedPolicies(resource=silent), catalog).outcome is Outcome.IMPLICITLY_DENIED


def test_an_unknown_boundary_and_notprincipal(catalog: Catalog) -> None:
    resource = policy(statement("Deny", NotPrincipal={"AWS": [ACCOUNT, USER]}))
    unknown = {Layer.PERMISSIONS_BOUNDARY: REASON}
    allowing = (policy(statement()),)
    known = AppliedPolicies(allowing, resource=resource)
    assert evaluate(request(), known, catalog).is_allowed
    found = evaluate(request(), AppliedPolicies(allowing, resource=resource, unknown=unknown), catalog)
    assert found.outcome is Outcome.UNKNOWN
    assert CompiledApplied(known).has_boundary is False
    assert CompiledApplied(AppliedPolicies(unknown=unknown)).has_boundary == REASON
    assert CompiledApplied(AppliedPolicies(unknown={Layer.SESSION: REASON})).has_boundary is False
    with_boundary = AppliedPolicies(allowing, permissions_boundary=allowing, resource=resource)
    assert evaluate(request(), with_boundary, catalog).outcome is Outcome.EXPLICITLY_DENIED


def test_a_boundary_is_no_matter_of_callers_without_account(catalog: Catalog) -> None:
    resource = policy(statement(Principal="*"), statement("Deny", NotPrincipal={"Service": SERVICE}))
    for unknown in ({}, {Layer.PERMISSIONS_BOUNDARY: REASON}):
        applied = AppliedPolicies(permissions_boundary=(policy(),), resource=resource, unknown=unknown)
        assert evaluate(request(SERVICE), applied, catalog).is_allowed
    spared = policy(statement(Principal="*"), statement("Deny", NotPrincipal={"AWS": [ACCOUNT, USER]}))
    applied = AppliedPolicies(permissions_boundary=(policy(statement()),), resource=spared)
    assert evaluate(request(USER), applied, catalog).outcome is Outcome.EXPLICITLY_DENIED


def test_a_grant_of_unknown_kind_is_taken_as_the_strongest(catalog: Catalog) -> None:
    """Boundary and session policy do not help where the principal may turn out to be the session itself."""
    resource = policy(statement(Principal={"AWS": holed()}))
    applied = AppliedPolicies(session=(policy(),), resource=resource)
    assert evaluate(request(SESSION), applied, catalog).outcome is Outcome.UNKNOWN
    by_role = policy(statement(resource=holed("arn:aws:s3:::"), Principal={"AWS": ROLE}))
    applied = AppliedPolicies(session=(policy(),), resource=by_role)
    assert evaluate(request(SESSION), applied, catalog).outcome is Outcome.IMPLICITLY_DENIED
    assert isinstance(caller(SESSION), RoleSession)


def test_an_action_without_resource_types_is_about_everything(catalog: Catalog) -> None:
    some = AppliedPolicies((policy(statement(resource="arn:aws:s3:::bucket")),))
    every = AppliedPolicies((policy(statement(resource="arn:aws:s3:::*")),))
    unlisted = request(action="nosuchservice:Act", resource="arn:aws:s3:::bucket")
    buckets = request(action="S3:ListAllMyBuckets", resource="arn:aws:s3:::bucket")
    assert evaluate(unlisted, some, catalog).is_allowed
    assert not evaluate(buckets, some, catalog).is_allowed
    assert evaluate(buckets, every, catalog).is_allowed
    exactly = AppliedPolicies((policy(statement(resource=["arn:aws:s3:::${*}", "${*}"])),))
    assert evaluate(buckets, exactly, catalog).is_allowed
    assert evaluate(request(action="sns:ListTopics"), exactly, catalog).is_allowed
    assert not evaluate(
        request(action="sns:ListTopics", resource="arn:aws:s3:::x"), every, catalog
    ).is_allowed


@pytest.mark.parametrize("authorizer", [ApiAuthorizer.NONE, ApiAuthorizer.COGNITO, ApiAuthorizer.LAMBDA])
def test_nobody_is_known_where_iam_does_not_authenticate(authorizer: ApiAuthorizer, catalog: Catalog) -> None:
    facts, called = ResourceFacts(authorizer), request(USER, API_ACTION, API)
    everyone, named = (policy(statement(Principal=who)) for who in ("*", {"AWS": USER}))
    assert evaluate(called, AppliedPolicies(resource=everyone), catalog, facts).is_allowed
    assert not evaluate(called, AppliedPolicies(resource=named), catalog, facts).is_allowed
    through = AppliedPolicies(resource=everyone, vpc_endpoint=(named,))
    assert not evaluate(called, through, catalog, facts).is_allowed
    open_api = AppliedPolicies(vpc_endpoint=(named,), identity=(policy(statement()),))
    assert not evaluate(called, open_api, catalog, facts).is_allowed
    open_api = AppliedPolicies(vpc_endpoint=(everyone,), identity=(policy(statement()),))
    assert evaluate(called, open_api, catalog, facts).is_allowed


def test_a_grant_of_a_key_is_read_without_case(catalog: Catalog) -> None:
    raw = {
        "request": {
            "principal": USER,
            "action": "KMS:decrypt",
            "resource": {"resource": KEY, "accountId": ACCOUNT},
        },
        "settings": {"kmsGrants": [{"granteePrincipal": USER, "operations": ["Encrypt", "DECRYPT"]}]},
    }
    assert decide(raw, catalog).is_allowed


@pytest.mark.parametrize(
    ("effect", "before", "expected"),
    [
        ("Allow", "s3:", Outcome.UNKNOWN),
        ("Allow", "ec2:", Outcome.IMPLICITLY_DENIED),
        ("Deny", "s3:", Outcome.UNKNOWN),
        ("Deny", "ec2:", Outcome.ALLOWED),
    ],
)
def test_a_hole_in_an_action_is_not_taken_as_fitting(
    catalog: Catalog, effect: str, before: str, expected: Outcome
) -> None:
    statements = [statement(effect, action=holed(before))]
    if effect == "Deny":
        statements.append(statement())
    applied = AppliedPolicies(identity=(policy(*statements),))
    assert evaluate(request(), applied, catalog).outcome is expected


@pytest.mark.parametrize(
    ("operator", "value", "source", "expected"),
    [
        ("ArnLike", "*", "arn:aws:sns:us-east-1:111122223333:topic", Outcome.ALLOWED),
        ("ArnEquals", "**", "arn:aws:sns:us-east-1:111122223333:topic", Outcome.ALLOWED),
        ("ArnNotLike", "*", "arn:aws:sns:us-east-1:111122223333:topic", Outcome.IMPLICITLY_DENIED),
        ("ArnLike", "*", "no-arn", Outcome.IMPLICITLY_DENIED),
        # A star of the first five parts does not cross a colon.
        (
            "ArnLike",
            "arn:aws:sns:*:topic:x",
            "arn:aws:sns:us-east-1:111122223333:topic:x",
            Outcome.IMPLICITLY_DENIED,
        ),
        (
            "ArnLike",
            "arn:aws:sns:*:*:topic:*",
            "arn:aws:sns:us-east-1:111122223333:topic:x:y",
            Outcome.ALLOWED,
        ),
    ],
)
def test_stars_in_arn_operators(
    catalog: Catalog, operator: str, value: str, source: str, expected: Outcome
) -> None:
    conditions = {operator: {"aws:SourceArn": value}}
    applied = AppliedPolicies(identity=(policy(statement(Condition=conditions)),))
    assert evaluate(request(context={"aws:SourceArn": source}), applied, catalog).outcome is expected
