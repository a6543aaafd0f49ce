"""Networks: VPCs, subnets, routes, gateways, security groups, endpoints, flow logs."""

from __future__ import annotations

from collections.abc import Mapping

from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.answers.readers import ITEM, at, each, own, policy
from wa_policy.loaders.answers.rows import Row, arn
from wa_policy.loaders.members import Node
from wa_policy.loaders.tables import Member, flag, text


def _ec2(kind: str, id_: str) -> str:
    return arn("ec2", f"{kind}/{{{id_}}}")


# The member of a rule that says whom it admits, and the names of it in a rule of ingress and of egress.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
_PEERS = (
    ("IpRanges", "CidrIp", "CidrIp", "CidrIp"),
    ("Ipv6Ranges", "CidrIpv6", "CidrIpv6", "CidrIpv6"),
    ("PrefixListIds", "PrefixListId", "SourcePrefixListId", "DestinationPrefixListId"),
    ("UserIdGroupPairs", "GroupId", "SourceSecurityGroupId", "DestinationSecurityGroupId"),
)


def _rules(*, egress: bool) -> Member:
    member, property_ = (
        ("IpPermissionsEgress", "SecurityGroupEgress")
        if egress
        else ("IpPermissions", "SecurityGroupIngress")
    )

    def read(node: Node) -> PropertyValue:
        found: list[PropertyValue] = []
        for permission in Node({"_": node.value}, node.source, node.notes).objects("_"):
            found += _of_permission(permission, egress=egress)
        return tuple(found)

    return Member(member, property_, read)


def _of_permission(permission: Node, *, egress: bool) -> list[PropertyValue]:
    """A rule of CloudFormation for each peer of a permission."""
    ports = {
        name: permission.value[name]
        for name in ("IpProtocol", "FromPort", "ToPort")
        if permission.value.get(name) is not None
    }
    found: list[PropertyValue] = []
    for listed, key, ingress_name, egress_name in _PEERS:
        # AWS Config has the ranges twice: as texts, and under a name of its own as objects.
        other = "Ipv4Ranges"
        member = other if listed == "IpRanges" and permission.get(other) is not None else listed
        for peer in permission.objects(member):
            rule: dict[str, PropertyValue] = {
                **ports,
                egress_name if egress else ingress_name: peer.required_text(key),
            }
            description, owner = peer.text("Description"), peer.text("UserId")
            if description is not None:
                rule["Description"] = description
            if owner is not None and not egress:
                rule["SourceSecurityGroupOwnerId"] = owner
            found.append(rule)
    return found


def _is_main(node: Node) -> PropertyValue:
    """True iff the table holds for each subnet of the VPC that has no other."""
    return any(item.value.get("Main") is True for item in node.objects("Associations"))


def _attached_vpc(node: Node) -> PropertyValue:
    return next((vpc for item in node.objects("Attachments") if (vpc := item.text("VpcId"))), None)


def _attachments(node: Node) -> PropertyValue:
    return tuple(vpc for item in node.objects("Attachments") if (vpc := item.text("VpcId")))


def _allocation(node: Node) -> PropertyValue:
    addresses = node.get("NatGatewayAddresses")
    items = addresses.value if addresses is not None and isinstance(addresses.value, list) else []
    ids = [item.get("AllocationId") for item in items if isinstance(item, Mapping)]
    return next((id_ for id_ in ids if isinstance(id_, str)), None)


