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
from wa_policy.loaders.terraform.expressions import Block
from wa_policy.loaders.terraform.instances import Instance
from wa_policy.loaders.terraform.plan import Draft, Plan
from wa_policy.loaders.terraform.properties import Given

_KINDS = {
    f"{provider}_iam_{word}": kind
    for provider in ("aws", "awscc")
    for word, kind in (
        ("role", PrincipalKind.ROLE),
        ("user", PrincipalKind.USER),
        ("group", PrincipalKind.GROUP),
    )
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
        _managed_policy(plan, instance, "policy")
    for instance in plan.of_type("aws_iam_role"):
        _inline_policies(plan, instance, parts[instance.address], ("inline_policy", "name", "policy"))
        _managed_policies(plan, instance, parts[instance.address])
    _of_awscc(plan, parts)
    for word, type_ in _TYPES.items():
        for instance in plan.of_type(f"{type_}_policy"):
            for part in _named(plan, parts, instance, word, type_):
                document = plan.documents.document(instance, "policy", PolicyKind.IDENTITY)
                _inline(part, plan.naming.text(instance, "name") or instance.name, document)
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


def _of_awscc(plan: Plan, parts: Mapping[str, _Part]) -> None:
    """The policies that the types of `awscc` bring, whose arguments have the names of CloudFormation."""
    for word in _TYPES:
        type_ = f"awscc_iam_{word}"
        for instance in plan.of_type(type_):
            _inline_policies(
                plan, instance, parts[instance.address], ("policies", "policy_name", "policy_document")
            )
            _managed_policies(plan, instance, parts[instance.address])
            for group in _given(plan, instance, "groups"):
                _member(parts[instance.address], group)
        for instance in plan.of_type(f"{type_}_policy"):
            for part in _named(plan, parts, instance, f"{word}_name", type_):
                document = plan.documents.document(instance, "policy_document", PolicyKind.IDENTITY)
                _inline(part, instance.text("policy_name") or instance.name, document)
    for instance in plan.of_type("awscc_iam_managed_policy"):
        _managed_policy(plan, instance, "policy_document")
        arn = plan.naming.arn(instance)
        for argument in _LISTS:
            for part in _named(plan, parts, instance, argument, f"awscc_iam_{argument[:-1]}"):
                _attached(part, arn, instance.source)


def _managed_policy(plan: Plan, instance: Instance, argument: str) -> None:
    draft = plan.draft(instance)
    document = plan.documents.document(instance, argument, PolicyKind.IDENTITY)
    if draft is None:
        return
    draft.put("PolicyDocument", document, instance.at(argument))
    if isinstance(document, Present):
        part = ManagedPolicyPart(draft.id, draft.place.account, document.policy, instance.source)
        plan.pieces.managed_policies.append(part)


def _inline_policies(plan: Plan, instance: Instance, part: _Part, words: tuple[str, str, str]) -> None:
    """The policies in blocks: `words` are the names of the block, of its name and of its document."""
    block, name, document_name = words
    mark = instance.unknown.get(block)
    if mark is True:
        if block in plan.configuration.expressions(instance):
            part.doubts.append(plan.reader.unknown(instance, (block,)))
        return
    items = plan.reader.blocks(instance.values.get(block) or [], mark)
    for index, (values, marks) in enumerate(items):
        if not values.get(name) and not values.get(document_name) and marks.get(document_name) is not True:
            continue  # an empty block says that there are no inline policies
        path = (block, Block(index, len(items), values, ordered=False), document_name)
        place = instance.at(block, index, document_name)
        given = Given(instance, path, values.get(document_name), marks.get(document_name))
        _inline(part, str(values.get(name) or ""), plan.documents.inline(given, place, PolicyKind.IDENTITY))


def _managed_policies(plan: Plan, instance: Instance, part: _Part) -> None:
    for arn in _given(plan, instance, "managed_policy_arns"):
        _attached(part, arn, instance.at("managed_policy_arns"))


def _given(plan: Plan, instance: Instance, name: str) -> tuple[PropertyValue, ...]:
    """The items of an argument."""
    value = plan.reader.value(instance, (name,), instance.values.get(name), instance.unknown.get(name))
    return value if isinstance(value, tuple) else () if value is None else (value,)


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
        argument = "assume_role_policy" if instance.type == "aws_iam_role" else "assume_role_policy_document"
        trust = plan.documents.document(instance, argument, PolicyKind.TRUST)
        draft.put("AssumeRolePolicyDocument", trust, instance.at(argument))
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
        _name(plan, instance, part.kind),
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


def _name(plan: Plan, instance: Instance, kind: PrincipalKind) -> str:
    argument = "name" if instance.type.startswith("aws_") else f"{kind.value}_name"
    return plan.naming.text(instance, argument) or instance.name


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
