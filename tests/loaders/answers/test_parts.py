"""Lists that AWS gives part by part are whole once all parts were read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory

Read = Callable[..., Inventory]
PLACE = "111122223333/eu-west-1"
BUS = "arn:aws:events:eu-west-1:111122223333:event-bus"


def buses(*names: str) -> dict[str, Any]:
    return {"EventBuses": [{"Name": name, "Arn": f"{BUS}/{name}"} for name in names]}


def rules(bus: str) -> dict[str, Any]:
    arn = "arn:aws:events:eu-west-1:111122223333:rule/r"
    return {"Rules": [{"Name": "r", "Arn": arn, "State": "ENABLED", "EventBusName": bus}]}


def whole(found: Inventory, operation: str = "events.list-rules", region: str | None = "eu-west-1") -> bool:
    return found.was_exported(operation, "111122223333", region)


def test_the_rules_of_one_bus_are_not_all(read_exports: Read) -> None:
    files = {
        f"{PLACE}/events.list-event-buses.json": buses("default", "shop"),
        f"{PLACE}/events.list-rules.json": rules("default"),
    }
    found = read_exports(files)
    assert not whole(found)
    assert found.was_exported("events.list-rules", "111122223333", "eu-west-1", "default")
    empty: dict[str, Any] = {f"{PLACE}/events.list-rules.shop.json": {"Rules": []}}
    assert whole(read_exports(files | empty))


def test_without_the_buses_nobody_knows(read_exports: Read) -> None:
    assert not whole(read_exports({f"{PLACE}/events.list-rules.json": rules("default")}))


def test_scaling_is_whole_with_tables_and_functions(read_exports: Read) -> None:
    operation = "application-autoscaling.describe-scalable-targets"
    files: dict[str, Any] = {f"{PLACE}/{operation}.lambda.json": {"ScalableTargets": []}}
    assert not whole(read_exports(files), operation)
    files[f"{PLACE}/{operation}.dynamodb.json"] = {"ScalableTargets": []}
    assert whole(read_exports(files), operation)


def test_keys_are_whole_with_those_of_all_users(read_exports: Read) -> None:
    users = [
        {"UserName": name, "Arn": f"arn:aws:iam::111122223333:user/{name}", "Path": "/", "UserId": name}
        for name in ("ann", "bob")
    ]
    files: dict[str, Any] = {
        "111122223333/global/iam.get-account-authorization-details.json": {"UserDetailList": users, "RoleDetailList": []},
        "111122223333/global/iam.list-access-keys.ann.json": {"AccessKeyMetadata": []},
    }  # fmt: skip
    assert not whole(read_exports(files), "iam.list-access-keys", None)
    files["111122223333/global/iam.list-access-keys.bob.json"] = {"AccessKeyMetadata": []}
    assert whole(read_exports(files), "iam.list-access-keys", None)


def test_what_was_asked_for_by_name_is_no_list(read_exports: Read) -> None:
    value = {
        "collectionDetails": [
            {"id": "c", "name": "n", "arn": "arn:aws:aoss:eu-west-1:111122223333:collection/c"}
        ]
    }
    found = read_exports({f"{PLACE}/opensearchserverless.batch-get-collection.json": value})
    assert not whole(found, "opensearchserverless.batch-get-collection")
    assert found.resources


def test_what_a_function_answers_says_itself_which_function_it_is(read_exports: Read) -> None:
    arn = "arn:aws:lambda:eu-west-1:111122223333:function:f"
    value = {"FunctionEventInvokeConfigs": [{"FunctionArn": f"{arn}:$LATEST", "MaximumRetryAttempts": 1}]}
    found = read_exports({"x.json": value})
    assert not found.problems
    operation = "lambda.list-function-event-invoke-configs"
    assert found.was_exported(operation, "111122223333", "eu-west-1", arn)
    assert not found.was_exported(operation, "111122223333", "eu-west-1")


def test_an_answer_that_nothing_says_what_it_is_about_is_a_problem(read_exports: Read) -> None:
    value = {"items": [{"id": "a", "name": "n", "type": "TOKEN"}]}
    found = read_exports({f"{PLACE}/x.json": value})
    assert found.resources == ()
    (problem,) = found.problems
    assert problem.code == "resource-unknown"
    assert problem.advice == "name the file `apigateway.get-authorizers.<REST API id>.json`"


def test_an_answer_without_a_place_is_a_problem(read_exports: Read) -> None:
    found = read_exports({"x.json": {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}})
    (problem,) = found.problems
    assert problem.code == "account-unknown"
    (vpc,) = found.resources
    assert (vpc.account, vpc.property("CidrBlock")) == (None, "10.0.0.0/16")


def test_pages_are_joined_and_a_missing_one_is_a_problem(read_exports: Read) -> None:
    one = {"logGroups": [{"logGroupName": "a", "arn": "x"}], "nextToken": "t"}
    two = {"logGroups": [{"logGroupName": "b", "arn": "y"}]}
    first = f"{PLACE}/logs.describe-log-groups.page-1.json"
    found = read_exports({first: one})
    assert [problem.code for problem in found.problems] == ["page-missing"]
    assert not whole(found, "logs.describe-log-groups")
    found = read_exports({first: one, f"{PLACE}/logs.describe-log-groups.page-2.json": two})
    assert not found.problems
    assert len(found.resources) == 2
    assert whole(found, "logs.describe-log-groups")


def test_answers_about_one_resource_are_put_together(read_exports: Read) -> None:
    arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/t"
    found = read_exports(
        {
            f"{PLACE}/dynamodb.list-tables.json": {"TableNames": ["t"]},
            f"{PLACE}/dynamodb.describe-table.t.json": {"Table": {"TableName": "t", "TableArn": arn}},
            f"{PLACE}/dynamodb.describe-continuous-backups.t.json": {
                "ContinuousBackupsDescription": {
                    "ContinuousBackupsStatus": "ENABLED",
                    "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
                }
            },
        }
    )
    (table,) = found.resources
    assert table.property("PointInTimeRecoverySpecification") == {"PointInTimeRecoveryEnabled": False}
    assert table.property("StreamSpecification") is None
    missing = table.property("TimeToLiveSpecification")
    assert isinstance(missing, Unknown)
    assert missing.reason == "dynamodb describe-time-to-live for `t`"


def test_a_member_of_another_type_is_a_problem_and_the_rest_is_read(read_exports: Read) -> None:
    value = {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "IsDefault": "yes"}, 7]}
    found = read_exports({f"{PLACE}/ec2.describe-vpcs.json": value})
    assert {problem.pointer for problem in found.problems} == {"/Vpcs/0/IsDefault", "/Vpcs/1"}
    assert all(problem.line for problem in found.problems)
    (vpc,) = found.resources
    assert isinstance(vpc.property("WaPolicy::IsDefault"), Unknown)
