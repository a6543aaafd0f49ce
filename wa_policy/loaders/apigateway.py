"""`aws apigateway`: REST APIs with their policies, methods and stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import PolicyKind
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    METHODS_PROPERTY,
    POLICY_PROPERTY,
    REST_API_ID_PROPERTY,
    WEB_ACL_PROPERTY,
    Absent,
    Present,
    PropertyValue,
    Resource,
)
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export
from wa_policy.loaders.resource_ids import check_place, rest_api_of_file
from wa_policy.loaders.tables import (
    Member,
    Table,
    as_is,
    flag,
    inside,
    many,
    number,
    structure,
    text,
    texts_by_name,
)

REST_API = Table(
    "AWS::ApiGateway::RestApi",
    "apigateway get-rest-apis",
    (
        Member("name", "Name"),
        Member("description", "Description"),
        Member("version", "Version"),
        Member("apiKeySource", "ApiKeySourceType"),
        Member("binaryMediaTypes", "BinaryMediaTypes", many(text)),
        Member("minimumCompressionSize", "MinimumCompressionSize", number),
        Member(
            "endpointConfiguration",
            "EndpointConfiguration",
            structure(
                Member("types", "Types", many(text)),
                Member("ipAddressType", "IpAddressType"),
                Member("vpcEndpointIds", "VpcEndpointIds", many(text)),
            ),
        ),
        Member("disableExecuteApiEndpoint", "DisableExecuteApiEndpoint", flag),
        Member("rootResourceId", "RootResourceId"),
        Member("securityPolicy", "SecurityPolicy"),
        Member("endpointAccessMode", "EndpointAccessMode"),
        Member("tags", "Tags", texts_by_name),
    ),
    elsewhere={METHODS_PROPERTY: "apigateway get-resources --embed methods"},
    policy_call="apigateway.get-rest-apis",
)


def _method_settings(node: Node) -> PropertyValue:
    """The settings by `path/METHOD`, in which each slash of the path is written `~1`, as CloudFormation lists them."""
    if not isinstance(node.value, Mapping):
        return node.wrong("an object")
    settings: list[PropertyValue] = []
    for key, value in node.value.items():
        path, _, method = str(key).rpartition("/")
        path = path.replace("~1", "/")
        read = _SETTING(Node(value, node.source.at(str(key)), node.notes))
        where = {"ResourcePath": path if path.startswith("/") else f"/{path}", "HttpMethod": method}
        settings.append(where | dict(read) if isinstance(read, Mapping) else read)
    return tuple(settings)


_SETTING = structure(
    Member("cacheDataEncrypted", "CacheDataEncrypted", flag),
    Member("cacheTtlInSeconds", "CacheTtlInSeconds", number),
    Member("cachingEnabled", "CachingEnabled", flag),
    Member("dataTraceEnabled", "DataTraceEnabled", flag),
    Member("loggingLevel", "LoggingLevel"),
    Member("metricsEnabled", "MetricsEnabled", flag),
    Member("throttlingBurstLimit", "ThrottlingBurstLimit", number),
    Member("throttlingRateLimit", "ThrottlingRateLimit", number),
)

STAGE = Table(
    "AWS::ApiGateway::Stage",
    "apigateway get-stages",
    (
        Member("stageName", "StageName"),
        Member("deploymentId", "DeploymentId"),
        Member("description", "Description"),
        Member("documentationVersion", "DocumentationVersion"),
        Member("clientCertificateId", "ClientCertificateId"),
        Member("cacheClusterEnabled", "CacheClusterEnabled", flag),
        Member("cacheClusterSize", "CacheClusterSize"),
        Member("tracingEnabled", "TracingEnabled", flag),
        Member(
            "accessLogSettings",
            "AccessLogSetting",
            structure(Member("destinationArn", "DestinationArn"), Member("format", "Format")),
        ),
        Member(
            "canarySettings",
            "CanarySetting",
            structure(
                Member("percentTraffic", "PercentTraffic", number),
                Member("deploymentId", "DeploymentId"),
                Member("stageVariableOverrides", "StageVariableOverrides", texts_by_name),
                Member("useStageCache", "UseStageCache", flag),
            ),
        ),
        Member("methodSettings", "MethodSettings", _method_settings),
        Member("variables", "Variables", texts_by_name),
        Member("tags", "Tags", texts_by_name),
        Member("webAclArn", WEB_ACL_PROPERTY),
    ),
)


def _has_items(value: Any, member: str, call: str, origin: Origin, wanted: tuple[str, ...]) -> bool:
    """True iff the list has only items with the members wanted, or is empty and the file name tells."""
    if not isinstance(value, Mapping) or not isinstance(value.get(member), list):
        return False
    items = [item for item in value[member] if isinstance(item, Mapping)]
    if not items:
        return origin.call == call
    # One item may be malformed: most decide.
    return 2 * sum(all(name in item for name in wanted) for item in items) > len(items)


def is_rest_api_list(value: Any, origin: Origin) -> bool:
    return _has_items(value, "items", "apigateway.get-rest-apis", origin, ("id", "name", "createdDate")) or (
        _has_items(
            value, "items", "apigateway.get-rest-apis", origin, ("id", "name", "endpointConfiguration")
        )
    )


def is_rest_api(value: Any, _origin: Origin) -> bool:
    return isinstance(value, Mapping) and {"id", "name"} <= value.keys() and (
        "endpointConfiguration" in value or "apiKeySource" in value
    )  # fmt: skip


def is_resource_list(value: Any, origin: Origin) -> bool:
    return _has_items(value, "items", "apigateway.get-resources", origin, ("id", "path"))


def is_stage_list(value: Any, origin: Origin) -> bool:
    return _has_items(value, "item", "apigateway.get-stages", origin, ("stageName",))


def load_rest_apis(export: Export) -> None:
    """`get-rest-apis`, and `get-rest-api` for a single one."""
    origin = export.origin
    is_list = "items" in export.value
    items = list(export.node.objects("items")) if is_list else [export.node]
    if items or origin.account is None:
        check_place(export, what="the REST APIs of this file", region=True)
    for item in items:
        _rest_api(export, item)
    if is_list:
        export.answered("apigateway.get-rest-apis", origin.account, origin.region)


def rest_api_arn(origin: Origin, api: str) -> str:
    """The ARN of a REST API, which has no account."""
    return origin.arn_of("apigateway", f"/restapis/{api}", account=False)


def _rest_api(export: Export, node: Node) -> None:
    api = node.required_text("id")
    if api is None:
        return
    policy = node.get("policy")
    properties = REST_API.properties(node) | {REST_API_ID_PROPERTY: api}
    places = REST_API.places(node)
    if policy is None or policy.value == "":
        # An API without a policy has no such member: the answer is complete.
        properties[POLICY_PROPERTY] = Absent(node.source)
    else:
        read, problems = parse_policy(policy.value, policy.source, PolicyKind.RESOURCE)
        export.pieces.problems.extend(problems)
        properties[POLICY_PROPERTY], places[POLICY_PROPERTY] = Present(read), policy.source
    name = node.text("name") or api
    origin = export.origin
    export.pieces.resources.append(
        Resource(
            REST_API.type,
            rest_api_arn(origin, api),
            name,
            origin.account,
            origin.region,
            properties,
            node.source,
            places,
        )
    )


def _api_of(export: Export, operation: str) -> str | None:
    """The API that an answer is about, which only the file name tells."""
    check_place(export, what="the REST API of this file", region=True)
    api = rest_api_of_file(export)
    if api is None:
        export.note(
            "resource-unknown",
            "nothing says of which REST API this answer is, expected a file name or a sidecar that does",
            f"name the file `apigateway.{operation}.<REST API id>.json`",
        )
    return api


def _integration(node: Node) -> PropertyValue:
    """The integration as AWS::ApiGateway::Method has it; its answers are a list there."""
    found = _INTEGRATION(node)
    responses = node.get("integrationResponses")
    if not isinstance(found, Mapping) or responses is None:
        return found
    listed = [_RESPONSE(one) for _, one in node.entries("integrationResponses")]
    return {**found, "IntegrationResponses": tuple(listed)}


_INTEGRATION = structure(
    Member("type", "Type"),
    Member("httpMethod", "IntegrationHttpMethod"),
    Member("uri", "Uri"),
    Member("connectionType", "ConnectionType"),
    Member("connectionId", "ConnectionId"),
    Member("credentials", "Credentials"),
    Member("requestParameters", "RequestParameters", texts_by_name),
    Member("requestTemplates", "RequestTemplates", texts_by_name),
    Member("passthroughBehavior", "PassthroughBehavior"),
    Member("contentHandling", "ContentHandling"),
    Member("timeoutInMillis", "TimeoutInMillis", number),
    Member("cacheNamespace", "CacheNamespace"),
    Member("cacheKeyParameters", "CacheKeyParameters", many(text)),
    Member("responseTransferMode", "ResponseTransferMode"),
    Member("integrationTarget", "IntegrationTarget"),
    Member(
        "tlsConfig",
        "TlsConfig",
        structure(Member("insecureSkipVerification", "InsecureSkipVerification", flag)),
    ),
)
_RESPONSE = structure(
    Member("statusCode", "StatusCode"),
    Member("selectionPattern", "SelectionPattern"),
    Member("responseParameters", "ResponseParameters", texts_by_name),
    Member("responseTemplates", "ResponseTemplates", texts_by_name),
    Member("contentHandling", "ContentHandling"),
)
_METHOD = structure(
    Member("authorizationType", "AuthorizationType"),
    Member("apiKeyRequired", "ApiKeyRequired", flag),
    Member("authorizerId", "AuthorizerId"),
    Member("authorizationScopes", "AuthorizationScopes", many(text)),
    Member("operationName", "OperationName"),
    Member("requestValidatorId", "RequestValidatorId"),
    Member("requestModels", "RequestModels", texts_by_name),
    Member("requestParameters", "RequestParameters", as_is),
    Member("methodIntegration", "IntegrationUri", inside("uri")),
    Member("methodIntegration", "Integration", _integration),
)
_MEMBERS = (
    *("AuthorizationType", "ApiKeyRequired", "AuthorizerId", "AuthorizationScopes", "OperationName"),
    *("RequestValidatorId", "RequestModels", "RequestParameters", "Integration"),
)
_NOT_EMBEDDED = Unknown(UnknownKind.NOT_EXPORTED, "apigateway get-resources with `--embed methods`")


def load_resources(export: Export) -> None:
    """`get-resources`: the methods of one API."""
    api = _api_of(export, "get-resources")
    if api is None:
        return
    methods: list[PropertyValue] = []
    for item in export.node.objects("items"):
        path = item.text("path")
        for name, node in item.entries("resourceMethods"):
            methods.append(_method(path or "", name, node))
    origin = export.origin
    arn = rest_api_arn(origin, api)
    export.pieces.resources.append(
        Resource(
            REST_API.type,
            arn,
            api,
            origin.account,
            origin.region,
            {REST_API_ID_PROPERTY: api, METHODS_PROPERTY: tuple(methods)},
            export.source,
        )
    )
    export.answered("apigateway.get-resources", origin.account, origin.region, arn)


def _method(path: str, name: str, node: Node) -> PropertyValue:
    where: dict[str, PropertyValue] = {"ResourcePath": path, "HttpMethod": name}
    if not isinstance(node.value, Mapping):
        unread = node.wrong("an object")
        return where | dict.fromkeys(_MEMBERS, unread)
    if "authorizationType" not in node.value:
        return where | dict.fromkeys(_MEMBERS, _NOT_EMBEDDED)
    read = _METHOD(node)
    return where | {"ApiKeyRequired": False} | (dict(read) if isinstance(read, Mapping) else {})


def load_stages(export: Export) -> None:
    """`get-stages` of one API."""
    api = _api_of(export, "get-stages")
    if api is None:
        return
    origin = export.origin
    arn = rest_api_arn(origin, api)
    for item in export.node.objects("item"):
        name = item.required_text("stageName")
        if name is None:
            continue
        properties = STAGE.properties(item) | {"RestApiId": api}
        properties["WaPolicy::LastUpdatedDate"] = item.text("lastUpdatedDate")
        export.pieces.resources.append(
            Resource(
                STAGE.type,
                f"{arn}/stages/{name}",
                name,
                origin.account,
                origin.region,
                properties,
                item.source,
                STAGE.places(item),
            )
        )
    export.answered("apigateway.get-stages", origin.account, origin.region, arn)
