from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.applying import (
    TYPES_WITH_POLICY,
    applied_to,
    caller_side,
    combined,
    resource_side,
    side_of,
    side_of_arn,
)
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.lookup import principal_of, resource_of
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy
from wa_policy.iam.principal import Anonymous, AwsService, RoleSession, RootUser, User, parse_caller
from wa_policy.iam.request import Request
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    POLICY_DOCUMENT_TYPE,
    POLICY_PROPERTY,
    REST_API_ID_PROPERTY,
    Absent,
    AccountPlace,
    AttachedPolicy,
    ControlLevel,
    Inventory,
    NoOrganization,
    NotExported,
    Organization,
    Present,
    Principal,
    PrincipalKind,
    PropertyValue,
    Resource,
)

MEMBER, MANAGEMENT, ELSEWHERE = "111122223333", "444455556666", "999999999999"


def policy(effect: str = "Allow", action: str = "*", **more: Any) -> Policy:
    statement = {"Effect": effect, "Action": action, "Resource": "*", **more}
    return parse_policy({"Version": "2012-10-17", "Statement": [statement]})[0]


FULL, NO_SQS = policy(), policy("Deny", "sqs:*")


def control(*policies: Policy) -> tuple[ControlLevel, ...]:
    attached = tuple(AttachedPolicy("p", one) for one in policies)
    return (ControlLevel("r-root", attached), ControlLevel(MEMBER, attached))


ORGANIZATION = Organization(
    "o-example1234",
    MANAGEMENT,
    {
        MEMBER: AccountPlace(control(FULL, NO_SQS), control(FULL)),
        MANAGEMENT: AccountPlace(control(FULL, NO_SQS), control(FULL)),
    },
)
BOB = Principal(
    PrincipalKind.USER,
    f"arn:aws:iam::{MEMBER}:user/team/bob",
    MEMBER,
    "bob",
    "/team/",
    NOWHERE,
    "AIDABOB",
    (AttachedPolicy("all", FULL),),
)
ROLE = replace(
    BOB, kind=PrincipalKind.ROLE, arn=f"arn:aws:iam::{MEMBER}:role/app/worker", name="worker", path="/app/"
)
QUEUE_ARN = f"arn:aws:sqs:eu-west-1:{MEMBER}:jobs"


def resource(type_: str, id_: str, properties: Mapping[str, PropertyValue] | None = None) -> Resource:
    return Resource(type_, id_, "name", MEMBER, "eu-west-1", properties or {}, NOWHERE)


QUEUE = resource("AWS::SQS::Queue", QUEUE_ARN)
ALONE = Inventory(principals=(ROLE, BOB), resources=(QUEUE,), organization=NoOrganization())
IN_ORGANIZATION = replace(ALONE, organization=ORGANIZATION)


def test_everything_known_leaves_nothing_unknown() -> None:
    assert applied_to(ALONE, BOB, QUEUE) == AppliedPolicies(identity=(FULL,))


# --- the caller -------------------------------------------------------------------------------------------------


def test_a_missing_managed_policy_makes_the_identity_unknown() -> None:
    missing = tuple(Unknown(UnknownKind.NOT_EXPORTED, name) for name in ("policy a", "policy b"))
    side = caller_side(ALONE, replace(BOB, missing=missing))
    assert side.identity == (FULL,)
    assert side.unknown == {Layer.IDENTITY: Unknown(UnknownKind.NOT_EXPORTED, "policy a; policy b")}


def test_a_boundary_is_present_absent_or_unknown() -> None:
    assert caller_side(ALONE, replace(BOB, boundary=Present(NO_SQS))).permissions_boundary == (NO_SQS,)
    assert caller_side(ALONE, BOB).permissions_boundary is None
    side = caller_side(ALONE, replace(BOB, boundary=NotExported("the boundary")))
    assert side.permissions_boundary is None
    assert set(side.unknown) == {Layer.PERMISSIONS_BOUNDARY}


def test_service_control_policies_bind_members() -> None:
    levels = caller_side(IN_ORGANIZATION, BOB).service_control
    assert levels is not None
    assert [level.name for level in levels] == ["r-root", MEMBER]
    assert levels[0].policies == (FULL, NO_SQS)


@pytest.mark.parametrize(
    "exempt",
    [
        replace(BOB, account=MANAGEMENT),
        replace(ROLE, path="/aws-service-role/lambda.amazonaws.com/"),
    ],
)
def test_service_control_policies_do_not_bind(exempt: Principal) -> None:
    side = caller_side(IN_ORGANIZATION, exempt)
    assert side.service_control is None
    assert not side.unknown


