"""Lists that say little more than which resources there are, so that what refers to them can be followed."""

from __future__ import annotations

from wa_policy.inventory.model import POLICY_PROPERTY
from wa_policy.loaders.answers.readers import each, own, policy
from wa_policy.loaders.answers.rows import About, Row, api_arn, arn, global_arn
from wa_policy.loaders.tables import Member, as_is, text

_REST = About(api_arn("/restapis/{of}"), "REST API id", "RestApiId")
_HTTP = About(api_arn("/apis/{of}"), "API id", "ApiId")
_STREAM = About(arn("kinesis", "stream/{of}"), "stream name")
_GRAPHQL = About(arn("appsync", "apis/{of}"), "API id", "ApiId")
_POOL = About(arn("cognito-idp", "userpool/{of}"), "user pool id", "UserPoolId")

ROWS = (
    Row(
        "dynamodb.list-tables", "AWS::DynamoDB::Table", "TableNames[TableName]", arn("dynamodb", "table/{TableName}"), "TableName",
        marks="TableName",
    ),
    Row(
        "firehose.list-delivery-streams", "AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamNames[DeliveryStreamName]",
        arn("firehose", "deliverystream/{DeliveryStreamName}"), "DeliveryStreamName", marks="DeliveryStreamName",
    ),
    Row(
        "deploy.list-applications", "AWS::CodeDeploy::Application", "applications[applicationName]",
        arn("codedeploy", "application:{applicationName}"), "ApplicationName", marks="applicationName",
    ),
    Row(
        "deploy.list-deployment-groups", "AWS::CodeDeploy::DeploymentGroup", "deploymentGroups[deploymentGroupName]",
        arn("codedeploy", "deploymentgroup:{of}/{deploymentGroupName}"), "DeploymentGroupName", marks="deploymentGroupName",
        about=About(arn("codedeploy", "application:{of}"), "application name", "ApplicationName"), name="deploymentGroupName",
    ),
    Row(
        "cognito-idp.list-user-pool-clients", "AWS::Cognito::UserPoolClient", "UserPoolClients[]",
        arn("cognito-idp", "userpool/{UserPoolId}/client/{ClientId}"), "ClientId ClientName", marks="UserPoolId ClientId",
        about=_POOL, name="ClientName",
    ),
    Row(
        "cognito-idp.list-groups", "AWS::Cognito::UserPoolGroup", "Groups[]",
        arn("cognito-idp", "userpool/{UserPoolId}/group/{GroupName}"), "Description GroupName Precedence RoleArn",
        marks="UserPoolId GroupName", about=_POOL, name="GroupName",
    ),
    Row(
        "scheduler.list-schedule-groups", "AWS::Scheduler::ScheduleGroup", "ScheduleGroups[]", "{Arn}", "Name", marks="Arn Name State",
        name="Name",
    ),
    Row(
        "kinesis.list-stream-consumers", "AWS::Kinesis::StreamConsumer", "Consumers[]", "{ConsumerARN}", "ConsumerName",
        marks="ConsumerARN", about=_STREAM, name="ConsumerName",
    ),
    Row("stepfunctions.list-activities", "AWS::StepFunctions::Activity", "activities[]", "{activityArn}", "Name", marks="activityArn", name="name"),
    Row(
        "apigateway.get-deployments", "AWS::ApiGateway::Deployment", "items[]", api_arn("/restapis/{of}/deployments/{id}"),
        "Description", (Member("id", "DeploymentId"), own("CreatedDate", "createdDate", text)),
        marks="id createdDate !name !enabled !path !endpointConfiguration", about=_REST,
    ),
    Row(
        "apigatewayv2.get-deployments", "AWS::ApiGatewayV2::Deployment", "Items[]", api_arn("/apis/{of}/deployments/{DeploymentId}"),
        "DeploymentId Description", marks="DeploymentId DeploymentStatus", about=_HTTP,
    ),
    Row(
        "apigatewayv2.get-models", "AWS::ApiGatewayV2::Model", "Items[]", api_arn("/apis/{of}/models/{ModelId}"),
        "ContentType Description ModelId Name Schema", marks="ModelId Name", about=_HTTP, name="Name",
    ),
    Row(
        "appsync.get-api-cache", "AWS::AppSync::ApiCache", "apiCache", arn("appsync", "apis/{of}") + "#cache",
        "ApiCachingBehavior AtRestEncryptionEnabled HealthMetricsConfig TransitEncryptionEnabled Ttl Type", marks="apiCachingBehavior",
        about=_GRAPHQL, absent=frozenset(("NotFoundException",)),
    ),
    Row(
        "ec2.describe-network-acls", "AWS::EC2::NetworkAcl", "NetworkAcls[]", arn("ec2", "network-acl/{NetworkAclId}"), "Tags VpcId",
        (Member("NetworkAclId", "Id"), own("IsDefault", "IsDefault", as_is)), marks="NetworkAclId VpcId", name="NetworkAclId",
    ),
    Row(
        "ec2.describe-network-acls", "AWS::EC2::NetworkAclEntry", "NetworkAcls[].Entries[]",
        arn("ec2", "network-acl/{^NetworkAclId}") + "#{Egress}/{RuleNumber}",
        "CidrBlock Egress Ipv6CidrBlock PortRange Protocol RuleAction RuleNumber", inherited=("NetworkAclId",), gives="its rules",
    ),
    Row(
        "ec2.describe-network-acls", "AWS::EC2::SubnetNetworkAclAssociation", "NetworkAcls[].Associations[]",
        arn("ec2", "network-acl/{^NetworkAclId}") + "#{NetworkAclAssociationId}", "NetworkAclId SubnetId", gives="which list a subnet has",
    ),
    Row(
        "efs.describe-access-points", "AWS::EFS::AccessPoint", "AccessPoints[]", "{AccessPointArn}",
        "AccessPointId FileSystemId PosixUser RootDirectory", marks="AccessPointArn FileSystemId", name="AccessPointId",
    ),
    Row(
        "efs.describe-mount-targets", "AWS::EFS::MountTarget", "MountTargets[]", arn("elasticfilesystem", "mount-target/{MountTargetId}"),
        "FileSystemId IpAddress Ipv6Address SubnetId", (Member("MountTargetId", "Id"),), marks="MountTargetId FileSystemId",
        about=About(arn("elasticfilesystem", "file-system/{of}"), "file system id"), name="MountTargetId",
    ),
    Row(
        "acm.list-certificates", "AWS::CertificateManager::Certificate", "CertificateSummaryList[]", "{CertificateArn}",
        "DomainName KeyAlgorithm", (own("NotAfter", "NotAfter", text), own("Status", "Status", text)), marks="CertificateArn DomainName",
        name="DomainName",
    ),
    Row(
        "backup.list-backup-vaults", "AWS::Backup::BackupVault", "BackupVaultList[]", "{BackupVaultArn}",
        "BackupVaultName EncryptionKeyArn", marks="BackupVaultArn BackupVaultName", name="BackupVaultName",
    ),
    Row(
        "backup.get-backup-vault-access-policy",
        "AWS::Backup::BackupVault",
        "",
        "{BackupVaultArn}",
        "BackupVaultName",
        (Member("Policy", POLICY_PROPERTY, policy),),
        marks="BackupVaultArn Policy",
        name="BackupVaultName",
    ),
    Row(
        "backup.list-backup-plans", "AWS::Backup::BackupPlan", "BackupPlansList[]", "{BackupPlanArn}", "", marks="BackupPlanArn",
        name="BackupPlanName",
    ),
    Row(
        "iam.list-instance-profiles", "AWS::IAM::InstanceProfile", "InstanceProfiles[]", "{Arn}", "InstanceProfileName Path",
        members=(Member("Roles", "Roles", each("RoleName")),), marks="InstanceProfileId InstanceProfileName", name="InstanceProfileName",
    ),
    Row(
        "cloudfront.list-response-headers-policies", "AWS::CloudFront::ResponseHeadersPolicy",
        "ResponseHeadersPolicyList.Items[].ResponseHeadersPolicy", global_arn("cloudfront", "response-headers-policy/{Id}"),
        "Id ResponseHeadersPolicyConfig", marks="Id ResponseHeadersPolicyConfig",
    ),
)  # fmt: skip
