"""Permissions and resource policies of a template become the policy of the resource that they are for."""

import pytest

from tests.loaders.cloudformation.reading import ReadTemplate
from wa_policy.iam.document import to_document
from wa_policy.inventory.model import Absent, Assumptions, Inventory, NotExported, PolicyDocument, Present

HERE = Assumptions(account="111122223333", region="eu-west-1")


def policy(inventory: Inventory, type_: str) -> PolicyDocument:
    (resource,) = inventory.of_type(type_)
    return resource.policy()


def statements(document: PolicyDocument) -> list[dict[str, object]]:
    assert isinstance(document, Present), document
    found = to_document(document.policy)["Statement"]
    assert isinstance(found, list)
    return found


def test_a_permission_is_a_statement_as_lambda_writes_it(read: ReadTemplate) -> None:
    inventory = read(
        """
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: orders}}
  Rule: {Type: AWS::Events::Rule, Properties: {Name: hourly}}
  P:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref F
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Rule.Arn
      SourceAccount: !Ref AWS::AccountId
""",
        assume=HERE,
    )
    (statement,) = statements(policy(inventory, "AWS::Lambda::Function"))
    assert statement == {
        "Sid": "P",
        "Effect": "Allow",
        "Principal": {"Service": ["events.amazonaws.com"]},
        "Action": ["lambda:InvokeFunction"],
        "Resource": ["arn:aws:lambda:eu-west-1:111122223333:function:orders"],
        "Condition": {
            "ArnLike": {"AWS:SourceArn": ["arn:aws:events:eu-west-1:111122223333:rule/hourly"]},
            "StringEquals": {"AWS:SourceAccount": ["111122223333"]},
        },
    }
    document = policy(inventory, "AWS::Lambda::Function")
    assert isinstance(document, Present)
    (parsed,) = document.policy.statements
    assert parsed.source.pointer == "/Resources/P"
    assert [condition.source.pointer for condition in parsed.conditions] == [
        "/Resources/P/Properties/SourceArn",
        "/Resources/P/Properties/SourceAccount",
    ]


@pytest.mark.parametrize(
    ("named", "resource"),
    [
        ("!Ref F", "orders"),
        ("!GetAtt F.Arn", "orders"),
        ("orders", "orders"),
        ("'111122223333:function:orders'", "orders"),
        ("!Sub '${F}:live'", "orders:live"),
        ("!Ref A", "orders:live"),
        ("!Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:orders'", "orders"),
    ],
)
def test_a_function_by_name_arn_or_alias(read: ReadTemplate, named: str, resource: str) -> None:
    inventory = read(
        f"""
Resources:
  F: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: orders}}}}
  A: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: !Ref F, Name: live, FunctionVersion: "1"}}}}
  P:
    Type: AWS::Lambda::Permission
    Properties: {{FunctionName: {named}, Action: lambda:InvokeFunction, Principal: sns.amazonaws.com}}
""",
        assume=HERE,
    )
    (statement,) = statements(policy(inventory, "AWS::Lambda::Function"))
    assert statement["Resource"] == [f"arn:aws:lambda:eu-west-1:111122223333:function:{resource}"]


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("'*'", "*"),
        ("'444455556666'", {"AWS": ["444455556666"]}),
        ("arn:aws:iam::444455556666:role/x", {"AWS": ["arn:aws:iam::444455556666:role/x"]}),
        ("s3.amazonaws.com", {"Service": ["s3.amazonaws.com"]}),
    ],
)
def test_who_a_permission_means(read: ReadTemplate, principal: str, expected: object) -> None:
    inventory = read(
        f"""
Resources:
  F: {{Type: AWS::Lambda::Function}}
  P: {{Type: AWS::Lambda::Permission, Properties: {{FunctionName: !Ref F, Action: "lambda:*", Principal: {principal}}}}}
""",
        assume=HERE,
    )
    (statement,) = statements(policy(inventory, "AWS::Lambda::Function"))
    assert statement["Principal"] == expected


def test_a_function_that_is_not_known_may_be_one_with_a_name_of_its_own(read: ReadTemplate) -> None:
    inventory = read(
        """
Parameters: {Which: {Type: String}}
Resources:
  Named: {Type: AWS::Lambda::Function, Properties: {FunctionName: orders}}
  Made: {Type: AWS::Lambda::Function}
  P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref Which, Action: "lambda:*", Principal: "*"}}
""",
        assume=HERE,
    )
    found = {function.name: function.policy() for function in inventory.of_type("AWS::Lambda::Function")}
    assert isinstance(found["orders"], NotExported)
    assert "Which" in found["orders"].wanted
    assert isinstance(found["Made"], Absent)  # nobody can give a name that is made later


def test_a_policy_for_a_function_of_another_template(read: ReadTemplate) -> None:
    arn = "arn:aws:lambda:eu-west-1:111122223333:function:elsewhere"
    inventory = read(
        f"""
Resources:
  P: {{Type: AWS::Lambda::Permission, Properties: {{FunctionName: "{arn}", Action: "lambda:*", Principal: "*"}}}}
""",
        assume=HERE,
    )
    (function,) = inventory.of_type("AWS::Lambda::Function")
    assert (function.id, function.name) == (arn, "elsewhere")
    document = function.policy()
    assert isinstance(document, Present)
    assert len(document.policy.statements) == 1
    assert "the rest of the policy" in document.policy.unreadable[0].reason


WHOLE = """
Resources:
  Subject: {type: TYPE}
"""
DOCUMENT = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'


