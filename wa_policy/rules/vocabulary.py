"""Which resource types a rule can name, and the property paths of each.

They are those of CloudFormation, by its published schemas, with the additions of `inventory.model` under `WaPolicy::`. The
table here comes first: it has the types that the answers of AWS are read as, with more exact kinds. A test holds it and
the tables of the loaders together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from wa_policy.catalog.schemas import ResourceSchemas, ValueShape
from wa_policy.inventory.model import (
    CODE_SHA_PROPERTY,
    DELETION_POLICY_PROPERTY,
    EVENT_PATTERNS_PROPERTY,
    FIXED_NAME_PROPERTY,
    LAST_MODIFIED_PROPERTY,
    METHODS_PROPERTY,
    POLICY_PROPERTY,
    REPLACE_POLICY_PROPERTY,
    RESOLVED_IMAGE_PROPERTY,
    REST_API_ID_PROPERTY,
    STATE_MACHINE_PROPERTY,
    STATES_PROPERTY,
    TEMPLATE_PARAMETER_TYPE,
    VPC_ID_PROPERTY,
    WEB_ACL_PROPERTY,
)
from wa_policy.inventory.own_names import OWN_NAMES, OWN_TYPES, OwnKind
from wa_policy.rules.subjects import ACCOUNT, PRINCIPAL, PRINCIPAL_TYPES


class PropertyKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    POLICY = "policy"
    STRUCTURE = "structure"
    NAMES = "names"
    """A value for each name that the user chose, such as tags."""
    FREE = "free"
    """Of a shape that is not listed here: any path may follow."""


@dataclass(frozen=True, slots=True)
class PropertyType:
    """The type of a property; `many` for a list of such values."""

    kind: PropertyKind
    many: bool = False
    members: Mapping[str, PropertyType] = field(default_factory=dict)


_Properties = dict[str, PropertyType]


def _each(kind: PropertyKind, names: str, *, many: bool = False) -> _Properties:
    return {name: PropertyType(kind, many) for name in names.split()}


def _texts(names: str) -> _Properties:
    return _each(PropertyKind.TEXT, names)


def _lists(names: str) -> _Properties:
    return _each(PropertyKind.TEXT, names, many=True)


def _numbers(names: str) -> _Properties:
    return _each(PropertyKind.NUMBER, names)


def _flags(names: str) -> _Properties:
    return _each(PropertyKind.FLAG, names)


def _policies(names: str) -> _Properties:
    return _each(PropertyKind.POLICY, names)


def _free(names: str) -> _Properties:
    return _each(PropertyKind.FREE, names)


def _names(names: str) -> _Properties:
    return _each(PropertyKind.NAMES, names)


def _structure(name: str, members: _Properties, *, many: bool = False) -> _Properties:
    return {name: PropertyType(PropertyKind.STRUCTURE, many, members)}


_METHOD = (
    _texts(
        "ResourcePath HttpMethod AuthorizationType AuthorizerId IntegrationUri OperationName RequestValidatorId"
    )
    | _flags("ApiKeyRequired")
    | _lists("AuthorizationScopes")
    | _names("RequestModels")
    | _free("RequestParameters Integration")
)
_INLINE_POLICY = _texts("PolicyName") | _policies("PolicyDocument")
_PRINCIPAL = _texts("Path PermissionsBoundary") | _lists("ManagedPolicyArns") | _names("Tags")

_RETRIER = (
    _lists("ErrorEquals")
    | _numbers("IntervalSeconds MaxAttempts BackoffRate MaxDelaySeconds")
    | _texts("JitterStrategy")
)
_STATE = (
    _texts(
        "Name Path Inside Type QueryLanguage Comment Next Default Resource IntegrationPattern Service Action ProcessorMode "
        "ExecutionType InputPath OutputPath ResultPath ItemsPath TimeoutSecondsPath HeartbeatSecondsPath MaxConcurrencyPath "
        "ToleratedFailureCountPath ToleratedFailurePercentagePath SecondsPath Timestamp TimestampPath Error ErrorPath Cause "
        "CausePath"
    )
    | _flags("End HasTimeout HasHeartbeat IsSdkIntegration")
    | _numbers(
        "TimeoutSeconds HeartbeatSeconds Seconds MaxConcurrency ToleratedFailureCount ToleratedFailurePercentage"
    )
    | _structure("Retry", _RETRIER, many=True)
    | _structure(
        "Catch", _lists("ErrorEquals") | _texts("Next ResultPath") | _free("Output Assign"), many=True
    )
    | _free(
        "Arguments Assign Branches Choices Credentials ItemBatcher ItemReader ItemSelector Items Output Parameters Result "
        "ResultSelector ResultWriter"
    )
)
"""A state of the Amazon States Language, as `loaders.embedded` reads it."""
_EVENT_PATTERN = (
    _texts("Of")
    | _lists("Sources DetailTypes")
    | _flags("MatchesAll HasAlternatives")
    | _free("Pattern")
    | _structure("Fields", _texts("Path") | _lists("Values Operators"), many=True)
)
_PATTERNS = _structure(EVENT_PATTERNS_PROPERTY, _EVENT_PATTERN, many=True)

TYPES: Mapping[str, Mapping[str, PropertyType]] = {
    "AWS::ApiGateway::RestApi": _texts(
        f"Name Description Version ApiKeySourceType RootResourceId SecurityPolicy EndpointAccessMode {REST_API_ID_PROPERTY}"
    )
    | _lists("BinaryMediaTypes")
    | _numbers("MinimumCompressionSize")
    | _flags("DisableExecuteApiEndpoint")
    | _structure("EndpointConfiguration", _lists("Types VpcEndpointIds") | _texts("IpAddressType"))
    | _structure(METHODS_PROPERTY, _METHOD, many=True)
    | _names("Tags")
    | _policies(POLICY_PROPERTY),
    "AWS::ApiGateway::Stage": _texts(
        f"StageName DeploymentId Description DocumentationVersion ClientCertificateId CacheClusterSize RestApiId {WEB_ACL_PROPERTY}"
    )
    | _flags("CacheClusterEnabled TracingEnabled")
    | _structure("AccessLogSetting", _texts("DestinationArn Format"))
    | _free("CanarySetting MethodSettings")
    | _names("Variables Tags"),
    "AWS::ApiGatewayV2::Api": _texts(
        "ApiEndpoint ApiId ApiKeySelectionExpression Description IpAddressType Name ProtocolType RouteSelectionExpression Version"
    )
    | _flags("DisableExecuteApiEndpoint DisableSchemaValidation")
    | _free("CorsConfiguration")
    | _names("Tags"),
    "AWS::ApiGatewayV2::Integration": _texts(
        "ApiId ConnectionId ConnectionType ContentHandlingStrategy CredentialsArn Description IntegrationMethod "
        "IntegrationSubtype IntegrationType IntegrationUri PassthroughBehavior PayloadFormatVersion "
        "TemplateSelectionExpression"
    )
    | _numbers("TimeoutInMillis")
    | _free("RequestParameters RequestTemplates ResponseParameters TlsConfig"),
    "AWS::ApiGatewayV2::Route": _texts(
        "ApiId AuthorizationType AuthorizerId ModelSelectionExpression OperationName RouteKey "
        "RouteResponseSelectionExpression Target"
    )
    | _flags("ApiKeyRequired")
    | _lists("AuthorizationScopes")
    | _free("RequestModels RequestParameters"),
    "AWS::Events::Rule": _PATTERNS,
    "AWS::IAM::Group": _texts("GroupName Path")
    | _lists("ManagedPolicyArns")
    | _structure("Policies", _INLINE_POLICY, many=True),
    "AWS::IAM::ManagedPolicy": _texts("ManagedPolicyName Path Description DefaultVersionId PolicyId")
    | _numbers("AttachmentCount PermissionsBoundaryUsageCount")
    | _flags("IsAttachable")
    | _lists("Groups Roles Users")
    | _policies("PolicyDocument"),
    "AWS::IAM::Role": _PRINCIPAL
    | _structure("Policies", _INLINE_POLICY, many=True)
    | _texts("RoleName RoleId Description")
    | _numbers("MaxSessionDuration")
    | _policies("AssumeRolePolicyDocument"),
    "AWS::IAM::User": _PRINCIPAL
    | _structure("Policies", _INLINE_POLICY, many=True)
    | _texts("UserName")
    | _lists("Groups")
    | _free("LoginProfile"),
    "AWS::KMS::Key": _texts("KeyId Description KeySpec KeyUsage Origin")
    | _flags("Enabled MultiRegion EnableKeyRotation")
    | _numbers("RotationPeriodInDays")
    | _names("Tags")
    | _policies(POLICY_PROPERTY),
    "AWS::Lambda::Alias": _texts("Name FunctionName FunctionVersion Description"),
    "AWS::Lambda::EventSourceMapping": _PATTERNS
    | _texts("EventSourceArn StartingPosition FunctionName KmsKeyArn")
    | _flags("Enabled BisectBatchOnFunctionError")
    | _numbers(
        "BatchSize MaximumBatchingWindowInSeconds MaximumRecordAgeInSeconds MaximumRetryAttempts ParallelizationFactor "
        "TumblingWindowInSeconds"
    )
    | _lists("FunctionResponseTypes Queues Topics")
    | _free(
        "AmazonManagedKafkaEventSourceConfig DestinationConfig DocumentDBEventSourceConfig FilterCriteria LoggingConfig "
        "MetricsConfig ProvisionedPollerConfig ScalingConfig SelfManagedEventSource SelfManagedKafkaEventSourceConfig "
        "SourceAccessConfigurations StartingPositionTimestamp"
    )
    | _names("Tags"),
    "AWS::Lambda::Function": _texts(
        f"FunctionName Runtime Role Handler Description PackageType KmsKeyArn CodeSigningConfigArn RecursiveLoop {CODE_SHA_PROPERTY} "
        f"{VPC_ID_PROPERTY} {LAST_MODIFIED_PROPERTY} {RESOLVED_IMAGE_PROPERTY}"
    )
    | _numbers("Timeout MemorySize ReservedConcurrentExecutions")
    | _lists("Layers Architectures")
    | _structure("VpcConfig", _lists("SubnetIds SecurityGroupIds") | _flags("Ipv6AllowedForDualStack"))
    | _structure("DeadLetterConfig", _texts("TargetArn"))
    | _structure("Environment", _names("Variables"))
    | _structure("TracingConfig", _texts("Mode"))
    | _structure("EphemeralStorage", _numbers("Size"))
    | _structure("SnapStart", _texts("ApplyOn"))
    | _structure("LoggingConfig", _texts("LogFormat ApplicationLogLevel SystemLogLevel LogGroup"))
    | _free(
        "FileSystemConfigs ImageConfig Code TenancyConfig CapacityProviderConfig DurableConfig FunctionScalingConfig "
        "RuntimeManagementConfig"
    )
    | _names("Tags")
    | _policies(POLICY_PROPERTY),
    "AWS::Lambda::Url": _texts("AuthType InvokeMode FunctionUrl FunctionArn TargetFunctionArn Qualifier")
    | _free("Cors"),
    "AWS::Pipes::Pipe": _PATTERNS,
    "AWS::S3::Bucket": _texts("BucketName AbacStatus AccessControl")
    | _flags("ObjectLockEnabled")
    | _free(
        "AccelerateConfiguration AnalyticsConfigurations BucketEncryption CorsConfiguration "
        "IntelligentTieringConfigurations InventoryConfigurations LifecycleConfiguration LoggingConfiguration "
        "MetadataConfiguration MetadataTableConfiguration MetricsConfigurations NotificationConfiguration "
        "ObjectLockConfiguration OwnershipControls PublicAccessBlockConfiguration ReplicationConfiguration "
        "VersioningConfiguration WebsiteConfiguration"
    )
    | _names("Tags")
    | _policies(POLICY_PROPERTY),
    "AWS::SNS::Subscription": _PATTERNS,
    "AWS::SNS::Topic": _PATTERNS
    | _texts("TopicName DisplayName KmsMasterKeyId FifoThroughputScope SignatureVersion TracingConfig")
    | _flags("ContentBasedDeduplication FifoTopic")
    | _free("ArchivePolicy DataProtectionPolicy DeliveryStatusLogging Subscription")
    | _names("Tags")
    | _policies(POLICY_PROPERTY),
    "AWS::SQS::Queue": _texts("QueueName DeduplicationScope FifoThroughputLimit KmsMasterKeyId")
    | _numbers(
        "DelaySeconds MaximumMessageSize MessageRetentionPeriod ReceiveMessageWaitTimeSeconds VisibilityTimeout "
        "KmsDataKeyReusePeriodSeconds"
    )
    | _flags("ContentBasedDeduplication FifoQueue SqsManagedSseEnabled")
    | _free("RedriveAllowPolicy RedrivePolicy")
    | _names("Tags")
    | _policies(POLICY_PROPERTY),
    "AWS::StepFunctions::StateMachine": _structure(STATES_PROPERTY, _STATE, many=True)
    | _structure(
        STATE_MACHINE_PROPERTY, _texts("Comment QueryLanguage StartAt Version") | _numbers("TimeoutSeconds")
    ),
    "AWS::SecretsManager::Secret": _texts("Name Description KmsKeyId Type")
    | _free("ReplicaRegions")
    | _names("Tags")
    | _policies(POLICY_PROPERTY),
    TEMPLATE_PARAMETER_TYPE: _texts("Name Type Default") | _flags("NoEcho") | _lists("AllowedValues"),
}


_KINDS = {
    ValueShape.TEXT: PropertyKind.TEXT,
    ValueShape.NUMBER: PropertyKind.NUMBER,
    ValueShape.FLAG: PropertyKind.FLAG,
    ValueShape.STRUCTURE: PropertyKind.STRUCTURE,
    ValueShape.NAMES: PropertyKind.NAMES,
    ValueShape.FREE: PropertyKind.FREE,
}


_KEYWORDS = {PRINCIPAL: PRINCIPAL_TYPES, "account": (ACCOUNT,)}
"""The words of `select` that stand for types."""


_OF_OWN = {
    OwnKind.TEXT: PropertyType(PropertyKind.TEXT),
    OwnKind.TEXTS: PropertyType(PropertyKind.TEXT, many=True),
    OwnKind.NUMBER: PropertyType(PropertyKind.NUMBER),
    OwnKind.FLAG: PropertyType(PropertyKind.FLAG),
    OwnKind.FREE: PropertyType(PropertyKind.FREE),
    OwnKind.POLICY: PropertyType(PropertyKind.POLICY),
}


_OF_TEMPLATES = {
    DELETION_POLICY_PROPERTY: PropertyType(PropertyKind.TEXT),
    FIXED_NAME_PROPERTY: PropertyType(PropertyKind.FLAG),
    REPLACE_POLICY_PROPERTY: PropertyType(PropertyKind.TEXT),
}
"""What only templates say of a resource, of whatever type."""


def _own(type_: str) -> Mapping[str, PropertyType]:
    """The properties of a type in the table above, and those that only answers of AWS have."""
    named = OWN_NAMES.get(type_, {})
    return {
        **_OF_TEMPLATES,
        **{name: _OF_OWN[own.kind] for name, own in named.items()},
        **TYPES.get(type_, {}),
    }


def _schemas() -> ResourceSchemas:
    from wa_policy.catalog.store import load_schemas

    return load_schemas()


def is_type(name: str) -> bool:
    """True iff there is a resource type of that name."""
    return name in TYPES or name in OWN_TYPES or _schemas().has(name)


def all_types() -> tuple[str, ...]:
    """The names of all resource types of CloudFormation, sorted."""
    return tuple(sorted(_schemas().types))


def property_names(type_: str, path: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The names of the properties of a type, or of the members of the structure at a path."""
    if not path:
        return tuple(sorted({*_own(type_), *_schemas().names(type_)}))
    found = property_type(type_, path)
    return () if found is None else tuple(found.members)


