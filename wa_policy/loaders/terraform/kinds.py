"""How the instances of a type are named: the form of the ARN, of the id, and of the other attributes that refer to it.

Forms may have `{partition}`, `{region}`, `{account}`, `{arn}`, `{id}`, `{made}` (an id that the service makes) and the
name of an attribute. What `id` is, the page of each resource says: https://registry.terraform.io/providers/hashicorp/aws/latest/docs;
the forms of ARNs are those of https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wa_policy.inventory.symbols import DEFAULT_GROUP


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of the `aws` provider: the CloudFormation type that it is, and how it is named."""

    type: str
    arn: str = ""
    id: str = "{made}"
    name: str | None = None
    """The attribute with the name that the user may give; None where the service makes an id."""
    attributes: Mapping[str, str] = field(default_factory=dict)

    def form(self, attribute: str) -> str | None:
        """The form of an attribute, None iff nothing is known of it."""
        if attribute == "arn":
            return self.arn or None
        return self.id if attribute == "id" else self.attributes.get(attribute)


def _arn(service: str, resource: str) -> str:
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"


def _global(service: str, resource: str) -> str:
    return f"arn:{{partition}}:{service}::{{account}}:{resource}"


def _api(resource: str) -> str:
    return f"arn:{{partition}}:apigateway:{{region}}::{resource}"


def _ec2(type_: str, part: str) -> Kind:
    return Kind(f"AWS::EC2::{type_}", _arn("ec2", f"{part}/{{made}}"))


_INVOKE = "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
_EXECUTE = "arn:{partition}:execute-api:{region}:{account}:{made}"
_QUEUE = "https://sqs.{region}.amazonaws.com/{account}/{name}"

