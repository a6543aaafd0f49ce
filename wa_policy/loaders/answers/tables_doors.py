"""Doors: API Gateway, AppSync, Cognito, CloudFront, AWS WAF."""

from __future__ import annotations

from dataclasses import replace

from wa_policy.iam.arn import parse_arn
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.answers.convert import shaped
from wa_policy.loaders.answers.readers import ITEM, at, own
from wa_policy.loaders.answers.rows import About, Row, api_arn, arn, global_arn
from wa_policy.loaders.members import Node
from wa_policy.loaders.tables import Member, as_is, many, text

_REST = About(api_arn("/restapis/{of}"), "REST API id", "RestApiId")
_HTTP = About(api_arn("/apis/{of}"), "API id", "ApiId")
_DOMAIN = About(api_arn("/domainnames/{of}"), "domain name", "DomainName")
_PLAN = About(api_arn("/usageplans/{of}"), "usage plan id", "UsagePlanId")
_APPSYNC = About(arn("appsync", "apis/{of}"), "API id", "ApiId")

_REST_DOMAIN = Row(
    "apigateway.get-domain-names", "AWS::ApiGateway::DomainName", "items[]", api_arn("/domainnames/{domainName}"),
    "CertificateArn DistributionDomainName DistributionHostedZoneId DomainName DomainNameArn EndpointAccessMode "
    "EndpointConfiguration MutualTlsAuthentication OwnershipVerificationCertificateArn RegionalCertificateArn "
    "RegionalDomainName RegionalHostedZoneId RoutingMode SecurityPolicy Tags",
    (own("TruststoreWarnings", "mutualTlsAuthentication", at("truststoreWarnings", many(text))),),
    marks="domainName endpointConfiguration", name="domainName",
)  # fmt: skip


def _stage_keys(node: Node) -> PropertyValue:
    """`api/stage` as an object of both."""
    keys: list[PropertyValue] = []
    for item in node.value if isinstance(node.value, list) else ():
        api, _, stage = str(item).partition("/")
        keys.append({"RestApiId": api, "StageName": stage})
    return tuple(keys)


_APIGATEWAY = (
    _REST_DOMAIN,
    replace(_REST_DOMAIN, call="apigateway.get-domain-name", items=""),
    Row(
        "apigateway.get-base-path-mappings", "AWS::ApiGateway::BasePathMapping", "items[]",
        api_arn("/domainnames/{of}/basepathmappings/{basePath}"), "BasePath RestApiId Stage", marks="basePath restApiId",
        about=_DOMAIN, name="basePath",
    ),
    Row(
        "apigateway.get-authorizers", "AWS::ApiGateway::Authorizer", "items[]", api_arn("/restapis/{of}/authorizers/{id}"),
        "AuthType AuthorizerCredentials AuthorizerResultTtlInSeconds AuthorizerUri IdentitySource "
        "IdentityValidationExpression Name ProviderARNs Type",
        (Member("id", "AuthorizerId"),), marks="id name type !value", about=_REST, name="name",
    ),
    Row(
        "apigateway.get-models", "AWS::ApiGateway::Model", "items[]", api_arn("/restapis/{of}/models/{name}"),
        "ContentType Description Name Schema", marks="id name contentType", about=_REST, name="name",
    ),
    Row(
        "apigateway.get-request-validators", "AWS::ApiGateway::RequestValidator", "items[]",
        api_arn("/restapis/{of}/requestvalidators/{id}"), "Name ValidateRequestBody ValidateRequestParameters",
        (Member("id", "RequestValidatorId"),), marks="id validateRequestBody validateRequestParameters", about=_REST, name="name",
    ),
    Row(
        "apigateway.get-gateway-responses", "AWS::ApiGateway::GatewayResponse", "items[]",
        api_arn("/restapis/{of}/gatewayresponses/{responseType}"), "ResponseParameters ResponseTemplates ResponseType StatusCode",
        marks="responseType defaultResponse", about=_REST, name="responseType",
    ),
    Row(
        "apigateway.get-usage-plans", "AWS::ApiGateway::UsagePlan", "items[]", api_arn("/usageplans/{id}"),
        "ApiStages Description Id Quota Tags Throttle", renamed={"name": "UsagePlanName"}, marks="id name apiStages",
        members=(Member("name", "UsagePlanName"),), name="name",
    ),
    Row(
        "apigateway.get-usage-plan-keys", "AWS::ApiGateway::UsagePlanKey", "items[]",
        api_arn("/usageplans/{of}/keys/{id}"), "", (Member("id", "KeyId"), Member("type", "KeyType")),
        marks="id type value", about=_PLAN, name="name",
    ),
    Row(
        "apigateway.get-api-keys", "AWS::ApiGateway::ApiKey", "items[]", api_arn("/apikeys/{id}"),
        "CustomerId Description Enabled Name Tags", (Member("id", "APIKeyId"), Member("stageKeys", "StageKeys", _stage_keys)),
        marks="id enabled createdDate !endpointConfiguration", name="name",
    ),
    Row(
        "apigateway.get-account", "AWS::ApiGateway::Account", "", api_arn("/account"), "CloudWatchRoleArn",
        marks="throttleSettings", members=(own("ThrottleSettings", "throttleSettings", as_is),),
        gives="the role with which API Gateway writes its logs",
    ),
    Row(
        "apigateway.get-client-certificates", "AWS::ApiGateway::ClientCertificate", "items[]",
        api_arn("/clientcertificates/{clientCertificateId}"), "ClientCertificateId Description Tags",
        (own("ExpirationDate", "expirationDate", as_is),), marks="clientCertificateId pemEncodedCertificate",
    ),
    Row(
        "apigateway.get-vpc-links", "AWS::ApiGateway::VpcLink", "items[]", api_arn("/vpclinks/{id}"),
        "Description Name Tags TargetArns", (Member("id", "VpcLinkId"),), marks="id targetArns", name="name",
    ),
)  # fmt: skip

