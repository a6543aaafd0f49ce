"""Iterators about events that fail: where they go, and who writes to dead-letter queues."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wa_policy.api import read
from wa_policy.catalog.model import Catalog
from wa_policy.inventory.model import Inventory
from wa_policy.rules.each import ITERATORS
from wa_policy.rules.items import Items
from wa_policy.rules.subjects import Scope, subject_of_resource

PREFIX = "arn:aws:{}:eu-west-1:111122223333:{}"
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}


def function(**properties: Any) -> dict[str, Any]:
    role = {"Fn::GetAtt": ["R", "Arn"]}
    return {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f", "Role": role, **properties}}


def on_failure(type_: str, destination: Any, **properties: Any) -> dict[str, Any]:
    config = {"OnFailure": {"Destination": destination}}
    return {
        "Type": type_,
        "Properties": {"FunctionName": {"Ref": "F"}, "DestinationConfig": config, **properties},
    }


def template(folder: Path, **resources: Any) -> Inventory:
    place = folder / "111122223333" / "eu-west-1"
    place.mkdir(parents=True)
    (place / "template.json").write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    return read([str(folder)])


def items(name: str, type_: str, inventory: Inventory, catalog: Catalog) -> Items:
    (resource,) = inventory.of_type(type_)
    return ITERATORS[name].give(subject_of_resource(resource, inventory), Scope(inventory, {}, catalog), {})


def told(found: Items, field: str) -> dict[str, Any]:
    return {item.key: item.fields[field] for item in found.items}


def test_destinations_come_with_the_action_that_writes_there(tmp_path: Path, catalog: Catalog) -> None:
    inventory = template(
        tmp_path,
        R=ROLE,
        F=function(DeadLetterConfig={"TargetArn": PREFIX.format("sqs", "dead")}),
        C=on_failure("AWS::Lambda::EventInvokeConfig", PREFIX.format("sns", "topic"), Qualifier="live"),
        M=on_failure(
            "AWS::Lambda::EventSourceMapping",
            "arn:aws:s3:::bucket",
            EventSourceArn=PREFIX.format("kinesis", "stream/s"),
        ),
    )
    found = items("failure_destinations", "AWS::Lambda::Function", inventory, catalog)
    assert told(found, "actions") == {
        "dead": ("sqs:SendMessage",),
        "topic": ("sns:Publish",),
        "bucket": ("s3:PutObject",),
    }
    assert told(found, "resources")["bucket"] == ("arn:aws:s3:::bucket/*",)
    assert not found.unknown


def test_fifo_takes_batches_of_a_stream_but_no_asynchronous_events(tmp_path: Path, catalog: Catalog) -> None:
    fifo = {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}}
    inventory = template(
        tmp_path,
        R=ROLE,
        Q=fifo,
        F=function(DeadLetterConfig={"TargetArn": {"Fn::GetAtt": ["Q", "Arn"]}}),
        M=on_failure(
            "AWS::Lambda::EventSourceMapping",
            PREFIX.format("sqs", "other.fifo"),
            EventSourceArn=PREFIX.format("kinesis", "stream/s"),
        ),
    )
    found = items("failure_destinations", "AWS::Lambda::Function", inventory, catalog)
    assert [item.fields["actions"] for item in found.items] == [(), ("sqs:SendMessage",)]


def test_a_destination_or_role_that_is_not_known_leaves_it_open(tmp_path: Path, catalog: Catalog) -> None:
    imported = template(
        tmp_path / "a", R=ROLE, F=function(DeadLetterConfig={"TargetArn": {"Fn::ImportValue": "q"}})
    )
    found = items("failure_destinations", "AWS::Lambda::Function", imported, catalog)
    assert not found.items
    assert len(found.unknown) == 1
    foreign = template(tmp_path / "b", F=function(Role=PREFIX.format("iam", "role/other")))
    found = items("failure_destinations", "AWS::Lambda::Function", foreign, catalog)
    assert not found.items
    assert found.unknown


def test_senders_are_rules_and_topics(tmp_path: Path, catalog: Catalog) -> None:
    queue = {"Fn::GetAtt": ["Q", "Arn"]}
    target = {"Id": "t", "Arn": PREFIX.format("lambda", "function:f"), "DeadLetterConfig": {"Arn": queue}}
    subscription = {"Protocol": "lambda", "Endpoint": PREFIX.format("lambda", "function:f")}
    inventory = template(
        tmp_path,
        Q={"Type": "AWS::SQS::Queue"},
        E={
            "Type": "AWS::Events::Rule",
            "Properties": {"Name": "daily", "ScheduleExpression": "rate(1 day)", "Targets": [target]},
        },
        S={
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                **subscription,
                "TopicArn": PREFIX.format("sns", "daily"),
                "RedrivePolicy": {"deadLetterTargetArn": queue},
            },
        },
        T={
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                **subscription,
                "TopicArn": {"Fn::ImportValue": "t"},
                "RedrivePolicy": {"deadLetterTargetArn": queue},
            },
        },
    )
    found = items("dead_letter_senders", "AWS::SQS::Queue", inventory, catalog)
    assert [(item.fields["service"], item.fields["sources"]) for item in found.items] == [
        ("events.amazonaws.com", (PREFIX.format("events", "rule/daily"),)),
        ("sns.amazonaws.com", (PREFIX.format("sns", "daily"),)),
    ]
    assert len({item.key for item in found.items}) == 2
    assert len(found.unknown) == 1