_STATE = own("State", "State", text)
ROWS = (
    Row(
        "ec2.describe-vpcs", "AWS::EC2::VPC", "Vpcs[]", _ec2("vpc", "VpcId"), "CidrBlock InstanceTenancy Tags VpcId",
        (own("IsDefault", "IsDefault", flag),), marks="VpcId CidrBlock !SubnetId", name="VpcId",
    ),
    Row(
        "ec2.describe-subnets", "AWS::EC2::Subnet", "Subnets[]", _ec2("subnet", "SubnetId"),
        "AssignIpv6AddressOnCreation AvailabilityZone AvailabilityZoneId CidrBlock EnableDns64 EnableLniAtDeviceIndex Ipv6Native "
        "MapPublicIpOnLaunch OutpostArn PrivateDnsNameOptionsOnLaunch SubnetId Tags VpcId",
        marks="SubnetId VpcId CidrBlock", name="SubnetId",
    ),
    Row(
        "ec2.describe-route-tables", "AWS::EC2::RouteTable", "RouteTables[]", _ec2("route-table", "RouteTableId"),
        "RouteTableId Tags VpcId", (own("IsMain", ITEM, _is_main),), marks="RouteTableId VpcId", name="RouteTableId",
    ),
    Row(
        "ec2.describe-route-tables", "AWS::EC2::Route", "RouteTables[].Routes[]", _ec2("route-table", "^RouteTableId") + "#{DestinationCidrBlock|DestinationIpv6CidrBlock|DestinationPrefixListId}",
        "CarrierGatewayId CoreNetworkArn DestinationCidrBlock DestinationIpv6CidrBlock DestinationPrefixListId "
        "EgressOnlyInternetGatewayId GatewayId InstanceId LocalGatewayId NatGatewayId NetworkInterfaceId OdbNetworkArn "
        "TransitGatewayId VpcPeeringConnectionId",
        (_STATE,), inherited=("RouteTableId",), gives="routes",
    ),
    Row(
        "ec2.describe-route-tables", "AWS::EC2::SubnetRouteTableAssociation", "RouteTables[].Associations[]",
        _ec2("route-table", "^RouteTableId") + "#{RouteTableAssociationId}", "SubnetId", inherited=("RouteTableId",),
        only="SubnetId", gives="which table a subnet has",
    ),
    Row(
        "ec2.describe-internet-gateways", "AWS::EC2::InternetGateway", "InternetGateways[]",
        _ec2("internet-gateway", "InternetGatewayId"), "InternetGatewayId Tags", (own("VpcIds", ITEM, _attachments),),
        marks="InternetGatewayId", name="InternetGatewayId",
    ),
    Row(
        "ec2.describe-egress-only-internet-gateways", "AWS::EC2::EgressOnlyInternetGateway", "EgressOnlyInternetGateways[]",
        _ec2("egress-only-internet-gateway", "EgressOnlyInternetGatewayId"), "Tags",
        (Member("EgressOnlyInternetGatewayId", "Id"), Member(ITEM, "VpcId", _attached_vpc)), marks="EgressOnlyInternetGatewayId",
    ),
    Row(
        "ec2.describe-nat-gateways", "AWS::EC2::NatGateway", "NatGateways[]", _ec2("natgateway", "NatGatewayId"),
        "AvailabilityMode ConnectivityType NatGatewayId SubnetId Tags VpcId",
        (Member(ITEM, "AllocationId", _allocation), _STATE), marks="NatGatewayId", name="NatGatewayId",
    ),
    Row(
        "ec2.describe-security-groups", "AWS::EC2::SecurityGroup", "SecurityGroups[]", _ec2("security-group", "GroupId"),
        "GroupId GroupName Tags VpcId",
        (Member("Description", "GroupDescription"), _rules(egress=False), _rules(egress=True)),
        marks="GroupId IpPermissions", name="GroupName",
    ),
    Row(
        "ec2.describe-vpc-endpoints", "AWS::EC2::VPCEndpoint", "VpcEndpoints[]", _ec2("vpc-endpoint", "VpcEndpointId"),
        "DnsOptions IpAddressType PrivateDnsEnabled ResourceConfigurationArn RouteTableIds ServiceName ServiceNetworkArn "
        "ServiceRegion SubnetIds Tags VpcEndpointType VpcId",
        (
            Member("VpcEndpointId", "Id"), Member("Groups", "SecurityGroupIds", each("GroupId")),
            Member("PolicyDocument", "PolicyDocument", policy), _STATE,
        ),
        marks="VpcEndpointId ServiceName", name="VpcEndpointId",
    ),
    Row(
        "ec2.describe-flow-logs", "AWS::EC2::FlowLog", "FlowLogs[]", _ec2("vpc-flow-log", "FlowLogId"),
        "DeliverCrossAccountRole DeliverLogsPermissionArn DestinationOptions LogDestination LogDestinationType LogFormat "
        "LogGroupName MaxAggregationInterval ResourceId Tags TrafficType",
        (Member("FlowLogId", "Id"), own("Status", "FlowLogStatus", text)), marks="FlowLogId ResourceId", name="FlowLogId",
    ),
    Row(
        "ec2.describe-managed-prefix-lists", "AWS::EC2::PrefixList", "PrefixLists[]", "{PrefixListArn}",
        "AddressFamily MaxEntries OwnerId PrefixListId PrefixListName Tags", marks="PrefixListArn", name="PrefixListName",
    ),
    Row(
        "ec2.describe-vpc-peering-connections", "AWS::EC2::VPCPeeringConnection", "VpcPeeringConnections[]",
        _ec2("vpc-peering-connection", "VpcPeeringConnectionId"), "Tags",
        (
            Member("VpcPeeringConnectionId", "Id"), Member("RequesterVpcInfo", "VpcId", at("VpcId", text)),
            Member("AccepterVpcInfo", "PeerVpcId", at("VpcId", text)), Member("AccepterVpcInfo", "PeerOwnerId", at("OwnerId", text)),
            Member("AccepterVpcInfo", "PeerRegion", at("Region", text)),
        ),
        marks="VpcPeeringConnectionId", name="VpcPeeringConnectionId",
    ),
)  # fmt: skip
