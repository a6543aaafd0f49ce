"""Users, roles and groups of a template, with the policies that it gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wa_policy.iam.policy import PolicyKind
from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import (
    Absent,
    AttachedPolicy,
    NotExported,
    PolicyDocument,
    Present,
    PrincipalKind,
    PropertyValue,
)
from wa_policy.loaders.cloudformation.attached import statements_placed
from wa_policy.loaders.cloudformation.build import Build, Made
from wa_policy.loaders.cloudformation.managed import managed_policy
from wa_policy.loaders.cloudformation.values import NO_VALUE, Value, as_text, doubt_of, settled, unresolved
from wa_policy.loaders.pieces import ManagedPolicyPart, PrincipalPart

_KINDS = {
    "AWS::IAM::Role": PrincipalKind.ROLE,
    "AWS::IAM::User": PrincipalKind.USER,
    "AWS::IAM::Group": PrincipalKind.GROUP,
}
_LISTS = {"Roles": PrincipalKind.ROLE, "Users": PrincipalKind.USER, "Groups": PrincipalKind.GROUP}
_ONE = {"RoleName": PrincipalKind.ROLE, "UserName": PrincipalKind.USER, "GroupName": PrincipalKind.GROUP}


class _Drafts:
    """What is found for the principals of a template, until all of it was seen."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.inline: dict[str, list[AttachedPolicy]] = {}
        self.attached: dict[str, list[tuple[str, str]]] = {}
        self.named: dict[str, list[str]] = {}
        """The ARNs of all managed policies, in their order."""
        self.doubts: dict[str, list[Unknown]] = {}
        self.groups: dict[str, list[str]] = {}
        self.made = {made.id: made for made in build.made.values() if made.written.type in _KINDS}

    def doubt(self, id_: str, doubt: Unknown) -> None:
        self.doubts.setdefault(id_, []).append(doubt)


def principals(build: Build) -> None:
    """Hand over all users, roles, groups and managed policies of the template."""
    drafts = _Drafts(build)
    for made in build.made.values():
        match made.written.type:
            case "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group":
                _own_policies(drafts, made)
            case "AWS::IAM::ManagedPolicy":
                _managed_policy(drafts, made)
            case "AWS::IAM::Policy":
                _apart(drafts, made, _LISTS)
            case "AWS::IAM::RolePolicy" | "AWS::IAM::UserPolicy" | "AWS::IAM::GroupPolicy":
                _apart(drafts, made, _ONE)
            case "AWS::IAM::UserToGroupAddition":
                _additions(drafts, made)
            case _:
                pass
    for id_, made in drafts.made.items():
        build.pieces.principals.append(_part(drafts, id_, made))


# --- policies --------------------------------------------------------------------------------------------------------


def _own_policies(drafts: _Drafts, made: Made) -> None:
    """The inline policies in `Policies`, the managed ones of `ManagedPolicyArns`, and the groups of a user."""
    build = drafts.build
    shown: list[PropertyValue] = []
    for index, item in _items(drafts, made, "Policies"):
        if not isinstance(item, dict):
            drafts.doubt(made.id, doubt_of(item) or unresolved(f"a policy of `{made.written.logical_id}`"))
            continue
        pointer = build.pointer(made, "Policies", index, "PolicyDocument")
        name = as_text(item.get("PolicyName", ""))
        found = build.reading.document(item.get("PolicyDocument"), pointer, PolicyKind.IDENTITY)
        shown.append({"PolicyName": _shown(name), "PolicyDocument": found})
        _inline(drafts, made.id, _name(name), found)
    if "Policies" in made.values:
        made.properties["Policies"] = tuple(shown)
    for index, item in _items(drafts, made, "ManagedPolicyArns"):
        arn = _text(item)
        if isinstance(arn, str):
            drafts.named.setdefault(made.id, []).append(arn)
            policy = managed_policy(arn)
            if policy is not None:
                # A finding about it is to be seen where the template names it.
                placed = statements_placed(
                    policy, build.resolver.at(build.pointer(made, "ManagedPolicyArns", index))
                )
                drafts.inline.setdefault(made.id, []).append(
                    AttachedPolicy(arn.rsplit("/", 1)[-1], placed, arn)
                )
            else:
                known = build.by_id.get(arn)
                name = arn.rsplit("/", 1)[-1] if known is None else known.name
                drafts.attached.setdefault(made.id, []).append((name, arn))
        else:
            drafts.doubt(made.id, arn or unresolved(f"a managed policy of `{made.written.logical_id}`"))
    for _, item in _items(drafts, made, "Groups"):
        name_of_group = _text(item)
        if isinstance(name_of_group, str):
            drafts.groups.setdefault(made.id, []).append(name_of_group)
        else:
            drafts.doubt(made.id, name_of_group or unresolved(f"a group of `{made.written.logical_id}`"))


def _items(drafts: _Drafts, made: Made, property_: str) -> Iterator[tuple[int, Value]]:
    """The items of a list; where it is not known, that is a doubt about the principal."""
    value = made.values.get(property_, NO_VALUE)
    if isinstance(value, list):
        yield from enumerate(value)
    elif isinstance(value, str | dict) or (isinstance(value, Template) and doubt_of(value) is None):
        yield 0, value  # one item alone
    elif value is not NO_VALUE and value is not None:
        drafts.doubt(made.id, doubt_of(value) or unresolved(f"`{property_}` of `{made.written.logical_id}`"))


def _inline(drafts: _Drafts, id_: str, name: str, found: PolicyDocument) -> None:
    match found:
        case Present(policy):
            drafts.inline.setdefault(id_, []).append(AttachedPolicy(name, policy))
        case NotExported():
            drafts.doubt(id_, found.unknown)
        case Absent():
            pass


