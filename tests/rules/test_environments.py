"""Parameters have the values of the environment to which a subject belongs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.errors import UsageError
from wa_policy.findings import Verdict
from wa_policy.inventory.model import Inventory
from wa_policy.rules.model import Rule
from wa_policy.rules.pack import load_folders
from wa_policy.rules.run import run
from wa_policy.settings import Environment, Settings

RULE = """
id: short
title: Functions are short
pillar: reliability
severity: low
profile: core
parameters: {longest: {type: number, default: 10, doc: The longest timeout}}
select: AWS::Lambda::Function
require: {Timeout: {at_most: $longest}}
message: "{subject} runs for long"
why: It may.
fix: {text: Shorten it.}
examples:
  - name: both
    files:
      lambda.list-functions.json:
        Functions:
          - {FunctionName: a, FunctionArn: "arn:aws:lambda:eu-west-1:111122223333:function:a", Timeout: 10}
          - {FunctionName: b, FunctionArn: "arn:aws:lambda:eu-west-1:111122223333:function:b", Timeout: 11}
    expect: {a: pass, b: fail}
"""
PRODUCTION = Environment("production", ("prod",), ("444455556666",), {"longest": 30})
TAGGED = Settings(environment_tag="stage", environments=(PRODUCTION,))


@pytest.fixture
def rule(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Rule:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "short.yaml").write_text(RULE, encoding="utf-8")
    (found,) = load_folders([folder], catalog)
    return found


def template(tags: Mapping[str, Any], timeout: int = 20) -> Mapping[str, Any]:
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": "f",
            "Timeout": timeout,
            "Runtime": "python3.13",
            "Handler": "a.b",
            "Role": "arn:aws:iam::111122223333:role/r",
            "Code": {"ZipFile": ""},
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        },
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"Stage": {"Type": "String"}},
        "Resources": {"F": function},
    }


@pytest.fixture
def judge(
    rule: Rule, catalog: Catalog, export: Callable[..., Inventory]
) -> Callable[[Mapping[str, Any], Settings], tuple[Verdict, str]]:
    def verdict(content: Mapping[str, Any], settings: Settings) -> tuple[Verdict, str]:
        inventory = export({"template.json": content})
        (result,) = run([rule], inventory, settings, catalog).results
        return result.verdict, "; ".join(str(reason) for reason in result.reasons)

    return verdict


Judge = Callable[[Mapping[str, Any], Settings], tuple[Verdict, str]]


def test_the_tag_chooses_the_values_whatever_its_case(judge: Judge) -> None:
    assert judge(template({"stage": "prod"}), TAGGED)[0] is Verdict.PASS
    assert judge(template({"stage": "PROD"}), TAGGED)[0] is Verdict.PASS
    assert judge(template({"stage": "test"}), TAGGED)[0] is Verdict.FAIL
    assert judge(template({}), TAGGED)[0] is Verdict.FAIL
    assert judge(template({"stage": "prod"}), Settings(environments=(PRODUCTION,)))[0] is Verdict.FAIL


def test_a_tag_that_is_not_known_makes_unknown_what_depends_on_it(judge: Judge) -> None:
    open_ = {"stage": {"Ref": "Stage"}}
    verdict, reason = judge(template(open_), TAGGED)
    assert verdict is Verdict.UNKNOWN
    assert "the environment of `f`: none and `production` would give different verdicts" in reason
    assert judge(template(open_, timeout=5), TAGGED)[0] is Verdict.PASS
    assert judge(template(open_, timeout=50), TAGGED)[0] is Verdict.FAIL


def test_the_account_chooses_where_there_is_no_tag(
    rule: Rule, catalog: Catalog, export: Callable[..., Inventory]
) -> None:
    functions = [
        {"FunctionName": "f", "FunctionArn": f"arn:aws:lambda:eu-west-1:{account}:function:f", "Timeout": 20}
        for account in ("111122223333", "444455556666")
    ]
    inventory = export({"lambda.list-functions.json": {"Functions": functions}})
    settings = Settings(environments=(PRODUCTION,))
    results = run([rule], inventory, settings, catalog).results
    assert {result.account: result.verdict for result in results} == {
        "111122223333": Verdict.FAIL,
        "444455556666": Verdict.PASS,
    }


def test_one_environment_for_all_that_is_read(judge: Judge) -> None:
    assert judge(template({"stage": "test"}), TAGGED.in_environment("production"))[0] is Verdict.PASS
    with pytest.raises(
        UsageError, match="found the environment `prodution`, expected one of `production`"
    ) as raised:
        TAGGED.in_environment("prodution")
    assert raised.value.advice == "did you mean `production`?"
    with pytest.raises(UsageError, match="none: the settings name no `environments`"):
        Settings().in_environment("x")


def test_parameters_of_environments_are_checked(rule: Rule, catalog: Catalog) -> None:
    for parameters, message in (
        ({"longst": 1}, "found the parameter `longst`"),
        ({"longest": "x"}, "expected a number"),
    ):
        settings = Settings(environments=(Environment("p", parameters=parameters),))
        with pytest.raises(UsageError, match=message):
            run([rule], Inventory(), settings, catalog)
