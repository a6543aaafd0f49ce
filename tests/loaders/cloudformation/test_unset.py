"""A template says also what it does not set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Present, PropertyValue
from wa_policy.loaders.load import load


def of(folder: Path, type_: str, name: str, **properties: object) -> PropertyValue:
    path = folder / "t.json"
    path.write_text(json.dumps({"Resources": {"A": {"Type": type_, "Properties": properties}}}))
    (resource,) = load([str(path)]).of_type(type_)
    return resource.property(name)


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("AWS::Logs::LogGroup", "RetentionInDays"),
        ("AWS::Lambda::Alias", "ProvisionedConcurrencyConfig"),
        ("AWS::Lambda::Function", "DeadLetterConfig"),
        ("AWS::DynamoDB::Table", "PointInTimeRecoverySpecification"),
        ("AWS::DynamoDB::Table", "WaPolicy::DeletionPolicy"),
        ("AWS::DynamoDB::Table", "WaPolicy::UpdateReplacePolicy"),
        ("AWS::DynamoDB::Table", "WaPolicy::HasFixedName"),
    ],
)
def test_a_property_that_a_template_does_not_set_is_not_set(type_: str, name: str, tmp_path: Path) -> None:
    assert of(tmp_path, type_, name) is None


def test_what_aws_sets_is_unknown(tmp_path: Path) -> None:
    assert isinstance(of(tmp_path, "AWS::EC2::VPC", "DefaultSecurityGroup"), Unknown)


def test_the_policy_of_an_endpoint_is_a_document(tmp_path: Path) -> None:
    document = {"Version": "2012-10-17", "Statement": []}
    assert isinstance(
        of(tmp_path, "AWS::EC2::VPCEndpoint", "PolicyDocument", PolicyDocument=document), Present
    )


@pytest.mark.parametrize(
    ("type_", "property_", "written"),
    [
        ("AWS::Logs::ResourcePolicy", "PolicyDocument", '{"Version": "2012-10-17", "Statement": []}'),
        ("AWS::Logs::Destination", "DestinationPolicy", '{"Version": "2012-10-17", "Statement": []}'),
    ],
)
def test_policies_of_logs(type_: str, property_: str, written: str, tmp_path: Path) -> None:
    assert isinstance(of(tmp_path, type_, "WaPolicy::Policy", **{property_: written}), Present)
