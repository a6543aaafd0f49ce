"""Compute and what starts it: Lambda, Step Functions, EventBridge, Scheduler, Pipes, SNS, Kinesis, CodeDeploy, ECR."""

from __future__ import annotations

from dataclasses import replace

from wa_policy.inventory.model import POLICY_PROPERTY, PropertyValue
from wa_policy.loaders.answers.readers import ITEM, own, parsed, policy, put
from wa_policy.loaders.answers.rows import About, Row, arn
from wa_policy.loaders.members import Node
from wa_policy.loaders.resource_ids import function_arn, qualifier
from wa_policy.loaders.tables import Member, as_is, flag, flag_text, number, structure, text

_FUNCTION = About(arn("lambda", "function:{of}"), "function name")
_LAYER = About(arn("lambda", "layer:{of}"), "layer name", "LayerName")
_LAYER_VERSION = About(arn("lambda", "layer:{of}"), "layer name and version, such as `tools:3`")
_ACCOUNT_REGION = "WaPolicy::AccountRegion/{account}/{region}"
_MISSING = frozenset(("ResourceNotFoundException",))


def _of_function(node: Node) -> PropertyValue:
    found = function_arn(node.value) if isinstance(node.value, str) else None
    return node.wrong("the ARN of a function") if found is None else found


def _qualifier(node: Node) -> PropertyValue:
    # CloudFormation has `$LATEST` for the function itself.
    return (qualifier(node.value) or "$LATEST") if isinstance(node.value, str) else node.wrong("an ARN")


_INVOKE = Row(
    "lambda.list-function-event-invoke-configs", "AWS::Lambda::EventInvokeConfig", "FunctionEventInvokeConfigs[]",
    "{FunctionArn}#event-invoke", "DestinationConfig MaximumEventAgeInSeconds MaximumRetryAttempts",
    (Member("FunctionArn", "FunctionName", _of_function), Member("FunctionArn", "Qualifier", _qualifier)),
    marks="FunctionArn MaximumRetryAttempts", about=_FUNCTION, absent=_MISSING,
)  # fmt: skip
_SIGNING = Row(
    "lambda.list-code-signing-configs", "AWS::Lambda::CodeSigningConfig", "CodeSigningConfigs[]", "{CodeSigningConfigArn}",
    "AllowedPublishers CodeSigningConfigArn CodeSigningConfigId CodeSigningPolicies Description",
    marks="CodeSigningConfigArn AllowedPublishers",
)  # fmt: skip
_LAMBDA = (
    _INVOKE,
    replace(_INVOKE, call="lambda.get-function-event-invoke-config", items="", marks="FunctionArn DestinationConfig !UUID"),
    _SIGNING,
    replace(_SIGNING, call="lambda.get-code-signing-config", items="CodeSigningConfig"),
    Row(
        "lambda.get-function-code-signing-config", "AWS::Lambda::Function", "", arn("lambda", "function:{FunctionName|of}"),
        "CodeSigningConfigArn FunctionName", marks="CodeSigningConfigArn FunctionName",
        about=_FUNCTION,
        absent=_MISSING,
    ),
    Row(
        "lambda.get-function-concurrency", "AWS::Lambda::Function", "", _FUNCTION.arn, "ReservedConcurrentExecutions",
        marks="ReservedConcurrentExecutions", about=_FUNCTION,
    ),
    Row("lambda.list-tags", "AWS::Lambda::Function", "", _FUNCTION.arn, "Tags", about=_FUNCTION),
    Row(
        "lambda.get-runtime-management-config", "AWS::Lambda::Function", "", "{FunctionArn}", "",
        (Member(ITEM, "RuntimeManagementConfig", structure(Member("UpdateRuntimeOn", "UpdateRuntimeOn"), Member("RuntimeVersionArn", "RuntimeVersionArn"))),),
        marks="UpdateRuntimeOn FunctionArn",
    ),
    Row(
        "lambda.list-provisioned-concurrency-configs", "AWS::Lambda::Alias", "ProvisionedConcurrencyConfigs[]", "{FunctionArn}", "",
        (
            Member("RequestedProvisionedConcurrentExecutions", "ProvisionedConcurrencyConfig",
                   put("ProvisionedConcurrentExecutions", read=number)),
        ),
        marks="FunctionArn RequestedProvisionedConcurrentExecutions", about=_FUNCTION,
    ),
    Row(
        "lambda.list-versions-by-function", "AWS::Lambda::Version", "Versions[]", "{FunctionArn}", "Description Version",
        (
            Member("FunctionArn", "FunctionName", _of_function), Member("CodeSha256", "CodeSha256"),
            own("LastModified", "LastModified", text), own("CodeSize", "CodeSize", number),
        ),
        marks="FunctionArn Version CodeSha256", about=_FUNCTION, name="Version",
    ),
    Row(
        "lambda.list-layer-versions", "AWS::Lambda::LayerVersion", "LayerVersions[]", "{LayerVersionArn}",
        "CompatibleArchitectures CompatibleRuntimes Description LayerVersionArn LicenseInfo",
        marks="LayerVersionArn", about=_LAYER,
    ),
    Row(
        "lambda.get-layer-version", "AWS::Lambda::LayerVersion", "", "{LayerVersionArn}",
        "CompatibleArchitectures CompatibleRuntimes Description LayerVersionArn LicenseInfo", marks="LayerVersionArn LayerArn",
    ),
    Row(
        "lambda.list-layers", "AWS::Lambda::LayerVersion", "Layers[].LatestMatchingVersion", "{LayerVersionArn}",
        "CompatibleArchitectures CompatibleRuntimes Description LayerVersionArn LicenseInfo", marks="LayerVersionArn",
    ),
    Row(
        "lambda.get-layer-version-policy", "AWS::Lambda::LayerVersion", "", _LAYER_VERSION.arn, "",
        (Member("Policy", POLICY_PROPERTY, policy),), about=_LAYER_VERSION, absent=_MISSING, gives="the policy of a version of a layer",
    ),
    Row(
        "lambda.get-account-settings", "WaPolicy::AccountRegion", "", _ACCOUNT_REGION, "",
        (Member("AccountLimit", "LambdaAccountLimit", as_is), Member("AccountUsage", "LambdaAccountUsage", as_is)),
        marks="AccountLimit AccountUsage", gives="the concurrency that the account has",
    ),
)  # fmt: skip

