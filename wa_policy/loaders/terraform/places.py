"""In which account, region and partition the instances of a plan stand: what the plan says, or what stands for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.iam.arn import is_account_id, parse_arn
from wa_policy.inventory import symbols
from wa_policy.loaders.origin import Origin, is_region, partition_of
from wa_policy.loaders.terraform.configuration import Configuration
from wa_policy.loaders.terraform.instances import Instance

_CREDENTIALS = frozenset(
    ("assume_role", "assume_role_with_web_identity", "profile", "access_key", "shared_credentials_files")
)


@dataclass(frozen=True, slots=True)
class Place:
    account: str
    region: str
    partition: str


class Places:
    """The place of each instance, by its provider configuration.

    The account is that of `aws_caller_identity`, of what is there already, of the role that the provider assumes, or the one
    that the user says, in this order. Providers that differ in the region alone are of one account.
    """

    def __init__(
        self,
        number: int,
        origin: Origin,
        configuration: Configuration,
        instances: Iterable[Instance],
        variables: Mapping[str, Any],
    ) -> None:
        self._number = number
        self._origin = origin
        self._configuration = configuration
        self._variables = variables
        self._accounts: dict[str, str] = {}
        self._regions: dict[str, str] = {}
        self._partitions: dict[str, str] = {}
        self._places: dict[tuple[str, str], Place] = {}
        self._strangers: list[str] = []
        self._seen: dict[str, Counter[str]] = {}
        for instance in instances:
            self._learn(instance)

    def of(self, instance: Instance) -> Place:
        key = (self._provider(instance), instance.text("region") or "")
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = self._place(*key)
        arn = parse_arn(instance.text("arn") or "")
        if arn is None or instance.is_data or not is_account_id(arn.account):
            return place
        return Place(arn.account, arn.region or place.region, arn.partition)

    @property
    def own(self) -> Place:
        """The place of the default provider."""
        providers = self._configuration.providers
        return self._place("aws" if "aws" in providers or not providers else min(providers), "")

    def _provider(self, instance: Instance) -> str:
        written = str(self._configuration.resource(instance).get("provider_config_key", "aws"))
        # A provider that a module gets from above is named by the module: `module.f:aws`.
        while written and written not in self._configuration.providers and ":" in written:
            module, _, name = written.rpartition(":")
            above = module.rpartition(".module.")[0] if ".module." in module else ""
            written = f"{above}:{name}" if above else name
        return written or "aws"

    def _learn(self, instance: Instance) -> None:
        provider = self._provider(instance)
        match instance.type:
            case "aws_caller_identity":
                account = instance.text("account_id")
                if account is not None and is_account_id(account):
                    self._accounts.setdefault(provider, account)
            case "aws_region" if instance.is_data:
                region = instance.text("region") or instance.text("name") or instance.text("id")
                if region is not None and is_region(region):
                    self._regions.setdefault(provider, region)
            case "aws_partition":
                partition = instance.text("partition")
                if partition is not None:
                    self._partitions.setdefault(provider, partition)
            case _:
                if instance.is_data:
                    return
                arn = parse_arn(instance.text("arn") or "")
                if arn is not None and is_account_id(arn.account):
                    self._seen.setdefault(f"{provider} account", Counter())[arn.account] += 1
                if arn is not None and is_region(arn.region):
                    self._seen.setdefault(f"{provider} region", Counter())[arn.region] += 1

    def _place(self, provider: str, own_region: str) -> Place:
        region = own_region or self._region(provider)
        partition = self._partitions.get(provider) or partition_of(region) or self._origin.partition
        return Place(self._account(provider), region or symbols.REGION, partition)

    def _region(self, provider: str) -> str | None:
        return (
            self._regions.get(provider)
            or self._told(provider, "region")
            or (self._origin.region)
            or self._most(f"{provider} region")
        )

    def _account(self, provider: str) -> str:
        known = self._accounts.get(provider) or self._most(f"{provider} account")
        if known is not None:
            return known
        expressions = self._expressions(provider)
        if _CREDENTIALS & expressions.keys():
            if provider != "aws":
                assumed = self._assumed(expressions)
                return assumed or self._stranger(provider)
            assumed = self._assumed(expressions)
            if assumed is not None:
                return assumed
        elif provider != "aws":
            return self._account("aws")
        return self._origin.account or symbols.own_account(self._number)

    def _most(self, what: str) -> str | None:
        """What most of the resources that are there already have."""
        seen = self._seen.get(what)
        return None if seen is None else max(sorted(seen), key=lambda value: seen[value])

    def _assumed(self, expressions: Mapping[str, Any]) -> str | None:
        """The account of the role that the provider assumes."""
        for block in ("assume_role", "assume_role_with_web_identity"):
            blocks = expressions.get(block)
            for item in blocks if isinstance(blocks, list) else [blocks]:
                written = item.get("role_arn") if isinstance(item, Mapping) else None
                arn = parse_arn(str(self._value(written)))
                if arn is not None and is_account_id(arn.account):
                    return arn.account
        return None

    def _stranger(self, provider: str) -> str:
        """What stands for the account of a provider with credentials of its own."""
        if provider not in self._strangers:
            self._strangers.append(provider)
        return symbols.own_account(self._number + 1 + self._strangers.index(provider))

    def _expressions(self, provider: str) -> Mapping[str, Any]:
        found = self._configuration.providers.get(provider)
        expressions = found.get("expressions") if isinstance(found, Mapping) else None
        return expressions if isinstance(expressions, Mapping) else {}

    def _told(self, provider: str, name: str) -> str | None:
        value = self._value(self._expressions(provider).get(name))
        return value if isinstance(value, str) and value else None

    def _value(self, expression: Any) -> Any:
        """A constant, or the value of the variable that is referred to."""
        if not isinstance(expression, Mapping):
            return None
        if "constant_value" in expression:
            return expression["constant_value"]
        references = expression.get("references")
        if isinstance(references, list) and len(references) == 1 and str(references[0]).startswith("var."):
            given = self._variables.get(str(references[0]).removeprefix("var."))
            return given.get("value") if isinstance(given, Mapping) else None
        return None
