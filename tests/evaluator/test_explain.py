from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.evaluator.applied import AppliedPolicies, Level
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.evaluator.explain import Explanation, Role, StatementExplanation, explain
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.situations import KmsGrant, ResourceFacts
from wa_policy.evaluator.statements import Element
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy
from wa_policy.iam.principal import User
from wa_policy.iam.request import Request, make_context
from wa_policy.iam.unknown import Unknown, UnknownKind

BOB = User("111122223333", "bob")
OBJECT = "arn:aws:s3:::bucket/key"


def policy(*statements: dict[str, Any]) -> Policy:
    whole = [{"Effect": "Allow", "Action": "*", "Resource": "*", **statement} for statement in statements]
    for statement in whole:
        for name in ("Action", "Resource"):
            if f"Not{name}" in statement:
                del statement[name]
    return parse_policy({"Version": "2012-10-17", "Statement": whole})[0]


def request(
    context: Mapping[str, Any] | None = None, action: str = "s3:GetObject", resource: str = OBJECT
) -> Request:
    return Request(BOB, action, resource, BOB.account, make_context(context or {}))


def asked(
    applied: AppliedPolicies, one: Request | None = None, facts: ResourceFacts | None = None
) -> Explanation:
    return explain(one or request(), applied, load_catalog(), facts or ResourceFacts())


def only(applied: AppliedPolicies, one: Request | None = None) -> StatementExplanation:
    return next(told for layer in asked(applied, one).layers for told in layer.statements)


def words(statement: dict[str, Any], one: Request | None = None) -> str:
    return only(AppliedPolicies(identity=(policy(statement),)), one).words


def role(explanation: Explanation, layer: Layer) -> Role:
    return next(told.role for told in explanation.layers if told.layer is layer)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({}, "applies"),
        ({"Action": "s3:Put*"}, "`Action` wants `s3:Put*`, the request has `s3:GetObject`"),
        ({"NotAction": "s3:*"}, "`NotAction` leaves out `s3:*`, the request has `s3:GetObject`"),
        (
            {"Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"]},
            f"`Resource` wants `arn:aws:s3:::a`, `arn:aws:s3:::b`, the request has `{OBJECT}`",
        ),
        (
            {"NotResource": "arn:aws:s3:::*"},
            f"`NotResource` leaves out `arn:aws:s3:::*`, the request has `{OBJECT}`",
        ),
        (
            {"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}},
            "condition `StringEquals aws:SourceVpc` wants `vpc-1`, the request has `vpc-2`",
        ),
        (
            {"Condition": {"StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]}}},
            "condition `StringEquals aws:SourceVpce` wants one of `vpce-1`, `vpce-2`, the request has no such key",
        ),
        (
            {"Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-2"}}},
            "condition `StringNotEquals aws:SourceVpc` wants another than `vpc-2`, the request has `vpc-2`",
        ),
        (
            {"Condition": {"Null": {"aws:SourceVpc": "true"}}},
            "condition `Null aws:SourceVpc` wants `true`, the request has `vpc-2`",
        ),
        (
            {"Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "c"}}},
            "condition `ForAnyValue:StringEquals aws:TagKeys` wants `c`, the request has `a`, `b`",
        ),
    ],
)
def test_a_mismatch_in_words(statement: dict[str, Any], expected: str) -> None:
    one = request({"aws:SourceVpc": "vpc-2", "aws:TagKeys": ["a", "b"]})
    assert words(statement, one) == expected


def test_an_action_without_resource_types_is_compared_with_a_star() -> None:
    told = words({"Resource": "arn:aws:s3:::x"}, request(action="sts:GetSessionToken"))
    assert told == (
        "`Resource` wants `arn:aws:s3:::x`, the request has `*`, as `sts:GetSessionToken` has no resource types"
    )


def test_a_principal_that_does_not_fit_in_words() -> None:
    bucket_policy = policy({"Principal": {"AWS": "arn:aws:iam::111122223333:user/eve"}})
    told = only(AppliedPolicies(resource=bucket_policy))
    assert told.mismatch is Element.PRINCIPAL
    assert (
        told.words
        == "`Principal` wants `arn:aws:iam::111122223333:user/eve`, the caller is `" + BOB.arn + "`"
    )


