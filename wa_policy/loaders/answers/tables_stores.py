"""Data and keys: DynamoDB, S3, KMS, Secrets Manager, RDS, ElastiCache, DAX, OpenSearch, EFS, scaling."""

from __future__ import annotations

from dataclasses import replace

from wa_policy.inventory.model import POLICY_PROPERTY, PropertyValue
from wa_policy.loaders.answers.convert import shaped
from wa_policy.loaders.answers.readers import ITEM, at, each, own, policy
from wa_policy.loaders.answers.rows import About, Row, arn, global_arn
from wa_policy.loaders.members import Node
from wa_policy.loaders.tables import Member, Read, as_is, flag, number, text

# --- DynamoDB --------------------------------------------------------------------------------------------------------


def _billing(node: Node) -> PropertyValue:
    """How it is billed. A table that never was on demand has no summary.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BillingModeSummary.html
    """
    summary = node.get("BillingModeSummary")
    return "PROVISIONED" if summary is None else summary.text("BillingMode")


def _sse(node: Node) -> PropertyValue:
    """The key of the user or of AWS in KMS; without a description the table has a key that DynamoDB owns."""
    status = node.text("Status")
    found: dict[str, PropertyValue] = {"SSEEnabled": status in ("ENABLED", "ENABLING", "UPDATING")}
    for member, name in (("SSEType", "SSEType"), ("KMSMasterKeyArn", "KMSMasterKeyId")):
        value = node.text(member)
        if value is not None:
            found[name] = value
    return found


def _recovery(node: Node) -> PropertyValue:
    found: dict[str, PropertyValue] = {
        "PointInTimeRecoveryEnabled": node.text("PointInTimeRecoveryStatus") == "ENABLED"
    }
    days = node.get("RecoveryPeriodInDays")
    return found if days is None else {**found, "RecoveryPeriodInDays": number(days)}


def _expiry(node: Node) -> PropertyValue:
    if node.text("TimeToLiveStatus") in ("DISABLED", "DISABLING", None):
        return None
    return {"Enabled": True, "AttributeName": node.text("AttributeName")}


_TABLE = "AWS::DynamoDB::Table"
_OF_TABLE = About(arn("dynamodb", "table/{of}"), "table name")
_MISSING = frozenset(("ResourceNotFoundException", "PolicyNotFoundException"))
_DYNAMODB = (
    Row(
        "dynamodb.describe-table", _TABLE, "Table", "{TableArn}",
        "AttributeDefinitions DeletionProtectionEnabled GlobalSecondaryIndexes KeySchema LocalSecondaryIndexes OnDemandThroughput "
        "ProvisionedThroughput StreamSpecification TableName VectorIndexes WarmThroughput",
        (
            Member(ITEM, "BillingMode", _billing), Member("SSEDescription", "SSESpecification", _sse),
            Member("TableClassSummary", "TableClass", at("TableClass", text)),
            own("Replicas", "Replicas", as_is), own("LatestStreamArn", "LatestStreamArn", text),
        ),
        marks="TableArn TableName", name="TableName",
        silent=("GlobalSecondaryIndexes.ContributorInsightsSpecification", "StreamSpecification.ResourcePolicy", "StreamSpecification.Tags"),
    ),
    Row(
        "dynamodb.describe-continuous-backups", _TABLE, "ContinuousBackupsDescription", _OF_TABLE.arn, "",
        (Member("PointInTimeRecoveryDescription", "PointInTimeRecoverySpecification", _recovery),),
        marks="ContinuousBackupsStatus", about=_OF_TABLE,
    ),
    Row(
        "dynamodb.describe-time-to-live", _TABLE, "TimeToLiveDescription", _OF_TABLE.arn, "",
        (Member(ITEM, "TimeToLiveSpecification", _expiry),), marks="TimeToLiveStatus", about=_OF_TABLE,
    ),
    Row(
        "dynamodb.get-resource-policy", _TABLE, "", _OF_TABLE.arn, "", (Member("Policy", POLICY_PROPERTY, policy),), about=_OF_TABLE,
        absent=_MISSING, gives="the policy of a table",
    ),
)  # fmt: skip

# --- S3 --------------------------------------------------------------------------------------------------------------

_BUCKET = "AWS::S3::Bucket"
_OF_BUCKET = About("arn:{partition}:s3:::{of}", "bucket", "BucketName")


