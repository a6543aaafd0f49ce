"""Actions that change who may do what: the policy, key, password, code or trust of another principal or resource."""

from __future__ import annotations

from functools import lru_cache

from wa_policy.catalog.model import ActionSet, Catalog

ACT_AS = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")

CHANGES: dict[str, dict[str, tuple[str, ...]]] = {
    "AWS::IAM::Role": {
        "policy": (
            "iam:AttachRolePolicy", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy",
        ),
        "trust": ("iam:UpdateAssumeRolePolicy",),
        "boundary": ("iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"),
    },
    "AWS::IAM::User": {
        "policy": (
            "iam:AttachUserPolicy", "iam:DeleteUserPolicy", "iam:DetachUserPolicy", "iam:PutUserPolicy",
        ),
        "key": ("iam:CreateAccessKey", "iam:CreateServiceSpecificCredential", "iam:UploadSSHPublicKey"),
        "password": ("iam:CreateLoginProfile", "iam:UpdateLoginProfile"),
        "boundary": ("iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"),
    },
    "AWS::IAM::Group": {
        "policy": (
            "iam:AttachGroupPolicy", "iam:DeleteGroupPolicy", "iam:DetachGroupPolicy", "iam:PutGroupPolicy",
        ),
        "members": ("iam:AddUserToGroup", "iam:RemoveUserFromGroup"),
    },
    "AWS::IAM::ManagedPolicy": {
        "policy": ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"),
    },
    "AWS::Lambda::Function": {
        "code": ("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"),
        "policy": ("lambda:AddPermission", "lambda:RemovePermission"),
    },
    "AWS::StepFunctions::StateMachine": {"code": ("states:UpdateStateMachine",)},
    "AWS::ApiGateway::RestApi": {"policy": ("apigateway:UpdateRestApiPolicy",)},
    "AWS::S3::Bucket": {"policy": ("s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketPolicy")},
    "AWS::KMS::Key": {"policy": ("kms:PutKeyPolicy",), "grants": ("kms:CreateGrant",)},
    "AWS::SQS::Queue": {"policy": ("sqs:AddPermission", "sqs:RemovePermission", "sqs:SetQueueAttributes")},
    "AWS::SNS::Topic": {"policy": ("sns:AddPermission", "sns:RemovePermission", "sns:SetTopicAttributes")},
    "AWS::SecretsManager::Secret": {
        "policy": ("secretsmanager:DeleteResourcePolicy", "secretsmanager:PutResourcePolicy"),
    },
    "AWS::DynamoDB::Table": {"policy": ("dynamodb:DeleteResourcePolicy", "dynamodb:PutResourcePolicy")},
    "AWS::ECR::Repository": {"policy": ("ecr:DeleteRepositoryPolicy", "ecr:SetRepositoryPolicy")},
    "AWS::Events::EventBus": {"policy": ("events:PutPermission", "events:RemovePermission")},
}  # fmt: skip
"""By type of the target what is changed, by which actions. What the escalation techniques make of it stands there."""


@lru_cache(maxsize=256)
def changing(type_: str, catalog: Catalog) -> tuple[tuple[str, ActionSet], ...]:
    """What can be changed of a type, each with the actions that do."""
    return tuple((what, _set(actions, catalog)) for what, actions in CHANGES.get(type_, {}).items())


@lru_cache(maxsize=8)
def acting_as(catalog: Catalog) -> ActionSet:
    """The actions that start a session of a role."""
    return _set(ACT_AS, catalog)


def _set(actions: tuple[str, ...], catalog: Catalog) -> ActionSet:
    bits = 0
    for action in actions:
        bits |= catalog.single(action)
    return bits & catalog.listed
