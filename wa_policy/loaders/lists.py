"""Lists that say which resources exist: buckets, queues, topics, keys, secrets, aliases."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.iam.arn import parse_arn
from wa_policy.inventory.model import PropertyValue, Resource
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export
from wa_policy.loaders.resource_ids import check_place, function_arn, function_of_file, owner
from wa_policy.loaders.tables import Table, frozen, same

BUCKET = Table(
    "AWS::S3::Bucket",
    "s3api list-buckets",
    elsewhere={
        "AbacStatus": "s3api get-bucket-abac",
        "AccelerateConfiguration": "s3api get-bucket-accelerate-configuration",
        "AccessControl": "s3api get-bucket-acl",
        "AnalyticsConfigurations": "s3api list-bucket-analytics-configurations",
        "BucketEncryption": "s3api get-bucket-encryption",
        "BucketName": "s3api list-buckets",
        "CorsConfiguration": "s3api get-bucket-cors",
        "IntelligentTieringConfigurations": "s3api list-bucket-intelligent-tiering-configurations",
        "InventoryConfigurations": "s3api list-bucket-inventory-configurations",
        "LifecycleConfiguration": "s3api get-bucket-lifecycle-configuration",
        "LoggingConfiguration": "s3api get-bucket-logging",
        "MetadataConfiguration": "s3api get-bucket-metadata-configuration",
        "MetadataTableConfiguration": "s3api get-bucket-metadata-table-configuration",
        "MetricsConfigurations": "s3api list-bucket-metrics-configurations",
        "NotificationConfiguration": "s3api get-bucket-notification-configuration",
        "ObjectLockConfiguration": "s3api get-object-lock-configuration",
        "ObjectLockEnabled": "s3api get-object-lock-configuration",
        "OwnershipControls": "s3api get-bucket-ownership-controls",
        "PublicAccessBlockConfiguration": "s3api get-public-access-block",
        "ReplicationConfiguration": "s3api get-bucket-replication",
        "Tags": "s3api get-bucket-tagging",
        "VersioningConfiguration": "s3api get-bucket-versioning",
        "WebsiteConfiguration": "s3api get-bucket-website",
    },
    policy_call="s3api.get-bucket-policy",
)
KEY = Table(
    "AWS::KMS::Key",
    "kms list-keys",
    elsewhere=dict.fromkeys(
        ("Description", "Enabled", "KeySpec", "KeyUsage", "MultiRegion", "Origin"), "kms describe-key"
    )
    | dict.fromkeys(("EnableKeyRotation", "RotationPeriodInDays"), "kms get-key-rotation-status")
    | {"Tags": "kms list-resource-tags", "KeyId": "kms list-keys"},
    policy_call="kms.get-key-policy",
)
SECRET = Table(
    "AWS::SecretsManager::Secret",
    "secretsmanager list-secrets",
    same("Name", "Description", "KmsKeyId", "Type"),
    elsewhere={
        "ReplicaRegions": "secretsmanager describe-secret",
        "Tags": "secretsmanager list-secrets",
    },
    policy_call="secretsmanager.get-resource-policy",
)


def _routing(node: Node) -> PropertyValue:
    """The versions beside the main one with their weights, as CloudFormation lists them."""
    weights = node.get("AdditionalVersionWeights")
    found = weights.value if weights is not None and isinstance(weights.value, Mapping) else {}
    listed = tuple(
        {"FunctionVersion": str(key), "FunctionWeight": frozen(value)} for key, value in found.items()
    )
    return {"AdditionalVersionWeights": listed} if listed else None


ALIAS = Table("AWS::Lambda::Alias", "lambda list-aliases", same("Name", "FunctionVersion", "Description"))


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its member, the call, the type of its items, and how an item gives an ARN, a name, properties."""

    member: str
    call: str
    type: str
    read: Callable[[Export, Node], tuple[str, str, dict[str, PropertyValue]] | None]


def _bucket(export: Export, node: Node) -> tuple[str, str, dict[str, PropertyValue]] | None:
    name = node.required_text("Name")
    if name is None:
        return None
    return export.origin.arn_of("s3", name, global_=True, account=False), name, {"BucketName": name}


def _by_arn(
    arn_member: str, name_member: str | None, table: Table | None = None
) -> Callable[[Export, Node], tuple[str, str, dict[str, PropertyValue]] | None]:
    def read(_export: Export, node: Node) -> tuple[str, str, dict[str, PropertyValue]] | None:
        text = node.required_text(arn_member)
        arn = None if text is None else parse_arn(text)
        if text is None or arn is None:
            if text is not None:
                Node(text, node.source.at(arn_member), node.notes).wrong("an ARN")
            return None
        name = (node.text(name_member) if name_member else None) or arn.resource_name
        properties = {} if table is None else table.properties(node)
        return text, name, properties

    return read