@pytest.mark.parametrize(
    "inventory",
    [
        Inventory(),  # nothing was exported of an organization
        replace(ALONE, organization=replace(ORGANIZATION, places={})),
        replace(ALONE, organization=replace(ORGANIZATION, management_account=None)),
        replace(
            ALONE,
            organization=replace(
                ORGANIZATION,
                places={MEMBER: AccountPlace(Unknown(UnknownKind.NOT_EXPORTED, "x"), control(FULL))},
            ),
        ),
    ],
)
def test_service_control_policies_that_were_not_read_are_unknown(inventory: Inventory) -> None:
    side = caller_side(inventory, BOB)
    assert side.service_control is None
    assert set(side.unknown) == {Layer.SERVICE_CONTROL}


def test_a_caller_that_is_not_there_is_unknown_and_has_no_boundary_invented() -> None:
    assert set(caller_side(ALONE, None).unknown) == {Layer.IDENTITY, Layer.SERVICE_CONTROL}
    assert set(side_of(ALONE, User(ELSEWHERE, "eve")).unknown) == {Layer.IDENTITY}


def test_a_session_has_the_policies_of_its_role() -> None:
    session = RoleSession(MEMBER, "worker", "s1")
    assert principal_of(ALONE, session) == ROLE
    assert side_of(ALONE, session) == caller_side(ALONE, ROLE)


def test_a_root_user_is_bound_by_its_organization_only() -> None:
    assert side_of(ALONE, RootUser(MEMBER)) == AppliedPolicies()
    assert side_of(IN_ORGANIZATION, RootUser(MEMBER)).service_control is not None
    assert side_of(IN_ORGANIZATION, RootUser(MANAGEMENT)) == AppliedPolicies()


@pytest.mark.parametrize("caller", [AwsService("lambda.amazonaws.com"), Anonymous()])
def test_callers_without_an_account_have_no_side(caller: AwsService | Anonymous) -> None:
    assert side_of(Inventory(), caller) == AppliedPolicies()


# --- the resource -----------------------------------------------------------------------------------------------


def test_a_resource_policy_is_present_absent_or_unknown() -> None:
    open_queue = resource("AWS::SQS::Queue", QUEUE_ARN, {POLICY_PROPERTY: Present(FULL)})
    assert resource_side(ALONE, open_queue) == (FULL, None, {})
    assert resource_side(ALONE, QUEUE) == (None, None, {})
    unread = resource(
        "AWS::SQS::Queue", QUEUE_ARN, {POLICY_PROPERTY: NotExported("sqs get-queue-attributes")}
    )
    policy_, _, unknown = resource_side(ALONE, unread)
    assert policy_ is None
    assert unknown == {Layer.RESOURCE: Unknown(UnknownKind.NOT_EXPORTED, "sqs get-queue-attributes")}


def test_a_resource_that_is_not_there_is_unknown() -> None:
    _, _, unknown = resource_side(ALONE, None)
    assert set(unknown) == {Layer.RESOURCE, Layer.RESOURCE_CONTROL}
    _, _, unknown = side_of_arn(ALONE, f"arn:aws:dynamodb:eu-west-1:{MEMBER}:table/t", MEMBER)
    assert set(unknown) == {Layer.RESOURCE}


@pytest.mark.parametrize(
    "arn", ["*", f"arn:aws:iam::{MEMBER}:user/bob", f"arn:aws:ec2:eu-west-1:{MEMBER}:instance/i-1"]
)
def test_some_resources_can_have_no_policy(arn: str) -> None:
    assert side_of_arn(ALONE, arn, MEMBER) == (None, None, {})


def test_a_type_whose_policy_no_loader_reads_is_unknown_not_without_policy() -> None:
    point = resource("AWS::S3::AccessPoint", f"arn:aws:s3:eu-west-1:{MEMBER}:accesspoint/p")
    assert set(resource_side(ALONE, point)[2]) == {Layer.RESOURCE}
    user = resource("AWS::IAM::User", BOB.arn)
    assert resource_side(ALONE, user) == (None, None, {})


@pytest.mark.parametrize("type_", sorted(TYPES_WITH_POLICY))
def test_a_type_whose_policy_loaders_read_has_none_where_they_say_so(type_: str) -> None:
    found = resource(type_, f"arn:aws:any:eu-west-1:{MEMBER}:thing/t")
    assert resource_side(ALONE, found) == (None, None, {})
    told = replace(found, properties={POLICY_PROPERTY: NotExported("some call")})
    assert set(resource_side(ALONE, told)[2]) == {Layer.RESOURCE}


