"""Relations of functions, state machines and what they run on."""

from __future__ import annotations

from wa_policy.inventory.model import VPC_ID_PROPERTY
from wa_policy.inventory.relations import special_compute, special_doors, special_tasks, special_watch
from wa_policy.inventory.relations.rows import back, named_by, names, of, special, via

FUNCTION, ALIAS, VERSION, ROLE = (
    "AWS::Lambda::Function",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Version",
    "AWS::IAM::Role",
)
MAPPING, INVOKE_CONFIG, URL = (
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Url",
)
LAYER, STATE_MACHINE, REPOSITORY = (
    "AWS::Lambda::LayerVersion",
    "AWS::StepFunctions::StateMachine",
    "AWS::ECR::Repository",
)
QUEUE, TOPIC, STREAM, TABLE = (
    "AWS::SQS::Queue",
    "AWS::SNS::Topic",
    "AWS::Kinesis::Stream",
    "AWS::DynamoDB::Table",
)
BUS, BUCKET, GLOBAL_TABLE = "AWS::Events::EventBus", "AWS::S3::Bucket", "AWS::DynamoDB::GlobalTable"
RULE, SCHEDULE, PIPE, SUBSCRIPTION = (
    "AWS::Events::Rule",
    "AWS::Scheduler::Schedule",
    "AWS::Pipes::Pipe",
    "AWS::SNS::Subscription",
)
LOG_GROUP, ALARM, SCALABLE = (
    "AWS::Logs::LogGroup",
    "AWS::CloudWatch::Alarm",
    "AWS::ApplicationAutoScaling::ScalableTarget",
)
SUBNET, GROUP, VPC = "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup", "AWS::EC2::VPC"
METHOD, REST_API = "AWS::ApiGateway::Method", "AWS::ApiGateway::RestApi"
ROUTE, INTEGRATION = "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Integration"
DEPLOYMENT_GROUP = "AWS::CodeDeploy::DeploymentGroup"
SOURCES = (
    QUEUE,
    STREAM,
    TABLE,
    GLOBAL_TABLE,
    "AWS::Kinesis::StreamConsumer",
    "AWS::MSK::Cluster",
    "AWS::AmazonMQ::Broker",
)
DESTINATIONS = (QUEUE, TOPIC, FUNCTION, BUS, BUCKET)

