"""Arguments of stores, keys, networks, logs and alarms, in the language of `rows`."""

from __future__ import annotations

from collections.abc import Mapping

TABLES: Mapping[str, str] = {
    # --- identities
    "aws_iam_role": "name=RoleName path description max_session_duration permissions_boundary",
    "aws_iam_user": "name=UserName path permissions_boundary",
    "aws_iam_group": "name=GroupName path",
    "aws_iam_policy": "name=ManagedPolicyName path description",
    "aws_iam_instance_profile": "name=InstanceProfileName path",
    "aws_iam_access_key": "user=UserName status",
    "aws_iam_openid_connect_provider": "url client_id_list thumbprint_list",
    # --- stores
    "aws_s3_bucket": "bucket=BucketName acl=AccessControl object_lock_enabled",
    "aws_dynamodb_table": """
        name=TableName billing_mode deletion_protection_enabled table_class
        attribute=AttributeDefinitions[name=AttributeName type=AttributeType]
        point_in_time_recovery=PointInTimeRecoverySpecification{enabled=PointInTimeRecoveryEnabled
            recovery_period_in_days}
        server_side_encryption=SSESpecification{enabled=SSEEnabled kms_key_arn=KMSMasterKeyId}
        ttl=TimeToLiveSpecification{attribute_name enabled}
        global_secondary_index=GlobalSecondaryIndexes[name=IndexName]
    """,
    "aws_kms_key": """
        description key_usage customer_master_key_spec=KeySpec is_enabled=Enabled enable_key_rotation
        rotation_period_in_days multi_region
    """,
    "aws_kms_alias": "name=AliasName target_key_id",
    "aws_secretsmanager_secret": "name description kms_key_id replica=ReplicaRegions[region kms_key_id]",
    "aws_secretsmanager_secret_rotation": """
        secret_id rotation_lambda_arn=RotationLambdaARN rotation_rules{automatically_after_days duration schedule_expression}
    """,
    "aws_ssm_parameter": "name type description tier data_type allowed_pattern insecure_value=Value",
    "aws_efs_file_system": """
        encrypted kms_key_id performance_mode throughput_mode provisioned_throughput_in_mibps
    """,
    "aws_efs_access_point": """
        file_system_id posix_user{gid uid} root_directory{path creation_info{owner_gid owner_uid permissions}}
    """,
    "aws_db_instance": """
        identifier=DBInstanceIdentifier engine engine_version instance_class=DBInstanceClass storage_encrypted kms_key_id
        publicly_accessible multi_az=MultiAZ deletion_protection iam_database_authentication_enabled=EnableIAMDatabaseAuthentication
        vpc_security_group_ids=VPCSecurityGroups db_subnet_group_name=DBSubnetGroupName backup_retention_period
        manage_master_user_password
    """,
    "aws_db_proxy": """
        name=DBProxyName engine_family role_arn require_tls=RequireTLS vpc_subnet_ids vpc_security_group_ids idle_client_timeout
        auth[auth_scheme iam_auth=IAMAuth secret_arn]
    """,
    "aws_rds_cluster": """
        cluster_identifier=DBClusterIdentifier engine engine_version storage_encrypted kms_key_id deletion_protection
        iam_database_authentication_enabled=EnableIAMDatabaseAuthentication vpc_security_group_ids
        db_subnet_group_name=DBSubnetGroupName backup_retention_period enable_http_endpoint
    """,
    "aws_elasticache_replication_group": """
        replication_group_id description=ReplicationGroupDescription engine engine_version at_rest_encryption_enabled
        transit_encryption_enabled transit_encryption_mode kms_key_id security_group_ids subnet_group_name=CacheSubnetGroupName
        automatic_failover_enabled multi_az_enabled=MultiAZEnabled
    """,
    "aws_dax_cluster": """
        cluster_name iam_role_arn=IAMRoleARN node_type replication_factor subnet_group_name security_group_ids
        cluster_endpoint_encryption_type server_side_encryption=SSESpecification{enabled=SSEEnabled}
    """,
    "aws_appsync_api_cache": """
        api_id api_caching_behavior type ttl at_rest_encryption_enabled transit_encryption_enabled
    """,
    "aws_opensearch_domain": """
        domain_name engine_version vpc_options=VPCOptions{subnet_ids security_group_ids}
        encrypt_at_rest=EncryptionAtRestOptions{enabled kms_key_id} node_to_node_encryption=NodeToNodeEncryptionOptions{enabled}
        domain_endpoint_options{enforce_https=EnforceHTTPS tls_security_policy=TLSSecurityPolicy}
    """,
    "aws_opensearchserverless_access_policy": "name type description policy",
    "aws_opensearchserverless_security_policy": "name type description policy",
    # --- network
    "aws_vpc": "cidr_block instance_tenancy enable_dns_support enable_dns_hostnames",
    "aws_subnet": """
        vpc_id cidr_block ipv6_cidr_block availability_zone map_public_ip_on_launch assign_ipv6_address_on_creation
    """,
    "aws_security_group": "name=GroupName description=GroupDescription vpc_id",
    "aws_vpc_endpoint": """
        vpc_id service_name vpc_endpoint_type private_dns_enabled security_group_ids subnet_ids route_table_ids
    """,
    "aws_internet_gateway": "",
    "aws_egress_only_internet_gateway": "vpc_id",
    "aws_nat_gateway": "subnet_id allocation_id connectivity_type",
    "aws_route_table": "vpc_id",
    "aws_route": """
        route_table_id destination_cidr_block destination_ipv6_cidr_block destination_prefix_list_id gateway_id nat_gateway_id
        transit_gateway_id egress_only_gateway_id=EgressOnlyInternetGatewayId vpc_endpoint_id vpc_peering_connection_id
        network_interface_id local_gateway_id carrier_gateway_id
    """,
    "aws_route_table_association": "subnet_id route_table_id",
    "aws_flow_log": """
        vpc_id=ResourceId subnet_id=ResourceId eni_id=ResourceId transit_gateway_id=ResourceId traffic_type log_destination
        log_destination_type iam_role_arn=DeliverLogsPermissionArn log_format
    """,
    "aws_ec2_transit_gateway": "description amazon_side_asn",
    # --- looking on
    "aws_cloudwatch_log_group": """
        name=LogGroupName retention_in_days kms_key_id log_group_class deletion_protection_enabled
    """,
    "aws_cloudwatch_log_subscription_filter": "log_group_name filter_pattern destination_arn role_arn distribution",
    "aws_cloudwatch_log_metric_filter": """
        name=FilterName log_group_name pattern=FilterPattern
        metric_transformation=MetricTransformations[name=MetricName namespace=MetricNamespace value=MetricValue default_value unit]
    """,
    "aws_cloudwatch_log_destination": "name=DestinationName role_arn target_arn",
    "aws_cloudwatch_log_account_policy": "policy_name policy_type policy_document scope selection_criteria",
    "aws_cloudwatch_log_resource_policy": "policy_name policy_document",
    "aws_oam_link": "label_template resource_types sink_identifier",
    "aws_cloudwatch_metric_alarm": """
        alarm_name alarm_description comparison_operator evaluation_periods metric_name namespace period statistic
        extended_statistic threshold:number threshold_metric_id datapoints_to_alarm actions_enabled alarm_actions ok_actions=OKActions
        insufficient_data_actions treat_missing_data unit
        metric_query=Metrics[id expression label return_data period account_id
            metric=MetricStat{metric_name namespace period stat unit dimensions}]
    """,
    "aws_cloudwatch_composite_alarm": """
        alarm_name alarm_rule alarm_description actions_enabled alarm_actions ok_actions=OKActions insufficient_data_actions
    """,
    "aws_cloudtrail": """
        name=TrailName s3_bucket_name=S3BucketName is_multi_region_trail enable_log_file_validation kms_key_id=KMSKeyId
        include_global_service_events enable_logging=IsLogging is_organization_trail
        cloud_watch_logs_group_arn=CloudWatchLogsLogGroupArn cloud_watch_logs_role_arn=CloudWatchLogsRoleArn
        sns_topic_name
    """,
    "aws_guardduty_detector": "enable finding_publishing_frequency",
    "aws_accessanalyzer_analyzer": "analyzer_name type",
    "aws_config_configuration_recorder": "name role_arn=RoleARN",
    "aws_config_config_rule": "name=ConfigRuleName description maximum_execution_frequency",
    "aws_appconfig_application": "name description",
    "aws_appconfig_environment": "application_id name description monitor=Monitors[alarm_arn alarm_role_arn]",
    "aws_appconfig_configuration_profile": """
        application_id name description location_uri retrieval_role_arn type validator=Validators[type content]
    """,
    "aws_appconfig_deployment_strategy": """
        name deployment_duration_in_minutes final_bake_time_in_minutes growth_factor growth_type replicate_to
    """,
    "aws_codepipeline": "name role_arn pipeline_type",
    "aws_organizations_policy": "name type description content",
}
