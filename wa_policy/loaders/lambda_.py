"""`aws lambda`: functions, function URLs, event source mappings. Their policies are in `resource_policies`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    CODE_SHA_PROPERTY,
    LAST_MODIFIED_PROPERTY,
    RESOLVED_IMAGE_PROPERTY,
    VPC_ID_PROPERTY,
    PropertyValue,
    Resource,
)
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export
from wa_policy.loaders.resource_ids import function_arn, function_of_file, owner, qualifier, the_only
from wa_policy.loaders.tables import (
    Member,
    Table,
    as_is,
    flag,
    inside,
    many,
    number,
    same,
    structure,
    text,
    texts_by_name,
)

CODE_SIZE_PROPERTY = "WaPolicy::CodeSize"
PACKAGE_SIZE_PROPERTY = "WaPolicy::PackageSize"


def _variables(node: Node) -> PropertyValue:
    """Environment; where the caller may not decrypt the variables, the answer has an error in their place."""
    if node.get("Error") is not None:
        reason = f"`{node.source.at('Error').pointer}` in `{node.source.file}`: the variables were not shown"
        return {"Variables": Unknown(UnknownKind.NOT_EXPORTED, reason)}
    return structure(Member("Variables", "Variables", texts_by_name))(node)


def _vpc(node: Node) -> PropertyValue:
    value = structure(
        *same("SubnetIds", "SecurityGroupIds", read=many(text)), *same("Ipv6AllowedForDualStack", read=flag)
    )(node)
    # A function that was taken out of its VPC has empty lists.
    return value if not isinstance(value, Mapping) or value.get("SubnetIds") != () else None


FUNCTION = Table(
    "AWS::Lambda::Function",
    "lambda get-function",
    (
        *same("FunctionName", "Runtime", "Role", "Handler", "Description", "PackageType"),
        *same("Timeout", "MemorySize", read=number),
        Member("VpcConfig", "VpcConfig", _vpc),
        Member("DeadLetterConfig", "DeadLetterConfig", structure(*same("TargetArn"))),
        Member("Environment", "Environment", _variables),
        Member("KMSKeyArn", "KmsKeyArn"),
        Member("TracingConfig", "TracingConfig", structure(*same("Mode"))),
        Member("Layers", "Layers", many(inside("Arn"))),
        Member("FileSystemConfigs", "FileSystemConfigs", as_is),
        Member("ImageConfigResponse", "ImageConfig", inside("ImageConfig", as_is)),
        Member("Architectures", "Architectures", many(text)),
        Member("EphemeralStorage", "EphemeralStorage", structure(*same("Size", read=number))),
        Member("SnapStart", "SnapStart", structure(*same("ApplyOn"))),
        Member(
            "LoggingConfig",
            "LoggingConfig",
            structure(*same("LogFormat", "ApplicationLogLevel", "SystemLogLevel", "LogGroup")),
        ),
        *same("TenancyConfig", "CapacityProviderConfig", "DurableConfig", read=as_is),
        Member("CodeSha256", CODE_SHA_PROPERTY),
        Member("LastModified", LAST_MODIFIED_PROPERTY),
        Member("VpcConfig", VPC_ID_PROPERTY, lambda node: inside("VpcId")(node) or None),
    ),
    elsewhere={
        "Code": "lambda get-function",
        RESOLVED_IMAGE_PROPERTY: "lambda get-function",
        "CodeSigningConfigArn": "lambda get-function-code-signing-config",
        "FunctionScalingConfig": "lambda get-function-scaling-config",
        "RecursiveLoop": "lambda get-function-recursion-config",
        "ReservedConcurrentExecutions": "lambda get-function-concurrency",
        "RuntimeManagementConfig": "lambda get-runtime-management-config",
        "Tags": "lambda list-tags",
    },
    policy_call="lambda.get-policy",
)

# Members of `get-function` beside Configuration. The presigned `Location` of the code is a secret: not read.
_GET_FUNCTION = (
    Member("Code", "Code", structure(*same("ImageUri"), Member("SourceKMSKeyArn", "SourceKMSKeyArn"))),
    Member("Code", RESOLVED_IMAGE_PROPERTY, inside("ResolvedImageUri")),
    Member("Tags", "Tags", texts_by_name),
    Member("Concurrency", "ReservedConcurrentExecutions", inside("ReservedConcurrentExecutions", number)),
)

URL = Table(
    "AWS::Lambda::Url",
    "lambda list-function-url-configs",
    (*same("AuthType", "InvokeMode", "FunctionUrl", "FunctionArn"), Member("Cors", "Cors", as_is)),
)


def _enabled(node: Node) -> PropertyValue:
    match node.value:
        case "Enabled" | "Enabling":
            return True
        case "Disabled" | "Disabling":
            return False
        case str():  # Creating, Updating, Deleting
            return Unknown(UnknownKind.NOT_EXPORTED, f"the mapping was in the state `{node.value}`")
        case _:
            return node.wrong("a string")


MAPPING = Table(
    "AWS::Lambda::EventSourceMapping",
    "lambda list-event-source-mappings",
    (
        *same("EventSourceArn", "StartingPosition"),
        Member("FunctionArn", "FunctionName"),
        Member("KMSKeyArn", "KmsKeyArn"),
        Member("State", "Enabled", _enabled),
        *same(
            "BatchSize",
            "MaximumBatchingWindowInSeconds",
            "MaximumRecordAgeInSeconds",
            "MaximumRetryAttempts",
            "ParallelizationFactor",
            "TumblingWindowInSeconds",
            read=number,
        ),
        *same("BisectBatchOnFunctionError", read=flag),
        *same("FunctionResponseTypes", "Queues", "Topics", read=many(text)),
        *same(
            "AmazonManagedKafkaEventSourceConfig",
            "DestinationConfig",
            "DocumentDBEventSourceConfig",
            "FilterCriteria",
            "LoggingConfig",
            "MetricsConfig",
            "ProvisionedPollerConfig",
            "ScalingConfig",
            "SelfManagedEventSource",
            "SelfManagedKafkaEventSourceConfig",
            "SourceAccessConfigurations",
            "StartingPositionTimestamp",
            read=as_is,
        ),
    ),
    elsewhere={"Tags": "lambda list-tags"},
)


def is_function_list(value: Any, _origin: Origin) -> bool:
    return isinstance(value, Mapping) and "Functions" in value and not value.keys() - {
        "Functions", "NextMarker", "NextToken", "ResponseMetadata"
    }  # fmt: skip


def load_functions(export: Export) -> None:
    """`list-functions`."""
    owners = {(export.origin.account, export.origin.region)}
    for item in export.node.objects("Functions"):
        arn = _function(export, item)
        if arn is not None:
            owners.add(owner(arn))
    for account, region in owners:
        # A file that says nothing about its place lists at least the functions of the accounts it names.
        if account is not None or len(owners) == 1:
            export.answered("lambda.list-functions", account, region)


def is_function(value: Any, _origin: Origin) -> bool:
    return isinstance(value, Mapping) and (
        _is_configuration(value)
        or (isinstance(value.get("Configuration"), Mapping) and _is_configuration(value["Configuration"]))
    )


def _is_configuration(value: Mapping[str, Any]) -> bool:
    return "FunctionArn" in value and "FunctionName" in value and ("Role" in value or "CodeSha256" in value)


def load_function(export: Export) -> None:
    """`get-function` and `get-function-configuration`."""
    configuration = export.node.get("Configuration")
    if configuration is None:
        _function(export, export.node)
    else:
        _function(export, configuration, around=export.node)


def _function(export: Export, node: Node, around: Node | None = None) -> str | None:
    """Hand over a function, or a version of one; its ARN, or None with a problem."""
    written = node.required_text("FunctionArn")
    arn = None if written is None else function_arn(written)
    if written is None or arn is None:
        if written is not None:
            Node(written, node.source.at("FunctionArn"), node.notes).wrong("the ARN of a function")
        return None
    account, region = owner(arn)
    name = arn.rsplit(":", 1)[1]
    properties, places = FUNCTION.properties(node), FUNCTION.places(node)
    if around is not None:
        for member in _GET_FUNCTION:
            found = around.get(member.name)
            properties[member.property] = None if found is None else member.read(found)
            if found is not None:
                places[member.property] = found.source
        if around.get("TagsError") is not None:
            del properties["Tags"]
    type_, id_ = FUNCTION.type, arn
    version = qualifier(written)
    if version and version.isdigit():
        # A published version keeps a configuration of its own.
        type_, id_ = "AWS::Lambda::Version", f"{arn}:{version}"
        properties |= {"FunctionName": arn, "Version": version}
    else:
        code = inside("CodeSize", number)(node)
        properties |= {CODE_SIZE_PROPERTY: code, PACKAGE_SIZE_PROPERTY: _package_size(node, code)}
    export.pieces.resources.append(
        Resource(type_, id_, name, account, region, properties, node.source, places)
    )
    return arn


def _package_size(node: Node, code: PropertyValue) -> PropertyValue:
    """The bytes of the code and of the layers."""
    layers = node.get("Layers")
    sizes = () if layers is None else many(inside("CodeSize", number))(layers)
    told = (code, *sizes) if isinstance(sizes, tuple) else (None,)
    known = [size for size in told if isinstance(size, int)]
    missing = f"`CodeSize` of the code or of a layer, in `{node.source.file}`"
    return sum(known) if len(known) == len(told) else Unknown(UnknownKind.NOT_EXPORTED, missing)


def is_url_list(value: Any, _origin: Origin) -> bool:
    return isinstance(value, Mapping) and (
        "FunctionUrlConfigs" in value or ("FunctionUrl" in value and "AuthType" in value)
    )


def load_urls(export: Export) -> None:
    """`list-function-url-configs` and `get-function-url-config`."""
    node = export.node
    items = list(node.objects("FunctionUrlConfigs")) if "FunctionUrlConfigs" in node.value else [node]
    functions = set()
    for item in items:
        written = item.required_text("FunctionArn")
        arn = None if written is None else function_arn(written)
        if written is None or arn is None:
            continue
        functions.add(arn)
        properties = URL.properties(item) | {
            "TargetFunctionArn": arn,
            "Qualifier": qualifier(written) or None,
        }
        account, region = owner(arn)
        name = arn.rsplit(":", 1)[1]
        # The ARN in the answer is that of the function or alias, which is another resource.
        id_ = item.text("FunctionUrl") or f"{written}#url"
        resource = Resource(URL.type, id_, name, account, region, properties, item.source, URL.places(item))
        export.pieces.resources.append(resource)
    if "FunctionUrlConfigs" in node.value:
        asked = the_only(functions) or (function_of_file(export) if not functions else None)
        if asked is not None:
            export.answered("lambda.list-function-url-configs", *owner(asked), asked)


def is_mapping_list(value: Any, _origin: Origin) -> bool:
    return isinstance(value, Mapping) and "EventSourceMappings" in value


def load_mappings(export: Export) -> None:
    """`list-event-source-mappings`, of one function or of all."""
    functions = set()
    for item in export.node.objects("EventSourceMappings"):
        uuid = item.required_text("UUID")
        function = function_arn(item.text("FunctionArn") or "")
        if uuid is None:
            continue
        account, region = owner(function) if function else (export.origin.account, export.origin.region)
        if function:
            functions.add(function)
        partition = function.split(":", 2)[1] if function else export.origin.partition
        arn = item.text("EventSourceMappingArn") or (
            f"arn:{partition}:lambda:{region or ''}:{account or ''}:event-source-mapping:{uuid}"
        )
        properties, places = MAPPING.properties(item), MAPPING.places(item)
        resource = Resource(MAPPING.type, arn, uuid, account, region, properties, item.source, places)
        export.pieces.resources.append(resource)
    call, origin = "lambda.list-event-source-mappings", export.origin
    asked = function_of_file(export)
    if asked is not None:
        export.answered(call, *owner(asked), asked)
    elif len(functions) == 1 and origin.call != call:
        # Nothing says whether all mappings were asked for: at least those of this function were.
        function = next(iter(functions))
        export.answered(call, *owner(function), function)
    else:
        for account, region in {owner(function) for function in functions} or {
            (origin.account, origin.region)
        }:
            export.answered(call, account, region)