_MACHINE = "AWS::StepFunctions::StateMachine"
_STATES = (
    Row(
        "stepfunctions.list-state-machines", _MACHINE, "stateMachines[]", "{stateMachineArn}", "",
        (Member("name", "StateMachineName"), Member("type", "StateMachineType")), marks="stateMachineArn type",
    ),
    Row(
        "stepfunctions.describe-state-machine", _MACHINE, "", "{stateMachineArn}",
        "EncryptionConfiguration LoggingConfiguration RoleArn TracingConfiguration",
        (Member("name", "StateMachineName"), Member("type", "StateMachineType"), Member("definition", "DefinitionString")),
        marks="stateMachineArn definition roleArn type",
    ),
)  # fmt: skip

_BUS = About(arn("events", "event-bus/{of}"), "event bus")
_RULE = About(arn("events", "rule/{of}"), "rule, or event bus and rule with `%2F` between,")
_RULE_ROW = Row(
    "events.list-rules", "AWS::Events::Rule", "Rules[]", "{Arn}",
    "Description EventBusName EventPattern Name RoleArn ScheduleExpression State", marks="Arn Name State !Priority",
    part="EventBusName",
    whole_part="default", name="Name",
)  # fmt: skip
_EVENTS = (
    Row(
        "events.list-event-buses", "AWS::Events::EventBus", "EventBuses[]", "{Arn}", "Description Name",
        (Member("Policy", POLICY_PROPERTY, policy),), marks="Arn Name", name="Name",
    ),
    Row(
        "events.describe-event-bus", "AWS::Events::EventBus", "", "{Arn}", "DeadLetterConfig Description KmsKeyIdentifier LogConfig Name",
        (Member("Policy", POLICY_PROPERTY, policy),), marks="Arn Name Policy !TopicArn", name="Name",
    ),
    _RULE_ROW,
    replace(_RULE_ROW, call="events.describe-rule", items="", part="", whole_part="", marks="Arn Name State EventBusName"),
    Row(
        "events.list-targets-by-rule", "AWS::Events::Rule", "", _RULE.arn, "Targets", marks="Targets", about=_RULE,
        renamed={"targets.ecsParameters.placementStrategy": "PlacementStrategies", "targets.ecsParameters.tags": "TagList"},
        gives="the targets of a rule, with their retries and dead-letter queues",
    ),
    Row(
        "events.describe-connection", "AWS::Events::Connection", "", "{ConnectionArn}",
        "AuthParameters AuthorizationType Description InvocationConnectivityParameters KmsKeyIdentifier Name SecretArn",
        marks="ConnectionArn AuthorizationType Name", name="Name",
        silent=(
            "AuthParameters.BasicAuthParameters.Password", "AuthParameters.OAuthParameters.ClientParameters.ClientSecret",
            "AuthParameters.ApiKeyAuthParameters.ApiKeyValue",
        ),
    ),
    Row(
        "events.list-connections", "AWS::Events::Connection", "Connections[]", "{ConnectionArn}", "AuthorizationType Name",
        marks="ConnectionArn AuthorizationType", name="Name",
    ),
    Row(
        "events.list-api-destinations", "AWS::Events::ApiDestination", "ApiDestinations[]", "{ApiDestinationArn}",
        "ConnectionArn HttpMethod InvocationEndpoint InvocationRateLimitPerSecond Name", marks="ApiDestinationArn", name="Name",
    ),
    Row(
        "events.list-archives", "AWS::Events::Archive", "Archives[]", arn("events", "archive/{ArchiveName}"),
        "ArchiveName RetentionDays", (Member("EventSourceArn", "SourceArn"),), marks="ArchiveName EventSourceArn",
    ),
)  # fmt: skip