def part_type(type_: str, parts: tuple[str, ...], path: tuple[str, ...]) -> PropertyType | None:
    """The type of what lies at a path inside of a part of what lies at `parts`, None iff there is no such path.

    `parts` goes through lists as if they were not there; `path` does not.
    """
    found: PropertyType | None = None
    members = _own(type_)
    if parts[0] not in members:
        return _part_of_schema(type_, parts, path)
    for number, name in enumerate((*parts, *path)):
        if found is not None:
            if found.kind is PropertyKind.FREE:
                return _part_of_schema(type_, parts, path) if _schemas().find(type_, parts[:1]) else found
            if found.many and number > len(parts):
                return None
            if found.kind is PropertyKind.NAMES:
                found, members = PropertyType(PropertyKind.TEXT), {}
                continue
        found = members.get(name)
        if found is None:
            return None
        members = found.members
    return _one_of(found) if not path else found


def _one_of(found: PropertyType | None) -> PropertyType | None:
    """The type of one part of a list or map."""
    if found is None or found.kind is PropertyKind.NAMES:
        return found and PropertyType(PropertyKind.TEXT)
    return PropertyType(found.kind, many=False, members=found.members)


def _part_of_schema(type_: str, parts: tuple[str, ...], path: tuple[str, ...]) -> PropertyType | None:
    schemas = _schemas()
    for length in range(1, len(path)):
        node = schemas.find(type_, (*parts, *path[:length]))
        if node is not None and node.many and node.shape is not ValueShape.FREE:
            return None
    node = schemas.find(type_, (*parts, *path))
    if node is None:
        return None
    members = {
        name: PropertyType(_KINDS[inner.shape], inner.many)
        for name in node.members
        if (inner := schemas.find(type_, (*parts, *path, name))) is not None
    }
    found = PropertyType(_KINDS[node.shape], node.many, members)
    return _one_of(found) if not path else found


