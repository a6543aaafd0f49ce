"""The parameters of a template as resources: who reads a template sees their defaults, who deploys it gives their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wa_policy.iam.source import escape
from wa_policy.inventory.model import TEMPLATE_PARAMETER_TYPE, PropertyValue, Resource
from wa_policy.loaders.cloudformation.scope import Scope


def parameters(scope: Scope) -> Iterator[Resource]:
    """A resource for each parameter, in the order of the template."""
    for name, raw in scope.sections.parameters.items():
        source = scope.sections.place(f"{scope.sections.source.pointer}/Parameters/{escape(name)}")
        yield Resource(
            TEMPLATE_PARAMETER_TYPE,
            f"{TEMPLATE_PARAMETER_TYPE}/{scope.stack_text}/{name}",
            name,
            scope.account_text,
            scope.region_text,
            _properties(name, raw, scope),
            source,
        )


def _properties(name: str, raw: Mapping[str, Any], scope: Scope) -> dict[str, PropertyValue]:
    properties: dict[str, PropertyValue] = {"Name": name, "NoEcho": name in scope.hidden_parameters}
    for member in ("Type", "Default"):
        value = raw.get(member)
        if isinstance(value, str | int | float):
            properties[member] = _text(value)
    allowed = raw.get("AllowedValues")
    if isinstance(allowed, list):
        properties["AllowedValues"] = tuple(
            _text(item) for item in allowed if isinstance(item, str | int | float)
        )
    return properties


def _text(value: str | float) -> str:
    """A scalar as CloudFormation takes it: all values of parameters are texts."""
    return str(value).lower() if isinstance(value, bool) else str(value)
