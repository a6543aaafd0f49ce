"""What each iterator gives, and what it says it cannot know."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.rules.conftest import Export
from wa_policy.inventory.model import Inventory
from wa_policy.rules.arguments import Values
from wa_policy.rules.each import ITERATORS
from wa_policy.rules.items import Items
from wa_policy.rules.subjects import Scope, Subject

OnlySubject = Callable[..., tuple[Subject, Scope]]
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:f"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:q"
Files = Mapping[str, Any]


def function(*statements: Mapping[str, Any]) -> Files:
    whole = [
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": FUNCTION, **s} for s in statements
    ]
    return {"lambda.get-policy.f.json": {"Policy": {"Version": "2012-10-17", "Statement": whole}}}


def role(
    *statements: Mapping[str, Any],
    trust: Mapping[str, Any] | None = None,
    boundary: list[Mapping[str, Any]] | None = None,
) -> Files:
    detail: dict[str, Any] = {
        "RoleName": "r",
        "Arn": "arn:aws:iam::111122223333:role/r",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": trust or []},
        "RolePolicyList": [
            {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}}
        ],
    }
    policies: list[Any] = []
    if boundary is not None:
        arn = "arn:aws:iam::111122223333:policy/b"
        detail["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
        document = {"Version": "2012-10-17", "Statement": boundary}
        version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": document}
        policies = [{"PolicyName": "b", "Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": [version]}]
    details = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [detail], "Policies": policies}
    return {"iam.get-account-authorization-details.json": details}


def allow(action: Any, resource: Any = "*", condition: Any = None) -> Mapping[str, Any]:
    more = {} if condition is None else {"Condition": condition}
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def give(name: str, subject: Subject, scope: Scope, **arguments: Any) -> Items:
    values: Values = arguments
    return ITERATORS[name].give(subject, scope, values)


def keys(items: Items) -> list[str]:
    assert len({item.key for item in items.items}) == len(items.items)
    return [item.key for item in items.items]


@pytest.fixture
def of(export: Export, only_subject: OnlySubject) -> Callable[..., Items]:
    def run(name: str, files: Files, type_: str = "AWS::Lambda::Function", **arguments: Any) -> Items:
        inventory: Inventory = export(files)
        return give(name, *only_subject(inventory, type_), **arguments)

    return run


def test_every_iterator_gives_the_fields_that_it_declares() -> None:
    assert list(ITERATORS) == sorted(ITERATORS)
    assert all(iterator.fields and iterator.types != () for iterator in ITERATORS.values())


def test_granted_services(of: Callable[..., Items]) -> None:
    files = function(
        {"Principal": {"Service": ["events.amazonaws.com", "sns.amazonaws.com"]}},
        {"Principal": {"Service": "sns.amazonaws.com"}},
        {"Principal": {"Service": "s3.amazonaws.com"}, "Effect": "Deny"},
        {"Principal": {"AWS": "444455556666"}},
        {"Principal": "*", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:execute-api:r:1:a/*"}}},
        {"Principal": "*", "Condition": {"ArnNotLike": {"aws:SourceArn": "arn:aws:ses:r:1:a/*"}}},
    )
    found = of("granted_services", files)
    assert keys(found) == ["events.amazonaws.com", "sns.amazonaws.com", "apigateway.amazonaws.com"]
    assert found.unknown == ()
    assert found.items[0].fields == {"service": "events.amazonaws.com"}
    assert found.items[0].source.pointer == "/Policy/Statement/0"


def test_granted_services_leave_out_the_exceptions(of: Callable[..., Items]) -> None:
    files = function({"Principal": {"Service": ["events.amazonaws.com", "sns.amazonaws.com"]}})
    assert keys(of("granted_services", files, **{"except": ("sns.amazonaws.com",)})) == [
        "events.amazonaws.com"
    ]


def test_granted_accounts(of: Callable[..., Items]) -> None:
    in_account = {"StringEquals": {"aws:PrincipalAccount": ["555566667777", "111122223333"]}}
    by_role = {"ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::666677778888:role/x", "arn:aws:iam::*:role/x"]}}
    files = function(
        {"Principal": {"AWS": ["444455556666", "arn:aws:iam::444455556666:role/a", "111122223333"]}},
        {"Principal": {"AWS": "arn:aws:iam::777788889999:user/u"}},
        {"Principal": "*", "Condition": in_account},
        {"Principal": {"AWS": "*"}, "Condition": by_role},
        {"Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "888899990000"}}},
    )
    assert keys(of("granted_accounts", files)) == [
        "444455556666",
        "777788889999",
        "555566667777",
        "666677778888",
    ]
    assert keys(of("granted_accounts", files, **{"except": ("444455556666", "777788889999")})) == [
        "555566667777",
        "666677778888",
    ]


def test_condition_values(of: Callable[..., Items]) -> None:
    files = function(
        {"Principal": "*", "Condition": {"ArnLikeIfExists": {"AWS:SourceArn": ["a", "b"]}}},
        {"Principal": "*", "Effect": "Deny", "Condition": {"ArnLike": {"aws:SourceArn": "a"}}},
        {
            "Principal": "*",
            "Condition": {"StringEquals": {"aws:SourceArn": "c"}, "ArnLike": {"aws:other": "d"}},
        },
    )
    found = of("condition_values", files, keys=("aws:SourceArn",), operators=("ArnLike",))
    assert keys(found) == ["ArnLikeIfExists a", "ArnLikeIfExists b", "Deny ArnLike a"]
    assert found.items[2].fields == {
        "value": "a",
        "key": "aws:SourceArn",
        "operator": "ArnLike",
        "effect": "Deny",
    }


def test_statements(of: Callable[..., Items]) -> None:
    files = role(
        {**allow("s3:GetObject"), "Sid": "Read"},
        allow(["a:B", "c:D", "e:F", "g:H"]),
        allow("a:B"),
        allow("a:B"),
    )
    found = of("statements", files, "AWS::IAM::Role", policies="identity")
    assert keys(found) == [
        "p: Read",
        "p: Allow a:B, c:D, e:F and 1 more",
        "p: Allow a:B",
        "p: Allow a:B (2)",
    ]
    assert keys(of("statements", function({"Sid": "one", "Principal": "*"}), policies="resource")) == ["one"]


API = {"id": "abc", "name": "a", "createdDate": "2025-01-01T00:00:00+00:00"}
METHODS = [
    {
        "id": "r",
        "path": "/a/{id}/{proxy+}",
        "resourceMethods": {
            "ANY": {"httpMethod": "ANY", "authorizationType": "NONE"},
            "OPTIONS": {"httpMethod": "OPTIONS", "authorizationType": "NONE"},
            "POST": {"httpMethod": "POST", "authorizationType": "AWS_IAM"},
        },
    },
    {"id": "s", "path": "/", "resourceMethods": {"GET": {"httpMethod": "GET", "authorizationType": "NONE"}}},
]
REST_API = "AWS::ApiGateway::RestApi"


def test_methods(of: Callable[..., Items]) -> None:
    files = {
        "apigateway.get-rest-apis.json": {"items": [API]},
        "apigateway.get-resources.abc.json": {"items": METHODS},
    }
    found = of("methods", files, REST_API, authorization=("NONE",), **{"except": ("OPTIONS",)})
    place = "arn:aws:execute-api:eu-west-1:111122223333:abc/*"
    assert {item.key: item.fields["arn"] for item in found.items} == {
        "ANY /a/{id}/{proxy+}": f"{place}/*/a/*/*",
        "GET /": f"{place}/GET/",
    }


def test_methods_that_were_not_exported_or_not_embedded_are_unknown(of: Callable[..., Items]) -> None:
    found = of(
        "methods", {"apigateway.get-rest-apis.json": {"items": [API]}}, REST_API, authorization=("NONE",)
    )
    assert found.items == ()
    assert [str(reason) for reason in found.unknown] == [
        "not exported: apigateway get-resources --embed methods for `a`"
    ]
    bare = [{"id": "r", "path": "/a", "resourceMethods": {"GET": {}}}]
    files = {
        "apigateway.get-rest-apis.json": {"items": [API]},
        "apigateway.get-resources.abc.json": {"items": bare},
    }
    (item,) = of("methods", files, REST_API, authorization=("NONE",)).items
    assert (item.key, str(item.unknown)) == (
        "GET /a",
        "not exported: apigateway get-resources with `--embed methods`",
    )


ROLE = "AWS::IAM::Role"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("sqs:*"), ["sqs:*"]),
        (allow("SQS:?*"), ["sqs:*"]),
        (allow(["sqs:*", "s3:GetObject"]), ["sqs:*"]),
        (allow("s3:Get*"), []),
        (allow("*"), ["*"]),
        (allow("*:*"), ["*"]),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, []),
        # Every action of a service by name is what a rule asks for.
        (allow(["rds-db:connect"]), []),
    ],
)
def test_whole_services(statement: Mapping[str, Any], expected: list[str], of: Callable[..., Items]) -> None:
    assert keys(of("whole_services", role(statement), ROLE)) == expected


def test_whole_services_by_not_action(of: Callable[..., Items]) -> None:
    found = of("whole_services", role({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), ROLE)
    assert "sqs:*" in keys(found)
    assert "iam:*" not in keys(found)


def test_everything_but_what_a_deny_takes_away_is_one_item(of: Callable[..., Items]) -> None:
    deny = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
    (item,) = of("whole_services", role(allow("*"), deny), ROLE).items
    assert item.key == "*"
    assert "sqs:*" in item.fields["actions"]
    assert "organizations:*" not in item.fields["actions"]
    (item,) = of("whole_services", role(allow("*"), boundary=[allow("s3:GetObject")]), ROLE).items
    assert item.fields["actions"] == ("*",)


def test_resource_grants(of: Callable[..., Items]) -> None:
    denied = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    files = role(allow("sqs:SendMessage", [QUEUE, "*"]), denied)
    assert keys(of("resource_grants", files, ROLE)) == [
        f"p: sqs:SendMessage on {QUEUE}",
        "p: sqs:SendMessage on *",
    ]
    files = role({"Effect": "Allow", "Action": "sqs:*", "NotResource": QUEUE})
    assert keys(of("resource_grants", files, ROLE)) == [f"p: sqs:* on all resources but {QUEUE}"]


def test_pass_role_grants(of: Callable[..., Items]) -> None:
    named = "arn:aws:iam::111122223333:role/app-*"
    files = role(
        allow("iam:Pass*", [named, "arn:aws:iam::111122223333:role/*", "arn:aws:iam::*:role/a"]),
        allow("s3:*"),
        allow("iam:PassRole", "*", {"StringLike": {"iam:PassedToService": ["states.amazonaws.com", "e*"]}}),
    )
    (item,) = of("pass_role_grants", files, ROLE).items
    assert item.fields == {"roles": (named,), "services": ("states.amazonaws.com",)}
    assert of("pass_role_grants", role(allow("iam:GetRole")), ROLE).items == ()


def trust(issuer: str, condition: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    more = {} if condition is None else {"Condition": condition}
    principal = {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{issuer}"}
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRoleWithWebIdentity", **more}


GITHUB = "token.actions.githubusercontent.com"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("repo:acme/orders:ref:refs/heads/main", ("repo:acme/*",)),
        ("repo:acme/*", ("repo:acme/*",)),
        ("repo:acme*", ()),
        ("repo:*/orders:*", ()),
        ("repo:ac?e/orders:*", ()),
        ("*", ()),
        (["repo:acme/a:*", "repo:other/b:*", "*"], ("repo:acme/*", "repo:other/*")),
        ("repository_owner_id:42:repository_id:7", ("repository_owner_id:42:*",)),
        ("my-own-form:42", ("my-own-form:42",)),
        ("my-own-form:*", ()),
    ],
)
def test_shared_issuers(value: Any, expected: tuple[str, ...], of: Callable[..., Items]) -> None:
    files = role(trust=trust(GITHUB, {"StringLike": {f"{GITHUB}:SUB": value}}))
    (item,) = of("shared_issuers", files, ROLE).items
    assert (item.key, item.fields["subjects"]) == (GITHUB, expected)
    assert item.fields["subject_key"] == f"{GITHUB}:sub"
    (item,) = of("shared_issuers", files, ROLE, allowed=("repo:acme/orders:*",)).items
    assert item.fields["subjects"] == ("repo:acme/orders:*",)


@pytest.mark.parametrize(
    ("issuer", "subject", "expected"),
    [
        ("gitlab.com", "project_path:acme/team/mirror:ref_type:branch:ref:main", "project_path:acme/*"),
        ("app.terraform.io", "organization:acme:project:p:workspace:w:run_phase:*", "organization:acme:*"),
        ("agent.buildkite.com", "organization:acme:pipeline:p:*", "organization:acme:*"),
    ],
)
def test_subject_grammars(issuer: str, subject: str, expected: str, of: Callable[..., Items]) -> None:
    files = role(trust=trust(issuer, {"StringLike": {f"{issuer}:sub": subject}}))
    (item,) = of("shared_issuers", files, ROLE).items
    assert item.fields["subjects"] == (expected,)


@pytest.mark.parametrize(
    "issuer", ["oidc.eks.eu-west-1.amazonaws.com/id/ABC", f"{GITHUB}/acme", "example.com"]
)
def test_an_issuer_of_ones_own_is_not_shared(issuer: str, of: Callable[..., Items]) -> None:
    assert of("shared_issuers", role(trust=trust(issuer)), ROLE).items == ()
