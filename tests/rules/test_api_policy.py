"""What the policy of a REST API binds its callers to, and which of its conditions no call can meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.rules.conftest import Export
from tests.rules.test_each import give
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.unknown import Unknown
from wa_policy.rules.each_operations import REST_API
from wa_policy.rules.shape import SHAPES
from wa_policy.rules.subjects import Scope, Subject

OnlySubject = Callable[..., tuple[Subject, Scope]]
VPCE = "vpce-0a1b2c3d"


def policy(*statements: Mapping[str, Any]) -> Mapping[str, Any]:
    whole = [
        {"Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*", **one}
        for one in statements
    ]
    return {"Version": "2012-10-17", "Statement": whole}


def template(kind: str | None, *statements: Mapping[str, Any], **verbs: str) -> Mapping[str, Any]:
    properties: dict[str, Any] = {"Name": "a", "Policy": policy(*statements)}
    if kind is not None:
        properties["EndpointConfiguration"] = {"Types": [kind]}
    methods = {
        f"M{verb}": {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                "RestApiId": {"Ref": "Api"},
                "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
                "HttpMethod": verb,
                "AuthorizationType": authorization,
            },
        }
        for verb, authorization in verbs.items()
    }
    resources = {"Api": {"Type": REST_API, "Properties": properties}, **methods}
    return {"template.json": {"Parameters": {"Given": {"Type": "String"}}, "Resources": resources}}


def test_networks_that_a_policy_names(export: Export, only_subject: OnlySubject) -> None:
    deny = {"Effect": "Deny", "Condition": {"StringNotEquals": {"aws:SourceVpce": [VPCE, {"Ref": "Given"}]}}}
    like = {"Effect": "Deny", "Condition": {"StringNotLike": {"aws:SourceVpc": "vpc-*"}}}
    subject, scope = only_subject(export(template("PRIVATE", deny, like)), REST_API)
    found = give("bound_networks", subject, scope)
    (item,) = found.items
    assert found.unknown == ()
    endpoints = item.fields["endpoints"]
    assert isinstance(endpoints, tuple)
    first, second = endpoints
    assert first == VPCE
    assert second.startswith("vpce-"), "whatever the parameter holds, it is no endpoint of anybody's"
    assert item.fields["vpcs"] == ()
    (item,) = give("bound_networks", subject, scope, endpoints=("vpce-1",)).items
    assert item.fields == {"endpoints": ("vpce-1",), "vpcs": ()}


def test_a_pattern_that_is_not_known_names_anything(export: Export, only_subject: OnlySubject) -> None:
    allow = {"Effect": "Allow", "Condition": {"StringLike": {"aws:SourceVpce": {"Ref": "Given"}}}}
    subject, scope = only_subject(export(template("PRIVATE", allow)), REST_API)
    assert len(give("bound_networks", subject, scope).unknown) == 1


@pytest.mark.parametrize(
    ("condition", "ranges"),
    [
        ({"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "0.0.0.0/0", "::/0"]}}, ("192.0.2.0/24",)),
        ({"NotIpAddress": {"aws:SourceIp": "0.0.0.0/1"}}, ("0.0.0.0/1",)),
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, None),
    ],
)
def test_lists_that_a_deny_spares(
    condition: Mapping[str, Any],
    ranges: tuple[str, ...] | None,
    export: Export,
    only_subject: OnlySubject,
) -> None:
    subject, scope = only_subject(
        export(template(None, {"Effect": "Deny", "Condition": condition})), REST_API
    )
    found = give("address_guards", subject, scope).items
    assert [item.fields["source_ip_ranges"] for item in found] == ([] if ranges is None else [ranges])
    assert all(item.fields["source_ip_calls"] and not item.fields["vpc_source_ip_calls"] for item in found)


def judged(subject: Subject, scope: Scope) -> Truth:
    (item,) = give("policy_conditions", subject, scope).items
    return SHAPES["is_dead_condition"].judge(item, subject, scope, {})


ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
NETWORK = {"StringEquals": {"AWS:sourceVPCE": VPCE}}


@pytest.mark.parametrize(
    ("kind", "condition", "verbs", "expected"),
    [
        ("REGIONAL", NETWORK, {}, True),
        (None, NETWORK, {}, True),
        ("PRIVATE", NETWORK, {}, False),
        ("REGIONAL", {"Null": {"aws:SourceVpce": "true"}}, {}, False),
        ("REGIONAL", {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, {}, False),
        ("REGIONAL", ORG, {"GET": "NONE"}, True),
        ("REGIONAL", ORG, {"GET": "NONE", "PUT": "AWS_IAM"}, False),
        ("REGIONAL", ORG, {"GET": "NONE", "OPTIONS": "AWS_IAM"}, True),
        ("REGIONAL", ORG, {}, False),
        ("REGIONAL", {"StringEquals": {"aws:PrincipalTag/a": "b"}}, {"GET": "CUSTOM"}, True),
    ],
)
def test_dead_conditions(
    kind: str | None,
    condition: Mapping[str, Any],
    verbs: Mapping[str, str],
    *,
    expected: bool,
    export: Export,
    only_subject: OnlySubject,
) -> None:
    statement = {"Effect": "Allow", "Condition": condition}
    assert judged(*only_subject(export(template(kind, statement, **verbs)), REST_API)) is expected


def test_a_statement_about_other_methods(export: Export, only_subject: OnlySubject) -> None:
    statement = {"Effect": "Allow", "Resource": "execute-api:/*/PUT/*", "Condition": ORG}
    files = template("REGIONAL", statement, GET="NONE", PUT="AWS_IAM")
    assert judged(*only_subject(export(files), REST_API)) is False
    files = template("REGIONAL", {**statement, "Resource": "execute-api:/*/GET/*"}, GET="NONE", PUT="AWS_IAM")
    assert judged(*only_subject(export(files), REST_API)) is True


def test_methods_that_are_not_known(export: Export, only_subject: OnlySubject) -> None:
    api = {"id": "abc", "name": "a", "createdDate": "2025-01-01T00:00:00+00:00"}
    listed = {**api, "policy": policy({"Effect": "Allow", "Condition": ORG})}
    files = {"apigateway.get-rest-apis.json": {"items": [listed]}}
    assert isinstance(judged(*only_subject(export(files), REST_API)), Unknown)


@pytest.mark.parametrize(
    ("effect", "condition", "words"),
    [
        ("Allow", NETWORK, "the Allow lets nobody in"),
        ("Allow", {"StringEqualsIfExists": {"aws:SourceVpce": VPCE}}, "the Allow restricts nobody by it"),
        ("Deny", NETWORK, "the Deny protects nothing"),
        ("Deny", {"StringNotEquals": {"aws:SourceVpce": VPCE}}, "the Deny denies everyone"),
    ],
)
def test_what_a_dead_condition_does(
    effect: str, condition: Mapping[str, Any], words: str, export: Export, only_subject: OnlySubject
) -> None:
    files = template("REGIONAL", {"Effect": effect, "Condition": condition})
    subject, scope = only_subject(export(files), REST_API)
    (item,) = give("policy_conditions", subject, scope).items
    assert SHAPES["is_dead_condition"].evidence(item).endswith(words)
