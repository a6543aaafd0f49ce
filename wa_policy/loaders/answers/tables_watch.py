"""Looking on: logs, alarms, trails, the services that detect, and what IAM tells beside its policies."""

from __future__ import annotations

from wa_policy.inventory.model import POLICY_PROPERTY, PropertyValue
from wa_policy.loaders.answers.readers import ITEM, equals, own, parsed, policy
from wa_policy.loaders.answers.rows import About, Row, arn, global_arn
from wa_policy.loaders.members import Node
from wa_policy.loaders.tables import Member, as_is, flag, frozen, number, text

_ACCOUNT_REGION = "WaPolicy::AccountRegion/{account}/{region}"
_GROUP = "AWS::Logs::LogGroup"


_LOGS = (
    Row(
        "logs.describe-log-groups", _GROUP, "logGroups[]", arn("logs", "log-group:{logGroupName}"),
        "BearerTokenAuthenticationEnabled DeletionProtectionEnabled KmsKeyId LogGroupClass LogGroupName RetentionInDays",
        (own("StoredBytes", "storedBytes", number), own("DataProtectionStatus", "dataProtectionStatus", text)),
        marks="logGroupName arn", name="logGroupName",
    ),
    Row(
        "logs.describe-resource-policies", "AWS::Logs::ResourcePolicy", "resourcePolicies[]", arn("logs", "resource-policy:{policyName}"),
        "PolicyName", (Member("policyDocument", POLICY_PROPERTY, policy),), marks="policyName policyDocument", name="policyName",
    ),
    Row(
        "logs.describe-destinations", "AWS::Logs::Destination", "destinations[]", "{arn}", "DestinationName RoleArn TargetArn",
        (Member("accessPolicy", POLICY_PROPERTY, policy),), marks="destinationName targetArn", name="destinationName",
    ),
    Row(
        "logs.describe-subscription-filters", "AWS::Logs::SubscriptionFilter", "subscriptionFilters[]",
        arn("logs", "log-group:{logGroupName}") + "#subscription:{filterName}",
        "ApplyOnTransformedLogs DestinationArn Distribution EmitSystemFields FieldSelectionCriteria FilterName FilterPattern LogGroupName "
        "RoleArn",
        marks="filterName logGroupName destinationArn", name="filterName",
        about=About(arn("logs", "log-group:{of}"), "log group"),
    ),
    Row(
        "logs.describe-metric-filters", "AWS::Logs::MetricFilter", "metricFilters[]",
        arn("logs", "log-group:{logGroupName}") + "#metric:{filterName}",
        "ApplyOnTransformedLogs EmitSystemFieldDimensions FieldSelectionCriteria FilterName FilterPattern LogGroupName "
        "MetricTransformations",
        marks="filterName metricTransformations", name="filterName",
    ),
    Row(
        "logs.describe-account-policies", "AWS::Logs::AccountPolicy", "accountPolicies[]",
        arn("logs", "account-policy:{policyType}/{policyName}"), "PolicyDocument PolicyName PolicyType Scope SelectionCriteria",
        marks="policyName policyType accountId", name="policyName",
        about=About(arn("logs", "account-policy:{of}"), "policy type"),
    ),
    Row(
        "logs.get-data-protection-policy", _GROUP, "", arn("logs", "log-group:{of}"), "",
        (Member("policyDocument", "DataProtectionPolicy", parsed),), marks="logGroupIdentifier policyDocument",
        about=About(arn("logs", "log-group:{of}"), "log group"),
    ),
    Row(
        "oam.list-links", "AWS::Oam::Link", "Items[]", "{Arn}", "Label ResourceTypes", (Member("SinkArn", "SinkIdentifier"),),
        marks="Arn SinkArn", name="Label",
    ),
)  # fmt: skip

_CLOUDWATCH = (
    Row(
        "cloudwatch.describe-alarms", "AWS::CloudWatch::Alarm", "MetricAlarms[]", "{AlarmArn}",
        "ActionsEnabled AlarmActions AlarmDescription AlarmName ComparisonOperator DatapointsToAlarm Dimensions "
        "EvaluateLowSampleCountPercentile EvaluationCriteria EvaluationInterval EvaluationPeriods ExtendedStatistic "
        "InsufficientDataActions MetricName Metrics Namespace OKActions Period Statistic Threshold ThresholdMetricId TreatMissingData Unit "
        "ActionConfiguration EvaluationWindow WarmUpConfiguration",
        (own("StateValue", "StateValue", text),), marks="AlarmArn AlarmName", name="AlarmName",
    ),
    Row(
        "cloudwatch.describe-alarms", "AWS::CloudWatch::CompositeAlarm", "CompositeAlarms[]", "{AlarmArn}",
        "ActionsEnabled ActionsSuppressor ActionsSuppressorExtensionPeriod ActionsSuppressorWaitPeriod AlarmActions AlarmDescription "
        "ActionConfiguration AlarmName AlarmRule InsufficientDataActions OKActions",
        marks="AlarmArn AlarmRule", name="AlarmName",
    ),
)  # fmt: skip