def test_the_policy_of_a_role_is_its_trust_policy() -> None:
    trust = policy("Allow", "sts:AssumeRole", Principal="*")
    inventory = replace(ALONE, principals=(replace(ROLE, trust=Present(trust)),))
    assert resource_side(inventory, resource("AWS::IAM::Role", ROLE.arn))[0] == trust
    inventory = replace(ALONE, principals=(replace(ROLE, trust=NotExported("iam get-role")),))
    assert set(resource_side(inventory, resource("AWS::IAM::Role", ROLE.arn))[2]) == {Layer.RESOURCE}


def test_a_document_that_stands_alone_is_a_resource_policy_only_if_it_is_one() -> None:
    of_resource = resource(
        POLICY_DOCUMENT_TYPE, "p.json", {"Kind": "resource policy", POLICY_PROPERTY: Present(FULL)}
    )
    assert resource_side(ALONE, of_resource)[0] == FULL
    of_identity = resource(
        POLICY_DOCUMENT_TYPE, "p.json", {"Kind": "identity policy", POLICY_PROPERTY: Present(FULL)}
    )
    assert resource_side(ALONE, of_identity)[0] is None
    assert set(resource_side(ALONE, of_identity)[2]) == {Layer.RESOURCE}


def test_resource_control_policies_follow_the_account_of_the_resource() -> None:
    levels = resource_side(IN_ORGANIZATION, QUEUE)[1]
    assert levels is not None
    assert resource_side(IN_ORGANIZATION, replace(QUEUE, account=MANAGEMENT)) == (None, None, {})
    for account in (None, ELSEWHERE):
        assert set(resource_side(IN_ORGANIZATION, replace(QUEUE, account=account))[2]) == {
            Layer.RESOURCE_CONTROL
        }


def test_parts_of_resources_are_found() -> None:
    bucket = resource("AWS::S3::Bucket", "arn:aws:s3:::reports")
    function = resource("AWS::Lambda::Function", f"arn:aws:lambda:eu-west-1:{MEMBER}:function:f")
    api = resource(
        "AWS::ApiGateway::RestApi",
        "arn:aws:apigateway:eu-west-1::/restapis/abc",
        {REST_API_ID_PROPERTY: "abc"},
    )
    inventory = Inventory(resources=(bucket, function, api))
    assert resource_of(inventory, "arn:aws:s3:::reports/2026/a.csv") == bucket
    assert resource_of(inventory, f"{function.id}:live") == function
    assert resource_of(inventory, f"arn:aws:execute-api:eu-west-1:{MEMBER}:abc/prod/GET/x") == api
    assert resource_of(inventory, f"arn:aws:execute-api:us-east-1:{MEMBER}:abc/prod/GET/x") is None
    assert resource_of(inventory, "arn:aws:s3:::report") is None
    assert resource_of(inventory, "*") is None


# --- what it means for decisions --------------------------------------------------------------------------------


def decide(catalog: Catalog, inventory: Inventory, who: str, resource_: Resource | None = QUEUE) -> Outcome:
    caller = parse_caller(who)
    assert caller is not None
    applied = combined(side_of(inventory, caller), resource_side(inventory, resource_))
    return evaluate(Request(caller, "sqs:SendMessage", QUEUE_ARN, MEMBER), applied, catalog).outcome


def test_absent_is_not_none(catalog: Catalog) -> None:
    assert decide(catalog, ALONE, BOB.arn) is Outcome.ALLOWED
    assert decide(catalog, ALONE, BOB.arn, None) is Outcome.UNKNOWN
    assert decide(catalog, replace(ALONE, organization=Inventory().organization), BOB.arn) is Outcome.UNKNOWN
    assert decide(catalog, ALONE, f"arn:aws:iam::{MEMBER}:user/nobody") is Outcome.UNKNOWN
    assert decide(catalog, IN_ORGANIZATION, BOB.arn) is Outcome.EXPLICITLY_DENIED


def test_what_is_unknown_about_members_does_not_touch_services(catalog: Catalog) -> None:
    grant = policy("Allow", "sqs:SendMessage", Principal={"Service": "events.amazonaws.com"})
    queue = replace(QUEUE, properties={POLICY_PROPERTY: Present(grant)})
    for applied in (applied_to(ALONE, None, queue), combined(AppliedPolicies(), resource_side(ALONE, queue))):
        request = Request(AwsService("events.amazonaws.com"), "sqs:SendMessage", QUEUE_ARN, MEMBER)
        assert evaluate(request, applied, catalog).outcome is Outcome.ALLOWED


def test_known_to_be_absent_is_none() -> None:
    queue = replace(QUEUE, properties={POLICY_PROPERTY: Absent()})
    assert resource_side(ALONE, queue) == (None, None, {})
