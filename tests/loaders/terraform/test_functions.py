"""Functions of a plan: what they are set to, and the permissions, URLs and settings that are resources."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.loaders.terraform.making import Made, read
from tests.loaders.terraform.reading import only, statements
from wa_policy.iam.principal import Everyone, ServicePrincipal
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Present

LAMBDA = "arn:aws:lambda:eu-west-1:111122223333:function:"


def function(name: str = "orders", **values: Any) -> Made:
    return Made(
        "aws_lambda_function",
        name,
        {"function_name": name, "role": "arn:aws:iam::111122223333:role/a", **values},
    )


def test_an_object_that_is_already_replaced_says_nothing_about_the_new_one(tmp_path: Path) -> None:
    new = function(runtime="python3.12")
    old = {
        **new.head,
        "deposed": "a1b2c3d4",
        "change": {"actions": ["delete"], "before": {}, "after": None, "after_unknown": {"runtime": True}},
    }
    inventory = read(tmp_path, new, changes=[old])
    assert only(inventory, "AWS::Lambda::Function").property("Runtime") == "python3.12"


def test_items_of_a_set_that_are_left_out_are_there_all_the_same(tmp_path: Path) -> None:
    """Before Terraform 1.2 `after` has no null for an unknown item of a set, only `after_unknown` tells of it."""
    group = Made("aws_security_group", "g", {"name": "a"}, {"ingress": True, "egress": True})
    config = [{"subnet_ids": ["subnet-1"], "security_group_ids": []}]
    inside = Made(
        "aws_lambda_function",
        "f",
        {"function_name": "orders", "vpc_config": config},
        {"vpc_config": [{"subnet_ids": [False], "security_group_ids": [True]}]},
        {"vpc_config": [{"security_group_ids": "aws_security_group.g.id"}]},
    )
    inventory = read(tmp_path, group, inside)
    found = only(inventory, "AWS::Lambda::Function").property("VpcConfig")
    assert isinstance(found, Mapping)
    groups = found["SecurityGroupIds"]
    assert isinstance(groups, tuple)
    (named,) = groups
    assert only(inventory, "AWS::EC2::SecurityGroup").id.endswith(f"/{named}")


def test_a_block_that_the_provider_fills_in_is_not_set(tmp_path: Path) -> None:
    plain = Made(
        "aws_lambda_function", "f", {"function_name": "orders"}, {"tracing_config": True, "vpc_config": True}
    )
    found = only(read(tmp_path, plain), "AWS::Lambda::Function")
    assert found.property("TracingConfig") is None
    # `dynamic` may make this one.
    assert isinstance(found.property("VpcConfig"), Unknown)


@pytest.mark.parametrize(("given", "found"), [(-1, None), (0, 0), (5, 5)])
def test_minus_one_is_no_reservation_and_zero_is_one(tmp_path: Path, given: int, found: int | None) -> None:
    inventory = read(tmp_path, function(reserved_concurrent_executions=given))
    assert only(inventory, "AWS::Lambda::Function").property("ReservedConcurrentExecutions") == found


def test_a_url_without_authorization_lets_everyone_in(tmp_path: Path) -> None:
    url = Made("aws_lambda_function_url", "u", {"function_name": "orders", "authorization_type": "NONE"})
    inventory = read(tmp_path, function(), url)
    found = statements(inventory.resource(f"{LAMBDA}orders"))
    assert [statement.action.values for statement in found] == [
        ("lambda:InvokeFunctionUrl",),
        ("lambda:InvokeFunction",),
    ]
    assert {statement.principal.principals for statement in found if statement.principal} == {(Everyone(),)}
    signed = Made(
        "aws_lambda_function_url", "u", {"function_name": "orders", "authorization_type": "AWS_IAM"}
    )
    assert not isinstance(only(read(tmp_path, function(), signed), "AWS::Lambda::Function").policy(), Present)


def test_a_permission_on_an_alias_is_in_the_policy_of_the_function(tmp_path: Path) -> None:
    permission = Made(
        "aws_lambda_permission",
        "p",
        {
            "function_name": "orders",
            "qualifier": "live",
            "principal": "sns.amazonaws.com",
            "action": "lambda:InvokeFunction",
        },
    )
    (found,) = statements(only(read(tmp_path, function(), permission), "AWS::Lambda::Function"))
    assert found.resource is not None
    assert found.resource.values == (f"{LAMBDA}orders:live",)
    assert found.principal is not None
    assert found.principal.principals == (ServicePrincipal("sns.amazonaws.com"),)


def test_a_permission_on_a_function_that_is_elsewhere_is_a_part_of_its_policy(tmp_path: Path) -> None:
    permission = Made(
        "aws_lambda_permission",
        "p",
        {"function_name": "far", "principal": "sns.amazonaws.com", "action": "lambda:InvokeFunction"},
    )
    far = only(read(tmp_path, permission), "AWS::Lambda::Function")
    document = far.policy()
    assert isinstance(document, Present)
    assert len(document.policy.statements) == 1
    assert "the rest of the policy" in document.policy.unreadable[0].reason
    assert isinstance(far.property("Runtime"), Unknown)


def test_settings_of_functions_that_are_resources(tmp_path: Path) -> None:
    inventory = read(
        tmp_path,
        function(),
        Made(
            "aws_lambda_function_recursion_config",
            "r",
            {"function_name": "orders", "recursive_loop": "Allow"},
        ),
        Made(
            "aws_lambda_runtime_management_config",
            "m",
            {"function_name": "orders", "update_runtime_on": "Manual"},
        ),
        Made(
            "aws_lambda_alias", "live", {"name": "live", "function_name": "orders", "function_version": "1"}
        ),
        Made(
            "aws_lambda_provisioned_concurrency_config",
            "p",
            {"function_name": "orders", "qualifier": "live", "provisioned_concurrent_executions": 3},
        ),
    )
    found = only(inventory, "AWS::Lambda::Function")
    assert found.property("RecursiveLoop") == "Allow"
    assert found.property("RuntimeManagementConfig") == {"UpdateRuntimeOn": "Manual"}
    alias = only(inventory, "AWS::Lambda::Alias")
    assert alias.id == f"{LAMBDA}orders:live"
    assert alias.property("ProvisionedConcurrencyConfig") == {"ProvisionedConcurrentExecutions": 3}