def _of_bucket(operation: str, property_: str, read: Read, *absent: str, member: str = ITEM, items: str = "", marks: str = "") -> Row:  # fmt: skip
    return Row(
        f"s3api.{operation}", _BUCKET, items, _OF_BUCKET.arn, "", (Member(member, property_, read),), about=_OF_BUCKET,
        absent=frozenset(absent), marks=marks,
    )  # fmt: skip


def _versioning(node: Node) -> PropertyValue:
    """A bucket that never had versions answers with nothing."""
    return {"Status": node.text("Status")} if node.get("Status") is not None else None


def _logging(node: Node) -> PropertyValue:
    found = {"DestinationBucketName": node.text("TargetBucket"), "LogFilePrefix": node.text("TargetPrefix")}
    return {name: value for name, value in found.items() if value is not None}


def _default_encryption(node: Node) -> PropertyValue:
    rules: list[PropertyValue] = []
    for rule in node.objects("Rules"):
        by_default = rule.get("ApplyServerSideEncryptionByDefault")
        found: dict[str, PropertyValue] = {}
        if by_default is not None:
            found["ServerSideEncryptionByDefault"] = as_is(by_default)
        key = rule.get("BucketKeyEnabled")
        if key is not None:
            found["BucketKeyEnabled"] = flag(key)
        rules.append(found)
    return {"ServerSideEncryptionConfiguration": tuple(rules)}


def _tags(node: Node) -> PropertyValue:
    return dict(node.tags("TagSet"))


_S3 = (
    _of_bucket(
        "get-public-access-block", "PublicAccessBlockConfiguration", as_is, "NoSuchPublicAccessBlockConfiguration",
        items="PublicAccessBlockConfiguration", marks="BlockPublicAcls",
    ),
    _of_bucket("get-bucket-versioning", "VersioningConfiguration", _versioning, marks="Status"),
    _of_bucket(
        "get-bucket-encryption", "BucketEncryption", _default_encryption, "ServerSideEncryptionConfigurationNotFoundError",
        items="ServerSideEncryptionConfiguration", marks="Rules",
    ),
    _of_bucket("get-bucket-logging", "LoggingConfiguration", _logging, member="LoggingEnabled", marks="LoggingEnabled"),
    _of_bucket(
        "get-bucket-ownership-controls", "OwnershipControls", shaped(_BUCKET, "OwnershipControls"),
        "OwnershipControlsNotFoundError", items="OwnershipControls", marks="Rules",
    ),
    _of_bucket("get-bucket-tagging", "Tags", _tags, "NoSuchTagSet", marks="TagSet"),
    Row(
        "s3control.get-public-access-block", "WaPolicy::Account", "PublicAccessBlockConfiguration", global_arn("iam", "root"), "",
        (Member(ITEM, "S3PublicAccessBlock", as_is),), marks="BlockPublicAcls",
        absent=frozenset(("NoSuchPublicAccessBlockConfiguration",)), gives="which public access S3 blocks in the whole account",
    ),
)  # fmt: skip

# --- keys and secrets ------------------------------------------------------------------------------------------------

_KEY = "AWS::KMS::Key"
_OF_KEY = About(arn("kms", "key/{of}"), "key id", "KeyId")


def _grants(node: Node) -> PropertyValue:
    return tuple(as_is(item) for item in node.objects("Grants"))


_KMS = (
    Row(
        "kms.describe-key", _KEY, "KeyMetadata", "{Arn}", "Description Enabled KeyId KeySpec KeyUsage MultiRegion Origin",
        (own("KeyManager", "KeyManager", text), own("KeyState", "KeyState", text)), marks="Arn KeyId KeyUsage", name="KeyId",
    ),
    Row(
        "kms.get-key-rotation-status", _KEY, "", _OF_KEY.arn, "RotationPeriodInDays",
        (Member("KeyRotationEnabled", "EnableKeyRotation", flag),), marks="KeyRotationEnabled", about=_OF_KEY,
    ),
    Row(
        "kms.list-grants", _KEY, "", _OF_KEY.arn, "", (own("Grants", ITEM, _grants),), about=_OF_KEY, gives="the grants of a key",
    ),
    Row(
        "kms.list-aliases", "AWS::KMS::Alias", "Aliases[]", "{AliasArn}", "AliasName TargetKeyId", marks="AliasArn AliasName",
        name="AliasName",
    ),
)  # fmt: skip
_SECRET = "AWS::SecretsManager::Secret"  # noqa: S105  # a type
_SECRETS = (
    Row(
        "secretsmanager.describe-secret", _SECRET, "", "{ARN}", "Description KmsKeyId Name Tags Type",
        (
            own("RotationEnabled", "RotationEnabled", flag), own("RotationRules", "RotationRules", as_is),
            own("RotationLambdaArn", "RotationLambdaARN", text), own("LastRotatedDate", "LastRotatedDate", text),
            own("LastAccessedDate", "LastAccessedDate", text),
            Member("ReplicationStatus", "ReplicaRegions", shaped(_SECRET, "ReplicaRegions")),
        ),
        marks="ARN Name VersionIdsToStages", name="Name",
    ),
)  # fmt: skip

