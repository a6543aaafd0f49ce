"""Resources of a plan that say who may use another one: permissions and resource policies."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.iam.arn import is_account_id, parse_arn
from wa_policy.iam.policy import PolicyKind
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Absent, NotExported, Present
from wa_policy.loaders.resource_ids import function_arn, qualifier
from wa_policy.loaders.terraform.instances import Instance
from wa_policy.loaders.terraform.kinds import WHOLE_ARNS
from wa_policy.loaders.terraform.plan import Draft, Plan

# The conditions that Lambda writes into the policy, by argument of the permission: operator and key.
# https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
_CONDITIONS = (
    ("source_arn", "ArnLike", "AWS:SourceArn"),
    ("source_account", "StringEquals", "AWS:SourceAccount"),
    ("principal_org_id", "StringEquals", "aws:PrincipalOrgID"),
    ("event_source_token", "StringEquals", "lambda:EventSourceToken"),
    ("function_url_auth_type", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("invoked_via_function_url", "Bool", "lambda:InvokedViaFunctionUrl"),
)
_FUNCTION = "AWS::Lambda::Function"
_SOURCES = WHOLE_ARNS | {
    "aws_s3_bucket",
    "aws_sfn_state_machine",
    "aws_lambda_function",
    "aws_config_config_rule",
}
"""What sends its own ARN to Lambda with nothing behind it."""


def add_grants(plan: Plan) -> None:
    """Put permissions and resource policies where they belong."""
    for instance in plan.of_type("aws_lambda_permission"):
        _permission(plan, instance)
    for row in ATTACHED:
        for instance in plan.of_type(row.type):
            _attached(plan, instance, row)
    for type_, argument in OWN.items():
        for instance in plan.of_type(type_):
            draft = plan.draft(instance)
            if draft is not None and draft.policy is None:
                document = plan.documents.document(instance, argument, PolicyKind.RESOURCE)
                draft.grant(document, instance.at(argument))
    for instance in plan.of_type("aws_lambda_function_url"):
        _public_url(plan, instance)
    for instance in plan.of_type("aws_kms_key", "aws_sns_topic"):
        _default_policy(plan, instance)
    for instance in plan.of_type("aws_cloudwatch_event_permission"):
        _event_permission(plan, instance)
    for instance in plan.of_type("aws_lambda_layer_version_permission"):
        _layer_permission(plan, instance)


# --- functions -------------------------------------------------------------------------------------------------------


def _permission(plan: Plan, instance: Instance) -> None:
    """`aws_lambda_permission`: a statement of the policy of a function."""
    named = plan.reader.named(instance, "function_name")
    if not isinstance(named, str):
        doubt = named or Unknown(UnknownKind.UNRESOLVED, f"the function that `{instance.address}` is about")
        plan.doubt_all(_FUNCTION, doubt)
        return
    target = plan.naming.function_arn(named, instance)
    arn = function_arn(target)
    if arn is None:
        message = f"found `{named}`, expected a function"
        plan.notes.append(instance.at("function_name").problem("member-type", message))
        return
    suffix = plan.reader.named(instance, "qualifier") or qualifier(target)
    if isinstance(suffix, str) and suffix:
        target = f"{arn}:{suffix}"
    draft = plan.drafts.get(arn) or _external(plan, instance, _FUNCTION, arn, arn.rsplit(":", 1)[1])
    action = plan.reader.named(instance, "action")
    raw: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": principal_of(plan, instance, "principal"),
        "Action": action if isinstance(action, str) else "lambda:InvokeFunction",
        "Resource": target,
    }
    sid = instance.text("statement_id")
    if sid is not None:
        raw["Sid"] = sid
    conditions: dict[str, dict[str, Any]] = {}
    for argument, operator, key in _CONDITIONS:
        value = _condition(plan, instance, argument)
        if value is not None:
            conditions.setdefault(operator, {})[key] = value
    if conditions:
        raw["Condition"] = conditions
    policy = plan.documents.statement(raw, instance.source, PolicyKind.RESOURCE)
    draft.statements += policy.statements
    draft.doubts += policy.unreadable
    if isinstance(action, Unknown):
        draft.doubts.append(action)
    plan.answered("lambda.get-policy", draft.place, target)


def _public_url(plan: Plan, instance: Instance) -> None:
    """`aws_lambda_function_url`: without authorization the provider lets everyone call it.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function_url
    """
    url = plan.draft(instance)
    named = None if url is None else url.properties.get("TargetFunctionArn")
    if url is None or instance.values.get("authorization_type") != "NONE" or not isinstance(named, str):
        return
    draft = plan.drafts.get(named) or _external(plan, instance, _FUNCTION, named, named.rsplit(":", 1)[1])
    qualifier_ = url.properties.get("Qualifier")
    target = f"{named}:{qualifier_}" if isinstance(qualifier_, str) else named
    for action, operator, key, value in (
        ("lambda:InvokeFunctionUrl", "StringEquals", "lambda:FunctionUrlAuthType", "NONE"),
        ("lambda:InvokeFunction", "Bool", "lambda:InvokedViaFunctionUrl", "true"),
    ):
        raw = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": action,
            "Resource": target,
            "Condition": {operator: {key: value}},
        }
        draft.statements += plan.documents.statement(raw, instance.source, PolicyKind.RESOURCE).statements


def _condition(plan: Plan, instance: Instance, argument: str) -> Any:
    """The value of a condition, with a hole behind the ARN of what may send more than that."""
    if not instance.is_unknown(argument):
        value = instance.values.get(argument)
        return str(value).lower() if isinstance(value, bool) else value or None
    expression = plan.configuration.of(instance, (argument,))
    if not expression.references and not plan.configuration.is_set(instance, argument):
        return None
    only = expression.only
    if only is not None and not expression.mixed and not only.path:
        whole = only.instance.type in _SOURCES and only.attribute == "arn"
        if whole or argument != "source_arn":
            text = plan.reader.text(only)
            if text is not None:
                return text
    return plan.documents.texts(instance, (argument,), None, True)


def principal_of(plan: Plan, instance: Instance, argument: str) -> Any:
    """Who is meant by the principal of a permission: a service, an account, an ARN, or everyone."""
    named = plan.reader.named(instance, argument)
    if named is None or isinstance(named, Unknown):
        target = plan.configuration.of(instance, (argument,)).only
        text = None if target is None else plan.reader.text(target)
        if text is None:
            hole = plan.documents.texts(instance, (argument,), None, True)
            return {"AWS": hole, "Service": hole}
        named = text
    return principal(named)


def principal(text: str) -> Any:
    if text == "*":
        return "*"
    return {"AWS": text} if is_account_id(text) or text.startswith("arn:") else {"Service": text}


def _external(plan: Plan, instance: Instance, type_: str, id_: str, name: str) -> Draft:
    """Something that the plan does not make, of whose policy it makes a part."""
    draft = plan.external(type_, id_, instance, name)
    reason = f"the rest of the policy of `{name}`, which this plan does not make"
    draft.doubts.append(Unknown(UnknownKind.UNRESOLVED, reason))
    return draft


def _layer_permission(plan: Plan, instance: Instance) -> None:
    """`aws_lambda_layer_version_permission`: a statement of the policy of a version of a layer."""
    named = plan.reader.named(instance, "layer_name")
    if not isinstance(named, str):
        return
    place = plan.places.of(instance)
    version = instance.values.get("version_number")
    layer = (
        named
        if named.startswith("arn:")
        else f"arn:{place.partition}:lambda:{place.region}:{place.account}:layer:{named}"
    )
    arn = f"{layer}:{version if isinstance(version, int) else 1}"
    draft = plan.drafts.get(arn) or plan.external("AWS::Lambda::LayerVersion", arn, instance, named)
    raw: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": principal_of(plan, instance, "principal"),
        "Action": instance.text("action") or "lambda:GetLayerVersion",
        "Resource": arn,
    }
    organization = _condition(plan, instance, "organization_id")
    if organization is not None:
        raw["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": organization}}
    policy = plan.documents.statement(raw, instance.source, PolicyKind.RESOURCE)
    draft.statements += policy.statements
    draft.doubts += policy.unreadable


def _event_permission(plan: Plan, instance: Instance) -> None:
    """`aws_cloudwatch_event_permission`: a statement of the policy of an event bus."""
    place = plan.places.of(instance)
    bus = instance.text("event_bus_name") or "default"
    id_ = f"arn:{place.partition}:events:{place.region}:{place.account}:event-bus/{bus}"
    draft = plan.drafts.get(id_) or plan.external("AWS::Events::EventBus", id_, instance, bus)
    raw: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": principal_of(plan, instance, "principal"),
        "Action": instance.text("action") or "events:PutEvents",
        "Resource": id_,
    }
    for block in instance.values.get("condition") or ():
        if isinstance(block, Mapping):
            raw["Condition"] = {str(block.get("type")): {str(block.get("key")): block.get("value")}}
    policy = plan.documents.statement(raw, instance.source, PolicyKind.RESOURCE)
    draft.statements += policy.statements
    draft.doubts += policy.unreadable


# --- policies of other resources -------------------------------------------------------------------------------------

_QUEUE_URL = re.compile(r"https://sqs\.([a-z0-9-]+)\.[a-z.]+/(\w+)/([^/]+)")


def _bucket(named: str, plan: Plan, instance: Instance) -> str:
    return named if named.startswith("arn:") else f"arn:{plan.places.of(instance).partition}:s3:::{named}"


def _queue(named: str, plan: Plan, instance: Instance) -> str | None:
    found = _QUEUE_URL.fullmatch(named)
    return f"arn:{plan.places.of(instance).partition}:sqs:{found[1]}:{found[2]}:{found[3]}" if found else None


def _as_arn(named: str, _plan: Plan, _instance: Instance) -> str | None:
    return named if parse_arn(named) is not None else None


def _named(service: str, form: str) -> Callable[[str, Plan, Instance], str | None]:
    def arn(named: str, plan: Plan, instance: Instance) -> str | None:
        place = plan.places.of(instance)
        part = form.format(named)
        return (
            named
            if named.startswith("arn:")
            else f"arn:{place.partition}:{service}:{place.region}:{place.account}:{part}"
        )

    return arn


@dataclass(frozen=True, slots=True)
class Attached:
    """A resource that is the policy of another: what names that one, the type of it, and its ARN where it is named."""

    type: str
    argument: str
    of: str
    cfn: str
    arn: Callable[[str, Plan, Instance], str | None]
    policy: str = "policy"


ATTACHED = (
    Attached("aws_s3_bucket_policy", "bucket", "aws_s3_bucket", "AWS::S3::Bucket", _bucket),
    Attached("aws_sqs_queue_policy", "queue_url", "aws_sqs_queue", "AWS::SQS::Queue", _queue),
    Attached("aws_sns_topic_policy", "arn", "aws_sns_topic", "AWS::SNS::Topic", _as_arn),
    Attached("aws_secretsmanager_secret_policy", "secret_arn", "aws_secretsmanager_secret", "AWS::SecretsManager::Secret", _as_arn),
    Attached("aws_kms_key_policy", "key_id", "aws_kms_key", "AWS::KMS::Key", _named("kms", "key/{}")),
    Attached("aws_dynamodb_resource_policy", "resource_arn", "aws_dynamodb_table", "AWS::DynamoDB::Table", _as_arn),
    Attached("aws_kinesis_resource_policy", "resource_arn", "aws_kinesis_stream", "AWS::Kinesis::Stream", _as_arn),
    Attached("aws_ecr_repository_policy", "repository", "aws_ecr_repository", "AWS::ECR::Repository", _named("ecr", "repository/{}")),
    Attached("aws_efs_file_system_policy", "file_system_id", "aws_efs_file_system", "AWS::EFS::FileSystem", _named("elasticfilesystem", "file-system/{}")),
    Attached("aws_cloudwatch_event_bus_policy", "event_bus_name", "aws_cloudwatch_event_bus", "AWS::Events::EventBus", _named("events", "event-bus/{}")),
    Attached("aws_opensearch_domain_policy", "domain_name", "aws_opensearch_domain", "AWS::OpenSearchService::Domain", _named("es", "domain/{}"), "access_policies"),
    Attached("aws_cloudwatch_log_destination_policy", "destination_name", "aws_cloudwatch_log_destination", "AWS::Logs::Destination", _named("logs", "destination:{}"), "access_policy"),
    Attached("aws_api_gateway_rest_api_policy", "rest_api_id", "aws_api_gateway_rest_api", "AWS::ApiGateway::RestApi", lambda *_: None),
    Attached("aws_vpc_endpoint_policy", "vpc_endpoint_id", "aws_vpc_endpoint", "AWS::EC2::VPCEndpoint", _named("ec2", "vpc-endpoint/{}")),
)  # fmt: skip
OWN: Mapping[str, str] = {
    "aws_s3_bucket": "policy",
    "aws_sqs_queue": "policy",
    "aws_sns_topic": "policy",
    "aws_secretsmanager_secret": "policy",
    "aws_kms_key": "policy",
    "aws_api_gateway_rest_api": "policy",
    "aws_vpc_endpoint": "policy",
    "aws_opensearch_domain": "access_policies",
}
"""Types with an argument that is their policy; a resource of its own that is the policy counts before it."""


def _attached(plan: Plan, instance: Instance, row: Attached) -> None:
    document = plan.documents.document(instance, row.policy, PolicyKind.RESOURCE)
    draft = plan.target(instance, row.argument, row.of)
    if draft is None:
        named = plan.reader.named(instance, row.argument)
        if named is None and row.argument == "event_bus_name":
            named = "default"
        if isinstance(named, Unknown):
            plan.doubt_all(row.cfn, named)
            return
        id_ = None if named is None else row.arn(named, plan, instance)
        if id_ is None or named is None:
            message = (
                f"nothing in the plan says what `{instance.address}` is the policy of, expected a resource"
            )
            plan.notes.append(instance.source.problem("resource-unknown", message))
            return
        draft = plan.drafts.get(id_) or plan.external(row.cfn, id_, instance, re.split("[:/]", named)[-1])
    match document:
        case Present():
            draft.grant(document, instance.at(row.policy))
        case NotExported():
            draft.doubts.append(document.unknown)
        case Absent():
            pass


_TOPIC_ACTIONS = (
    "GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe",
    "ListSubscriptionsByTopic", "Publish",
)  # fmt: skip


def _default_policy(plan: Plan, instance: Instance) -> None:
    """The policy that AWS writes where none is given: all for the owner.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html and
    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """
    draft = plan.draft(instance)
    if draft is None or draft.policy is not None or draft.doubts:
        return
    place = draft.place
    raw: dict[str, Any] = {"Effect": "Allow"}
    if instance.type == "aws_kms_key":
        root = f"arn:{place.partition}:iam::{place.account}:root"
        raw |= {
            "Sid": "Enable IAM User Permissions",
            "Principal": {"AWS": root},
            "Action": "kms:*",
            "Resource": "*",
        }
    else:
        condition = {"StringEquals": {"AWS:SourceOwner": place.account}}
        actions = [f"SNS:{action}" for action in _TOPIC_ACTIONS]
        raw |= {"Principal": {"AWS": "*"}, "Action": actions, "Resource": draft.id, "Condition": condition}
    draft.policy = plan.documents.statement(raw, instance.source, PolicyKind.RESOURCE)
