"""Names, accounts and regions that nobody said: known where they are one's own, and no more."""

import pytest

from tests.loaders.cloudformation.reading import Judge, ReadTemplate
from wa_policy.inventory.model import Assumptions, Inventory, Principal, Resource
from wa_policy.inventory.relations import related
from wa_policy.inventory.symbols import own_account, shown

RULE = "lambda-permission-untrusted-account"


def role_with(resource: str) -> str:
    return f"""
Resources:
  F: {{Type: AWS::Lambda::Function, Properties: {{Role: !GetAtt R.Arn}}}}
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: "sts:AssumeRole"}}
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement: {{Effect: Allow, Action: "lambda:UpdateFunctionCode", Resource: {resource}}}
"""


@pytest.mark.parametrize(
    ("resource", "verdict"),
    [
        ("!GetAtt F.Arn", "fail"),
        ("!Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${F}'", "fail"),
        ("!Sub 'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*'", "fail"),
        ("!Sub 'arn:aws:lambda:*:*:function:${AWS::StackName}-*'", "fail"),
        ("!Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:other'", "pass"),
        # Whether they fit depends on what nobody said.
        ("!Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:prod-*'", "unknown"),
        ("!Sub 'arn:aws:lambda:${AWS::Region}:111122223333:function:*'", "unknown"),
        ("!Sub 'arn:aws:lambda:eu-west-1:${AWS::AccountId}:function:*'", "unknown"),
        ("!Sub 'arn:aws:lambda:${AWS::Region}:1111*:function:*'", "unknown"),
    ],
)
def test_a_role_that_may_change_its_function(
    read: ReadTemplate, judge: Judge, resource: str, verdict: str
) -> None:
    inventory = read(role_with(resource))
    assert [*judge(inventory, "lambda-role-no-self-update").values()] == [verdict]


def test_what_is_said_decides(read: ReadTemplate, judge: Judge) -> None:
    rule = "lambda-role-no-self-update"
    text = role_with("!Sub 'arn:aws:lambda:eu-west-1:111122223333:function:prod-*'")
    here = Assumptions(account="111122223333", region="eu-west-1", stack_name="prod")
    assert [*judge(read(text, assume=here), rule).values()] == ["fail"]
    for other in (
        Assumptions(account="444455556666", region="eu-west-1", stack_name="prod"),
        Assumptions(account="111122223333", region="us-east-1", stack_name="prod"),
        Assumptions(account="111122223333", region="eu-west-1", stack_name="test"),
    ):
        assert [*judge(read(text, assume=other), rule).values()] == ["pass"]


def test_a_name_that_a_parameter_gives(read: ReadTemplate, judge: Judge) -> None:
    rule = "lambda-role-no-self-update"

    def text(resource: str) -> str:
        named = role_with(resource).replace("{Role:", "{FunctionName: !Sub '${Env}-orders', Role:")
        return f"Parameters: {{Env: {{Type: String}}}}\n{named}"

    start = "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:"
    assert [*judge(read(text("!GetAtt F.Arn")), rule).values()] == ["fail"]
    assert [*judge(read(text(f"!Sub '{start}prod-orders'")), rule).values()] == ["unknown"]
    assert [*judge(read(text(f"!Sub '{start}bills'")), rule).values()] == ["pass"]


def test_an_account_that_is_written_out_may_be_the_own_one(read: ReadTemplate, judge: Judge) -> None:
    text = """
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: orders}}
  P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Action: "lambda:*", Principal: "444455556666"}}
"""
    key = (RULE, "orders", "444455556666")
    assert judge(read(text), RULE)[key] == "unknown"
    assert judge(read(text, assume=Assumptions(account="111122223333")), RULE)[key] == "fail"
    own = judge(read(text, assume=Assumptions(account="444455556666")), RULE)
    assert [*own.values()] == ["not applicable"]


def test_the_own_account_is_no_other_one(read: ReadTemplate, judge: Judge) -> None:
    text = """
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: orders}}
  P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Action: "lambda:*", Principal: !Ref AWS::AccountId}}
"""
    assert [*judge(read(text), RULE).values()] == ["not applicable"]


def test_two_templates_do_not_meet(read: ReadTemplate) -> None:
    text = "Resources: {F: {Type: 'AWS::Lambda::Function'}}"
    inventory = read({"a.yaml": text, "b.yaml": text}, paths=("a.yaml", "b.yaml"))
    functions = inventory.of_type("AWS::Lambda::Function")
    assert len({function.id for function in functions}) == 2
    assert {shown(function.id) for function in functions} == {
        "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:F"
    }


def test_two_templates_of_one_account_do_not_mix_made_names(read: ReadTemplate) -> None:
    text = "Resources: {F: {Type: 'AWS::Lambda::Function'}}"
    inventory = read(
        {"a.yaml": text, "b.yaml": text},
        paths=("a.yaml", "b.yaml"),
        assume=Assumptions(account="111122223333"),
    )
    assert len(inventory.of_type("AWS::Lambda::Function")) == 2


