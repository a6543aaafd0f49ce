"""A run: which rules, which parameters, and unknown where a document is missing - never pass."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.rules.conftest import Export
from tests.rules.test_each import API, allow, role
from wa_policy.catalog.model import Catalog
from wa_policy.errors import UsageError
from wa_policy.findings import Report, Verdict
from wa_policy.inventory.model import Inventory
from wa_policy.rules.pack import load_pack
from wa_policy.rules.plan import chosen
from wa_policy.rules.run import run
from wa_policy.settings import ParameterValue, Profile, Settings

PACK = load_pack()


def report(inventory: Inventory, catalog: Catalog, *only: str, **parameters: ParameterValue) -> Report:
    return run(PACK, inventory, Settings(Profile.STRICT, parameters), catalog, only=only)


def verdicts(found: Report) -> dict[tuple[str, str], Verdict]:
    return {(result.rule.id, result.subject): result.verdict for result in found.results}


# --- which rules and parameters --------------------------------------------------------------------------------------


def test_a_profile_includes_those_before_it() -> None:
    core = {rule.id for rule in chosen(PACK, Profile.CORE)}
    strict = {rule.id for rule in chosen(PACK, Profile.STRICT)}
    assert core < strict
    assert "lambda-vpc-deploy-guard" in strict - core
    assert all(rule.profile is not Profile.MANUAL for rule in chosen(PACK, Profile.ADVICE))


def test_only_names_rules_whatever_their_profile() -> None:
    assert [rule.id for rule in chosen(PACK, Profile.CORE, ["lambda-vpc-deploy-guard"])] == [
        "lambda-vpc-deploy-guard"
    ]
    with pytest.raises(UsageError, match="found the rule `respol-publik`") as error:
        chosen(PACK, Profile.CORE, ["respol-publik"])
    assert error.value.advice == "did you mean `respol-public`?"


@pytest.mark.parametrize(
    ("parameters", "message", "advice"),
    [
        (
            {"trusted_acounts": ()},
            "found the parameter `trusted_acounts`",
            "did you mean `trusted_accounts`?",
        ),
        (
            {"zzz": 1},
            "found the parameter `zzz`, expected one that a rule declares$",
            "the rule files under `policies` declare them",
        ),
        (
            {"trusted_accounts": ("12",)},
            "`trusted_accounts` is given `12`, expected a list, each item an",
            "",
        ),
        ({"trusted_accounts": "111122223333"}, "is given `111122223333`, expected a list", ""),
        (
            {"trusted_cidrs": ("10.0.0.0/33",)},
            "is given `10.0.0.0/33`, expected a list, each item an address",
            "",
        ),
        ({"trusted_orgs": ("acme",)}, "each item an organization id", ""),
        ({"vpc_ids": ("subnet-1",)}, "each item a VPC id", ""),
        ({"min_prefix_v4": "16"}, "is given `16`, expected a number", ""),
        ({"min_prefix_v4": True}, "is given `True`, expected a number", ""),
        ({"unbound_ok": ("alexa",)}, "each item a service principal", ""),
    ],
)
def test_parameters_that_no_rule_takes(
    parameters: dict[str, ParameterValue], message: str, advice: str, catalog: Catalog
) -> None:
    with pytest.raises(UsageError, match=message) as error:
        report(Inventory(), catalog, **parameters)
    assert error.value.advice == advice


def test_parameters_of_every_rule_are_taken_whatever_runs(catalog: Catalog) -> None:
    found = report(Inventory(), catalog, "role-trust-public", vpc_ids=("vpc-0a",), public_apis=("abc",))
    assert found.results == ()


def test_a_report_is_sorted_and_dated(export: Export, catalog: Catalog) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    found = report(export(role(allow("*"), trust=trust), no_organization=True), catalog)
    assert list(found.results) == sorted(found.results, key=lambda result: result.order)
    assert found.tables["actions"] == catalog.date.isoformat()
    assert found.tables["shared issuers"] == "2026-11-25"
    assert found.accounts == ("111122223333",)
    assert report(export(role(allow("*"), trust=trust), no_organization=True), catalog) == found


def test_a_finding_has_its_message_and_a_verdict_that_is_no_finding_has_none(
    export: Export, catalog: Catalog
) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    found = report(
        export(role(allow("dynamodb:GetItem"), allow("xray:PutTraceSegments"), trust=trust)),
        catalog,
        "lambda-role-wildcard-resources",
    )
    assert [(result.verdict, result.key, result.message) for result in found.results] == [
        (
            Verdict.FAIL,
            "p: dynamodb:GetItem on *",
            "r is allowed dynamodb:GetItem on * by the policy p",
        ),
        (Verdict.PASS, "p: xray:PutTraceSegments on *", ""),
    ]


# --- unknown, one test for each kind of document ----------------------------------------------------------------------

LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
FUNCTION_ARN = "arn:aws:lambda:eu-west-1:111122223333:function:f"
FUNCTIONS = {
    "Functions": [
        {"FunctionName": "f", "FunctionArn": FUNCTION_ARN, "Role": "arn:aws:iam::111122223333:role/r"}
    ]
}
OPEN_QUEUE = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage",'
    '"Resource":"arn:aws:sqs:eu-west-1:111122223333:q"}}'
)


def unknown_reasons(found: Report) -> dict[str, list[str]]:
    assert Verdict.PASS not in {result.verdict for result in found.results}
    assert Verdict.FAIL not in {result.verdict for result in found.results}
    return {
        result.rule.id: [reason.reason for reason in result.reasons]
        for result in found.results
        if result.verdict is Verdict.UNKNOWN
    }


def test_a_function_policy_that_was_not_exported(export: Export, catalog: Catalog) -> None:
    rules = (
        "lambda-permission-service-source",
        "lambda-permission-source-wide",
        "lambda-permission-untrusted-account",
        "lambda-policy-public",
    )
    found = report(export({"lambda.list-functions.json": FUNCTIONS}), catalog, *rules)
    assert unknown_reasons(found) == {rule: ["lambda get-policy for function `f`"] for rule in rules}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("s3api.list-buckets.json", {"Buckets": [{"Name": "b"}]}),
        ("sqs.list-queues.json", {"QueueUrls": ["https://sqs.eu-west-1.amazonaws.com/111122223333/q"]}),
        ("sns.list-topics.json", {"Topics": [{"TopicArn": "arn:aws:sns:eu-west-1:111122223333:t"}]}),
        (
            "kms.list-keys.json",
            {"Keys": [{"KeyId": "k", "KeyArn": "arn:aws:kms:eu-west-1:111122223333:key/k"}]},
        ),
        (
            "secretsmanager.list-secrets.json",
            {
                "SecretList": [
                    {"ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-a1b2c3", "Name": "s"}
                ]
            },
        ),
    ],
)
def test_a_resource_policy_that_was_not_exported(
    name: str, content: Mapping[str, Any], export: Export, catalog: Catalog
) -> None:
    found = report(export({name: content}, no_organization=True), catalog, "respol-public")
    assert list(unknown_reasons(found)) == ["respol-public"]


def test_the_methods_of_an_api_that_were_not_exported(export: Export, catalog: Catalog) -> None:
    found = report(
        export({"apigateway.get-rest-apis.json": {"items": [API]}}), catalog, "apigw-resource-policy-open"
    )
    assert unknown_reasons(found) == {
        "apigw-resource-policy-open": ["apigateway get-resources --embed methods for `a`"]
    }


def test_service_control_policies_that_were_not_exported(export: Export, catalog: Catalog) -> None:
    inventory = export(role(allow("lambda:CreateFunction"), trust=LAMBDA))
    found = report(inventory, catalog, "lambda-vpc-deploy-guard", vpc_ids=("vpc-0a",))
    (reasons,) = unknown_reasons(found).values()
    assert "organizations list-policies" in " ".join(reasons)


def test_resource_control_policies_that_were_not_exported(export: Export, catalog: Catalog) -> None:
    attributes = {
        "QueueArn": "arn:aws:sqs:eu-west-1:111122223333:q",
        "VisibilityTimeout": "30",
        "Policy": OPEN_QUEUE,
    }
    inventory = export({"sqs.get-queue-attributes.q.json": {"Attributes": attributes}})
    (reasons,) = unknown_reasons(report(inventory, catalog, "respol-public")).values()
    assert "organizations list-policies" in " ".join(reasons)


def _details(**more: Any) -> dict[str, Any]:
    trust = {"Version": "2012-10-17", "Statement": LAMBDA}
    detail = {"RoleName": "r", "Arn": "arn:aws:iam::111122223333:role/r", "AssumeRolePolicyDocument": trust}
    detail["RolePolicyList"] = []
    details = {"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [detail | more]}
    return {"iam.get-account-authorization-details.json": details}


EXECUTION_ROLE = (
    "lambda-role-admin",
    "lambda-role-passrole-scoped",
    "lambda-role-wildcard-actions",
    "lambda-role-wildcard-resources",
)


@pytest.mark.parametrize("rule", EXECUTION_ROLE)
def test_a_managed_policy_that_was_not_exported(rule: str, export: Export, catalog: Catalog) -> None:
    attached = [{"PolicyName": "p", "PolicyArn": "arn:aws:iam::111122223333:policy/p"}]
    found = report(export(_details(AttachedManagedPolicies=attached), no_organization=True), catalog, rule)
    (reasons,) = unknown_reasons(found).values()
    assert "arn:aws:iam::111122223333:policy/p" in " ".join(reasons)


@pytest.mark.parametrize("rule", EXECUTION_ROLE)
def test_a_boundary_that_was_not_exported(rule: str, export: Export, catalog: Catalog) -> None:
    boundary = {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/b"}
    document = {"Version": "2012-10-17", "Statement": allow("*")}
    inline = [{"PolicyName": "p", "PolicyDocument": document}]
    inventory = export(_details(PermissionsBoundary=boundary, RolePolicyList=inline), no_organization=True)
    (reasons,) = unknown_reasons(report(inventory, catalog, rule)).values()
    assert "arn:aws:iam::111122223333:policy/b" in " ".join(reasons)


@pytest.mark.parametrize("rule", [*EXECUTION_ROLE, "role-trust-public", "role-trust-oidc-subject"])
def test_a_trust_policy_that_was_not_exported(rule: str, export: Export, catalog: Catalog) -> None:
    details = _details()
    del details["iam.get-account-authorization-details.json"]["RoleDetailList"][0]["AssumeRolePolicyDocument"]
    found = report(export(details, no_organization=True), catalog, rule)
    assert unknown_reasons(found) == {rule: ["iam get-role for role `r`"]}
