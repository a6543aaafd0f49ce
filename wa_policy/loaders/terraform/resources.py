"""Instances to resources by the tables, with what a few types need beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wa_policy.inventory.model import CODE_SHA_PROPERTY, PropertyValue
from wa_policy.loaders.assemble import TABLES as API_TABLES
from wa_policy.loaders.resource_ids import function_arn, qualifier
from wa_policy.loaders.terraform import (
    attached,
    awscc_properties,
    buckets,
    companions,
    shapes,
    tables_compute,
    tables_doors,
    tables_stores,
)
from wa_policy.loaders.terraform.awscc_kinds import PREFIX, kind_of
from wa_policy.loaders.terraform.instances import Instance
from wa_policy.loaders.terraform.kinds import KINDS, Kind
from wa_policy.loaders.terraform.plan import Draft, Plan
from wa_policy.loaders.terraform.rows import camel, rows

TABLES: Mapping[str, str] = {**tables_compute.TABLES, **tables_doors.TABLES, **tables_stores.TABLES}
"""The rows of each type."""
TYPES: Mapping[str, str] = {type_: kind.type for type_, kind in KINDS.items()}
"""The CloudFormation type of each type."""
PARTS = frozenset(
    (
        *("aws_lambda_permission", "aws_lambda_layer_version_permission", "aws_cloudwatch_event_permission"),
        "aws_secretsmanager_secret_version",
        *("aws_api_gateway_method", "aws_api_gateway_integration", "aws_api_gateway_method_settings"),
        *(
            "aws_api_gateway_method_response",
            "aws_api_gateway_integration_response",
            "aws_iam_policy_attachment",
        ),
        *("aws_iam_group_membership", "aws_iam_user_group_membership", "aws_iam_role_policies_exclusive"),
        *(f"aws_iam_{kind}_policy" for kind in ("role", "user", "group")),
        *(f"aws_iam_{kind}_policy_attachment" for kind in ("role", "user", "group")),
        *(f"aws_iam_{kind}_policy_attachments_exclusive" for kind in ("role", "user", "group")),
        *(row.type for row in attached.ATTACHED),
        *(setting.type for setting in buckets.BUCKET_SETTINGS),
        "aws_s3_bucket_notification",
        *companions.OTHERS,
    )
)
"""Types that are a part of what another resource is."""
AWSCC_PARTS = frozenset(
    (
        *(
            "AWS::Lambda::Permission",
            "AWS::S3::BucketPolicy",
            "AWS::SQS::QueuePolicy",
            "AWS::SQS::QueueInlinePolicy",
        ),
        *("AWS::SNS::TopicPolicy", "AWS::SNS::TopicInlinePolicy", "AWS::SecretsManager::ResourcePolicy"),
        *("AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy", "AWS::ApiGateway::Method"),
    )
)
"""The same for the types of `awscc`."""
_NAMES_A_FUNCTION = {
    "AWS::Lambda::Alias": "FunctionName",
    "AWS::Lambda::Version": "FunctionName",
    "AWS::Lambda::Url": "TargetFunctionArn",
    "AWS::Lambda::EventSourceMapping": "FunctionName",
}
_ASSIGNED = frozenset(
    (
        *("RoleId", "PolicyId", "KeyId", "FunctionUrl", "ApiEndpoint", "DefaultVersionId", "AttachmentCount"),
        *("PermissionsBoundaryUsageCount", "IsAttachable", "RootResourceId"),
    )
)
"""Properties that AWS sets: a plan does not say them, which does not mean that there are none."""
MADE_TYPES = frozenset(TYPES[type_] for type_ in TABLES if type_ in TYPES) | frozenset(
    (
        *("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::ManagedPolicy"),
        *("AWS::ApiGateway::Method", "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Integration"),
    )
)
"""The types that instances come to, and that are seen as parts of others."""
_ADDED: Mapping[str, tuple[str, ...]] = {"AWS::Events::Rule": ("Targets",)}
"""Properties that only other resources of a plan bring: without one, they are not set."""
_GLOBAL = ("AWS::IAM::", "AWS::CloudFront::", "AWS::Organizations::")


def add_resources(plan: Plan) -> None:
    """A draft for each instance of a type that has a table."""
    for type_, table in TABLES.items():
        for instance in plan.of_type(type_):
            plan.add(_draft(plan, instance, table))
    for type_ in plan.types:
        kind = kind_of(type_) if type_.startswith(PREFIX) else None
        if kind is not None and kind.type not in AWSCC_PARTS:
            for instance in plan.of_type(type_):
                plan.add(_of_awscc(plan, instance, kind))
        elif kind is None and type_ not in TABLES and type_ not in PARTS:
            for instance in plan.of_type(type_):
                plan.add(_unmapped(plan, instance))


def _of_awscc(plan: Plan, instance: Instance, kind: Kind) -> Draft:
    """A draft of a type of CloudFormation as it is."""
    id_ = plan.naming.arn(instance) or f"{plan.source.file}#{instance.address}"
    draft = Draft(kind.type, id_, instance.address, plan.places.of(instance), instance.source, instance)
    draft.has_region = not kind.type.startswith(_GLOBAL)
    draft.properties = awscc_properties.properties(plan.reader, instance, kind.type)
    for argument in instance.values:
        draft.places.setdefault(camel(argument), instance.at(argument))
    if kind.name is not None:
        name = camel(kind.name)
        if not isinstance(draft.properties.get(name), str):
            draft.properties[name] = plan.naming.text(instance, kind.name)
    _not_told(draft)
    if kind.type == "AWS::Lambda::Function":
        shapes.vpc_of_function(plan, draft, instance)
        _answers(plan, draft)
    property_ = _NAMES_A_FUNCTION.get(kind.type)
    if property_ is not None:
        _of_function(property_)(plan, draft, instance)
    return draft


def _unmapped(plan: Plan, instance: Instance) -> Draft:
    """An instance of a type that nothing here knows: it is there, and no rule is about it."""
    id_ = f"{plan.source.file}#{instance.address}"
    return Draft(
        f"Terraform::{instance.type}", id_, instance.address, plan.places.of(instance), instance.source
    )


def _draft(plan: Plan, instance: Instance, table: str) -> Draft:
    kind = KINDS[instance.type]
    id_ = plan.naming.arn(instance) or f"{plan.source.file}#{instance.address}"
    of_type = rows(table)
    properties = plan.reader.properties(instance, of_type)
    draft = Draft(
        kind.type,
        id_,
        instance.address,
        plan.places.of(instance),
        instance.source,
        instance,
        properties,
        plan.reader.places(instance, of_type),
        has_region=not kind.type.startswith(_GLOBAL),
    )
    if "tags" in instance.values or "tags_all" in instance.values:
        draft.properties["Tags"] = _tags(plan, instance)
    _not_told(draft)
    if kind.name is not None:
        _name(plan, draft, instance, kind.name)
    special = SPECIAL.get(instance.type)
    if special is not None:
        special(plan, draft, instance)
    return draft


def _not_told(draft: Draft) -> None:
    """What an answer of AWS tells and the plan does not is not set."""
    api = API_TABLES.get(draft.type)
    for name in _ADDED.get(draft.type, ()):
        draft.properties.setdefault(name, None)
    for name in api.calls if api is not None else ():
        if name not in _ASSIGNED:
            draft.properties.setdefault(name, None)


def _tags(plan: Plan, instance: Instance) -> PropertyValue:
    """The tags with those that the provider adds."""
    name = "tags" if instance.is_unknown("tags_all") or not instance.values.get("tags_all") else "tags_all"
    mark = instance.unknown.get(name)
    if mark is True and not plan.configuration.is_set(instance, "tags"):
        return None
    return plan.reader.value(instance, (name,), instance.values.get(name), mark)


def _name(plan: Plan, draft: Draft, instance: Instance, attribute: str) -> None:
    """A name that is made is known by what stands for it."""
    for row in rows(TABLES[instance.type]):
        if row.argument == attribute and not isinstance(draft.properties.get(row.property), str):
            draft.properties[row.property] = plan.naming.text(instance, attribute)


# --- what a type needs beside its table ------------------------------------------------------------------------------


def _function(plan: Plan, draft: Draft, instance: Instance) -> None:
    """The number of concurrent executions, the code, the VPC."""
    # -1 stands for no reservation. https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function
    reserved = plan.reader.value(
        instance, ("reserved_concurrent_executions",), instance.values.get("reserved_concurrent_executions"),
        instance.unknown.get("reserved_concurrent_executions"),
    )  # fmt: skip
    draft.properties["ReservedConcurrentExecutions"] = None if reserved == -1 else reserved
    code = {
        name: instance.text(argument)
        for argument, name in (("image_uri", "ImageUri"), ("s3_bucket", "S3Bucket"), ("s3_key", "S3Key"))
    }
    draft.properties["Code"] = {name: value for name, value in code.items() if value is not None} or None
    draft.properties[CODE_SHA_PROPERTY] = instance.text("code_sha256") or instance.text("source_code_hash")
    shapes.vpc_of_function(plan, draft, instance)
    _answers(plan, draft)


def _answers(plan: Plan, draft: Draft) -> None:
    """What refers to a function stands in the plan."""
    for operation in (
        "lambda.get-policy",
        "lambda.list-aliases",
        "lambda.list-event-source-mappings",
        "lambda.list-function-url-configs",
    ):
        plan.answered(operation, draft.place, draft.id)


def _of_function(property_: str) -> Callable[[Plan, Draft, Instance], None]:
    """A type that names a function by its name or ARN."""

    def complete(plan: Plan, draft: Draft, instance: Instance) -> None:
        named = draft.properties.get(property_)
        if not isinstance(named, str):
            return
        arn = plan.naming.function_arn(named, instance)
        draft.properties[property_] = arn
        if draft.type == "AWS::Lambda::Url":
            plain = function_arn(arn)
            draft.properties[property_] = plain or arn
            draft.properties["Qualifier"] = draft.properties.get("Qualifier") or qualifier(arn) or None
        if draft.type == "AWS::Lambda::Alias":
            plan.answered("lambda.get-policy", draft.place, draft.id)

    return complete


SPECIAL: Mapping[str, Callable[[Plan, Draft, Instance], None]] = {
    "aws_lambda_function": _function,
    "aws_lambda_alias": _of_function("FunctionName"),
    "aws_lambda_function_url": _of_function("TargetFunctionArn"),
    "aws_lambda_event_source_mapping": _of_function("FunctionName"),
    "aws_lambda_function_event_invoke_config": _of_function("FunctionName"),
    **shapes.SPECIAL,
}
"""By type."""
