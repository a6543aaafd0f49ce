"""Settings of buckets that are resources of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.terraform.instances import Instance
from wa_policy.loaders.terraform.plan import Draft, Plan
from wa_policy.loaders.terraform.rows import rows
from wa_policy.loaders.terraform.shapes import read

Shape = Callable[[Mapping[str, PropertyValue]], PropertyValue]


def without_none(found: Mapping[str, PropertyValue]) -> dict[str, PropertyValue]:
    return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Setting:
    """A type that is the property of a bucket: its rows, and how they become the value."""

    type: str
    property: str
    rows: str
    shape: Shape = without_none


def _member(name: str) -> Shape:
    return lambda found: found.get(name)


def _encryption(found: Mapping[str, PropertyValue]) -> PropertyValue:
    return {"ServerSideEncryptionConfiguration": found.get("Rules") or ()}


_ENCRYPTION = (
    "rule=Rules[apply_server_side_encryption_by_default=ServerSideEncryptionByDefault"
    "{sse_algorithm=SSEAlgorithm kms_master_key_id=KMSMasterKeyID} bucket_key_enabled]"
)
BUCKET_SETTINGS = (
    Setting(
        "aws_s3_bucket_public_access_block", "PublicAccessBlockConfiguration",
        "block_public_acls block_public_policy ignore_public_acls restrict_public_buckets",
    ),
    Setting("aws_s3_bucket_versioning", "VersioningConfiguration", "versioning_configuration(status)"),
    Setting(
        "aws_s3_bucket_server_side_encryption_configuration", "BucketEncryption",
        _ENCRYPTION,
        _encryption,
    ),
    Setting("aws_s3_bucket_logging", "LoggingConfiguration", "target_bucket=DestinationBucketName target_prefix=LogFilePrefix"),
    Setting("aws_s3_bucket_acl", "AccessControl", "acl", _member("Acl")),
    Setting("aws_s3_bucket_ownership_controls", "OwnershipControls", "rule=Rules[object_ownership]"),
    Setting(
        "aws_s3_bucket_lifecycle_configuration", "LifecycleConfiguration",
        "rule=Rules[id status prefix expiration(days=ExpirationInDays date=ExpirationDate)"
        " noncurrent_version_expiration{noncurrent_days newer_noncurrent_versions}"
        " abort_incomplete_multipart_upload{days_after_initiation} transition=Transitions[days=TransitionInDays storage_class]]",
    ),
    Setting(
        "aws_s3_bucket_cors_configuration", "CorsConfiguration",
        "cors_rule=CorsRules[allowed_headers allowed_methods allowed_origins expose_headers=ExposedHeaders id"
        " max_age_seconds=MaxAge]",
    ),
    Setting("aws_s3_bucket_website_configuration", "WebsiteConfiguration", "index_document(suffix=IndexDocument) error_document(key=ErrorDocument)"),
    Setting("aws_s3_bucket_accelerate_configuration", "AccelerateConfiguration", "status=AccelerationStatus"),
    Setting("aws_s3_bucket_object_lock_configuration", "ObjectLockConfiguration", "object_lock_enabled rule{default_retention{days mode years}}"),
    Setting("aws_s3_bucket_replication_configuration", "ReplicationConfiguration", "role rule=Rules[id status prefix priority destination{bucket storage_class}]"),
)  # fmt: skip


def _bucket(plan: Plan, instance: Instance, property_: str) -> Draft | None:
    """The bucket that a setting is about; all buckets get the doubt where that is not known."""
    draft = plan.target(instance, "bucket", "aws_s3_bucket")
    if draft is not None:
        return draft
    named = plan.reader.named(instance, "bucket")
    if isinstance(named, str):
        id_ = f"arn:{plan.places.of(instance).partition}:s3:::{named}"
        return plan.drafts.get(id_) or plan.external("AWS::S3::Bucket", id_, instance, named)
    if isinstance(named, Unknown):
        for other in plan.drafts_of("AWS::S3::Bucket"):
            other.properties[property_] = named
    return None


def _setting(plan: Plan, instance: Instance, setting: Setting) -> None:
    draft = _bucket(plan, instance, setting.property)
    if draft is not None:
        found = plan.reader.properties(instance, rows(setting.rows))
        draft.put(setting.property, setting.shape(found), instance.source)


_TARGETS = (
    ("lambda_function", "LambdaConfigurations", "lambda_function_arn", "Function"),
    ("queue", "QueueConfigurations", "queue_arn", "Queue"),
    ("topic", "TopicConfigurations", "topic_arn", "Topic"),
)


def _notification(plan: Plan, instance: Instance) -> None:
    """What a bucket sets off, an entry for each event as CloudFormation has it."""
    draft = _bucket(plan, instance, "NotificationConfiguration")
    if draft is None:
        return
    found: dict[str, PropertyValue] = {}
    for block, property_, target, name in _TARGETS:
        table = rows(f"{block}=Blocks[{target}=Target events filter_prefix filter_suffix]")
        blocks = plan.reader.properties(instance, table)["Blocks"]
        if isinstance(blocks, Unknown):
            draft.put("NotificationConfiguration", blocks, instance.source)
            return
        entries = [
            {"Event": event, name: item.get("Target"), **_filter(item)}
            for item in (blocks if isinstance(blocks, tuple) else ())
            if isinstance(item, Mapping)
            for event in items_of(item.get("Events"))
        ]
        if entries:
            found[property_] = tuple(entries)
    if read(plan, instance, "eventbridge") is True:
        found["EventBridgeConfiguration"] = {"EventBridgeEnabled": True}
    draft.put("NotificationConfiguration", found or None, instance.source)


def items_of(value: PropertyValue) -> tuple[PropertyValue, ...]:
    return value if isinstance(value, tuple) else () if value is None else (value,)


def _filter(item: Mapping[str, PropertyValue]) -> dict[str, PropertyValue]:
    rules = tuple(
        {"Name": name, "Value": value}
        for name, value in (("prefix", item.get("FilterPrefix")), ("suffix", item.get("FilterSuffix")))
        if value is not None
    )
    return {"Filter": {"S3Key": {"Rules": rules}}} if rules else {}


_OLDER = {
    "cors_rule": "CorsConfiguration",
    "lifecycle_rule": "LifecycleConfiguration",
    "object_lock_configuration": "ObjectLockConfiguration",
    "replication_configuration": "ReplicationConfiguration",
    "website": "WebsiteConfiguration",
}


def _older_arguments(plan: Plan, instance: Instance) -> None:
    """Settings inside of the bucket, as version 3 of the provider has them; later ones show there what is set."""
    draft = plan.draft(instance)
    if draft is None:
        return
    table = rows(
        f"versioning{{enabled}} logging{{target_bucket=DestinationBucketName target_prefix=LogFilePrefix}}"
        f" server_side_encryption_configuration=Encryption{{{_ENCRYPTION}}}"
    )
    found = plan.reader.properties(instance, table)
    versioning, encryption, logging = found["Versioning"], found["Encryption"], found["Logging"]
    if isinstance(versioning, Mapping):
        status = "Enabled" if versioning.get("Enabled") is True else "Suspended"
        draft.put("VersioningConfiguration", {"Status": status}, instance.at("versioning"))
    if isinstance(encryption, Mapping):
        draft.put(
            "BucketEncryption", _encryption(encryption), instance.at("server_side_encryption_configuration")
        )
    if isinstance(logging, Mapping):
        draft.put("LoggingConfiguration", logging, instance.at("logging"))
    for name, property_ in _OLDER.items():
        if instance.values.get(name):
            reason = f"`{name}` of `{instance.address}`, which the provider has made a resource of its own"
            draft.put(property_, Unknown(UnknownKind.NOT_MODELLED, reason), instance.at(name))


def add_bucket_settings(plan: Plan) -> None:
    """Put the settings where they belong."""
    for instance in plan.of_type("aws_s3_bucket"):
        _older_arguments(plan, instance)
    for setting in BUCKET_SETTINGS:
        for instance in plan.of_type(setting.type):
            _setting(plan, instance, setting)
    for instance in plan.of_type("aws_s3_bucket_notification"):
        _notification(plan, instance)
