"""References between resources of a template in the one form that the inventory has for them, and what a type adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import VPC_ID_PROPERTY, PropertyValue, Resource
from wa_policy.loaders.cloudformation.build import Build, Made
from wa_policy.loaders.cloudformation.properties import converted
from wa_policy.loaders.cloudformation.values import NO_VALUE, as_text, doubt_of, settled, unresolved
from wa_policy.loaders.resource_ids import function_arn, qualifier

_OF_FUNCTION = (
    "lambda.get-policy",
    "lambda.list-aliases",
    "lambda.list-event-source-mappings",
    "lambda.list-function-url-configs",
)


def function(build: Build, made: Made) -> None:
    """AWS::Lambda::Function: the VPC of its subnets; and all that refers to it stands in the template."""
    config = made.values.get("VpcConfig", NO_VALUE)
    if isinstance(config, dict) and config.get("SubnetIds", NO_VALUE) not in (NO_VALUE, []):
        made.properties[VPC_ID_PROPERTY] = _vpc(build, made, config["SubnetIds"])
    elif config is not NO_VALUE and doubt_of(config) is not None:
        made.properties[VPC_ID_PROPERTY] = doubt_of(config)
    role = made.properties.get("Role")
    if isinstance(role, str) and not role.startswith("arn:"):
        # The name of a role alone, which Lambda does not take and templates have all the same.
        made.properties["Role"] = (
            f"arn:{build.scope.place.partition}:iam::{build.scope.account_text}:role/{role}"
        )
    for operation in _OF_FUNCTION:
        build.answered(operation, made.id)


def _vpc(build: Build, made: Made, subnets: object) -> PropertyValue:
    for item in subnets if isinstance(subnets, list) else [subnets]:
        text = as_text(item)
        id_ = None if text is None else settled(text)
        for other in build.made.values():
            if other.written.type == "AWS::EC2::Subnet" and build.physical_name(other) == id_:
                return other.properties.get("VpcId")
    return unresolved(f"the VPC of the subnets of `{made.name}`, which the template does not make")


def _of_function(property_: str) -> Callable[[Build, Made], None]:
    """A handler for a type that names a function by name or ARN."""

    def handle(build: Build, made: Made) -> None:
        named = as_text(made.values.get(property_, NO_VALUE))
        if named is None:
            return
        target = settled(build.resolver.naming.function(named))
        made.properties[property_] = converted(target)
        if made.written.type == "AWS::Lambda::Url" and isinstance(target, str):
            arn = function_arn(target)
            made.properties["FunctionUrl"] = converted(
                build.resolver.naming.attribute(made.written, "FunctionUrl")
            )
            if arn is not None:
                made.properties[property_] = arn
                made.properties["Qualifier"] = made.properties.get("Qualifier") or qualifier(target) or None
                made.name = build.by_id[arn].name if arn in build.by_id else arn.rsplit(":", 1)[-1]
        if made.written.type == "AWS::Lambda::EventSourceMapping":
            made.properties.setdefault("Enabled", True)
        if made.written.type == "AWS::Lambda::Alias" and isinstance(target, str):
            build.answered("lambda.get-policy", made.id)

    return handle


def subscription(build: Build, made: Made) -> None:
    """AWS::SNS::Subscription: one more in the topic's list."""
    topic = build.text(made, "TopicArn")
    entry: PropertyValue = {
        name: made.properties[name]
        for name in ("Endpoint", "Protocol", "FilterPolicy")
        if name in made.properties
    }
    target = build.by_id.get(topic) if isinstance(topic, str) else None
    if target is not None:
        known = target.properties.get("Subscription")
        if isinstance(known, Unknown):
            return
        target.properties["Subscription"] = (
            *(known if isinstance(known, tuple) else ()),
            made.doubt or entry,
        )
        target.places.setdefault("Subscription", made.source)
    elif isinstance(topic, str) and topic.startswith("arn:"):
        pass  # a topic of another stack: the permission of the function names it


def deployment(build: Build, made: Made) -> None:
    """AWS::ApiGateway::Deployment: with `StageName` it makes a stage as well."""
    stage, api = build.text(made, "StageName"), build.text(made, "RestApiId")
    if not isinstance(stage, str) or not isinstance(api, str):
        return
    description = made.properties.get("StageDescription")
    properties: dict[str, PropertyValue] = dict(description) if isinstance(description, Mapping) else {}
    properties |= {"StageName": stage, "RestApiId": api}
    id_ = f"arn:{build.scope.place.partition}:apigateway:{build.scope.region_text}::/restapis/{api}/stages/{stage}"
    if id_ in build.by_id:
        return
    place = build.resolver.at(build.pointer(made, "StageName"))
    build.pieces.resources.append(
        Resource(
            "AWS::ApiGateway::Stage",
            id_,
            stage,
            build.scope.account_text,
            build.scope.region_text,
            properties,
            place,
        )
    )


HANDLERS: Mapping[str, Callable[[Build, Made], None]] = {
    "AWS::Lambda::Function": function,
    "AWS::Lambda::Alias": _of_function("FunctionName"),
    "AWS::Lambda::Version": _of_function("FunctionName"),
    "AWS::Lambda::Url": _of_function("TargetFunctionArn"),
    "AWS::Lambda::EventSourceMapping": _of_function("FunctionName"),
    "AWS::SNS::Subscription": subscription,
    "AWS::ApiGateway::Deployment": deployment,
}
"""By type."""
