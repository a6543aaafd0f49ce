"""Which requests a kind of policy can bind, and the reason where it binds none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.guardrails.made import DEPLOY, VALUES, Made, own, rcp, scp
from wa_policy.catalog.model import Catalog
from wa_policy.errors import UsageError
from wa_policy.formal.verdicts import Proved, Refuted
from wa_policy.guardrails.derive import guardrail_of
from wa_policy.guardrails.generate import guardrails_of
from wa_policy.guardrails.model import Calling, CannotBind, Guardrail, NeedsParameters
from wa_policy.guardrails.prove import find_forbidden
from wa_policy.rules.model import GuardrailKind
from wa_policy.rules.pack import load_pack
from wa_policy.rules.parameters import values_of
from wa_policy.settings import Profile, Settings


def derived(made: Made, given: dict[str, Any], catalog: Catalog) -> Guardrail | CannotBind | NeedsParameters:
    rule = made.rule(catalog)
    return guardrail_of(rule, values_of(rule, given), catalog)


EVERYONE = {"policies": "resource", "caller": "everyone", "action": "*"}

REASONS: list[tuple[Made, str]] = [
    (
        Made("whole", {"mode": "all", **own("iam:*")}),
        "each of its requests may be allowed, only all of them together may not",
    ),
    (
        Made("own-side", {**own("iam:*"), "policies": "identity"}),
        "it asks about the `identity` policies alone, apart from service control policies",
    ),
    (
        Made("by-item", {**own("iam:PassRole"), "resource": "$item.resource"}, more={"each": {"resource_grants": {}}}),
        "its requests depend on `$item.resource` of each subject",
    ),
    (rcp("function", "AWS::Lambda::Function", EVERYONE), "resource control policies do not bind `lambda`"),
    (
        Made("some-roles", own(DEPLOY), "scp", "AWS::IAM::Role", {"when": {"trusts_service": {"service": "lambda.amazonaws.com"}}}),
        "it is about subjects where `trusts_service` holds, which a control policy does not see",
    ),
    (
        Made(
            "some-buckets",
            EVERYONE,
            "rcp",
            "AWS::S3::Bucket",
            {"when": {"AccessControl": {"equals": "PublicRead"}}},
        ),
        "it is about subjects where `AccessControl` is as it asks, which a control policy does not see",
    ),
    (
        scp("both", own("iam:*", resource={"pattern": "arn:aws:iam::*:role/*", "other_than": ["arn:aws:iam::*:role/a"]})),
        "a statement has either Resource or NotResource, and its requests ask for both",
    ),
    (
        Made(
            "other-services",
            {"policies": "resource", "caller": "everyone", "action": ["lambda:*"], "resource": "*"},
            "rcp",
            "AWS::S3::Bucket",
        ),
        "resource control policies do not bind `lambda:*`",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("made", "reason"), [pytest.param(*row, id=row[0].name) for row in REASONS])
def test_the_reason_is_told_where_no_policy_binds(made: Made, reason: str, catalog: Catalog) -> None:
    found = derived(made, dict(VALUES[0]), catalog)
    assert isinstance(found, CannotBind)
    assert found.reason.startswith(reason)


def test_what_prevents_the_cause_is_named(catalog: Catalog) -> None:
    made = rcp("function", "AWS::Lambda::Function", EVERYONE)
    rule = replace(made.rule(catalog), prevented_by=("lambda-function-principal-guard",), guardrail=None)
    found = guardrail_of(rule, values_of(rule, VALUES[0]), catalog)
    assert isinstance(found, CannotBind)
    assert found.prevented_by == ("lambda-function-principal-guard",)
    assert found.reason == "resource control policies do not bind `lambda`"


def test_a_rule_that_names_no_guardrail_has_none(catalog: Catalog) -> None:
    rule = replace(scp("plain", own(DEPLOY)).rule(catalog), guardrail=None)
    found = guardrail_of(rule, values_of(rule, {}), catalog)
    assert isinstance(found, CannotBind)
    assert found.reason == "the rule names no guardrail"


WHEN_SET: dict[str, Any] = {
    "when": {
        "all_of": [{"parameter": "vpc_ids", "is": "not_empty"}, {"none_of": [{"is_service_linked": {}}]}]
    }
}
NEEDS: list[tuple[Made, tuple[str, ...]]] = [
    (scp("by-when", own(DEPLOY, {"lambda:VpcIds": {"none_of": "$vpc_ids"}}), **WHEN_SET), ("vpc_ids",)),
    (scp("by-list", own(DEPLOY, {"lambda:VpcIds": {"one_of": "$vpc_ids"}})), ("vpc_ids",)),
    (scp("by-resource", own("iam:*Role", resource="$roles")), ("roles",)),
    (rcp("own-organization", "AWS::S3::Bucket", EVERYONE), ("trusted_orgs",)),
]


@pytest.mark.parametrize(("made", "names"), [pytest.param(*row, id=row[0].name) for row in NEEDS])
def test_parameters_that_are_missing_are_named(made: Made, names: tuple[str, ...], catalog: Catalog) -> None:
    found = derived(made, {}, catalog)
    assert isinstance(found, NeedsParameters)
    assert found.names == names
    assert isinstance(derived(made, dict(VALUES[0]), catalog), Guardrail)


def test_an_empty_list_of_exceptions_takes_nothing_away(catalog: Catalog) -> None:
    found = derived(scp("no-list", own(DEPLOY, {"lambda:VpcIds": {"none_of": "$vpc_ids"}})), {}, catalog)
    assert isinstance(found, Guardrail)
    (statement,) = found.statements
    assert statement.conditions == ()


def test_classes_say_who_is_bound(catalog: Catalog) -> None:
    mine = scp("mine", own(DEPLOY)).guardrail_with({}, catalog)
    assert mine.kind is GuardrailKind.SCP
    assert [one.callers for one in mine.classes] == [(Calling.PRINCIPAL,)]
    theirs = rcp("theirs", ["AWS::S3::Bucket", "AWS::KMS::Key"], EVERYONE).guardrail_with(VALUES[0], catalog)
    assert theirs.kind is GuardrailKind.RCP
    assert [one.actions for one in theirs.classes] == [("s3:*",), ("kms:*",)]
    assert all(one.callers == (Calling.PRINCIPAL, Calling.ANONYMOUS) for one in theirs.classes)


def test_a_guardrail_that_no_request_meets_is_told(catalog: Catalog) -> None:
    made = scp("resource", own("iam:DeleteRole", resource="$roles"))
    of_roles = made.guardrail_with({"roles": ("arn:aws:iam::*:role/a",)}, catalog)
    of_functions = made.guardrail_with({"roles": ("arn:aws:lambda:*:*:function:a",)}, catalog)
    assert isinstance(find_forbidden(of_roles, catalog), Refuted)
    assert isinstance(find_forbidden(of_functions, catalog), Proved)


def test_a_guardrail_that_would_do_nothing_is_not_generated(catalog: Catalog) -> None:
    parameters = {"protected_roles": ("arn:aws:lambda:*:111122223333:function:a",)}
    settings = Settings(Profile.STRICT, parameters)
    with pytest.raises(UsageError, match="the guardrail of `iam-protected-role-guard` would do nothing"):
        guardrails_of(load_pack(), settings, catalog, ["iam-protected-role-guard"])
    _, left_out = guardrails_of(load_pack(), settings, catalog)
    (mine,) = (one for one in left_out if one.rule_id == "iam-protected-role-guard")
    assert mine.reason == "with these parameters there is no request that it forbids"