# --- databases, caches, search ---------------------------------------------------------------------------------------


def _hoist(member: str, property_: str, path: str, read: Read = text) -> Member:
    return Member(member, property_, at(path, read))


def _sse_of_cluster(node: Node) -> PropertyValue:
    return {"SSEEnabled": node.text("Status") in ("ENABLED", "ENABLING")}


_RDS = (
    Row(
        "rds.describe-db-instances", "AWS::RDS::DBInstance", "DBInstances[]", "{DBInstanceArn}",
        "AllocatedStorage AutoMinorVersionUpgrade AvailabilityZone BackupRetentionPeriod CACertificateIdentifier CopyTagsToSnapshot "
        "DBClusterIdentifier DBInstanceArn DBInstanceClass DBInstanceIdentifier DBName DeletionProtection Endpoint Engine "
        "EngineVersion Iops KmsKeyId MasterUsername MaxAllocatedStorage MonitoringInterval MonitoringRoleArn MultiAZ NetworkType "
        "PubliclyAccessible StorageEncrypted StorageType AssociatedRoles BackupTarget CharacterSetName CustomIAMInstanceProfile DBSystemId "
        "DatabaseInsightsMode DedicatedLogVolume EngineLifecycleSupport LicenseModel MasterUserSecret NcharCharacterSetName "
        "PerformanceInsightsKMSKeyId PerformanceInsightsRetentionPeriod PreferredBackupWindow PreferredMaintenanceWindow "
        "ProcessorFeatures PromotionTier ReplicaMode StorageThroughput TdeCredentialArn Timezone",
        (
            Member("VpcSecurityGroups", "VPCSecurityGroups", each("VpcSecurityGroupId")),
            _hoist("DBSubnetGroup", "DBSubnetGroupName", "DBSubnetGroupName"),
            Member("IAMDatabaseAuthenticationEnabled", "EnableIAMDatabaseAuthentication", flag),
            Member("PerformanceInsightsEnabled", "EnablePerformanceInsights", flag),
            Member("EnabledCloudwatchLogsExports", "EnableCloudwatchLogsExports", as_is),
            Member("TagList", "Tags", lambda node: dict(Node({"_": node.value}, node.source, node.notes).tags("_"))),
            _hoist("DBSubnetGroup", "WaPolicy::VpcId", "VpcId"),
        ),
        marks="DBInstanceArn DBInstanceIdentifier", name="DBInstanceIdentifier",
    ),
    Row(
        "rds.describe-db-clusters", "AWS::RDS::DBCluster", "DBClusters[]", "{DBClusterArn}",
        "AllocatedStorage AutoMinorVersionUpgrade AvailabilityZones BackupRetentionPeriod CopyTagsToSnapshot DBClusterArn "
        "DBClusterIdentifier DatabaseName DeletionProtection Endpoint Engine EngineMode EngineVersion Iops KmsKeyId MasterUsername "
        "NetworkType Port PubliclyAccessible ServerlessV2ScalingConfiguration StorageEncrypted StorageType AssociatedRoles BacktrackWindow "
        "ClusterScalabilityType DBClusterInstanceClass DBSystemId DatabaseInsightsMode EngineLifecycleSupport GlobalClusterIdentifier "
        "MasterUserSecret MonitoringInterval MonitoringRoleArn PerformanceInsightsEnabled PerformanceInsightsKmsKeyId "
        "PerformanceInsightsRetentionPeriod PreferredBackupWindow PreferredMaintenanceWindow ReplicationSourceIdentifier",
        (
            Member("VpcSecurityGroups", "VpcSecurityGroupIds", each("VpcSecurityGroupId")),
            Member("DBSubnetGroup", "DBSubnetGroupName"),
            Member("IAMDatabaseAuthenticationEnabled", "EnableIAMDatabaseAuthentication", flag),
            Member("HttpEndpointEnabled", "EnableHttpEndpoint", flag),
            Member("EnabledCloudwatchLogsExports", "EnableCloudwatchLogsExports", as_is),
            Member("TagList", "Tags", lambda node: dict(Node({"_": node.value}, node.source, node.notes).tags("_"))),
        ),
        marks="DBClusterArn Engine !DBInstanceArn", name="DBClusterIdentifier",
    ),
    Row(
        "rds.describe-db-proxies", "AWS::RDS::DBProxy", "DBProxies[]", "{DBProxyArn}",
        "Auth DBProxyArn DBProxyName DebugLogging DefaultAuthScheme Endpoint EndpointNetworkType EngineFamily IdleClientTimeout RequireTLS "
        "RoleArn TargetConnectionNetworkType VpcId VpcSecurityGroupIds VpcSubnetIds",
        marks="DBProxyArn", name="DBProxyName",
    ),
)  # fmt: skip

