"""The words of tests that look into lists, at items and at the other sides of relations; and `permit`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.errors import RuleError
from wa_policy.findings import Verdict
from wa_policy.rules.examples import run_example
from wa_policy.rules.model import Rule
from wa_policy.rules.read import read_rule
from wa_policy.rules.run import run_rule
from wa_policy.rules.subjects import Scope

HEAD: dict[str, Any] = {
    "id": "made",
    "title": "A rule",
    "pillar": "security",
    "severity": "low",
    "profile": "core",
    "message": "{subject} is wrong",
    "why": "because",
    "fix": {"text": "do it"},
}


def rule_of(
    catalog: Catalog, check: dict[str, Any], resources: dict[str, Any], expect: dict[str, Any]
) -> Rule:
    """A rule with one example of a template; one that is silent or fires is put beside it."""
    raw = HEAD | check
    example = {
        "name": "made",
        "no_organization": True,
        "files": {"template.yaml": {"Resources": resources}},
        "expect": expect,
    }
    verdicts = {"x": "fail", "y": "pass"}  # so that the rule has both
    raw["examples"] = [example, {"name": "all verdicts", "files": {"empty.json": {}}, "expect": verdicts}]
    return read_rule("made.yaml", json.dumps(raw), catalog)


def expect(
    catalog: Catalog, check: dict[str, Any], resources: dict[str, Any], verdicts: dict[str, Any]
) -> None:
    rule = rule_of(catalog, check, resources, verdicts)
    assert [str(one) for one in run_example(rule, rule.examples[0], catalog)] == []


def group(*ranges: object) -> dict[str, Any]:
    rules = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": one} for one in ranges]
    return {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": "g", "SecurityGroupIngress": rules},
    }


def refused(catalog: Catalog, check: dict[str, Any]) -> str:
    with pytest.raises(RuleError) as caught:
        rule_of(catalog, check, {"G": group()}, {"x": "fail"})
    return caught.value.problems[0].message


GROUPS = {"None": group(), "Own": group("10.0.0.0/8"), "Wide": group("10.0.0.0/8", "0.0.0.0/0")}


def test_parts_of_a_list(catalog: Catalog) -> None:
    check: dict[str, Any] = {"select": "AWS::EC2::SecurityGroup"}
    inside = {"CidrIp": {"inside": ["10.0.0.0/8"]}}
    for word, wide, none in (("all", "fail", "pass"), ("any", "pass", "fail"), ("none", "fail", "pass")):
        check["require"] = {"SecurityGroupIngress": {word: inside}}
        own = "fail" if word == "none" else "pass"
        expect(catalog, check, GROUPS, {"None": none, "Own": own, "Wide": wide})


def test_a_part_that_is_not_known(catalog: Catalog) -> None:
    resources = {"Own": group({"Fn::ImportValue": "x"}, "10.0.0.0/8")}
    check: dict[str, Any] = {"select": "AWS::EC2::SecurityGroup"}
    inside = {"CidrIp": {"inside": ["10.0.0.0/8"]}}
    expect(
        catalog, check | {"require": {"SecurityGroupIngress": {"any": inside}}}, resources, {"Own": "pass"}
    )
    expect(
        catalog, check | {"require": {"SecurityGroupIngress": {"all": inside}}}, resources, {"Own": "unknown"}
    )


def test_named_values_and_texts(catalog: Catalog) -> None:
    resources = {
        name: {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": variables}}}
        for name, variables in (("Good", {"A": "x"}), ("Bad", {"A": "x", "KEY": "AKIA1"}))
    }
    test = {"Environment.Variables": {"none": {"key": {"matches": "K*"}, "value": {"matches": "AKIA*"}}}}
    check = {"select": "AWS::Lambda::Function", "require": test}
    expect(catalog, check, resources, {"Good": "pass", "Bad": "fail"})


def test_defaults_and_sums(catalog: Catalog) -> None:
    resources = {
        name: {"Type": "AWS::Lambda::Function", "Properties": properties}
        for name, properties in (
            ("Short", {"MemorySize": 20}),
            ("Enough", {"MemorySize": 128, "Timeout": 10}),
            ("Unset", {"Timeout": 10}),
        )
    }
    wanted = {"at_least": {"sum": [{"product": ["$subject.Timeout", 6]}, 1]}}
    check = {"select": "AWS::Lambda::Function", "require": {"MemorySize": wanted}}
    expect(catalog, check, resources, {"Short": "fail", "Enough": "pass", "Unset": "fail"})
    defaulted = {"at_least": {"product": [{"default": ["$subject.Timeout", 3]}, 6]}, "default": 128}
    check = {"select": "AWS::Lambda::Function", "require": {"MemorySize": defaulted}}
    expect(catalog, check, resources, {"Short": "pass", "Enough": "pass", "Unset": "pass"})


def test_items_of_parts(catalog: Catalog) -> None:
    check = {
        "select": "AWS::EC2::SecurityGroup",
        "each": {
            "parts": {"of": "SecurityGroupIngress", "key": "CidrIp"},
            "where": {"item": {"FromPort": {"equals": 443}}},
        },
        "require": {"item": {"CidrIp": {"inside": ["10.0.0.0/8"]}}},
        "message": "{subject} lets in {item.key}",
    }
    verdicts = {"Own": {"10.0.0.0/8": "pass"}, "Wide": {"10.0.0.0/8": "pass", "0.0.0.0/0": "fail"}}
    expect(catalog, check, GROUPS, verdicts)
    assert refused(catalog, check | {"require": {"item": {"CidrIpp": {"exists": True}}}}).startswith(
        "found the property of `AWS::EC2::SecurityGroup.SecurityGroupIngress` `CidrIpp`"
    )
    other = check | {"each": {"parts": {"of": "SecurityGroupIngres"}}}
    assert "SecurityGroupIngres" in refused(catalog, other)


WEB = {
    "Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ]
            },
            "Policies": [
                {
                    "PolicyName": "own",
                    "PolicyDocument": {
                        "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]
                    },
                }
            ],
        },
    },
    "Function": {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Timeout": 10},
    },
    "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}},
    "Short": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 59}},
    "Alone": {"Type": "AWS::SQS::Queue"},
    "Mapping": {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
            "FunctionName": {"Ref": "Function"},
        },
    },
    "OfShort": {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "EventSourceArn": {"Fn::GetAtt": ["Short", "Arn"]},
            "FunctionName": {"Ref": "Function"},
        },
    },
}


def test_other_sides_of_a_relation(catalog: Catalog) -> None:
    check: dict[str, Any] = {
        "select": "AWS::Lambda::Function",
        "require": {"related": {"event_source_mappings": {"count": {"at_least": 2}}}},
    }
    expect(catalog, check, WEB, {"Function": "pass"})
    check["require"] = {"related": {"event_source_mappings": {"any": {"BatchSize": {"exists": True}}}}}
    expect(catalog, check, WEB, {"Function": "fail"})
    check["require"] = {"related": {"role": {"all": {"PermissionsBoundary": {"exists": False}}}}}
    expect(catalog, check, WEB, {"Function": "pass"})
    wrong = check | {"require": {"related": {"mappings": {"count": {"at_least": 1}}}}}
    assert refused(catalog, wrong).startswith("found the relation of `AWS::Lambda::Function` `mappings`")


def test_requests_of_the_related_role(catalog: Catalog) -> None:
    requests = {"policies": "identity", "caller": "self", "action": "sqs:SendMessage", "resource": "*"}
    check: dict[str, Any] = {
        "select": "AWS::Lambda::Function",
        "each": {"related": {"by": "role"}},
        "permit": requests,
        "message": "{item.name} cannot",
    }
    expect(catalog, check, WEB, {"Function": "pass"})
    expect(
        catalog, check | {"permit": requests | {"action": "sqs:ReceiveMessage"}}, WEB, {"Function": "fail"}
    )
    both = requests | {"action": ["sqs:SendMessage", "sqs:ReceiveMessage"], "mode": "all"}
    expect(catalog, check | {"permit": both}, WEB, {"Function": "fail"})
    del check["permit"], check["each"]
    asked = {"related": {"role": {"any": {"allowed": requests}}}}
    expect(catalog, check | {"require": asked, "message": "m"}, WEB, {"Function": "pass"})


def test_a_service_that_acts_for_the_owner(catalog: Catalog) -> None:
    def policy(**condition: object) -> dict[str, Any]:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
        }
        document = {"Statement": [{**statement, "Resource": "*", "Condition": condition}]}
        return {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": document}}

    own = policy(StringEquals={"aws:SourceAccount": {"Ref": "AWS::AccountId"}})
    other = policy(StringEquals={"aws:SourceAccount": "444455556666"})
    resources: dict[str, Any] = {name: {"Type": "AWS::SQS::Queue"} for name in ("Own", "Other", "Closed")}
    for name, document in (("Own", own), ("Other", other)):
        document["Properties"]["Queues"] = [{"Ref": name}]
        resources[f"PolicyOf{name}"] = document
    check: dict[str, Any] = {
        "select": "AWS::SQS::Queue",
        "permit": {
            "policies": "resource",
            "caller": {"service": "events.amazonaws.com", "acting_for": "own_account"},
            "action": "sqs:SendMessage",
        },
    }
    expect(catalog, check, resources, {"Own": "pass", "Other": "fail", "Closed": "fail"})


def test_days(catalog: Catalog) -> None:
    from datetime import date

    from wa_policy.rules.examples import inventory_of

    resources = {"S": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Description": "2026-01-01"}}}
    check = {"select": "AWS::SecretsManager::Secret", "require": {"Description": {"older_than": 30}}}
    rule = rule_of(catalog, check, resources, {"S": "unknown"})
    inventory = inventory_of(rule.examples[0])
    for today, verdict in (
        (None, Verdict.UNKNOWN),
        (date(2026, 1, 31), Verdict.FAIL),
        (date(2026, 2, 1), Verdict.PASS),
    ):
        (found,) = run_rule(rule, Scope(inventory, {}, catalog, today=today))
        assert found.verdict is verdict


def url_grants(*actions: str) -> dict[str, Any]:
    """A function with a URL for everyone, and grants of these actions."""
    found: dict[str, Any] = {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f"}},
        "Url": {
            "Type": "AWS::Lambda::Url",
            "Properties": {"TargetFunctionArn": {"Ref": "Function"}, "AuthType": "NONE"},
        },
    }
    for number, action in enumerate(actions):
        grant: dict[str, Any] = {"FunctionName": {"Ref": "Function"}, "Principal": "*", "Action": action}
        if action.endswith("Url"):
            grant["FunctionUrlAuthType"] = "NONE"
        else:
            grant["InvokedViaFunctionUrl"] = True
        found[f"Grant{number}"] = {"Type": "AWS::Lambda::Permission", "Properties": grant}
    return found


def test_all_actions_of_a_resource_policy(catalog: Catalog) -> None:
    both = ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"]
    check: dict[str, Any] = {
        "select": "AWS::Lambda::Function",
        "forbid": {
            "mode": "all",
            "policies": "resource",
            "caller": "anonymous",
            "action": both,
            "context": {
                "lambda:FunctionUrlAuthType": {"one_of": ["NONE"]},
                "lambda:InvokedViaFunctionUrl": {"one_of": ["true"]},
            },
        },
    }
    expect(catalog, check, url_grants(*both), {"f": "fail"})
    for action in both:
        expect(catalog, check, url_grants(action), {"f": "pass"})
    expect(catalog, check, url_grants(), {"f": "pass"})
