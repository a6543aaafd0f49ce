"""Intrinsic functions: each expected value is worked out by hand from the reference of CloudFormation."""

import pytest

from tests.loaders.cloudformation.reading import ReadTemplate, ValueOf
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Assumptions
from wa_policy.inventory.symbols import shown

HERE = Assumptions(account="111122223333", region="eu-west-1")
MAP = """
Mappings:
  Sizes:
    eu-west-1: {small: a, large: b}
    us-east-1: {small: a, large: c}
Parameters:
  Given: {Type: String, Default: text}
  Open: {Type: String}
  One: {Type: String, AllowedValues: [only]}
  Two: {Type: String, AllowedValues: [x, y]}
  Several: {Type: CommaDelimitedList, Default: "a, b ,c"}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /x/y}
  Number: {Type: Number, Default: 30}
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("!Ref Given", "text"),
        ("!Ref One", "only"),
        ("!Ref Number", "30"),
        ("!Ref AWS::Region", "eu-west-1"),
        ("!Ref AWS::Partition", "aws"),
        ("!Ref AWS::URLSuffix", "amazonaws.com"),
        ("!Ref Named", "arn:aws:sns:eu-west-1:111122223333:news"),
        ("!GetAtt Named.TopicName", "news"),
        ("{Fn::GetAtt: [Named, TopicArn]}", "arn:aws:sns:eu-west-1:111122223333:news"),
        ("{Fn::GetAtt: Named.TopicArn}", "arn:aws:sns:eu-west-1:111122223333:news"),
        ("!Sub '${Given}-${AWS::AccountId}-${!Literal}'", "text-111122223333-${Literal}"),
        ("!Sub ['${A}/${Given}', {A: !Ref One}]", "only/text"),
        ("!Sub '${Named.TopicName}'", "news"),
        ("!Join ['-', [a, !Ref Given, !Ref Number]]", "a-text-30"),
        ("!Join [',', !Ref Several]", "a,b,c"),
        ("!Join ['', [a, !Ref AWS::NoValue, b]]", "ab"),
        ("!Select [1, [a, b]]", "b"),
        ("!Select ['2', !Ref Several]", "c"),
        ("!Select [5, !Split [':', !Ref Named]]", "news"),
        ("!Select [1, !Split ['-', !Ref AWS::Region]]", "west"),
        ("!FindInMap [Sizes, !Ref AWS::Region, large]", "b"),
        ("{Fn::FindInMap: [Sizes, none, large, {DefaultValue: !Ref Given}]}", "text"),
        ("!Base64 abc", "YWJj"),
        ("!Select [1, !Cidr [10.0.0.0/16, 2, 8]]", "10.0.1.0/24"),
        ("!Select [0, !Cidr ['2001:db8::/56', 1, 64]]", "2001:db8::/64"),
        ("{Fn::ToJsonString: {a: [1, !Ref Given], b: 'say \"x\"'}}", '{"a":[1,"text"],"b":"say \\"x\\""}'),
    ],
)
def test_a_known_value(value_of: ValueOf, expression: str, expected: str) -> None:
    assert value_of(expression, around=MAP, assume=HERE) == expected


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("!Ref Open", "the parameter `Open`, which has no default"),
        ("!Ref Two", "the parameter `Two`"),
        ("!Ref Stored", "in Parameter Store"),
        ("!Sub 'a-${Open}'", "the parameter `Open`"),
        ("!Join ['-', [a, !Ref Open]]", "the parameter `Open`"),
        ("!ImportValue other-export", "the export `other-export`"),
        ("!Select [0, !GetAZs '']", "availability zones"),
        ("!GetAtt Other.Nothing", "`Other.Nothing`"),
        ("{Fn::Transform: {Name: Mine, Parameters: {}}}", "the macro `Mine`"),
        ("{Fn::Transform: {Name: AWS::Include, Parameters: {Location: 's3://b/k'}}}", "`s3://b/k`"),
    ],
)
def test_an_unknown_value_says_why(value_of: ValueOf, expression: str, words: str) -> None:
    value = value_of(expression, around=MAP, assume=HERE)
    assert isinstance(value, Unknown)
    assert words in value.reason


def test_a_mapping_that_is_the_same_everywhere_needs_no_region(value_of: ValueOf) -> None:
    assert value_of("!FindInMap [Sizes, !Ref AWS::Region, small]", around=MAP) == "a"
    assert isinstance(value_of("!FindInMap [Sizes, !Ref AWS::Region, large]", around=MAP), Unknown)


def test_a_region_that_nobody_said_is_no_text_to_look_into(value_of: ValueOf) -> None:
    assert isinstance(value_of("!Select [0, !Split ['-', !Ref AWS::Region]]"), Unknown)
    found = value_of("!Select [3, !Split [':', !GetAtt Other.Arn]]")
    assert isinstance(found, str)
    assert shown(found) == "${AWS::Region}"


def test_no_value_takes_the_member_away(read: ReadTemplate) -> None:
    inventory = read(
        """
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      Timeout: !Ref AWS::NoValue
      Layers: [!Ref AWS::NoValue, "arn:aws:lambda:eu-west-1:111122223333:layer:x:1"]
