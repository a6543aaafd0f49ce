from __future__ import annotations

from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.asking import answer, ask
from wa_policy.evaluator.derived_context import derived_context
from wa_policy.evaluator.evaluate import Decision, Outcome
from wa_policy.evaluator.lookup import principal_of
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy
from wa_policy.iam.principal import parse_caller
from wa_policy.iam.request import ContextValue
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    METHODS_PROPERTY,
    POLICY_PROPERTY,
    REST_API_ID_PROPERTY,
    AccountPlace,
    AttachedPolicy,
    Inventory,
    NoOrganization,
    Organization,
    Present,
    Principal,
    PrincipalKind,
    PropertyValue,
    Resource,
)

ACCOUNT, OTHER = "111122223333", "444455556666"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"
API = f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:abc/prod"
BOB, WORKER = f"arn:aws:iam::{ACCOUNT}:user/team/bob", f"arn:aws:iam::{ACCOUNT}:role/app/worker"


def policy(action: str, **more: Any) -> Policy:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*", **more}
    return parse_policy({"Version": "2012-10-17", "Statement": [statement]})[0]


def principal(kind: PrincipalKind, arn: str, path: str, unique_id: str) -> Principal:
    attached = (AttachedPolicy("all", policy("*")),)
    tags = {"Team": "blue"}
    name = arn.rsplit("/", 1)[-1]
    return Principal(kind, arn, ACCOUNT, name, path, NOWHERE, unique_id, attached, tags=tags)


PRINCIPALS = (
    principal(PrincipalKind.ROLE, WORKER, "/app/", "AROAWORKER"),
    principal(PrincipalKind.USER, BOB, "/team/", "AIDABOB"),
)


def inventory(*resources: tuple[str, str, dict[str, PropertyValue]]) -> Inventory:
    made = tuple(
        Resource(type_, id_, "name", ACCOUNT, "eu-west-1", properties, NOWHERE)
        for type_, id_, properties in resources
    )
    return Inventory(PRINCIPALS, made, NoOrganization())


def decide(catalog: Catalog, held: Inventory, who: str, action: str, what: str, **context: str) -> Decision:
    caller = parse_caller(who)
    assert caller is not None
    return answer(ask(held, caller, action, what, context), catalog)


# --- the context --------------------------------------------------------------------------------------------------


def context_of(who: str, held: Inventory | None = None) -> dict[str, ContextValue]:
    caller = parse_caller(who)
    assert caller is not None
    held = held or inventory()
    return derived_context(held, caller, principal_of(held, caller), KEY, OTHER)


_ALWAYS = {"aws:securetransport": "true", "aws:resourceaccount": OTHER, "aws:requestedregion": "eu-west-1"}
_MEMBER = {
    **_ALWAYS,
    "aws:principalaccount": ACCOUNT,
    "aws:principalisawsservice": "false",
}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (
            BOB,
            {
                **_MEMBER,
                "aws:principalarn": BOB,
                "aws:principaltype": "User",
                "aws:principaltag/team": "blue",
                "aws:userid": "AIDABOB",
                "aws:username": "bob",
            },
        ),
        (
            WORKER,  # no session is meant, so no aws:userid
            {
                **_MEMBER,
                "aws:principalarn": WORKER,
                "aws:principaltype": "AssumedRole",
                "aws:principaltag/team": "blue",
            },
        ),
        (
            f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/s1",
            {
                **_MEMBER,
                "aws:principalarn": WORKER,  # of the role, with its path
                "aws:principaltype": "AssumedRole",
                "aws:principaltag/team": "blue",
                "aws:userid": "AROAWORKER:s1",
            },
        ),
        (
            f"arn:aws:iam::{ACCOUNT}:root",
            {
                **_MEMBER,
                "aws:principalarn": f"arn:aws:iam::{ACCOUNT}:root",
                "aws:principaltype": "Account",
                "aws:userid": ACCOUNT,
            },
        ),
        (
            "lambda.amazonaws.com",
            {
                **_ALWAYS,
                "aws:principalisawsservice": "true",
                "aws:principalservicename": "lambda.amazonaws.com",
            },
        ),
        ("*", {**_ALWAYS, "aws:principaltype": "Anonymous", "aws:userid": "anonymous"}),
    ],
)
def test_the_context_that_the_inventory_tells(who: str, expected: dict[str, ContextValue]) -> None:
    assert context_of(who) == expected


def test_the_organization_is_that_of_each_side() -> None:
    place = AccountPlace((), ())
    held = Inventory(PRINCIPALS, (), Organization("o-example1234", OTHER, {ACCOUNT: place}))
    context = context_of(BOB, held)
    assert context["aws:principalorgid"] == "o-example1234"
    assert context["aws:resourceorgid"] == "o-example1234"  # the management account is in it
    assert "aws:principalorgid" not in context_of(f"arn:aws:iam::{'9' * 12}:user/eve", held)
    assert "aws:principalorgid" not in context_of("lambda.amazonaws.com", held)


