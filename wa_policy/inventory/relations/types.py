"""How resources of a type are named, and which call lists them.

The forms of ARNs are those of https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from wa_policy.iam.arn import parse_arn
from wa_policy.inventory.model import REST_API_ID_PROPERTY, Principal, PrincipalKind, Resource

PRINCIPAL_TYPES: Mapping[PrincipalKind, str] = {
    PrincipalKind.ROLE: "AWS::IAM::Role",
    PrincipalKind.USER: "AWS::IAM::User",
    PrincipalKind.GROUP: "AWS::IAM::Group",
}


class Scope(StrEnum):
    """Where a name is that of one resource only."""

    REGION = "region"
    ACCOUNT = "account"
    WORLD = "world"


@dataclass(frozen=True, slots=True)
class KnownType:
    """A type whose resources others name.

    `form` is the service of its ARNs, a colon, and what stands before the name; `ends` are characters that end the name in
    an ARN. `call` lists the resources, each answer those of one resource of the type `parent` where there is one. `keys` are
    properties with other names. `is_global` is for types whose resources are in no region.
    """

    type: str
    form: str
    call: str | None
    parent: str | None = None
    ends: str = ""
    keys: tuple[str, ...] = ()
    scope: Scope = Scope.REGION
    is_global: bool = False
    last: bool = False
    """The name is what follows the last slash."""
    also: tuple[str, ...] = ()
    """Other forms of ARNs that name it."""
    plain_ends: str = ""
    """The same for a name that stands alone."""
    id_start: str = ""
    """How the ids begin that AWS makes."""
    loose: bool = False
    """An ARN may lack the end of its name."""

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.form, *self.also)

    def name_in(self, arn: str) -> str | None:
        """The name that an ARN has for a resource of this type, None iff it has another form."""
        parts = parse_arn(arn)
        if parts is None:
            return None
        for form in self.forms:
            service, _, prefix = form.partition(":")
            if parts.service == service and parts.resource.startswith(prefix):
                rest = parts.resource.removeprefix(prefix).partition("#")[0]
                if self.last and form is self.form:
                    rest = rest.rsplit("/", 1)[-1]
                return self.cut(rest, "/" if form is not self.form else self.ends)
        return None

    def cut(self, name: str, ends: str | None = None) -> str:
        """The name without what may follow it, such as a version."""
        for character in self.ends if ends is None else ends:
            name = name.split(character, 1)[0]
        return name

    def key(self, account: str | None, region: str | None, name: str) -> tuple[str | None, str | None, str]:
        """The key under which a name stands in an index."""
        match self.scope:
            case Scope.REGION:
                return account, region, name
            case Scope.ACCOUNT:
                return account, None, name
            case Scope.WORLD:
                return None, None, name

    def names_of(self, side: Resource | Principal) -> Iterator[str]:
        """The names of a resource of the type."""
        if isinstance(side, Principal):
            yield side.name
            return
        name = self.name_in(side.id)
        if name:
            yield name
        for key in self.keys:
            value = side.properties.get(key)
            if isinstance(value, str) and value and value != name:
                yield value


def _api(type_: str, form: str, call: str | None, parent: str | None = None, keys: str = "") -> KnownType:
    """A type of API Gateway."""
    return KnownType(type_, f"apigateway:{form}", call, parent, keys=tuple(keys.split()), last=True)


def _ec2(name: str, part: str, call: str, keys: str = "", start: str = "") -> KnownType:
    """A type of EC2: its ids are those of one resource in the world."""
    return KnownType(
        f"AWS::EC2::{name}",
        f"ec2:{part}/",
        f"ec2.{call}",
        keys=tuple(keys.split()),
        scope=Scope.WORLD,
        id_start=start,
    )


_FUNCTION, _REST, _HTTP = "AWS::Lambda::Function", "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"
_V1_DOMAIN, _V2_DOMAIN = "AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName"
_GRAPHQL, _POOL, _LOG_GROUP = "AWS::AppSync::GraphQLApi", "AWS::Cognito::UserPool", "AWS::Logs::LogGroup"

KNOWN: Mapping[str, KnownType] = {
    row.type: row
    for row in (
        # --- compute
        KnownType(_FUNCTION, "lambda:function:", "lambda.list-functions", ends=":", plain_ends=":", keys=("FunctionName",)),
        KnownType("AWS::Lambda::Alias", "lambda:function:", "lambda.list-aliases", _FUNCTION),
        KnownType("AWS::Lambda::Version", "lambda:function:", "lambda.list-versions-by-function", _FUNCTION),
        KnownType("AWS::Lambda::Url", "lambda:function:", "lambda.list-function-url-configs", _FUNCTION),
        KnownType("AWS::Lambda::EventSourceMapping", "lambda:event-source-mapping:", "lambda.list-event-source-mappings"),
        KnownType("AWS::Lambda::EventInvokeConfig", "lambda:function:", "lambda.list-function-event-invoke-configs", _FUNCTION),
        KnownType("AWS::Lambda::LayerVersion", "lambda:layer:", "lambda.list-layer-versions"),
        KnownType("AWS::Lambda::CodeSigningConfig", "lambda:code-signing-config:", "lambda.list-code-signing-configs"),
        KnownType("AWS::Lambda::Permission", "lambda:permission:", None),
        KnownType("AWS::StepFunctions::StateMachine", "states:stateMachine:", "stepfunctions.list-state-machines", ends=":", keys=("StateMachineName",)),
        KnownType("AWS::StepFunctions::Activity", "states:activity:", "stepfunctions.list-activities"),
        KnownType("AWS::ECR::Repository", "ecr:repository/", "ecr.describe-repositories", keys=("RepositoryName",)),
        KnownType("AWS::ECS::Cluster", "ecs:cluster/", "ecs.list-clusters", keys=("ClusterName",)),
        KnownType("AWS::Batch::JobQueue", "batch:job-queue/", "batch.describe-job-queues"),
        KnownType("AWS::CodeBuild::Project", "codebuild:project/", "codebuild.list-projects"),
        KnownType("AWS::ApplicationAutoScaling::ScalableTarget", "application-autoscaling:scalable-target/", "application-autoscaling.describe-scalable-targets"),
        KnownType("AWS::ApplicationAutoScaling::ScalingPolicy", "autoscaling:scalingPolicy:", "application-autoscaling.describe-scaling-policies"),
        KnownType("AWS::CodeDeploy::Application", "codedeploy:application:", "deploy.list-applications", keys=("ApplicationName",)),
        KnownType("AWS::CodeDeploy::DeploymentGroup", "codedeploy:deploymentgroup:", "deploy.list-deployment-groups", "AWS::CodeDeploy::Application"),
        # --- principals
        KnownType("AWS::IAM::Role", "iam:role/", "iam.get-account-authorization-details", keys=("RoleName",), scope=Scope.ACCOUNT, is_global=True, last=True),
        KnownType("AWS::IAM::User", "iam:user/", "iam.get-account-authorization-details", scope=Scope.ACCOUNT, is_global=True, last=True),
        KnownType("AWS::IAM::InstanceProfile", "iam:instance-profile/", "iam.list-instance-profiles", scope=Scope.ACCOUNT, is_global=True, last=True),
        KnownType("AWS::IAM::OIDCProvider", "iam:oidc-provider/", "iam.list-open-id-connect-providers", scope=Scope.ACCOUNT, is_global=True),
        KnownType(_POOL, "cognito-idp:userpool/", "cognito-idp.list-user-pools", keys=("UserPoolId",)),
        KnownType("AWS::Cognito::UserPoolClient", "cognito-idp:client/", "cognito-idp.list-user-pool-clients", _POOL, keys=("ClientId",)),
        KnownType("AWS::Cognito::UserPoolDomain", "cognito-idp:domain/", None),
        KnownType("AWS::Cognito::UserPoolGroup", "cognito-idp:group/", "cognito-idp.list-groups", _POOL),
        KnownType("AWS::Cognito::UserPoolRiskConfigurationAttachment", "cognito-idp:risk/", "cognito-idp.describe-risk-configuration", _POOL),
        KnownType("AWS::Cognito::IdentityPool", "cognito-identity:identitypool/", "cognito-identity.list-identity-pools", keys=("IdentityPoolId", "Id")),
        KnownType("AWS::Cognito::IdentityPoolRoleAttachment", "cognito-identity:roles/", "cognito-identity.get-identity-pool-roles", "AWS::Cognito::IdentityPool"),
        # --- messages
        KnownType("AWS::SQS::Queue", "sqs:", "sqs.list-queues", keys=("QueueName",)),
        KnownType("AWS::SQS::QueuePolicy", "sqs:policy/", None),
        KnownType("AWS::SQS::QueueInlinePolicy", "sqs:policy/", None),
        KnownType("AWS::SNS::Topic", "sns:", "sns.list-topics", keys=("TopicName",)),
        KnownType("AWS::SNS::TopicPolicy", "sns:policy/", None),
        KnownType("AWS::SNS::TopicInlinePolicy", "sns:policy/", None),
        KnownType("AWS::SNS::Subscription", "sns:", "sns.list-subscriptions"),
        KnownType("AWS::Events::EventBus", "events:event-bus/", "events.list-event-buses", keys=("Name",)),
        KnownType("AWS::Events::EventBusPolicy", "events:policy/", None),
        KnownType("AWS::Events::Rule", "events:rule/", "events.list-rules"),
        KnownType("AWS::Events::Archive", "events:archive/", "events.list-archives"),
        KnownType("AWS::Events::Connection", "events:connection/", "events.list-connections", ends="/", keys=("Name",)),
        KnownType("AWS::Events::ApiDestination", "events:api-destination/", "events.list-api-destinations", ends="/", keys=("Name",)),
        KnownType("AWS::Scheduler::Schedule", "scheduler:schedule/", "scheduler.list-schedules"),
        KnownType("AWS::Scheduler::ScheduleGroup", "scheduler:schedule-group/", "scheduler.list-schedule-groups", keys=("Name",)),
        KnownType("AWS::Pipes::Pipe", "pipes:pipe/", "pipes.list-pipes"),
        KnownType("AWS::Kinesis::Stream", "kinesis:stream/", "kinesis.list-streams", ends="/", keys=("Name",)),
        KnownType("AWS::Kinesis::StreamConsumer", "kinesis:stream/", "kinesis.list-stream-consumers", "AWS::Kinesis::Stream"),
        KnownType("AWS::KinesisFirehose::DeliveryStream", "firehose:deliverystream/", "firehose.list-delivery-streams", keys=("DeliveryStreamName",)),
        KnownType("AWS::MSK::Cluster", "kafka:cluster/", "kafka.list-clusters-v2"),
        KnownType("AWS::AmazonMQ::Broker", "mq:broker:", "mq.list-brokers"),
        # --- data
        KnownType("AWS::S3::Bucket", "s3:", "s3api.list-buckets", ends="/", keys=("BucketName",), scope=Scope.WORLD, is_global=True),
        KnownType("AWS::S3::BucketPolicy", "s3:policy/", None),
        KnownType("AWS::DynamoDB::Table", "dynamodb:table/", "dynamodb.list-tables", ends="/", keys=("TableName",)),
        KnownType("AWS::DynamoDB::GlobalTable", "dynamodb:table/", "dynamodb.list-tables", ends="/", keys=("TableName",)),
        KnownType("AWS::EFS::FileSystem", "elasticfilesystem:file-system/", "efs.describe-file-systems", keys=("FileSystemId",), scope=Scope.WORLD),
        KnownType("AWS::EFS::AccessPoint", "elasticfilesystem:access-point/", "efs.describe-access-points", scope=Scope.WORLD),
        KnownType("AWS::EFS::MountTarget", "elasticfilesystem:mount-target/", "efs.describe-mount-targets", "AWS::EFS::FileSystem"),
        KnownType("AWS::KMS::Key", "kms:key/", "kms.list-keys", keys=("KeyId",)),
        KnownType("AWS::KMS::Alias", "kms:", "kms.list-aliases", keys=("AliasName",)),
        KnownType("AWS::SecretsManager::Secret", "secretsmanager:secret:", "secretsmanager.list-secrets", ends=":", keys=("Name",), loose=True),
        KnownType("AWS::SecretsManager::RotationSchedule", "secretsmanager:rotation:", "secretsmanager.describe-secret", "AWS::SecretsManager::Secret"),
        KnownType("AWS::SecretsManager::SecretTargetAttachment", "secretsmanager:target:", None),
        KnownType("AWS::RDS::DBInstance", "rds:db:", "rds.describe-db-instances", keys=("DBInstanceIdentifier",)),
        KnownType("AWS::RDS::DBCluster", "rds:cluster:", "rds.describe-db-clusters", keys=("DBClusterIdentifier",)),
        KnownType("AWS::ElastiCache::ReplicationGroup", "elasticache:replicationgroup:", "elasticache.describe-replication-groups", keys=("ReplicationGroupId",)),
        KnownType("AWS::ElastiCache::ServerlessCache", "elasticache:serverlesscache:", "elasticache.describe-serverless-caches", keys=("ServerlessCacheName",)),
        KnownType("AWS::DAX::Cluster", "dax:cache/", "dax.describe-clusters", keys=("ClusterName",)),
        KnownType("AWS::RDS::DBProxy", "rds:db-proxy:", "rds.describe-db-proxies", keys=("DBProxyName",)),
        KnownType("AWS::Backup::BackupVault", "backup:backup-vault:", "backup.list-backup-vaults", keys=("BackupVaultName",)),
        KnownType("AWS::Backup::BackupPlan", "backup:backup-plan:", "backup.list-backup-plans"),
        KnownType("AWS::Backup::BackupSelection", "backup:selection:", "backup.list-backup-selections", "AWS::Backup::BackupPlan"),
        # --- doors
        KnownType(_REST, "apigateway:/restapis/", "apigateway.get-rest-apis", ends="/", keys=(REST_API_ID_PROPERTY,), also=("execute-api:",)),
        _api("AWS::ApiGateway::Stage", "/restapis/", "apigateway.get-stages", _REST),
        _api("AWS::ApiGateway::Method", "/restapis/", "apigateway.get-resources", _REST),
        _api("AWS::ApiGateway::Deployment", "/restapis/", "apigateway.get-deployments", _REST, "DeploymentId"),
        _api("AWS::ApiGateway::Authorizer", "/restapis/", "apigateway.get-authorizers", _REST, "AuthorizerId"),
        _api("AWS::ApiGateway::Model", "/restapis/", "apigateway.get-models", _REST, "Name"),
        _api("AWS::ApiGateway::RequestValidator", "/restapis/", "apigateway.get-request-validators", _REST, "RequestValidatorId"),
        _api("AWS::ApiGateway::GatewayResponse", "/restapis/", "apigateway.get-gateway-responses", _REST),
        _api("AWS::ApiGateway::UsagePlan", "/usageplans/", "apigateway.get-usage-plans", None, "UsagePlanId Id"),
        _api("AWS::ApiGateway::UsagePlanKey", "/usageplans/", "apigateway.get-usage-plan-keys", "AWS::ApiGateway::UsagePlan"),
        _api("AWS::ApiGateway::ApiKey", "/apikeys/", "apigateway.get-api-keys", None, "APIKeyId"),
        _api("AWS::ApiGateway::ClientCertificate", "/clientcertificates/", "apigateway.get-client-certificates", None, "ClientCertificateId"),
        _api("AWS::ApiGateway::VpcLink", "/vpclinks/", "apigateway.get-vpc-links", None, "VpcLinkId"),
        _api(_V1_DOMAIN, "/domainnames/", "apigateway.get-domain-names", None, "DomainName"),
        _api("AWS::ApiGateway::BasePathMapping", "/domainnames/", "apigateway.get-base-path-mappings", _V1_DOMAIN),
        KnownType(_HTTP, "apigateway:/apis/", "apigatewayv2.get-apis", ends="/", keys=("ApiId",), also=("execute-api:",)),
        _api("AWS::ApiGatewayV2::Stage", "/apis/", "apigatewayv2.get-stages", _HTTP),
        _api("AWS::ApiGatewayV2::Route", "/apis/", "apigatewayv2.get-routes", _HTTP, "RouteId"),
        _api("AWS::ApiGatewayV2::Integration", "/apis/", "apigatewayv2.get-integrations", _HTTP, "IntegrationId"),
        _api("AWS::ApiGatewayV2::Authorizer", "/apis/", "apigatewayv2.get-authorizers", _HTTP, "AuthorizerId"),
        _api("AWS::ApiGatewayV2::Model", "/apis/", "apigatewayv2.get-models", _HTTP, "ModelId"),
        _api("AWS::ApiGatewayV2::Deployment", "/apis/", "apigatewayv2.get-deployments", _HTTP, "DeploymentId"),
        _api("AWS::ApiGatewayV2::VpcLink", "/vpclinks/", "apigatewayv2.get-vpc-links", None, "VpcLinkId"),
        _api(_V2_DOMAIN, "/domainnames/", "apigatewayv2.get-domain-names", None, "DomainName"),
        _api("AWS::ApiGatewayV2::ApiMapping", "/domainnames/", "apigatewayv2.get-api-mappings", _V2_DOMAIN),
        KnownType(_GRAPHQL, "appsync:apis/", "appsync.list-graphql-apis", ends="/", keys=("ApiId",)),
        KnownType("AWS::AppSync::DataSource", "appsync:apis/", "appsync.list-data-sources", _GRAPHQL),
        KnownType("AWS::AppSync::ApiCache", "appsync:cache/", "appsync.get-api-cache", _GRAPHQL),
        KnownType("AWS::AppSync::ApiKey", "appsync:apis/", "appsync.list-api-keys", _GRAPHQL),
        KnownType("AWS::AppSync::Resolver", "appsync:apis/", "appsync.list-resolvers", _GRAPHQL),
        KnownType("AWS::AppSync::GraphQLSchema", "appsync:schema/", "appsync.get-introspection-schema", _GRAPHQL),
        KnownType("AWS::CloudFront::Distribution", "cloudfront:distribution/", "cloudfront.list-distributions", keys=("Id",), scope=Scope.WORLD, is_global=True),
        KnownType("AWS::CloudFront::OriginAccessControl", "cloudfront:origin-access-control/", "cloudfront.list-origin-access-controls", keys=("Id",), scope=Scope.WORLD, is_global=True),
        KnownType("AWS::CloudFront::ResponseHeadersPolicy", "cloudfront:response-headers-policy/", "cloudfront.list-response-headers-policies", keys=("Id",), scope=Scope.WORLD, is_global=True),
        KnownType("AWS::CloudFront::Function", "cloudfront:function/", "cloudfront.list-functions", is_global=True, scope=Scope.ACCOUNT),
        KnownType("AWS::WAFv2::WebACL", "wafv2:", "wafv2.list-web-acls"),
        KnownType("AWS::WAFv2::WebACLAssociation", "wafv2:association/", "wafv2.list-resources-for-web-acl", "AWS::WAFv2::WebACL"),
        KnownType("AWS::WAFv2::LoggingConfiguration", "wafv2:logging/", "wafv2.list-logging-configurations"),
        KnownType("AWS::CertificateManager::Certificate", "acm:certificate/", "acm.list-certificates"),
        KnownType("AWS::ElasticLoadBalancingV2::LoadBalancer", "elasticloadbalancing:loadbalancer/", "elbv2.describe-load-balancers"),
        KnownType("AWS::ElasticLoadBalancingV2::Listener", "elasticloadbalancing:listener/", "elbv2.describe-listeners", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
        # --- network
        _ec2("VPC", "vpc", "describe-vpcs", "VpcId", "vpc-"),
        _ec2("Subnet", "subnet", "describe-subnets", "SubnetId", "subnet-"),
        _ec2("SecurityGroup", "security-group", "describe-security-groups", "GroupId", "sg-"),
        _ec2("SecurityGroupIngress", "security-group-rule", "describe-security-group-rules"),
        _ec2("SecurityGroupEgress", "security-group-rule", "describe-security-group-rules"),
        _ec2("VPCEndpoint", "vpc-endpoint", "describe-vpc-endpoints", "Id VpcEndpointId", "vpce-"),
        _ec2("RouteTable", "route-table", "describe-route-tables", "RouteTableId", "rtb-"),
        _ec2("Route", "route", "describe-route-tables"),
        _ec2("SubnetRouteTableAssociation", "route-table-association", "describe-route-tables"),
        _ec2("NetworkAcl", "network-acl", "describe-network-acls", "Id NetworkAclId", "acl-"),
        _ec2("NetworkAclEntry", "network-acl-entry", "describe-network-acls"),
        _ec2("SubnetNetworkAclAssociation", "network-acl-association", "describe-network-acls"),
        _ec2("InternetGateway", "internet-gateway", "describe-internet-gateways", "InternetGatewayId", "igw-"),
        KnownType("AWS::EC2::VPCGatewayAttachment", "ec2:vpc-gateway-attachment/", None),
        _ec2("NatGateway", "natgateway", "describe-nat-gateways", "NatGatewayId", "nat-"),
        _ec2("FlowLog", "vpc-flow-log", "describe-flow-logs"),
        # --- looking on
        KnownType(_LOG_GROUP, "logs:log-group:", "logs.describe-log-groups", ends=":", keys=("LogGroupName",)),
        KnownType("AWS::Logs::SubscriptionFilter", "logs:subscription-filter:", "logs.describe-subscription-filters", _LOG_GROUP),
        KnownType("AWS::Logs::MetricFilter", "logs:metric-filter:", "logs.describe-metric-filters"),
        KnownType("AWS::CloudWatch::Alarm", "cloudwatch:alarm:", "cloudwatch.describe-alarms", keys=("AlarmName",)),
        KnownType("AWS::CloudWatch::CompositeAlarm", "cloudwatch:alarm:", "cloudwatch.describe-alarms", keys=("AlarmName",)),
        KnownType("AWS::CloudFormation::Stack", "cloudformation:stack/", "cloudformation.describe-stacks", ends="/"),
    )
}  # fmt: skip
"""By type."""


def type_of(side: Resource | Principal) -> str:
    """The type of a side."""
    return PRINCIPAL_TYPES[side.kind] if isinstance(side, Principal) else side.type


def id_of(side: Resource | Principal) -> str:
    """The ARN or what stands for it."""
    return side.arn if isinstance(side, Principal) else side.id


def region_of(side: Resource | Principal) -> str | None:
    return None if isinstance(side, Principal) else side.region
