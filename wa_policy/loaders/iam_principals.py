"""The parts of all pages to principals: policies by ARN, groups by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never

from wa_policy.errors import Problem
from wa_policy.iam.policy import Policy
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    Absent,
    AttachedPolicy,
    NotExported,
    PolicyDocument,
    Present,
    Principal,
    PrincipalKind,
)
from wa_policy.loaders.pieces import ManagedPolicyPart, PrincipalPart


class _Policies:
    """Managed policies by account and ARN: those of AWS stand in the export of each account that uses them."""

    def __init__(self, parts: Iterable[ManagedPolicyPart], problems: list[Problem]) -> None:
        self._of_account: dict[tuple[str | None, str], ManagedPolicyPart] = {}
        self._any: dict[str, ManagedPolicyPart] = {}
        for part in sorted(parts, key=lambda part: part.source):
            first = self._of_account.setdefault((part.account, part.arn), part)
            self._any.setdefault(part.arn, part)
            if first.policy != part.policy:
                message = f"`{part.arn}` has another document in `{first.source.file}`, expected the same; that one counts"
                advice = "export both answers again, at the same time"
                problems.append(part.source.problem("contradiction", message, advice=advice))

    def find(self, account: str, arn: str) -> Policy | None:
        part = self._of_account.get((account, arn)) or self._any.get(arn)
        return None if part is None else part.policy


def principals(
    parts: Iterable[PrincipalPart], managed: Iterable[ManagedPolicyPart]
) -> tuple[tuple[Principal, ...], tuple[Problem, ...]]:
    """All principals, sorted by ARN, with what is attached to them, and a problem for each contradiction."""
    problems: list[Problem] = []
    policies = _Policies(managed, problems)
    by_arn: dict[str, PrincipalPart] = {}
    for part in sorted(parts, key=lambda part: part.source):
        first = by_arn.setdefault(part.arn, part)
        if first != part:
            message = (
                f"`{part.arn}` is another one in `{first.source.file}`, expected the same; that one counts"
            )
            advice = "export both answers again, at the same time"
            problems.append(part.source.problem("contradiction", message, advice=advice))
    groups = {(part.account, part.name): part for part in by_arn.values() if part.kind is PrincipalKind.GROUP}
    made = tuple(_principal(by_arn[arn], policies, groups) for arn in sorted(by_arn))
    return made, tuple(sorted(problems))


def _principal(
    part: PrincipalPart, policies: _Policies, groups: Mapping[tuple[str, str], PrincipalPart]
) -> Principal:
    attached, missing = _policies_of(part, policies, None)
    for name in part.groups:
        group = groups.get((part.account, name))
        if group is None:
            missing.append(Unknown(UnknownKind.NOT_EXPORTED, f"the policies of the group `{name}`"))
            continue
        of_group, missing_of_group = _policies_of(group, policies, name)
        attached += of_group
        missing += missing_of_group
    return Principal(
        part.kind,
        part.arn,
        part.account,
        part.name,
        part.path,
        part.source,
        part.unique_id,
        tuple(attached),
        tuple(dict.fromkeys(missing)),
        _boundary(part, policies),
        part.trust,
        part.groups,
        part.instance_profiles,
        part.tags,
        part.last_used,
    )


def _policies_of(
    part: PrincipalPart, policies: _Policies, group: str | None
) -> tuple[list[AttachedPolicy], list[Unknown]]:
    attached = [AttachedPolicy(inline.name, inline.policy, inline.arn, group) for inline in part.inline]
    missing = list(part.doubts)
    for name, arn in part.attached:
        policy = policies.find(part.account, arn)
        if policy is None:
            missing.append(Unknown(UnknownKind.NOT_EXPORTED, f"the document of the managed policy `{arn}`"))
        else:
            attached.append(AttachedPolicy(name, policy, arn, group))
    return attached, missing


def _boundary(part: PrincipalPart, policies: _Policies) -> PolicyDocument:
    match part.boundary:
        case str() as arn:
            policy = policies.find(part.account, arn)
            if policy is None:
                return NotExported(f"the document of the permissions boundary `{arn}`")
            return Present(policy)
        case Present() | Absent() | NotExported():
            return part.boundary
        case _:
            assert_never(part.boundary)
