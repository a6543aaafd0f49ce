"""Relations in a VPC that no single property says: which table routes for a subnet, which list guards it."""

from __future__ import annotations

from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Resource
from wa_policy.inventory.relations.index import Index
from wa_policy.inventory.relations.inverse import union
from wa_policy.inventory.relations.model import NamedBy, Names, Outcome, Relation, Side
from wa_policy.inventory.relations.values import parts_at

SUBNET, VPC, ROUTE_TABLE = "AWS::EC2::Subnet", "AWS::EC2::VPC", "AWS::EC2::RouteTable"
NETWORK_ACL = "AWS::EC2::NetworkAcl"
_TABLES, _ACLS = "AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::SubnetNetworkAclAssociation"
_OF_SUBNET, _OF_VPC = NamedBy(("SubnetId",)), NamedBy(("VpcId",))
_TABLE_OF = Relation("", _TABLES, (ROUTE_TABLE,), Names(("RouteTableId",)))
_ACL_OF = Relation("", _ACLS, (NETWORK_ACL,), Names(("NetworkAclId",)))
_VPC_OF = Relation("", SUBNET, (VPC,), Names(("VpcId",)))
MAIN_PROPERTY, DEFAULT_PROPERTY = "WaPolicy::IsMain", "WaPolicy::IsDefault"


def route_tables(index: Index, side: Side) -> Outcome:
    """The table that is associated with the subnet, else the main one of the VPC.

    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html
    """
    return _associated(index, side, (_TABLES, _TABLE_OF), ROUTE_TABLE, MAIN_PROPERTY)


def network_acls(index: Index, side: Side) -> Outcome:
    """The access control list that is associated with the subnet, else the default one of the VPC."""
    return _associated(index, side, (_ACLS, _ACL_OF), NETWORK_ACL, DEFAULT_PROPERTY)


_ATTACHMENT = "AWS::EC2::VPCGatewayAttachment"
_OF_GATEWAY = NamedBy(("InternetGatewayId",))
_VPC_OF_ATTACHMENT = Relation("", _ATTACHMENT, (VPC,), Names(("VpcId",)))
ATTACHED_PROPERTY = "WaPolicy::VpcIds"


def vpcs_of_gateway(index: Index, side: Side) -> Outcome:
    """The VPCs that an internet gateway is attached to."""
    if not isinstance(side, Resource):
        return Outcome()
    told = side.properties.get(ATTACHED_PROPERTY)
    unread = isinstance(told, Unknown) and told.kind is UnknownKind.NOT_EXPORTED and index.is_declared(side)
    if told is not None and not unread:
        return union(index.all_named(side, value, (VPC,)) for value in parts_at(told, ""))
    attachments = index.inverse(_ATTACHMENT, _OF_GATEWAY, side)
    vpcs = union(index.follow(one, _VPC_OF_ATTACHMENT) for one in attachments.found)
    missing = index.unlisted(_ATTACHMENT, side)
    return Outcome(vpcs.found, attachments.open or vpcs.open, vpcs.missing or missing)


def _associated(
    index: Index, side: Side, association: tuple[str, Relation], type_: str, main: str
) -> Outcome:
    name, relation = association
    explicit = index.inverse(name, _OF_SUBNET, side)
    named = union(index.follow(one, relation) for one in explicit.found)
    if explicit.found:
        return named
    missing = index.unlisted(type_, side)
    if explicit.open is not None or missing is not None:
        return Outcome((), explicit.open, missing)
    vpcs = index.follow(side, _VPC_OF)
    if not vpcs.found:
        return Outcome((), vpcs.open, vpcs.missing)
    # What a template makes of its own is never the main one: that comes with the VPC, and is in no template.
    of_vpc = union(index.inverse(type_, _OF_VPC, vpc) for vpc in vpcs.found)
    found = tuple(
        one for one in of_vpc.found if isinstance(one, Resource) and one.properties.get(main) is True
    )
    declared = any(index.is_declared(vpc) for vpc in vpcs.found)
    doubt = index.unmapped_beside(side) if declared else index.unlisted(type_, vpcs.found[0])
    return Outcome(found, None, doubt)