ROWS = (
    *of(
        FUNCTION,
        names("role", ROLE, "Role"),
        special("rest_apis", REST_API, special_doors.rest_apis_named, "a condition on `aws:SourceArn` in its policy"),
        named_by("urls", URL, "TargetFunctionArn"),
        named_by("event_source_mappings", MAPPING, "FunctionName"),
        named_by("event_invoke_configs", INVOKE_CONFIG, "FunctionName"),
        named_by("aliases", ALIAS, "FunctionName"),
        named_by("versions", VERSION, "FunctionName"),
        named_by("permissions", "AWS::Lambda::Permission", "FunctionName"),
        special("log_group", LOG_GROUP, special_compute.log_group, "`LoggingConfig.LogGroup`, else `/aws/lambda/NAME`"),
        names("layers", LAYER, "Layers"),
        names("code_signing_config", "AWS::Lambda::CodeSigningConfig", "CodeSigningConfigArn"),
        special("image_repository", REPOSITORY, special_compute.image_repository, "`Code.ImageUri`"),
        names("subnets", SUBNET, "VpcConfig.SubnetIds"),
        names("security_groups", GROUP, "VpcConfig.SecurityGroupIds"),
        via("route_tables", "AWS::EC2::RouteTable", "subnets", "route_tables"),
        names("vpc", VPC, VPC_ID_PROPERTY),
        via("vpc_endpoints", "AWS::EC2::VPCEndpoint", "vpc", "endpoints"),
        names("access_points", "AWS::EFS::AccessPoint", "FileSystemConfigs.Arn"),
        via("file_systems", "AWS::EFS::FileSystem", "access_points", "file_system"),
        names("dead_letter_target", (QUEUE, TOPIC), "DeadLetterConfig.TargetArn", only_arns=True),
        via("failure_destinations", DESTINATIONS, "event_invoke_configs", "failure_destination"),
        via("success_destinations", DESTINATIONS, "event_invoke_configs", "success_destination"),
        via("sources", SOURCES, "event_source_mappings", "source"),
        back("rules", RULE, "targets"),
        back("schedules", SCHEDULE, "targets"),
        back("pipes", PIPE, "targets"),
        special("subscriptions", SUBSCRIPTION, special_compute.subscriptions_of_endpoint, "`Endpoint` of the other"),
        via("topics", TOPIC, "subscriptions", "topic"),
        back("buckets", BUCKET, "functions"),
        special("methods", METHOD, special_doors.methods_of_function, "`Integration.Uri` of the other, also in OpenAPI documents"),
        named_by("integrations", INTEGRATION, "IntegrationUri", only_arns=True),
        via("routes", ROUTE, "integrations", "routes"),
        named_by("authorizers", "AWS::ApiGateway::Authorizer", "AuthorizerUri", only_arns=True),
        named_by("v2_authorizers", "AWS::ApiGatewayV2::Authorizer", "AuthorizerUri", only_arns=True),
        back("data_sources", "AWS::AppSync::DataSource", "function"),
        back("user_pools", "AWS::Cognito::UserPool", "functions"),
        special("rotation_schedules", "AWS::SecretsManager::RotationSchedule", special_compute.rotations_by_function, "`RotationLambdaARN` of the other"),
        back("state_machines", STATE_MACHINE, "task_targets"),
        back("alarms", ALARM, "metric_resources"),
        special("account_alarms", ALARM, special_watch.account_alarms, "alarms on a metric of all functions of the account"),
        via("alias_scalable_targets", SCALABLE, "aliases", "scalable_targets"),
        via("deployment_groups", DEPLOYMENT_GROUP, "aliases", "deployment_groups"),
    ),
    *of(
        ALIAS,
        names("function", FUNCTION, "FunctionName"),
        special("deployment_groups", DEPLOYMENT_GROUP, special_compute.deployment_groups, "`UpdatePolicy` in a template"),
        via("deployment_alarms", ALARM, "deployment_groups", "alarms"),
        back("scalable_targets", SCALABLE, "scaled"),
    ),
    *of(VERSION, names("function", FUNCTION, "FunctionName")),
    *of(URL, names("function", FUNCTION, "TargetFunctionArn"), back("distributions", "AWS::CloudFront::Distribution", "origins")),
    *of("AWS::Lambda::Permission", names("function", FUNCTION, "FunctionName")),
    *of(
        MAPPING,
        names("function", FUNCTION, "FunctionName"),
        names("source", SOURCES, "EventSourceArn", only_arns=True),
        names("failure_destination", DESTINATIONS, "DestinationConfig.OnFailure.Destination", only_arns=True),
    ),
    *of(
        INVOKE_CONFIG,
        names("function", FUNCTION, "FunctionName"),
        names("failure_destination", DESTINATIONS, "DestinationConfig.OnFailure.Destination", only_arns=True),
        names("success_destination", DESTINATIONS, "DestinationConfig.OnSuccess.Destination", only_arns=True),
    ),
    *of(LAYER, back("functions", FUNCTION, "layers")),
    *of("AWS::Lambda::CodeSigningConfig", back("functions", FUNCTION, "code_signing_config")),
    *of(REPOSITORY, back("functions", FUNCTION, "image_repository")),
    *of(
        STATE_MACHINE,
        names("role", ROLE, "RoleArn"),
        names("log_groups", LOG_GROUP, "LoggingConfiguration.Destinations.CloudWatchLogsLogGroup.LogGroupArn"),
        special("task_targets", special_tasks.TASK_TARGETS, special_tasks.task_targets, "`Resource` and arguments in its definition"),
        back("state_machines", STATE_MACHINE, "task_targets"),
        back("rules", RULE, "targets"),
        back("schedules", SCHEDULE, "targets"),
        back("pipes", PIPE, "targets"),
        back("alarms", ALARM, "metric_resources"),
    ),
    *of(
        DEPLOYMENT_GROUP,
        names("role", ROLE, "ServiceRoleArn"),
        names("application", "AWS::CodeDeploy::Application", "ApplicationName"),
        names("alarms", (ALARM, "AWS::CloudWatch::CompositeAlarm"), "AlarmConfiguration.Alarms.Name"),
        back("aliases", ALIAS, "deployment_groups"),
    ),
    *of(
        SCALABLE,
        special("scaled", (ALIAS, FUNCTION, TABLE, GLOBAL_TABLE), special_compute.scaled, "`ResourceId`"),
        named_by("scaling_policies", "AWS::ApplicationAutoScaling::ScalingPolicy", "ScalingTargetId"),
    ),
    *of(
        ROLE,
        named_by("functions", FUNCTION, "Role"),
        named_by("state_machines", STATE_MACHINE, "RoleArn"),
        back("rules", RULE, "roles"),
        back("schedules", SCHEDULE, "role"),
        back("pipes", PIPE, "role"),
        back("data_sources", "AWS::AppSync::DataSource", "role"),
        back("identity_pool_attachments", "AWS::Cognito::IdentityPoolRoleAttachment", "roles"),
        back("deployment_groups", DEPLOYMENT_GROUP, "role"),
        special("identity_providers", "AWS::IAM::OIDCProvider", special_compute.providers_of_role, "`Federated` in its trust policy"),
    ),
    *of("AWS::IAM::OIDCProvider", back("roles", ROLE, "identity_providers")),
)  # fmt: skip
