"""All that was read: accounts, principals, resources, the organization, and the problems met while reading.

Absent is not none: a document is *present*, *known to be absent*, or *not exported*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from wa_policy.errors import Problem
from wa_policy.iam.policy import Policy
from wa_policy.iam.source import NOWHERE, Source
from wa_policy.iam.unknown import Unknown, UnknownKind

T = TypeVar("T")

# --- documents ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Present:
    """The document was read."""

    policy: Policy


@dataclass(frozen=True, slots=True)
class Absent:
    """AWS says that there is no such document; `source` is where it says so."""

    source: Source = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class NotExported:
    """Nothing that was read says whether there is such a document; `wanted` is the call that would tell."""

    wanted: str

    @property
    def unknown(self) -> Unknown:
        return Unknown(UnknownKind.NOT_EXPORTED, self.wanted)


PolicyDocument = Present | Absent | NotExported

# --- resources ---------------------------------------------------------------------------------------------------

Scalar = str | int | float | bool | None
PropertyValue = (
    Scalar | Unknown | PolicyDocument | tuple["PropertyValue", ...] | Mapping[str, "PropertyValue"]
)

POLICY_PROPERTY = "WaPolicy::Policy"
"""The resource policy of a resource, all its statements in one document, whatever the service calls it.

CloudFormation has no one word for it: a function's policy is a sum of AWS::Lambda::Permission, a queue's stands in
AWS::SQS::QueuePolicy, a key's in its property KeyPolicy.
"""
REST_API_ID_PROPERTY = "WaPolicy::RestApiId"
"""The id of a REST API, as it stands in execute-api ARNs."""
METHODS_PROPERTY = "WaPolicy::Methods"
"""The methods of a REST API, which are resources of their own in CloudFormation."""
METHOD_PATH_PROPERTY = "WaPolicy::Path"
"""The path of a method, which CloudFormation says by the resources above it."""
URI_SCHEME_PROPERTY = "WaPolicy::UriScheme"
"""How the URI of an integration begins (`http`, `https`, `arn`), which a template may say without all of it."""
VPC_ID_PROPERTY = "WaPolicy::VpcId"
"""The VPC of a function; VpcConfig of CloudFormation names only its subnets and security groups."""
CODE_SHA_PROPERTY = "WaPolicy::CodeSha256"
"""The hash of a function's code: two functions with the same one are copies, or share a package."""
WEB_ACL_PROPERTY = "WaPolicy::WebAclArn"
"""The web ACL of a stage: AWS::WAFv2::WebACLAssociation in CloudFormation."""
DEPLOYMENT_PROPERTY = "WaPolicy::Deployment"
"""The CodeDeploy application and deployment group that shift an alias: `UpdatePolicy` of a template."""
DOCUMENT_PROPERTY = "WaPolicy::Document"
"""The OpenAPI document of an API, where a template holds it."""
LAST_MODIFIED_PROPERTY = "WaPolicy::LastModified"
"""When the code or the configuration of a function was last changed."""
RESOLVED_IMAGE_PROPERTY = "WaPolicy::ResolvedImageUri"
"""The image that a function runs, by its digest."""
FIXED_NAME_PROPERTY = "WaPolicy::HasFixedName"
"""True where a template writes the name of a resource out."""
DELETION_POLICY_PROPERTY = "WaPolicy::DeletionPolicy"
"""What a template says of a resource that is taken out of it: `Delete` is not written out."""
REPLACE_POLICY_PROPERTY = "WaPolicy::UpdateReplacePolicy"
"""The same of a resource that is replaced."""
NO_ECHO_PROPERTY = "WaPolicy::NoEcho"
"""The places of a resource in a template that have the value of a parameter with `NoEcho`, with the name of that parameter."""
WRITTEN_OUT_PROPERTY = "WaPolicy::IsWrittenOut"
"""True iff a plan has the text of a secret written out, which is in no inventory."""
TEMPLATE_PARAMETER_TYPE = "WaPolicy::TemplateParameter"
"""The type of a parameter of a template, or of a variable of a plan: `Type`, `NoEcho`, `Default`, `AllowedValues`."""
STATE_MACHINE_PROPERTY = "WaPolicy::StateMachine"
"""The definition of a state machine as a whole: where it starts, its query language, its timeout."""
STATES_PROPERTY = "WaPolicy::States"
"""The states of a state machine, those inside of others as well, which its definition has in one JSON text."""
EVENT_PATTERNS_PROPERTY = "WaPolicy::EventPatterns"
"""The event patterns of a rule, pipe, event source mapping or subscription, with the fields that each names."""
WAIVERS_PROPERTY = "WaPolicy::Waivers"
"""The waivers in the metadata of a resource in a template, as they are written there."""
POLICY_DOCUMENT_TYPE = "WaPolicy::PolicyDocument"
"""The type of a policy document that stands alone; its property `Kind` is the value of a `PolicyKind`."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource in the shape of its CloudFormation type.

    `id` is its ARN (or what stands for it in a template) and is unique in an inventory together with `type`.
    A property that is missing from `properties` is known not to be set; one that the export does not carry is `Unknown`.
    `places` says where a property was read, where that differs from `source` + its name. `told` are the properties that
    what was read can tell, None for all of them: of the others nothing is known.
    """

    type: str
    id: str
    name: str
    account: str | None
    region: str | None
    properties: Mapping[str, PropertyValue]
    source: Source = field(compare=False)
    places: Mapping[str, Source] = field(default_factory=dict, compare=False)
    told: frozenset[str] | None = None

    def property(self, name: str) -> PropertyValue:
        """The value of a property; None where it is known not to be set."""
        value = self.properties.get(name)
        if value is None and self.told is not None and name not in self.told and name not in self.properties:
            return Unknown(UnknownKind.NOT_EXPORTED, f"`{name}` of `{self.name or self.id}`")
        return value

    def policy(self, name: str = POLICY_PROPERTY) -> PolicyDocument:
        """The policy document that a property holds."""
        match self.properties.get(name):
            case Present() | Absent() | NotExported() as document:
                return document
            case Unknown() as unknown:
                return NotExported(unknown.reason)
            case _:
                return Absent(self.source)

    def place(self, name: str) -> Source:
        """Where a property was read."""
        return self.places.get(name, self.source)


