"""Lists that AWS gives part by part are whole once all parts were read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