RELATED = """
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt R.Arn}}
  R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}
  U: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !GetAtt F.Arn, AuthType: NONE}}
  A: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref F, Name: live, FunctionVersion: "1"}}
  M: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref A, EventSourceArn: !GetAtt Q.Arn}}
  Q: {Type: AWS::SQS::Queue}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  S: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: prod}}
  H: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: web, ProtocolType: HTTP}}
  T: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref H, RouteKey: "GET /"}}
  I: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref H, IntegrationType: AWS_PROXY}}
  P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Action: "lambda:InvokeFunction", Principal: apigateway.amazonaws.com, SourceArn: !Sub "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/GET/"}}
"""


@pytest.mark.parametrize("assume", [Assumptions(), Assumptions(account="111122223333", region="eu-west-1")])
def test_relations_hold_by_reference(read: ReadTemplate, assume: Assumptions) -> None:
    inventory = read(RELATED, assume=assume)
    assert inventory.problems == ()
    (function,) = inventory.of_type("AWS::Lambda::Function")
    (rest,), (http,) = (
        inventory.of_type("AWS::ApiGateway::RestApi"),
        inventory.of_type("AWS::ApiGatewayV2::Api"),
    )
    (role,) = inventory.principals
    expected: list[tuple[Resource | Principal, str, str]] = [
        (function, "role", "R"),
        (function, "urls", "F"),
        (function, "event_source_mappings", "M"),
        (function, "aliases", "live"),
        (function, "rest_apis", "shop"),
        (rest, "stages", "prod"),
        (http, "routes", "GET /"),
        (http, "integrations", "I"),
        (role, "functions", "F"),
    ]
    for one, name, other in expected:
        found = related(inventory, one, name)
        assert found.unknown is None, name
        assert [shown(each.name) for each in found.found] == [other], name


def test_reports_speak_the_words_of_the_template(read: ReadTemplate) -> None:
    from wa_policy import api
    from wa_policy.reporters.formats import FORMATS, render
    from wa_policy.reporters.options import Options

    inventory: Inventory = read(role_with("'*'"))
    report = api.scan(inventory)
    assert report.findings
    for format_ in FORMATS.keys() - {"asff", "ocsf"}:  # these need an account
        text = render(format_, report, api.locate(report), Options())
        assert own_account(1)[:7] not in text, format_
        assert "wap1" not in text, format_
        assert "xx-own" not in text, format_


def test_an_id_that_stands_for_an_account_here_is_a_problem(read: ReadTemplate) -> None:
    text = f"Resources: {{T: {{Type: 'AWS::SNS::Topic', Properties: {{DisplayName: '{own_account(1)}'}}}}}}"
    assert [problem.code for problem in read(text).problems] == ["account-reserved"]
    assert read(text, assume=Assumptions(account="111122223333")).problems == ()


def test_one_parameter_is_one_name_everywhere(read: ReadTemplate, judge: Judge) -> None:
    text = """
Parameters: {Name: {Type: String}}
Resources:
  B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Name}}
  Other: {Type: AWS::S3::Bucket}
  P:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Name
      PolicyDocument: {Statement: {Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: !Sub "arn:aws:s3:::${Name}/*"}}
"""
    inventory = read(text, assume=Assumptions(no_organization=True))
    found = {shown(key[1]): verdict for key, verdict in judge(inventory, "respol-public").items()}
    assert found["${Name}"] == "fail"
    assert found["other"] == "not applicable"


@pytest.mark.parametrize(
    ("pattern", "open_"),
    [
        ("arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-other:*", False),
        ("arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:bills:*", False),  # no name has a colon
        ("arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:bills-*", True),
        ("arn:aws:s3:::bills-*", False),  # no function
    ],
)
def test_which_patterns_may_fit_a_name_that_is_not_known(
    read: ReadTemplate, pattern: str, open_: bool
) -> None:
    text = role_with(f"!Sub '{pattern}'").replace(
        "{Role:", "{FunctionName: !Sub '${AWS::StackName}-orders', Role:"
    )
    assert bool(read(text).variations) is open_


@pytest.mark.parametrize(
    ("name", "fixed"),
    [
        ("orders", True),
        ("!Ref Name", None),
        ("!Sub '${AWS::StackName}-orders'", None),
        ("!If [IsProd, a, b]", None),
        ("!Ref AWS::NoValue", None),
    ],
)
def test_a_name_that_is_written_out(read: ReadTemplate, name: str, fixed: bool | None) -> None:
    found = read(f"""
Parameters: {{Name: {{Type: String, Default: orders}}}}
Conditions: {{IsProd: !Equals [!Ref Name, prod]}}
Resources:
  Q: {{Type: AWS::SQS::Queue, Properties: {{QueueName: {name}}}}}
""")
    (queue,) = found.of_type("AWS::SQS::Queue")
    assert queue.property("WaPolicy::HasFixedName") is fixed


def test_what_becomes_of_a_resource_that_is_taken_out(read: ReadTemplate) -> None:
    found = read("""
Resources:
  Kept: {Type: AWS::DynamoDB::Table, DeletionPolicy: Retain, UpdateReplacePolicy: Snapshot}
  Gone: {Type: AWS::DynamoDB::Table}
""")
    said = {
        one.id.rpartition("-")[0].rpartition("-")[2]: (
            one.property("WaPolicy::DeletionPolicy"),
            one.property("WaPolicy::UpdateReplacePolicy"),
        )
        for one in found.of_type("AWS::DynamoDB::Table")
    }
    assert said == {"Kept": ("Retain", "Snapshot"), "Gone": (None, None)}
