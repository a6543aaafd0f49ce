"""Relations of queues, topics, buses, schedules, pipes and streams."""

from __future__ import annotations

from wa_policy.inventory.relations import special_compute, special_watch
from wa_policy.inventory.relations.rows import Row, back, named_by, names, of, special, via
from wa_policy.inventory.relations.rows_compute import (
    ALARM,
    BUCKET,
    BUS,
    FUNCTION,
    GLOBAL_TABLE,
    INVOKE_CONFIG,
    LOG_GROUP,
    MAPPING,
    PIPE,
    QUEUE,
    ROLE,
    RULE,
    SCALABLE,
    SCHEDULE,
    SOURCES,
    STATE_MACHINE,
    STREAM,
    SUBSCRIPTION,
    TABLE,
    TOPIC,
)

KEY = "AWS::KMS::Key"
SECRET, ROTATION = "AWS::SecretsManager::Secret", "AWS::SecretsManager::RotationSchedule"
TARGETS = (
    FUNCTION, QUEUE, TOPIC, STATE_MACHINE, STREAM, BUS, LOG_GROUP, "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Events::ApiDestination", "AWS::ApiGateway::RestApi", "AWS::ECS::Cluster", "AWS::Batch::JobQueue",
    "AWS::CodeBuild::Project",
)  # fmt: skip
_DEAD_LETTERS = (QUEUE, TOPIC)


def _key(path: str) -> Row:
    return special("key", KEY, special_compute.KeyAt(path), f"`{path}`")


