"""Policies of a plan: which role, user, group or resource they belong to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.loaders.terraform.making import Made, read
from tests.loaders.terraform.reading import only, statements
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Absent, Inventory, Present

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
READ = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
)


# --- principals -------------------------------------------------------------------------------------------------------


def role(**values: Any) -> Made:
    return Made(
        "aws_iam_role",
        "r",
        {"name": "worker", "path": "/", "assume_role_policy": json.dumps(TRUST), **values},
        {"inline_policy": True, "managed_policy_arns": True},
    )


def attached_to(inventory: Inventory, arn: str) -> set[str]:
    principal = inventory.principal(arn)
    assert principal is not None
    assert principal.missing == ()
    return {attached.name for attached in principal.identity_policies}


def test_policies_reach_roles_users_and_groups(tmp_path: Path) -> None:
    policy = Made("aws_iam_policy", "p", {"name": "read", "path": "/", "policy": READ})
    arn = {"policy_arn": "aws_iam_policy.p.arn"}
    inventory = read(
        tmp_path,
        policy,
        role(),
        Made("aws_iam_user", "u", {"name": "ann", "path": "/"}),
        Made("aws_iam_group", "g", {"name": "readers", "path": "/"}),
        Made("aws_iam_role_policy", "own", {"role": "worker", "name": "own", "policy": READ}),
        Made("aws_iam_role_policy_attachment", "a", {"role": "worker"}, {"policy_arn": True}, arn),
        Made("aws_iam_group_policy_attachment", "a", {"group": "readers"}, {"policy_arn": True}, arn),
        Made("aws_iam_group_membership", "m", {"group": "readers", "users": ["ann"]}),
        Made("aws_iam_user_policy", "own", {"user": "ann", "name": "mine", "policy": READ}),
    )
    assert attached_to(inventory, "arn:aws:iam::111122223333:role/worker") == {"own", "read"}
    assert attached_to(inventory, "arn:aws:iam::111122223333:user/ann") == {"mine", "read"}


def test_inline_policies_and_managed_ones_inside_of_a_role(tmp_path: Path) -> None:
    inside = Made(
        "aws_iam_role",
        "r",
        {
            "name": "worker",
            "path": "/",
            "assume_role_policy": json.dumps(TRUST),
            "inline_policy": [{"name": "own", "policy": READ}],
            "managed_policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        },
    )
    assert attached_to(read(tmp_path, inside), "arn:aws:iam::111122223333:role/worker") == {
        "own",
        "ReadOnlyAccess",
    }


def test_a_policy_for_a_role_that_is_not_known_is_a_doubt_about_all(tmp_path: Path) -> None:
    stray = Made(
        "aws_iam_role_policy", "own", {"name": "own", "policy": READ}, {"role": True}, {"role": "local.role"}
    )
    principal = read(tmp_path, role(), stray).principal("arn:aws:iam::111122223333:role/worker")
    assert principal is not None
    assert len(principal.missing) == 1


def test_a_permissions_boundary_by_a_reference(tmp_path: Path) -> None:
    limit = Made("aws_iam_policy", "limit", {"name": "limit", "path": "/", "policy": READ})
    bounded = Made(
        "aws_iam_role",
        "r",
        {"name": "worker", "path": "/", "assume_role_policy": json.dumps(TRUST)},
        {"permissions_boundary": True, "inline_policy": True},
        {"permissions_boundary": "aws_iam_policy.limit.arn"},
    )
    principal = read(tmp_path, limit, bounded).principal("arn:aws:iam::111122223333:role/worker")
    assert principal is not None
    assert isinstance(principal.boundary, Present)
    assert [statement.action.values for statement in principal.boundary.policy.statements] == [
        ("s3:GetObject",)
    ]


# --- resources --------------------------------------------------------------------------------------------------------


def test_each_value_of_a_resource_is_the_instance_of_the_same_key(tmp_path: Path) -> None:
    queues = [
        Made("aws_sqs_queue", "q", {"name": name}, {"url": True}, key=name, for_each=["var.names"])
        for name in ("a", "b")
    ]
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}],
        }
    )
    attached = Made(
        "aws_sqs_queue_policy",
        "q",
        {"policy": policy},
        {"queue_url": True},
        {"queue_url": "each.value.url"},
        "b",
        ["aws_sqs_queue.q"],
    )
    inventory = read(tmp_path, *queues, attached)
    first, second = inventory.of_type("AWS::SQS::Queue")
    assert not isinstance(first.policy(), Present)
    assert isinstance(second.policy(), Present)


def test_the_policy_of_a_bucket_that_is_elsewhere_is_the_whole_of_it(tmp_path: Path) -> None:
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "s3:GetObject",
                    "Resource": "arn:aws:s3:::far/*",
                }
            ],
        }
    )
    far = only(
        read(tmp_path, Made("aws_s3_bucket_policy", "p", {"bucket": "far", "policy": policy})),
        "AWS::S3::Bucket",
    )
    assert far.id == "arn:aws:s3:::far"
    assert len(statements(far)) == 1
    assert isinstance(far.property("VersioningConfiguration"), Unknown)


def test_a_key_without_a_policy_has_the_one_that_aws_writes(tmp_path: Path) -> None:
    key = Made("aws_kms_key", "k", {"description": "a"}, {"policy": True, "key_id": True})
    (found,) = statements(only(read(tmp_path, key), "AWS::KMS::Key"))
    assert found.action.values == ("kms:*",)


def test_the_policy_of_an_endpoint_is_no_resource_policy(tmp_path: Path) -> None:
    endpoint = Made(
        "aws_vpc_endpoint", "e", {"vpc_id": "vpc-1", "service_name": "com.amazonaws.eu-west-1.s3"}
    )
    found = only(read(tmp_path, endpoint), "AWS::EC2::VPCEndpoint")
    assert (found.property("PolicyDocument"), found.policy()) == (None, Absent())
    open_ = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [open_]})
    bound = Made("aws_vpc_endpoint", "e", {**endpoint.values, "policy": policy})
    found = only(read(tmp_path, bound), "AWS::EC2::VPCEndpoint")
    assert isinstance(found.property("PolicyDocument"), Present)
    assert found.policy() == Absent()


def test_the_policy_of_an_account_for_logs_is_a_resource_policy(tmp_path: Path) -> None:
    document = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "es.amazonaws.com"},
                    "Action": "logs:PutLogEvents",
                    "Resource": "*",
                }
            ],
        }
    )
    policy = Made(
        "aws_cloudwatch_log_resource_policy", "p", {"policy_name": "p", "policy_document": document}
    )
    (statement,) = statements(only(read(tmp_path, policy), "AWS::Logs::ResourcePolicy"))
    assert statement.action.values == ("logs:PutLogEvents",)
