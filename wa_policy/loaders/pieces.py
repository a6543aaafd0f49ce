"""What the loaders hand over: fragments that are put together when all files were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.policy import Policy, PolicyKind
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import (
    Answer,
    AttachedPolicy,
    PolicyDocument,
    PrincipalKind,
    Resource,
)
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin

_TOKENS = (
    *("NextToken", "nextToken", "NextMarker", "Marker", "position", "LastEvaluatedTableName"),
    *("HasMoreStreams", "HasMoreDeliveryStreams"),
)


@dataclass(frozen=True, slots=True)
class PrincipalPart:
    """A user, role or group as an answer has it: what it refers to may stand in another answer."""

    kind: PrincipalKind
    arn: str
    account: str
    name: str
    path: str
    unique_id: str
    inline: tuple[AttachedPolicy, ...]
    attached: tuple[tuple[str, str], ...]
    """Name and ARN of each managed policy."""
    boundary: str | PolicyDocument
    """The ARN of the boundary, or what is known instead of one."""
    trust: PolicyDocument
    groups: tuple[str, ...]
    instance_profiles: tuple[str, ...]
    tags: dict[str, str]
    last_used: str | None
    doubts: tuple[Unknown, ...]
    source: Source = field(compare=False)


@dataclass(frozen=True, slots=True)
class ManagedPolicyPart:
    """A managed policy with the document of its default version."""

    arn: str
    account: str | None
    """The account whose export has it; a policy of AWS stands in many."""
    policy: Policy
    source: Source = field(compare=False)


@dataclass(frozen=True, slots=True)
class OrganizationPart:
    """The answer of one call to AWS Organizations: `about` is what was asked about, `items` are what it named."""

    call: str
    about: str
    items: tuple[Any, ...]
    source: Source
    complete: bool = True


@dataclass(frozen=True, slots=True)
class TemplatePart:
    """A template as it stands in its file. It is evaluated once all files were read: others may be parts of it."""

    value: Any
    source: Source
    origin: Origin
    is_sam: bool = False


@dataclass(slots=True, eq=False)
class Pieces:
    """Collects what all files hold."""

    resources: list[Resource] = field(default_factory=list)
    principals: list[PrincipalPart] = field(default_factory=list)
    managed_policies: list[ManagedPolicyPart] = field(default_factory=list)
    organization: list[OrganizationPart] = field(default_factory=list)
    no_organization: list[Source] = field(default_factory=list)
    pages: dict[Answer, list[tuple[Source, bool]]] = field(default_factory=dict)
    """The pages of each answer, and whether each says that there is another one."""
    problems: list[Problem] = field(default_factory=list)
    templates: list[TemplatePart] = field(default_factory=list)
    stacks: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    """Account and region of the stacks that templates become, by the paths of these."""
    plans: list[TemplatePart] = field(default_factory=list)
    """Plans and states of Terraform."""
    declared: set[tuple[str, str]] = field(default_factory=set)
    """Type and id of what templates and plans make."""
    template_files: set[str] = field(default_factory=set)
    """The files of the templates and plans that were evaluated."""
    planned: set[str] = field(default_factory=set)
    """Those of them that are plans and states."""
    plan_types: frozenset[str] = frozenset()
    """The types that the resources of a plan come to."""

    def answered(self, answer: Answer, source: Source, *, more: bool = False) -> None:
        self.pages.setdefault(answer, []).append((source, more))

    def extend(self, other: Pieces) -> None:
        """Take in what another file, or another part of one, holds."""
        self.resources += other.resources
        self.principals += other.principals
        self.managed_policies += other.managed_policies
        self.organization += other.organization
        self.no_organization += other.no_organization
        self.problems += other.problems
        self.declared |= other.declared
        self.template_files |= other.template_files
        self.planned |= other.planned
        self.plan_types |= other.plan_types
        for answer, pages in other.pages.items():
            self.pages.setdefault(answer, []).extend(pages)


@dataclass(frozen=True, slots=True)
class Export:
    """One document as the loaders get it: the value, where it comes from, and the kind that the caller gave."""

    node: Node
    origin: Origin
    pieces: Pieces
    kind: PolicyKind | None = None

    @property
    def value(self) -> Any:
        return self.node.value

    @property
    def source(self) -> Source:
        return self.node.source

    def note(self, code: str, message: str, advice: str = "") -> None:
        self.pieces.problems.append(self.source.problem(code, message, advice=advice))

    @property
    def has_more(self) -> bool:
        """True iff the answer says that another page follows."""
        value = self.value
        if any(value.get(name) for name in _TOKENS):
            return True
        # CloudFront counts its lists.
        return any(isinstance(item, Mapping) and item.get("IsTruncated") is True for item in value.values())

    def answered(
        self, operation: str, account: str | None, region: str | None, resource: str | None = None
    ) -> None:
        answer = Answer(operation, account, region, resource)
        self.pieces.answered(answer, self.source, more=self.has_more)