_SCHEDULE = "AWS::Scheduler::Schedule"
_PIPE = "AWS::Pipes::Pipe"
_FLOW = (
    Row(
        "scheduler.list-schedules", _SCHEDULE, "Schedules[]", "{Arn}", "GroupName Name State", marks="Arn GroupName Target", name="Name",
    ),
    Row(
        "scheduler.get-schedule", _SCHEDULE, "", "{Arn}",
        "Description EndDate FlexibleTimeWindow GroupName KmsKeyArn Name ScheduleExpression ScheduleExpressionTimezone StartDate State "
        "Target",
        marks="Arn GroupName ScheduleExpression Target", name="Name",
    ),
    Row(
        "pipes.list-pipes", _PIPE, "Pipes[]", "{Arn}", "DesiredState Enrichment Name Source Target", marks="Arn Source Target", name="Name",
    ),
    Row(
        "pipes.describe-pipe", _PIPE, "", "{Arn}",
        "Description DesiredState Enrichment EnrichmentParameters KmsKeyIdentifier LogConfiguration Name RoleArn Source "
        "SourceParameters Tags Target TargetParameters",
        marks="Arn Source Target RoleArn", name="Name",
    ),
)  # fmt: skip


_TOPIC_TEXTS = ("TopicArn", "Protocol", "Endpoint", "FilterPolicyScope", "SubscriptionRoleArn")
_TOPIC_DOCUMENTS = ("FilterPolicy", "RedrivePolicy", "DeliveryPolicy", "ReplayPolicy")
_MESSAGES = (
    Row(
        "sns.get-subscription-attributes", "AWS::SNS::Subscription", "Attributes", "{SubscriptionArn}", "",
        (
            *(Member(name, name) for name in _TOPIC_TEXTS), *(Member(name, name, parsed) for name in _TOPIC_DOCUMENTS),
            Member("RawMessageDelivery", "RawMessageDelivery", flag_text),
        ),
        marks="SubscriptionArn TopicArn",
    ),
    Row(
        "sqs.list-queue-tags", "AWS::SQS::Queue", "", arn("sqs", "{of}"), "Tags", about=About(arn("sqs", "{of}"), "queue"),
    ),
    Row(
        "sns.list-tags-for-resource", "AWS::SNS::Topic", "", arn("sns", "{of}"), "Tags", about=About(arn("sns", "{of}"), "topic"),
    ),
)  # fmt: skip


def _stream_encryption(node: Node) -> PropertyValue:
    kind = node.text("EncryptionType")
    if kind in (None, "NONE"):
        return None
    return {"EncryptionType": kind, "KeyId": node.text("KeyId")}


def _shard_metrics(node: Node) -> PropertyValue:
    found = [name for item in node.objects("EnhancedMonitoring") for name in item.texts("ShardLevelMetrics")]
    return tuple(found) or None


