"""Callers: as what a policy names them, by which rule a service decides on them, and what S3 takes for public."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evaluator.making import (
    ACCOUNT,
    API,
    API_ACTION,
    FEDERATED_USER,
    KEY,
    OBJECT,
    PROVIDER,
    REASON,
    ROLE,
    ROOT,
    SERVICE,
    SESSION,
    USER,
    caller,
    holed,
    policy,
    request,
    statement,
)
from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.decisions import CallerKind, ResourceRule
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.principals import Grantee, named_as, not_principal_applies
from wa_policy.evaluator.s3 import is_public
from wa_policy.evaluator.situations import ApiAuthorizer, ResourceFacts, caller_kind, situation_of
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.policy import Effect, PrincipalElement
from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown, UnknownKind

# --- principals ---------------------------------------------------------------------------------------------


def element(principal: Any, *, negated: bool = False) -> PrincipalElement:
    name = "NotPrincipal" if negated else "Principal"
    found = policy(statement(**{name: principal})).statements[0].principal
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("principal", "by", "expected"),
    [
        ("*", USER, Grantee.SELF),
        ("*", "*", Grantee.SELF),
        ({"AWS": ACCOUNT}, USER, Grantee.ACCOUNT),
        ({"AWS": ACCOUNT}, ROOT, Grantee.ACCOUNT),
        ({"AWS": ACCOUNT}, SERVICE, Grantee.NOBODY),
        ({"AWS": "222222222222"}, USER, Grantee.NOBODY),
        ({"AWS": USER}, USER, Grantee.SELF),
        ({"AWS": USER}, FEDERATED_USER, Grantee.NOBODY),
        ({"AWS": FEDERATED_USER}, FEDERATED_USER, Grantee.SELF),
        ({"AWS": ROLE}, ROLE, Grantee.ROLE),
        ({"AWS": ROLE}, SESSION, Grantee.ROLE),
        ({"AWS": SESSION}, SESSION, Grantee.SELF),
        ({"AWS": SESSION}, ROLE, Grantee.NOBODY),
        ({"AWS": f"{SESSION}x"}, SESSION, Grantee.NOBODY),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/path/app"}, SESSION, Grantee.ROLE),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/app/other"}, SESSION, Grantee.NOBODY),
        ({"AWS": f"arn:aws-cn:iam::{ACCOUNT}:role/app"}, SESSION, Grantee.NOBODY),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/app"}, SESSION, Grantee.NOBODY),
        ({"AWS": [ACCOUNT, ROLE, SESSION]}, SESSION, Grantee.SELF),
        ({"AWS": [SESSION, ROLE, ACCOUNT]}, SESSION, Grantee.SELF),
        ({"AWS": [ROLE, ACCOUNT]}, SESSION, Grantee.ROLE),
        ({"AWS": [ACCOUNT, ROLE]}, SESSION, Grantee.ROLE),
        ({"AWS": "AROAEXAMPLEEXAMPLE123"}, SESSION, Grantee.NOBODY),
        ({"Service": SERVICE}, SERVICE, Grantee.SELF),
        ({"Service": SERVICE}, "sns.amazonaws.com", Grantee.NOBODY),
        ({"Service": SERVICE}, USER, Grantee.NOBODY),
        ({"Federated": PROVIDER}, PROVIDER, Grantee.SELF),
        ({"Federated": "*"}, PROVIDER, Grantee.SELF),
        ({"Federated": "*"}, USER, Grantee.NOBODY),
        ({"Federated": PROVIDER}, "accounts.google.com", Grantee.NOBODY),
        ({"CanonicalUser": "79a59df900b9"}, USER, Grantee.NOBODY),
        # parts that are not known
        ({"AWS": holed()}, USER, REASON),
        ({"AWS": holed()}, "*", REASON),
        ({"AWS": holed()}, SERVICE, REASON),
        ({"AWS": holed()}, PROVIDER, REASON),
        ({"AWS": holed("arn:aws:iam::", ":root")}, USER, REASON),
        ({"AWS": holed("arn:aws:iam::", ":root")}, ROOT, REASON),
        ({"AWS": holed("arn:aws:iam::", ":root")}, "*", Grantee.NOBODY),
        ({"AWS": holed("arn:aws:iam::", ":root")}, SERVICE, Grantee.NOBODY),
        ({"AWS": holed("1111")}, USER, REASON),
        ({"AWS": holed("2222")}, USER, Grantee.NOBODY),
        ({"AWS": holed(f"arn:aws:iam::{ACCOUNT}:user/")}, USER, REASON),
        ({"AWS": holed(f"arn:aws:iam::{ACCOUNT}:user/a")}, USER, Grantee.NOBODY),
        ({"AWS": holed(f"arn:aws:iam::{ACCOUNT}:role/")}, USER, Grantee.NOBODY),
        ({"AWS": holed(f"arn:aws:iam::{ACCOUNT}:role/")}, SESSION, REASON),
        ({"AWS": holed(f"arn:aws:iam::{ACCOUNT}:role/", "/app")}, SESSION, REASON),
        ({"AWS": holed(f"arn:aws:iam::{ACCOUNT}:role/", "/apps")}, SESSION, Grantee.NOBODY),
        ({"AWS": holed("arn:aws:sts::")}, SESSION, REASON),
        ({"Service": holed()}, SERVICE, REASON),
        ({"Service": holed("lambda")}, SERVICE, REASON),
        ({"Service": holed("sns")}, SERVICE, Grantee.NOBODY),
        ({"Service": holed()}, USER, Grantee.NOBODY),
        ({"Service": holed()}, PROVIDER, Grantee.NOBODY),
        ({"Service": holed()}, "*", Grantee.NOBODY),
        ({"Federated": holed()}, PROVIDER, REASON),
        ({"Federated": holed("cognito")}, PROVIDER, Grantee.NOBODY),
        ({"Federated": holed()}, SERVICE, Grantee.NOBODY),
        ({"Federated": holed()}, "*", Grantee.NOBODY),
        ({"Federated": holed()}, USER, Grantee.NOBODY),
        ({"AWS": holed("", "*")}, USER, REASON),
        ({"AWS": holed("", "*")}, "*", REASON),
        ({"AWS": holed("", "*")}, SERVICE, REASON),
        ({"AWS": holed("", "*")}, PROVIDER, REASON),
        ({"Federated": holed("", "*")}, PROVIDER, REASON),
        ({"Service": holed("", "*")}, SERVICE, Grantee.NOBODY),
        ({"Service": holed()}, SESSION, Grantee.NOBODY),
        ({"AWS": Template(("*",))}, USER, Grantee.NOBODY),  # no loader makes a template without a hole
        ({"AWS": [ACCOUNT, holed()]}, USER, REASON),
        ({"AWS": [holed(), USER]}, USER, Grantee.SELF),
    ],
)
def test_as_what_an_element_names_a_caller(principal: Any, by: str, expected: Grantee | Unknown) -> None:
    assert named_as(element(principal), caller(by), []) == expected


def test_one_known_name_is_enough_where_any_will_do() -> None:
    listed = element({"AWS": [ACCOUNT, holed()]})
    assert named_as(listed, caller(USER), [], any_name_will_do=True) is Grantee.ACCOUNT
    assert named_as(listed, caller("*"), [], any_name_will_do=True) == REASON


def test_a_canonical_user_is_a_doubt() -> None:
    doubts: list[Unknown] = []
    named_as(element({"CanonicalUser": "79a59df900b9"}), caller(SERVICE), doubts)
    assert doubts == []
    named_as(element({"CanonicalUser": "79a59df900b9"}), caller(USER), doubts)
    assert [doubt.kind for doubt in doubts] == [UnknownKind.NOT_MODELLED]


@pytest.mark.parametrize(
    ("listed", "effect", "by", "has_boundary", "expected"),
    [
        ([USER], Effect.DENY, USER, False, False),
        ([USER], Effect.DENY, USER, True, True),
        ([USER], Effect.DENY, USER, REASON, REASON),
        ([ROLE], Effect.DENY, USER, REASON, True),
        ([USER], Effect.ALLOW, USER, True, False),
        ([USER], Effect.ALLOW, USER, REASON, False),
        ([ROLE], Effect.ALLOW, USER, False, True),
        ([ACCOUNT], Effect.DENY, USER, False, False),
        ([ACCOUNT], Effect.DENY, SESSION, False, True),
        ([ROLE], Effect.DENY, SESSION, False, True),
        ([SESSION], Effect.DENY, SESSION, False, False),
        ([ROLE], Effect.DENY, SESSION, True, True),
        ([ROLE], Effect.ALLOW, SESSION, False, False),
        ([ACCOUNT], Effect.ALLOW, SESSION, False, False),
        ([holed()], Effect.DENY, USER, False, REASON),
        ([holed(), ACCOUNT], Effect.DENY, USER, False, False),
        ([holed(), ACCOUNT], Effect.ALLOW, SESSION, False, False),
        ([holed(), ROLE], Effect.DENY, SESSION, False, REASON),
        ([holed(), SESSION], Effect.DENY, SESSION, False, False),
    ],
)
def test_whom_notprincipal_leaves_in_force(
    listed: list[Any], effect: Effect, by: str, has_boundary: Truth, expected: Truth
) -> None:
    doubts: list[Unknown] = []
    found = not_principal_applies(
        element({"AWS": listed}, negated=True), effect, caller(by), has_boundary=has_boundary, doubts=doubts
    )
    assert found == expected
    is_open = effect is Effect.DENY and by == SESSION and listed in ([ACCOUNT], [ROLE]) and not has_boundary
    assert [doubt.kind for doubt in doubts] == ([UnknownKind.UNDOCUMENTED] if is_open else [])


# --- situations ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "principal_arn", "expected"),
    [
        (ROOT, None, CallerKind.ROOT),
        (USER, None, CallerKind.ACCOUNT_MEMBER),
        (FEDERATED_USER, None, CallerKind.ACCOUNT_MEMBER),
        (ROLE, None, CallerKind.ACCOUNT_MEMBER),
        (SESSION, None, CallerKind.ACCOUNT_MEMBER),
        (SESSION, ROLE, CallerKind.ACCOUNT_MEMBER),
        (SESSION, f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x/app", CallerKind.SERVICE_LINKED_ROLE),
        (ROLE, f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x/app", CallerKind.ACCOUNT_MEMBER),
        (f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x/app", None, CallerKind.SERVICE_LINKED_ROLE),
        (USER, f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x/app", CallerKind.ACCOUNT_MEMBER),
        (SERVICE, None, CallerKind.SERVICE),
        (PROVIDER, None, CallerKind.FEDERATED),
        ("*", None, CallerKind.ANONYMOUS),
    ],
)
def test_kinds_of_callers(by: str, principal_arn: str | None, expected: CallerKind) -> None:
    context = {"aws:PrincipalArn": principal_arn} if principal_arn else {}
    asked = request(by, context=context)
    assert caller_kind(asked.caller, asked) is expected


TRUST_ACTIONS = (
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "TagSession",
    "SetSourceIdentity",
    "SetContext",
)
MANAGED_POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
RESERVED_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_x"
AWS_ALIAS = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/s3"


@pytest.mark.parametrize(
    ("action", "resource", "facts", "has_policy", "expected"),
    [
        *((f"sts:{name}", ROLE, None, True, ResourceRule.MUST_GRANT) for name in TRUST_ACTIONS),
        ("sts:AssumeRole", "*", None, True, ResourceRule.ORDINARY),
        ("sts:GetSessionToken", ROLE, None, True, ResourceRule.ORDINARY),
        ("STS:GetCallerIdentity", "*", None, True, ResourceRule.ALWAYS),
        *(
            (f"iam:{name}", MANAGED_POLICY, None, True, ResourceRule.NEVER)
            for name in (
                *("CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion"),
                *("TagPolicy", "UntagPolicy"),
            )
        ),
        ("iam:AttachRolePolicy", MANAGED_POLICY, None, True, ResourceRule.ORDINARY),
        *(
            (f"iam:{name}", RESERVED_ROLE, None, True, ResourceRule.NEVER)
            for name in (
                *("AttachRolePolicy", "DeleteRole", "DeleteRolePermissionsBoundary", "DeleteRolePolicy"),
                *("DetachRolePolicy", "PutRolePermissionsBoundary", "PutRolePolicy", "TagRole", "UntagRole"),
                *("UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"),
            )
        ),
        ("iam:GetRole", RESERVED_ROLE, None, True, ResourceRule.ORDINARY),
        *(
            (f"kms:{name}Alias", AWS_ALIAS, None, True, ResourceRule.NEVER)
            for name in ("Create", "Delete", "Update")
        ),
        ("kms:ListAliases", AWS_ALIAS, None, True, ResourceRule.ORDINARY),
        ("kms:Decrypt", KEY, None, True, ResourceRule.MUST_GRANT),
        ("kms:CreateKey", "*", None, True, ResourceRule.ORDINARY),
        ("s3:GetObject", "arn:aws:s3:::b/:key/", None, True, ResourceRule.ORDINARY),
        (API_ACTION, API, None, True, ResourceRule.ORDINARY),
        (API_ACTION, API, ApiAuthorizer.AWS_IAM, True, ResourceRule.ORDINARY),
        (API_ACTION, API, ApiAuthorizer.LAMBDA, True, ResourceRule.WITH_AUTHORIZER),
        (API_ACTION, API, ApiAuthorizer.LAMBDA, False, ResourceRule.WITH_AUTHORIZER),
        (API_ACTION, API, ApiAuthorizer.NONE, True, ResourceRule.RESOURCE_ALONE),
        (API_ACTION, API, ApiAuthorizer.COGNITO, True, ResourceRule.RESOURCE_ALONE),
        (API_ACTION, API, ApiAuthorizer.NONE, False, ResourceRule.OPEN),
        (API_ACTION, API, ApiAuthorizer.COGNITO, False, ResourceRule.OPEN),
        ("execute-api:ManageConnections", API, ApiAuthorizer.NONE, False, ResourceRule.ORDINARY),
    ],
)
def test_by_which_rule_a_service_decides(  # noqa: PLR0917
    action: str,
    resource: str,
    facts: ApiAuthorizer | None,
    has_policy: bool,
    expected: ResourceRule,
    catalog: Catalog,
) -> None:
    found = situation_of(
        request(USER, action, resource), ResourceFacts(facts), catalog, has_resource_policy=has_policy
    )
    assert found.rule is expected


@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:AssumeRoot", "sts:TagSession"])
def test_the_root_user_cannot_assume(action: str, catalog: Catalog) -> None:
    rules = [
        situation_of(request(by, action, ROLE), ResourceFacts(), catalog, has_resource_policy=True).rule
        for by in (ROOT, USER)
    ]
    assert (rules[0] is ResourceRule.NEVER) is (action != "sts:TagSession")
    assert rules[1] is not ResourceRule.NEVER


@pytest.mark.parametrize(
    ("by", "account", "action", "expected"),
    [
        (USER, ACCOUNT, "s3:GetObject", (True, True)),
        (USER, None, "S3:GetObject", (True, True)),
        (USER, "222222222222", "lambda:InvokeFunction", (False, False)),
        (SERVICE, ACCOUNT, "kms:Decrypt", (False, True)),
        (SERVICE, None, "kms:RetireGrant", (False, False)),
        ("*", ACCOUNT, "sns:Publish", (False, False)),
        (f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x/app", ACCOUNT, "s3:GetObject", (True, False)),
    ],
)
def test_account_and_resource_control(
    by: str, account: str | None, action: str, expected: tuple[bool, bool], catalog: Catalog
) -> None:
    found = situation_of(
        request(by, action, account=account), ResourceFacts(), catalog, has_resource_policy=False
    )
    assert (found.same_account, found.resource_control_applies) == expected


# --- S3 -----------------------------------------------------------------------------------------------------


def public(condition: Any = None, principal: Any = "*", **more: Any) -> Truth:
    conditions = {} if condition is None else {"Condition": condition}
    return is_public(policy(statement(Principal=principal, **conditions, **more)))


@pytest.mark.parametrize(
    "key",
    [
        *(
            "aws:PrincipalAccount",
            "aws:PrincipalArn",
            "aws:PrincipalOrgID",
            "aws:PrincipalOrgPaths",
            "aws:SourceArn",
        ),
        *(
            "aws:SourceVpc",
            "aws:SourceVpce",
            "aws:SourceOwner",
            "aws:SourceAccount",
            "aws:SourceOrgID",
            "aws:userid",
        ),
        "s3:DataAccessPointAccount",
    ],
)
def test_a_fixed_value_of_a_key_is_not_public(key: str) -> None:
    assert public({"StringEquals": {key: "fixed"}}) is False
    assert public({"StringLike": {key: "fixed"}}) is False
    assert public({"StringLike": {key: ["fixed", "f*"]}}) is True
    assert public({"StringLike": {key: "f?"}}) is True
    assert public({"Bool": {key: "true"}}) is True
    assert public({"StringEquals": {key: holed("f")}}) == REASON
    assert public({"StringLike": {key: ["*", holed("f")]}}) is True


def test_what_is_public() -> None:
    point = f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint/*"
    assert public() is True
    assert public(principal={"AWS": "*"}) is True
    assert public(principal={"AWS": [ACCOUNT, "*"]}) is True
    assert public(principal={"AWS": ACCOUNT}) is False
    assert public(principal={"AWS": holed()}) == REASON
    assert public(principal={"Service": holed()}) is False
    assert public(principal={"AWS": [ACCOUNT, holed()]}) == REASON
    assert public({"ArnLike": {"s3:DataAccessPointArn": point}}) is False
    assert public({"StringEquals": {"s3:DataAccessPointArn": [point, "arn:aws:s3:::x"]}}) is True
    assert public({"StringLike": {"s3:DataAccessPointArn": "no ARN"}}) is True
    assert public({"IpAddress": {"aws:SourceIp": ["11.0.0.0/8", "192.0.2.1"]}}) is False
    assert public({"IpAddress": {"aws:SourceIp": ["11.0.0.0/8", "12.0.0.0/7"]}}) is True
    assert public({"IpAddress": {"aws:SourceIp": "nowhere"}}) is True
    assert public({"IpAddress": {"aws:SourceIp": holed()}}) == REASON
    assert public({"IpAddress": {"aws:VpcSourceIp": "192.0.2.1"}}) is True
    assert public({"StringEquals": {"aws:SourceIp": "192.0.2.1"}}) is True
    assert public({"StringEquals": {"aws:UserAgent": "x"}}) is True
    assert public({"StringEquals": {"aws:UserAgent": "x", "aws:SourceVpc": "vpc-1"}}) is False
    assert public({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}) is True
    assert public({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}) is True
    assert public({"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o/"}}) is True
    assert public({"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": "o/"}}) is False
    assert public({"StringEquals": {"aws:SourceVpc": "${aws:username}"}}) is True
    assert is_public(policy(statement("Deny", Principal="*"))) is False
    assert is_public(policy(statement())) is False
    assert is_public(policy()) is False
    assert is_public(policy(statement(NotPrincipal={"AWS": USER}))) is True
    assert is_public(policy(statement(Principal={"AWS": ACCOUNT}), statement(Principal="*"))) is True
    assert isinstance(is_public(policy(statement(Principal={"AWS": ACCOUNT}), {})), Unknown)
    assert is_public(policy(statement(Principal="*"), {})) is True


def test_tags_without_attribute_based_access_control(catalog: Catalog) -> None:
    facts = ResourceFacts(bucket_abac_enabled=False)
    context = {"s3:BucketTag/team": "a", "aws:ResourceTag/team": "a"}
    point = f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/p"

    def allowed(key: str, resource: str, action: str = "s3:GetObject") -> bool:
        applied = AppliedPolicies((policy(statement(Condition={"StringEquals": {key: "a"}})),))
        return evaluate(request(USER, action, resource, context=context), applied, catalog, facts).is_allowed

    assert allowed("aws:ResourceTag/team", point)
    assert not allowed("s3:BucketTag/team", point)
    assert not allowed("aws:ResourceTag/team", OBJECT)
    assert not allowed("aws:ResourceTag/team", "*", "s3:ListAllMyBuckets")
    assert allowed("aws:ResourceTag/team", OBJECT, "sns:Publish")


def test_a_public_bucket_that_may_be_one_is_unknown(catalog: Catalog) -> None:
    facts = ResourceFacts(block_public_access=True)
    bucket = policy(
        statement(Principal={"AWS": USER}),
        statement(action="s3:ListBucket", Principal={"AWS": holed()}),
    )
    identity = (policy(statement()),)
    across = request(account="222222222222")
    found = evaluate(across, AppliedPolicies(identity, resource=bucket), catalog, facts)
    assert (found.outcome, found.unknown) == (Outcome.UNKNOWN, (REASON,))
    assert evaluate(across, AppliedPolicies(identity, resource=bucket), catalog).is_allowed
    assert evaluate(request(), AppliedPolicies(identity, resource=bucket), catalog, facts).is_allowed
    plain = policy(statement(Principal={"AWS": USER}))
    assert evaluate(across, AppliedPolicies(identity, resource=plain), catalog, facts).is_allowed
    unknown = {Layer.RESOURCE: REASON}
    for resource in (plain, None):
        applied = AppliedPolicies(identity, resource=resource, unknown=unknown)
        assert evaluate(across, applied, catalog, facts).outcome is Outcome.UNKNOWN
