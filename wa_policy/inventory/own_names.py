"""Names of our own beside those of CloudFormation: types and properties for what AWS tells and no template says.

`inventory.model` has those that the engine itself asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class OwnKind(StrEnum):
    """What a property holds."""

    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    FLAG = "flag"
    FREE = "free"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class OwnName:
    """A property: what it holds, and what it says."""

    kind: OwnKind
    meaning: str


_TEXT, _TEXTS, _NUMBER, _FLAG, _FREE = OwnKind.TEXT, OwnKind.TEXTS, OwnKind.NUMBER, OwnKind.FLAG, OwnKind.FREE
_POLICY = OwnName(OwnKind.POLICY, "the resource policy")
_WARNINGS = OwnName(_TEXTS, "what is wrong with the truststore")
_LAST_ACCESSED = OwnName(_FREE, "when each service was last used")
_STATE = OwnName(_TEXT, "its state")
_AUTH_TOKEN = OwnName(_FLAG, "clients need a token")

OWN_TYPES: Mapping[str, str] = {
    "WaPolicy::Account": "settings of an account",
    "WaPolicy::AccountRegion": "settings of an account in a Region",
    "WaPolicy::ContainerImage": "an image in a repository of ECR",
}
"""Types, with what a resource of each is."""

OWN_NAMES: Mapping[str, Mapping[str, OwnName]] = {
    "AWS::AccessAnalyzer::Analyzer": {"WaPolicy::Status": OwnName(_TEXT, "`ACTIVE` if it works")},
    "AWS::ApiGateway::Account": {"WaPolicy::ThrottleSettings": OwnName(_FREE, "the throttling of the account")},
    "AWS::ApiGateway::ClientCertificate": {"WaPolicy::ExpirationDate": OwnName(_TEXT, "the day on which it expires")},
    "AWS::ApiGateway::Deployment": {"WaPolicy::CreatedDate": OwnName(_TEXT, "when it was made")},
    "AWS::ApiGateway::DomainName": {"WaPolicy::TruststoreWarnings": _WARNINGS},
    "AWS::ApiGateway::Method": {
        "WaPolicy::Path": OwnName(_TEXT, "its path"),
        "WaPolicy::TakesCallerRights": OwnName(_FLAG, "whether its integration acts with the rights of callers nobody identified"),
        "WaPolicy::UriScheme": OwnName(_TEXT, "how the URI of its integration begins, such as `http`"),
        "WaPolicy::SkipsVerification": OwnName(_FLAG, "whether the certificate of its backend goes unchecked"),
    },
    "AWS::ApiGateway::Stage": {"WaPolicy::LastUpdatedDate": OwnName(_TEXT, "when it was last changed")},
    "AWS::ApiGatewayV2::DomainName": {"WaPolicy::TruststoreWarnings": _WARNINGS},
    "AWS::ApiGatewayV2::Integration": {
        "WaPolicy::TakesCallerRights": OwnName(_FLAG, "whether it acts with the rights of callers nobody identified"),
        "WaPolicy::UriScheme": OwnName(_TEXT, "how its URI begins, such as `http`"),
    },
    "AWS::AppSync::GraphQLApi": {"WaPolicy::WebAclArn": OwnName(_TEXT, "its web ACL")},
    "AWS::Backup::BackupVault": {"WaPolicy::Policy": _POLICY},
    "AWS::CertificateManager::Certificate": {
        "WaPolicy::NotAfter": OwnName(_TEXT, "the day on which it expires"),
        "WaPolicy::Status": _STATE,
    },
    "AWS::CloudFormation::Stack": {
        "WaPolicy::CreationTime": OwnName(_TEXT, "when it was made"),
        "WaPolicy::DriftInformation": OwnName(_FREE, "whether it drifted"),
        "WaPolicy::EnableTerminationProtection": OwnName(_FLAG, "it cannot be deleted"),
        "WaPolicy::LastUpdatedTime": OwnName(_TEXT, "when it was last changed"),
        "WaPolicy::ParentId": OwnName(_TEXT, "the stack around it"),
        "WaPolicy::RoleArn": OwnName(_TEXT, "the role that deploys it"),
        "WaPolicy::StackName": OwnName(_TEXT, "its name"),
        "WaPolicy::StackStatus": OwnName(_TEXT, "its state"),
    },
    "AWS::CloudWatch::Alarm": {"WaPolicy::StateValue": OwnName(_TEXT, "`OK`, `ALARM` or `INSUFFICIENT_DATA`")},
    "AWS::CodeDeploy::DeploymentGroup": {"WaPolicy::ComputePlatform": OwnName(_TEXT, "`Lambda`, `ECS` or `Server`")},
    "AWS::DynamoDB::Table": {
        "WaPolicy::LatestStreamArn": OwnName(_TEXT, "its stream"),
        "WaPolicy::Policy": _POLICY,
        "WaPolicy::Replicas": OwnName(_FREE, "its replicas in other Regions"),
    },
    "AWS::EC2::FlowLog": {"WaPolicy::Status": OwnName(_TEXT, "`ACTIVE` if it works")},
    "AWS::EC2::InternetGateway": {"WaPolicy::VpcIds": OwnName(_TEXTS, "the VPCs that it is attached to")},
    "AWS::EC2::NatGateway": {"WaPolicy::State": _STATE},
    "AWS::EC2::NetworkAcl": {"WaPolicy::IsDefault": OwnName(_FLAG, "it is the one that subnets have without another")},
    "AWS::EC2::Route": {"WaPolicy::State": OwnName(_TEXT, "`active`, or `blackhole` if its target is gone")},
    "AWS::EC2::RouteTable": {"WaPolicy::IsMain": OwnName(_FLAG, "it holds for subnets without a table of their own")},
    "AWS::EC2::VPC": {"WaPolicy::IsDefault": OwnName(_FLAG, "it is the default VPC")},
    "AWS::EC2::VPCEndpoint": {
        "PolicyDocument": OwnName(OwnKind.POLICY, "the endpoint policy"),
        "WaPolicy::State": _STATE,
    },
    "AWS::ECR::Repository": {"WaPolicy::Policy": _POLICY},
    "AWS::EFS::FileSystem": {"WaPolicy::Policy": _POLICY},
    "AWS::ElastiCache::CacheCluster": {
        "WaPolicy::AtRestEncryptionEnabled": OwnName(_FLAG, "it is encrypted at rest"),
        "WaPolicy::AuthTokenEnabled": _AUTH_TOKEN,
        "WaPolicy::ReplicationGroupId": OwnName(_TEXT, "the replication group that it is a part of"),
    },
    "AWS::ElastiCache::ReplicationGroup": {"WaPolicy::AuthTokenEnabled": _AUTH_TOKEN},
    "AWS::Events::EventBus": {"WaPolicy::Policy": _POLICY},
    "AWS::IAM::AccessKey": {"WaPolicy::CreateDate": OwnName(_TEXT, "when it was made")},
    "AWS::IAM::Role": {"WaPolicy::ServicesLastAccessed": _LAST_ACCESSED},
    "AWS::IAM::User": {"WaPolicy::ServicesLastAccessed": _LAST_ACCESSED},
    "AWS::KMS::Key": {
        "WaPolicy::Grants": OwnName(_FREE, "its grants"),
        "WaPolicy::KeyManager": OwnName(_TEXT, "`CUSTOMER` or `AWS`"),
        "WaPolicy::KeyState": OwnName(_TEXT, "its state"),
    },
    "AWS::Kinesis::Stream": {"WaPolicy::Policy": _POLICY},
    "AWS::Lambda::Function": {
        "WaPolicy::CodeSize": OwnName(_NUMBER, "the bytes of its code, without its layers"),
        "WaPolicy::MemoryRecommendation": OwnName(_FREE, "what Compute Optimizer says of its memory"),
        "WaPolicy::PackageSize": OwnName(_NUMBER, "the bytes of its code and its layers"),
    },
    "AWS::Lambda::LayerVersion": {"WaPolicy::Policy": _POLICY},
    "AWS::Lambda::Version": {
        "WaPolicy::CodeSize": OwnName(_NUMBER, "the bytes of its code"),
        "WaPolicy::LastModified": OwnName(_TEXT, "when it was published"),
    },
    "AWS::Logs::Destination": {"WaPolicy::Policy": _POLICY},
    "AWS::Logs::LogGroup": {
        "WaPolicy::DataProtectionStatus": OwnName(_TEXT, "`ACTIVATED` if it masks data"),
        "WaPolicy::StoredBytes": OwnName(_NUMBER, "the bytes in it"),
    },
    "AWS::Logs::ResourcePolicy": {"WaPolicy::Policy": _POLICY},
    "AWS::OpenSearchService::Domain": {"WaPolicy::Policy": _POLICY},
    "AWS::RDS::DBInstance": {"WaPolicy::VpcId": OwnName(_TEXT, "its VPC")},
    "AWS::SNS::Subscription": {
        "WaPolicy::IsPending": OwnName(_FLAG, "nobody confirmed it yet"),
        "WaPolicy::Owner": OwnName(_TEXT, "the account that made it"),
    },
    "AWS::SecretsManager::Secret": {
        "WaPolicy::LastAccessedDate": OwnName(_TEXT, "the day on which it was last read"),
        "WaPolicy::LastRotatedDate": OwnName(_TEXT, "when it was last rotated"),
        "WaPolicy::RotationEnabled": OwnName(_FLAG, "it is rotated"),
        "WaPolicy::RotationLambdaArn": OwnName(_TEXT, "the function that rotates it"),
        "WaPolicy::RotationRules": OwnName(_FREE, "how often"),
    },
    "WaPolicy::Account": {"S3PublicAccessBlock": OwnName(_FREE, "which public access S3 blocks in the whole account")},
    "WaPolicy::AccountRegion": {
        "DetectorIds": OwnName(_TEXTS, "the detectors of GuardDuty"),
        "InspectorResourceState": OwnName(_FREE, "what Inspector scans"),
        "InspectorState": OwnName(_FREE, "whether Inspector is on"),
        "LambdaAccountLimit": OwnName(_FREE, "the limits of Lambda: `ConcurrentExecutions`, `UnreservedConcurrentExecutions`"),
        "LambdaAccountUsage": OwnName(_FREE, "how many functions there are, and the size of their code"),
    },
    "WaPolicy::ContainerImage": {
        "ImageDigest": OwnName(_TEXT, "its digest"),
        "ImagePushedAt": OwnName(_TEXT, "when it was pushed"),
        "ImageSizeInBytes": OwnName(_NUMBER, "its size"),
        "ImageTags": OwnName(_TEXTS, "its tags"),
        "RepositoryName": OwnName(_TEXT, "its repository"),
    },
}  # fmt: skip
"""By type the properties that CloudFormation does not have, or has in another form."""
