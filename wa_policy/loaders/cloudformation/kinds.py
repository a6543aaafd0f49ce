"""How resources of a type are named: what `Ref` and `Fn::GetAtt` give, and the form of the ARN.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html lists it for each
type; the forms of ARNs are those of https://docs.aws.amazon.com/service-authorization/latest/reference/.
A type that has no row gives nothing that is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wa_policy.inventory.symbols import DEFAULT_GROUP

NAME, ARN = "{name}", "{arn}"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type. Forms may have `{name}`, `{arn}`, `{partition}`, `{region}`, `{account}` and `{Property}` of the resource.

    `name` is the property with the name that the user may give; None where the service makes an id.
    """

    type: str
    name: str | None
    arn: str
    ref: str = NAME
    attributes: Mapping[str, str] = field(default_factory=dict)
    lower: bool = False
    """A made name is in lower case."""

    def form(self, attribute: str) -> str | None:
        """The form of an attribute, None iff nothing is known of it."""
        return self.attributes.get(attribute) or (ARN if attribute == "Arn" and self.arn else None)


def _arn(service: str, resource: str) -> str:
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"


def _global(service: str, resource: str) -> str:
    return f"arn:{{partition}}:{service}::{{account}}:{resource}"


def _api(resource: str) -> str:
    return f"arn:{{partition}}:apigateway:{{region}}::{resource}"


_OWN_IDS = {
    "VPC": "VpcId",
    "SecurityGroup": "GroupId",
    "VPCEndpoint": "Id",
    "NetworkAcl": "Id",
    "FlowLog": "Id",
}
"""Attributes with the id of a resource, where they are not called by the type."""


_MORE = {"VPC": {"DefaultSecurityGroup": f"{NAME}{DEFAULT_GROUP}"}}


def _ids(service: str, **types: str) -> tuple[Kind, ...]:
    """Types of EC2 that are known by an id."""
    return tuple(
        Kind(
            f"AWS::{service}::{name}",
            None,
            _arn(service.lower(), f"{part}/{{name}}"),
            attributes={_OWN_IDS.get(name, f"{name}Id"): NAME, **_MORE.get(name, {})},
        )
        for name, part in types.items()
    )


