"""`aws organizations`: the parts of each answer. `organization_tree` puts them together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.iam.arn import is_account_id
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, PolicyKind
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export, OrganizationPart

KINDS = {
    "SERVICE_CONTROL_POLICY": PolicyKind.SERVICE_CONTROL,
    "RESOURCE_CONTROL_POLICY": PolicyKind.RESOURCE_CONTROL,
}


@dataclass(frozen=True, slots=True)
class OrganizationFacts:
    """`describe-organization`."""

    id: str
    management_account: str | None
    all_features: bool


@dataclass(frozen=True, slots=True)
class Root:
    """One item of `list-roots`; `enabled` are the policy types that apply, None where the answer does not say."""

    id: str
    enabled: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    name: str
    path: tuple[str, ...] = ()
    """The root and the units above it, where the answer has them."""


@dataclass(frozen=True, slots=True)
class ListedPolicy:
    id: str
    name: str
    arn: str | None
    type: str
    policy: Policy | None = None
    """Only `describe-policy` has the document."""


_TARGET = re.compile(r"r-[a-z0-9]+|ou-[a-z0-9]+-[a-z0-9]+|\d{12}")
_POLICY_ID = re.compile(r"p-[A-Za-z0-9_]+")


def _items(value: Any, member: str, wanted: tuple[str, ...]) -> bool:
    """True iff the member is a list that is empty or of which most items have the members wanted."""
    if not isinstance(value, Mapping) or not isinstance(value.get(member), list):
        return False
    items = value[member]
    having = sum(isinstance(item, Mapping) and all(name in item for name in wanted) for item in items)
    return not items or 2 * having > len(items)


def is_organization(value: Any, origin: Origin) -> bool:
    """True iff the value is one of the answers that `load_organization` reads."""
    return _reader_of(value, origin) is not None


def load_organization(export: Export) -> None:
    """Any of the answers that this module knows."""
    row = _reader_of(export.value, export.origin)
    if row is not None:
        row.load(export, row)


@dataclass(frozen=True, slots=True)
class _Shape:
    """An answer: its member, the members of its items, whether an empty list is enough, and how it is read."""

    call: str
    member: str
    wanted: tuple[str, ...]
    load: Callable[[Export, _Shape], None]
    about: re.Pattern[str] | None = None
    """What the file name has to tell."""


def _reader_of(value: Any, origin: Origin) -> _Shape | None:
    if not isinstance(value, Mapping):
        return None
    named = next((row for row in _SHAPES if origin.call == f"organizations.{row.call}"), None)
    for row in (named, *_SHAPES) if named else _SHAPES:
        found = value.get(row.member)
        if isinstance(found, Mapping) and row.wanted and row.load in (_organization, _policy):
            if all(name in found for name in row.wanted):
                return row
        elif _items(value, row.member, row.wanted) and (found or row is named):
            return row
    return None


def _about(export: Export, row: _Shape) -> str | None:
    """What the answer is about, from the file name; None with a problem where it does not tell."""
    words = (export.origin.name or export.origin.arn or "").replace("/", ".").split(".")
    found = next((word for word in words if row.about is not None and row.about.fullmatch(word)), None)
    if found is None:
        what = "policy" if row.about is _POLICY_ID else "root, unit or account"
        export.note(
            "resource-unknown",
            f"nothing says of which {what} this answer is, expected a file name that does",
            f"name the file `organizations.{row.call}.<{what} id>.json`",
        )
    return found


def _add(export: Export, row: _Shape, about: str, items: tuple[Any, ...]) -> None:
    part = OrganizationPart(row.call, about, items, export.source, complete=not export.has_more)
    export.pieces.organization.append(part)
    export.answered(f"organizations.{row.call}", export.origin.account, None, about or None)


def _organization(export: Export, row: _Shape) -> None:
    node = export.node.get("Organization")
    id_ = None if node is None else node.required_text("Id")
    if node is None or id_ is None:
        return
    facts = OrganizationFacts(
        id_, node.text("MasterAccountId"), node.text("FeatureSet") != "CONSOLIDATED_BILLING"
    )
    _add(export, row, "", (facts,))


def _roots(export: Export, row: _Shape) -> None:
    roots = []
    for item in export.node.objects("Roots"):
        id_ = item.required_text("Id")
        if id_ is None:
            continue
        enabled = None
        types = item.get("PolicyTypes")
        if types is not None and isinstance(types.value, list):
            listed = [(entry.text("Type"), entry.text("Status")) for entry in item.objects("PolicyTypes")]
            enabled = frozenset(type_ for type_, status in listed if type_ and status == "ENABLED")
        elif types is not None:
            types.wrong("a list")
        roots.append(Root(id_, enabled))
    _add(export, row, "", tuple(roots))


def _accounts(export: Export, row: _Shape) -> None:
    about = ""
    if row.call == "list-accounts-for-parent":
        found = _about(export, row)
        if found is None:
            return
        about = found
    accounts = []
    for item in export.node.objects("Accounts"):
        id_ = item.required_text("Id")
        if id_ is None:
            continue
        if not is_account_id(id_):
            Node(id_, item.source.at("Id"), item.notes).wrong("an account id")
            continue
        paths = item.texts("Paths")
        accounts.append(Account(id_, item.text("Name") or "", _levels(paths[0]) if len(paths) == 1 else ()))
    _add(export, row, about, tuple(accounts))


def _levels(path: str) -> tuple[str, ...]:
    """The root and the units in a path such as `o-…/r-…/ou-…/`."""
    return tuple(part for part in path.split("/") if part.startswith(("r-", "ou-")))


def _children(export: Export, row: _Shape) -> None:
    """Lists that tell who stands below, or with `list-parents` above, what the file name names."""
    about = _about(export, row)
    if about is None:
        return
    ids = [item.required_text("Id") for item in export.node.objects(row.member)]
    _add(export, row, about, tuple(id_ for id_ in ids if id_ is not None))


def _targets(export: Export, row: _Shape) -> None:
    about = _about(export, row)
    if about is None:
        return
    ids = [item.required_text("TargetId") for item in export.node.objects("Targets")]
    _add(export, row, about, tuple(id_ for id_ in ids if id_ is not None))


def _policies(export: Export, row: _Shape) -> None:
    listed = []
    for item in export.node.objects("Policies"):
        id_, type_ = item.required_text("Id"), item.required_text("Type")
        if id_ is not None and type_ is not None:
            listed.append(ListedPolicy(id_, item.text("Name") or id_, item.text("Arn"), type_))
    types = {policy.type for policy in listed}
    if not types:
        types = {word for word in export.origin.name.split(".") if word.endswith("_POLICY")}
    if not types:
        export.note(
            "resource-unknown",
            "nothing says of which type this empty list of policies is, expected a file name that does",
            f"name the file `organizations.{row.call}.SERVICE_CONTROL_POLICY.json`, or another type",
        )
    target = ""
    if row.call == "list-policies-for-target":
        found = _about(export, row)
        if found is None:
            return
        target = found
    for type_ in sorted(types):
        of_type = tuple(policy for policy in listed if policy.type == type_)
        _add(export, row, f"{target}/{type_}" if target else type_, of_type)


def _policy(export: Export, row: _Shape) -> None:
    node = export.node.get("Policy")
    summary = None if node is None else node.get("PolicySummary")
    if node is None or summary is None:
        return
    id_, type_ = summary.required_text("Id"), summary.required_text("Type")
    if id_ is None or type_ is None or type_ not in KINDS:
        return  # backup, tag and chat policies allow and deny nothing
    content = node.get("Content")
    policy = None
    if content is None:
        message = "found no `Content`, expected the policy document"
        node.notes.append(node.source.problem("member-missing", message))
    else:
        policy, problems = parse_policy(content.value, content.source, KINDS[type_])
        export.pieces.problems.extend(problems)
    listed = ListedPolicy(id_, summary.text("Name") or id_, summary.text("Arn"), type_, policy)
    _add(export, row, id_, (listed,))


_SHAPES = (
    _Shape("describe-organization", "Organization", ("Id",), _organization),
    _Shape("describe-policy", "Policy", ("PolicySummary",), _policy),
    _Shape("list-roots", "Roots", ("Id",), _roots),
    _Shape("list-accounts", "Accounts", ("Id",), _accounts),
    _Shape("list-accounts-for-parent", "Accounts", ("Id",), _accounts, _TARGET),
    _Shape("list-organizational-units-for-parent", "OrganizationalUnits", ("Id",), _children, _TARGET),
    _Shape("list-children", "Children", ("Id", "Type"), _children, _TARGET),
    _Shape("list-parents", "Parents", ("Id", "Type"), _children, _TARGET),
    _Shape("list-policies", "Policies", ("Id", "Type"), _policies),
    _Shape("list-policies-for-target", "Policies", ("Id", "Type"), _policies, _TARGET),
    _Shape("list-targets-for-policy", "Targets", ("TargetId",), _targets, _POLICY_ID),
)
