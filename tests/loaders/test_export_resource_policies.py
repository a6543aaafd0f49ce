import json
from collections.abc import Callable
from typing import Any

import pytest

from wa_policy.inventory.model import Absent, Inventory, NotExported, Present, Resource

Read = Callable[..., Inventory]
HERE = "111122223333/eu-west-1"


def policy(resource: str, action: str = "*") -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


def text(resource: str, action: str = "*") -> str:
    return json.dumps(policy(resource, action))


def the_only(found: Inventory) -> Resource:
    (resource,) = found.resources
    return resource


@pytest.mark.parametrize(
    ("name", "answer", "type_", "id_", "pointer"),
    [
        (
            "global/s3api.get-bucket-policy.my.bucket.json",
            {"Policy": text("arn:aws:s3:::my.bucket/*")},
            "AWS::S3::Bucket",
            "arn:aws:s3:::my.bucket",
            "/Policy",
        ),
        (
            "global/bucket.json",  # by what the policy names
            {"Policy": text("arn:aws:s3:::b/*")},
            "AWS::S3::Bucket",
            "arn:aws:s3:::b",
            "/Policy",
        ),
        (
            "global/s3api.get-bucket-policy.b.json",  # --query Policy --output text
            policy("arn:aws:s3:::b/*"),
            "AWS::S3::Bucket",
            "arn:aws:s3:::b",
            "",
        ),
        (
            "eu-west-1/queue.json",
            {
                "Attributes": {
                    "QueueArn": "arn:aws:sqs:eu-west-1:111122223333:q",
                    "Policy": text("*", "sqs:*"),
                }
            },
            "AWS::SQS::Queue",
            "arn:aws:sqs:eu-west-1:111122223333:q",
            "/Attributes/Policy",
        ),
        (
            "eu-west-1/topic.json",
            {
                "Attributes": {
                    "TopicArn": "arn:aws:sns:eu-west-1:111122223333:t",
                    "Policy": text("*", "SNS:*"),
                }
            },
            "AWS::SNS::Topic",
            "arn:aws:sns:eu-west-1:111122223333:t",
            "/Attributes/Policy",
        ),
        (
            "eu-west-1/kms.get-key-policy.1234.json",
            {"Policy": text("*", "kms:*"), "PolicyName": "default"},
            "AWS::KMS::Key",
            "arn:aws:kms:eu-west-1:111122223333:key/1234",
            "/Policy",
        ),
        (
            "eu-west-1/secret.json",
            {
                "ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf",
                "Name": "s",
                "ResourcePolicy": text("*", "secretsmanager:*"),
            },
            "AWS::SecretsManager::Secret",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf",
            "/ResourcePolicy",
        ),
    ],
)
def test_policies(  # noqa: PLR0917  # the columns of the table
    read_exports: Read, name: str, answer: object, type_: str, id_: str, pointer: str
) -> None:
    found = read_exports({f"111122223333/{name}": answer})
    assert not found.problems
    resource = the_only(found)
    assert (resource.type, resource.id, resource.account) == (type_, id_, "111122223333")
    document = resource.policy()
    assert isinstance(document, Present)
    assert document.policy.statements[0].source.pointer == f"{pointer}/Statement/0"


@pytest.mark.parametrize(
    ("name", "answer", "expected"),
    [
        (
            "s3api.get-bucket-policy.b.json",
            {"Error": {"Code": "NoSuchBucketPolicy", "Message": ""}},
            Absent(),
        ),
        (
            "s3api.get-bucket-policy.b.json",  # standard error, saved in place of the answer
            b"\nAn error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: no policy\n",
            Absent(),
        ),
        ("sqs.get-queue-attributes.q.json", {}, Absent()),
        ("sqs.get-queue-attributes.q.json", {"Attributes": {}}, Absent()),
        ("sqs.get-queue-attributes.q.json", b"", Absent()),  # what the CLI prints for an empty answer
        (
            "sqs.get-queue-attributes.q.json",
            {"Attributes": {"QueueArn": "arn:aws:sqs:eu-west-1:111122223333:q", "VisibilityTimeout": "30"}},
            Absent(),
        ),
        (
            "sqs.get-queue-attributes.q.json",
            {"Attributes": {"QueueArn": "arn:aws:sqs:eu-west-1:111122223333:q"}},
            NotExported("sqs get-queue-attributes with the attribute `Policy`"),
        ),
        (
            "secretsmanager.get-resource-policy.s.json",
            {"ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf", "Name": "s"},
            Absent(),
        ),
    ],
)
def test_answers_that_say_that_there_is_no_policy(
    read_exports: Read, name: str, answer: object, expected: object
) -> None:
    found = read_exports({f"{HERE}/{name}": answer})
    assert not found.problems
    assert the_only(found).policy() == expected


def test_attributes_are_properties(read_exports: Read) -> None:
    attributes = {
        "QueueArn": "arn:aws:sqs:eu-west-1:111122223333:q",
        "VisibilityTimeout": "30",
        "SqsManagedSseEnabled": "true",
        "RedrivePolicy": '{"maxReceiveCount": 5}',
        "DelaySeconds": "soon",
    }
    found = read_exports({"q.json": {"Attributes": attributes}})
    assert [problem.pointer for problem in found.problems] == ["/Attributes/DelaySeconds"]
    queue = the_only(found)
    assert queue.property("VisibilityTimeout") == 30
    assert queue.property("SqsManagedSseEnabled") is True
    assert queue.property("RedrivePolicy") == {"maxReceiveCount": 5}
    assert queue.place("RedrivePolicy").pointer == "/Attributes/RedrivePolicy"


def test_lists_say_what_exists(read_exports: Read) -> None:
    found = read_exports(
        {
            "111122223333/global/s3api.list-buckets.json": {"Buckets": [{"Name": "b"}], "Owner": {"ID": "x"}},
            f"{HERE}/sqs.list-queues.json": {
                "QueueUrls": ["https://sqs.eu-west-1.amazonaws.com/111122223333/q", "q"]
            },
            f"{HERE}/kms.list-keys.json": {
                "Keys": [{"KeyId": "k", "KeyArn": "arn:aws:kms:eu-west-1:111122223333:key/k"}]
            },
        }
    )
    assert [problem.pointer for problem in found.problems] == ["/QueueUrls/1"]
    assert {resource.type: resource.policy() for resource in found.resources} == {
        "AWS::S3::Bucket": NotExported("s3api get-bucket-policy for bucket `b`"),
        "AWS::SQS::Queue": NotExported("sqs get-queue-attributes for queue `q`"),
        "AWS::KMS::Key": NotExported("kms get-key-policy for key `k`"),
    }


def test_access_denied(read_exports: Read) -> None:
    error = {"Error": {"Code": "AccessDenied", "Message": "no"}}
    found = read_exports({"111122223333/global/s3api.get-bucket-policy.b.json": error})
    assert [problem.code for problem in found.problems] == ["access-denied"]
    assert isinstance(the_only(found).policy(), NotExported)


def test_an_error_answer_that_names_nothing(read_exports: Read) -> None:
    found = read_exports({"e.json": {"Error": {"Code": "NoSuchBucketPolicy", "Message": ""}}})
    assert [problem.code for problem in found.problems] == ["resource-unknown"]
    assert not found.resources
