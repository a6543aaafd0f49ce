"""What closes a resource to the outside."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    POLICY_PROPERTY,
    Absent,
    Inventory,
    NoOrganization,
    NotExported,
    Present,
    Resource,
)
from wa_policy.rules.predicates import PREDICATES
from wa_policy.rules.subjects import ACCOUNT, Scope, subject_of_resource

OWN, OTHER = "111122223333", "999988887777"
WHY = Unknown(UnknownKind.UNRESOLVED, "something")
ALONE = Inventory(organization=NoOrganization())
BUCKET = "arn:aws:s3:::b"


def made(type_: str, id_: str, **properties: Any) -> Resource:
    return Resource(type_, id_, "r", OWN, "eu-west-1", properties, NOWHERE)


def ask(
    name: str, resource: Resource, catalog: Catalog, inventory: Inventory = ALONE, **arguments: Any
) -> Truth:
    whole = replace(inventory, resources=(*inventory.resources, resource))
    subject = subject_of_resource(resource, whole)
    return PREDICATES[name].judge(subject, Scope(whole, {}, catalog), arguments)


def bucket(*statements: Mapping[str, Any]) -> Resource:
    policy, problems = parse_policy({"Version": "2012-10-17", "Statement": list(statements)})
    assert problems == ()
    return made("AWS::S3::Bucket", BUCKET, **{POLICY_PROPERTY: Present(policy)})


def deny(**condition: Any) -> Mapping[str, Any]:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [BUCKET, f"{BUCKET}/*"],
        "Condition": condition,
    }


PLAIN = {"Bool": {"aws:SecureTransport": "false"}}
DATA = ("s3:GetObject", "sqs:SendMessage")


def test_plaintext(catalog: Catalog) -> None:
    closed = bucket(deny(**PLAIN))
    assert ask("denies_plaintext", closed, catalog, actions=DATA) is True
    half = bucket(deny(**PLAIN, StringEquals={"aws:PrincipalAccount": OWN}))
    assert ask("denies_plaintext", half, catalog, actions=DATA) is False
    own_left_out = bucket(deny(**PLAIN, StringNotEquals={"aws:PrincipalAccount": OWN}))
    assert ask("denies_plaintext", own_left_out, catalog, actions=DATA) is False
    none = made("AWS::S3::Bucket", BUCKET, **{POLICY_PROPERTY: Absent()})
    assert ask("denies_plaintext", none, catalog, actions=DATA) is False
    unread = made("AWS::S3::Bucket", BUCKET, **{POLICY_PROPERTY: NotExported("a call")})
    assert isinstance(ask("denies_plaintext", unread, catalog, actions=DATA), Unknown)


def test_outsiders(catalog: Catalog) -> None:
    guard = deny(
        StringNotEqualsIfExists={"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
        BoolIfExists={"aws:PrincipalIsAWSService": "false"},
    )
    assert ask("denies_outsiders", bucket(guard), catalog, actions=DATA) is True
    has_to_have_one = deny(
        StringNotEquals={"aws:PrincipalOrgID": "o-a1b2c3d4e5"}, Null={"aws:PrincipalOrgID": "false"}
    )
    assert ask("denies_outsiders", bucket(has_to_have_one), catalog, actions=DATA) is False


FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
ALL = dict.fromkeys(FLAGS, True)


@pytest.mark.parametrize("flag", FLAGS)
def test_each_setting_counts(flag: str, catalog: Catalog) -> None:
    account = made(ACCOUNT, f"arn:aws:iam::{OWN}:root", S3PublicAccessBlock=None)
    known = replace(ALONE, resources=(account,))
    one_off = made("AWS::S3::Bucket", BUCKET, PublicAccessBlockConfiguration={**ALL, flag: False})
    assert ask("blocks_public_access", one_off, catalog, known) is False
    assert isinstance(ask("blocks_public_access", one_off, catalog), Unknown)
    account = made(ACCOUNT, f"arn:aws:iam::{OWN}:root", S3PublicAccessBlock={flag: True})
    assert ask("blocks_public_access", one_off, catalog, replace(ALONE, resources=(account,))) is True


def test_a_bucket_without_settings(catalog: Catalog) -> None:
    bare = made("AWS::S3::Bucket", BUCKET)
    account = made(ACCOUNT, f"arn:aws:iam::{OWN}:root", S3PublicAccessBlock=None)
    assert ask("blocks_public_access", bare, catalog, replace(ALONE, resources=(account,))) is False
    declared = replace(ALONE, declared=frozenset({("AWS::S3::Bucket", BUCKET)}))
    assert ask("blocks_public_access", bare, catalog, declared) is True
    whole = made("AWS::S3::Bucket", BUCKET, PublicAccessBlockConfiguration=ALL)
    assert ask("blocks_public_access", whole, catalog) is True


@pytest.mark.parametrize(
    ("protocol", "endpoint", "trusted", "expected"),
    [
        ("http", "http://a/", (), False),
        ("https", "https://a/", (), True),
        ("https", "https://a/", ("https://b/*",), False),
        ("https", "https://b/x", ("https://b/*",), True),
        ("email", "a@example.com", ("*@example.net",), False),
        ("sqs", "arn", ("*@example.net",), True),
        (WHY, "a", (), WHY),
        ("https", WHY, (), True),
        ("https", WHY, ("a",), WHY),
        ("http", WHY, ("a",), False),
    ],
)
def test_subscriptions(
    protocol: Any, endpoint: Any, trusted: tuple[str, ...], expected: Truth, catalog: Catalog
) -> None:
    subscription = made("AWS::SNS::Subscription", "s", Protocol=protocol, Endpoint=endpoint)
    found = ask("delivers_safely", subscription, catalog, trusted=trusted)
    assert found == expected
    assert isinstance(found, Unknown) is isinstance(expected, Unknown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"AllowFromPublic": false}, {"AllowFromPublic": true}]', True),
        ('[{"AllowFromPublic": false}]', False),
        ('{"AllowFromPublic": true}', True),
        ("no json", None),
        (WHY, None),
        (None, None),
    ],
)
def test_networks(text: Any, expected: bool | None, catalog: Catalog) -> None:
    found = ask("opens_network", made("AWS::OpenSearchServerless::SecurityPolicy", "p", Policy=text), catalog)
    assert isinstance(found, Unknown) if expected is None else found is expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ('[{"Principal": ["arn:aws:iam::1:role/*"], "Rules": []}]', True),
        ('[{"Principal": ["role"], "Rules": [{"Permission": ["aoss:*"], "Resource": ["index/a/*"]}]}]', True),
        (
            '[{"Principal": ["admin"], "Rules": [{"Permission": ["aoss:*"], "Resource": ["index/a/*"]}]}]',
            False,
        ),
        ('[{"Principal": ["a"], "Rules": [{"Permission": ["aoss:Get"], "Resource": ["index/*/*"]}]}]', False),
        (
            '[{"Principal": ["a", "b"], "Rules": [{"Permission": ["aoss:Get"], "Resource": ["index/*/*"]}]}]',
            True,
        ),
        (
            '[{"Principal": ["a", "b"], "Rules": [{"Permission": "aoss:Get", "Resource": "index/a/*"}]}]',
            False,
        ),
    ],
)
def test_data_access(document: str, *, expected: bool, catalog: Catalog) -> None:
    function = made("AWS::Lambda::Function", "f", Role="role")
    known = replace(ALONE, resources=(function,))
    policy = made("AWS::OpenSearchServerless::AccessPolicy", "p", Policy=document)
    assert ask("opens_data", policy, catalog, known, max_admins=1) is expected
