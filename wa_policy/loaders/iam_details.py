"""`aws iam get-account-authorization-details`: the parts of one page. `iam_principals` puts the pages together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.arn import Arn, is_account_id, parse_arn
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import PolicyKind
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    Absent,
    Answer,
    AttachedPolicy,
    NotExported,
    PolicyDocument,
    Present,
    PrincipalKind,
    PropertyValue,
    Resource,
)
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export, ManagedPolicyPart, PrincipalPart
from wa_policy.loaders.tables import Member, Table, flag, number, same

OPERATION = "iam.get-account-authorization-details"
_CALL = "iam get-account-authorization-details"
_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList")

ROLE = Table(
    "AWS::IAM::Role",
    _CALL,
    same("RoleName", "Path", "RoleId"),
    elsewhere={"Description": "iam get-role", "MaxSessionDuration": "iam get-role"},
)
USER = Table(
    "AWS::IAM::User",
    _CALL,
    same("UserName", "Path"),
    elsewhere={"LoginProfile": "iam get-login-profile"},
)
GROUP = Table("AWS::IAM::Group", _CALL, same("GroupName", "Path"))
MANAGED_POLICY = Table(
    "AWS::IAM::ManagedPolicy",
    _CALL,
    (
        Member("PolicyName", "ManagedPolicyName"),
        *same("Path", "Description", "DefaultVersionId", "PolicyId"),
        *same("AttachmentCount", "PermissionsBoundaryUsageCount", read=number),
        *same("IsAttachable", read=flag),
    ),
    elsewhere=dict.fromkeys(("Groups", "Roles", "Users"), "iam list-entities-for-policy"),
)


@dataclass(frozen=True, slots=True)
class _Family:
    """How one list of the answer names its members."""

    kind: PrincipalKind
    list: str
    name: str
    unique_id: str
    inline: str
    table: Table


FAMILIES = (
    _Family(PrincipalKind.USER, "UserDetailList", "UserName", "UserId", "UserPolicyList", USER),
    _Family(PrincipalKind.GROUP, "GroupDetailList", "GroupName", "GroupId", "GroupPolicyList", GROUP),
    _Family(PrincipalKind.ROLE, "RoleDetailList", "RoleName", "RoleId", "RolePolicyList", ROLE),
)


def is_authorization_details(value: Any, _origin: Origin) -> bool:
    return isinstance(value, Mapping) and any(name in value for name in _LISTS)


def load_authorization_details(export: Export) -> None:
    """One page of the answer."""
    accounts = {
        account
        for family in FAMILIES
        for item in export.node.objects(family.list)
        if (account := principal(export, item, family)) is not None
    }
    owner = min(accounts, default=export.origin.account)
    for item in export.node.objects("Policies"):
        account = managed_policy(export, item, owner)
        if account is not None:
            accounts.add(account)
    # `Marker` alone is no sign: the last page may carry an empty one.
    more = export.value.get("IsTruncated") is True or bool(export.value.get("NextToken"))
    owners: list[str | None] = [*sorted(accounts)] or [export.origin.account]
    for account in owners:
        export.pieces.answered(Answer(OPERATION, account), export.source, more=more)


def principal(export: Export, node: Node, family: _Family) -> str | None:
    """Hand over one user, group or role; its account, or None with a problem."""
    found: list[Problem] = []
    quiet = node.noting(found)
    try:
        text, name = quiet.required_text("Arn"), quiet.required_text(family.name)
        arn = None if text is None else parse_arn(text)
        if text is None or name is None:
            return None
        if arn is None or arn.service != "iam" or not is_account_id(arn.account):
            quiet.get("Arn") and Node(text, node.source.at("Arn"), found).wrong("the ARN of a principal")
            return None
        part = _part(export, quiet, family, arn, name)
    finally:
        export.pieces.problems.extend(found)
    export.pieces.principals.append(part)
    export.pieces.resources.append(_resource(node, family, part))
    return part.account


def _part(export: Export, node: Node, family: _Family, arn: Arn, name: str) -> PrincipalPart:
    inline = tuple(_inline(export, item) for item in node.objects(family.inline))
    attached = []
    for item in node.objects("AttachedManagedPolicies"):
        policy_arn = item.required_text("PolicyArn")
        if policy_arn is not None:
            attached.append((item.text("PolicyName") or policy_arn.rsplit("/", 1)[-1], policy_arn))
    groups = node.texts("GroupList")
    # What could not be read up to here may be a policy or a group: a doubt on what the principal may do.
    doubts = tuple(
        Unknown(UnknownKind.UNREADABLE, f"`{problem.pointer}` in `{problem.file}`: {problem.message}")
        for problem in node.notes
    )
    profiles = [item.required_text("Arn") for item in node.objects("InstanceProfileList")]
    last_used = node.get("RoleLastUsed")
    return PrincipalPart(
        family.kind,
        str(arn),
        arn.account,
        name,
        node.text("Path") or "/",
        node.text(family.unique_id) or "",
        inline,
        tuple(attached),
        _boundary(node, name),
        _trust(export, node, name) if family.kind is PrincipalKind.ROLE else Absent(),
        groups,
        tuple(profile for profile in profiles if profile is not None),
        node.tags("Tags"),
        last_used.text("LastUsedDate") if last_used is not None else node.text("PasswordLastUsed"),
        doubts,
        node.source,
    )


def _inline(export: Export, node: Node) -> AttachedPolicy:
    policy, problems = parse_policy(
        node.value.get("PolicyDocument"), node.source.at("PolicyDocument"), PolicyKind.IDENTITY
    )
    export.pieces.problems.extend(problems)
    return AttachedPolicy(node.text("PolicyName") or "", policy)


def _boundary(node: Node, name: str) -> str | PolicyDocument:
    member = node.get("PermissionsBoundary")
    if member is None:
        return Absent(node.source)
    arn = member.required_text("PermissionsBoundaryArn")
    return arn if arn is not None else NotExported(f"the permissions boundary of `{name}`")


def _trust(export: Export, node: Node, name: str) -> PolicyDocument:
    member = node.get("AssumeRolePolicyDocument")
    if member is None:
        return NotExported(f"iam get-role for role `{name}`")
    policy, problems = parse_policy(member.value, member.source, PolicyKind.TRUST)
    export.pieces.problems.extend(problems)
    return Present(policy)


def _resource(node: Node, family: _Family, part: PrincipalPart) -> Resource:
    unread: list[Problem] = []  # each member was checked above
    quiet = node.noting(unread)
    properties = family.table.properties(quiet) | {
        "Policies": tuple(
            {"PolicyName": attached.name, "PolicyDocument": Present(attached.policy)}
            for attached in part.inline
        ),
        "ManagedPolicyArns": tuple(arn for _, arn in part.attached),
    }
    places = family.table.places(quiet) | {
        "Policies": node.source.at(family.inline),
        "ManagedPolicyArns": node.source.at("AttachedManagedPolicies"),
    }
    if family.kind is not PrincipalKind.GROUP:
        properties["Tags"] = dict(part.tags) or None
        properties["PermissionsBoundary"] = _boundary_property(part.boundary)
    if family.kind is PrincipalKind.USER:
        properties["Groups"] = part.groups
        places["Groups"] = node.source.at("GroupList")
    if family.kind is PrincipalKind.ROLE:
        properties["AssumeRolePolicyDocument"] = part.trust
        places["AssumeRolePolicyDocument"] = node.source.at("AssumeRolePolicyDocument")
    return Resource(
        family.table.type, part.arn, part.name, part.account, None, properties, node.source, places
    )


def _boundary_property(boundary: str | PolicyDocument) -> PropertyValue:
    match boundary:
        case str():
            return boundary
        case NotExported():
            return boundary.unknown
        case _:
            return None


def managed_policy(export: Export, node: Node, owner: str | None) -> str | None:
    """Hand over a managed policy; its account if it is the customer's."""
    text = node.required_text("Arn")
    arn = None if text is None else parse_arn(text)
    if arn is None:
        if text is not None:
            Node(text, node.source.at("Arn"), node.notes).wrong("the ARN of a policy")
        return None
    version = _default_version(node)
    document: PolicyDocument = NotExported(f"iam get-policy-version for `{arn}`")
    if version is not None:
        policy, problems = parse_policy(version.value, version.source, PolicyKind.IDENTITY)
        export.pieces.problems.extend(problems)
        document = Present(policy)
        part = ManagedPolicyPart(
            str(arn), arn.account if is_account_id(arn.account) else owner, policy, node.source
        )
        export.pieces.managed_policies.append(part)
    if not is_account_id(arn.account):
        return None  # a policy of AWS is no resource of the account
    properties = MANAGED_POLICY.properties(node) | {"PolicyDocument": document}
    places = MANAGED_POLICY.places(node)
    if version is not None:
        places["PolicyDocument"] = version.source
    name = node.text("PolicyName") or arn.resource_name
    export.pieces.resources.append(
        Resource(MANAGED_POLICY.type, str(arn), name, arn.account, None, properties, node.source, places)
    )
    return arn.account


def _default_version(node: Node) -> Node | None:
    """The document of the version that applies."""
    default = node.text("DefaultVersionId")
    versions = list(node.objects("PolicyVersionList"))
    chosen = [version for version in versions if version.value.get("IsDefaultVersion") is True]
    if not chosen:
        chosen = [version for version in versions if default and version.value.get("VersionId") == default]
    if not chosen:
        if versions or node.get("PolicyVersionList") is None:
            message = "found no default version with its document, expected one in `PolicyVersionList`"
            node.notes.append(node.source.problem("default-version-missing", message))
        return None
    return chosen[0].get("Document")
