"""Named predicates about VPCs: zones of subnets, what security groups let in and out, endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wa_policy.evaluator.truth import Truth, all_of, any_of, negate
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.iam.values import parse_address_range
from wa_policy.inventory.model import PropertyValue, Resource
from wa_policy.inventory.relations import Related, related
from wa_policy.inventory.symbols import is_default_group
from wa_policy.rules.arguments import Values, number, text
from wa_policy.rules.compare import number_of
from wa_policy.rules.predicates_general import is_declared
from wa_policy.rules.subjects import Scope, Subject
from wa_policy.rules.views import parts_of, walk

_ALL_PORTS = 65_535
_SUBNET = re.compile(r"subnet-[0-9a-f]+$")


def default_group_of_template(value: PropertyValue, _scope: Scope, _arguments: Values) -> Truth:
    """True iff the value is the default security group of a VPC that the template makes."""
    return value if isinstance(value, Unknown) else isinstance(value, str) and is_default_group(value)


def spans_zones(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff the subnets of the function lie in so many availability zones."""
    if subject.resource is None:
        return False
    wanted = number(arguments, "at_least")
    config = subject.resource.property("VpcConfig")
    named = walk(config, ("SubnetIds",))
    if isinstance(named, Unknown):
        return named
    found = related(scope.inventory, subject.resource, "subnets")
    zones: set[str] = set()
    unknown = found.unknown
    for subnet in found.found:
        zone = _zone(subnet)
        if isinstance(zone, str):
            zones.add(zone)
        else:
            unknown = unknown or zone
    if len(zones) >= wanted:
        return True
    names = [part.value for part in parts_of(named)]
    known = {side.id.rpartition("/")[2] for side in found.found if isinstance(side, Resource)}
    odd = [n for n in names if isinstance(n, str) and n not in known and not _SUBNET.match(n)]
    if odd and len(found.found) < len(names):
        # The default of a parameter that stands for what everybody puts there: one name, or many.
        return Unknown(UnknownKind.UNRESOLVED, f"the subnets, of which `{odd[0]}` is no id")
    # Each subnet has one zone: too few subnets cannot lie in enough zones.
    if len(names) < wanted:
        return False
    return unknown or False


def _zone(subnet: object) -> str | Unknown:
    if isinstance(subnet, Resource):
        for name in ("AvailabilityZone", "AvailabilityZoneId"):
            value = subnet.property(name)
            if isinstance(value, str | Unknown):
                return value
        return Unknown(
            UnknownKind.UNRESOLVED, f"the availability zone of `{subnet.name or subnet.id}`, which AWS picks"
        )
    return Unknown(UnknownKind.NOT_EXPORTED, "the availability zone of a subnet")


# --- security groups -------------------------------------------------------------------------------------------------