# --- principals --------------------------------------------------------------------------------------------------


class PrincipalKind(StrEnum):
    USER = "user"
    ROLE = "role"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class AttachedPolicy:
    """A policy as it is attached: inline (without an ARN) or managed; `group` names the group that brings it."""

    name: str
    policy: Policy
    arn: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """A user, role or group of an account, with its policies.

    `identity_policies` holds those of the groups of a user as well. `missing` says which attached policies have no
    document in what was read: whoever decides by the identity policies must carry that as a doubt.
    """

    kind: PrincipalKind
    arn: str
    account: str
    name: str
    path: str
    source: Source = field(compare=False)
    unique_id: str = ""
    identity_policies: tuple[AttachedPolicy, ...] = ()
    missing: tuple[Unknown, ...] = ()
    boundary: PolicyDocument = field(default_factory=Absent)
    trust: PolicyDocument = field(default_factory=Absent)
    groups: tuple[str, ...] = ()
    instance_profiles: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    last_used: str | None = None

    @property
    def is_service_linked(self) -> bool:
        """True iff the role belongs to an AWS service: neither SCPs nor RCPs bind it."""
        return self.kind is PrincipalKind.ROLE and self.path.startswith("/aws-service-role/")


# --- organization ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ControlLevel:
    """One level of the organization above or at an account, with the policies of one kind attached there."""

    target: str
    policies: tuple[AttachedPolicy, ...]


@dataclass(frozen=True, slots=True)
class AccountPlace:
    """Where an account stands: its levels from the root down to the account itself."""

    service_control: tuple[ControlLevel, ...] | Unknown
    resource_control: tuple[ControlLevel, ...] | Unknown
    name: str = ""


@dataclass(frozen=True, slots=True)
class Organization:
    """The organization as far as it was exported. `places` has every account that the export names."""

    id: str | None
    management_account: str | None
    places: Mapping[str, AccountPlace]
    source: Source = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class NoOrganization:
    """The user says that the accounts belong to no organization."""


