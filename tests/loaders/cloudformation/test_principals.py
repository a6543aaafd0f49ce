"""Users, roles and groups of a template."""

from tests.loaders.cloudformation.reading import ReadTemplate
from wa_policy.inventory.model import Absent, Assumptions, NotExported, Present, Principal

HERE = Assumptions(account="111122223333", region="eu-west-1")
TRUST = "AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}}"
ALLOW = "{Statement: {Effect: Allow, Action: 's3:GetObject', Resource: '*'}}"


def of(read: ReadTemplate, text: str) -> dict[str, Principal]:
    inventory = read(text, assume=HERE)
    assert inventory.problems == ()
    return {principal.arn: principal for principal in inventory.principals}


def test_all_ways_to_give_a_role_a_policy(read: ReadTemplate) -> None:
    found = of(
        read,
        f"""
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: worker
      Path: /team/
      {TRUST}
      Policies: [{{PolicyName: own, PolicyDocument: {ALLOW}}}]
      ManagedPolicyArns:
        - !Ref Managed
        - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
        - arn:aws:iam::aws:policy/NoSuchPolicyOfAws
  Managed: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {ALLOW}}}}}
  Attached: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {ALLOW}, Roles: [!Ref Role]}}}}
  Apart: {{Type: AWS::IAM::Policy, Properties: {{PolicyName: apart, PolicyDocument: {ALLOW}, Roles: [!Ref Role]}}}}
  One: {{Type: AWS::IAM::RolePolicy, Properties: {{PolicyName: one, PolicyDocument: {ALLOW}, RoleName: worker}}}}
  Other: {{Type: AWS::IAM::Policy, Properties: {{PolicyName: other, PolicyDocument: {ALLOW}, Roles: [someone]}}}}
""",
    )
    role = found["arn:aws:iam::111122223333:role/team/worker"]
    names = sorted(policy.name for policy in role.identity_policies)
    assert names == ["AWSLambdaBasicExecutionRole", "Attached", "Managed", "apart", "one", "own"]
    assert [doubt.reason for doubt in role.missing] == [
        "the document of the managed policy `arn:aws:iam::aws:policy/NoSuchPolicyOfAws`"
    ]
    assert isinstance(role.trust, Present)
    assert isinstance(role.boundary, Absent)
    basic = next(policy for policy in role.identity_policies if policy.name.startswith("AWSLambda"))
    assert basic.policy.statements[0].source.pointer == "/Resources/Role/Properties/ManagedPolicyArns/1"


def test_a_user_in_a_group(read: ReadTemplate) -> None:
    found = of(
        read,
        f"""
Resources:
  User: {{Type: AWS::IAM::User, Properties: {{UserName: ann, Groups: [!Ref Team]}}}}
  Second: {{Type: AWS::IAM::User}}
  Team: {{Type: AWS::IAM::Group, Properties: {{Policies: [{{PolicyName: p, PolicyDocument: {ALLOW}}}]}}}}
  Add: {{Type: AWS::IAM::UserToGroupAddition, Properties: {{GroupName: !Ref Team, Users: [!Ref Second]}}}}
""",
    )
    users = [principal for principal in found.values() if principal.kind == "user"]
    assert len(users) == 2
    for user in users:
        assert [policy.name for policy in user.identity_policies] == ["p"]


def test_a_boundary(read: ReadTemplate) -> None:
    found = of(
        read,
        f"""
Parameters: {{Open: {{Type: String}}}}
Resources:
  A: {{Type: AWS::IAM::Role, Properties: {{RoleName: a, {TRUST}, PermissionsBoundary: !Ref Fence}}}}
  B: {{Type: AWS::IAM::Role, Properties: {{RoleName: b, {TRUST}, PermissionsBoundary: !Ref Open}}}}
  C: {{Type: AWS::IAM::Role, Properties: {{RoleName: c, {TRUST}, PermissionsBoundary: "arn:aws:iam::aws:policy/PowerUserAccess"}}}}
  Fence: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {ALLOW}}}}}
""",
    )
    boundaries = [found[f"arn:aws:iam::111122223333:role/{name}"].boundary for name in "abc"]
    assert isinstance(boundaries[0], Present)
    assert boundaries[1] == NotExported("the parameter `Open`, which has no default")
    assert isinstance(boundaries[2], Present)


def test_what_is_not_known_is_a_doubt(read: ReadTemplate) -> None:
    found = of(
        read,
        f"""
Parameters: {{Open: {{Type: String}}, Several: {{Type: CommaDelimitedList}}}}
Resources:
  A: {{Type: AWS::IAM::Role, Properties: {{RoleName: a, {TRUST}, ManagedPolicyArns: [!Ref Open]}}}}
  B: {{Type: AWS::IAM::Role, Properties: {{RoleName: b, {TRUST}, ManagedPolicyArns: !Ref Several}}}}
  C: {{Type: AWS::IAM::Role, Properties: {{{TRUST}}}}}
  P: {{Type: AWS::IAM::Policy, Properties: {{PolicyName: p, PolicyDocument: {ALLOW}, Roles: [!ImportValue role]}}}}
""",
    )
    doubts = {principal.name: [doubt.reason for doubt in principal.missing] for principal in found.values()}
    imported = "the export `role` of another stack"
    made = next(name for name in doubts if name not in ("a", "b"))
    assert sorted(doubts["a"]) == [imported, "the parameter `Open`, which has no default"]
    assert sorted(doubts["b"]) == [imported, "the parameter `Several`, which has no default"]
    assert doubts[made] == []  # its name is made later: no other stack exports it