def lets_out_everywhere(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff the security group lets out to every address on every port."""
    return _lets_out(subject, scope, all_ports=True)


def lets_out_to_internet(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff the security group lets out to addresses of the internet."""
    return _lets_out(subject, scope, all_ports=False)


def _lets_out(subject: Subject, scope: Scope, *, all_ports: bool) -> Truth:
    group = subject.resource
    if group is None:
        return False
    rules = group.property("SecurityGroupEgress")
    if isinstance(rules, Unknown):
        return rules
    more = _standing_alone(group, rules, scope, "egress_rules")
    found = [
        *(part.value for part in parts_of(rules)),
        *(other.properties for other in more.found if isinstance(other, Resource)),
    ]
    truths: list[Truth] = [_is_open(rule, all_ports=all_ports) for rule in found]
    if more.unknown is not None:
        truths.append(more.unknown)
    # A group of a template without any rule lets everything out; in a plan the provider has taken that rule away.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
    if rules is None and not more.found:
        truths.append(all_of((is_declared(subject, scope, {}), negate(more.unknown or False))))
    return any_of(truths)


def _standing_alone(group: Resource, rules: PropertyValue, scope: Scope, name: str) -> Related:
    """The rules of a group that are resources of their own; an export of the group lists them with it."""
    found = related(scope.inventory, group, name)
    listed = (
        rules is not None and found.unknown is not None and found.unknown.kind is UnknownKind.NOT_EXPORTED
    )
    return Related(found.found) if listed else found


def _is_open(rule: PropertyValue, *, all_ports: bool) -> Truth:
    if isinstance(rule, Unknown):
        return rule
    if not isinstance(rule, Mapping):
        return False
    return all_of((_to_internet(rule), _on_all_ports(rule) if all_ports else True))


def _to_internet(rule: Mapping[str, PropertyValue]) -> Truth:
    return any_of(
        value if isinstance(value, Unknown) else isinstance(value, str) and _is_public(value)
        for value in (rule.get("CidrIp"), rule.get("CidrIpv6"))
    )


_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")


def _is_public(text: str) -> bool:
    """True iff the range has an address outside of the private ranges."""
    found = parse_address_range(text)
    if found is None:
        return False
    private = (parse_address_range(one) for one in _PRIVATE)
    return not any(one is not None and one.contains(found) for one in private)


def _on_all_ports(rule: Mapping[str, PropertyValue]) -> Truth:
    protocol = rule.get("IpProtocol")
    if isinstance(protocol, Unknown):
        return protocol
    if str(protocol) in ("-1", "all"):
        return True
    first, last = rule.get("FromPort"), rule.get("ToPort")
    for port in (first, last):
        if isinstance(port, Unknown):
            return port
    return number_of(first) in (0, 1, -1) and number_of(last) in (_ALL_PORTS, -1)


def admitted(group: Resource, scope: Scope) -> Iterator[PropertyValue | Unknown]:
    """The rules by which a security group lets in, those of its own and those that stand alone."""
    rules = group.property("SecurityGroupIngress")
    if isinstance(rules, Unknown):
        yield rules
    else:
        yield from (part.value for part in parts_of(rules))
    more = _standing_alone(group, rules, scope, "ingress_rules")
    yield from (other.properties for other in more.found if isinstance(other, Resource))
    if more.unknown is not None:
        yield more.unknown


def lets_in_from_internet(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff the security group lets in from every address."""
    if subject.resource is None:
        return False
    return any_of(
        rule if isinstance(rule, Unknown) else isinstance(rule, Mapping) and _from_everywhere(rule)
        for rule in admitted(subject.resource, scope)
    )


def _from_everywhere(rule: Mapping[str, PropertyValue]) -> Truth:
    return any_of(
        value if isinstance(value, Unknown) else isinstance(value, str) and value.endswith("/0")
        for value in (rule.get("CidrIp"), rule.get("CidrIpv6"))
    )


def lets_in_only_itself(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff every rule by which the security group lets in names the group itself as the source."""
    group = subject.resource
    if group is None:
        return False
    own = {group.id, group.name, group.id.rpartition("/")[2]}
    truths: list[Truth] = []
    for rule in admitted(group, scope):
        source = rule.get("SourceSecurityGroupId") if isinstance(rule, Mapping) else rule
        truths.append(source if isinstance(source, Unknown) else isinstance(source, str) and source in own)
    return all_of(truths)


_NO_INTERFACE = frozenset(
    (
        *("AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress"),
        *("AWS::Lambda::Function", "AWS::Serverless::Function"),
    )
)
"""Types that name a security group and take no connections behind it."""


def guards_others(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff something that was read, but functions and rules of groups, has the security group.

    Unknown without such a thing where VPC endpoints, which share the groups of functions more than others, were not read.
    """
    group = subject.resource
    if group is None:
        return False
    if scope.shared.groups_of_others is None:
        scope.shared.groups_of_others = frozenset(
            text
            for resource in scope.inventory.resources
            if resource.type not in _NO_INTERFACE
            for text in _group_texts(resource.properties, within=False)
        )
    others = scope.shared.groups_of_others
    if not others.isdisjoint((group.id, group.name, group.id.rpartition("/")[2])):
        return True
    doubt = min((one for one in others if isinstance(one, Unknown)), default=None)
    return doubt or related(scope.inventory, group, "endpoints").unknown or False


def _group_texts(value: PropertyValue, *, within: bool) -> Iterator[str | Unknown]:
    """The texts in properties that are about security groups, by their names."""
    match value:
        case str() | Unknown():
            if within:
                yield value
        case Mapping():
            for name, part in value.items():
                yield from _group_texts(part, within=within or "securitygroup" in name.lower())
        case tuple():
            for part in value:
                yield from _group_texts(part, within=within)
        case _:
            return


# --- routes ----------------------------------------------------------------------------------------------------------

_EVERYWHERE = ("0.0.0.0/0", "::/0")
_OUT = (
    "EgressOnlyInternetGatewayId", "NatGatewayId", "InstanceId", "NetworkInterfaceId", "CarrierGatewayId", "LocalGatewayId",
)  # fmt: skip
_ONWARD = ("TransitGatewayId", "VpcPeeringConnectionId", "CoreNetworkArn")


def leads_to_internet(subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff the route sends all other traffic to the internet; unknown where another network decides."""
    route = subject.resource
    if route is None:
        return False
    wide = any_of(
        value if isinstance(value, Unknown) else value in _EVERYWHERE
        for value in (route.property(name) for name in ("DestinationCidrBlock", "DestinationIpv6CidrBlock"))
    )
    if wide is False:
        return False
    gateway = route.properties.get("GatewayId")
    ways: list[Truth] = [
        gateway
        if isinstance(gateway, Unknown)
        else isinstance(gateway, str) and not gateway.startswith(("vpce-", "vgw-", "local"))
    ]
    ways += [
        value if isinstance(value, Unknown) else True
        for name in _OUT
        if (value := route.properties.get(name))
    ]
    onward = next((name for name in _ONWARD if route.properties.get(name)), None)
    if isinstance(gateway, str) and gateway.startswith("vgw-"):
        onward = "GatewayId"  # of an own network behind a VPN
    if onward is not None:
        ways.append(
            Unknown(UnknownKind.NOT_EXPORTED, f"where `{onward}` of `{route.name or route.id}` leads on to")
        )
    return all_of((wide, any_of(ways)))


# --- endpoints and stores --------------------------------------------------------------------------------------------

_HTTPS = 443
_WIDEST_IPV6 = 64


def lets_in_https(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff the security group lets something in on port 443."""
    if subject.resource is None:
        return False
    return any_of(_on_port(rule, _HTTPS) for rule in admitted(subject.resource, scope))


def _on_port(rule: PropertyValue | Unknown, port: int) -> Truth:
    if isinstance(rule, Unknown):
        return rule
    if not isinstance(rule, Mapping):
        return False
    protocol = rule.get("IpProtocol")
    if isinstance(protocol, Unknown):
        return protocol
    if str(protocol) in ("-1", "all"):
        return True
    bounds = rule.get("FromPort"), rule.get("ToPort")
    for bound in bounds:
        if isinstance(bound, Unknown):
            return bound
    first, last = (number_of(bound) for bound in bounds)
    return str(protocol) in ("tcp", "6") and first is not None and last is not None and first <= port <= last


def lets_in_wide_range(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff the security group lets in from a range of addresses that is wider than the prefix."""
    if subject.resource is None:
        return False
    prefix = number(arguments, "prefix")
    truths: list[Truth] = []
    for rule in admitted(subject.resource, scope):
        if isinstance(rule, Unknown):
            truths.append(rule)
        elif isinstance(rule, Mapping):
            values = [rule.get(name) for name in ("CidrIp", "CidrIpv6")]
            truths += [value if isinstance(value, Unknown) else _is_wider(value, prefix) for value in values]
    return any_of(truths)


def _is_wider(value: PropertyValue, prefix: float) -> bool:
    found = parse_address_range(value) if isinstance(value, str) else None
    if found is None:
        return False
    addresses = found.last - found.first + 1
    bits, least = (32, prefix) if found.version == 4 else (128, _WIDEST_IPV6)
    return addresses > 1 << (bits - int(least))


def has_gateway_for(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff traffic of the function to the service goes through an endpoint: a gateway in all its tables, or an interface."""
    function = subject.resource
    if function is None:
        return False
    service = text(arguments, "service")
    endpoints = related(scope.inventory, function, "vpc_endpoints")
    tables = related(scope.inventory, function, "route_tables")
    covered: set[str] = set()
    unknown = endpoints.unknown
    for endpoint in endpoints.found:
        if not isinstance(endpoint, Resource):
            continue
        name, kind = endpoint.property("ServiceName"), endpoint.property("VpcEndpointType")
        if isinstance(name, Unknown):
            unknown = unknown or name
            continue
        if not isinstance(name, str) or name.rpartition(".")[2] != service:
            continue
        if kind == "Interface":
            return True
        unknown = unknown or (kind if isinstance(kind, Unknown) else None)
        through = related(scope.inventory, endpoint, "route_tables")
        covered |= {table.id for table in through.found if isinstance(table, Resource)}
        unknown = unknown or through.unknown
    found: list[Truth] = [
        any_of((table.id in covered, unknown or False))
        for table in tables.found
        if isinstance(table, Resource)
    ]
    if tables.unknown is not None:
        found.append(tables.unknown)
    return all_of(found)