_STREAM = "AWS::Kinesis::Stream"
_STREAM_ROW = Row(
    "kinesis.describe-stream-summary", _STREAM, "StreamDescriptionSummary", "{StreamARN}",
    "MaxRecordSizeInKiB RecordDistributionStrategy RetentionPeriodHours StreamModeDetails",
    (
        Member("StreamName", "Name"), Member("OpenShardCount", "ShardCount", number),
        Member(ITEM, "StreamEncryption", _stream_encryption), Member(ITEM, "DesiredShardLevelMetrics", _shard_metrics),
    ),
    marks="StreamARN StreamName OpenShardCount", name="StreamName",
)  # fmt: skip
_STREAMS = (
    _STREAM_ROW,
    Row(
        "kinesis.list-streams", _STREAM, "StreamSummaries[]", "{StreamARN}", "StreamModeDetails", (Member("StreamName", "Name"),),
        marks="StreamARN StreamName", name="StreamName",
    ),
    Row(
        "kinesis.get-resource-policy", _STREAM, "", arn("kinesis", "stream/{of}"), "", (Member("Policy", POLICY_PROPERTY, policy),),
        about=About(arn("kinesis", "stream/{of}"), "stream name"), absent=_MISSING, gives="the policy of a stream",
    ),
)  # fmt: skip

_REPOSITORY = "AWS::ECR::Repository"
_REPOSITORY_ABOUT = arn("ecr", "repository/{repositoryName}")
_ECR = (
    Row(
        "ecr.describe-repositories", _REPOSITORY, "repositories[]", "{repositoryArn}",
        "EncryptionConfiguration ImageScanningConfiguration ImageTagMutability ImageTagMutabilityExclusionFilters RepositoryName "
        "RepositoryUri",
        renamed={
            "imageTagMutabilityExclusionFilters.filterType": "ImageTagMutabilityExclusionFilterType",
            "imageTagMutabilityExclusionFilters.filter": "ImageTagMutabilityExclusionFilterValue",
        },
        marks="repositoryArn repositoryName", name="repositoryName",
    ),
    Row(
        "ecr.get-repository-policy", _REPOSITORY, "", _REPOSITORY_ABOUT, "RepositoryName",
        (Member("policyText", POLICY_PROPERTY, policy),), marks="repositoryName policyText", name="repositoryName",
    ),
    Row(
        "ecr.get-lifecycle-policy", _REPOSITORY, "", _REPOSITORY_ABOUT, "RepositoryName",
        (Member("lifecyclePolicyText", "LifecyclePolicy", put("LifecyclePolicyText", read=text)),),
        marks="repositoryName lifecyclePolicyText !previewResults", name="repositoryName",
    ),
    Row(
        "ecr.get-registry-scanning-configuration", "AWS::ECR::RegistryScanningConfiguration", "scanningConfiguration",
        arn("ecr", "registry-scanning-configuration"), "Rules ScanType", marks="scanType",
    ),
    Row(
        "ecr.describe-images", "WaPolicy::ContainerImage", "imageDetails[]", arn("ecr", "repository/{repositoryName}@{imageDigest}"), "",
        tuple(Member(name, f"{name[0].upper()}{name[1:]}", as_is)
              for name in ("repositoryName", "imageDigest", "imageTags", "imagePushedAt", "imageSizeInBytes")),
        marks="repositoryName imageDigest",
        part="repositoryName", name="repositoryName",
    ),
)  # fmt: skip