ROWS = (
    *of(
        QUEUE,
        _key("KmsMasterKeyId"),
        names("dead_letter_queue", QUEUE, "RedrivePolicy.deadLetterTargetArn", only_arns=True),
        named_by("sources", QUEUE, "RedrivePolicy.deadLetterTargetArn", only_arns=True),
        named_by("event_source_mappings", MAPPING, "EventSourceArn", only_arns=True),
        via("functions", FUNCTION, "event_source_mappings", "function"),
        back("policies", ("AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy"), "queues"),
        special("subscriptions", SUBSCRIPTION, special_compute.subscriptions_of_endpoint, "`Endpoint` of the other"),
        via("topics", TOPIC, "subscriptions", "topic"),
        back("rules", RULE, "targets"),
        back("pipes", PIPE, "source"),
        back("dead_letter_functions", FUNCTION, "dead_letter_target"),
        back("dead_letter_subscriptions", SUBSCRIPTION, "dead_letter_queue"),
        back("dead_letter_rules", RULE, "dead_letter_queues"),
        back("dead_letter_schedules", SCHEDULE, "dead_letter_queues"),
        back("failure_mappings", MAPPING, "failure_destination"),
        back("failure_invoke_configs", INVOKE_CONFIG, "failure_destination"),
        back("buckets", BUCKET, "queues"),
        back("alarms", ALARM, "metric_resources"),
    ),
    *of(("AWS::SQS::QueuePolicy",), names("queues", QUEUE, "Queues")),
    *of(("AWS::SQS::QueueInlinePolicy",), names("queues", QUEUE, "Queue")),
    *of(
        TOPIC,
        _key("KmsMasterKeyId"),
        special("subscriptions", SUBSCRIPTION, special_compute.subscriptions_of_topic, "`TopicArn` of the other, or its own list"),
        via("queues", QUEUE, "subscriptions", "queue"),
        via("functions", FUNCTION, "subscriptions", "function"),
        back("policies", ("AWS::SNS::TopicPolicy", "AWS::SNS::TopicInlinePolicy"), "topics"),
        back("rules", RULE, "targets"),
        back("alarms", ALARM, "metric_resources"),
        back("action_alarms", (ALARM, "AWS::CloudWatch::CompositeAlarm"), "action_topics"),
    ),
    *of("AWS::SNS::TopicPolicy", names("topics", TOPIC, "Topics")),
    *of("AWS::SNS::TopicInlinePolicy", names("topics", TOPIC, "TopicArn")),
    *of(
        SUBSCRIPTION,
        names("topic", TOPIC, "TopicArn"),
        names("dead_letter_queue", QUEUE, "RedrivePolicy.deadLetterTargetArn", only_arns=True),
        special("queue", QUEUE, special_compute.queue_of_subscription, "`Endpoint`, if `Protocol` is `sqs`"),
        special("function", FUNCTION, special_compute.function_of_subscription, "`Endpoint`, if `Protocol` is `lambda`"),
    ),
    *of(
        BUS,
        named_by("rules", RULE, "EventBusName"),
        named_by("archives", "AWS::Events::Archive", "SourceArn"),
        named_by("policies", "AWS::Events::EventBusPolicy", "EventBusName"),
        names("dead_letter_queue", QUEUE, "DeadLetterConfig.Arn", only_arns=True),
    ),
    *of(
        RULE,
        names("event_bus", BUS, "EventBusName"),
        names("targets", TARGETS, "Targets.Arn", only_arns=True),
        names("dead_letter_queues", QUEUE, "Targets.DeadLetterConfig.Arn", only_arns=True),
        names("roles", ROLE, "Targets.RoleArn", "RoleArn"),
        back("alarms", ALARM, "metric_resources"),
    ),
    *of(
        SCHEDULE,
        names("targets", TARGETS, "Target.Arn", only_arns=True),
        names("dead_letter_queues", QUEUE, "Target.DeadLetterConfig.Arn", only_arns=True),
        names("role", ROLE, "Target.RoleArn"),
        names("group", "AWS::Scheduler::ScheduleGroup", "GroupName"),
    ),
    *of("AWS::Scheduler::ScheduleGroup", named_by("schedules", SCHEDULE, "GroupName"), back("alarms", ALARM, "metric_resources")),
    *of(
        PIPE,
        names("source", SOURCES, "Source", only_arns=True),
        names("targets", TARGETS, "Target", only_arns=True),
        names("enrichment", (FUNCTION, STATE_MACHINE, "AWS::Events::ApiDestination", "AWS::ApiGateway::RestApi"), "Enrichment", only_arns=True),
        names("dead_letter_queues", _DEAD_LETTERS, "SourceParameters.*.DeadLetterConfig.Arn", only_arns=True),
        names("role", ROLE, "RoleArn"),
        names("log_groups", LOG_GROUP, "LogConfiguration.CloudwatchLogsLogDestination.LogGroupArn"),
        back("alarms", ALARM, "metric_resources"),
    ),
    *of("AWS::Events::ApiDestination", names("connection", "AWS::Events::Connection", "ConnectionArn"), back("rules", RULE, "targets")),
    *of("AWS::Events::Connection", named_by("api_destinations", "AWS::Events::ApiDestination", "ConnectionArn")),
    *of(
        STREAM,
        _key("StreamEncryption.KeyId"),
        named_by("event_source_mappings", MAPPING, "EventSourceArn", only_arns=True),
        via("functions", FUNCTION, "event_source_mappings", "function"),
        named_by("consumers", "AWS::Kinesis::StreamConsumer", "StreamARN"),
        back("pipes", PIPE, "source"),
        back("alarms", ALARM, "metric_resources"),
    ),
    *of(
        (TABLE, GLOBAL_TABLE),
        back("scalable_targets", SCALABLE, "scaled"),
        named_by("event_source_mappings", MAPPING, "EventSourceArn", only_arns=True),
        via("functions", FUNCTION, "event_source_mappings", "function"),
        back("pipes", PIPE, "source"),
        back("data_sources", "AWS::AppSync::DataSource", "table"),
        special("backup_selections", "AWS::Backup::BackupSelection", special_compute.backup_selections, "`Resources` and `ListOfTags` of the other"),
    ),
    *of(
        TABLE,
        _key("SSESpecification.KMSMasterKeyId"),
        back("alarms", ALARM, "metric_resources"),
        special("account_alarms", ALARM, special_watch.account_alarms, "alarms on a metric of all tables of the account"),
    ),
    *of(
        BUCKET,
        _key("BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault.KMSMasterKeyID"),
        names("functions", FUNCTION, "NotificationConfiguration.LambdaConfigurations.Function", only_arns=True),
        names("queues", QUEUE, "NotificationConfiguration.QueueConfigurations.Queue", only_arns=True),
        names("topics", TOPIC, "NotificationConfiguration.TopicConfigurations.Topic", only_arns=True),
        names("log_bucket", BUCKET, "LoggingConfiguration.DestinationBucketName"),
        named_by("policies", "AWS::S3::BucketPolicy", "Bucket"),
        back("distributions", "AWS::CloudFront::Distribution", "origins"),
        back("truststore_domain_names", ("AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName"), "truststore_bucket"),
        special("backup_selections", "AWS::Backup::BackupSelection", special_compute.backup_selections, "`Resources` and `ListOfTags` of the other"),
    ),
    *of(
        SECRET,
        special("rotation_schedules", ROTATION, special_compute.rotations_of_secret, "`SecretId` of the other, or what `describe-secret` tells"),
        _key("KmsKeyId"),
        named_by("target_attachments", "AWS::SecretsManager::SecretTargetAttachment", "SecretId"),
        via("rotation_functions", FUNCTION, "rotation_schedules", "function"),
    ),
    *of(ROTATION, names("secret", SECRET, "SecretId"), names("function", FUNCTION, "RotationLambdaARN", only_arns=True)),
    *of(FUNCTION, _key("KmsKeyArn")),
    *of(STATE_MACHINE, _key("EncryptionConfiguration.KmsKeyId")),
    *of(LOG_GROUP, _key("KmsKeyId")),
    *of(KEY, named_by("aliases", "AWS::KMS::Alias", "TargetKeyId")),
    *of("AWS::KMS::Alias", names("key", KEY, "TargetKeyId")),
    *of("AWS::EFS::AccessPoint", names("file_system", "AWS::EFS::FileSystem", "FileSystemId"), back("functions", FUNCTION, "access_points")),
    *of(
        "AWS::EFS::FileSystem",
        named_by("access_points", "AWS::EFS::AccessPoint", "FileSystemId"),
        named_by("mount_targets", "AWS::EFS::MountTarget", "FileSystemId"),
    ),
)  # fmt: skip
