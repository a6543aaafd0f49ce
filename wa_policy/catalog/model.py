"""The catalog: what AWS has. Pure: `store` reads the data file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from wa_policy.catalog import unlisted
from wa_policy.catalog.actionset import ActionSet, ActionSpace
from wa_policy.catalog.arns import ArnFormats
from wa_policy.catalog.keys import ConditionKeys, with_type
from wa_policy.catalog.records import (
    AccessLevel,
    Action,
    ActionResource,
    ConditionKey,
    DataSource,
    ResourceType,
    Scenario,
)
from wa_policy.errors import InternalError

__all__ = [
    "AccessLevel",
    "Action",
    "ActionResource",
    "ActionSet",
    "Catalog",
    "ConditionKey",
    "DataSource",
    "ResourceType",
    "Scenario",
]

_LEVELS = {
    "R": AccessLevel.READ,
    "L": AccessLevel.LIST,
    "W": AccessLevel.WRITE,
    "T": AccessLevel.TAGGING,
    "P": AccessLevel.PERMISSIONS_MANAGEMENT,
}
_LETTERS = {level: letter for letter, level in _LEVELS.items()}
_FORMAT = 1

_MOST_ACTIONS = 65_536
"""How many spellings of actions are remembered before the memory starts again."""


class Catalog:
    """Actions, resource types and condition keys of AWS, and sets of actions. Its answers never change.

    The meaning of an `ActionSet`, and what it says about actions that the catalog does not know, is fixed in
    `wa_policy.catalog.actionset`.
    """

    __slots__ = (
        "_actions",
        "_arns",
        "_carrying",
        "_data",
        "_keys",
        "_levels",
        "_space",
        "date",
        "service_principals",
        "sources",
    )

    def __init__(self, data: Mapping[str, Any], space: ActionSpace, keys: ConditionKeys) -> None:
        self._data = data
        self._space = space
        self._keys = keys
        self._actions: dict[str, Action | None] = {}
        self._arns: ArnFormats | None = None
        self._levels: dict[AccessLevel, ActionSet] = {}
        self._carrying: dict[str, ActionSet] = {}
        self.date = dt.date.fromisoformat(data["meta"]["date"])
        """The day of the data inside."""
        self.sources = tuple(DataSource(**source) for source in data["meta"]["sources"])
        self.service_principals = frozenset(f"{name}.amazonaws.com" for name in data["principals"])
        """Names of service principals; not complete, a hint and never a whitelist."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Catalog:
        """The catalog in the content of a data file."""
        if data.get("v") != _FORMAT:
            raise InternalError(f"the catalog has format {data.get('v')}, expected {_FORMAT}")
        space = ActionSpace({service: entry["a"] for service, entry in sorted(data["svc"].items())})
        return cls(data, space, ConditionKeys(data))

    def with_actions(self, actions: Iterable[str]) -> Catalog:
        """This catalog with a bit for each of these actions that it does not know, so that sets tell them apart.

        `is_known` and `action` do not change. Sets of this catalog and of the result must not be mixed.
        """
        space = self._space.extended(actions)
        return self if space is self._space else Catalog(self._data, space, self._keys)

    # --- sets of actions --------------------------------------------------------------------------------------

    @property
    def everything(self) -> ActionSet:
        """Every action there is, also those that the catalog does not know."""
        return self._space.everything

    @property
    def listed(self) -> ActionSet:
        """Every action that has a bit of its own; `bits & catalog.listed` drops the rest."""
        return self._space.listed

    def actions_matching(self, pattern: str) -> ActionSet:
        """The actions whose `service:Name` matches, whatever the case; `*` is any run, `?` any one character."""
        return self._space.actions_matching(pattern)

    def single(self, action: str) -> ActionSet:
        """The set of this one action; a pattern is a `UsageError`."""
        return self._space.single(action)

    def complement(self, bits: ActionSet) -> ActionSet:
        """Every action that is not in the set, as `NotAction` means it."""
        return self._space.complement(bits)

    def difference(self, left: ActionSet, right: ActionSet) -> ActionSet:
        """What `left` has and `right` has not."""
        return self._space.difference(left, right)

    def names(self, bits: ActionSet) -> tuple[str, ...]:
        """The members as `service:Name`, sorted; in parentheses, which unlisted actions there are or may be."""
        return self._space.names(bits)

    def actions_at(self, level: AccessLevel) -> ActionSet:
        """The known actions of this access level; the level of any other action is not known."""
        bits = self._levels.get(level)
        if bits is None:
            letter, bits = _LETTERS[level], 0
            for service, entry in self._services():
                letters = entry["l"]
                bits |= self._space.listed_bits(
                    service, (i for i, found in enumerate(letters) if found == letter)
                )
            self._levels[level] = bits
        return bits

    # --- services and actions ---------------------------------------------------------------------------------

    def services(self) -> tuple[str, ...]:
        """The prefixes of all services, sorted."""
        return tuple(sorted(self._data["svc"]))

    def service_title(self, service: str) -> str | None:
        """AWS's name of a service, such as "AWS Lambda" for `lambda`."""
        entry = self._data["svc"].get(service.lower())
        return None if entry is None else entry["n"]

    def is_known(self, action: str) -> bool:
        return self._space.is_known(action)

    def action(self, name: str) -> Action | None:
        """What is known about `service:Name`, whatever the case; None where the catalog does not have it."""
        if name not in self._actions:
            place = self._space.position(name)
            if len(self._actions) >= _MOST_ACTIONS:
                self._actions.clear()
            self._actions[name] = None if place is None else self._read_action(*place)
        return self._actions[name]

    def retired(self, action: str) -> bool:
        """True iff the catalog does not know the action and some older one did."""
        service, _, name = action.lower().partition(":")
        return any(gone.lower() == name for gone in self._data["retired"].get(service, ()))

    def explained(self, action: str) -> str | None:
        """One word that says why a real action is in no catalogue, such as "undocumented"; else None."""
        return unlisted.explained(action)

    # --- resource types ---------------------------------------------------------------------------------------

    def resource_type(self, service: str, name: str) -> ResourceType | None:
        """The resource type of this name, whatever the case."""
        wanted = name.lower()
        return next((found for found in self.resource_types(service) if found.name.lower() == wanted), None)

    def resource_types(self, service: str) -> tuple[ResourceType, ...]:
        """The resource types of a service, sorted by name."""
        prefix = service.lower()
        entry = self._data["svc"].get(prefix)
        if entry is None:
            return ()
        return tuple(
            ResourceType(prefix, name, tuple(arns), self._key_set(keys)) for name, arns, keys in entry["r"]
        )

    def resource_types_of_arn(self, arn: str) -> tuple[ResourceType, ...]:
        """The resource types that an ARN without wildcards may belong to, the closest first."""
        if self._arns is None:
            self._arns = ArnFormats(
                found for service in self.services() for found in self.resource_types(service)
            )
        return self._arns.resource_types_of(arn)

    # --- condition keys ---------------------------------------------------------------------------------------

    def condition_key(self, name: str, *, service: str = "") -> ConditionKey | None:
        """What is known about a condition key, whatever the case.

        `aws:RequestTag/team` finds the template `aws:RequestTag/${TagKey}`, and `<issuer>:sub`, `aud`, `amr` and
        `oaud` are keys for any issuer. A few keys have another type in one service's requests: name the service then.
        """
        key = self._keys.find(name)
        entry = self._data["svc"].get(service.lower(), {})
        if key is not None and "kt" in entry:
            for number, kind in entry["kt"].items():
                if self._data["keys"][int(number)].lower() == key.name.lower():
                    return with_type(key, self._data["types"][kind])
        return key

    def global_condition_keys(self) -> tuple[ConditionKey, ...]:
        """The keys that hold for every service, or travel with a role session to every service."""
        return self._keys.global_keys()

    def condition_keys_of_service(self, service: str) -> tuple[str, ...]:
        """The keys that a service declares, sorted; the global ones that it does not repeat are not among them."""
        entry = self._data["svc"].get(service.lower())
        return () if entry is None else self._key_set(entry["k"])

    def condition_keys_of_action(self, action: str) -> tuple[str, ...]:
        """The keys that a request for the action may carry beyond the global ones, sorted."""
        found = self.action(action)
        if found is None:
            return ()
        names = set(found.condition_keys)
        for resource in found.resource_types:
            names.update(resource.condition_keys)
            declared = self.resource_type(found.service, resource.name)
            names.update(declared.condition_keys if declared else ())
        return tuple(sorted(names, key=str.lower))

    def key_usable_with(self, key: str, action: str) -> bool:
        """True iff a request for this known action may carry the key."""
        found = self.condition_key(key)
        if found is None or not self.is_known(action):
            return False
        if found.is_global:
            return True
        names = {name.lower() for name in self.condition_keys_of_action(action)}
        if found.name.lower() in names:
            return True
        # The claims of an arbitrary issuer stand in no table; they come with a web identity token only.
        is_claim = found.name.lower() == key.lower() and "." in key.partition(":")[0]
        return is_claim and action.lower() == "sts:assumerolewithwebidentity"

    def actions_carrying(self, key: str) -> ActionSet:
        """The known actions whose requests may carry the key: those for which `key_usable_with` is true."""
        found = self.condition_key(key)
        if found is None:
            return 0
        if found.is_global:
            return self.listed
        if key not in self._carrying:
            self._carrying[key] = self._actions_carrying(key, found.name.lower())
        return self._carrying[key]

    def _actions_carrying(self, key: str, name: str) -> ActionSet:
        numbers = {number for number, other in enumerate(self._data["keys"]) if other.lower() == name}
        sets = {number for number, keys in enumerate(self._data["ks"]) if not numbers.isdisjoint(keys)}
        bits = 0
        for service, entry in self._services():
            types = {number for number, (_, _, keys) in enumerate(entry["r"]) if keys in sets}
            groups = {
                number
                for number, coded in enumerate(entry["rs"])
                if any(
                    (one // 2 in types) if isinstance(one, int) else (one[0] // 2 in types or one[1] in sets)
                    for one in coded
                )
            }
            indices = (
                index
                for index, (keys, group) in enumerate(zip(entry["ac"], entry["ar"], strict=True))
                if keys in sets or group in groups
            )
            bits |= self._space.listed_bits(service, indices)
        web_identity = "sts:AssumeRoleWithWebIdentity"
        return bits | self.single(web_identity) if self.key_usable_with(key, web_identity) else bits

    # --- who takes part in what -------------------------------------------------------------------------------

    def supports_resource_control_policies(self, service: str) -> bool:
        """True iff resource control policies bind requests to this service."""
        return service.lower() in self._data["rcp"]

    @property
    def rcp_services(self) -> frozenset[str]:
        return frozenset(self._data["rcp"])

    @property
    def rcp_exempt_actions(self) -> frozenset[str]:
        """Actions of those services that resource control policies do not bind."""
        return frozenset(self._data["rcpx"])

    @property
    def vpce_key_services(self) -> Mapping[str, frozenset[str]]:
        """For each key about the owner of a VPC endpoint, the services that send it."""
        return {key: frozenset(services) for key, services in self._data["vpce"].items()}

    def sends_vpce_key(self, key: str, action: str) -> bool:
        """True iff a request for the action through a VPC endpoint carries this key about the endpoint's owner."""
        if action.lower() in {exempt.lower() for exempt in self._data["vpcex"]}:
            return False
        service = action.lower().partition(":")[0]
        return any(
            name.lower() == key.lower() and service in found for name, found in self._data["vpce"].items()
        )

    # --- reading ----------------------------------------------------------------------------------------------

    def _services(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        return iter(sorted(self._data["svc"].items()))

    def _key_set(self, number: int) -> tuple[str, ...]:
        return tuple(self._data["keys"][key] for key in self._data["ks"][number])

    def _read_action(self, service: str, index: int) -> Action:
        entry = self._data["svc"][service]
        local = str(index)

        def resource(coded: int | Sequence[int]) -> ActionResource:
            code, keys = (coded, 0) if isinstance(coded, int) else coded
            return ActionResource(entry["r"][code // 2][0], bool(code % 2), self._key_set(keys))

        return Action(
            service,
            entry["a"][index],
            _LEVELS[entry["l"][index]],
            tuple(resource(coded) for coded in entry["rs"][entry["ar"][index]]),
            self._key_set(entry["ac"][index]),
            tuple(self._space.full_name(number) for number in entry.get("d", {}).get(local, ())),
            tuple(
                Scenario(name, tuple(resource(coded) for coded in shape))
                for name, shape in entry.get("sc", {}).get(local, ())
            ),
        )
