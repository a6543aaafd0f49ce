"""Templates that are wrong: a clear message each, and the rest is read."""

import json

import pytest

from tests.loaders.cloudformation.reading import ReadTemplate
from wa_policy.iam.unknown import Unknown

GOOD = "  Good: {Type: AWS::SNS::Topic, Properties: {TopicName: good}}\n"


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (
            "  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${B}'}}\n  B: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${A}'}}\n",
            "circular-reference",
            "",
        ),
        (
            "  A: {Type: AWS::SQS::Queue, DependsOn: B}\n  B: {Type: AWS::SQS::Queue, DependsOn: [A]}\n",
            "circular-reference",
            "`A` → `B` → `A`",
        ),
        (
            "  A: {Type: AWS::SQS::Queue, Properties: {QueueName: {'Fn::Frob': x}}}\n",
            "function-unknown",
            "`Fn::Frob`",
        ),
        (
            "  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Nobody}}\n",
            "reference-unknown",
            "`Nobody`",
        ),
        (
            "  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt Nobody.Arn}}\n",
            "reference-unknown",
            "`Nobody`",
        ),
        ("  A: {Type: AWS::SQS::Queue, Condition: Nobody}\n", "reference-unknown", "`Nobody`"),
        ("  A: {Type: AWS::SQS::Queue, DependsOn: Nobody}\n", "reference-unknown", "`Nobody`"),
        (
            "  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !Join [a]}}\n",
            "function-argument",
            "`Fn::Join`",
        ),
        (
            "  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !Select [7, [a]]}}\n",
            "function-argument",
            "item 7",
        ),
        (
            "  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !FindInMap [No, a, b]}}\n",
            "mapping-key",
            "`No`",
        ),
        ("  A: {Properties: {}}\n", "resource-type", "`Type`"),
        ("  A: text\n", "template-section", "an object"),
        (
            "  A: {Type: AWS::SQS::Queue, Propertys: {QueueName: x}}\n",
            "template-section",
            "found `Propertys` in a resource, which is not read",
        ),
        ("  A: {Type: AWS::SQS::Queue, Properties: text}\n", "template-section", "properties"),
        ("  A: {Type: AWS::SQS::Queue, Type: AWS::SQS::Queue}\n", "duplicate-key", "`Type`"),
        (
            "  Fn::ForEach::X: [N, !Ref AWS::NotificationARNs, {'A${N}': {Type: AWS::SQS::Queue}}]\n",
            "loop-unknown",
            "`Fn::ForEach::X`",
        ),
    ],
)
def test_one_problem_and_the_rest_is_read(read: ReadTemplate, body: str, code: str, words: str) -> None:
    inventory = read(f"Resources:\n{GOOD}{body}")
    assert code in [problem.code for problem in inventory.problems]
    assert any(words in problem.message for problem in inventory.problems if problem.code == code)
    assert [topic.name for topic in inventory.of_type("AWS::SNS::Topic")] == ["good"]


def test_a_macro_is_named(read: ReadTemplate) -> None:
    inventory = read(f"Transform: [AWS::LanguageExtensions, MyMacro]\nResources:\n{GOOD}")
    assert [(problem.code, "`MyMacro`" in problem.message) for problem in inventory.problems] == [
        ("macro", True)
    ]


def test_yaml_that_is_no_template(read: ReadTemplate) -> None:
    inventory = read(
        {"x/values.yaml": "replicas: 3\nimage: {name: web}\n", "x/t.yaml": f"Resources:\n{GOOD}"},
        paths=("x",),
    )
    assert inventory.problems == ()
    assert {file.file: file.kinds for file in inventory.files} == {
        "x/t.yaml": ("CloudFormation template",),
        "x/values.yaml": (),
    }


def test_a_template_whose_resources_are_no_object(read: ReadTemplate) -> None:
    inventory = read("AWSTemplateFormatVersion: '2010-09-09'\nResources: [A, B]\n")
    assert [(problem.code, problem.pointer, problem.message) for problem in inventory.problems] == [
        ("template-section", "/Resources", "found a list of 2 as `Resources`, expected an object")
    ]


def test_a_bomb_of_aliases_is_no_template(read: ReadTemplate) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    inventory = read(
        {"x/bomb.yaml": "\n".join(lines) + f"\nResources:\n{GOOD}", "x/t.yaml": f"Resources:\n{GOOD}"},
        paths=("x",),
    )
    assert [problem.code for problem in inventory.problems] == ["yaml-aliases"]
    assert len(inventory.of_type("AWS::SNS::Topic")) == 1


def test_values_by_alias_are_read(read: ReadTemplate) -> None:
    inventory = read(
        "Resources:\n  A: {Type: AWS::SNS::Topic, Properties: &p {DisplayName: x, TopicName: a}}\n"
        "  B: {Type: AWS::SNS::Topic, Properties: {<<: *p, TopicName: b}}\n"
    )
    assert [topic.property("DisplayName") for topic in inventory.of_type("AWS::SNS::Topic")] == ["x", "x"]


@pytest.mark.parametrize("levels", [50, 150, 190])
def test_deep_nesting(read: ReadTemplate, levels: int) -> None:
    value: object = "x"
    for _ in range(levels // 3):
        value = {"Fn::Join": ["", [value]]}
    template = {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": value}}}}
    inventory = read({"t.json": json.dumps(template)})
    assert inventory.problems == ()
    assert inventory.of_type("AWS::SNS::Topic")[0].property("DisplayName") == "x"


def test_long_chains_end_without_an_error(read: ReadTemplate) -> None:
    resources = {
        f"Q{n}": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"QueueName": {"Fn::Sub": f"x${{Q{n + 1}.QueueName}}"}},
        }
        for n in range(400)
    }
    resources["Q400"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "end"}}
    inventory = read({"t.json": json.dumps({"Resources": resources})})
    assert {problem.code for problem in inventory.problems} == {"too-deep"}
    assert len(inventory.of_type("AWS::SQS::Queue")) == 401
    conditions = {f"C{n}": {"Condition": f"C{n + 1}"} for n in range(400)} | {
        "C400": {"Fn::Equals": ["a", "a"]}
    }
    topic = {"T": {"Type": "AWS::SNS::Topic", "Condition": "C0"}}
    inventory = read({"t.json": json.dumps({"Conditions": conditions, "Resources": topic})})
    assert {problem.code for problem in inventory.problems} == {"too-deep"}


def test_a_reference_that_is_a_function_of_nothing_known(read: ReadTemplate) -> None:
    inventory = read("Resources: {A: {Type: 'AWS::SQS::Queue', Properties: {DelaySeconds: {Ref: [a]}}}}")
    assert [problem.code for problem in inventory.problems] == ["function-argument"]
    assert isinstance(inventory.of_type("AWS::SQS::Queue")[0].property("DelaySeconds"), Unknown)
