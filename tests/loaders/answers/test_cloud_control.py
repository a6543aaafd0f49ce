"""Answers of Cloud Control, in the forms of its user guide."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Absent, Inventory, NotExported, Present

Read = Callable[..., Inventory]
PLACE = "111122223333/eu-west-1"


def one(type_: str, identifier: str, **properties: Any) -> dict[str, Any]:
    # https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-operations-read.html
    return {
        "TypeName": type_,
        "ResourceDescription": {"Identifier": identifier, "Properties": json.dumps(properties)},
    }


def many(type_: str, **described: dict[str, Any]) -> dict[str, Any]:
    return {
        "TypeName": type_,
        "ResourceDescriptions": [
            {"Identifier": identifier, "Properties": json.dumps(properties)}
            for identifier, properties in described.items()
        ],
    }


def test_get_resource_tells_what_is_not_set(read_exports: Read) -> None:
    answer = one(
        "AWS::Logs::LogGroup",
        "orders",
        LogGroupName="orders",
        Arn="arn:aws:logs:eu-west-1:111122223333:log-group:orders:*",
        Tags=[{"Key": "team", "Value": "shop"}],
    )
    found = read_exports({f"{PLACE}/x.json": answer})
    assert not found.problems
    assert found.files[0].kinds == ("cloudcontrol get-resource",)
    (group,) = found.resources
    assert group.id == "arn:aws:logs:eu-west-1:111122223333:log-group:orders"
    assert (group.account, group.region, group.name) == ("111122223333", "eu-west-1", "orders")
    assert group.property("RetentionInDays") is None
    assert group.property("Tags") == {"team": "shop"}


def test_what_is_only_taken_is_not_told(read_exports: Read) -> None:
    answer = one("AWS::Lambda::Function", "f", FunctionName="f", Timeout=3,
                 Arn="arn:aws:lambda:eu-west-1:111122223333:function:f")  # fmt: skip
    (function,) = read_exports({f"{PLACE}/x.json": answer}).resources
    assert function.property("Timeout") == 3
    assert function.property("DeadLetterConfig") is None
    assert isinstance(function.property("SnapStart"), Unknown)
    assert isinstance(function.property("Code"), Unknown)


def test_list_resources_tells_only_what_it_has(read_exports: Read) -> None:
    answer = many("AWS::Logs::LogGroup", orders={"LogGroupName": "orders"})
    found = read_exports({f"{PLACE}/x.json": answer})
    (group,) = found.resources
    assert group.id == "arn:aws:logs:eu-west-1:111122223333:log-group:orders"
    assert isinstance(group.property("RetentionInDays"), Unknown)
    assert found.was_exported("cloudcontrol.list-resources AWS::Logs::LogGroup", "111122223333", "eu-west-1")


def test_both_are_one_resource(read_exports: Read) -> None:
    found = read_exports(
        {
            f"{PLACE}/a.json": many("AWS::Logs::LogGroup", orders={"LogGroupName": "orders"}),
            f"{PLACE}/b.json": one("AWS::Logs::LogGroup", "orders", LogGroupName="orders", RetentionInDays=7),
        }
    )
    (group,) = found.resources
    assert group.property("RetentionInDays") == 7


POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "type_", "id_"),
    [
        (one("AWS::S3::BucketPolicy", "b", Bucket="b", PolicyDocument=POLICY), "AWS::S3::Bucket", "arn:aws:s3:::b"),
        (
            one("AWS::SQS::QueuePolicy", "x", PolicyDocument=POLICY,
                Queues=["https://sqs.eu-west-1.amazonaws.com/111122223333/q"]),
            "AWS::SQS::Queue", "arn:aws:sqs:eu-west-1:111122223333:q",
        ),
        (
            one("AWS::KMS::Key", "k", KeyId="k", KeyPolicy=POLICY, Arn="arn:aws:kms:eu-west-1:111122223333:key/k"),
            "AWS::KMS::Key", "arn:aws:kms:eu-west-1:111122223333:key/k",
        ),
        (
            one("AWS::ECR::Repository", "r", RepositoryName="r", RepositoryPolicyText=POLICY),
            "AWS::ECR::Repository", "arn:aws:ecr:eu-west-1:111122223333:repository/r",
        ),
    ],
)  # fmt: skip
def test_policies_are_where_all_forms_have_them(
    answer: dict[str, Any], type_: str, id_: str, read_exports: Read
) -> None:
    found = read_exports({f"{PLACE}/x.json": answer})
    assert not found.problems
    (resource,) = found.of_type(type_)
    assert resource.id == id_
    policy = resource.policy()
    assert isinstance(policy, Present)
    assert policy.policy.statements[0].source.pointer.startswith("/ResourceDescription/Properties/")


def test_a_repository_without_a_policy_has_none(read_exports: Read) -> None:
    whole = read_exports({f"{PLACE}/x.json": one("AWS::ECR::Repository", "r", RepositoryName="r")})
    assert isinstance(whole.resources[0].policy(), Absent)


def test_a_repository_in_a_list_may_have_one(read_exports: Read) -> None:
    listed = read_exports({f"{PLACE}/x.json": many("AWS::ECR::Repository", r={"RepositoryName": "r"})})
    assert not isinstance(listed.resources[0].policy(), Absent)


def test_a_role_is_a_principal(read_exports: Read) -> None:
    answer = one(
        "AWS::IAM::Role",
        "r",
        RoleName="r",
        Arn="arn:aws:iam::111122223333:role/r",
        Path="/",
        AssumeRolePolicyDocument={
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
        },
        Policies=[{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": []}}],
        ManagedPolicyArns=["arn:aws:iam::111122223333:policy/m"],
    )  # fmt: skip
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
    }
    managed = one("AWS::IAM::ManagedPolicy", "m", PolicyArn="arn:aws:iam::111122223333:policy/m",
                  ManagedPolicyName="m", PolicyDocument=document)  # fmt: skip
    found = read_exports({f"{PLACE}/x.json": answer, f"{PLACE}/y.json": managed})
    assert not found.problems
    (role,) = found.principals
    assert [policy.name for policy in role.identity_policies] == ["p", "m"]
    assert isinstance(role.trust, Present)
    assert not role.missing


def test_properties_that_are_no_json_are_a_problem(read_exports: Read) -> None:
    answer = {
        "TypeName": "AWS::Logs::LogGroup",
        "ResourceDescription": {"Identifier": "x", "Properties": "{"},
    }
    found = read_exports({f"{PLACE}/x.json": answer})
    assert [problem.code for problem in found.problems] == ["member-type"]
    assert found.problems[0].line


def test_a_policy_that_no_answer_of_the_tables_tells_is_not_known_to_be_absent(read_exports: Read) -> None:
    listed = read_exports({f"{PLACE}/x.json": many("AWS::S3::AccessPoint", a={"Name": "a", "Bucket": "b"})})
    assert listed.resources[0].policy() == NotExported("the policy for `a`")


def test_the_policy_of_an_endpoint_is_a_document(read_exports: Read) -> None:
    answer = one("AWS::EC2::VPCEndpoint", "vpce-1", Id="vpce-1", VpcId="vpc-1", PolicyDocument=POLICY)
    (endpoint,) = read_exports({f"{PLACE}/x.json": answer}).resources
    assert endpoint.id == "arn:aws:ec2:eu-west-1:111122223333:vpc-endpoint/vpce-1"
    assert isinstance(endpoint.property("PolicyDocument"), Present)
    assert isinstance(endpoint.policy(), Absent)