@pytest.mark.parametrize(
    ("type_", "other"),
    [
        (
            "AWS::SQS::Queue",
            "AWS::SQS::QueuePolicy, Properties: {Queues: [!Ref Subject], PolicyDocument: DOC}",
        ),
        (
            "AWS::SQS::Queue",
            "AWS::SQS::QueueInlinePolicy, Properties: {Queue: !Ref Subject, PolicyDocument: DOC}",
        ),
        (
            "AWS::SNS::Topic",
            "AWS::SNS::TopicPolicy, Properties: {Topics: [!Ref Subject], PolicyDocument: DOC}",
        ),
        ("AWS::S3::Bucket", "AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Subject, PolicyDocument: DOC}"),
        (
            "AWS::SecretsManager::Secret",
            "AWS::SecretsManager::ResourcePolicy, Properties: {SecretId: !Ref Subject, ResourcePolicy: DOC}",
        ),
        (
            "AWS::Kinesis::Stream",
            "AWS::Kinesis::ResourcePolicy, Properties: {ResourceArn: !GetAtt Subject.Arn, ResourcePolicy: DOC}",
        ),
    ],
)
def test_the_policy_of_a_resource(read: ReadTemplate, type_: str, other: str) -> None:
    text = f"Resources:\n  Subject: {{Type: {type_}}}\n  Policy: {{Type: {other.replace('DOC', DOCUMENT)}}}\n"
    inventory = read(text)
    assert inventory.problems == ()
    (statement,) = statements(policy(inventory, type_))
    assert statement["Principal"] == "*"


@pytest.mark.parametrize(
    ("type_", "property_"),
    [
        ("AWS::KMS::Key", "KeyPolicy"),
        ("AWS::ECR::Repository", "RepositoryPolicyText"),
        ("AWS::EFS::FileSystem", "FileSystemPolicy"),
        ("AWS::ApiGateway::RestApi", "Policy"),
    ],
)
def test_a_policy_that_is_a_property(read: ReadTemplate, type_: str, property_: str) -> None:
    inventory = read(f"Resources: {{Subject: {{Type: '{type_}', Properties: {{{property_}: {DOCUMENT}}}}}}}")
    (statement,) = statements(policy(inventory, type_))
    assert statement["Action"] == ["*"]
    (resource,) = inventory.of_type(type_)
    assert resource.place("WaPolicy::Policy").pointer == f"/Resources/Subject/Properties/{property_}"


def test_without_a_policy_there_is_none_but_where_aws_writes_one(read: ReadTemplate) -> None:
    inventory = read(
        """
Resources:
  F: {Type: AWS::Lambda::Function}
  Q: {Type: AWS::SQS::Queue}
  B: {Type: AWS::S3::Bucket}
  T: {Type: AWS::SNS::Topic}
  K: {Type: AWS::KMS::Key}
""",
        assume=HERE,
    )
    for type_ in ("AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::S3::Bucket"):
        assert isinstance(policy(inventory, type_), Absent)
    # https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    (of_key,) = statements(policy(inventory, "AWS::KMS::Key"))
    assert (of_key["Principal"], of_key["Action"]) == ({"AWS": ["arn:aws:iam::111122223333:root"]}, ["kms:*"])
    (of_topic,) = statements(policy(inventory, "AWS::SNS::Topic"))
    assert of_topic["Condition"] == {"StringEquals": {"AWS:SourceOwner": ["111122223333"]}}


def test_parts_that_are_not_known_are_holes_with_their_reason(read: ReadTemplate) -> None:
    inventory = read(
        """
Parameters: {Who: {Type: String}, Actions: {Type: CommaDelimitedList}}
Resources:
  Q: {Type: AWS::SQS::Queue}
  P:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Q]
      PolicyDocument:
        Statement:
          - {Effect: Allow, Principal: {AWS: !Ref Who}, Action: !Ref Actions, Resource: !Sub "arn:aws:sqs:${Who}"}
          - !ImportValue shared-statement
          - {Effect: Deny, Principal: "*", Action: "sqs:*", Resource: "*"}
"""
    )
    assert inventory.problems == ()
    document = policy(inventory, "AWS::SQS::Queue")
    assert isinstance(document, Present)
    first, second = document.policy.statements
    assert str(first.principal and first.principal.principals[0]) == "${Who}"
    from wa_policy.iam.text import Template

    (action,) = first.action.values
    assert isinstance(action, Template)
    assert action.holes[0].reason.reason == "the parameter `Actions`, which has no default"
    assert second.source.pointer == "/Resources/P/Properties/PolicyDocument/Statement/2"
    assert [doubt.reason for doubt in document.policy.unreadable] == [
        "the export `shared-statement` of another stack"
    ]


def test_a_layer_version_has_the_policy_that_its_permissions_make_or_none(read: ReadTemplate) -> None:
    inventory = read(
        """
Resources:
  A: {Type: AWS::Lambda::LayerVersion, Properties: {LayerName: a}}
  B: {Type: AWS::Lambda::LayerVersion, Properties: {LayerName: b}}
  P:
    Type: AWS::Lambda::LayerVersionPermission
    Properties: {LayerVersionArn: !Ref A, Action: lambda:GetLayerVersion, Principal: "*", OrganizationId: o-a1b2c3d4e5}
""",
        assume=HERE,
    )
    shared, private = inventory.of_type("AWS::Lambda::LayerVersion")
    (statement,) = statements(shared.policy())
    assert statement["Resource"] == ["arn:aws:lambda:eu-west-1:111122223333:layer:a:1"]
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5"]}}
    assert private.policy() == Absent()


def test_a_log_destination_is_known_by_its_arn(read: ReadTemplate) -> None:
    inventory = read(
        """
Resources:
  D: {Type: AWS::Logs::Destination, Properties: {DestinationName: central, RoleArn: r, TargetArn: t}}
""",
        assume=HERE,
    )
    (destination,) = inventory.of_type("AWS::Logs::Destination")
    assert destination.id == "arn:aws:logs:eu-west-1:111122223333:destination:central"
