"""Users, roles and groups of a plan, with the policies that it gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from wa_policy.iam.policy import PolicyKind
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    Absent,
    AttachedPolicy,
    NotExported,
    PolicyDocument,
    Present,
    PrincipalKind,
    PropertyValue,
)
from wa_policy.loaders.cloudformation.managed import attach_managed, managed_policy
from wa_policy.loaders.pieces import ManagedPolicyPart, PrincipalPart
from wa_policy.loaders.terraform.configuration import Block
from wa_policy.loaders.terraform.instances import Instance
from wa_policy.loaders.terraform.plan import Draft, Plan
from wa_policy.loaders.terraform.properties import Given

_KINDS = {
    "aws_iam_role": PrincipalKind.ROLE,
    "aws_iam_user": PrincipalKind.USER,
    "aws_iam_group": PrincipalKind.GROUP,
}
_TYPES = {"role": "aws_iam_role", "user": "aws_iam_user", "group": "aws_iam_group"}
_LISTS = {"roles": "aws_iam_role", "users": "aws_iam_user", "groups": "aws_iam_group"}


@dataclass(slots=True, eq=False)
class _Part:
    """What is found for one principal until all of the plan was seen."""

    draft: Draft
    kind: PrincipalKind
    inline: list[AttachedPolicy] = field(default_factory=list)
    attached: list[tuple[str, str]] = field(default_factory=list)
    arns: list[str] = field(default_factory=list)
    """The ARNs of all managed policies, in their order."""
    doubts: list[Unknown] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    profiles: list[str] = field(default_factory=list)


def add_principals(plan: Plan) -> None:
    """Hand over all users, roles, groups and managed policies of the plan."""
    parts = {
        instance.address: _Part(draft, kind)
        for type_, kind in _KINDS.items()
        for instance in plan.of_type(type_)
        if (draft := plan.draft(instance)) is not None
    }
    for instance in plan.of_type("aws_iam_policy"):
        _managed_policy(plan, instance)
    for instance in plan.of_type("aws_iam_role"):
        _own_policies(plan, instance, parts[instance.address])
    for word, type_ in _TYPES.items():
        for instance in plan.of_type(f"{type_}_policy"):
            for part in _named(plan, parts, instance, word, type_):
                document = plan.documents.document(instance, "policy", PolicyKind.IDENTITY)
                _inline(
                    part,
                    plan.naming.text(instance, "name") or instance.text("name") or instance.name,
                    document,
                )
        for instance in plan.of_type(f"{type_}_policy_attachment", f"{type_}_policy_attachments_exclusive"):
            for part in _named(plan, parts, instance, word, type_):
                _attach(plan, part, instance)
    for instance in plan.of_type("aws_iam_policy_attachment"):
        for argument, type_ in _LISTS.items():
            for part in _named(plan, parts, instance, argument, type_):
                _attach(plan, part, instance)
    _memberships(plan, parts)
    for instance in plan.of_type("aws_iam_instance_profile"):
        for part in _named(plan, parts, instance, "role", "aws_iam_role"):
            part.profiles.append(plan.naming.arn(instance) or instance.address)
    for part in parts.values():
        plan.pieces.principals.append(_principal(plan, part))
    attach_managed(plan.pieces)


# --- policies --------------------------------------------------------------------------------------------------------


def _managed_policy(plan: Plan, instance: Instance) -> None:
    draft = plan.draft(instance)
    document = plan.documents.document(instance, "policy", PolicyKind.IDENTITY)
    if draft is None:
        return
    draft.put("PolicyDocument", document, instance.at("policy"))
    if isinstance(document, Present):
        part = ManagedPolicyPart(draft.id, draft.place.account, document.policy, instance.source)
        plan.pieces.managed_policies.append(part)


def _own_policies(plan: Plan, instance: Instance, part: _Part) -> None:
    """`inline_policy` and `managed_policy_arns` of a role."""
    mark = instance.unknown.get("inline_policy")
    if mark is True:
        if "inline_policy" in plan.configuration.expressions(instance):
            part.doubts.append(plan.reader.unknown(instance, ("inline_policy",)))
    else:
        items = plan.reader.blocks(instance.values.get("inline_policy") or [], mark)
        for index, (values, marks) in enumerate(items):
            if not values.get("name") and not values.get("policy") and marks.get("policy") is not True:
                continue  # an empty block says that there are no inline policies
            path = ("inline_policy", Block(index, len(items), values, ordered=False), "policy")
            place = instance.at("inline_policy", index, "policy")
            given = Given(instance, path, values.get("policy"), marks.get("policy"))
            document = plan.documents.inline(given, place, PolicyKind.IDENTITY)
            _inline(part, str(values.get("name") or ""), document)
    arns = plan.reader.value(
        instance,
        ("managed_policy_arns",),
        instance.values.get("managed_policy_arns"),
        instance.unknown.get("managed_policy_arns"),
    )
    for arn in arns if isinstance(arns, tuple) else (() if arns is None else (arns,)):
        _attached(part, arn, instance.at("managed_policy_arns"))


def _inline(part: _Part, name: str, document: PolicyDocument) -> None:
    match document:
        case Present(policy):
            attached = AttachedPolicy(name, policy)
            if attached not in part.inline:
                part.inline.append(attached)
        case NotExported():
            part.doubts.append(document.unknown)
        case Absent():
            pass


def _attach(plan: Plan, part: _Part, instance: Instance) -> None:
    for argument in ("policy_arn", "policy_arns"):
        found = plan.reader.value(
            instance, (argument,), instance.values.get(argument), instance.unknown.get(argument)
        )
        for arn in found if isinstance(found, tuple) else (() if found is None else (found,)):
            _attached(part, arn, instance.at(argument))


def _attached(part: _Part, arn: PropertyValue, place: Source) -> None:
    """Attach a managed policy. Those of AWS come with their documents: a finding is seen where the plan names them."""
    if isinstance(arn, str):
        if arn in part.arns:
            return
        part.arns.append(arn)
        name, policy = arn.rsplit("/", 1)[-1], managed_policy(arn)
        if policy is None:
            part.attached.append((name, arn))
        else:
            statements = tuple(replace(statement, source=place) for statement in policy.statements)
            placed = replace(policy, statements=statements, source=place)
            part.inline.append(AttachedPolicy(name, placed, arn))
    elif isinstance(arn, Unknown):
        part.doubts.append(arn)


def _named(
    plan: Plan, parts: Mapping[str, _Part], instance: Instance, argument: str, type_: str
) -> Iterator[_Part]:
    """The principals of the plan that an argument names; one that it may name gets a doubt."""
    value = plan.reader.value(
        instance, (argument,), instance.values.get(argument), instance.unknown.get(argument)
    )
    for item in value if isinstance(value, tuple) else (value,):
        if isinstance(item, Unknown):
            for part in parts.values():
                if part.kind is _KINDS[type_]:
                    part.doubts.append(item)
        elif isinstance(item, str):
            found = plan.naming.find(type_, item) or plan.naming.find(type_, item.rsplit("/", 1)[-1])
            if found is not None and found.address in parts:
                yield parts[found.address]


def _memberships(plan: Plan, parts: Mapping[str, _Part]) -> None:
    for instance in plan.of_type("aws_iam_group_membership"):
        group = plan.reader.named(instance, "group")
        for part in _named(plan, parts, instance, "users", "aws_iam_user"):
            _member(part, group)
    for instance in plan.of_type("aws_iam_user_group_membership"):
        groups = plan.reader.value(
            instance, ("groups",), instance.values.get("groups"), instance.unknown.get("groups")
        )
        for part in _named(plan, parts, instance, "user", "aws_iam_user"):
            for one in groups if isinstance(groups, tuple) else (groups,):
                _member(part, one)


def _member(part: _Part, group: PropertyValue) -> None:
    if isinstance(group, str):
        part.groups.append(group)
    elif isinstance(group, Unknown):
        part.doubts.append(group)


# --- principals ------------------------------------------------------------------------------------------------------


def _principal(plan: Plan, part: _Part) -> PrincipalPart:
    draft, instance = part.draft, part.draft.instance
    assert instance is not None  # noqa: S101  # INVARIANT: parts are made of instances
    trust: PolicyDocument = Absent()
    properties = draft.properties
    if part.kind is PrincipalKind.ROLE:
        trust = plan.documents.document(instance, "assume_role_policy", PolicyKind.TRUST)
        draft.put("AssumeRolePolicyDocument", trust, instance.at("assume_role_policy"))
    properties["Policies"] = tuple(
        {"PolicyName": attached.name, "PolicyDocument": Present(attached.policy)}
        for attached in part.inline
        if attached.arn is None
    )
    properties["ManagedPolicyArns"] = tuple(part.arns)
    if part.kind is PrincipalKind.USER:
        properties["Groups"] = tuple(part.groups)
    tags = properties.get("Tags")
    return PrincipalPart(
        part.kind,
        draft.id,
        draft.place.account,
        plan.naming.text(instance, "name") or instance.name,
        instance.text("path") or "/",
        instance.text("unique_id") or "",
        tuple(part.inline),
        tuple(part.attached),
        _boundary(properties.get("PermissionsBoundary"), instance.source),
        trust,
        tuple(dict.fromkeys(part.groups)),
        tuple(part.profiles),
        {name: value for name, value in tags.items() if isinstance(value, str)}
        if isinstance(tags, Mapping)
        else {},
        None,
        tuple(dict.fromkeys(part.doubts)),
        instance.source,
    )


def _boundary(value: PropertyValue, source: Source) -> str | PolicyDocument:
    match value:
        case str():
            return value
        case Unknown(kind, reason):
            return (
                NotExported(reason)
                if kind is UnknownKind.NOT_EXPORTED
                else NotExported(f"{reason}, {kind.value}")
            )
        case _:
            return Absent(source)
