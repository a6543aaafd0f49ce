"""The catalog of AWS's own reading, which knows of no action what resources it takes."""

from __future__ import annotations

from typing import cast

from wa_policy.catalog.model import Catalog


class _Neutral:
    """As much of a catalog as the evaluator asks for."""

    def __init__(self, catalog: Catalog) -> None:
        self.rcp_exempt_actions = catalog.rcp_exempt_actions
        self.supports_resource_control_policies = catalog.supports_resource_control_policies

    def action(self, name: str) -> None:
        del name


def neutral(catalog: Catalog) -> Catalog:
    """A catalog for the evaluator in which no action is known."""
    return cast("Catalog", _Neutral(catalog))
