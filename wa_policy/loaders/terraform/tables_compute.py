"""Arguments of functions, state machines, events, queues and topics, in the language of `rows`.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs has the arguments, the CloudFormation template reference
the properties.
"""

from __future__ import annotations

from collections.abc import Mapping

TABLES: Mapping[str, str] = {
    "aws_lambda_function": """
        function_name runtime role handler description package_type kms_key_arn code_signing_config_arn memory_size timeout
        layers architectures vpc_config{subnet_ids security_group_ids ipv6_allowed_for_dual_stack}
        dead_letter_config{target_arn} environment{variables} tracing_config{mode} ephemeral_storage{size} snap_start{apply_on}
        logging_config{log_format application_log_level system_log_level log_group}
        file_system_config=FileSystemConfigs[arn local_mount_path]
        image_config{command entry_point working_directory} tenancy_config{tenant_isolation_mode}
        durable_config{execution_timeout retention_period=RetentionPeriodInDays}
    """,
    "aws_lambda_alias": """
        name function_name function_version description
        routing_config{additional_version_weights=AdditionalVersionWeights}
    """,
    "aws_lambda_function_url": """
        authorization_type=AuthType invoke_mode function_name=TargetFunctionArn qualifier
        cors{allow_credentials allow_headers allow_methods allow_origins expose_headers max_age}
    """,
    "aws_lambda_event_source_mapping": """
        event_source_arn function_name enabled starting_position starting_position_timestamp batch_size kms_key_arn
        maximum_batching_window_in_seconds maximum_record_age_in_seconds maximum_retry_attempts parallelization_factor
        tumbling_window_in_seconds bisect_batch_on_function_error function_response_types queues topics
        destination_config{on_failure{destination_arn=Destination}} filter_criteria{filter=Filters[pattern]}
        scaling_config{maximum_concurrency} metrics_config{metrics} provisioned_poller_config{maximum_pollers minimum_pollers}
        amazon_managed_kafka_event_source_config{consumer_group_id} self_managed_kafka_event_source_config{consumer_group_id}
        source_access_configuration=SourceAccessConfigurations[type uri=URI]
        document_db_event_source_config=DocumentDBEventSourceConfig{collection_name database_name full_document}
    """,
    "aws_lambda_function_event_invoke_config": """
        function_name qualifier maximum_event_age_in_seconds maximum_retry_attempts
        destination_config{on_failure{destination} on_success{destination}}
    """,
    "aws_lambda_layer_version": "layer_name description compatible_runtimes compatible_architectures license_info",
    "aws_lambda_code_signing_config": """
        description allowed_publishers{signing_profile_version_arns} policies=CodeSigningPolicies{untrusted_artifact_on_deployment}
    """,
    "aws_sfn_state_machine": """
        name=StateMachineName role_arn definition=DefinitionString type=StateMachineType
        logging_configuration{level include_execution_data log_destination} tracing_configuration{enabled}
        encryption_configuration{kms_key_id type kms_data_key_reuse_period_seconds}
    """,
    "aws_sfn_activity": "name",
    "aws_sqs_queue": """
        name=QueueName delay_seconds max_message_size=MaximumMessageSize message_retention_seconds=MessageRetentionPeriod
        receive_wait_time_seconds=ReceiveMessageWaitTimeSeconds visibility_timeout_seconds=VisibilityTimeout fifo_queue
        content_based_deduplication deduplication_scope fifo_throughput_limit kms_master_key_id
        kms_data_key_reuse_period_seconds sqs_managed_sse_enabled redrive_policy:json redrive_allow_policy:json
    """,
    "aws_sns_topic": """
        name=TopicName display_name kms_master_key_id fifo_topic content_based_deduplication fifo_throughput_scope
        signature_version tracing_config archive_policy:json
    """,
    "aws_sns_topic_subscription": """
        topic_arn protocol endpoint filter_policy:json filter_policy_scope raw_message_delivery redrive_policy:json
        delivery_policy:json subscription_role_arn replay_policy:json
    """,
    "aws_cloudwatch_event_bus": "name event_source_name kms_key_identifier description dead_letter_config{arn}",
    "aws_cloudwatch_event_rule": """
        name description event_bus_name:name event_pattern:json schedule_expression role_arn state
    """,
    "aws_cloudwatch_event_connection": "name description authorization_type kms_key_identifier",
    "aws_cloudwatch_event_api_destination": """
        name description connection_arn http_method invocation_endpoint
        invocation_rate_limit_per_second=InvocationRateLimitPerSecond
    """,
    "aws_cloudwatch_event_archive": """
        name=ArchiveName description event_source_arn=SourceArn event_pattern:json retention_days kms_key_identifier
    """,
    "aws_scheduler_schedule": """
        name group_name description schedule_expression schedule_expression_timezone state kms_key_arn start_date end_date
        flexible_time_window{mode maximum_window_in_minutes}
        target{arn role_arn input dead_letter_config{arn} retry_policy{maximum_event_age_in_seconds maximum_retry_attempts}}
    """,
    "aws_pipes_pipe": """
        name description source target role_arn enrichment desired_state kms_key_identifier
        source_parameters{
            filter_criteria{filter=Filters[pattern]}
            sqs_queue_parameters{batch_size maximum_batching_window_in_seconds}
            kinesis_stream_parameters{batch_size dead_letter_config{arn} maximum_record_age_in_seconds maximum_retry_attempts
                on_partial_batch_item_failure parallelization_factor starting_position}
            dynamodb_stream_parameters=DynamoDBStreamParameters{batch_size dead_letter_config{arn} maximum_record_age_in_seconds
                maximum_retry_attempts on_partial_batch_item_failure parallelization_factor starting_position}
        }
    """,
    "aws_kinesis_stream": """
        name shard_count retention_period=RetentionPeriodHours stream_mode_details{stream_mode}
    """,
    "aws_kinesis_stream_consumer": "name=ConsumerName stream_arn=StreamARN",
    "aws_kinesis_firehose_delivery_stream": """
        name=DeliveryStreamName
        kinesis_source_configuration=KinesisStreamSourceConfiguration{kinesis_stream_arn=KinesisStreamARN role_arn=RoleARN}
        server_side_encryption=DeliveryStreamEncryptionConfigurationInput{key_arn=KeyARN key_type}
        extended_s3_configuration=ExtendedS3DestinationConfiguration{bucket_arn=BucketARN role_arn=RoleARN prefix
            error_output_prefix compression_format}
    """,
    "aws_ecr_repository": """
        name=RepositoryName image_tag_mutability image_scanning_configuration{scan_on_push}
        encryption_configuration{encryption_type kms_key}
    """,
    "aws_codedeploy_app": "name=ApplicationName compute_platform",
    "aws_codedeploy_deployment_group": """
        app_name=ApplicationName deployment_group_name deployment_config_name service_role_arn
        deployment_style{deployment_option deployment_type}
        alarm_configuration{enabled ignore_poll_alarm_failure}
        auto_rollback_configuration{enabled events}
    """,
    "aws_appautoscaling_target": """
        min_capacity max_capacity resource_id scalable_dimension service_namespace role_arn=RoleARN
    """,
}
