"""Relations in a VPC."""

from __future__ import annotations

from wa_policy.inventory.relations import special_network
from wa_policy.inventory.relations.rows import back, named_by, names, of, special, via
from wa_policy.inventory.relations.rows_compute import FUNCTION, GROUP, LOG_GROUP, SUBNET, VPC

ENDPOINT, ROUTE_TABLE, ROUTE, NETWORK_ACL = (
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::RouteTable",
    "AWS::EC2::Route",
    "AWS::EC2::NetworkAcl",
)
INTERNET, NAT, FLOW_LOG = "AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::FlowLog"
ATTACHMENT, ASSOCIATION = "AWS::EC2::VPCGatewayAttachment", "AWS::EC2::SubnetRouteTableAssociation"
_PEERS_IN, _PEERS_OUT = (
    "SecurityGroupIngress.SourceSecurityGroupId",
    "SecurityGroupEgress.DestinationSecurityGroupId",
)

ROWS = (
    *of(
        VPC,
        named_by("subnets", SUBNET, "VpcId"),
        named_by("endpoints", ENDPOINT, "VpcId"),
        named_by("flow_logs", FLOW_LOG, "ResourceId"),
        named_by("route_tables", ROUTE_TABLE, "VpcId"),
        named_by("security_groups", GROUP, "VpcId"),
        named_by("network_acls", NETWORK_ACL, "VpcId"),
        back("internet_gateways", INTERNET, "vpcs"),
        via("nat_gateways", NAT, "subnets", "nat_gateways"),
        back("functions", FUNCTION, "vpc"),
    ),
    *of(
        SUBNET,
        names("vpc", VPC, "VpcId"),
        special("route_tables", ROUTE_TABLE, special_network.route_tables, "an association, else the main table of the VPC"),
        via("routes", ROUTE, "route_tables", "routes"),
        special("network_acls", NETWORK_ACL, special_network.network_acls, "an association, else the default list of the VPC"),
        named_by("nat_gateways", NAT, "SubnetId"),
        named_by("flow_logs", FLOW_LOG, "ResourceId"),
        back("endpoints", ENDPOINT, "subnets"),
        back("functions", FUNCTION, "subnets"),
    ),
    *of(ROUTE_TABLE, names("vpc", VPC, "VpcId"), named_by("routes", ROUTE, "RouteTableId"), back("subnets", SUBNET, "route_tables")),
    *of(
        ROUTE,
        names("route_table", ROUTE_TABLE, "RouteTableId"),
        names("internet_gateway", INTERNET, "GatewayId"),
        names("nat_gateway", NAT, "NatGatewayId"),
        names("endpoint", ENDPOINT, "VpcEndpointId"),
    ),
    *of(ATTACHMENT, names("vpc", VPC, "VpcId"), names("internet_gateway", INTERNET, "InternetGatewayId")),
    *of(NAT, names("subnet", SUBNET, "SubnetId"), named_by("routes", ROUTE, "NatGatewayId")),
    *of(INTERNET, special("vpcs", VPC, special_network.vpcs_of_gateway, "an attachment"), named_by("routes", ROUTE, "GatewayId")),
    *of(
        GROUP,
        names("vpc", VPC, "VpcId"),
        back("functions", FUNCTION, "security_groups"),
        back("endpoints", ENDPOINT, "security_groups"),
        names("ingress_groups", GROUP, _PEERS_IN),
        names("egress_groups", GROUP, _PEERS_OUT),
        back("admitted_by", GROUP, "ingress_groups"),
        back("databases", ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster"), "security_groups"),
        back("database_proxies", "AWS::RDS::DBProxy", "security_groups"),
        back("caches", ("AWS::ElastiCache::ReplicationGroup", "AWS::ElastiCache::ServerlessCache", "AWS::DAX::Cluster"), "security_groups"),
        named_by("ingress_rules", "AWS::EC2::SecurityGroupIngress", "GroupId"),
        named_by("egress_rules", "AWS::EC2::SecurityGroupEgress", "GroupId"),
    ),
    *of("AWS::EC2::SecurityGroupIngress", names("security_group", GROUP, "GroupId"), names("source_group", GROUP, "SourceSecurityGroupId")),
    *of("AWS::EC2::SecurityGroupEgress", names("security_group", GROUP, "GroupId"), names("destination_group", GROUP, "DestinationSecurityGroupId")),
    *of(
        ENDPOINT,
        names("vpc", VPC, "VpcId"),
        names("security_groups", GROUP, "SecurityGroupIds"),
        names("subnets", SUBNET, "SubnetIds"),
        names("route_tables", ROUTE_TABLE, "RouteTableIds"),
        back("rest_apis", "AWS::ApiGateway::RestApi", "vpc_endpoints"),
    ),
    *of("AWS::RDS::DBInstance", names("security_groups", GROUP, "VPCSecurityGroups")),
    *of("AWS::RDS::DBCluster", names("security_groups", GROUP, "VpcSecurityGroupIds")),
    *of("AWS::RDS::DBProxy", names("security_groups", GROUP, "VpcSecurityGroupIds")),
    *of("AWS::ElastiCache::ReplicationGroup", names("security_groups", GROUP, "SecurityGroupIds")),
    *of("AWS::ElastiCache::ServerlessCache", names("security_groups", GROUP, "SecurityGroupIds")),
    *of("AWS::DAX::Cluster", names("security_groups", GROUP, "SecurityGroupIds")),
    *of(NETWORK_ACL, names("vpc", VPC, "VpcId"), named_by("entries", "AWS::EC2::NetworkAclEntry", "NetworkAclId"), back("subnets", SUBNET, "network_acls")),
    *of(FLOW_LOG, names("resource", (VPC, SUBNET), "ResourceId"), names("log_group", LOG_GROUP, "LogGroupName", "LogDestination")),
)  # fmt: skip