_GROUP = Row(
    "deploy.get-deployment-group", "AWS::CodeDeploy::DeploymentGroup", "deploymentGroupInfo",
    arn("codedeploy", "deploymentgroup:{applicationName}/{deploymentGroupName}"),
    "AlarmConfiguration ApplicationName AutoRollbackConfiguration BlueGreenDeploymentConfiguration DeploymentConfigName "
    "DeploymentGroupName DeploymentStyle ECSServices Ec2TagFilters LoadBalancerInfo OnPremisesInstanceTagFilters "
    "OutdatedInstancesStrategy ServiceRoleArn TerminationHookEnabled TriggerConfigurations",
    (own("ComputePlatform", "computePlatform", text),), marks="applicationName deploymentGroupName", name="deploymentGroupName",
)  # fmt: skip
# The service is `deploy` in the AWS CLI, and `codedeploy` elsewhere.
_DELIVERY = (
    replace(_GROUP, call="deploy.get-deployment-group"),
    replace(_GROUP, call="deploy.batch-get-deployment-groups", items="deploymentGroupsInfo[]", batch=True),
    Row(
        "deploy.get-deployment-config", "AWS::CodeDeploy::DeploymentConfig", "deploymentConfigInfo",
        arn("codedeploy", "deploymentconfig:{deploymentConfigName}"),
        "ComputePlatform DeploymentConfigName MinimumHealthyHosts TrafficRoutingConfig ZonalConfig",
        marks="deploymentConfigName", name="deploymentConfigName",
    ),
    Row(
        "codepipeline.list-pipelines", "AWS::CodePipeline::Pipeline", "pipelines[]", arn("codepipeline", "{name}"),
        "ExecutionMode Name PipelineType", marks="name pipelineType", name="name",
    ),
    Row(
        "codepipeline.get-pipeline", "AWS::CodePipeline::Pipeline", "pipeline", arn("codepipeline", "{name}"),
        "ArtifactStore ExecutionMode Name PipelineType RoleArn Stages Triggers Variables", marks="name roleArn stages", name="name",
    ),
    Row(
        "cloudformation.describe-stacks", "AWS::CloudFormation::Stack", "Stacks[]", "{StackId}",
        "NotificationARNs StackId Tags TimeoutInMinutes",
        (
            own("StackName", "StackName", text), own("StackStatus", "StackStatus", text), own("RoleArn", "RoleARN", text),
            own("EnableTerminationProtection", "EnableTerminationProtection", flag),
            own("DriftInformation", "DriftInformation", as_is), own("CreationTime", "CreationTime", text),
            own("LastUpdatedTime", "LastUpdatedTime", text), own("ParentId", "ParentId", text),
        ),
        marks="StackId StackName StackStatus CreationTime", name="StackName",
    ),
)  # fmt: skip

_APPLICATION = About(arn("appconfig", "application/{of}"), "application id", "ApplicationId")
_PROFILE, _STRATEGY = "AWS::AppConfig::ConfigurationProfile", "AWS::AppConfig::DeploymentStrategy"
_STRATEGY_ROW = Row(
    "appconfig.list-deployment-strategies", _STRATEGY, "Items[]", arn("appconfig", "deploymentstrategy/{Id}"),
    "DeploymentDurationInMinutes Description FinalBakeTimeInMinutes GrowthFactor GrowthType Name ReplicateTo",
    (Member("Id", "Id"),), marks="Id GrowthFactor", name="Name",
)  # fmt: skip
_APPCONFIG = (
    Row(
        "appconfig.list-applications", "AWS::AppConfig::Application", "Items[]", arn("appconfig", "application/{Id}"),
        "Description Name", (Member("Id", "ApplicationId"),),
        marks="Id Name !ApplicationId !GrowthFactor !Arn !VersionNumber", name="Name",
    ),
    Row(
        "appconfig.list-configuration-profiles", _PROFILE, "Items[]",
        arn("appconfig", "application/{ApplicationId}/configurationprofile/{Id}"), "ApplicationId LocationUri Name Type",
        (Member("Id", "ConfigurationProfileId"),), marks="Id ApplicationId LocationUri", about=replace(_APPLICATION, property=None), name="Name",
    ),
    Row(
        "appconfig.get-configuration-profile", _PROFILE, "",
        arn("appconfig", "application/{ApplicationId}/configurationprofile/{Id}"),
        "ApplicationId Description KmsKeyIdentifier LocationUri Name RetrievalRoleArn Type Validators",
        (Member("Id", "ConfigurationProfileId"),), marks="ApplicationId Id LocationUri", name="Name",
    ),
    Row(
        "appconfig.list-environments", "AWS::AppConfig::Environment", "Items[]",
        arn("appconfig", "application/{ApplicationId}/environment/{Id}"), "ApplicationId Description Monitors Name",
        (Member("Id", "EnvironmentId"),), marks="ApplicationId Id State", about=replace(_APPLICATION, property=None), name="Name",
    ),
    _STRATEGY_ROW,
    replace(_STRATEGY_ROW, call="appconfig.get-deployment-strategy", items="", marks="Id GrowthFactor DeploymentDurationInMinutes"),
)  # fmt: skip

ROWS = (*_LAMBDA, *_STATES, *_EVENTS, *_FLOW, *_MESSAGES, *_STREAMS, *_ECR, *_DELIVERY, *_APPCONFIG)
