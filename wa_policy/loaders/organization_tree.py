"""The parts of the exports of AWS Organizations to the place of each account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from wa_policy.errors import Problem
from wa_policy.iam.arn import is_account_id
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import PolicyKind
from wa_policy.iam.source import NOWHERE, Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    AccountPlace,
    AttachedPolicy,
    ControlLevel,
    Organization,
)
from wa_policy.loaders.organizations import Account, ListedPolicy, OrganizationFacts, Root
from wa_policy.loaders.pieces import OrganizationPart

_SCP, _RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_ALL_FOR_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
FULL_ACCESS = "p-FullAWSAccess"
FULL_ACCESS_TO_RESOURCES = "p-RCPFullAWSAccess"
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
_BUILT_IN = {
    FULL_ACCESS: (_ALL, PolicyKind.SERVICE_CONTROL, _SCP, "FullAWSAccess"),
    FULL_ACCESS_TO_RESOURCES: (_ALL_FOR_ALL, PolicyKind.RESOURCE_CONTROL, _RCP, "RCPFullAWSAccess"),
}
_MAX_SHOWN = 3


@dataclass(slots=True, eq=False)
class _Facts:
    """All that the parts say, looked up by id."""

    id: str | None = None
    management_account: str | None = None
    all_features: bool = True
    enabled: frozenset[str] | None = None
    names: dict[str, str] = field(default_factory=dict)
    parents: dict[str, set[str]] = field(default_factory=dict)
    policies: dict[str, ListedPolicy] = field(default_factory=dict)
    listed: dict[str, set[str]] = field(default_factory=dict)
    """Policy ids by type, where the list of the type was read to its end."""
    targets: dict[str, set[str]] = field(default_factory=dict)
    """The targets of a policy, where that list was read to its end."""
    attached: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """The policies by target and type, where that list was read to its end."""
    accounts: set[str] = field(default_factory=set)
    source: Source = NOWHERE


def organization(
    parts: Iterable[OrganizationPart],
) -> tuple[Organization | None, tuple[Problem, ...]]:
    """The organization, None iff no part of one was exported."""
    ordered = sorted(parts, key=lambda part: (part.source, part.call, part.about))
    if not ordered:
        return None, ()
    problems: list[Problem] = []
    facts = _Facts(source=ordered[0].source)
    for part in ordered:
        _learn(facts, part, problems)
    _learn_lists(facts, ordered)
    places = {account: _place(facts, account) for account in sorted(facts.accounts)}
    return Organization(facts.id, facts.management_account, places, facts.source), tuple(sorted(problems))


def _learn(facts: _Facts, part: OrganizationPart, problems: list[Problem]) -> None:
    for item in part.items:
        match item:
            case OrganizationFacts():
                if facts.id not in (None, item.id):
                    message = f"found the organization `{item.id}` beside `{facts.id}`, expected one; the first one counts"
                    problems.append(part.source.problem("contradiction", message))
                    continue
                facts.id, facts.management_account = item.id, item.management_account
                facts.all_features, facts.source = item.all_features, part.source
                if item.management_account is not None and is_account_id(item.management_account):
                    facts.accounts.add(item.management_account)
            case Root():
                if item.enabled is not None:
                    facts.enabled = (facts.enabled or frozenset()) | item.enabled
            case Account():
                _learn_account(facts, part, item)
            case ListedPolicy():
                _learn_policy(facts, part, item, problems)
            case str():
                _learn_id(facts, part, item)
            case _:
                raise AssertionError(item)


def _learn_account(facts: _Facts, part: OrganizationPart, account: Account) -> None:
    facts.accounts.add(account.id)
    if account.name:
        facts.names.setdefault(account.id, account.name)
    if part.about:
        facts.parents.setdefault(account.id, set()).add(part.about)
    for parent, child in pairwise((*account.path, account.id)):
        facts.parents.setdefault(child, set()).add(parent)


def _learn_policy(
    facts: _Facts, part: OrganizationPart, policy: ListedPolicy, problems: list[Problem]
) -> None:
    known = facts.policies.get(policy.id)
    if known is None or known.policy is None:
        facts.policies[policy.id] = policy if known is None or policy.policy is not None else known
    elif policy.policy is not None and policy.policy != known.policy:
        message = f"the policy `{policy.id}` has another document elsewhere, expected the same; the first one counts"
        problems.append(part.source.problem("contradiction", message))


def _learn_id(facts: _Facts, part: OrganizationPart, id_: str) -> None:
    if part.call == "list-targets-for-policy":
        child, parent = id_, None
    elif part.call == "list-parents":
        child, parent = part.about, id_
    else:
        child, parent = id_, part.about
    if is_account_id(child):
        facts.accounts.add(child)
    if parent is not None:
        facts.parents.setdefault(child, set()).add(parent)


def _learn_lists(facts: _Facts, parts: list[OrganizationPart]) -> None:
    """The lists that were read to their end; the pages of one add up."""
    complete = {(part.call, part.about) for part in parts if part.complete}
    for part in parts:
        if (part.call, part.about) not in complete:
            continue
        ids = {item.id if isinstance(item, ListedPolicy) else item for item in part.items}
        match part.call:
            case "list-policies":
                facts.listed.setdefault(part.about, set()).update(ids)
            case "list-policies-for-target":
                target, _, type_ = part.about.partition("/")
                facts.attached.setdefault((target, type_), set()).update(ids)
            case "list-targets-for-policy":
                facts.targets.setdefault(part.about, set()).update(ids)
            case _:
                pass


# --- the place of one account ------------------------------------------------------------------------------------


def _place(facts: _Facts, account: str) -> AccountPlace:
    return AccountPlace(
        _levels(facts, account, _SCP), _levels(facts, account, _RCP), facts.names.get(account, "")
    )


def _levels(facts: _Facts, account: str, type_: str) -> tuple[ControlLevel, ...] | Unknown:
    """The levels with the policies attached, none where the type is not in use; or what is missing."""
    if not facts.all_features or (facts.enabled is not None and type_ not in facts.enabled):
        return ()
    chain = _chain(facts, account)
    if isinstance(chain, Unknown):
        return chain
    missing: dict[str, None] = {}
    levels = tuple(_level(facts, target, type_, missing) for target in chain)
    if not missing:
        return levels
    shown = list(missing)[:_MAX_SHOWN]
    more = f" and {len(missing) - _MAX_SHOWN} more" if len(missing) > _MAX_SHOWN else ""
    return Unknown(UnknownKind.NOT_EXPORTED, f"organizations {', '.join(shown)}{more}")


def _chain(facts: _Facts, account: str) -> tuple[str, ...] | Unknown:
    """From the root down to the account."""
    chain = [account]
    while not chain[-1].startswith("r-"):
        above = facts.parents.get(chain[-1], set())
        if not above:
            reason = f"organizations list-parents for `{chain[-1]}`: nothing says where it stands"
            return Unknown(UnknownKind.NOT_EXPORTED, reason)
        if len(above) > 1:
            found = " and ".join(f"`{parent}`" for parent in sorted(above))
            return Unknown(
                UnknownKind.UNREADABLE, f"the exports name several parents of `{chain[-1]}`: {found}"
            )
        parent = next(iter(above))
        if parent in chain:
            return Unknown(UnknownKind.UNREADABLE, f"the exports say that `{parent}` stands below itself")
        chain.append(parent)
    return tuple(reversed(chain))


def _level(facts: _Facts, target: str, type_: str, missing: dict[str, None]) -> ControlLevel:
    ids = facts.attached.get((target, type_))
    if ids is None:
        if type_ not in facts.listed:
            missing[f"list-policies --filter {type_}"] = None
            return ControlLevel(target, ())
        ids = set()
        for policy in sorted(facts.listed[type_]):
            targets = facts.targets.get(policy)
            if policy == FULL_ACCESS_TO_RESOURCES:
                ids.add(policy)  # attached everywhere, and cannot be detached
            elif targets is None:
                missing[f"list-targets-for-policy for `{policy}`"] = None
            elif target in targets:
                ids.add(policy)
    policies = []
    for policy in sorted(ids):
        attached = _attached(facts, policy)
        if attached is None:
            missing[f"describe-policy for `{policy}`"] = None
        else:
            policies.append(attached)
    return ControlLevel(target, tuple(policies))


def _attached(facts: _Facts, id_: str) -> AttachedPolicy | None:
    listed = facts.policies.get(id_)
    if listed is not None and listed.policy is not None:
        return AttachedPolicy(listed.name, listed.policy, listed.arn)
    if id_ in _BUILT_IN:
        document, kind, type_, name = _BUILT_IN[id_]
        policy, _ = parse_policy(document, Source("", f"/{id_}"), kind)
        arn = f"arn:aws:organizations::aws:policy/{type_.lower()}/{id_}"
        return AttachedPolicy(name, policy, arn)
    return None