_CACHES = (
    Row(
        "elasticache.describe-cache-clusters", "AWS::ElastiCache::CacheCluster", "CacheClusters[]", "{ARN}",
        "AutoMinorVersionUpgrade CacheNodeType CacheSubnetGroupName Engine EngineVersion IpDiscovery NetworkType NumCacheNodes "
        "SnapshotRetentionLimit SnapshotWindow TransitEncryptionEnabled LogDeliveryConfigurations PreferredAvailabilityZone "
        "PreferredMaintenanceWindow",
        (
            Member("CacheClusterId", "ClusterName"), Member("SecurityGroups", "VpcSecurityGroupIds", each("SecurityGroupId")),
            own("AtRestEncryptionEnabled", "AtRestEncryptionEnabled", flag), own("AuthTokenEnabled", "AuthTokenEnabled", flag),
            own("ReplicationGroupId", "ReplicationGroupId", text),
        ),
        marks="ARN CacheClusterId", name="CacheClusterId",
    ),
    Row(
        "elasticache.describe-replication-groups", "AWS::ElastiCache::ReplicationGroup", "ReplicationGroups[]", "{ARN}",
        "AtRestEncryptionEnabled AutoMinorVersionUpgrade CacheNodeType ClusterMode Engine IpDiscovery KmsKeyId NetworkType "
        "ReplicationGroupId SnapshotRetentionLimit SnapshotWindow TransitEncryptionEnabled TransitEncryptionMode UserGroupIds "
        "Durability LogDeliveryConfigurations SnapshottingClusterId",
        (
            Member("Description", "ReplicationGroupDescription"),
            own("AuthTokenEnabled", "AuthTokenEnabled", flag),
            Member("AutomaticFailover", "AutomaticFailoverEnabled", lambda node: node.value in ("enabled", "enabling")),
            Member("MultiAZ", "MultiAZEnabled", lambda node: node.value == "enabled"),
        ),
        marks="ARN ReplicationGroupId", name="ReplicationGroupId",
    ),
    Row(
        "elasticache.describe-serverless-caches", "AWS::ElastiCache::ServerlessCache", "ServerlessCaches[]", "{ARN}",
        "CacheUsageLimits DailySnapshotTime Description Endpoint Engine FullEngineVersion KmsKeyId MajorEngineVersion NetworkType "
        "SecurityGroupIds ServerlessCacheName SnapshotRetentionLimit SubnetIds UserGroupId ConnectionType ReaderEndpoint",
        marks="ARN ServerlessCacheName", name="ServerlessCacheName",
    ),
    Row(
        "dax.describe-clusters", "AWS::DAX::Cluster", "Clusters[]", "{ClusterArn}",
        "ClusterEndpointEncryptionType ClusterName Description IAMRoleARN NetworkType NodeType PreferredMaintenanceWindow",
        (
            Member("TotalNodes", "ReplicationFactor", number), Member("SubnetGroup", "SubnetGroupName"),
            Member("SSEDescription", "SSESpecification", _sse_of_cluster),
            Member("SecurityGroups", "SecurityGroupIds", each("SecurityGroupIdentifier")),
        ),
        marks="ClusterArn ClusterName TotalNodes", name="ClusterName",
    ),
)  # fmt: skip


def _document_text(node: Node) -> PropertyValue:
    """A document that CloudFormation wants as a text."""
    import json

    return node.value if isinstance(node.value, str) else json.dumps(node.value, sort_keys=True)