KINDS: Mapping[str, Kind] = {
    # --- compute
    "aws_lambda_function": Kind("AWS::Lambda::Function", _arn("lambda", "function:{function_name}"), "{function_name}", "function_name", {"invoke_arn": _INVOKE, "qualified_arn": "{arn}:1", "version": "1"}),
    "aws_lambda_alias": Kind("AWS::Lambda::Alias", "{function:function_name}:{name}", "{arn}", "name", {"invoke_arn": _INVOKE}),
    "aws_lambda_function_url": Kind("AWS::Lambda::Url", "{function:function_name}#url", "{function_name}", None, {"function_arn": "{function:function_name}"}),
    "aws_lambda_layer_version": Kind("AWS::Lambda::LayerVersion", _arn("lambda", "layer:{layer_name}:1"), "{arn}", "layer_name", {"layer_arn": _arn("lambda", "layer:{layer_name}"), "version": "1"}),
    "aws_lambda_event_source_mapping": Kind("AWS::Lambda::EventSourceMapping", _arn("lambda", "event-source-mapping:{made}"), "{made}", None, {"uuid": "{made}", "function_arn": "{function:function_name}"}),
    "aws_lambda_code_signing_config": Kind("AWS::Lambda::CodeSigningConfig", _arn("lambda", "code-signing-config:{made}"), "{arn}", None, {"config_id": "{made}"}),
    "aws_lambda_function_event_invoke_config": Kind("AWS::Lambda::EventInvokeConfig"),
    "aws_sfn_state_machine": Kind("AWS::StepFunctions::StateMachine", _arn("states", "stateMachine:{name}"), "{arn}", "name"),
    "aws_sfn_activity": Kind("AWS::StepFunctions::Activity", _arn("states", "activity:{name}"), "{arn}", "name"),
    "aws_ecr_repository": Kind("AWS::ECR::Repository", _arn("ecr", "repository/{name}"), "{name}", "name", {"repository_url": "{account}.dkr.ecr.{region}.amazonaws.com/{name}"}),
    "aws_appautoscaling_target": Kind("AWS::ApplicationAutoScaling::ScalableTarget"),
    # --- principals
    "aws_iam_role": Kind("AWS::IAM::Role", _global("iam", "role{path}{name}"), "{name}", "name", {"unique_id": "{made}"}),
    "aws_iam_user": Kind("AWS::IAM::User", _global("iam", "user{path}{name}"), "{name}", "name", {"unique_id": "{made}"}),
    "aws_iam_group": Kind("AWS::IAM::Group", _global("iam", "group{path}{name}"), "{name}", "name"),
    "aws_iam_policy": Kind("AWS::IAM::ManagedPolicy", _global("iam", "policy{path}{name}"), "{arn}", "name"),
    "aws_iam_instance_profile": Kind("AWS::IAM::InstanceProfile", _global("iam", "instance-profile{path}{name}"), "{name}", "name"),
    "aws_iam_access_key": Kind("AWS::IAM::AccessKey"),
    "aws_iam_openid_connect_provider": Kind("AWS::IAM::OIDCProvider", _global("iam", "oidc-provider/{host:url}"), "{arn}"),
    "aws_cognito_user_pool": Kind("AWS::Cognito::UserPool", _arn("cognito-idp", "userpool/{region}_{made}"), "{region}_{made}", None, {"endpoint": "cognito-idp.{region}.amazonaws.com/{region}_{made}"}),
    "aws_cognito_user_pool_client": Kind("AWS::Cognito::UserPoolClient"),
    "aws_cognito_identity_pool": Kind("AWS::Cognito::IdentityPool", _arn("cognito-identity", "identitypool/{region}:{made}"), "{region}:{made}"),
    # --- messages
    "aws_sqs_queue": Kind("AWS::SQS::Queue", _arn("sqs", "{name}"), _QUEUE, "name", {"url": _QUEUE}),
    "aws_sns_topic": Kind("AWS::SNS::Topic", _arn("sns", "{name}"), "{arn}", "name"),
    "aws_sns_topic_subscription": Kind("AWS::SNS::Subscription", "{topic_arn}:{made}", "{arn}"),
    "aws_cloudwatch_event_bus": Kind("AWS::Events::EventBus", _arn("events", "event-bus/{name}"), "{name}", "name"),
    "aws_cloudwatch_event_rule": Kind("AWS::Events::Rule", _arn("events", "rule/{bus:event_bus_name}{name}"), "{name}", "name"),
    "aws_cloudwatch_event_connection": Kind("AWS::Events::Connection", _arn("events", "connection/{name}/{made}"), "{name}", "name"),
    "aws_cloudwatch_event_api_destination": Kind("AWS::Events::ApiDestination", _arn("events", "api-destination/{name}/{made}"), "{name}", "name"),
    "aws_cloudwatch_event_archive": Kind("AWS::Events::Archive", _arn("events", "archive/{name}"), "{name}", "name"),
    "aws_scheduler_schedule": Kind("AWS::Scheduler::Schedule", _arn("scheduler", "schedule/{last:group_name}/{name}"), "{last:group_name}/{name}", "name"),
    "aws_pipes_pipe": Kind("AWS::Pipes::Pipe", _arn("pipes", "pipe/{name}"), "{name}", "name"),
    "aws_kinesis_stream": Kind("AWS::Kinesis::Stream", _arn("kinesis", "stream/{name}"), "{arn}", "name"),
    "aws_kinesis_stream_consumer": Kind("AWS::Kinesis::StreamConsumer", "{stream_arn}/consumer/{name}:1", "{arn}", "name"),
    "aws_kinesis_firehose_delivery_stream": Kind("AWS::KinesisFirehose::DeliveryStream", _arn("firehose", "deliverystream/{name}"), "{arn}", "name"),
    # --- data
    "aws_s3_bucket": Kind("AWS::S3::Bucket", "arn:{partition}:s3:::{bucket}", "{bucket}", "bucket"),
    "aws_dynamodb_table": Kind("AWS::DynamoDB::Table", _arn("dynamodb", "table/{name}"), "{name}", "name", {"stream_arn": "{arn}/stream/{made}"}),
    "aws_kms_key": Kind("AWS::KMS::Key", _arn("kms", "key/{made}"), "{made}", None, {"key_id": "{made}"}),
    "aws_kms_alias": Kind("AWS::KMS::Alias", _arn("kms", "{name}"), "{name}", "name", {"target_key_arn": _arn("kms", "key/{last:target_key_id}")}),
    "aws_secretsmanager_secret": Kind("AWS::SecretsManager::Secret", _arn("secretsmanager", "secret:{name}{suffix}"), "{arn}", "name"),
    "aws_ssm_parameter": Kind("AWS::SSM::Parameter", _arn("ssm", "parameter{slash:name}"), "{name}", "name"),
    "aws_efs_file_system": Kind("AWS::EFS::FileSystem", _arn("elasticfilesystem", "file-system/{made}")),
    "aws_efs_access_point": Kind("AWS::EFS::AccessPoint", _arn("elasticfilesystem", "access-point/{made}")),
    "aws_db_instance": Kind("AWS::RDS::DBInstance", _arn("rds", "db:{identifier}"), "{made}", "identifier"),
    "aws_db_proxy": Kind("AWS::RDS::DBProxy", _arn("rds", "db-proxy:{made}"), "{name}", "name"),
    "aws_rds_cluster": Kind("AWS::RDS::DBCluster", _arn("rds", "cluster:{cluster_identifier}"), "{cluster_identifier}", "cluster_identifier"),
    "aws_elasticache_replication_group": Kind("AWS::ElastiCache::ReplicationGroup", _arn("elasticache", "replicationgroup:{replication_group_id}"), "{replication_group_id}", "replication_group_id"),
    "aws_dax_cluster": Kind("AWS::DAX::Cluster", _arn("dax", "cache/{cluster_name}"), "{cluster_name}", "cluster_name"),
    "aws_opensearch_domain": Kind("AWS::OpenSearchService::Domain", _arn("es", "domain/{domain_name}"), "{arn}", "domain_name"),
    # --- doors
    "aws_api_gateway_rest_api": Kind("AWS::ApiGateway::RestApi", _api("/restapis/{made}"), "{made}", None, {"execution_arn": _EXECUTE, "root_resource_id": "{made}root"}),
    "aws_api_gateway_stage": Kind("AWS::ApiGateway::Stage", _api("/restapis/{rest_api_id}/stages/{stage_name}"), "ags-{rest_api_id}-{stage_name}", "stage_name", {"execution_arn": "arn:{partition}:execute-api:{region}:{account}:{rest_api_id}/{stage_name}"}),
    "aws_api_gateway_authorizer": Kind("AWS::ApiGateway::Authorizer", _api("/restapis/{rest_api_id}/authorizers/{made}")),
    "aws_api_gateway_domain_name": Kind("AWS::ApiGateway::DomainName", _api("/domainnames/{domain_name}"), "{domain_name}", "domain_name"),
    "aws_api_gateway_usage_plan": Kind("AWS::ApiGateway::UsagePlan", _api("/usageplans/{made}")),
    "aws_api_gateway_api_key": Kind("AWS::ApiGateway::ApiKey", _api("/apikeys/{made}")),
    "aws_apigatewayv2_api": Kind("AWS::ApiGatewayV2::Api", _api("/apis/{made}"), "{made}", None, {"execution_arn": _EXECUTE, "api_endpoint": "https://{made}.execute-api.{region}.amazonaws.com"}),
    "aws_apigatewayv2_route": Kind("AWS::ApiGatewayV2::Route", _api("/apis/{api_id}/routes/{made}")),
    "aws_apigatewayv2_integration": Kind("AWS::ApiGatewayV2::Integration", _api("/apis/{api_id}/integrations/{made}")),
    "aws_apigatewayv2_authorizer": Kind("AWS::ApiGatewayV2::Authorizer", _api("/apis/{api_id}/authorizers/{made}")),
    "aws_apigatewayv2_stage": Kind("AWS::ApiGatewayV2::Stage", _api("/apis/{api_id}/stages/{name}"), "{name}", "name", {"execution_arn": "arn:{partition}:execute-api:{region}:{account}:{api_id}/{name}"}),
    "aws_apigatewayv2_domain_name": Kind("AWS::ApiGatewayV2::DomainName", _api("/domainnames/{domain_name}"), "{domain_name}", "domain_name"),
    "aws_appsync_graphql_api": Kind("AWS::AppSync::GraphQLApi", _arn("appsync", "apis/{made}")),
    "aws_cloudfront_distribution": Kind("AWS::CloudFront::Distribution", _global("cloudfront", "distribution/{made}")),
    "aws_cloudfront_origin_access_control": Kind("AWS::CloudFront::OriginAccessControl", _global("cloudfront", "origin-access-control/{made}")),
    "aws_wafv2_web_acl": Kind("AWS::WAFv2::WebACL", _arn("wafv2", "regional/webacl/{name}/{made}"), "{made}", "name"),
    "aws_wafv2_ip_set": Kind("AWS::WAFv2::IPSet", _arn("wafv2", "regional/ipset/{name}/{made}"), "{made}", "name"),
    "aws_acm_certificate": Kind("AWS::CertificateManager::Certificate", _arn("acm", "certificate/{made}"), "{arn}"),
    "aws_lb": Kind("AWS::ElasticLoadBalancingV2::LoadBalancer", _arn("elasticloadbalancing", "loadbalancer/app/{name}/{made}"), "{arn}", "name"),
    "aws_lb_target_group": Kind("AWS::ElasticLoadBalancingV2::TargetGroup", _arn("elasticloadbalancing", "targetgroup/{name}/{made}"), "{arn}", "name"),
    "aws_lb_listener": Kind("AWS::ElasticLoadBalancingV2::Listener", "{load_balancer_arn}/{made}", "{arn}"),
    # --- network
    "aws_vpc": Kind("AWS::EC2::VPC", _arn("ec2", "vpc/{made}"), "{made}", None, {"default_security_group_id": f"{{made}}{DEFAULT_GROUP}"}),
    "aws_subnet": _ec2("Subnet", "subnet"),
    "aws_security_group": _ec2("SecurityGroup", "security-group"),
    "aws_vpc_endpoint": _ec2("VPCEndpoint", "vpc-endpoint"),
    "aws_internet_gateway": _ec2("InternetGateway", "internet-gateway"),
    "aws_egress_only_internet_gateway": _ec2("EgressOnlyInternetGateway", "egress-only-internet-gateway"),
    "aws_nat_gateway": _ec2("NatGateway", "natgateway"),
    "aws_route_table": _ec2("RouteTable", "route-table"),
    "aws_flow_log": _ec2("FlowLog", "vpc-flow-log"),
    "aws_ec2_transit_gateway": _ec2("TransitGateway", "transit-gateway"),
    # --- looking on
    "aws_cloudwatch_log_group": Kind("AWS::Logs::LogGroup", _arn("logs", "log-group:{name}"), "{name}", "name"),
    "aws_cloudwatch_log_destination": Kind("AWS::Logs::Destination", _arn("logs", "destination:{name}"), "{name}", "name"),
    "aws_cloudwatch_metric_alarm": Kind("AWS::CloudWatch::Alarm", _arn("cloudwatch", "alarm:{alarm_name}"), "{alarm_name}", "alarm_name"),
    "aws_cloudtrail": Kind("AWS::CloudTrail::Trail", _arn("cloudtrail", "trail/{name}"), "{arn}", "name"),
    "aws_guardduty_detector": Kind("AWS::GuardDuty::Detector", _arn("guardduty", "detector/{made}")),
    "aws_codedeploy_app": Kind("AWS::CodeDeploy::Application", _arn("codedeploy", "application:{name}"), "{made}", "name"),
    "aws_codedeploy_deployment_group": Kind("AWS::CodeDeploy::DeploymentGroup", _arn("codedeploy", "deploymentgroup:{app_name}/{deployment_group_name}"), "{made}", "deployment_group_name"),
    # --- without a name by which anything refers to them
    "aws_api_gateway_base_path_mapping": Kind("AWS::ApiGateway::BasePathMapping"),
    "aws_api_gateway_account": Kind("AWS::ApiGateway::Account"),
    "aws_api_gateway_request_validator": Kind(
        "AWS::ApiGateway::RequestValidator", _api("/restapis/{rest_api_id}/requestvalidators/{made}")
    ),
    "aws_api_gateway_model": Kind("AWS::ApiGateway::Model", "", "{made}", "name"),
    "aws_api_gateway_deployment": Kind("AWS::ApiGateway::Deployment"),
    "aws_api_gateway_resource": Kind("AWS::ApiGateway::Resource"),
    "aws_apigatewayv2_api_mapping": Kind("AWS::ApiGatewayV2::ApiMapping"),
    "aws_appsync_datasource": Kind("AWS::AppSync::DataSource"),
    "aws_appsync_api_cache": Kind("AWS::AppSync::ApiCache"),
    "aws_wafv2_web_acl_association": Kind("AWS::WAFv2::WebACLAssociation"),
    "aws_secretsmanager_secret_rotation": Kind("AWS::SecretsManager::RotationSchedule"),
    "aws_opensearchserverless_access_policy": Kind("AWS::OpenSearchServerless::AccessPolicy"),
    "aws_opensearchserverless_security_policy": Kind("AWS::OpenSearchServerless::SecurityPolicy"),
    "aws_route": Kind("AWS::EC2::Route"),
    "aws_route_table_association": Kind("AWS::EC2::SubnetRouteTableAssociation"),
    "aws_cloudwatch_log_subscription_filter": Kind("AWS::Logs::SubscriptionFilter"),
    "aws_cloudwatch_log_metric_filter": Kind("AWS::Logs::MetricFilter"),
    "aws_cloudwatch_log_account_policy": Kind("AWS::Logs::AccountPolicy"),
    "aws_cloudwatch_log_resource_policy": Kind("AWS::Logs::ResourcePolicy"),
    "aws_oam_link": Kind("AWS::Oam::Link"),
    "aws_cloudwatch_composite_alarm": Kind("AWS::CloudWatch::CompositeAlarm", _arn("cloudwatch", "alarm:{alarm_name}"), "{alarm_name}", "alarm_name"),
    "aws_accessanalyzer_analyzer": Kind("AWS::AccessAnalyzer::Analyzer", _arn("access-analyzer", "analyzer/{analyzer_name}"), "{analyzer_name}", "analyzer_name"),
    "aws_config_configuration_recorder": Kind("AWS::Config::ConfigurationRecorder", "", "{name}", "name"),
    "aws_config_config_rule": Kind("AWS::Config::ConfigRule", _arn("config", "config-rule/{made}"), "{name}", "name"),
    "aws_appconfig_application": Kind("AWS::AppConfig::Application", _arn("appconfig", "application/{made}")),
    "aws_appconfig_environment": Kind("AWS::AppConfig::Environment"),
    "aws_appconfig_configuration_profile": Kind("AWS::AppConfig::ConfigurationProfile"),
    "aws_appconfig_deployment_strategy": Kind("AWS::AppConfig::DeploymentStrategy"),
    "aws_codepipeline": Kind("AWS::CodePipeline::Pipeline", _arn("codepipeline", "{name}"), "{name}", "name"),
    "aws_organizations_policy": Kind("AWS::Organizations::Policy"),
}  # fmt: skip
"""By type; a type without a row gives nothing that is known before it is made."""
WHOLE_ARNS = frozenset(
    (
        *(
            "aws_sqs_queue",
            "aws_sns_topic",
            "aws_kms_key",
            "aws_secretsmanager_secret",
            "aws_cloudwatch_event_rule",
        ),
        *("aws_cloudwatch_event_bus", "aws_iam_role", "aws_iam_user", "aws_iam_group", "aws_iam_policy"),
        *(
            "aws_iam_instance_profile",
            "aws_iam_openid_connect_provider",
            "aws_ecr_repository",
            "aws_lambda_alias",
        ),
        *("aws_scheduler_schedule", "aws_pipes_pipe", "aws_cognito_user_pool", "aws_cloudfront_distribution"),
        *("aws_cloudwatch_metric_alarm", "aws_lb_target_group", "aws_ssm_parameter", "aws_acm_certificate"),
    )
)
"""Types whose ARN names all that can be named: nothing stands behind it in a policy."""
