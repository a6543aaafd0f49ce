"""Small inventories for the tests of the graph, built by hand."""

from __future__ import annotations

from typing import Any

from wa_policy.catalog.store import load_catalog
from wa_policy.graph.reach import Reach, reach_of
from wa_policy.graph.spin import web_of
from wa_policy.graph.web import Edge, EdgeKind, Web
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import (
    POLICY_PROPERTY,
    Absent,
    AccountPlace,
    AttachedPolicy,
    ControlLevel,
    Inventory,
    NoOrganization,
    NotExported,
    Organization,
    PolicyDocument,
    Present,
    Principal,
    PrincipalKind,
    Resource,
)

HOME, ABROAD, OUTSIDE, MANAGEMENT = "111122223333", "444455556666", "999999999999", "222233334444"
ORGANIZATION = "o-example1234"
Statement = dict[str, Any]
UNREAD = NotExported("its policy")
QUEUE_ARN = f"arn:aws:sqs:eu-west-1:{HOME}:q"


def allow(action: Any, resource: Any = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> Statement:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def policy(*statements: Statement, file: str = "policy.json") -> Policy:
    return parse_policy({"Version": "2012-10-17", "Statement": list(statements)}, Source(file))[0]


def trust(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> Statement:
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def role(
    name: str,
    *statements: Statement,
    account: str = HOME,
    trusts: PolicyDocument | list[Statement] | None = None,
    boundary: list[Statement] | None = None,
    missing: tuple[Unknown, ...] = (),
    tags: dict[str, str] | None = None,
    kind: PrincipalKind = PrincipalKind.ROLE,
) -> Principal:
    document = Present(policy(*trusts, file=f"trust-{name}.json")) if isinstance(trusts, list) else trusts
    return Principal(
        kind,
        f"arn:aws:iam::{account}:{kind.value}/{name}",
        account,
        name,
        "/",
        Source(f"{name}.json"),
        identity_policies=(AttachedPolicy("inline", policy(*statements, file=f"{name}.json")),)
        if statements
        else (),
        missing=missing,
        boundary=Absent() if boundary is None else Present(policy(*boundary, file="boundary.json")),
        trust=document or Absent(),
        tags=tags or {},
    )


def user(name: str, *statements: Statement, **more: Any) -> Principal:
    return role(name, *statements, kind=PrincipalKind.USER, **more)


_TYPES = {
    "s3": "AWS::S3::Bucket", "sqs": "AWS::SQS::Queue", "lambda": "AWS::Lambda::Function", "kms": "AWS::KMS::Key",
    "secretsmanager": "AWS::SecretsManager::Secret", "sns": "AWS::SNS::Topic",
}  # fmt: skip


def resource(
    arn: str,
    *statements: Statement,
    document: PolicyDocument | None = None,
    account: str = HOME,
    **properties: Any,
) -> Resource:
    found: PolicyDocument = Absent()
    if statements:
        found = Present(policy(*statements, file=f"{arn}.json"))
    service = arn.split(":")[2]
    region = arn.split(":")[3] or None
    values = {POLICY_PROPERTY: document or found, **properties}
    return Resource(
        _TYPES[service], arn, arn.rsplit(":", 1)[-1], account, region, values, Source(f"{arn}.json")
    )


def organization(
    *, service: list[Statement] | None = None, resource: list[Statement] | None = None
) -> Organization:
    full = AttachedPolicy("FullAWSAccess", policy(allow("*"), file="full.json"))
    scp = (full, AttachedPolicy("scp", policy(*service, file="scp.json"))) if service else (full,)
    rcp = (AttachedPolicy("rcp", policy(*resource, file="rcp.json")),) if resource else ()
    place = AccountPlace((ControlLevel("r-root", scp),), (ControlLevel("r-root", rcp),))
    return Organization(ORGANIZATION, MANAGEMENT, {HOME: place, ABROAD: place})


def as_resource(principal: Principal) -> Resource:
    """A user or role as the loaders list it among the resources too."""
    return Resource(
        f"AWS::IAM::{principal.kind.value.capitalize()}", principal.arn, principal.name, principal.account, None,
        {"Path": principal.path}, principal.source,
    )  # fmt: skip


def inventory(*found: Principal | Resource, within: Organization | None = None) -> Inventory:
    found += tuple(as_resource(one) for one in found if isinstance(one, Principal))
    return Inventory(
        tuple(sorted((one for one in found if isinstance(one, Principal)), key=lambda one: one.arn)),
        tuple(
            sorted((one for one in found if isinstance(one, Resource)), key=lambda one: (one.type, one.id))
        ),
        within or NoOrganization(),
    )


def reach(*found: Principal | Resource, within: Organization | None = None) -> Reach:
    return reach_of(inventory(*found, within=within), load_catalog())


def web(*found: Principal | Resource, within: Organization | None = None) -> Web:
    return web_of(reach(*found, within=within))


def edges(woven: Web, source: str = "", target: str = "", kind: EdgeKind | None = None) -> list[Edge]:
    """The edges between nodes whose ids end so."""
    return [
        edge
        for edge in woven.edges
        if edge.source.endswith(source) and edge.target.endswith(target) and kind in (None, edge.kind)
    ]


def actions(edge: Edge) -> set[str]:
    return set(load_catalog().names(edge.maybe))
