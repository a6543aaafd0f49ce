"""What means the same has the same verdicts: order, lists of one, split statements, other logical ids."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.loaders.cloudformation.reading import Judge, ReadTemplate, Verdicts
from wa_policy.inventory.model import Assumptions

Template = dict[str, Any]
ALONE = Assumptions(no_organization=True)
"""A resource control policy could stop what is allowed to a queue."""


def _role(*statements: Any) -> Template:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": "worker",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [
                {
                    "PolicyName": "p",
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)},
                }
            ],
        },
    }


TEMPLATES: dict[str, Template] = {
    "wide": {
        "F": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "orders", "Role": {"Fn::GetAtt": ["R", "Arn"]}}},
        "R": _role(
            {"Effect": "Allow", "Action": ["s3:GetObject", "lambda:UpdateFunctionCode"], "Resource": ["*"]},
            {"Effect": "Deny", "Action": ["iam:*"], "Resource": ["*"]},
            {"Effect": "Allow", "Action": ["iam:PassRole"], "Resource": {"Fn::GetAtt": ["R", "Arn"]}},
        ),
        "P": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {"FunctionName": {"Ref": "F"}, "Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com"},
        },
    },
    "public": {
        "Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}},
        "QP": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": "Q"}],
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["sqs:SendMessage", "sqs:ReceiveMessage"], "Resource": {"Fn::GetAtt": ["Q", "Arn"]}},
                        {"Effect": "Deny", "Principal": "*", "Action": ["sqs:ReceiveMessage"], "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}},
                    ],
                },
            },
        },
    },
}  # fmt: skip


def _documents(value: Any) -> list[dict[str, Any]]:
    """All objects that have statements."""
    found, pending = [], [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            if isinstance(item.get("Statement"), list):
                found.append(item)
            pending += item.values()
        elif isinstance(item, list):
            pending += item
    return found


def reversed_statements(resources: Template) -> None:
    for document in _documents(resources):
        document["Statement"].reverse()


def scalars(resources: Template) -> None:
    for document in _documents(resources):
        for statement in document["Statement"]:
            for name in ("Action", "Resource"):
                if isinstance(statement.get(name), list) and len(statement[name]) == 1:
                    statement[name] = statement[name][0]
        if len(document["Statement"]) == 1:
            document["Statement"] = document["Statement"][0]


def lists(resources: Template) -> None:
    for document in _documents(resources):
        for statement in document["Statement"]:
            for name in ("Action", "Resource"):
                if name in statement and not isinstance(statement[name], list):
                    statement[name] = [statement[name]]


def split_statements(resources: Template) -> None:
    for document in _documents(resources):
        split = []
        for statement in document["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            split += [{**statement, "Action": action} for action in actions]
        document["Statement"] = split


def key_case(resources: Template) -> None:
    for document in _documents(resources):
        for statement in document["Statement"]:
            for block in statement.get("Condition", {}).values():
                for key in list(block):
                    block[key.upper()] = block.pop(key)
            if isinstance(statement["Action"], str):
                statement["Action"] = statement["Action"].upper()


def other_ids(resources: Template) -> None:
    names = {name: f"Other{number}" for number, name in enumerate(sorted(resources, reverse=True))}

    def renamed(value: Any) -> Any:
        match value:
            case {"Ref": str(name)}:
                return {"Ref": names.get(name, name)}
            case {"Fn::GetAtt": [str(name), attribute]}:
                return {"Fn::GetAtt": [names.get(name, name), attribute]}
            case dict():
                return {key: renamed(item) for key, item in value.items()}
            case list():
                return [renamed(item) for item in value]
            case _:
                return value

    made = {names[name]: renamed(item) for name, item in resources.items()}
    resources.clear()
    resources |= made


def order_of_resources(resources: Template) -> None:
    turned = dict(reversed(resources.items()))
    resources.clear()
    resources |= turned


CHANGES: tuple[Callable[[Template], None], ...] = (
    reversed_statements, scalars, lists, split_statements, key_case, other_ids, order_of_resources,
)  # fmt: skip


def folded(verdicts: Verdicts) -> list[tuple[str, str, str]]:
    """The worst verdict of each rule and subject: items are named by the statements, which change."""
    order = ("fail", "unknown", "pass", "not applicable", "manual")
    found: dict[tuple[str, str], str] = {}
    for (rule, subject, _), verdict in verdicts.items():
        found[rule, subject] = min(found.get((rule, subject), verdict), verdict, key=order.index)
    return sorted((*key, verdict) for key, verdict in found.items())


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("name", TEMPLATES)
def test_the_verdicts_do_not_change(
    read: ReadTemplate, judge: Judge, name: str, change: Callable[[Template], None]
) -> None:
    resources = copy.deepcopy(TEMPLATES[name])
    before = folded(judge(read({"t.json": json.dumps({"Resources": resources})}, assume=ALONE)))
    assert "fail" in {verdict for *_, verdict in before}
    changed = copy.deepcopy(TEMPLATES[name])
    change(changed)
    assert changed != TEMPLATES[name] or list(changed) != list(TEMPLATES[name]) or name == "public"
    assert folded(judge(read({"t.json": json.dumps({"Resources": changed})}, assume=ALONE))) == before
