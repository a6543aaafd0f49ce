"""The named predicates of `shape`."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.rules.conftest import Export
from tests.rules.test_each import FUNCTION, ROLE, allow, function, give, role
from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.findings import Result
from wa_policy.iam.unknown import Unknown
from wa_policy.iam.values import parse_address_range
from wa_policy.inventory.model import Inventory
from wa_policy.rules.pack import load_pack
from wa_policy.rules.run import run
from wa_policy.rules.shape import SHAPES
from wa_policy.rules.shape_addresses import prefix_length
from wa_policy.rules.shape_resources import is_wide_text
from wa_policy.rules.subjects import Scope, Subject
from wa_policy.settings import Settings

OnlySubject = Callable[..., tuple[Subject, Scope]]
ACCOUNT = "111122223333"


@pytest.mark.parametrize(
    ("text", "length"),
    [("0.0.0.0/0", 0), ("10.0.0.0/8", 8), ("192.0.2.1", 32), ("::/0", 0), ("2001:db8::/32", 32)],
)
def test_prefix_length(text: str, length: int) -> None:
    found = parse_address_range(text)
    assert found is not None
    assert prefix_length(found) == length


@pytest.mark.parametrize(
    ("value", "operator", "effect", "expected"),
    [
        ("0.0.0.0/0", "IpAddress", "Allow", True),
        ("203.0.0.0/15", "IpAddress", "Allow", True),
        ("203.0.0.0/16", "IpAddress", "Allow", False),
        ("2001:db8::/31", "IpAddress", "Allow", True),
        ("2001:db8::/32", "IpAddressIfExists", "Allow", False),
        ("10.1.2.0/24", "IpAddress", "Allow", True),
        ("172.31.0.0/16", "NotIpAddress", "Deny", True),
        ("169.254.1.1", "IpAddress", "Allow", True),
        ("fd00::/64", "IpAddress", "Allow", True),
        ("192.0.0.0/8", "IpAddress", "Deny", False),
        ("192.0.0.0/8", "NotIpAddress", "Allow", False),
        ("no address", "IpAddress", "Allow", False),
    ],
)
def test_unsound_ranges(
    value: str, operator: str, effect: str, *, expected: bool, export: Export, only_subject: OnlySubject
) -> None:
    condition = {operator: {"aws:SourceIp": value}}
    inventory = export(function({"Principal": "*", "Effect": effect, "Condition": condition}))
    subject, scope = only_subject(inventory, "AWS::Lambda::Function")
    operators = ("IpAddress", "NotIpAddress")
    (item,) = give("condition_values", subject, scope, keys=("aws:SourceIp",), operators=operators).items
    limits = {"min_prefix_v4": 16, "min_prefix_v6": 32}
    assert SHAPES["is_unsound_range"].judge(item, subject, scope, limits) is expected


def uri(name: str) -> str:
    return f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FUNCTION[:-1]}{name}/invocations"


def api(*methods: tuple[str, str, str | None]) -> Mapping[str, Any]:
    resources: dict[str, Any] = {}
    for path, verb, name in methods:
        integration = {"type": "MOCK"} if name is None else {"type": "AWS_PROXY", "uri": uri(name)}
        method = {"httpMethod": verb, "authorizationType": "NONE", "methodIntegration": integration}
        resources.setdefault(path, {})[verb] = method
    items = [{"id": path, "path": path, "resourceMethods": found} for path, found in resources.items()]
    rest_api = {"id": "abc", "name": "a", "createdDate": "2025-01-01T00:00:00+00:00"}
    return {
        "apigateway.get-rest-apis.json": {"items": [rest_api]},
        "apigateway.get-resources.abc.json": {"items": items},
        "apigatewayv2.get-apis.json": {"Items": []},
    }


def wide(value: str, files: Mapping[str, Any], export: Export, only_subject: OnlySubject) -> Truth:
    condition = {"ArnLike": {"aws:SourceArn": value}}
    inventory = export({**function({"Principal": "*", "Condition": condition}), **files})
    subject, scope = only_subject(inventory, "AWS::Lambda::Function")
    (item,) = give("condition_values", subject, scope, keys=("aws:SourceArn",), operators=("ArnLike",)).items
    return SHAPES["is_wide_source"].judge(item, subject, scope, {})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("arn:aws:events:eu-west-1:111122223333:rule/*", True),
        ("arn:aws:events:eu-west-1:111122223333:rule/hourly", False),
        ("arn:aws:events:eu-west-1:111122223333:*", True),
        ("arn:aws:s3:::*", True),
        ("arn:aws:s3:::acme-*", False),
        ("arn:aws:s3:::acme", False),
        ("arn:aws:logs:eu-west-1:*:log-group:/aws/lambda/f:*", False),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:*", True),
        ("arn:aws:execute-api:eu-west-1:111122223333:*/*", True),
        ("arn:aws:execute-api:eu-west-1:111122223333:abc/*/GET/a", False),
        ("*", True),
    ],
)
def test_wide_sources(value: str, expected: bool, export: Export, only_subject: OnlySubject) -> None:
    assert wide(value, {}, export, only_subject) is expected


ANY_METHOD = "arn:aws:execute-api:eu-west-1:111122223333:abc/*/*"


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        ([("/a", "POST", "f"), ("/a", "GET", None)], True),
        ([("/a", "POST", "f"), ("/b", "GET", "g")], True),
        ([("/a", "POST", "f")], False),
        ([("/a", "POST", "f"), ("/a", "OPTIONS", None)], False),
        ([("/a", "POST", "f"), ("/b", "POST", "f"), ("/c", "GET", "g")], False),
        ([("/a", "POST", "f:live"), ("/b", "GET", "g")], True),
        ([("/a", "POST", "f2"), ("/b", "GET", "g")], False),
    ],
)
def test_every_method_of_an_api(
    methods: list[tuple[str, str, str | None]], expected: bool, export: Export, only_subject: OnlySubject
) -> None:
    assert wide(ANY_METHOD, api(*methods), export, only_subject) is expected


def test_an_api_that_was_not_exported_is_unknown(export: Export, only_subject: OnlySubject) -> None:
    found = wide(ANY_METHOD, {}, export, only_subject)
    assert isinstance(found, Unknown)
    assert found.reason == "apigateway get-rest-apis in account `111122223333` in `eu-west-1`"


def test_an_api_that_is_gone_is_fine(export: Export, only_subject: OnlySubject) -> None:
    other = "arn:aws:execute-api:eu-west-1:111122223333:gone/*/*"
    assert wide(other, api(("/a", "POST", "f")), export, only_subject) is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", True),
        ("**", True),
        ("arn:aws:sqs:*:*:*", True),
        ("arn:aws:iam::*:role/*", True),
        ("arn:aws:iam::*:role/x", False),
        ("arn:aws:sqs:eu-west-1:999988887777:*", True),
        (f"arn:aws:sqs:eu-west-1:{ACCOUNT}:*", False),
        (f"arn:aws:ec2:eu-west-1:{ACCOUNT}:network-interface/*", False),
        ("arn:aws:s3:::*", True),
        ("arn:aws:s3:::*/*", True),
        ("arn:aws:s3:::acme/*", False),
        ("arn:aws:apigateway:eu-west-1::/restapis/*", True),
        ("arn:aws:apigateway:eu-west-1::/restapis/abc/*", False),
        ("arn:aws:dynamodb:*", True),
        (f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/f:*", False),
    ],
)
def test_wide_resources(text: str, expected: bool) -> None:
    assert is_wide_text(text, ACCOUNT) is expected


VIA = "secretsmanager.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("dynamodb:GetItem"), True),
        (allow("xray:PutTraceSegments"), False),
        (allow(["xray:PutTraceSegments", "dynamodb:GetItem"]), True),
        (allow("lambda:ListFunctions"), False),
        (allow("kms:Decrypt", "*", {"StringEquals": {"kms:ViaService": VIA}}), False),
        (allow("kms:Decrypt", "*", {"StringEqualsIfExists": {"kms:ViaService": VIA}}), True),
        (allow("kms:Decrypt", "*", {"StringNotEquals": {"kms:ViaService": VIA}}), True),
        (allow("kms:Decrypt", "*", {"StringLike": {"kms:ViaService": "*"}}), True),
        (allow("kms:Decrypt", "*", {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}), True),
        (allow("ec2:StopInstances", "*", {"StringEquals": {"aws:ResourceTag/team": "a"}}), False),
        (allow("ec2:StopInstances", "*", {"Null": {"aws:ResourceTag/team": "false"}}), True),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": "sqs:SendMessage", "NotResource": "arn:aws:sqs:r:1:q"}, True),
    ],
)
def test_grants_on_wide_resources(
    statement: Mapping[str, Any], expected: bool, export: Export, only_subject: OnlySubject
) -> None:
    assert _wide_grant(role(statement), export, only_subject) is expected


def _wide_grant(files: Mapping[str, Any], export: Export, only_subject: OnlySubject) -> Truth:
    subject, scope = only_subject(export(files), ROLE)
    item = give("resource_grants", subject, scope).items[0]
    narrowed_by = ("kms:ViaService", "aws:ResourceTag/*")
    return SHAPES["is_wide_resource"].judge(item, subject, scope, {"narrowed_by": narrowed_by})


@pytest.mark.parametrize(
    ("more", "boundary", "expected"),
    [
        ([{"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}], None, False),
        (
            [{"Effect": "Deny", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:r:1:table/x"}],
            None,
            True,
        ),
        ([{"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}], None, False),
        ([], [allow("s3:*")], False),
        ([], [allow("dynamodb:*")], True),
        ([], [allow("dynamodb:*", "arn:aws:dynamodb:eu-west-1:111122223333:table/x")], False),
        ([], [allow("*"), {"Effect": "Deny", "Action": "dynamodb:GetItem", "Resource": "*"}], False),
    ],
)
def test_a_deny_or_the_boundary_narrows(
    more: list[Mapping[str, Any]],
    boundary: list[Mapping[str, Any]] | None,
    expected: bool,
    export: Export,
    only_subject: OnlySubject,
) -> None:
    files = role(allow("dynamodb:GetItem"), *more, boundary=boundary)
    assert _wide_grant(files, export, only_subject) is expected


# --- what shows a finding ----------------------------------------------------------------------------------------


LAMBDA = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}


def _only_finding(rule: str, inventory: Inventory, catalog: Catalog) -> Result:
    (finding,) = run(load_pack(), inventory, Settings(), catalog, only=[rule]).findings
    return finding


def test_a_wide_resource_is_shown_by_a_request_that_only_the_wildcard_admits(
    export: Export, catalog: Catalog
) -> None:
    files = role(
        allow(["xray:PutTraceSegments", "sqs:SendMessage"]),
        allow("sqs:*", f"arn:aws:sqs:*:{ACCOUNT}:x"),
        trust=LAMBDA,
    )
    finding = _only_finding("lambda-role-wildcard-resources", export(files), catalog)
    assert finding.witness is not None
    request = finding.witness.request
    assert request.action == "sqs:SendMessage"
    assert request.resource.startswith("arn:aws:sqs:")
    assert not request.resource.endswith(":x")
    assert finding.evidence == ""


def test_a_wide_resource_is_shown_by_words_where_no_request_is_allowed(
    export: Export, catalog: Catalog
) -> None:
    queue = "arn:aws:sqs:eu-west-1:111122223333:q"
    files = role(
        allow("sqs:SendMessage"),
        {"Effect": "Deny", "Action": "sqs:*", "NotResource": queue},
        {"Effect": "Deny", "Action": "sqs:*", "Resource": queue},
        trust=LAMBDA,
    )
    finding = _only_finding("lambda-role-wildcard-resources", export(files), catalog)
    assert finding.witness is None
    assert finding.evidence == "the statement grants sqs:SendMessage on `*`"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/*", f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/"),
        ("arn:aws:s3:::*", "arn:aws:s3:::"),
    ],
)
def test_a_wide_source_is_shown_by_a_call_for_a_source_with_a_name(
    source: str, shown: str, export: Export, catalog: Catalog
) -> None:
    service = f"{source.split(':')[2]}.amazonaws.com"
    grant = allow("lambda:InvokeFunction", "*", {"ArnLike": {"aws:SourceArn": source}})
    files = function({**grant, "Principal": {"Service": service}})
    finding = _only_finding("lambda-permission-source-wide", export(files, no_organization=True), catalog)
    assert finding.witness is not None
    found = finding.witness.request.context["aws:sourcearn"]
    assert isinstance(found, str)
    assert found.startswith(shown)
    assert len(found) > len(shown)
