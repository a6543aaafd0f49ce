"""Relations of APIs, domain names, distributions and pools of users."""

from __future__ import annotations

from wa_policy.inventory.relations import special_doors
from wa_policy.inventory.relations.rows import back, named_by, names, of, special, via
from wa_policy.inventory.relations.rows_compute import (
    ALARM,
    BUCKET,
    FUNCTION,
    INTEGRATION,
    LOG_GROUP,
    METHOD,
    REST_API,
    ROLE,
    ROUTE,
    RULE,
    TABLE,
    URL,
)

HTTP_API, STAGE, V2_STAGE = "AWS::ApiGatewayV2::Api", "AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"
DOMAIN, V2_DOMAIN = "AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName"
MAPPING, V2_MAPPING = "AWS::ApiGateway::BasePathMapping", "AWS::ApiGatewayV2::ApiMapping"
AUTHORIZER, V2_AUTHORIZER = "AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"
PLAN, PLAN_KEY, API_KEY = (
    "AWS::ApiGateway::UsagePlan",
    "AWS::ApiGateway::UsagePlanKey",
    "AWS::ApiGateway::ApiKey",
)
VALIDATOR, CERTIFICATE = "AWS::ApiGateway::RequestValidator", "AWS::CertificateManager::Certificate"
LOG_TARGETS = (LOG_GROUP, "AWS::KinesisFirehose::DeliveryStream")
POOL, IDENTITY_POOL, ATTACHMENT = (
    "AWS::Cognito::UserPool",
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::IdentityPoolRoleAttachment",
)
GRAPHQL, DATA_SOURCE, DISTRIBUTION = (
    "AWS::AppSync::GraphQLApi",
    "AWS::AppSync::DataSource",
    "AWS::CloudFront::Distribution",
)
WEB_ACL, ASSOCIATION, BALANCER = (
    "AWS::WAFv2::WebACL",
    "AWS::WAFv2::WebACLAssociation",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
)
_ELSEWHERE = ("Body", "BodyS3Location")
_WEB_ACL = special("web_acl", WEB_ACL, special_doors.web_acl, "an association, or what the answer tells")