def _of_schema(type_: str, path: tuple[str, ...]) -> PropertyType | None:
    schemas = _schemas()
    node = None
    for length in range(1, len(path) + 1):
        if node is not None and node.many and node.shape is not ValueShape.FREE:
            return None
        node = schemas.find(type_, path[:length])
        if node is None:
            return None
    if node is None:
        return None
    members = {
        name: PropertyType(_KINDS[inner.shape], inner.many)
        for name in node.members
        if (inner := schemas.find(type_, (*path, name))) is not None
    }
    return PropertyType(_KINDS[node.shape], node.many, members)


def selected_types(select: tuple[str, ...]) -> tuple[str, ...]:
    """The types that the words of `select` stand for; a word that is no type stands for itself."""
    return tuple(type_ for word in select for type_ in _KEYWORDS.get(word, (word,)))


def property_type(type_: str, path: tuple[str, ...]) -> PropertyType | None:
    """The type of the property at a path, None iff the resource type has no such path.

    A path does not lead into the items of a list: `each` goes through those.
    """
    members = _own(type_)
    if path and path[0] not in members:
        return _of_schema(type_, path)
    found: PropertyType | None = None
    for name in path:
        if found is not None:
            if found.kind is PropertyKind.FREE:
                # CloudFormation may say more: what is read as it is has its names.
                return _of_schema(type_, path) if _schemas().find(type_, path[:1]) else found
            if found.kind is PropertyKind.NAMES and not found.many:
                found, members = PropertyType(PropertyKind.TEXT), {}
                continue
            if found.kind is not PropertyKind.STRUCTURE or found.many:
                return None
        found = members.get(name)
        if found is None:
            return None
        members = found.members
    return found