def test_what_the_asker_says_wins(catalog: Catalog) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"
    bound = policy("sqs:*", Principal={"AWS": BOB}, Effect="Deny", Condition=condition)
    held = inventory(("AWS::SQS::Queue", queue, {POLICY_PROPERTY: Present(bound)}))
    assert decide(catalog, held, BOB, "sqs:SendMessage", queue).is_allowed
    told = decide(catalog, held, BOB, "sqs:SendMessage", queue, **{"aws:principaltag/team": "red"})
    assert told.outcome is Outcome.EXPLICITLY_DENIED


def test_a_key_that_is_compared_and_not_given_is_a_doubt(catalog: Catalog) -> None:
    condition = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"
    bound = policy("sqs:*", Principal="*", Condition=condition)
    held = inventory(("AWS::SQS::Queue", queue, {POLICY_PROPERTY: Present(bound)}))
    (doubt,) = decide(catalog, held, "*", "sqs:SendMessage", queue).doubts
    assert "`aws:SourceIp`" in doubt.reason
    told = decide(catalog, held, "*", "sqs:SendMessage", queue, **{"aws:sourceip": "203.0.113.9"})
    assert (told.outcome, told.doubts) == (Outcome.ALLOWED, ())


# --- settings of the resource that were not exported ------------------------------------------------------------------


def test_a_grant_that_was_not_exported_may_allow_the_use_of_a_key(catalog: Catalog) -> None:
    own = policy("kms:*", Principal={"AWS": f"arn:aws:iam::{OTHER}:root"})
    held = inventory(("AWS::KMS::Key", KEY, {POLICY_PROPERTY: Present(own)}))
    told = decide(catalog, held, BOB, "kms:Decrypt", KEY)
    assert told.outcome is Outcome.UNKNOWN
    assert told.unknown[0].reason.startswith("kms list-grants")
    # No grant gives what is no grant operation.
    assert decide(catalog, held, BOB, "kms:ScheduleKeyDeletion", KEY).outcome is Outcome.IMPLICITLY_DENIED


@pytest.mark.parametrize(
    ("block", "outcome"),
    [
        ({"RestrictPublicBuckets": True}, Outcome.IMPLICITLY_DENIED),
        ({"RestrictPublicBuckets": False}, Outcome.UNKNOWN),  # it may be on for the account
        (Unknown(UnknownKind.NOT_EXPORTED, "s3api get-public-access-block"), Outcome.UNKNOWN),
    ],
)
def test_a_public_bucket_may_be_blocked(catalog: Catalog, block: PropertyValue, outcome: Outcome) -> None:
    public = Present(policy("s3:GetObject", Principal="*"))
    properties: dict[str, PropertyValue] = {POLICY_PROPERTY: public, "PublicAccessBlockConfiguration": block}
    held = inventory(("AWS::S3::Bucket", "arn:aws:s3:::site", properties))
    assert decide(catalog, held, "*", "s3:GetObject", "arn:aws:s3:::site/index.html").outcome is outcome
    assert decide(catalog, held, BOB, "s3:GetObject", "arn:aws:s3:::site/index.html").is_allowed


METHODS: PropertyValue = (
    {"ResourcePath": "/open", "HttpMethod": "GET", "AuthorizationType": "NONE"},
    {"ResourcePath": "/iam/{id}", "HttpMethod": "ANY", "AuthorizationType": "AWS_IAM"},
    {"ResourcePath": "/custom/{proxy+}", "HttpMethod": "GET", "AuthorizationType": "CUSTOM"},
    {
        "ResourcePath": "/unread",
        "HttpMethod": "GET",
        "AuthorizationType": Unknown(UnknownKind.NOT_EXPORTED, "x"),
    },
)


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("GET/open", Outcome.ALLOWED),
        ("GET/iam/7", Outcome.IMPLICITLY_DENIED),
        ("POST/iam/7", Outcome.IMPLICITLY_DENIED),
        ("GET/custom/a/b", Outcome.UNKNOWN),  # what the authorizer returns is not known
        ("GET/unread", Outcome.UNKNOWN),
        ("GET/nowhere", Outcome.UNKNOWN),
    ],
)
def test_what_authorizes_a_method_decides(catalog: Catalog, path: str, outcome: Outcome) -> None:
    properties: dict[str, PropertyValue] = {REST_API_ID_PROPERTY: "abc", METHODS_PROPERTY: METHODS}
    held = inventory(("AWS::ApiGateway::RestApi", "arn:aws:apigateway:eu-west-1::/restapis/abc", properties))
    assert decide(catalog, held, "*", "execute-api:Invoke", f"{API}/{path}").outcome is outcome


def test_an_api_that_was_not_read_is_unknown(catalog: Catalog) -> None:
    assert decide(catalog, inventory(), "*", "execute-api:Invoke", f"{API}/GET/x").outcome is Outcome.UNKNOWN


def test_settings_without_matter_do_not_make_it_unknown(catalog: Catalog) -> None:
    denied = policy("kms:*", Principal="*", Effect="Deny")
    held = inventory(("AWS::KMS::Key", KEY, {POLICY_PROPERTY: Present(denied)}))
    assert decide(catalog, held, BOB, "kms:Decrypt", KEY).outcome is Outcome.EXPLICITLY_DENIED
    open_key = policy("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    held = inventory(("AWS::KMS::Key", KEY, {POLICY_PROPERTY: Present(open_key)}))
    assert decide(catalog, held, BOB, "kms:Decrypt", KEY).is_allowed
