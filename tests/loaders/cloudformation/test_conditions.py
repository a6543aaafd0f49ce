"""Conditions that are decided, and both sides of those that are not."""

import pytest

from tests.loaders.cloudformation.reading import Judge, ReadTemplate
from wa_policy.catalog.store import load_catalog
from wa_policy.findings import Verdict
from wa_policy.inventory.model import Assumptions, Present
from wa_policy.rules.pack import load_pack
from wa_policy.rules.run import run
from wa_policy.settings import Settings

HEAD = """
Parameters:
  Env: {Type: String}
  Stage: {Type: String, Default: dev}
  Size: {Type: String, AllowedValues: [small, large]}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsTest: !Equals [!Ref Env, test]
  IsDev: !Equals [!Ref Stage, dev]
  Either: !Or [!Condition IsProd, !Condition IsTest]
  Neither: !Not [!Condition Either]
  Both: !And [!Condition IsProd, !Condition IsTest]
  InVirginia: !Equals [!Ref AWS::Region, us-east-1]
  IsSmall: !Equals [!Ref Size, small]
  IsLarge: !Equals [!Ref Size, large]
"""


def of(condition: str, *more: str) -> str:
    uses = "".join(
        f"\n  X{index}: {{Type: AWS::SNS::Topic, Condition: {name}}}"
        for index, name in enumerate((condition, *more))
    )
    return f"{HEAD}Resources:\n  Always: {{Type: AWS::SQS::Queue}}{uses}\n"


def topics(read: ReadTemplate, text: str, assume: Assumptions | None = None) -> list[list[str]]:
    """The topics there are, in the inventory and in each alternative."""
    inventory = read(text, assume=assume)
    assert inventory.problems == ()
    made = [inventory, *(one.make() for variation in inventory.variations for one in variation.others)]
    return sorted([topic.name for topic in one.of_type("AWS::SNS::Topic")] for one in made)


def test_a_default_decides(read: ReadTemplate) -> None:
    assert topics(read, of("IsDev")) == [["X0"]]


def test_what_is_given_decides(read: ReadTemplate) -> None:
    assert topics(read, of("IsProd"), Assumptions(parameters={"Env": "prod"})) == [["X0"]]
    assert topics(read, of("IsProd"), Assumptions(parameters={"Env": "else"})) == [[]]


def test_an_open_parameter_leaves_both_sides(read: ReadTemplate) -> None:
    assert topics(read, of("IsProd")) == [[], ["X0"]]


def test_one_parameter_has_one_value(read: ReadTemplate) -> None:
    # prod, test, or neither: three choices, of which none is both.
    assert topics(read, of("IsProd", "IsTest", "Both", "Neither")) == [["X0"], ["X1"], ["X3"]]


def test_allowed_values_are_all_there_is(read: ReadTemplate) -> None:
    assert topics(read, of("IsSmall", "IsLarge")) == [["X0"], ["X1"]]


def test_the_region_may_be_said(read: ReadTemplate) -> None:
    assert topics(read, of("InVirginia"), Assumptions(region="eu-west-1")) == [[]]
    assert topics(read, of("InVirginia"), Assumptions(region="us-east-1")) == [["X0"]]
    assert topics(read, of("InVirginia")) == [[], ["X0"]]


def test_what_decides_alone_needs_no_choice(read: ReadTemplate) -> None:
    text = of("Sure").replace("Conditions:", "Conditions:\n  Sure: !Or [!Condition IsProd, !Equals [a, a]]")
    assert topics(read, text) == [["X0"]]


def test_a_branch_of_a_policy(read: ReadTemplate, judge: Judge) -> None:
    text = (
        HEAD
        + """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::a/*"}
              - !If
                - IsProd
                - {Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*"}
                - {Effect: Allow, Action: "*", Resource: "*"}
"""
    )
    rule = "lambda-role-admin"
    given = {value: read(text, assume=Assumptions(parameters={"Env": value})) for value in ("prod", "dev")}
    assert [*judge(given["prod"], rule).values()] == ["pass"]
    assert [*judge(given["dev"], rule).values()] == ["fail"]
    assert [*judge(read(text), rule).values()] == ["unknown"]
    (role,) = given["dev"].principals
    places = [statement.source.pointer for statement in role.identity_policies[0].policy.statements]
    start = "/Resources/Role/Properties/Policies/0/PolicyDocument/Statement"
    assert places == [f"{start}/0", f"{start}/1/Fn::If/2"]