_DOMAIN = Row(
    "opensearch.describe-domain", "AWS::OpenSearchService::Domain", "DomainStatus", "{ARN}",
    "AdvancedOptions AdvancedSecurityOptions ClusterConfig CognitoOptions DomainEndpointOptions DomainName EBSOptions "
    "AIMLOptions AutomatedSnapshotPauseOptions DeploymentStrategyOptions EngineMode IdentityCenterOptions OffPeakWindowOptions "
    "SoftwareUpdateOptions UseCase EncryptionAtRestOptions EngineVersion IPAddressType LogPublishingOptions NodeToNodeEncryptionOptions SnapshotOptions VPCOptions",
    (Member("AccessPolicies", POLICY_PROPERTY, policy),), marks="ARN DomainName ClusterConfig", name="DomainName",
    silent=("AdvancedSecurityOptions.MasterUserOptions",),
)  # fmt: skip
_POLICY_OF_COLLECTIONS = Row(
    "opensearchserverless.get-security-policy", "AWS::OpenSearchServerless::SecurityPolicy", "securityPolicyDetail",
    arn("aoss", "securitypolicy/{type}/{name}"), "Description Name Type", (Member("policy", "Policy", _document_text),),
    marks="name type policy", name="name",
)  # fmt: skip
_SEARCH = (
    _DOMAIN,
    replace(_DOMAIN, call="opensearch.describe-domains", items="DomainStatusList[]", batch=True),
    _POLICY_OF_COLLECTIONS,
    replace(
        _POLICY_OF_COLLECTIONS, call="opensearchserverless.get-access-policy", type="AWS::OpenSearchServerless::AccessPolicy",
        items="accessPolicyDetail", id=arn("aoss", "accesspolicy/{type}/{name}"),
    ),
    Row(
        "opensearchserverless.list-collections", "AWS::OpenSearchServerless::Collection", "collectionSummaries[]", "{arn}", "Id Name CollectionGroupName",
        marks="arn id", name="name",
    ),
    Row(
        "opensearchserverless.batch-get-collection", "AWS::OpenSearchServerless::Collection", "collectionDetails[]", "{arn}",
        "Description Id KmsKeyArn Name StandbyReplicas Type CollectionGroupName DeletionProtection VectorOptions", marks="arn id name", name="name", batch=True,
    ),
)  # fmt: skip

_SCALING = (
    Row(
        "application-autoscaling.describe-scalable-targets", "AWS::ApplicationAutoScaling::ScalableTarget", "ScalableTargets[]",
        arn("application-autoscaling", "scalable-target/{ServiceNamespace}/{ResourceId}/{ScalableDimension}"),
        "MaxCapacity MinCapacity ResourceId RoleARN ScalableDimension ServiceNamespace SuspendedState",
        marks="ScalableDimension ResourceId MaxCapacity", name="ResourceId", part="ServiceNamespace",
    ),
    Row(
        "application-autoscaling.describe-scaling-policies", "AWS::ApplicationAutoScaling::ScalingPolicy", "ScalingPolicies[]",
        "{PolicyARN}",
        "PolicyName PolicyType PredictiveScalingPolicyConfiguration ResourceId ScalableDimension ServiceNamespace "
        "StepScalingPolicyConfiguration TargetTrackingScalingPolicyConfiguration",
        marks="PolicyARN ScalableDimension", name="PolicyName", part="ServiceNamespace",
    ),
)  # fmt: skip

_EFS = (
    Row(
        "efs.describe-file-systems", "AWS::EFS::FileSystem", "FileSystems[]", "{FileSystemArn}",
        "AvailabilityZoneName Encrypted FileSystemId FileSystemProtection KmsKeyId PerformanceMode ProvisionedThroughputInMibps ThroughputMode",
        (Member("Tags", "FileSystemTags", lambda node: dict(Node({"_": node.value}, node.source, node.notes).tags("_"))),),
        marks="FileSystemId FileSystemArn", name="FileSystemId",
    ),
    Row(
        "efs.describe-file-system-policy", "AWS::EFS::FileSystem", "", arn("elasticfilesystem", "file-system/{FileSystemId}"),
        "FileSystemId", (Member("Policy", POLICY_PROPERTY, policy),), marks="FileSystemId Policy",
    ),
)  # fmt: skip

ROWS = (*_DYNAMODB, *_S3, *_KMS, *_SECRETS, *_RDS, *_CACHES, *_SEARCH, *_SCALING, *_EFS)
