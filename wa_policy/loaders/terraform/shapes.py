"""Arguments whose shape differs from that of the properties by more than names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import VPC_ID_PROPERTY, PropertyValue
from wa_policy.loaders.terraform.expressions import Block, Step
from wa_policy.loaders.terraform.instances import Instance
from wa_policy.loaders.terraform.plan import Draft, Plan
from wa_policy.loaders.terraform.properties import Reader
from wa_policy.loaders.terraform.rows import camel

Shape = Callable[[Plan, Draft, Instance], None]


def read(plan: Plan, instance: Instance, name: str) -> PropertyValue:
    """An argument as it is."""
    return plan.reader.value(instance, (name,), instance.values.get(name), instance.unknown.get(name))


# --- functions -------------------------------------------------------------------------------------------------------


def vpc_of_function(plan: Plan, draft: Draft, instance: Instance) -> None:
    """The VPC of a function, which is that of its subnets."""
    config = draft.properties.get("VpcConfig")
    subnets = config.get("SubnetIds") if isinstance(config, Mapping) else config
    if subnets is None or subnets == ():
        draft.properties[VPC_ID_PROPERTY] = None
        if isinstance(config, Mapping):
            draft.properties["VpcConfig"] = None  # a function that was taken out of its VPC has empty lists
        return
    for block in instance.values.get("vpc_config") or ():
        known = block.get("vpc_id") if isinstance(block, Mapping) else None
        if isinstance(known, str) and known:
            draft.properties[VPC_ID_PROPERTY] = known
            return
    for subnet in subnets if isinstance(subnets, tuple) else ():
        found = plan.naming.find("aws_subnet", subnet) if isinstance(subnet, str) else None
        if found is not None:
            draft.properties[VPC_ID_PROPERTY] = plan.reader.named(found, "vpc_id")
            return
    draft.properties[VPC_ID_PROPERTY] = plan.reader.unknown(instance, ("vpc_config", "vpc_id"))


# --- security groups -------------------------------------------------------------------------------------------------


def security_group(plan: Plan, draft: Draft, instance: Instance) -> None:
    """The rules of a group. Terraform takes away the rule that AWS makes: without `egress` nothing may go out."""
    for name, property_ in (("ingress", "SecurityGroupIngress"), ("egress", "SecurityGroupEgress")):
        mark = instance.unknown.get(name)
        if mark is True:
            own = plan.configuration.is_known and name not in plan.configuration.expressions(instance)
            draft.properties[property_] = () if own else plan.reader.unknown(instance, (name,))
            continue
        entries: list[PropertyValue] = []
        items = plan.reader.blocks(instance.values.get(name) or [], mark)
        for index, (values, marks) in enumerate(items):
            path = (name, Block(index, len(items), values, ordered=False))
            entries += _rules(plan.reader, instance, values, marks, path, outward=name == "egress")
        draft.put(property_, tuple(entries), instance.at(name))


_SOURCES = (
    ("cidr_blocks", "CidrIp", "CidrIp"),
    ("ipv6_cidr_blocks", "CidrIpv6", "CidrIpv6"),
    ("prefix_list_ids", "SourcePrefixListId", "DestinationPrefixListId"),
    ("security_groups", "SourceSecurityGroupId", "DestinationSecurityGroupId"),
)


def _rules(
    reader: Reader,
    instance: Instance,
    values: Mapping[str, Any],
    marks: Mapping[str, Any],
    path: tuple[Step, ...],
    *,
    outward: bool,
) -> Iterator[PropertyValue]:
    """One rule for each source or destination."""
    common = {
        property_: value
        for name, property_ in (
            ("protocol", "IpProtocol"),
            ("from_port", "FromPort"),
            ("to_port", "ToPort"),
            ("description", "Description"),
        )
        if (value := reader.value(instance, (*path, name), values.get(name), marks.get(name))) is not None
    }
    for name, inward_name, outward_name in _SOURCES:
        found = reader.value(instance, (*path, name), values.get(name), marks.get(name))
        for item in found if isinstance(found, tuple) else (() if found is None else (found,)):
            yield common | {outward_name if outward else inward_name: item}
    if values.get("self") is True:
        yield common | {
            "DestinationSecurityGroupId" if outward else "SourceSecurityGroupId": reader.naming.text(
                instance, "id"
            )
        }


# --- the rest --------------------------------------------------------------------------------------------------------


def _table(plan: Plan, draft: Draft, instance: Instance) -> None:
    enabled = read(plan, instance, "stream_enabled")
    view = read(plan, instance, "stream_view_type")
    if isinstance(enabled, Unknown):
        draft.properties["StreamSpecification"] = enabled
    else:
        draft.properties["StreamSpecification"] = {"StreamViewType": view} if enabled is True else None


def dimensions(value: PropertyValue) -> PropertyValue:
    """The dimensions of a metric as a list of names and values."""
    if not isinstance(value, Mapping):
        return value
    return tuple({"Name": name, "Value": item} for name, item in value.items())


def _alarm(plan: Plan, draft: Draft, instance: Instance) -> None:
    draft.properties["Dimensions"] = dimensions(_map_of_references(plan, instance, "dimensions"))
    metrics = draft.properties.get("Metrics")
    if isinstance(metrics, tuple):
        draft.properties["Metrics"] = tuple(_metric(metric) for metric in metrics)


def _map_of_references(plan: Plan, instance: Instance, name: str) -> PropertyValue:
    """A map whose values name resources: with one reference and one value that is open they belong together."""
    value = read(plan, instance, name)
    if not isinstance(value, Mapping):
        return value
    open_ones = [key for key, item in value.items() if isinstance(item, Unknown)]
    only = plan.configuration.of(instance, (name,)).only
    text = plan.reader.text(only) if only is not None and len(open_ones) == 1 else None
    return {key: text if text is not None and key in open_ones else item for key, item in value.items()}


def _metric(metric: PropertyValue) -> PropertyValue:
    stat = metric.get("MetricStat") if isinstance(metric, Mapping) else None
    if not isinstance(metric, Mapping) or not isinstance(stat, Mapping):
        return metric
    names = {
        "MetricName": stat.get("MetricName"),
        "Namespace": stat.get("Namespace"),
        "Dimensions": dimensions(stat.get("Dimensions")),
    }
    inner = {name: value for name, value in names.items() if value is not None}
    return {
        **metric,
        "MetricStat": {"Metric": inner}
        | {name: stat[name] for name in ("Period", "Stat", "Unit") if name in stat},
    }


def _state_machine(_plan: Plan, draft: Draft, _instance: Instance) -> None:
    logging = draft.properties.get("LoggingConfiguration")
    if isinstance(logging, Mapping):
        group = logging.get("LogDestination")
        rest = {name: value for name, value in logging.items() if name != "LogDestination"}
        if group is not None:
            rest["Destinations"] = ({"CloudWatchLogsLogGroup": {"LogGroupArn": group}},)
        draft.properties["LoggingConfiguration"] = rest


def _user_pool(_plan: Plan, draft: Draft, _instance: Instance) -> None:
    policy = draft.properties.get("Policies")
    if isinstance(policy, Mapping):
        draft.properties["Policies"] = {"PasswordPolicy": policy}


def _wrapped(member: str) -> Shape:
    """A type whose properties stand inside of one."""

    def wrap(_plan: Plan, draft: Draft, _instance: Instance) -> None:
        outside = {name: draft.properties.pop(name) for name in ("Tags",) if name in draft.properties}
        inside = {name: value for name, value in draft.properties.items() if value is not None}
        draft.properties = {member: inside, **outside}
        draft.places.setdefault(member, draft.source)

    return wrap


def _load_balancer(plan: Plan, draft: Draft, instance: Instance) -> None:
    internal = read(plan, instance, "internal")
    draft.properties["Scheme"] = (
        internal if isinstance(internal, Unknown) else "internal" if internal else "internet-facing"
    )


def _internet_gateway(plan: Plan, draft: Draft, instance: Instance) -> None:
    """The VPC that it is attached to, which is a resource of its own in CloudFormation."""
    vpc = read(plan, instance, "vpc_id")
    if vpc is not None:
        draft.put("WaPolicy::VpcIds", (vpc,), instance.at("vpc_id"))


def _flow_log(plan: Plan, draft: Draft, instance: Instance) -> None:
    for argument, word in (
        ("vpc_id", "VPC"),
        ("subnet_id", "Subnet"),
        ("eni_id", "NetworkInterface"),
        ("transit_gateway_id", "TransitGateway"),
    ):
        if read(plan, instance, argument) is not None:
            draft.properties["ResourceType"] = word


def _web_acl(_plan: Plan, draft: Draft, instance: Instance) -> None:
    """The rules of a web ACL, all names as CloudFormation writes them."""
    rules = instance.values.get("rule")
    draft.properties["Rules"] = (
        tuple(_tree(rule) for rule in rules) if isinstance(rules, list) and rules else None
    )
    if draft.properties["Rules"] is not None:
        draft.places["Rules"] = instance.at("rule")


def _tree(value: Any) -> PropertyValue:
    """Blocks with the names of CloudFormation: a list of one block is a structure there."""
    match value:
        case Mapping():
            return {
                camel(str(name)): _tree(item) for name, item in value.items() if item not in (None, [], "")
            }
        case list():
            blocks = [item for item in value if isinstance(item, Mapping)]
            return (
                _tree(blocks[0]) if len(value) == len(blocks) == 1 else tuple(_tree(item) for item in value)
            )
        case _:
            return value if isinstance(value, str | int | float | bool) else None


SPECIAL: Mapping[str, Shape] = {
    "aws_security_group": security_group,
    "aws_dynamodb_table": _table,
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_sfn_state_machine": _state_machine,
    "aws_cognito_user_pool": _user_pool,
    "aws_cloudfront_distribution": _wrapped("DistributionConfig"),
    "aws_cloudfront_origin_access_control": _wrapped("OriginAccessControlConfig"),
    "aws_lb": _load_balancer,
    "aws_internet_gateway": _internet_gateway,
    "aws_flow_log": _flow_log,
    "aws_wafv2_web_acl": _web_acl,
}
"""By type."""