KINDS: Mapping[str, Kind] = {
    kind.type: kind
    for kind in (
        # --- compute
        Kind("AWS::Lambda::Function", "FunctionName", _arn("lambda", "function:{name}")),
        Kind("AWS::Lambda::Alias", "Name", "{FunctionArn}:{name}", ARN, {"AliasArn": ARN}),
        Kind("AWS::Lambda::Version", None, "{FunctionArn}:{name}", ARN, {"FunctionArn": ARN, "Version": NAME}),
        Kind("AWS::Lambda::LayerVersion", "LayerName", _arn("lambda", "layer:{name}:1"), ARN, {"LayerVersionArn": ARN}),
        Kind("AWS::Lambda::EventSourceMapping", None, _arn("lambda", "event-source-mapping:{name}"), NAME, {"Id": NAME, "EventSourceMappingArn": ARN}),
        Kind("AWS::Lambda::CodeSigningConfig", None, _arn("lambda", "code-signing-config:{name}"), ARN, {"CodeSigningConfigArn": ARN}),
        Kind("AWS::Lambda::Url", None, "{FunctionArn}#url", "{FunctionArn}", {"FunctionArn": "{FunctionArn}", "FunctionUrl": "https://{id}.lambda-url.{region}.on.aws/"}),
        Kind("AWS::StepFunctions::StateMachine", "StateMachineName", _arn("states", "stateMachine:{name}"), ARN, {"Name": NAME}),
        Kind("AWS::StepFunctions::Activity", "Name", _arn("states", "activity:{name}"), ARN, {"Name": NAME}),
        Kind("AWS::ECS::Cluster", "ClusterName", _arn("ecs", "cluster/{name}")),
        Kind("AWS::CodeBuild::Project", "Name", _arn("codebuild", "project/{name}")),
        Kind("AWS::ECR::Repository", "RepositoryName", _arn("ecr", "repository/{name}"), lower=True),
        *_ids(
            "EC2", VPC="vpc", Subnet="subnet", SecurityGroup="security-group", VPCEndpoint="vpc-endpoint", Instance="instance",
            InternetGateway="internet-gateway", NatGateway="natgateway", RouteTable="route-table", Volume="volume",
            NetworkInterface="network-interface", LaunchTemplate="launch-template", TransitGateway="transit-gateway",
            NetworkAcl="network-acl", FlowLog="vpc-flow-log", VPNGateway="vpn-gateway",
        ),
        # --- principals
        Kind("AWS::IAM::Role", "RoleName", _global("iam", "role{Path}{name}"), NAME, {"RoleId": "{id}"}),
        Kind("AWS::IAM::User", "UserName", _global("iam", "user{Path}{name}")),
        Kind("AWS::IAM::Group", "GroupName", _global("iam", "group{Path}{name}")),
        Kind("AWS::IAM::ManagedPolicy", "ManagedPolicyName", _global("iam", "policy{Path}{name}"), ARN, {"PolicyArn": ARN}),
        Kind("AWS::IAM::InstanceProfile", "InstanceProfileName", _global("iam", "instance-profile{Path}{name}")),
        Kind("AWS::IAM::OIDCProvider", None, _global("iam", "oidc-provider/{Host}"), ARN),
        Kind("AWS::Cognito::UserPool", None, _arn("cognito-idp", "userpool/{region}_{name}"), "{region}_{name}", {"UserPoolId": "{region}_{name}", "ProviderName": "cognito-idp.{region}.amazonaws.com/{region}_{name}"}),
        Kind("AWS::Cognito::IdentityPool", None, _arn("cognito-identity", "identitypool/{region}:{name}"), "{region}:{name}"),
        # --- messages
        Kind("AWS::SQS::Queue", "QueueName", _arn("sqs", "{name}"), "https://sqs.{region}.amazonaws.com/{account}/{name}", {"QueueName": NAME, "QueueUrl": "https://sqs.{region}.amazonaws.com/{account}/{name}"}),
        Kind("AWS::SNS::Topic", "TopicName", _arn("sns", "{name}"), ARN, {"TopicArn": ARN, "TopicName": NAME}),
        Kind("AWS::Events::EventBus", "Name", _arn("events", "event-bus/{name}"), NAME, {"Name": NAME}),
        Kind("AWS::Events::Rule", "Name", _arn("events", "rule/{Bus}{name}"), "{RuleName}", {"RuleName": NAME}),
        Kind("AWS::Events::Connection", "Name", _arn("events", "connection/{name}/{id}")),
        Kind("AWS::Events::ApiDestination", "Name", _arn("events", "api-destination/{name}/{id}")),
        Kind("AWS::Events::Archive", "ArchiveName", _arn("events", "archive/{name}")),
        Kind("AWS::Pipes::Pipe", "Name", _arn("pipes", "pipe/{name}")),
        Kind("AWS::Scheduler::Schedule", "Name", _arn("scheduler", "schedule/{Group}/{name}")),
        Kind("AWS::Scheduler::ScheduleGroup", "Name", _arn("scheduler", "schedule-group/{name}")),
        Kind("AWS::Kinesis::Stream", "Name", _arn("kinesis", "stream/{name}")),
        Kind("AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName", _arn("firehose", "deliverystream/{name}")),
        # --- data
        Kind("AWS::S3::Bucket", "BucketName", "arn:{partition}:s3:::{name}", NAME, {"DomainName": "{name}.s3.amazonaws.com", "RegionalDomainName": "{name}.s3.{region}.amazonaws.com", "DualStackDomainName": "{name}.s3.dualstack.{region}.amazonaws.com", "WebsiteURL": "http://{name}.s3-website-{region}.amazonaws.com"}, lower=True),
        Kind("AWS::DynamoDB::Table", "TableName", _arn("dynamodb", "table/{name}"), NAME, {"StreamArn": "{arn}/stream/{id}"}),
        Kind("AWS::DynamoDB::GlobalTable", "TableName", _arn("dynamodb", "table/{name}"), NAME, {"StreamArn": "{arn}/stream/{id}"}),
        Kind("AWS::EFS::FileSystem", None, _arn("elasticfilesystem", "file-system/{name}"), NAME, {"FileSystemId": NAME}),
        Kind("AWS::EFS::AccessPoint", None, _arn("elasticfilesystem", "access-point/{name}"), NAME, {"AccessPointId": NAME}),
        Kind("AWS::SecretsManager::Secret", "Name", _arn("secretsmanager", "secret:{name}{suffix}"), ARN, {"Id": ARN}),
        Kind("AWS::KMS::Key", None, _arn("kms", "key/{name}"), NAME, {"KeyId": NAME}),
        Kind("AWS::KMS::Alias", "AliasName", _arn("kms", "{name}")),
        Kind("AWS::SSM::Parameter", "Name", _arn("ssm", "parameter{Slash}{name}"), NAME),
        Kind("AWS::RDS::DBInstance", "DBInstanceIdentifier", _arn("rds", "db:{name}"), NAME, {"DBInstanceArn": ARN}, lower=True),
        Kind("AWS::RDS::DBCluster", "DBClusterIdentifier", _arn("rds", "cluster:{name}"), NAME, {"DBClusterArn": ARN}, lower=True),
        Kind("AWS::OpenSearchService::Domain", "DomainName", _arn("es", "domain/{name}"), NAME, lower=True),
        Kind("AWS::Backup::BackupVault", "BackupVaultName", _arn("backup", "backup-vault:{name}"), NAME, {"BackupVaultArn": ARN, "BackupVaultName": NAME}),
        # --- doors
        Kind("AWS::ApiGateway::RestApi", None, _api("/restapis/{name}"), NAME, {"RestApiId": NAME, "RootResourceId": "{id}"}),
        Kind("AWS::ApiGateway::Resource", None, _api("/restapis/{RestApiId}/resources/{name}"), NAME, {"ResourceId": NAME}),
        Kind("AWS::ApiGateway::Authorizer", None, _api("/restapis/{RestApiId}/authorizers/{name}"), NAME, {"AuthorizerId": NAME}),
        Kind("AWS::ApiGateway::Model", "Name", _api("/restapis/{RestApiId}/models/{name}")),
        Kind("AWS::ApiGateway::RequestValidator", None, _api("/restapis/{RestApiId}/requestvalidators/{name}"), NAME, {"RequestValidatorId": NAME}),
        Kind("AWS::ApiGateway::UsagePlan", None, _api("/usageplans/{name}"), NAME, {"Id": NAME}),
        Kind("AWS::ApiGateway::ApiKey", None, _api("/apikeys/{name}"), NAME, {"APIKeyId": NAME}),
        Kind("AWS::ApiGateway::ClientCertificate", None, _api("/clientcertificates/{name}"), NAME, {"ClientCertificateId": NAME}),
        Kind("AWS::ApiGateway::VpcLink", None, _api("/vpclinks/{name}"), NAME, {"VpcLinkId": NAME}),
        Kind("AWS::ApiGateway::DomainName", "DomainName", _api("/domainnames/{name}")),
        Kind("AWS::ApiGatewayV2::DomainName", "DomainName", _api("/domainnames/{name}")),
        Kind("AWS::ApiGatewayV2::Model", None, _api("/apis/{ApiId}/models/{name}"), NAME, {"ModelId": NAME}),
        Kind("AWS::ApiGatewayV2::VpcLink", None, _api("/vpclinks/{name}"), NAME, {"VpcLinkId": NAME}),
        Kind("AWS::ApiGateway::Deployment", None, _api("/restapis/{RestApiId}/deployments/{name}"), NAME, {"DeploymentId": NAME}),
        Kind("AWS::ApiGateway::Stage", "StageName", _api("/restapis/{RestApiId}/stages/{name}")),
        Kind("AWS::ApiGatewayV2::Api", None, _api("/apis/{name}"), NAME, {"ApiId": NAME, "ApiEndpoint": "https://{name}.execute-api.{region}.amazonaws.com"}),
        Kind("AWS::ApiGatewayV2::Route", None, _api("/apis/{ApiId}/routes/{name}"), NAME, {"RouteId": NAME}),
        Kind("AWS::ApiGatewayV2::Integration", None, _api("/apis/{ApiId}/integrations/{name}"), NAME, {"IntegrationId": NAME}),
        Kind("AWS::ApiGatewayV2::Authorizer", None, _api("/apis/{ApiId}/authorizers/{name}"), NAME, {"AuthorizerId": NAME}),
        Kind("AWS::ApiGatewayV2::Stage", "StageName", _api("/apis/{ApiId}/stages/{name}")),
        Kind("AWS::AppSync::GraphQLApi", None, _arn("appsync", "apis/{name}"), ARN, {"ApiId": NAME}),
        Kind("AWS::CloudFront::Distribution", None, _global("cloudfront", "distribution/{name}"), NAME, {"Id": NAME}),
        Kind("AWS::WAFv2::RuleGroup", "Name", _arn("wafv2", "regional/rulegroup/{name}/{id}"), "{name}|{id}|REGIONAL", {"Id": "{id}"}),
        Kind("AWS::WAFv2::WebACL", "Name", _arn("wafv2", "regional/webacl/{name}/{id}"), "{name}|{id}|REGIONAL", {"Id": "{id}"}),
        Kind("AWS::CloudFront::OriginAccessControl", None, _global("cloudfront", "origin-access-control/{name}"), NAME, {"Id": NAME}),
        Kind("AWS::CloudFront::ResponseHeadersPolicy", None, _global("cloudfront", "response-headers-policy/{name}"), NAME, {"Id": NAME}),
        Kind("AWS::ElasticLoadBalancingV2::LoadBalancer", "Name", _arn("elasticloadbalancing", "loadbalancer/app/{name}/{id}"), ARN, {"LoadBalancerArn": ARN}),
        Kind("AWS::CertificateManager::Certificate", None, _arn("acm", "certificate/{name}"), ARN),
        # --- looking on
        Kind("AWS::Logs::Destination", "DestinationName", _arn("logs", "destination:{name}")),
        Kind("AWS::Logs::LogGroup", "LogGroupName", _arn("logs", "log-group:{name}"), NAME, {"Arn": "{arn}:*"}),
        Kind("AWS::CloudWatch::Alarm", "AlarmName", _arn("cloudwatch", "alarm:{name}"), NAME),
        Kind("AWS::CloudWatch::CompositeAlarm", "AlarmName", _arn("cloudwatch", "alarm:{name}"), NAME),
        Kind("AWS::CodeDeploy::Application", "ApplicationName", _arn("codedeploy", "application:{name}")),
        Kind("AWS::CodeDeploy::DeploymentGroup", "DeploymentGroupName", _arn("codedeploy", "deploymentgroup:{ApplicationName}/{name}")),
        Kind("AWS::ApplicationAutoScaling::ScalableTarget", None, _arn("application-autoscaling", "scalable-target/{name}")),
        Kind("AWS::Backup::BackupPlan", None, _arn("backup", "backup-plan:{name}"), NAME, {"BackupPlanId": NAME, "BackupPlanArn": ARN}),
        Kind("AWS::CloudFormation::Stack", None, _arn("cloudformation", "stack/{name}/{id}"), ARN),
    )
}  # fmt: skip
"""By type."""
