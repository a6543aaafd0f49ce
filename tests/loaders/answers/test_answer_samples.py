"""An answer with every member that the SDK of AWS knows is read as what it is, and nothing else is taken for one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.loaders.answers.models import answer_shape, operations, sample
from wa_policy.inventory.model import Inventory
from wa_policy.loaders.answers.all_rows import BY_CALL
from wa_policy.loaders.answers.loader import call_of, is_answer
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.registry import loader_of

Read = Callable[..., Inventory]
CALLS = sorted(BY_CALL)
each_call = pytest.mark.parametrize("call", CALLS)
PLACE = "111122223333/eu-west-1"


def answer(call: str) -> Any:
    if call == "sns.get-subscription-attributes":
        topic = "arn:aws:sns:eu-west-1:111122223333:orders"
        return {
            "Attributes": {"SubscriptionArn": f"{topic}:1", "TopicArn": topic, "RawMessageDelivery": "true"}
        }
    return sample(answer_shape(call))


@each_call
def test_a_full_answer_is_read_without_a_problem(call: str, read_exports: Read) -> None:
    found = read_exports({f"{PLACE}/{call}.thing.json": answer(call)})
    assert [problem.message for problem in found.problems] == []
    assert found.files[0].kinds == (call.replace(".", " ", 1),)
    types = {resource.type for resource in found.resources}
    expected = {row.type for row in BY_CALL[call]}
    assert types == (expected if "last-accessed" not in call else {"AWS::IAM::Role"})
    assert any(answer.operation == call for answer in found.exported)
    json.dumps([sorted(resource.properties) for resource in found.resources])


SAME = {"wafv2.get-web-acl-for-resource": {"wafv2.get-web-acl"}}


@each_call
def test_the_content_alone_is_taken_for_nothing_else(call: str) -> None:
    value = answer(call)
    found = call_of(value, Origin())
    same_shape = {
        name for name in CALLS if answer_shape(name).members.keys() == answer_shape(call).members.keys()
    }
    assert found in {None, call} | same_shape | SAME.get(call, set())


def test_most_are_recognised_by_their_content() -> None:
    unknown = {call for call in CALLS if call_of(answer(call), Origin()) != call}
    assert unknown == NEED_A_NAME


NEED_A_NAME = {
    "dynamodb.get-resource-policy", "events.list-targets-by-rule", "kinesis.get-resource-policy",
    "kms.get-key-rotation-status", "kms.list-grants", "lambda.get-function-concurrency",
    "lambda.get-layer-version-policy", "lambda.list-tags", "s3api.get-bucket-logging", "s3api.get-bucket-tagging",
    "s3api.get-bucket-versioning", "s3api.get-public-access-block", "s3control.get-public-access-block",
    "sns.list-tags-for-resource", "sqs.list-queue-tags", "wafv2.get-web-acl-for-resource",
}  # fmt: skip
SERVICES = sorted({call.partition(".")[0] for call in CALLS} - {"ec2", "codedeploy"})


@pytest.mark.parametrize("service", SERVICES)
def test_no_other_operation_of_a_service_is_taken_for_one(service: str) -> None:
    wrong = {}
    for call, operation in operations(service).items():
        if operation.output_shape is None or call in BY_CALL or not call.split(".")[1].startswith(READING):
            continue
        value = sample(operation.output_shape)
        if is_answer(value, Origin()) and call not in KNOWN_ALIKE:
            wrong[call] = call_of(value, Origin())
    assert wrong == {}


READING = ("get-", "list-", "describe-", "batch-get-")
# The same members; a file that is named after them is not taken for the whole.
KNOWN_ALIKE = frozenset(
    (
        "cloudwatch.describe-alarms-for-metric", "lambda.get-layer-version-by-arn", "iam.list-instance-profiles-for-role",
        *(f"cloudfront.list-distributions-by-{by}" for by in (
            "anycast-ip-list-id", "connection-function", "connection-mode", "realtime-log-config", "trust-store", "web-acl-id",
        )),
    )
)  # fmt: skip


@pytest.mark.parametrize("call", sorted(KNOWN_ALIKE))
def test_a_file_named_after_a_part_is_not_taken_for_the_whole(call: str) -> None:
    assert not is_answer(sample(answer_shape(call)), Origin(call=call))


OTHERS = (
    "iam.get-account-authorization-details", "lambda.list-functions", "lambda.get-function", "lambda.get-policy",
    "lambda.list-aliases", "lambda.list-function-url-configs", "lambda.list-event-source-mappings",
    "lambda.get-function-recursion-config", "apigateway.get-rest-apis", "apigateway.get-rest-api", "apigateway.get-stages",
    "apigateway.get-resources", "apigatewayv2.get-apis", "apigatewayv2.get-routes", "apigatewayv2.get-integrations",
    "sqs.get-queue-attributes", "sns.get-topic-attributes", "sns.list-topics", "kms.list-keys", "kms.get-key-policy",
    "s3api.list-buckets", "s3api.get-bucket-policy", "secretsmanager.list-secrets", "secretsmanager.get-resource-policy",
    "organizations.describe-policy", "organizations.list-accounts",
)  # fmt: skip


@pytest.mark.parametrize("call", OTHERS)
def test_what_other_loaders_read_stays_theirs(call: str) -> None:
    for origin in (Origin(), Origin(call=call, name="x")):
        loader = loader_of(answer(call), origin)
        assert loader is None or loader.name != "answer of the AWS CLI"
