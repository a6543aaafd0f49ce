"""Resources of a plan that are a statement in the policy of another one: permissions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wa_policy.iam.arn import is_account_id
from wa_policy.iam.policy import PolicyKind
from wa_policy.iam.unknown import Unknown, UnknownKind
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
    """Put permissions where they belong."""
    for instance in plan.of_type("aws_lambda_permission", "awscc_lambda_permission"):
        _permission(plan, instance)
    for instance in plan.of_type("aws_lambda_function_url"):
        _public_url(plan, instance)
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
