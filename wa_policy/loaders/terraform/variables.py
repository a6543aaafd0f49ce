"""The variables of the root module of a plan as resources: who reads the configuration sees their defaults."""

from __future__ import annotations

from collections.abc import Iterator

from wa_policy.inventory.model import TEMPLATE_PARAMETER_TYPE, PropertyValue, Resource
from wa_policy.loaders.terraform.plan import Plan


def variables(plan: Plan) -> Iterator[Resource]:
    """A resource for each variable, in the order of the plan; none for a state."""
    place = plan.places.own
    for name, written in plan.configuration.variables.items():
        properties: dict[str, PropertyValue] = {"Name": name, "NoEcho": written.get("sensitive") is True}
        default = written.get("default")
        if isinstance(default, str):
            properties["Type"] = "String"
            properties["Default"] = default
        elif isinstance(default, int | float):
            properties["Type"] = "Number"
        yield Resource(
            TEMPLATE_PARAMETER_TYPE,
            f"{TEMPLATE_PARAMETER_TYPE}/{plan.source.file}/{name}",
            name,
            place.account,
            place.region,
            properties,
            plan.source.at("configuration", "root_module", "variables", name),
        )