def _topic(export: Export, node: Node) -> tuple[str, str, dict[str, PropertyValue]] | None:
    found = _by_arn("TopicArn", None)(export, node)
    return found and (found[0], found[1], {"TopicName": found[1]})


def _key(export: Export, node: Node) -> tuple[str, str, dict[str, PropertyValue]] | None:
    found = _by_arn("KeyArn", "KeyId")(export, node)
    return found and (found[0], found[1], {"KeyId": found[1]})


def _secret(export: Export, node: Node) -> tuple[str, str, dict[str, PropertyValue]] | None:
    found = _by_arn("ARN", "Name", SECRET)(export, node)
    return found and (found[0], found[1], found[2] | {"Tags": node.tags("Tags") or None})


def _alias(export: Export, node: Node) -> tuple[str, str, dict[str, PropertyValue]] | None:
    found = _by_arn("AliasArn", "Name", ALIAS)(export, node)
    if found is None:
        return None
    routing = node.get("RoutingConfig")
    others: dict[str, PropertyValue] = {
        "FunctionName": function_arn(found[0]),
        "RoutingConfig": None if routing is None else _routing(routing),
    }
    return found[0], found[1], found[2] | others


_QUEUE_URL = re.compile(r"https?://(?:sqs\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.[a-z.]+/(\d{12})/([^/]+)")


def _queue(export: Export, node: Node) -> tuple[str, str, dict[str, PropertyValue]] | None:
    found = _QUEUE_URL.fullmatch(node.value) if isinstance(node.value, str) else None
    if found is None:
        node.wrong("the URL of a queue")
        return None
    region, account, name = found[1] or found[2], found[3], found[4]
    return f"arn:{export.origin.partition}:sqs:{region}:{account}:{name}", name, {"QueueName": name}


LISTINGS = (
    Listing("Buckets", "s3api.list-buckets", BUCKET.type, _bucket),
    Listing("QueueUrls", "sqs.list-queues", "AWS::SQS::Queue", _queue),
    Listing("Topics", "sns.list-topics", "AWS::SNS::Topic", _topic),
    Listing("Keys", "kms.list-keys", KEY.type, _key),
    Listing("SecretList", "secretsmanager.list-secrets", SECRET.type, _secret),
    Listing("Aliases", "lambda.list-aliases", ALIAS.type, _alias),
)
_ITEM_MEMBERS = {
    "Buckets": "Name",
    "Topics": "TopicArn",
    "Keys": "KeyArn",
    "SecretList": "ARN",
    "Aliases": "AliasArn",
}


def _listing_of(value: Any, origin: Origin) -> Listing | None:
    if not isinstance(value, Mapping):
        return None
    for row in LISTINGS:
        items = value.get(row.member)
        if not isinstance(items, list):
            continue
        wanted = _ITEM_MEMBERS.get(row.member)
        if not items and origin.call == row.call:
            return row
        if any(
            isinstance(item, Mapping) and wanted in item if wanted else isinstance(item, str)
            for item in items
        ):
            return row
    return None


def is_listing(value: Any, origin: Origin) -> bool:
    return _listing_of(value, origin) is not None


def load_listing(export: Export) -> None:
    """A list of resources of one type."""
    row = _listing_of(export.value, export.origin)
    if row is None:
        return
    origin = export.origin
    owners = {(origin.account, origin.region)}
    if row.type == BUCKET.type and export.value[row.member]:
        check_place(export, what="the buckets of this file", region=False)
    for item in export.node.items(row.member):
        found = row.read(export, item)
        if found is None:
            continue
        arn, name, properties = found
        account, region = owner(arn)
        if row.type != BUCKET.type:
            owners.add((account, region))
        else:
            account, region = origin.account, None
        resource = Resource(row.type, arn, name, account, region, properties, item.source)
        export.pieces.resources.append(resource)
    if row.type == ALIAS.type:
        function = function_of_file(export)
        aliases = [item for item in export.value[row.member] if isinstance(item, Mapping)]
        function = function or (function_arn(str(aliases[0].get("AliasArn", ""))) if aliases else None)
        if function is not None:
            export.answered(row.call, *owner(function), function)
        return
    for account, region in owners:
        if account is not None or len(owners) == 1:
            export.answered(row.call, account, region)
