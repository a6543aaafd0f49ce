"""The parts of the evaluator one by one, where a whole decision would not show what they answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evaluator.recorded import decide
from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies, Level
from wa_policy.evaluator.decisions import CallerKind, ResourceRule, Situation
from wa_policy.evaluator.evaluate import CompiledApplied, Decision, Outcome, evaluate
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.principals import Grantee, named_as, not_principal_applies
from wa_policy.evaluator.resolve import Resolved, for_each_filling, resolve
from wa_policy.evaluator.s3 import is_public
from wa_policy.evaluator.situations import ApiAuthorizer, ResourceFacts, caller_kind, situation_of
from wa_policy.evaluator.statements import (
    Asked,
    CompiledPolicies,
    CompiledStatement,
    Element,
    first_mismatch,
    texts,
)
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.operators import OPERATORS, Comparison, ValueType
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.pattern import (
    ANYTHING,
    CHAR,
    MANY,
    ONE,
    OTHER,
    RUN,
    arn_glob,
    difference_witness,
    glob,
    is_only_stars,
    matches,
    resource_glob,
)
from wa_policy.iam.policy import Effect, Policy, PrincipalElement
from wa_policy.iam.principal import Caller, RoleSession, parse_caller
from wa_policy.iam.request import Request, make_context
from wa_policy.iam.text import Hole, Template, Text, with_variables
from wa_policy.iam.unknown import Unknown, UnknownKind

ACCOUNT = "111111111111"
USER = f"arn:aws:iam::{ACCOUNT}:user/bob"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"
FEDERATED_USER = f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"
SERVICE = "lambda.amazonaws.com"
OBJECT = "arn:aws:s3:::bucket/key"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"

REASON = Unknown(UnknownKind.UNRESOLVED, "a parameter")
HOLE = Hole(REASON, (), "${P}")


def holed(before: str = "", after: str = "") -> Template:
    return Template(tuple(part for part in (before, HOLE, after) if part))


def caller(text: str) -> Caller:
    found = parse_caller(text)
    assert found is not None
    return found


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> Policy:
    return parse_policy({"Version": version, "Statement": list(statements)})[0]


def statement(effect: str = "Allow", action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def request(by: str = USER, action: str = "s3:GetObject", resource: str = OBJECT, **more: Any) -> Request:
    context = make_context(more.pop("context", {}))
    return Request(caller(by), action, resource, more.pop("account", ACCOUNT), context)


# --- operators -----------------------------------------------------------------------------------------------


def test_the_comparison_of_an_ordered_operator_is_in_its_name() -> None:
    expected = {
        "Equals": Comparison.EQUALS,
        "NotEquals": Comparison.EQUALS,
        "LessThan": Comparison.LESS_THAN,
        "LessThanEquals": Comparison.LESS_THAN_EQUALS,
        "GreaterThan": Comparison.GREATER_THAN,
        "GreaterThanEquals": Comparison.GREATER_THAN_EQUALS,
    }
    for kind in (ValueType.NUMERIC, ValueType.DATE):
        found = {o.name.removeprefix(kind): o.comparison for o in OPERATORS if o.value_type is kind}
        assert found == expected


def test_other_operators_compare_for_equality() -> None:
    found = {o.comparison for o in OPERATORS if o.value_type in (ValueType.BOOL, ValueType.BINARY)}
    assert found == {Comparison.EQUALS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("arn:a*b:s?:r:1:x*?", f"arn:a{RUN}b:s{CHAR}:r:1:x{MANY}{ONE}"),
        ("arn:a:b:c:d:e:f*:?", f"arn:a:b:c:d:e:f{MANY}:{ONE}"),
        ("a*:b?", f"a{RUN}:b{CHAR}"),
        ("*", f"{RUN}:{RUN}:{RUN}:{RUN}:{RUN}:{MANY}"),
        ("***", f"{RUN}:{RUN}:{RUN}:{RUN}:{RUN}:{MANY}"),
        ("*~", f"{RUN}~"),
        ("", ""),
    ],
)
def test_patterns_of_arn_operands(text: str, expected: str) -> None:
    assert arn_glob(text) == expected
    assert is_only_stars(text) is (text in ("*", "***"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", MANY),
        ("a?*:*", f"a{ONE}{MANY}:{MANY}"),
        ("arn:a*b:s?:re*:1?:x*:?", f"arn:a{RUN}b:s{CHAR}:re{MANY}:1{CHAR}:x{MANY}:{ONE}"),
        ("arn:a*?b*:s*:r:1:x", f"arn:a{RUN}{CHAR}b{MANY}:s{MANY}:r:1:x"),
        ("arn:aws:s3", f"arn:aws:s3:{MANY}:{MANY}:{MANY}"),
        ("arn:aws:s3:::b", "arn:aws:s3:::b"),
        ("arn:a:b:c:d:e:f*", f"arn:a:b:c:d:e:f{MANY}"),
    ],
)
def test_patterns_of_resources(text: str, expected: str) -> None:
    assert resource_glob(text) == expected


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("*a*a*", "a", False),
        ("*a*a*", "aa", True),
        ("*ab*b*", "ab", False),
        ("*a?*b", "ab", False),
        ("*a?*b", "xab", False),
        ("*a?*b", "acb", True),
        ("*a?*?b*", "acdb", True),
        ("*a?*?b*", "acb", False),
        ("*a?*", "xab", True),
        ("*a?*", "xa", False),
        ("a*b", "ab", True),
        ("ab*b", "ab", False),
        ("?*?", "a", False),
    ],
)
def test_pieces_of_a_pattern_do_not_overlap(text: str, value: str, expected: bool) -> None:
    assert matches(glob(text), value) is expected


def test_a_witness_may_be_a_colon() -> None:
    assert difference_witness((CHAR + ONE,), (CHAR + CHAR,)) == f"{OTHER}:"
    assert difference_witness((RUN + ONE,), (RUN + CHAR,)) == ":"
    assert difference_witness((CHAR + MANY,), (CHAR + RUN,)) == f"{OTHER}:"


def test_a_character_that_leads_nowhere_leaves_the_next_ones() -> None:
    assert difference_witness((ONE,), (f":{MANY}",)) == OTHER  # no text that starts with `:` will do
    assert difference_witness(("b",), (f"a{MANY}",)) == "b"


# --- principals ----------------------------------------------------------------------------------------------


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


# --- situations ----------------------------------------------------------------------------------------------


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
API = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:a/b/GET/c"
API_ACTION = "execute-api:Invoke"


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


# --- S3 ------------------------------------------------------------------------------------------------------


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


# --- variables and holes -------------------------------------------------------------------------------------


def resolved(value: Text, context: dict[str, Any] | None = None) -> Resolved:
    template = with_variables(value)
    assert isinstance(template, Template)
    return resolve(template, make_context(context or {}), [], glob)


def test_values_of_variables() -> None:
    context = {"aws:username": "bob", "aws:star": "*", "aws:empty": "", "aws:list": ["a"]}
    assert resolved("a${aws:username}*", context).pattern == f"abob{MANY}"
    assert resolved("${AWS:UserName}${aws:star}", context).pattern == "bob*"
    assert resolved("${aws:username, 'x'}", context).pattern == "bob"
    assert resolved("${aws:none}", context).pattern is None
    assert resolved("${aws:none, 'x'}y", context).pattern == "xy"
    assert resolved("${aws:empty, 'x'}", context).pattern == "x"
    assert resolved("${aws:empty}", context).pattern == ""
    assert resolved("${aws:list}", context).pattern is None
    assert resolved("${aws:list, 'x'}", context).pattern == "x"
    assert resolved("${*}${?}${$}", context).pattern == "*?$"
    assert resolved("${aws:odd}", {"aws:odd": f"a{MANY}"}).pattern is None
    assert resolved("${aws:odd}", {"aws:odd": "ü"}).pattern == "ü"
    assert resolved("${aws:username}" * 27, context).pattern == "bob" * 27
    many = resolved("${aws:username}" * 28, context)
    assert many.pattern == ANYTHING
    assert many.hole is not None


def test_a_hole_stands_for_anything() -> None:
    other = Hole(Unknown(UnknownKind.BUDGET, "another"), (), "${Q}")
    assert resolve(holed("a", "b*"), {}, [], glob) == Resolved(f"a{MANY}b{MANY}", REASON)
    two = resolve(Template((HOLE, "x", other)), {}, [], glob)
    assert two == Resolved(f"{MANY}x{MANY}", REASON)
    # Behind a hole a wildcard may stand in any segment, before it only in its own.
    found = resolve(Template(("arn:a*x?y:", HOLE, ":a*b:c?d:e?")), {}, [], resource_glob).pattern
    assert found == f"arn:a{RUN}x{CHAR}y:{MANY}:a{MANY}b:c{ONE}d:e{ONE}"


@pytest.mark.parametrize(
    ("choices", "answers", "expected"),
    [
        (("a", "b"), {"xay": True, "xby": True}, True),
        (("a", "b"), {"xay": False, "xby": False}, False),
        (("a", "b"), {"xay": True, "xby": False}, REASON),
        (("a", "b"), {"xay": True, "xby": Unknown(UnknownKind.BUDGET, "other")}, REASON),
        (("a",), {"xay": Unknown(UnknownKind.BUDGET, "other")}, REASON),
    ],
)
def test_choices_of_a_hole(choices: tuple[str, ...], answers: dict[str, Truth], expected: Truth) -> None:
    template = Template(("x", Hole(REASON, choices, "${P}"), "y"))
    assert for_each_filling(template, lambda filling: answers[str(filling)]) == expected


def test_at_most_64_fillings_are_tried() -> None:
    def tried(*counts: int) -> list[Text]:
        seen: list[Text] = []
        holes = [Hole(REASON, tuple(map(str, range(count))), "${P}") for count in counts]

        def answer(filling: Text) -> bool:
            seen.append(filling)
            return True

        for_each_filling(Template(tuple(holes)), answer)
        return seen

    assert len(tried(8, 8)) == 64
    assert len(set(tried(8, 8))) == 64
    assert [type(text) for text in tried(5, 13)] == [Template]
    assert for_each_filling("plain", lambda text: text == "plain") is True
    assert for_each_filling(holed("a"), lambda text: isinstance(text, Template)) is True
    mixed = Template((Hole(REASON, ("a",), "${P}"), HOLE))
    assert for_each_filling(mixed, lambda text: text == Template(("a", HOLE))) is True


# --- statements ----------------------------------------------------------------------------------------------


def mismatch(raw: dict[str, Any], by: str = USER, *, by_principal: bool = False, **more: Any) -> Any:
    parsed = policy(raw)
    asked = request(by, **more)
    return first_mismatch(
        CompiledStatement(parsed.statements[0], parsed),
        Asked(asked, asked.action.lower(), asked.resource, has_boundary=False, doubts=[]),
        by_principal=by_principal,
    )


def test_the_element_that_does_not_fit() -> None:
    condition = {"StringEquals": {"aws:username": "eve"}}
    assert mismatch(statement()) == (None, Grantee.SELF)
    for nothing in (statement(action="ec2:*"), statement(resource="x"), statement(Condition=condition)):
        assert mismatch(nothing)[1] is Grantee.NOBODY
    assert mismatch(statement(Principal={"AWS": ROLE}), by_principal=True)[1] is Grantee.NOBODY
    assert mismatch(statement(action="ec2:*"))[0].element is Element.ACTION
    assert mismatch(statement(action="ec2:*", resource="x"))[0].element is Element.ACTION
    assert mismatch(statement(resource="x"))[0].element is Element.RESOURCE
    named = statement(Principal={"AWS": ROLE})
    assert mismatch(named, by_principal=True)[0].element is Element.PRINCIPAL
    assert mismatch(named, SESSION, by_principal=True) == (None, Grantee.ROLE)
    assert mismatch(statement(), by_principal=True)[0].element is Element.PRINCIPAL
    found = mismatch(statement(Condition=condition))[0]
    assert found.element is Element.CONDITION
    assert found.condition.key == "aws:username"
    assert found.unknown is None
    assert mismatch(statement(Condition=condition), context={"aws:username": "eve"})[0] is None


def test_a_plain_no_wins_over_what_is_not_known() -> None:
    condition = {"StringEquals": {"aws:username": holed()}}
    context = {"aws:username": "bob"}
    unknown_action = statement(action=holed("s3:"))
    assert mismatch(unknown_action)[0].unknown == REASON
    assert mismatch(unknown_action)[0].element is Element.ACTION
    assert mismatch(statement(action=holed("s3:"), resource="x"))[0].unknown is None
    assert mismatch(statement(resource=holed("arn:aws:s3:::")))[0].element is Element.RESOURCE
    both = statement(action=holed("s3:"), resource=holed("arn:aws:s3:::"))
    assert mismatch(both)[0].element is Element.ACTION
    for more in ({"Principal": {"AWS": holed()}}, {"Principal": "*", "Condition": condition}):
        found, _ = mismatch(statement(action=holed("s3:"), **more), by_principal=True, context=context)
        assert (found.element, found.unknown) == (Element.ACTION, REASON)
    principal = statement(Principal={"AWS": holed()})
    found, grantee = mismatch(principal, by_principal=True)
    assert (found.element, found.unknown, grantee) == (Element.PRINCIPAL, REASON, Grantee.SELF)
    found, grantee = mismatch(
        statement(Condition=condition, Principal={"AWS": ROLE}), SESSION, by_principal=True, context=context
    )
    assert (found.element, found.unknown, grantee) == (Element.CONDITION, REASON, Grantee.ROLE)
    assert found.condition.key == "aws:username"
    denied = statement("Deny", Principal={"AWS": [ACCOUNT, holed()]})
    assert mismatch(denied, by_principal=True) == (None, Grantee.ACCOUNT)
    except_someone = {**statement("Deny"), "NotPrincipal": {"AWS": holed()}}
    found, _ = mismatch(except_someone, by_principal=True)
    assert found.unknown == REASON
    except_them = {**statement("Deny"), "NotPrincipal": {"AWS": [ACCOUNT, USER]}}
    assert mismatch(except_them, by_principal=True)[0].element is Element.PRINCIPAL


@pytest.mark.parametrize(
    ("actions", "action", "expected"),
    [
        (["s3:GetObject"], "s3:getobject", True),
        (["S3:GETOBJECT"], "s3:getobject", True),
        (["S3:GET*"], "s3:getobject", True),
        (["s3:getobjec?"], "s3:getobject", True),
        (["s3:getobject?"], "s3:getobject", False),
        (["ec2:*", "s3:*"], "s3:getobject", True),
        ([holed("S3:Get")], "s3:getobject", REASON),
        ([holed("S3:Put")], "s3:getobject", False),
        ([holed("S3:Put"), "s3:Get*"], "s3:getobject", True),
        ([Template(("S3:", Hole(REASON, ("GetObject", "GETOBJEC?"), "${P}")))], "s3:getobject", True),
        ([Template(("S3:", Hole(REASON, ("GetObject", "Put"), "${P}")))], "s3:getobject", REASON),
    ],
)
def test_actions(actions: list[Any], action: str, expected: Truth) -> None:
    for name, turned in (("Action", False), ("NotAction", True)):
        parsed = policy({"Effect": "Allow", name: actions, "Resource": "*"})
        compiled = CompiledStatement(parsed.statements[0], parsed)
        found = compiled.action.selects(action, request(), [])
        assert found == (expected if isinstance(expected, Unknown) else expected is not turned)


@pytest.mark.parametrize(
    ("resources", "resource", "expected"),
    [
        ([OBJECT], OBJECT, True),
        (["arn:aws:s3:::bucket/*"], OBJECT, True),
        (["*"], "*", True),
        (["arn:aws:s3:::${aws:username}/key"], "arn:aws:s3:::bob/key", True),
        (["arn:aws:s3:::${aws:username}/key", OBJECT], OBJECT, True),
        (["arn:aws:s3:::${aws:none}/key"], "arn:aws:s3:::/key", False),
        ([holed("arn:aws:s3:::")], OBJECT, REASON),
        ([Template(("arn:aws:s3:::", Hole(REASON, ("bucket/key", "bucket/*"), "${P}")))], OBJECT, True),
        ([Template(("arn:aws:s3:::", Hole(REASON, ("bucket/key", "other"), "${P}")))], OBJECT, REASON),
        (["arn:aws:s3"], OBJECT, True),
        (["arn:aws:sqs"], OBJECT, False),
    ],
)
def test_resources(resources: list[Any], resource: str, expected: Truth) -> None:
    for name, turned in (("Resource", False), ("NotResource", True)):
        parsed = policy({"Effect": "Allow", "Action": "*", name: resources})
        compiled = CompiledStatement(parsed.statements[0], parsed)
        found = compiled.resource.selects(resource, request(context={"aws:username": "bob"}), [])
        assert found == (expected if isinstance(expected, Unknown) else expected is not turned)


def test_the_index_of_a_layer() -> None:
    actions: list[Any] = [
        "s3:*",
        "ec2:*",
        "*",
        "s?:Get*",
        "s3x:*",
        "SQS:SendMessage",
        holed("ec2:"),
        "s3-outposts:*",
    ]
    some = policy(
        *(statement(action=action) for action in actions),
        {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"},
    )
    compiled = CompiledPolicies((some,))

    def found(action: str) -> list[int]:
        return [compiled.statements.index(candidate) for candidate in compiled.candidates(action)]

    assert found("s3:getobject") == [0, 2, 3, 6]
    assert found("s3:getobject") == [0, 2, 3, 6]
    assert found("s3:putobject") == [0, 2, 6]
    assert found("sqs:sendmessage") == [2, 5, 6, 8]
    assert found("ec2:runinstances") == [1, 2, 6, 8]
    assert CompiledPolicies((some, policy({}))).unreadable


def test_values_as_one_reads_them() -> None:
    assert texts(("a", holed("b"))) == "`a`, `b${P}`"


# --- decisions -----------------------------------------------------------------------------------------------


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
        *[("IDENTITY", "i")],
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
