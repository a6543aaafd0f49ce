from collections.abc import Callable

import pytest

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory, PropertyValue

Read = Callable[..., Inventory]
PLACE = "111122223333/eu-west-1"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:f"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:t"


def value(found: Inventory, type_: str, name: str) -> PropertyValue:
    (resource,) = found.of_type(type_)
    return resource.property(name)


@pytest.mark.parametrize("setting", ["Allow", "Terminate"])
def test_recursive_loops(read_exports: Read, setting: str) -> None:
    files = {f"{PLACE}/lambda.get-function-recursion-config.f.json": {"RecursiveLoop": setting}}
    found = read_exports(files)
    assert not found.problems
    assert value(found, "AWS::Lambda::Function", "RecursiveLoop") == setting
    assert [resource.id for resource in found.resources] == [FUNCTION]


def test_a_function_without_the_answer_does_not_say(read_exports: Read) -> None:
    function = {"FunctionName": "f", "FunctionArn": FUNCTION, "Role": "arn:aws:iam::111122223333:role/r"}
    found = read_exports({f"{PLACE}/lambda.list-functions.json": {"Functions": [function]}})
    setting = value(found, "AWS::Lambda::Function", "RecursiveLoop")
    assert isinstance(setting, Unknown)
    assert "lambda get-function-recursion-config" in setting.reason


def test_notifications_have_the_shape_of_cloudformation(read_exports: Read) -> None:
    answer = {
        "LambdaFunctionConfigurations": [
            {
                "Id": "1",
                "LambdaFunctionArn": FUNCTION,
                "Events": ["s3:ObjectCreated:Put", "s3:ObjectRemoved:*"],
                "Filter": {"Key": {"FilterRules": [{"Name": "Prefix", "Value": "in/"}]}},
            }
        ],
        "QueueConfigurations": [
            {
                "Id": "2",
                "QueueArn": "arn:aws:sqs:eu-west-1:111122223333:q",
                "Events": ["s3:ObjectCreated:*"],
            }
        ],
        "EventBridgeConfiguration": {},
    }
    name = "111122223333/global/s3api.get-bucket-notification-configuration.media.json"
    found = read_exports({name: answer})
    assert not found.problems
    filter_ = {"S3Key": {"Rules": ({"Name": "prefix", "Value": "in/"},)}}
    assert value(found, "AWS::S3::Bucket", "NotificationConfiguration") == {
        "LambdaConfigurations": (
            {"Event": "s3:ObjectCreated:Put", "Function": FUNCTION, "Filter": filter_},
            {"Event": "s3:ObjectRemoved:*", "Function": FUNCTION, "Filter": filter_},
        ),
        "QueueConfigurations": (
            {"Event": "s3:ObjectCreated:*", "Queue": "arn:aws:sqs:eu-west-1:111122223333:q"},
        ),
        "EventBridgeConfiguration": {"EventBridgeEnabled": True},
    }


def test_a_bucket_without_notifications(read_exports: Read) -> None:
    found = read_exports({f"{PLACE}/s3api.get-bucket-notification-configuration.quiet.json": {}})
    assert not found.problems
    assert value(found, "AWS::S3::Bucket", "NotificationConfiguration") is None


def test_an_answer_of_nobody_is_a_problem(read_exports: Read) -> None:
    found = read_exports({f"{PLACE}/loop.json": {"RecursiveLoop": "Allow"}})
    assert [problem.code for problem in found.problems] == ["resource-unknown"]
    assert found.resources == ()


def subscription(topic: str = TOPIC) -> dict[str, str]:
    return {
        "SubscriptionArn": f"{topic}:1", "Owner": "111122223333", "Protocol": "lambda", "Endpoint": FUNCTION, "TopicArn": topic,
    }  # fmt: skip


@pytest.mark.parametrize("call", ["list-subscriptions-by-topic.t", "list-subscriptions"])
def test_subscriptions(read_exports: Read, call: str) -> None:
    found = read_exports({f"{PLACE}/sns.{call}.json": {"Subscriptions": [subscription()]}})
    assert not found.problems
    assert value(found, "AWS::SNS::Topic", "Subscription") == ({"Protocol": "lambda", "Endpoint": FUNCTION},)


def test_a_topic_that_nobody_subscribes(read_exports: Read) -> None:
    found = read_exports({f"{PLACE}/sns.list-subscriptions-by-topic.t.json": {"Subscriptions": []}})
    assert value(found, "AWS::SNS::Topic", "Subscription") is None


def test_a_page_of_subscriptions_is_not_all_of_them(read_exports: Read) -> None:
    page = {"Subscriptions": [subscription()], "NextToken": "more"}
    topics = {"Topics": [{"TopicArn": TOPIC}]}
    found = read_exports(
        {f"{PLACE}/sns.list-subscriptions.json": page, f"{PLACE}/sns.list-topics.json": topics}
    )
    assert isinstance(value(found, "AWS::SNS::Topic", "Subscription"), Unknown)