def test_the_reason_names_the_condition(read: ReadTemplate) -> None:
    from wa_policy.catalog.store import load_catalog
    from wa_policy.rules.pack import load_pack
    from wa_policy.rules.run import run
    from wa_policy.settings import Settings

    text = (
        HEAD
        + """
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: orders}}
  Open:
    Type: AWS::Lambda::Permission
    Condition: IsProd
    Properties: {FunctionName: !Ref F, Principal: "*", Action: "lambda:InvokeFunction"}
"""
    )
    report = run(load_pack(), read(text), Settings(), load_catalog(), only=("lambda-policy-public",))
    (result,) = report.results
    assert result.verdict.value == "unknown"
    assert result.reasons[0].reason == (
        "it depends on the condition `IsProd`: fail if the condition `IsProd` is true; "
        "not applicable if the condition `IsProd` is false"
    )


def test_a_resource_that_may_not_be_there_is_judged_as_it_is(read: ReadTemplate, judge: Judge) -> None:
    text = (
        HEAD
        + """
Resources:
  F: {Type: AWS::Lambda::Function, Condition: IsProd}
  Open:
    Type: AWS::Lambda::Permission
    Condition: IsProd
    Properties: {FunctionName: !Ref F, Principal: "*", Action: "lambda:InvokeFunction"}
"""
    )
    assert [*judge(read(text), "lambda-policy-public").values()] == ["fail"]


def test_too_many_choices_are_a_problem_and_an_unknown(read: ReadTemplate) -> None:
    names = [f"P{number}" for number in range(8)]
    text = "Parameters:\n" + "".join(f"  {name}: {{Type: String}}\n" for name in names)
    text += "Conditions:\n" + "".join(f"  C{name}: !Equals [!Ref {name}, a]\n" for name in names)
    text += "Resources:\n" + "".join(
        f"  R{name}: {{Type: AWS::SNS::Topic, Condition: C{name}}}\n" for name in names
    )
    text += "  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: orders}}\n"
    text += "  G: {Type: AWS::Lambda::Permission, Condition: CP0, Properties: {FunctionName: !Ref F, Principal: '*'}}\n"
    inventory = read(text)
    assert [problem.code for problem in inventory.problems] == ["choices-too-many"]
    policy = inventory.of_type("AWS::Lambda::Function")[0].policy()
    assert not isinstance(policy, Present)  # whether it is there is not known


@pytest.mark.parametrize("body", ["A: !Condition B\n  B: !Condition A", "A: !Not [!Condition A]"])
def test_conditions_in_a_circle(read: ReadTemplate, body: str) -> None:
    inventory = read(f"Conditions:\n  {body}\nResources:\n  T: {{Type: AWS::SNS::Topic, Condition: A}}\n")
    assert [problem.code for problem in inventory.problems] == ["circular-reference"]


@pytest.mark.parametrize("condition", ["IsProd", "Not"])
def test_a_condition_and_an_account_that_is_open(read: ReadTemplate, judge: Judge, condition: str) -> None:
    rule = "lambda-permission-untrusted-account"
    text = f"""{HEAD}  Not: !Not [!Condition IsProd]
Resources:
  F: {{Type: AWS::Lambda::Function, Condition: {condition}, Properties: {{FunctionName: orders}}}}
  P:
    Type: AWS::Lambda::Permission
    Condition: {condition}
    Properties: {{FunctionName: !Ref F, Action: "lambda:*", Principal: "444455556666"}}
"""
    key = (rule, "orders", "444455556666")
    # Where the function is there it fails, but in that very account.
    assert judge(read(text), rule)[key] == "unknown"
    assert judge(read(text, assume=Assumptions(account="111122223333")), rule)[key] == "fail"


def test_a_written_account_that_may_be_the_own_one_has_one_result(read: ReadTemplate) -> None:
    layer = "!Sub 'arn:aws:lambda:${AWS::Region}:444455556666:layer:tools:2'"
    inventory = read(
        f"Resources: {{F: {{Type: AWS::Lambda::Function, Properties: {{Layers: [{layer}], Role: !Sub 'r'}}}}}}"
    )
    report = run(load_pack(), inventory, Settings(), load_catalog(), only=("lambda-layer-trusted",))
    (result,) = report.results
    assert (result.key, result.verdict) == ("444455556666:tools", Verdict.UNKNOWN)
    assert "the account is `444455556666`" in result.reasons[0].reason
