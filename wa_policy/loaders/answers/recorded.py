"""What AWS Config records of some types, by https://github.com/awslabs/aws-config-resource-schema."""

from __future__ import annotations

from collections.abc import Mapping

from wa_policy.inventory.model import POLICY_PROPERTY, PropertyValue
from wa_policy.loaders.answers.convert import shaped
from wa_policy.loaders.answers.readers import at, policy
from wa_policy.loaders.members import Node
from wa_policy.loaders.tables import Read, flag, flag_text, number

RECORDED: Mapping[str, tuple[str, ...]] = {
    type_: tuple(names.split())
    for type_, names in {
        "AWS::ApiGateway::RestApi": "ApiKeySourceType BinaryMediaTypes Description MinimumCompressionSize Name Version",
        "AWS::ApiGateway::Stage": "AccessLogSetting CacheClusterEnabled CacheClusterSize CanarySetting ClientCertificateId "
        "DeploymentId Description DocumentationVersion StageName TracingEnabled WaPolicy::WebAclArn",
        "AWS::DynamoDB::Table": "AttributeDefinitions GlobalSecondaryIndexes KeySchema LocalSecondaryIndexes "
        "ProvisionedThroughput StreamSpecification TableName SSESpecification TableClass",
        "AWS::EC2::SecurityGroup": "GroupDescription GroupName SecurityGroupEgress SecurityGroupIngress VpcId",
        "AWS::KMS::Key": "Description",
        "AWS::Lambda::Function": "DeadLetterConfig Description FileSystemConfigs Handler ImageConfig KmsKeyArn Layers Runtime "
        "TracingConfig VpcConfig",
        "AWS::SNS::Topic": "DisplayName KmsMasterKeyId",
        "AWS::SQS::Queue": "KmsMasterKeyId",
    }.items()
}
"""Properties that a whole item tells: they are not set where it does not have them."""

LISTS: Mapping[str, str] = {
    "AWS::ApiGateway::RestApi": "apigateway.get-rest-apis",
    "AWS::ApiGatewayV2::Api": "apigatewayv2.get-apis",
    "AWS::CloudWatch::Alarm": "cloudwatch.describe-alarms",
    "AWS::EC2::FlowLog": "ec2.describe-flow-logs",
    "AWS::EC2::RouteTable": "ec2.describe-route-tables",
    "AWS::EC2::SecurityGroup": "ec2.describe-security-groups",
    "AWS::EC2::Subnet": "ec2.describe-subnets",
    "AWS::EC2::VPC": "ec2.describe-vpcs",
    "AWS::EC2::VPCEndpoint": "ec2.describe-vpc-endpoints",
    "AWS::KMS::Key": "kms.list-keys",
    "AWS::Lambda::Function": "lambda.list-functions",
    "AWS::S3::Bucket": "s3api.list-buckets",
    "AWS::SecretsManager::Secret": "secretsmanager.list-secrets",
    "AWS::SNS::Topic": "sns.list-topics",
    "AWS::SQS::Queue": "sqs.list-queues",
}
"""The call that lists the resources of a type: a snapshot that has one of them has them all."""


def _bucket_policy(node: Node) -> PropertyValue:
    text = node.get("policyText")
    return None if text is None else policy(text)


def _versioning(node: Node) -> PropertyValue:
    status = node.text("status")
    return {"Status": status} if status in ("Enabled", "Suspended") else None


def _encryption(node: Node) -> PropertyValue:
    rules: list[PropertyValue] = []
    for rule in node.objects("rules"):
        found: dict[str, PropertyValue] = {}
        for name in ("SSEAlgorithm", "KMSMasterKeyID"):
            value = at(f"applyServerSideEncryptionByDefault.{name}", lambda one: one.value)(rule)
            if value is not None:
                found[name] = value
        rules.append({"ServerSideEncryptionByDefault": found})
    return {"ServerSideEncryptionConfiguration": tuple(rules)}


def _recovery(node: Node) -> PropertyValue:
    status = at("pointInTimeRecoveryDescription.pointInTimeRecoveryStatus", lambda one: one.value)(node)
    return {"PointInTimeRecoveryEnabled": status == "ENABLED"}


def _yes(node: Node) -> PropertyValue:
    return flag(node) if isinstance(node.value, bool) else flag_text(node)


BESIDE: Mapping[str, tuple[tuple[str, str, Read], ...]] = {
    "AWS::DynamoDB::Table": (
        ("ContinuousBackupsDescription", "PointInTimeRecoverySpecification", _recovery),
    ),
    "AWS::KMS::Key": (("Policy", POLICY_PROPERTY, policy), ("KeyRotationStatus", "EnableKeyRotation", _yes)),
    "AWS::Lambda::Function": (
        ("Policy", POLICY_PROPERTY, policy),
        ("Concurrency", "ReservedConcurrentExecutions", at("reservedConcurrentExecutions", number)),
    ),
    "AWS::S3::Bucket": (
        ("BucketPolicy", POLICY_PROPERTY, _bucket_policy),
        (
            "PublicAccessBlockConfiguration",
            "PublicAccessBlockConfiguration",
            shaped("AWS::S3::Bucket", "PublicAccessBlockConfiguration"),
        ),
        ("BucketVersioningConfiguration", "VersioningConfiguration", _versioning),
        ("ServerSideEncryptionConfiguration", "BucketEncryption", _encryption),
    ),
}
"""By type the members of the supplementary configuration, the property of each, and how it is read."""