ROWS = (
    *of(
        REST_API,
        named_by("stages", STAGE, "RestApiId"),
        special("methods", METHOD, special_doors.methods_of_api, "`RestApiId` of the other, an OpenAPI document or `get-resources`"),
        named_by("authorizers", AUTHORIZER, "RestApiId", unless=_ELSEWHERE),
        named_by("models", "AWS::ApiGateway::Model", "RestApiId", unless=_ELSEWHERE),
        named_by("request_validators", VALIDATOR, "RestApiId", unless=_ELSEWHERE),
        named_by("deployments", "AWS::ApiGateway::Deployment", "RestApiId"),
        named_by("gateway_responses", "AWS::ApiGateway::GatewayResponse", "RestApiId", unless=_ELSEWHERE),
        named_by("base_path_mappings", MAPPING, "RestApiId"),
        via("domain_names", DOMAIN, "base_path_mappings", "domain_name"),
        named_by("api_mappings", V2_MAPPING, "ApiId"),
        via("v2_domain_names", V2_DOMAIN, "api_mappings", "domain_name"),
        named_by("usage_plans", PLAN, "ApiStages.ApiId"),
        via("functions", FUNCTION, "methods", "function"),
        via("web_acls", WEB_ACL, "stages", "web_acl"),
        names("vpc_endpoints", "AWS::EC2::VPCEndpoint", "EndpointConfiguration.VpcEndpointIds"),
        back("distributions", DISTRIBUTION, "origins"),
        back("rules", RULE, "targets"),
        back("alarms", ALARM, "metric_resources"),
    ),
    *of(
        STAGE,
        names("api", REST_API, "RestApiId"),
        names("log_group", LOG_TARGETS, "AccessLogSetting.DestinationArn", only_arns=True),
        names("deployment", "AWS::ApiGateway::Deployment", "DeploymentId"),
        names("client_certificate", "AWS::ApiGateway::ClientCertificate", "ClientCertificateId"),
        special("usage_plans", PLAN, special_doors.usage_plans_of_stage, "`ApiStages` of the other"),
        special("base_path_mappings", MAPPING, special_doors.mappings_of_stage, "`RestApiId` and `Stage` of the other"),
        via("domain_names", DOMAIN, "base_path_mappings", "domain_name"),
        _WEB_ACL,
    ),
    *of(
        METHOD,
        names("api", REST_API, "RestApiId"),
        names("function", FUNCTION, "Integration.Uri", only_arns=True),
        names("authorizer", AUTHORIZER, "AuthorizerId"),
        names("request_validator", VALIDATOR, "RequestValidatorId"),
        names("role", ROLE, "Integration.Credentials"),
    ),
    *of(
        AUTHORIZER,
        names("api", REST_API, "RestApiId"),
        names("function", FUNCTION, "AuthorizerUri", only_arns=True),
        names("user_pools", POOL, "ProviderARNs"),
        names("role", ROLE, "AuthorizerCredentials"),
        special("methods", METHOD, special_doors.methods_of_authorizer, "`AuthorizerId` of the other"),
    ),
    *of("AWS::ApiGateway::Model", names("api", REST_API, "RestApiId")),
    *of(VALIDATOR, names("api", REST_API, "RestApiId")),
    *of("AWS::ApiGateway::Deployment", names("api", REST_API, "RestApiId"), named_by("stages", STAGE, "DeploymentId")),
    *of(
        PLAN,
        names("apis", REST_API, "ApiStages.ApiId"),
        named_by("keys", PLAN_KEY, "UsagePlanId"),
        via("api_keys", API_KEY, "keys", "api_key"),
    ),
    *of(PLAN_KEY, names("usage_plan", PLAN, "UsagePlanId"), names("api_key", API_KEY, "KeyId")),
    *of(API_KEY, named_by("usage_plan_keys", PLAN_KEY, "KeyId"), via("usage_plans", PLAN, "usage_plan_keys", "usage_plan")),
    *of(
        HTTP_API,
        named_by("stages", V2_STAGE, "ApiId"),
        named_by("routes", ROUTE, "ApiId", answered=True),
        named_by("integrations", INTEGRATION, "ApiId", answered=True),
        named_by("authorizers", V2_AUTHORIZER, "ApiId", unless=_ELSEWHERE),
        named_by("models", "AWS::ApiGatewayV2::Model", "ApiId", unless=_ELSEWHERE),
        named_by("api_mappings", V2_MAPPING, "ApiId"),
        via("domain_names", V2_DOMAIN, "api_mappings", "domain_name"),
        via("functions", FUNCTION, "integrations", "function"),
        back("distributions", DISTRIBUTION, "origins"),
        back("alarms", ALARM, "metric_resources"),
    ),
    *of(
        V2_STAGE,
        names("api", HTTP_API, "ApiId"),
        names("log_group", LOG_TARGETS, "AccessLogSettings.DestinationArn", only_arns=True),
        special("api_mappings", V2_MAPPING, special_doors.mappings_of_v2_stage, "`ApiId` and `Stage` of the other"),
        via("domain_names", V2_DOMAIN, "api_mappings", "domain_name"),
    ),
    *of(
        ROUTE,
        names("api", HTTP_API, "ApiId"),
        special("integration", INTEGRATION, special_doors.integration_of_route, "`Target`"),
        via("function", FUNCTION, "integration", "function"),
        names("authorizer", V2_AUTHORIZER, "AuthorizerId"),
    ),
    *of(
        INTEGRATION,
        names("api", HTTP_API, "ApiId"),
        names("function", FUNCTION, "IntegrationUri", only_arns=True),
        names("vpc_link", "AWS::ApiGatewayV2::VpcLink", "ConnectionId"),
        names("role", ROLE, "CredentialsArn"),
        back("routes", ROUTE, "integration"),
    ),
    *of(
        V2_AUTHORIZER,
        names("api", HTTP_API, "ApiId"),
        names("function", FUNCTION, "AuthorizerUri", only_arns=True),
        named_by("routes", ROUTE, "AuthorizerId"),
    ),
    *of(
        DOMAIN,
        named_by("base_path_mappings", MAPPING, "DomainName"),
        via("apis", REST_API, "base_path_mappings", "api"),
        names("truststore_bucket", BUCKET, "MutualTlsAuthentication.TruststoreUri"),
        names("certificate", CERTIFICATE, "RegionalCertificateArn", "CertificateArn"),
        back("distributions", DISTRIBUTION, "origins"),
    ),
    *of(
        V2_DOMAIN,
        named_by("api_mappings", V2_MAPPING, "DomainName"),
        via("apis", (HTTP_API, REST_API), "api_mappings", "api"),
        names("truststore_bucket", BUCKET, "MutualTlsAuthentication.TruststoreUri"),
        names("certificate", CERTIFICATE, "DomainNameConfigurations.CertificateArn"),
        back("distributions", DISTRIBUTION, "origins"),
    ),
    *of(MAPPING, names("api", REST_API, "RestApiId"), names("domain_name", DOMAIN, "DomainName")),
    *of(V2_MAPPING, names("api", (HTTP_API, REST_API), "ApiId"), names("domain_name", V2_DOMAIN, "DomainName")),
    *of(
        DISTRIBUTION,
        special("origins", (URL, REST_API, HTTP_API, BUCKET, DOMAIN, V2_DOMAIN), special_doors.origins, "the domain names of its origins"),
        names("origin_access_controls", "AWS::CloudFront::OriginAccessControl", "DistributionConfig.Origins.OriginAccessControlId"),
        names("web_acl", WEB_ACL, "DistributionConfig.WebACLId", only_arns=True),
        names("log_bucket", BUCKET, "DistributionConfig.Logging.Bucket"),
        names("certificate", CERTIFICATE, "DistributionConfig.ViewerCertificate.AcmCertificateArn"),
        names("response_headers_policies", "AWS::CloudFront::ResponseHeadersPolicy", "DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId", "DistributionConfig.CacheBehaviors.ResponseHeadersPolicyId"),
        back("alarms", ALARM, "metric_resources"),
    ),
    *of("AWS::CloudFront::OriginAccessControl", back("distributions", DISTRIBUTION, "origin_access_controls")),
    *of(
        GRAPHQL,
        named_by("data_sources", DATA_SOURCE, "ApiId"),
        named_by("api_caches", "AWS::AppSync::ApiCache", "ApiId"),
        named_by("api_keys", "AWS::AppSync::ApiKey", "ApiId"),
        named_by("resolvers", "AWS::AppSync::Resolver", "ApiId"),
        named_by("schemas", "AWS::AppSync::GraphQLSchema", "ApiId"),
        names("log_role", ROLE, "LogConfig.CloudWatchLogsRoleArn"),
        names("user_pools", POOL, "UserPoolConfig.UserPoolId", "AdditionalAuthenticationProviders.UserPoolConfig.UserPoolId"),
        back("alarms", ALARM, "metric_resources"),
        _WEB_ACL,
    ),
    *of(
        DATA_SOURCE,
        names("api", GRAPHQL, "ApiId"),
        names("function", FUNCTION, "LambdaConfig.LambdaFunctionArn", only_arns=True),
        names("table", (TABLE, "AWS::DynamoDB::GlobalTable"), "DynamoDBConfig.TableName"),
        names("role", ROLE, "ServiceRoleArn"),
    ),
    *of(
        POOL,
        named_by("clients", "AWS::Cognito::UserPoolClient", "UserPoolId"),
        named_by("domains", "AWS::Cognito::UserPoolDomain", "UserPoolId"),
        named_by("groups", "AWS::Cognito::UserPoolGroup", "UserPoolId"),
        named_by("risk_configurations", "AWS::Cognito::UserPoolRiskConfigurationAttachment", "UserPoolId"),
        names("functions", FUNCTION, "LambdaConfig.*", "LambdaConfig.*.LambdaArn", only_arns=True),
        named_by("authorizers", AUTHORIZER, "ProviderARNs"),
        back("graphql_apis", GRAPHQL, "user_pools"),
        _WEB_ACL,
    ),
    *of("AWS::Cognito::UserPoolClient", names("user_pool", POOL, "UserPoolId")),
    *of(
        IDENTITY_POOL,
        named_by("role_attachments", ATTACHMENT, "IdentityPoolId"),
        via("roles", ROLE, "role_attachments", "roles"),
    ),
    *of(
        ATTACHMENT,
        names("identity_pool", IDENTITY_POOL, "IdentityPoolId"),
        names("roles", ROLE, "Roles.*", "RoleMappings.*.RulesConfiguration.Rules.RoleARN"),
        names("authenticated_role", ROLE, "Roles.authenticated"),
        names("unauthenticated_role", ROLE, "Roles.unauthenticated"),
    ),
    *of(ASSOCIATION, names("web_acl", WEB_ACL, "WebACLArn"), names("resource", (STAGE, GRAPHQL, POOL, BALANCER), "ResourceArn")),
    *of(
        WEB_ACL,
        named_by("associations", ASSOCIATION, "WebACLArn"),
        named_by("logging_configurations", "AWS::WAFv2::LoggingConfiguration", "ResourceArn"),
        back("distributions", DISTRIBUTION, "web_acl"),
        back("stages", STAGE, "web_acl"),
    ),
    *of(BALANCER, named_by("listeners", "AWS::ElasticLoadBalancingV2::Listener", "LoadBalancerArn"), _WEB_ACL),
)  # fmt: skip
