"""Arguments of APIs, distributions, user pools and what stands before them, in the language of `rows`."""

from __future__ import annotations

from collections.abc import Mapping

TABLES: Mapping[str, str] = {
    "aws_api_gateway_rest_api": """
        name description api_key_source=ApiKeySourceType binary_media_types minimum_compression_size:number
        disable_execute_api_endpoint root_resource_id
        endpoint_configuration{types ip_address_type vpc_endpoint_ids}
    """,
    "aws_api_gateway_stage": """
        rest_api_id stage_name deployment_id description documentation_version client_certificate_id cache_cluster_enabled
        cache_cluster_size xray_tracing_enabled=TracingEnabled variables access_log_settings=AccessLogSetting{destination_arn format}
        canary_settings=CanarySetting{percent_traffic deployment_id stage_variable_overrides use_stage_cache}
    """,
    "aws_api_gateway_authorizer": """
        rest_api_id name type identity_source identity_validation_expression authorizer_uri provider_arns=ProviderARNs
        authorizer_credentials authorizer_result_ttl_in_seconds
    """,
    "aws_api_gateway_domain_name": """
        domain_name certificate_arn regional_certificate_arn security_policy endpoint_access_mode
        mutual_tls_authentication{truststore_uri truststore_version} endpoint_configuration{types ip_address_type}
    """,
    "aws_api_gateway_base_path_mapping": "api_id=RestApiId stage_name=Stage base_path domain_name",
    "aws_api_gateway_account": "cloudwatch_role_arn=CloudWatchRoleArn",
    "aws_api_gateway_request_validator": "rest_api_id name validate_request_body validate_request_parameters",
    "aws_api_gateway_model": "rest_api_id name content_type description schema:json",
    "aws_api_gateway_api_key": "name description enabled value",
    "aws_api_gateway_usage_plan": """
        name=UsagePlanName description api_stages[api_id stage] quota_settings=Quota{limit offset period}
        throttle_settings=Throttle{burst_limit rate_limit}
    """,
    "aws_api_gateway_deployment": "rest_api_id description stage_name",
    "aws_api_gateway_resource": "rest_api_id parent_id path_part",
    "aws_apigatewayv2_api": """
        name description protocol_type route_selection_expression api_key_selection_expression version
        disable_execute_api_endpoint ip_address_type
        cors_configuration{allow_credentials allow_headers allow_methods allow_origins expose_headers max_age}
    """,
    "aws_apigatewayv2_route": """
        api_id route_key target authorization_type authorizer_id authorization_scopes api_key_required operation_name
        model_selection_expression route_response_selection_expression request_models
    """,
    "aws_apigatewayv2_integration": """
        api_id integration_type integration_uri integration_method integration_subtype connection_type connection_id
        content_handling_strategy credentials_arn description passthrough_behavior payload_format_version
        template_selection_expression timeout_milliseconds=TimeoutInMillis request_parameters request_templates
        tls_config{server_name_to_verify}
    """,
    "aws_apigatewayv2_authorizer": """
        api_id name authorizer_type authorizer_uri authorizer_credentials_arn identity_sources=IdentitySource
        authorizer_payload_format_version authorizer_result_ttl_in_seconds enable_simple_responses
        jwt_configuration{audience issuer}
    """,
    "aws_apigatewayv2_stage": """
        api_id name=StageName description auto_deploy deployment_id client_certificate_id stage_variables
        access_log_settings{destination_arn format}
        default_route_settings{data_trace_enabled detailed_metrics_enabled logging_level throttling_burst_limit
            throttling_rate_limit}
    """,
    "aws_apigatewayv2_domain_name": """
        domain_name
        domain_name_configuration=DomainNameConfigurations[certificate_arn endpoint_type ip_address_type security_policy]
        mutual_tls_authentication{truststore_uri truststore_version}
    """,
    "aws_apigatewayv2_api_mapping": "api_id stage domain_name api_mapping_key",
    "aws_appsync_graphql_api": """
        name authentication_type visibility xray_enabled query_depth_limit resolver_count_limit introspection_config
        log_config{cloudwatch_logs_role_arn=CloudWatchLogsRoleArn field_log_level exclude_verbose_content}
        additional_authentication_provider=AdditionalAuthenticationProviders[authentication_type]
    """,
    "aws_appsync_datasource": """
        api_id name type service_role_arn description lambda_config{function_arn=LambdaFunctionArn}
        dynamodb_config=DynamoDBConfig{table_name region=AwsRegion use_caller_credentials versioned}
        http_config{endpoint}
    """,
    "aws_cognito_user_pool": """
        name=UserPoolName mfa_configuration deletion_protection alias_attributes auto_verified_attributes username_attributes
        user_pool_tier password_policy=Policies{minimum_length require_lowercase require_numbers require_symbols
            require_uppercase temporary_password_validity_days}
        user_pool_add_ons{advanced_security_mode} admin_create_user_config{allow_admin_create_user_only}
    """,
    "aws_cognito_user_pool_client": """
        name=ClientName user_pool_id allowed_oauth_flows=AllowedOAuthFlows allowed_oauth_scopes=AllowedOAuthScopes
        allowed_oauth_flows_user_pool_client=AllowedOAuthFlowsUserPoolClient explicit_auth_flows generate_secret
        callback_urls=CallbackURLs logout_urls=LogoutURLs enable_token_revocation prevent_user_existence_errors
        access_token_validity id_token_validity refresh_token_validity supported_identity_providers read_attributes
        write_attributes
    """,
    "aws_cognito_identity_pool": """
        identity_pool_name allow_unauthenticated_identities allow_classic_flow developer_provider_name
        openid_connect_provider_arns=OpenIdConnectProviderARNs saml_provider_arns=SamlProviderARNs supported_login_providers
        cognito_identity_providers[client_id provider_name server_side_token_check]
    """,
    "aws_cloudfront_distribution": """
        enabled aliases comment web_acl_id=WebACLId http_version price_class default_root_object
        default_cache_behavior{allowed_methods cached_methods cache_policy_id compress origin_request_policy_id
            response_headers_policy_id target_origin_id viewer_protocol_policy trusted_key_groups
            default_ttl=DefaultTTL max_ttl=MaxTTL min_ttl=MinTTL}
        ordered_cache_behavior=CacheBehaviors[path_pattern allowed_methods cached_methods cache_policy_id compress
            origin_request_policy_id response_headers_policy_id target_origin_id viewer_protocol_policy
            default_ttl=DefaultTTL max_ttl=MaxTTL min_ttl=MinTTL]
        origin=Origins[domain_name origin_id=Id origin_path origin_access_control_id
            custom_origin_config{http_port=HTTPPort https_port=HTTPSPort origin_protocol_policy
                origin_ssl_protocols=OriginSSLProtocols}
            s3_origin_config{origin_access_identity}]
        viewer_certificate{acm_certificate_arn cloudfront_default_certificate=CloudFrontDefaultCertificate iam_certificate_id
            minimum_protocol_version ssl_support_method}
        logging_config=Logging{bucket include_cookies prefix}
    """,
    "aws_cloudfront_origin_access_control": """
        name description origin_access_control_origin_type=OriginAccessControlOriginType signing_behavior signing_protocol
    """,
    "aws_wafv2_web_acl": """
        name description scope default_action{allow{} block{}}
        visibility_config{cloudwatch_metrics_enabled=CloudWatchMetricsEnabled metric_name sampled_requests_enabled}
    """,
    "aws_wafv2_ip_set": "name description scope ip_address_version=IPAddressVersion addresses",
    "aws_wafv2_web_acl_association": "resource_arn web_acl_arn=WebACLArn",
    "aws_acm_certificate": "domain_name subject_alternative_names validation_method certificate_authority_arn",
    "aws_lb": """
        name internal=Scheme load_balancer_type=Type subnets security_groups ip_address_type
    """,
    "aws_lb_listener": """
        load_balancer_arn port protocol ssl_policy default_action=DefaultActions[type target_group_arn]
    """,
    "aws_lb_target_group": "name port protocol protocol_version target_type vpc_id",
}