_APIGATEWAYV2 = (
    Row(
        "apigatewayv2.get-stages", "AWS::ApiGatewayV2::Stage", "Items[]", api_arn("/apis/{of}/stages/{StageName}"),
        "AccessLogSettings AutoDeploy ClientCertificateId DefaultRouteSettings DeploymentId Description RouteSettings StageName "
        "StageVariables Tags",
        marks="StageName", about=_HTTP,
    ),
    Row(
        "apigatewayv2.get-authorizers", "AWS::ApiGatewayV2::Authorizer", "Items[]",
        api_arn("/apis/{of}/authorizers/{AuthorizerId}"),
        "AuthorizerCredentialsArn AuthorizerId AuthorizerPayloadFormatVersion AuthorizerResultTtlInSeconds AuthorizerType "
        "AuthorizerUri EnableSimpleResponses IdentitySource IdentityValidationExpression JwtConfiguration Name",
        marks="AuthorizerId AuthorizerType", about=_HTTP, name="Name",
    ),
    Row(
        "apigatewayv2.get-domain-names", "AWS::ApiGatewayV2::DomainName", "Items[]", api_arn("/domainnames/{DomainName}"),
        "DomainName DomainNameArn DomainNameConfigurations MutualTlsAuthentication RoutingMode Tags",
        (own("TruststoreWarnings", "MutualTlsAuthentication", at("TruststoreWarnings", many(text))),),
        marks="DomainName DomainNameConfigurations", name="DomainName",
    ),
    Row(
        "apigatewayv2.get-api-mappings", "AWS::ApiGatewayV2::ApiMapping", "Items[]",
        api_arn("/domainnames/{of}/apimappings/{ApiMappingId}"), "ApiId ApiMappingId ApiMappingKey Stage",
        marks="ApiId Stage", about=_DOMAIN,
    ),
    Row(
        "apigatewayv2.get-vpc-links", "AWS::ApiGatewayV2::VpcLink", "Items[]", api_arn("/vpclinks/{VpcLinkId}"),
        "Name SecurityGroupIds SubnetIds Tags VpcLinkId", marks="VpcLinkId SubnetIds", name="Name",
    ),
)  # fmt: skip

_GRAPHQL = Row(
    "appsync.list-graphql-apis", "AWS::AppSync::GraphQLApi", "graphqlApis[]", "{arn}",
    "AdditionalAuthenticationProviders ApiId ApiType AuthenticationType EnhancedMetricsConfig IntrospectionConfig "
    "LambdaAuthorizerConfig LogConfig MergedApiExecutionRoleArn Name OpenIDConnectConfig OwnerContact QueryDepthLimit "
    "ResolverCountLimit Tags UserPoolConfig Visibility XrayEnabled",
    (own("WebAclArn", "wafWebAclArn", text),), marks="apiId authenticationType", name="name",
)  # fmt: skip
_APPSYNC_ROWS = (
    _GRAPHQL,
    replace(_GRAPHQL, call="appsync.get-graphql-api", items="graphqlApi"),
    Row(
        "appsync.list-data-sources", "AWS::AppSync::DataSource", "dataSources[]", "{dataSourceArn}",
        "DataSourceArn Description DynamoDBConfig ElasticsearchConfig EventBridgeConfig HttpConfig LambdaConfig "
        "MetricsConfig Name OpenSearchServiceConfig RelationalDatabaseConfig ServiceRoleArn Type",
        marks="dataSourceArn type", about=_APPSYNC, name="name",
    ),
    Row(
        "appsync.list-api-keys", "AWS::AppSync::ApiKey", "apiKeys[]", arn("appsync", "apis/{of}/apikeys/{id}"),
        "Description Expires", marks="id expires", about=_APPSYNC,
    ),
)  # fmt: skip

