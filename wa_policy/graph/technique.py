"""What an escalation technique is made of. The techniques themselves stand in `techniques`, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wa_policy.inventory.model import PrincipalKind


class Status(StrEnum):
    """Where a technique was published."""

    CATALOGUE = "catalogue"
    """In the catalogue of pathfinding.cloud at the end of 2025."""
    LATER = "later"
    """Added to that catalogue, or to peers that use its ids, since then."""
    PROPOSED = "proposed"
    """Proposed to it, and not merged when last seen."""
    OURS = "ours"
    """In none of the catalogue's ids."""


class Gain(StrEnum):
    """What the principal has afterwards."""

    ACT_AS_ROLE = "acts as the role"
    ACT_AS_RAISED_ROLE = "gives the role any permission and acts as it"
    BECOME_USER = "holds credentials of the user"
    BECOME_RAISED_USER = "gives the user any permission and holds credentials of it"
    EDIT_OWN_POLICY = "gives itself any permission"
    ACT_AS_NEW_ROLE = "makes a role with any permission and acts as it"
    JOIN_GROUP = "has the permissions of the group"
    LIFT_LIMIT = "loses a limit on its own permissions"
    SWITCH_VERSION = "has the permissions of another version of its policy"


class Target(StrEnum):
    """Whose permissions are gained."""

    ROLE = "role"
    USER = "user"
    GROUP = "group"
    SELF = "self"
    NEW_ROLE = "new role"


class On(StrEnum):
    """The resource on which an action has to be allowed."""

    TARGET = "the target"
    SELF = "the principal itself"
    HELPER = "a second role that is passed as well"
    OWN_POLICY = "a customer managed policy attached to the principal or to its group"
    TARGET_POLICY = "a customer managed policy attached to the target"
    OWN_GROUP = "a group of which the principal is a member"
    CARRIER = "the existing resource"
    SECOND = "the second existing resource"
    SOME = "a resource of the caller's choice, one of each type"


class Need(StrEnum):
    """A fact about the target or the principal that no permission replaces."""

    INSTANCE_PROFILE = "an instance profile with the role"
    REWRITTEN_TRUST = "nothing stops the principal from assuming the role once the trust policy names it"
    LOGIN_PROFILE = "the user has a console password"
    NO_LOGIN_PROFILE = "the user has no console password"
    OWN_BOUNDARY = "the principal has a permissions boundary"
    TARGET_BOUNDARY = "the target has a permissions boundary"
    OWN_DENY_MANAGED = "a managed policy of the principal denies something"
    OWN_DENY_INLINE = "an inline policy of the principal denies something"
    OTHER_PERMISSIONS = "the group grants what the principal does not have"
    OTHER_VERSION = "a stored version of the policy grants more than the default one"
    INVOKED = "something invokes the function"
    MANAGED_INSTANCE = "Systems Manager reaches the instance"
    HELPER_ASSUMES = "the second role may assume the target"
    IDENTITY_CENTER = "the account manages IAM Identity Center"
    OWN_PERMISSION_SET = "the principal is the role of a permission set"
    TRUSTS_ACCOUNT = "the trust policy names an account that is not among those read"
    TRUSTS_EVERYONE = "the trust policy names everyone"


@dataclass(frozen=True, slots=True)
class Step:
    """One action that must be allowed, by any of the principal's policies together.

    `types` are resource types of the catalog, for `On.SOME`; one that several steps name is one resource. None at all
    means an action without resource types. `passed_to` binds iam:PassRole: one of these values of iam:PassedToService.
    `context` holds further keys with the values to choose from; "" is an absent key, `{target}`, `{carrier}`,
    `{second}` and `{profile}` stand for the ARNs of what is meant. `also` are ARNs that will do for `types` as well.
    """

    action: str
    on: On
    types: tuple[str, ...] = ()
    passed_to: tuple[str, ...] = ()
    context: tuple[tuple[str, tuple[str, ...]], ...] = ()
    also: tuple[str, ...] = ()


class State(StrEnum):
    """How a property of an existing resource has to be."""

    SET = "set"
    UNSET = "not set"
    TRUE = "true"


@dataclass(frozen=True, slots=True)
class Carrier:
    """An existing resource: `role` is the property with its role, "" where its role does not matter.

    `operation` lists all of them. `resource_type` is their type in the catalog, for when they were not exported.
    """

    type: str
    operation: str
    resource_type: str
    role: str = ""
    states: tuple[tuple[str, State], ...] = ()
    words: str = ""
    """What it is, for "needs ..."."""


@dataclass(frozen=True, slots=True)
class Technique:
    """A way to the permissions of a target, with all that it takes.

    `trust` is the service that the trust policy of the target role must name; of `carriers` the first may bring the
    target's role. `assumes` says what no export shows; it is left as a condition. `reference` is the published source.
    """

    id: str
    status: Status
    title: str
    how: str
    gain: Gain
    target: Target
    steps: tuple[Step, ...]
    trust: str = ""
    federated_trust: str = ""
    helper_trust: str = ""
    carriers: tuple[Carrier, ...] = ()
    needs: tuple[Need, ...] = ()
    principals: tuple[PrincipalKind, ...] = (PrincipalKind.USER, PrincipalKind.ROLE)
    assumes: str = ""
    note: str = ""
    variant_of: str = ""
    reference: str = ""

    @property
    def source(self) -> str:
        """The page that describes it."""
        if self.reference:
            return self.reference
        if self.status is Status.PROPOSED:
            return "https://github.com/DataDog/pathfinding.cloud/pull/29"
        return f"https://pathfinding.cloud/paths/{self.id}"

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions it takes, each once."""
        return tuple(dict.fromkeys(step.action for step in self.steps))


# --- how the tables write steps ------------------------------------------------------------------------------------


def passes(*services: str) -> Step:
    """iam:PassRole of the target role to one of these services."""
    return Step("iam:PassRole", On.TARGET, passed_to=services)


def passes_helper(*services: str) -> Step:
    """iam:PassRole of the second role."""
    return Step("iam:PassRole", On.HELPER, passed_to=services)


def some(action: str, *types: str, also: tuple[str, ...] = (), **context: tuple[str, ...]) -> Step:
    """The action on a resource of the caller's choice, one of each type."""
    return Step(action, On.SOME, types, context=_keys(context), also=also)


def on(place: On, action: str, **context: tuple[str, ...]) -> Step:
    """The action on a resource that is given."""
    return Step(action, place, context=_keys(context))


def _keys(context: dict[str, tuple[str, ...]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    # Python names have no colon: `iam__policyarn` is the key `iam:policyarn`.
    return tuple((name.replace("__", ":"), values) for name, values in context.items())
