"""The actions of each service, and which of them fit which resource."""

from __future__ import annotations

from functools import cached_property, lru_cache

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.graph.layers import Universe

_ALL_BUCKETS = "s3:ListAllMyBuckets"
_QUALIFIED = (
    "AddPermission", "CreateFunctionUrlConfig", "DeleteFunction", "DeleteFunctionEventInvokeConfig",
    "DeleteFunctionUrlConfig", "GetFunction", "GetFunctionConfiguration", "GetFunctionEventInvokeConfig",
    "GetFunctionUrlConfig", "GetPolicy", "GetRuntimeManagementConfig", "InvokeFunction", "InvokeFunctionUrl",
    "PutFunctionEventInvokeConfig", "PutRuntimeManagementConfig", "RemovePermission", "UpdateFunctionEventInvokeConfig",
    "UpdateFunctionUrlConfig",
)  # fmt: skip
"""Actions of Lambda with the parameter Qualifier: they take the ARN of a version or alias as well.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
"""


@lru_cache(maxsize=2)
def universes_of(catalog: Catalog) -> Universes:
    """The sets of a catalog, for all graphs that are made of it: they take longer than the graph of one template."""
    return Universes(catalog)


class Universes:
    """Sets of the catalog's actions, each made once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._universes: dict[str, Universe] = {}
        self._by_type: dict[str, dict[str, ActionSet]] = {}
        self._fitting: dict[tuple[str, str], ActionSet] = {}

    def of(self, service: str) -> Universe:
        """The listed actions of a service."""
        found = self._universes.get(service)
        if found is None:
            catalog = self._catalog
            every = catalog.actions_matching(f"{service}:*") & catalog.listed
            star = self._types(service).get("", 0)
            buckets = catalog.single(_ALL_BUCKETS) & star if service == "s3" else 0
            found = Universe(service, every, every ^ star, star ^ buckets, buckets)
            self._universes[service] = found
        return found

    def star(self, service: str) -> ActionSet:
        """The actions of a service that have no resource."""
        universe = self.of(service)
        return universe.on_star | universe.on_buckets

    def fitting(self, arn: str, service: str) -> ActionSet:
        """The actions of the service that take what the ARN names; of `*` those without a resource."""
        if arn == "*":
            return self.star(service)
        types = self._catalog.resource_types_of_arn(arn)
        bits = 0
        if service == "lambda" and any(found.name == "function alias" for found in types):
            bits = self._qualified
        for found in types:
            key = (found.service, found.name)
            known = self._fitting.get((service, f"{key[0]}:{key[1]}"))
            if known is None:
                known = self._types(service).get(found.name, 0)
                if found.service != service and (service, found.service) != ("sts", "iam"):
                    known = 0
                self._fitting[service, f"{key[0]}:{key[1]}"] = known
            bits |= known
        return bits

    @cached_property
    def _qualified(self) -> ActionSet:
        bits = 0
        for name in _QUALIFIED:
            bits |= self._catalog.single(f"lambda:{name}")
        return bits

    def services_of(self, arn: str) -> tuple[str, ...]:
        """The services whose actions take what the ARN names."""
        services = {found.service for found in self._catalog.resource_types_of_arn(arn)}
        if ":role/" in arn:
            services.add("sts")
        return tuple(sorted(services))

    def _types(self, service: str) -> dict[str, ActionSet]:
        """The actions of a service by the names of their resource types; "" has those without any."""
        found = self._by_type.get(service)
        if found is None:
            catalog = self._catalog
            found = {}
            for name in catalog.names(catalog.actions_matching(f"{service}:*") & catalog.listed):
                action = catalog.action(name)
                if action is None:
                    continue
                bit = catalog.single(name)
                for type_ in [resource.name for resource in action.resource_types] or [""]:
                    found[type_] = found.get(type_, 0) | bit
            self._by_type[service] = found
        return found
