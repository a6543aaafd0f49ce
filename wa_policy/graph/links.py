"""Steps that no permission of a caller decides: what runs as which role, and what sets off which function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wa_policy.evaluator.lookup import resource_of
from wa_policy.graph.changes import acting_as
from wa_policy.graph.parties import actor_of
from wa_policy.graph.reach import Reach
from wa_policy.graph.strangers import ANONYMOUS
from wa_policy.graph.web import Edge, EdgeKind, Node, NodeKind
from wa_policy.iam.arn import is_account_id, parse_arn
from wa_policy.iam.policy import Effect
from wa_policy.iam.principal import AwsService, ServicePrincipal
from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, Present, Principal, PropertyValue, Resource

RUNS_AS: dict[str, tuple[tuple[tuple[str, ...], str, str], ...]] = {
    "AWS::Lambda::Function": ((("Role",), "execution role", "lambda.amazonaws.com"),),
    "AWS::StepFunctions::StateMachine": ((("RoleArn",), "state machine role", "states.amazonaws.com"),),
    "AWS::ECS::TaskDefinition": (
        (("TaskRoleArn",), "task role", "ecs-tasks.amazonaws.com"),
        (("ExecutionRoleArn",), "task execution role", "ecs-tasks.amazonaws.com"),
    ),
    "AWS::CodeBuild::Project": ((("ServiceRole",), "service role", "codebuild.amazonaws.com"),),
    "AWS::Glue::Job": ((("Role",), "job role", "glue.amazonaws.com"),),
    "AWS::Events::Rule": ((("RoleArn",), "rule role", "events.amazonaws.com"),),
    "AWS::CloudFormation::Stack": ((("RoleARN",), "stack role", "cloudformation.amazonaws.com"),),
    "AWS::EC2::Instance": ((("IamInstanceProfile",), "instance profile", "ec2.amazonaws.com"),),
}
"""By type the property that names the role, what it is called, and the service that starts its sessions."""


def links(reach: Reach) -> Iterator[tuple[Edge, Node | None]]:
    """The edges between things, by their ARNs, each with the node of its source where that was not read."""
    for resource in reach.inventory.resources:
        yield from ((edge, None) for edge in _runs_as(reach, resource))
        match resource.type:
            case "AWS::Lambda::EventSourceMapping":
                yield from _mapping(reach.inventory, resource)
            case "AWS::ApiGatewayV2::Integration":
                yield from _integration(reach.inventory, resource)
            case "AWS::Lambda::Function":
                yield from _permissions(reach.inventory, resource)
            case "AWS::ApiGatewayV2::Route":
                yield from _open_route(reach, resource)
            case "AWS::Lambda::Url":
                function = resource.property("TargetFunctionArn")
                if isinstance(function, str):
                    yield Edge(resource.id, _own(function), EdgeKind.TRIGGER, "function URL"), None
            case _:
                pass


def _runs_as(reach: Reach, resource: Resource) -> Iterator[Edge]:
    for path, how, service in RUNS_AS.get(resource.type, ()):
        value = _at(resource.properties, path)
        if isinstance(value, Unknown):
            continue
        if not isinstance(value, str):
            continue
        for role in _roles(reach.inventory, value):
            actor = actor_of(reach.inventory, AwsService(service))
            access = reach.access(actor, "sts:AssumeRole", role.arn)
            bits = acting_as(reach.catalog) & reach.catalog.single("sts:AssumeRole")
            if access.truth is False:
                continue  # the trust policy, or an RCP, does not let the service in
            doubts = (access.truth,) if isinstance(access.truth, Unknown) else ()
            sure = bits if access.truth is True else 0
            yield Edge(
                resource.id,
                role.arn,
                EdgeKind.ACT_AS,
                how,
                sure,
                bits,
                access.conditions,
                doubts,
                access.statements,
            )


def _roles(inventory: Inventory, value: str) -> Iterator[Principal]:
    role = inventory.principal(value)
    if role is not None:
        yield role
        return
    for principal in inventory.principals:
        profiles = (profile.rsplit("/", 1)[-1] for profile in principal.instance_profiles)
        if principal.instance_profiles and value.rsplit("/", 1)[-1] in profiles:
            yield principal


def _at(value: PropertyValue, path: tuple[str, ...]) -> PropertyValue:
    for name in path:
        if not isinstance(value, Mapping):
            return value if isinstance(value, Unknown) else None
        value = value.get(name)
    return value


# --- triggers -----------------------------------------------------------------------------------------------------


def _own(function: str) -> str:
    """The ARN of a function without version or alias."""
    return ":".join(function.split(":")[:7])


def _source(inventory: Inventory, arn: str) -> tuple[str, Node | None]:
    """The id of what an ARN names, with a node for it where it was not read."""
    found = inventory.resource(arn) or resource_of(inventory, arn)
    parsed = parse_arn(arn)
    if found is None and parsed is not None and parsed.service == "execute-api":
        api = parsed.resource.split("/", 1)[0]
        apis = inventory.of_type("AWS::ApiGatewayV2::Api")
        found = next((a for a in apis if a.property("ApiId") == api and a.region == parsed.region), None)
    if found is not None:
        return found.id, None
    account, service = ("", "") if parsed is None else (parsed.account, parsed.service)
    account = account if is_account_id(account) else ""
    notes = (f"`{arn}` was not read",)
    return arn, Node(arn, NodeKind.RESOURCE, arn, account, "", service, (arn,), notes)


def _mapping(inventory: Inventory, resource: Resource) -> Iterator[tuple[Edge, Node | None]]:
    source, function = resource.property("EventSourceArn"), resource.property("FunctionName")
    if isinstance(source, str) and isinstance(function, str):
        id_, node = _source(inventory, source)
        missing = "" if resource.property("Enabled") is not False else "the mapping is disabled"
        yield Edge(id_, _own(function), EdgeKind.TRIGGER, "event source mapping", missing=missing), node


def _integration(inventory: Inventory, resource: Resource) -> Iterator[tuple[Edge, Node | None]]:
    uri, api = resource.property("IntegrationUri"), resource.property("ApiId")
    if not isinstance(uri, str) or ":function:" not in uri:
        return
    function = uri.partition("/functions/")[2].partition("/invocations")[0] or uri
    for found in inventory.of_type("AWS::ApiGatewayV2::Api"):
        if found.property("ApiId") == api and (found.account, found.region) == (
            resource.account,
            resource.region,
        ):
            yield Edge(found.id, _own(function), EdgeKind.TRIGGER, "API integration"), None


def _open_route(reach: Reach, resource: Resource) -> Iterator[tuple[Edge, Node | None]]:
    """A route of an HTTP API that nothing authorizes: such APIs have no resource policy."""
    if resource.property("AuthorizationType") != "NONE":
        return
    bits = reach.catalog.single("execute-api:Invoke")
    for api in reach.inventory.of_type("AWS::ApiGatewayV2::Api"):
        same = (api.account, api.region) == (resource.account, resource.region)
        if same and api.property("ApiId") == resource.property("ApiId"):
            route = f"route {resource.property('RouteKey')} without authorization"
            yield Edge(ANONYMOUS.id, api.id, EdgeKind.ACCESS, route, bits, bits), ANONYMOUS


def _permissions(inventory: Inventory, resource: Resource) -> Iterator[tuple[Edge, Node | None]]:
    """The resources for which a service may invoke the function: those that a condition on aws:SourceArn names."""
    document = resource.policy()
    if not isinstance(document, Present):
        return
    for statement in document.policy.statements:
        if statement.effect is not Effect.ALLOW or statement.principal is None:
            continue
        services = [p for p in statement.principal.principals if isinstance(p, ServicePrincipal)]
        for condition in statement.conditions if services else ():
            if condition.folded_key != "aws:sourcearn" or condition.operator.operator.negated:
                continue
            for value in condition.values:
                if isinstance(value, Template):
                    continue
                id_, node = _source(inventory, value)
                doubt = (
                    ()
                    if node is None
                    else (
                        Unknown(UnknownKind.NOT_EXPORTED, f"whether `{value}` sends events to the function"),
                    )
                )
                yield (
                    Edge(
                        id_, resource.id, EdgeKind.TRIGGER, f"invoked by {services[0].service}", doubts=doubt
                    ),
                    node,
                )