"""
    )
    (function,) = inventory.of_type("AWS::Lambda::Function")
    assert function.property("Timeout") is None
    assert function.property("Layers") == ("arn:aws:lambda:eu-west-1:111122223333:layer:x:1",)


def test_length_of_a_list(read: ReadTemplate) -> None:
    inventory = read(
        "Resources: {F: {Type: 'AWS::Lambda::Function', Properties: {Timeout: {'Fn::Length': [a, b]}}}}"
    )
    assert inventory.of_type("AWS::Lambda::Function")[0].property("Timeout") == 2


def test_numbers_and_flags_that_are_texts(read: ReadTemplate) -> None:
    inventory = read(
        """
Parameters: {Seconds: {Type: Number, Default: 45}}
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {Timeout: !Ref Seconds, MemorySize: "256", Handler: 12}}
  Q: {Type: AWS::SQS::Queue, Properties: {FifoQueue: "true"}}
"""
    )
    (function,) = inventory.of_type("AWS::Lambda::Function")
    assert (function.property("Timeout"), function.property("MemorySize"), function.property("Handler")) == (
        45,
        256,
        "12",
    )
    assert inventory.of_type("AWS::SQS::Queue")[0].property("FifoQueue") is True


def test_loops_make_one_resource_for_each_item(read: ReadTemplate) -> None:
    inventory = read(
        """
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: "Orders,Bills"}}
Resources:
  Fn::ForEach::Topics:
    - Name
    - !Ref Names
    - ${Name}Topic:
        Type: AWS::SNS::Topic
        Properties: {TopicName: !Sub "t-${Name}", DisplayName: !Ref Name}
"""
    )
    found = {topic.name: topic for topic in inventory.of_type("AWS::SNS::Topic")}
    assert sorted(found) == ["t-Bills", "t-Orders"]
    assert found["t-Bills"].property("DisplayName") == "Bills"
    assert found["t-Bills"].source.pointer == "/Resources/Fn::ForEach::Topics/2/${Name}Topic"


def test_a_file_that_is_put_in(read: ReadTemplate) -> None:
    inventory = read(
        {
            "template.yaml": """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: trust.yaml}}}
""",
            "trust.yaml": """
Version: "2012-10-17"
Statement: {Effect: Allow, Principal: {AWS: !Ref AWS::AccountId}, Action: "sts:AssumeRole"}
""",
        },
        assume=HERE,
    )
    assert inventory.problems == ()
    (role,) = inventory.principals
    from wa_policy.inventory.model import Present

    assert isinstance(role.trust, Present)
    (statement,) = role.trust.policy.statements
    assert statement.source.pointer == "/Resources/Role/Properties/AssumeRolePolicyDocument/Fn::Transform"
    assert str(statement.principal and statement.principal.principals[0]) == "111122223333"