# --- all of it ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file that was read: `kinds` says as what, empty if it was not recognised."""

    file: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of AWS that was read to its end, such as `lambda.list-functions` in an account and region.

    `account` and `region` are None where nothing said which (global services have no region). `resource` is the
    ARN of the one resource that was asked about, None where it was all of them.
    """

    operation: str
    account: str | None = None
    region: str | None = None
    resource: str | None = None

    @property
    def sort_key(self) -> tuple[str, str, str, str]:
        return (self.operation, self.account or "", self.region or "", self.resource or "")


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the user says where the exports are silent.

    `account`, `region` and `partition` are also where templates are deployed. `absent` are operations, such as
    `lambda.get-policy`, whose missing answers mean that there is none.
    """

    account: str | None = None
    region: str | None = None
    partition: str = "aws"
    no_organization: bool = False
    absent: frozenset[str] = frozenset()
    parameters: Mapping[str, object] = field(default_factory=dict)
    """Values of the parameters of templates, by name."""
    stack_name: str | None = None
    """The name of the stack that a template becomes."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """What a template comes to under another choice of what it leaves open than the one in the inventory.

    `says` names what is chosen, by what it is a choice of. `make` gives the inventory; `symbols` has texts of it that stand
    for the same in the first one under another text.
    """

    says: Mapping[str, str]
    make: Callable[[], Inventory]
    symbols: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Variation:
    """Files whose resources depend on what nothing says: which account, which conditions hold.

    A verdict on one of their subjects holds if it is the same in the inventory that has this variation, in which things
    are as `says` says, and in all `others`.
    """

    files: frozenset[str]
    says: Mapping[str, str]
    others: tuple[Alternative, ...]


@dataclass(frozen=True)
class Inventory:
    """Everything that was read, sorted, with look-ups by ARN and by type."""

    principals: tuple[Principal, ...] = ()
    resources: tuple[Resource, ...] = ()
    organization: Organization | NoOrganization | NotExported = field(
        default_factory=lambda: NotExported(
            "organizations list-policies, list-targets-for-policy and describe-policy"
        )
    )
    problems: tuple[Problem, ...] = ()
    files: tuple[ReadFile, ...] = ()
    exported: tuple[Answer, ...] = ()
    declared: frozenset[tuple[str, str]] = frozenset()
    """Type and id of what templates and plans make: it is judged as what they deploy."""
    planned: frozenset[str] = frozenset()
    """The files of the plans and states of Terraform among what was read."""
    plan_types: frozenset[str] = frozenset()
    """The types that resources of a plan come to; where it has others, they may be of any further type."""
    by_templates: frozenset[Answer] = frozenset()
    """Those of `exported` that no answer of AWS gives, and a template or plan does for what it makes."""
    variations_of: Callable[[], tuple[Variation, ...]] = field(default=tuple, compare=False)
    """Works out `variations`, which only the rules ask for."""

    @cached_property
    def variations(self) -> tuple[Variation, ...]:
        """What the verdicts on some files depend on."""
        return self.variations_of()

    def was_exported(
        self, operation: str, account: str | None, region: str | None = None, resource: str | None = None
    ) -> bool:
        """True iff the answer was read, for all resources or for the one named."""
        answers = self._answers
        return Answer(operation, account, region) in answers or (
            resource is not None and Answer(operation, account, region, resource) in answers
        )

    def was_listed(
        self, operation: str, account: str | None, region: str | None = None, resource: str | None = None
    ) -> bool:
        """True iff an answer of AWS was read, for all resources or for the one named."""
        return any(
            answer in self._answers and answer not in self.by_templates
            for answer in (
                Answer(operation, account, region),
                *(() if resource is None else (Answer(operation, account, region, resource),)),
            )
        )

    @cached_property
    def listed(self) -> tuple[Answer, ...]:
        """The answers of AWS."""
        return tuple(answer for answer in self.exported if answer not in self.by_templates)

    @cached_property
    def _answers(self) -> frozenset[Answer]:
        return frozenset(self.exported)

    @cached_property
    def _made(self) -> dict[Callable[[Inventory], Any], Any]:
        return {}

    def once(self, make: Callable[[Inventory], T]) -> T:
        """What is made of the inventory, such as an index, made once."""
        made = self._made
        if make not in made:
            made[make] = make(self)
        return made[make]  # type: ignore[no-any-return]

    @cached_property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that own something here, sorted."""
        owners = {principal.account for principal in self.principals}
        owners.update(resource.account for resource in self.resources if resource.account)
        return tuple(sorted(owners))

    @cached_property
    def _principals_by_arn(self) -> dict[str, Principal]:
        return {principal.arn: principal for principal in self.principals}

    @cached_property
    def _resources_by_type(self) -> dict[str, tuple[Resource, ...]]:
        by_type: dict[str, list[Resource]] = {}
        for resource in self.resources:
            by_type.setdefault(resource.type, []).append(resource)
        return {type_: tuple(found) for type_, found in by_type.items()}

    @cached_property
    def _resources_by_id(self) -> dict[str, Resource]:
        return {resource.id: resource for resource in self.resources}

    def principal(self, arn: str) -> Principal | None:
        return self._principals_by_arn.get(arn)

    def resource(self, resource_id: str) -> Resource | None:
        return self._resources_by_id.get(resource_id)

    def of_type(self, type_: str) -> tuple[Resource, ...]:
        return self._resources_by_type.get(type_, ())

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)