_COGNITO = (
    Row(
        "cognito-identity.list-identity-pools", "AWS::Cognito::IdentityPool", "IdentityPools[]",
        arn("cognito-identity", "identitypool/{IdentityPoolId}"), "IdentityPoolName", marks="IdentityPoolId IdentityPoolName",
        name="IdentityPoolName",
    ),
    Row(
        "cognito-identity.describe-identity-pool", "AWS::Cognito::IdentityPool", "",
        arn("cognito-identity", "identitypool/{IdentityPoolId}"),
        "AllowClassicFlow AllowUnauthenticatedIdentities CognitoIdentityProviders DeveloperProviderName IdentityPoolName "
        "IdentityPoolTags OpenIdConnectProviderARNs SamlProviderARNs SupportedLoginProviders",
        marks="IdentityPoolId IdentityPoolName AllowUnauthenticatedIdentities", name="IdentityPoolName",
    ),
    Row(
        "cognito-identity.get-identity-pool-roles", "AWS::Cognito::IdentityPoolRoleAttachment", "",
        arn("cognito-identity", "identitypool/{IdentityPoolId}"), "IdentityPoolId RoleMappings Roles",
        marks="IdentityPoolId Roles",
    ),
    Row(
        "cognito-idp.list-user-pools", "AWS::Cognito::UserPool", "UserPools[]", arn("cognito-idp", "userpool/{Id}"),
        "", (Member("Id", "UserPoolId"), Member("Name", "UserPoolName")), marks="Id Name", name="Name",
    ),
    Row(
        "cognito-idp.describe-user-pool", "AWS::Cognito::UserPool", "UserPool", "{Arn}",
        "AccountRecoverySetting AdminCreateUserConfig AliasAttributes AutoVerifiedAttributes DeletionProtection "
        "DeviceConfiguration EmailConfiguration EmailVerificationMessage EmailVerificationSubject IssuerConfiguration "
        "KeyConfiguration LambdaConfig MfaConfiguration Policies SmsAuthenticationMessage SmsConfiguration "
        "SmsVerificationMessage UserAttributeUpdateSettings UserPoolAddOns UserPoolTags UserPoolTier UsernameAttributes "
        "UsernameConfiguration VerificationMessageTemplate",
        (Member("Id", "UserPoolId"), Member("Name", "UserPoolName"),
         Member("SchemaAttributes", "Schema", shaped("AWS::Cognito::UserPool", "Schema"))),
        marks="Id Name", name="Name",
    ),
    Row(
        "cognito-idp.describe-user-pool-client", "AWS::Cognito::UserPoolClient", "UserPoolClient",
        arn("cognito-idp", "userpool/{UserPoolId}/client/{ClientId}"),
        "AccessTokenValidity AllowedOAuthFlows AllowedOAuthFlowsUserPoolClient AllowedOAuthScopes AnalyticsConfiguration "
        "AuthSessionValidity CallbackURLs ClientId ClientName DefaultRedirectURI EnablePropagateAdditionalUserContextData "
        "EnableTokenRevocation ExplicitAuthFlows IdTokenValidity LogoutURLs PreventUserExistenceErrors ReadAttributes "
        "RefreshTokenRotation RefreshTokenValidity SupportedIdentityProviders TokenValidityUnits UserPoolId WriteAttributes",
        # The secret itself is a secret: only that there is one is read.
        (Member(ITEM, "GenerateSecret", lambda node: node.get("ClientSecret") is not None),),
        marks="UserPoolId ClientId", name="ClientName",
    ),
)  # fmt: skip


def _scope(node: Node) -> PropertyValue:
    """Where a web ACL is used, by its ARN."""
    found = parse_arn(node.value) if isinstance(node.value, str) else None
    if found is None:
        return node.wrong("an ARN")
    return "CLOUDFRONT" if found.resource.startswith("global/") else "REGIONAL"


