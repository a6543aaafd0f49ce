"""What the catalog says about one action, resource type or condition key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wa_policy.iam.operators import ValueType


class AccessLevel(StrEnum):
    """The access level of an action, in AWS's words.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html
    """

    READ = "Read"
    LIST = "List"
    WRITE = "Write"
    TAGGING = "Tagging"
    PERMISSIONS_MANAGEMENT = "Permissions management"


@dataclass(frozen=True, slots=True)
class ActionResource:
    """A resource type that an action works on, and the condition keys that hold for it only in this action.

    `required` false on several resource types of one action often means "one of these".
    """

    name: str
    required: bool
    condition_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One combination of resource types that a request for the action may have."""

    name: str
    resource_types: tuple[ActionResource, ...]


@dataclass(frozen=True, slots=True)
class Action:
    service: str
    name: str
    level: AccessLevel
    resource_types: tuple[ActionResource, ...]
    condition_keys: tuple[str, ...]
    """Keys that hold for the action whatever the resource type; the global keys are not repeated here."""
    dependent_actions: tuple[str, ...]
    """Actions that the caller needs too, as AWS declares them; not complete (some need `iam:PassRole` undeclared)."""
    scenarios: tuple[Scenario, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.service}:{self.name}"

    @property
    def has_resource_types(self) -> bool:
        """True iff the action supports resource-level permissions; others need the resource `*`."""
        return bool(self.resource_types)


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A kind of resource; `arns` are its ARN formats with placeholders such as `${Partition}`."""

    service: str
    name: str
    arns: tuple[str, ...]
    condition_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConditionKey:
    """A key of the request context; for a key with a variable part, `name` is the template that it follows.

    `types` has more than one member where AWS accepts operators of several types. `sensitive`, `present` and
    `anonymous` are known for global keys only. `anonymous` is None where AWS does not say whether an unsigned
    request carries the key.
    """

    name: str
    types: tuple[ValueType, ...]
    multivalued: bool
    is_global: bool = False
    sensitive: bool = False
    caller_controlled: bool = False
    anonymous: bool | None = None
    present: str = ""

    @property
    def type(self) -> ValueType:
        return self.types[0]


@dataclass(frozen=True, slots=True)
class DataSource:
    """A package that the catalog was made from; `sha256` is that of its wheel."""

    package: str
    version: str
    licence: str
    use: str
    sha256: str