def _features(node: Node) -> PropertyValue:
    """Features with the members that a template has."""
    found: list[PropertyValue] = []
    for item in Node({"_": node.value}, node.source, node.notes).objects("_"):
        feature: dict[str, PropertyValue] = {"Name": item.text("Name"), "Status": item.text("Status")}
        more = item.get("AdditionalConfiguration")
        if more is not None:
            feature["AdditionalConfiguration"] = _features(more)
        found.append(feature)
    return tuple(found)


_DETECTOR = About(arn("guardduty", "detector/{of}"), "detector id")
_TRAIL = About(arn("cloudtrail", "trail/{of}"), "trail name")
_DETECTING = (
    Row(
        "guardduty.get-detector", "AWS::GuardDuty::Detector", "", _DETECTOR.arn, "FindingPublishingFrequency Tags",
        (Member("Status", "Enable", equals("ENABLED")), Member("Features", "Features", _features)),
        marks="ServiceRole FindingPublishingFrequency", about=_DETECTOR,
    ),
    Row(
        "guardduty.list-detectors", "WaPolicy::AccountRegion", "", _ACCOUNT_REGION, "", (Member("DetectorIds", "DetectorIds", as_is),),
        marks="DetectorIds", gives="whether GuardDuty is on",
    ),
    Row(
        "securityhub.describe-hub", "AWS::SecurityHub::Hub", "", "{HubArn}", "AutoEnableControls ControlFindingGenerator SubscribedAt",
        marks="HubArn SubscribedAt", absent=frozenset(("InvalidAccessException", "ResourceNotFoundException")),
    ),
    Row(
        "accessanalyzer.list-analyzers", "AWS::AccessAnalyzer::Analyzer", "analyzers[]", "{arn}", "Tags Type",
        (Member("name", "AnalyzerName"), own("Status", "status", text)), marks="arn type status createdAt", name="name",
    ),
    Row(
        "cloudtrail.describe-trails", "AWS::CloudTrail::Trail", "trailList[]", "{TrailARN}",
        "CloudWatchLogsLogGroupArn CloudWatchLogsRoleArn IncludeGlobalServiceEvents IsMultiRegionTrail IsOrganizationTrail KMSKeyId "
        "S3BucketName S3KeyPrefix SnsTopicName",
        (Member("Name", "TrailName"), Member("LogFileValidationEnabled", "EnableLogFileValidation", flag)),
        marks="TrailARN S3BucketName", name="Name",
    ),
    Row(
        "cloudtrail.get-event-selectors", "AWS::CloudTrail::Trail", "", "{TrailARN}", "AdvancedEventSelectors EventSelectors",
        marks="TrailARN !Name !InsightSelectors !MaxEventSize !ContextKeySelectors !InsightType",
    ),
    Row(
        "cloudtrail.get-trail-status", "AWS::CloudTrail::Trail", "", _TRAIL.arn, "IsLogging",
        marks="IsLogging LatestDeliveryTime", about=_TRAIL,
    ),
    Row(
        "inspector2.batch-get-account-status", "WaPolicy::AccountRegion", "accounts[]", "WaPolicy::AccountRegion/{accountId}/{region}", "",
        (Member("state", "InspectorState", as_is), Member("resourceState", "InspectorResourceState", as_is)),
        marks="accountId resourceState", batch=True, gives="what Inspector scans",
    ),
)  # fmt: skip


def _services(node: Node) -> PropertyValue:
    return tuple(frozen(item.value) for item in node.objects("ServicesLastAccessed"))


_IAM = (
    Row(
        "iam.list-open-id-connect-providers", "AWS::IAM::OIDCProvider", "OpenIDConnectProviderList[]", "{Arn}", "", marks="Arn",
    ),
    Row(
        "iam.get-open-id-connect-provider", "AWS::IAM::OIDCProvider", "", global_arn("iam", "oidc-provider/{of}"),
        "ClientIdList Tags ThumbprintList Url", marks="Url ClientIDList",
        about=About(global_arn("iam", "oidc-provider/{of}"), "provider, such as `token.actions.githubusercontent.com`,"),
    ),
    Row(
        "iam.list-access-keys", "AWS::IAM::AccessKey", "AccessKeyMetadata[]", global_arn("iam", "user/{UserName}") + "#{AccessKeyId}",
        "Status UserName", (Member("AccessKeyId", "Id"), own("CreateDate", "CreateDate", text)), marks="AccessKeyId UserName", part="UserName", name="AccessKeyId",
    ),
    *(
        Row(
            "iam.get-service-last-accessed-details", type_, "", form, "", (own("ServicesLastAccessed", ITEM, _services),),
            marks="JobStatus ServicesLastAccessed", gives="when a user or role last used each service",
            about=About(form, "role name, or the ARN of a user or role,", bare=type_ == "AWS::IAM::Role"),
        )
        for type_, form in (("AWS::IAM::Role", global_arn("iam", "role/{of}")), ("AWS::IAM::User", global_arn("iam", "user/{of}")))
    ),
)  # fmt: skip

_COSTS = (
    Row(
        "compute-optimizer.get-lambda-function-recommendations", "AWS::Lambda::Function", "lambdaFunctionRecommendations[]",
        "{functionArn}", "", (own("MemoryRecommendation", ITEM, as_is),), marks="functionArn finding",
        gives="what Compute Optimizer says of the memory of functions",
    ),
)  # fmt: skip

ROWS = (*_LOGS, *_CLOUDWATCH, *_DETECTING, *_IAM, *_COSTS)