_SCOPE = Member("ARN", "Scope", _scope)
_ACL = "AWS::WAFv2::WebACL"
_WEB_ACL = Row(
    "wafv2.get-web-acl", _ACL, "WebACL", "{ARN}",
    "ApplicationConfig AssociationConfig Capacity CaptchaConfig ChallengeConfig CustomResponseBodies DataProtectionConfig "
    "DefaultAction Description Id LabelNamespace MonetizationConfig Name OnSourceDDoSProtectionConfig Rules TokenDomains "
    "VisibilityConfig",
    (_SCOPE,), marks="ARN DefaultAction", name="Name",
)  # fmt: skip
_WAF = (
    Row(
        "wafv2.list-web-acls", _ACL, "WebACLs[]", "{ARN}", "Description Id Name", (_SCOPE,), marks="ARN LockToken Name", name="Name",
    ),
    _WEB_ACL,
    replace(_WEB_ACL, call="wafv2.get-web-acl-for-resource", marks=""),
    Row(
        "wafv2.get-ip-set", "AWS::WAFv2::IPSet", "IPSet", "{ARN}", "Addresses Description IPAddressVersion Id Name", (_SCOPE,),
        marks="ARN Addresses", name="Name",
    ),
)  # fmt: skip

_DISTRIBUTION = "AWS::CloudFront::Distribution"
_RENAMED = {
    "isIPV6Enabled": "IPV6Enabled",
    "origins.customHeaders": "OriginCustomHeaders",
    "restrictions.geoRestriction.items": "Locations",
}
_CACHED = (
    "DistributionConfig.CacheBehaviors.CachedMethods",
    "DistributionConfig.DefaultCacheBehavior.CachedMethods",
)
# They stand below the methods that are allowed, and no rule asks for them.


def _below(member: str) -> dict[str, str]:
    return {f"{member}.{path}": name for path, name in _RENAMED.items()}


_DISTRIBUTION_ARN = global_arn("cloudfront", "distribution/{Id}")
_CLOUDFRONT = (
    Row(
        "cloudfront.list-distributions", _DISTRIBUTION, "DistributionList.Items[]", "{ARN}", "DomainName Id",
        (Member(ITEM, "DistributionConfig", shaped(_DISTRIBUTION, "DistributionConfig", _RENAMED)),), marks="ARN DomainName Origins", name="Id",
        silent=(*_CACHED, "DistributionConfig.Logging", "DistributionConfig.DefaultRootObject", "DistributionConfig.ContinuousDeploymentPolicyId"),
    ),
    Row(
        "cloudfront.get-distribution", _DISTRIBUTION, "Distribution", "{ARN}", "DomainName Id DistributionConfig",
        marks="ARN DistributionConfig", name="Id", renamed=_below("distributionConfig"), silent=_CACHED,
    ),
    Row(
        "cloudfront.get-distribution-config", _DISTRIBUTION, "", global_arn("cloudfront", "distribution/{of}"), "DistributionConfig",
        renamed=_below("distributionConfig"), silent=_CACHED, marks="DistributionConfig ETag", about=About(global_arn("cloudfront", "distribution/{of}"), "distribution id"),
    ),
    Row(
        "cloudfront.get-cache-policy", "AWS::CloudFront::CachePolicy", "CachePolicy", global_arn("cloudfront", "cache-policy/{Id}"),
        "Id CachePolicyConfig", marks="Id CachePolicyConfig",
    ),
    Row(
        "cloudfront.list-cache-policies", "AWS::CloudFront::CachePolicy", "CachePolicyList.Items[].CachePolicy",
        global_arn("cloudfront", "cache-policy/{Id}"), "Id CachePolicyConfig", marks="Id CachePolicyConfig",
    ),
    Row(
        "cloudfront.list-origin-access-controls", "AWS::CloudFront::OriginAccessControl", "OriginAccessControlList.Items[]",
        global_arn("cloudfront", "origin-access-control/{Id}"), "Id",
        (Member(ITEM, "OriginAccessControlConfig", shaped("AWS::CloudFront::OriginAccessControl", "OriginAccessControlConfig")),),
        marks="Id SigningBehavior", name="Name",
    ),
)  # fmt: skip

ROWS = (*_APIGATEWAY, *_APIGATEWAYV2, *_APPSYNC_ROWS, *_COGNITO, *_WAF, *_CLOUDFRONT)
