"""Resources in the shape of CloudFormation that AWS hands out itself: their ARNs, and which property is a policy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wa_policy.iam.arn import parse_arn
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import PolicyKind
from wa_policy.inventory.model import POLICY_PROPERTY, Absent, PolicyDocument, Present, PropertyValue
from wa_policy.loaders.cloudformation.kinds import KINDS
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin

OWN_POLICY: Mapping[str, tuple[str, ...]] = {
    "AWS::ApiGateway::RestApi": ("Policy",),
    "AWS::Backup::BackupVault": ("AccessPolicy",),
    "AWS::DynamoDB::Table": ("ResourcePolicy", "PolicyDocument"),
    "AWS::ECR::Repository": ("RepositoryPolicyText",),
    "AWS::EFS::FileSystem": ("FileSystemPolicy",),
    "AWS::Events::EventBus": ("Policy",),
    "AWS::KMS::Key": ("KeyPolicy",),
    "AWS::Logs::Destination": ("DestinationPolicy",),
    "AWS::Logs::ResourcePolicy": ("PolicyDocument",),
    "AWS::OpenSearchService::Domain": ("AccessPolicies",),
    "AWS::S3::AccessPoint": ("Policy",),
}
"""By type the path of the property that is its resource policy."""
DOCUMENTS: Mapping[str, tuple[str, ...]] = {"AWS::EC2::VPCEndpoint": ("PolicyDocument",)}
"""By type the properties that are policies, and not the resource policy of the resource."""
_FIELD = re.compile(r"\{([A-Za-z]+)\}")
_QUEUE_URL = re.compile(r"https?://sqs\.([a-z0-9-]+)\.[a-z.]+/(\d{12})/([^/]+)")


@dataclass(frozen=True, slots=True)
class Attached:
    """A type whose resources are the policies of others, which a property names."""

    of: str
    names: str
    document: str


ATTACHED: Mapping[str, Attached] = {
    "AWS::S3::BucketPolicy": Attached("AWS::S3::Bucket", "Bucket", "PolicyDocument"),
    "AWS::SQS::QueuePolicy": Attached("AWS::SQS::Queue", "Queues", "PolicyDocument"),
    "AWS::SQS::QueueInlinePolicy": Attached("AWS::SQS::Queue", "Queue", "PolicyDocument"),
    "AWS::SNS::TopicPolicy": Attached("AWS::SNS::Topic", "Topics", "PolicyDocument"),
    "AWS::SNS::TopicInlinePolicy": Attached("AWS::SNS::Topic", "TopicArn", "PolicyDocument"),
    "AWS::SecretsManager::ResourcePolicy": Attached("AWS::SecretsManager::Secret", "SecretId", "ResourcePolicy"),
    "AWS::Kinesis::ResourcePolicy": Attached("AWS::Kinesis::Stream", "ResourceArn", "ResourcePolicy"),
}  # fmt: skip


def policy_at(node: Node, path: tuple[str, ...]) -> PolicyDocument:
    """The resource policy at a path, absent where there is none."""
    found: Node | None = node
    for name in path:
        found = None if found is None else found.get(name)
    if found is None or found.value in ("", {}):
        return Absent(node.source)
    policy, problems = parse_policy(found.value, found.source, PolicyKind.RESOURCE)
    node.notes.extend(problems)
    return Present(policy)


def set_policy(type_: str, node: Node, properties: dict[str, PropertyValue], *, present_only: bool) -> None:
    """Put the resource policy where all forms of input have it."""
    for name in DOCUMENTS.get(type_, ()):
        if node.get(name) is not None:
            document = policy_at(node, (name,))
            properties[name] = None if isinstance(document, Absent) else document
    path = OWN_POLICY.get(type_)
    if path is None:
        return
    properties.pop(path[0], None)
    if not present_only or node.get(path[0]) is not None:
        properties[POLICY_PROPERTY] = policy_at(node, path)


def attached_to(type_: str, node: Node, origin: Origin) -> Iterator[str]:
    """The ARNs of the resources of which this one is the policy."""
    row = ATTACHED[type_]
    value = node.value.get(row.names)
    for name in value if isinstance(value, list) else [value]:
        if not isinstance(name, str):
            continue
        url = _QUEUE_URL.fullmatch(name)
        if url is not None:
            yield f"arn:{origin.partition}:sqs:{url[1]}:{url[2]}:{url[3]}"
        elif parse_arn(name) is not None:
            yield name
        elif row.of == "AWS::S3::Bucket":
            yield f"arn:{origin.partition}:s3:::{name}"


def identity(type_: str, properties: Mapping[str, PropertyValue], identifier: str, origin: Origin) -> tuple[str, str]:  # fmt: skip
    """The ARN (or what stands for it) and the name of a resource."""
    kind = KINDS.get(type_)
    own = None if kind is None or kind.name is None else properties.get(kind.name)
    name = own if isinstance(own, str) else identifier.rsplit("|", 1)[-1]
    written = properties.get("Arn")
    if parse_arn(identifier) is not None:
        return identifier, name if isinstance(own, str) else identifier.replace(":", "/").rsplit("/", 1)[-1]
    if isinstance(written, str) and parse_arn(written) is not None:
        return written.removesuffix(":*"), name
    filled = None if kind is None or not kind.arn else _filled(kind.arn, properties, name, origin)
    if filled is not None:
        return filled, name
    return "/".join((type_, origin.account or "", origin.region or "", identifier)), name


def _filled(form: str, properties: Mapping[str, PropertyValue], name: str, origin: Origin) -> str | None:
    known = {
        "name": name,
        "partition": origin.partition,
        "region": origin.region or "",
        "account": origin.account or "",
        "Path": properties.get("Path") or "/",
        "Slash": "" if name.startswith("/") else "/",
        "Group": properties.get("GroupName") or "default",
    }
    missing = False

    def field(found: re.Match[str]) -> str:
        nonlocal missing
        value = known.get(found[1], properties.get(found[1]))
        missing = missing or not isinstance(value, str)
        return value if isinstance(value, str) else ""

    text = _FIELD.sub(field, form)
    return None if missing else text
