"""Existing resources that a technique takes over, and the roles that they bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from wa_policy.evaluator.truth import Truth, all_of
from wa_policy.graph.technique import Carrier, State
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, Principal, PropertyValue, Resource


@dataclass(frozen=True, slots=True)
class Carried:
    """A carrier that will do: `resource` is None where its kind was not exported, so that one may exist.

    `truth` is what is known of it: that it has the role, and is in the state that is needed.
    """

    resource: Resource | None
    truth: Truth
    missing: str = ""


class Carriers:
    """The existing resources of an inventory, by type and account."""

    def __init__(self, inventory: Inventory) -> None:
        self._resources: dict[tuple[str, str | None], list[Resource]] = {}
        for resource in inventory.resources:
            self._resources.setdefault((resource.type, resource.account), []).append(resource)
        self._answers: dict[str | None, set[tuple[str, str | None]]] = {}
        for answer in inventory.exported:
            self._answers.setdefault(answer.account, set()).add((answer.operation, answer.region))
        self._by_role: dict[tuple[str, str, str | None], dict[str | None, list[Resource]]] = {}
        self._exported: dict[tuple[str, str], bool] = {}

    def of(self, carrier: Carrier, account: str, role: Principal | None) -> Iterator[Carried]:
        """Those in the account that have the role, or any role where the carrier's does not matter."""
        for owner in (account, None):
            for resource in self._with_role(carrier, owner, role):
                truth = all_of((_has_role(resource, carrier, role), *_states(resource, carrier)))
                if truth is not False:
                    yield Carried(resource, truth)
        if not self._was_exported(carrier, account):
            wanted = f"needs {carrier.words}" + (f" with `{role.name}`" if carrier.role and role else "")
            call = carrier.operation.replace(".", " ")
            reason = Unknown(UnknownKind.NOT_EXPORTED, f"{call} for account `{account}`")
            yield Carried(None, reason, wanted)

    def _with_role(self, carrier: Carrier, owner: str | None, role: Principal | None) -> Iterable[Resource]:
        """Those that may have the role, in their order."""
        owned = self._resources.get((carrier.type, owner), ())
        if not carrier.role or role is None or not owned:
            return owned
        key = (carrier.type, carrier.role, owner)
        named = self._by_role.get(key)
        if named is None:
            named = self._by_role[key] = {}
            for resource in owned:
                for name in _roles_named(resource, carrier):
                    named.setdefault(name, []).append(resource)
        found = [resource for name in (None, *_names(role)) for resource in named.get(name, ())]
        if len(found) > 1:
            wanted = set(map(id, found))
            return [resource for resource in owned if id(resource) in wanted]
        return found

    def _was_exported(self, carrier: Carrier, account: str) -> bool:
        """True iff all of its kind were read, in each Region of which anything was read."""
        key = (carrier.operation, account)
        found = self._exported.get(key)
        if found is None:
            answers = self._answers.get(account, set())
            regions = {region for _, region in answers if region is not None}
            everywhere = bool(regions) and all((carrier.operation, region) in answers for region in regions)
            found = self._exported[key] = everywhere or (carrier.operation, None) in answers
        return found


def _names(role: Principal) -> Iterator[str]:
    """How a property may name a role, or its instance profile."""
    yield from (role.arn, role.name)
    for arn in role.instance_profiles:
        yield from (arn, arn.rsplit("/", 1)[-1])


def _roles_named(resource: Resource, carrier: Carrier) -> Iterator[str | None]:
    """What the property with the role names; None where it is not known."""
    value = _value(resource.properties, carrier.role.split("."))
    for part in (value.get("Arn"), value.get("Name")) if isinstance(value, Mapping) else (value,):
        if isinstance(part, str):
            yield part
        elif isinstance(part, Unknown):
            yield None


def _has_role(resource: Resource, carrier: Carrier, role: Principal | None) -> Truth:
    if not carrier.role or role is None:
        return True
    value = _value(resource.properties, carrier.role.split("."))
    if isinstance(value, Unknown):
        return value
    if carrier.role.endswith("InstanceProfile"):
        names = {name for arn in role.instance_profiles for name in (arn, arn.rsplit("/", 1)[-1])}
        # An instance has the profile's name or ARN; a launch template says which of the two it is.
        parts = (value.get("Arn"), value.get("Name")) if isinstance(value, Mapping) else (value,)
        if any(isinstance(part, str) and part in names for part in parts):
            return True
        return next((part for part in parts if isinstance(part, Unknown)), False)
    return value == (role.name if carrier.role.endswith("Name") else role.arn)


def _states(resource: Resource, carrier: Carrier) -> Iterator[Truth]:
    for path, state in carrier.states:
        value = _value(resource.properties, path.split("."))
        if isinstance(value, Unknown):
            yield value
            continue
        match state:
            case State.SET:
                yield value is not None
            case State.UNSET:
                yield value is None
            case State.TRUE:
                yield value is True


def _value(properties: Mapping[str, PropertyValue], path: list[str]) -> PropertyValue:
    value: PropertyValue = properties
    for name in path:
        if isinstance(value, Unknown):
            return value
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
