"""Settings of accounts and registries, and event patterns that let everything through."""

from __future__ import annotations

from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Answer, Inventory, Resource
from wa_policy.rules.predicates import PREDICATES
from wa_policy.rules.predicates_account import admits_every_event
from wa_policy.rules.subjects import Scope, subject_of_resource

WHY = Unknown(UnknownKind.UNRESOLVED, "`Source`")

PATTERNS: list[tuple[Any, bool]] = [
    ({}, True),
    ({"account": ("111122223333",)}, True),
    ({"region": ("eu-west-1",), "account": ("111122223333",)}, True),
    ({"source": ({"prefix": ""},)}, True),
    ({"source": ({"suffix": ""},)}, True),
    ({"source": ({"wildcard": "*"},)}, True),
    ({"source": ({"exists": True},)}, True),
    ({"source": ({"anything-but": "aws.ec2"},)}, True),
    ({"source": ({"anything-but": ("aws.ec2",)},)}, True),
    ({"source": ("orders", {"prefix": ""})}, True),
    ({"$or": ({"source": ("orders",)}, {"account": ("111122223333",)})}, True),
    ({"source": ({"anything-but": ("aws.ec2", "aws.ecs")},)}, False),
    ({"source": ("orders",)}, False),
    ({"source": ({"prefix": "aws."},)}, False),
    ({"source": ({"prefix": ""},), "detail-type": ("Order placed",)}, False),
    ({"detail": {"status": ({"exists": True},)}}, False),
    ({"$or": ({"source": ("orders",)}, {"source": ("refunds",)})}, False),
]


@pytest.mark.parametrize(("pattern", "expected"), PATTERNS)
def test_patterns_of_rules(pattern: Any, expected: bool, catalog: Catalog) -> None:
    scope = Scope(Inventory(), {}, catalog)
    assert admits_every_event({"Of": "EventPattern", "Pattern": pattern}, scope, {}) is expected


def test_of_filters_an_exclusion_is_a_filter(catalog: Catalog) -> None:
    scope = Scope(Inventory(), {}, catalog)
    assert (
        admits_every_event(
            {"Of": "FilterPolicy", "Pattern": {"kind": ({"anything-but": "test"},)}}, scope, {}
        )
        is False
    )
    assert admits_every_event({"Of": "FilterPolicy", "Pattern": {"account": ("a",)}}, scope, {}) is False
    assert admits_every_event({"Of": "FilterPolicy", "Pattern": {}}, scope, {}) is True


@pytest.mark.parametrize("pattern", [WHY, {"source": WHY}, {"source": ({"prefix": WHY},)}])
def test_unknown_patterns(pattern: Any, catalog: Catalog) -> None:
    scope = Scope(Inventory(), {}, catalog)
    assert admits_every_event({"Of": "EventPattern", "Pattern": pattern}, scope, {}) == WHY


def one(type_: str, name: str, **properties: Any) -> Resource:
    return Resource(type_, f"arn/{name}", name, "111122223333", "eu-west-1", properties, NOWHERE)


def ask(name: str, catalog: Catalog, subject: Resource, *others: Resource, **more: Any) -> Truth:
    inventory = Inventory(resources=(subject, *others), **more)
    scope = Scope(inventory, {}, catalog)
    return PREDICATES[name].judge(
        subject_of_resource(subject, inventory), scope, {"kind": "DATA_PROTECTION_POLICY"}
    )


def scanning(filter_: Any) -> Resource:
    rules = ({"RepositoryFilters": ({"Filter": filter_, "FilterType": "WILDCARD"},)},)
    return one("AWS::ECR::RegistryScanningConfiguration", "r", Rules=rules)


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ("*", True),
        ("ord*", True),
        ("orders", True),
        ("rder", True),
        ("x*", False),
        ("orders2", False),
        (WHY, WHY),
    ],
)
def test_scanning_of_the_registry(filter_: Any, expected: Truth, catalog: Catalog) -> None:
    repository = one("AWS::ECR::Repository", "orders")
    assert ask("is_scanned_by_registry", catalog, repository, scanning(filter_)) == expected


def test_scanning_that_was_not_exported(catalog: Catalog) -> None:
    repository = one("AWS::ECR::Repository", "orders")
    assert isinstance(ask("is_scanned_by_registry", catalog, repository), Unknown)
    declared = frozenset({(repository.type, repository.id)})
    assert ask("is_scanned_by_registry", catalog, repository, declared=declared) is False


def test_a_policy_of_the_account(catalog: Catalog) -> None:
    group = one("AWS::Logs::LogGroup", "g")
    policy = one("AWS::Logs::AccountPolicy", "p", PolicyType="DATA_PROTECTION_POLICY")
    other = one("AWS::Logs::AccountPolicy", "o", PolicyType="SUBSCRIPTION_FILTER_POLICY")
    listed = (Answer("logs.describe-account-policies", "111122223333", "eu-west-1"),)
    assert ask("has_account_policy", catalog, group, policy) is True
    assert isinstance(ask("has_account_policy", catalog, group, other), Unknown)
    assert ask("has_account_policy", catalog, group, other, exported=listed) is False


def rule(*arns: Any) -> Resource:
    return one("AWS::Events::Rule", "r", Targets=tuple({"Id": "a", "Arn": arn} for arn in arns))


@pytest.mark.parametrize(
    ("arns", "expected"),
    [
        ((), False),
        (("arn:aws:logs:eu-west-1:111122223333:log-group:g",), True),
        (("arn:aws:firehose:eu-west-1:111122223333:deliverystream/d",), True),
        (
            (
                "arn:aws:logs:eu-west-1:111122223333:log-group:g",
                "arn:aws:lambda:eu-west-1:111122223333:function:f",
            ),
            False,
        ),
        ((WHY,), WHY),
    ],
)
def test_rules_that_keep_events(arns: tuple[Any, ...], expected: Truth, catalog: Catalog) -> None:
    assert ask("keeps_events", catalog, rule(*arns)) == expected
