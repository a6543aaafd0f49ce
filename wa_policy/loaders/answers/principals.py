"""Users, roles, groups and managed policies in other forms than that of `get-account-authorization-details`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wa_policy.inventory.model import Answer
from wa_policy.loaders import iam_details
from wa_policy.loaders.members import AnyCase, Node
from wa_policy.loaders.pieces import Export

# The members of a principal in CloudFormation, and those of the answer of IAM.
_RENAMED = {
    "AWS::IAM::Role": {"Policies": "RolePolicyList"},
    "AWS::IAM::User": {"Policies": "UserPolicyList", "Groups": "GroupList"},
    "AWS::IAM::Group": {"Policies": "GroupPolicyList"},
}
_NEEDED = {
    "AWS::IAM::Role": ("RoleName", "Arn", "AssumeRolePolicyDocument", "RolePolicyList", "AttachedManagedPolicies"),
    "AWS::IAM::User": ("UserName", "Arn", "UserPolicyList", "AttachedManagedPolicies", "GroupList"),
    "AWS::IAM::Group": ("GroupName", "Arn", "GroupPolicyList", "AttachedManagedPolicies"),
}  # fmt: skip
_FAMILIES = {family.table.type: family for family in iam_details.FAMILIES}


def hand_over_principal(export: Export, node: Node, type_: str) -> bool:
    """A principal or managed policy in the shape of CloudFormation; False iff it is none, or not whole."""
    if type_ == "AWS::IAM::ManagedPolicy":
        return _managed_policy(export, node)
    if type_ not in _RENAMED or node.get("Arn") is None:
        return False
    value: dict[str, Any] = {}
    for name, item in node.value.items():
        value[_RENAMED[type_].get(name, name)] = item
    arns = value.pop("ManagedPolicyArns", None) or ()
    value["AttachedManagedPolicies"] = [{"PolicyArn": arn} for arn in arns]
    boundary = value.get("PermissionsBoundary")
    if isinstance(boundary, str):
        value["PermissionsBoundary"] = {"PermissionsBoundaryArn": boundary}
    iam_details.principal(export, Node(value, node.source, node.notes), _FAMILIES[type_])
    return True


def hand_over_recorded(export: Export, node: Node, type_: str) -> bool:
    """A principal or managed policy as AWS Config records it; False iff it is none, or not whole."""
    if not isinstance(node.value, AnyCase):
        return False
    if type_ == "AWS::IAM::Policy" and "PolicyVersionList" in node.value:
        iam_details.managed_policy(export, node, export.origin.account)
        return True
    if type_ not in _NEEDED or not all(name in node.value for name in _NEEDED[type_]):
        return False
    iam_details.principal(export, node, _FAMILIES[type_])
    return True


def principals_recorded(export: Export, account: str | None) -> None:
    """Note that the principals of an account were recorded."""
    export.pieces.answered(Answer(iam_details.OPERATION, account), export.source)


def _managed_policy(export: Export, node: Node) -> bool:
    arn, document = node.get("PolicyArn"), node.get("PolicyDocument")
    if arn is None or document is None:
        return False
    version: Mapping[str, Any] = {"VersionId": "v1", "IsDefaultVersion": True, "Document": document.value}
    value = {
        "Arn": arn.value,
        "PolicyName": node.value.get("ManagedPolicyName"),
        "Path": node.value.get("Path"),
        "Description": node.value.get("Description"),
        "PolicyVersionList": [version],
    }
    iam_details.managed_policy(export, Node(value, node.source, node.notes), export.origin.account)
    return True