def _apart(drafts: _Drafts, made: Made, properties: Mapping[str, PrincipalKind]) -> None:
    """A policy that is a resource of its own, inline in the principals that it names."""
    build = drafts.build
    found = build.reading.document(
        made.values.get("PolicyDocument"), build.pointer(made, "PolicyDocument"), PolicyKind.IDENTITY
    )
    made.properties["PolicyDocument"] = found
    name = _name(as_text(made.values.get("PolicyName", "")))
    for id_, doubt in _named(drafts, made, properties):
        if made.doubt is not None or doubt is not None:
            drafts.doubt(id_, made.doubt or doubt or unresolved("a policy"))
        else:
            _inline(drafts, id_, name, found)


def _managed_policy(drafts: _Drafts, made: Made) -> None:
    build = drafts.build
    found = build.reading.document(
        made.values.get("PolicyDocument"), build.pointer(made, "PolicyDocument"), PolicyKind.IDENTITY
    )
    made.properties["PolicyDocument"] = found
    if isinstance(found, Present):
        part = ManagedPolicyPart(made.id, build.scope.account_text, found.policy, made.source)
        build.pieces.managed_policies.append(part)
    for id_, doubt in _named(drafts, made, _LISTS):
        if made.doubt is not None or doubt is not None:
            drafts.doubt(id_, made.doubt or doubt or unresolved("a policy"))
        else:
            drafts.attached.setdefault(id_, []).append((made.name, made.id))
            drafts.named.setdefault(id_, []).append(made.id)


def _named(
    drafts: _Drafts, made: Made, properties: Mapping[str, PrincipalKind]
) -> Iterator[tuple[str, Unknown | None]]:
    """The principals of this template that a policy names, with a doubt for each that it only may name."""
    for property_, kind in properties.items():
        value = made.values.get(property_, NO_VALUE)
        if value is NO_VALUE or value is None:
            continue
        for item in value if isinstance(value, list) else [value]:
            name = _text(item)
            if isinstance(name, str):
                yield from (
                    (id_, None) for id_, other in drafts.made.items() if _is(drafts, other, kind, name)
                )
            else:
                # The name of a principal that CloudFormation makes cannot be given before.
                naming = drafts.build.resolver.naming
                doubt = name or unresolved(f"`{property_}` of `{made.written.logical_id}`")
                for id_, other in drafts.made.items():
                    logical = other.written.logical_id
                    if _KINDS[other.written.type] is kind and naming.open.get(logical, "") is not None:
                        yield id_, doubt


def _is(drafts: _Drafts, made: Made, kind: PrincipalKind, name: str) -> bool:
    own = drafts.build.physical_name(made)
    # Names of principals do not differ by case alone, and are compared as written.
    return _KINDS[made.written.type] is kind and own == name.rsplit("/", 1)[-1]


def _additions(drafts: _Drafts, made: Made) -> None:
    group = _text(made.values.get("GroupName"))
    for id_, doubt in _named(drafts, made, {"Users": PrincipalKind.USER}):
        if isinstance(group, str) and doubt is None and made.doubt is None:
            drafts.groups.setdefault(id_, []).append(group)
        else:
            drafts.doubt(
                id_, made.doubt or doubt or (group if isinstance(group, Unknown) else unresolved("a group"))
            )


# --- principals ------------------------------------------------------------------------------------------------------


def _part(drafts: _Drafts, id_: str, made: Made) -> PrincipalPart:
    build = drafts.build
    kind = _KINDS[made.written.type]
    boundary = _boundary(build, made)
    trust: PolicyDocument = Absent()
    if kind is PrincipalKind.ROLE:
        trust = build.reading.document(
            made.values.get("AssumeRolePolicyDocument"),
            build.pointer(made, "AssumeRolePolicyDocument"),
            PolicyKind.TRUST,
        )
        made.properties["AssumeRolePolicyDocument"] = trust
    attached = tuple(dict.fromkeys(drafts.attached.get(id_, ())))
    known = made.properties.get("ManagedPolicyArns")
    if not isinstance(known, Unknown):
        others = (
            () if not isinstance(known, tuple) else tuple(item for item in known if isinstance(item, Unknown))
        )
        made.properties["ManagedPolicyArns"] = (*dict.fromkeys(drafts.named.get(id_, ())), *others)
    path = build.text(made, "Path")
    tags = made.properties.get("Tags")
    return PrincipalPart(
        kind,
        id_,
        build.scope.account_text,
        build.physical_name(made),
        path if isinstance(path, str) else "/",
        "",
        tuple(drafts.inline.get(id_, ())),
        attached,
        boundary,
        trust,
        tuple(dict.fromkeys(drafts.groups.get(id_, ()))),
        (),
        {key: value for key, value in tags.items() if isinstance(value, str)}
        if isinstance(tags, Mapping)
        else {},
        None,
        tuple(dict.fromkeys(drafts.doubts.get(id_, ()))),
        made.source,
    )


def _boundary(build: Build, made: Made) -> str | PolicyDocument:
    text = build.text(made, "PermissionsBoundary")
    if text is None:
        return Absent(made.source)
    return text if isinstance(text, str) else NotExported(text.reason)


def _text(value: Value) -> str | Unknown | None:
    text = None if value is NO_VALUE or value is None else as_text(value)
    if text is None:
        return doubt_of(value)
    text = settled(text)
    return doubt_of(text) if isinstance(text, Template) else text


def _name(name: Any) -> str:
    return "" if name is None else str(settled(name))


def _shown(name: Any) -> PropertyValue:
    if name is None:
        return None
    text = settled(name)
    return text if isinstance(text, str) else doubt_of(text)