def test_a_condition_keeps_what_was_found() -> None:
    condition = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    told = only(
        AppliedPolicies(identity=(policy({"Condition": condition}),)), request({"aws:SourceVpc": "vpc-2"})
    )
    assert told.mismatch is Element.CONDITION
    assert told.condition is not None
    assert told.condition.key == "aws:SourceVpc"
    assert told.found == "vpc-2"


def test_a_grant_to_the_account_says_so() -> None:
    told = only(AppliedPolicies(resource=policy({"Principal": {"AWS": "111122223333"}})))
    assert told.applies
    assert "names the account of the caller" in told.words


def test_the_roles_of_the_layers() -> None:
    applied = AppliedPolicies(
        identity=(policy({}),),
        permissions_boundary=(policy({"Action": "ec2:*"}),),
        session=(policy({"Effect": "Deny", "Action": "s3:*"}),),
        service_control=(Level("r-root", (policy({}),)),),
        unknown={Layer.VPC_ENDPOINT: Unknown(UnknownKind.NOT_EXPORTED, "the endpoint")},
    )
    told = asked(applied)
    assert told.decision.outcome is Outcome.EXPLICITLY_DENIED
    assert [layer.layer for layer in told.layers] == [
        layer for layer in Layer if layer in {t.layer for t in told.layers}
    ]
    assert role(told, Layer.IDENTITY) is Role.ALLOWS
    assert role(told, Layer.PERMISSIONS_BOUNDARY) is Role.SILENT
    assert role(told, Layer.SESSION) is Role.DENIES
    assert role(told, Layer.SERVICE_CONTROL) is Role.ALLOWS
    assert role(told, Layer.RESOURCE) is Role.GRANTS_NOTHING
    assert role(told, Layer.VPC_ENDPOINT) is Role.UNKNOWN
    assert "session policy has a Deny statement that applies" in told.denied

    told = asked(replace(applied, session=None, unknown={}))
    assert told.decision.outcome is Outcome.IMPLICITLY_DENIED
    assert role(told, Layer.PERMISSIONS_BOUNDARY) is Role.LACKS
    assert role(told, Layer.SESSION) is Role.LIMITS_NOTHING


def test_the_level_of_a_control_policy_is_named() -> None:
    told = only(AppliedPolicies(service_control=(Level("r-root", (policy({}),)),)))
    assert told.level == "r-root"


def test_what_decided_beside_policies_is_noted() -> None:
    outsider = replace(request(), resource_account="444455556666")
    applied = AppliedPolicies(identity=(policy({}),), resource=policy({"Principal": "*"}))
    assert not asked(applied, outsider).notes
    told = asked(applied, outsider, ResourceFacts(block_public_access=True))
    assert told.decision.outcome is Outcome.IMPLICITLY_DENIED
    assert "RestrictPublicBuckets" in told.notes[0]
    grant = ResourceFacts(kms_grants=(KmsGrant(BOB.arn, ("Decrypt",)),))
    assert "grants" in asked(applied, facts=grant).notes[0]


_statements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(("Allow", "Deny")),
        "Action": st.sampled_from(("*", "s3:Get*", "s3:PutObject")),
        "Resource": st.sampled_from(("*", OBJECT, "arn:aws:s3:::other/*")),
    },
    optional={
        "Condition": st.sampled_from(
            ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, {"Bool": {"aws:SecureTransport": "true"}})
        )
    },
)
_policies = st.lists(
    st.lists(_statements, min_size=1, max_size=3).map(lambda found: policy(*found)), max_size=2
)


@settings(max_examples=200)
@given(_policies, _policies, st.sampled_from(({}, {"aws:SourceVpc": "vpc-1"}, {"aws:SecureTransport": True})))
def test_the_explanation_is_that_of_the_decision(
    identity: list[Policy], boundary: list[Policy], context: dict[str, Any]
) -> None:
    catalog: Catalog = load_catalog()
    applied = AppliedPolicies(identity=tuple(identity), permissions_boundary=tuple(boundary) or None)
    one = request(context)
    told = explain(one, applied, catalog)
    assert told.decision == evaluate(one, applied, catalog)
    applying = {(layer.layer, t.statement) for layer in told.layers for t in layer.statements if t.applies}
    assert set(told.decision.statements) <= applying
    denies = any(layer.role is Role.DENIES for layer in told.layers)
    assert denies == (told.decision.outcome is Outcome.EXPLICITLY_DENIED)
