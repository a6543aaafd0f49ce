"""Recognises plans and states of Terraform and OpenTofu, and takes them down until all files were read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export, TemplatePart

_SECTIONS = ("planned_values", "values", "resource_changes")
_SUPPORTED = ("0", "1")


def is_plan(value: Any, _origin: Origin) -> bool:
    """True iff the value is what `terraform show -json` prints, for a plan or a state."""
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("format_version"), str)
        and (
            any(name in value for name in _SECTIONS)
            or value.keys() <= {"format_version", "terraform_version", "checks"}
        )
    )


def is_stored_state(value: Any, _origin: Origin) -> bool:
    """True iff the value is a state as Terraform stores it, which is another format."""
    return isinstance(value, Mapping) and {"version", "lineage", "resources"} <= value.keys()


def load_plan(export: Export) -> None:
    """A plan or a state."""
    version = export.value["format_version"]
    if version.partition(".")[0] not in _SUPPORTED:
        message = f"found the format version `{version}`, expected `1` with any minor version; read as that"
        export.note("format-version", message)
    export.pieces.plans.append(TemplatePart(export.value, export.source, export.origin))


def load_stored_state(export: Export) -> None:
    """A state as it is stored: its layout is not public."""
    message = "found a state as Terraform stores it, expected what `terraform show -json` prints"
    export.note("terraform-state", message, "write `terraform show -json > state.json` and read that")
