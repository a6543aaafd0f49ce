"""The JSON Schemas of the files that wa-policy reads and writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

_FILES = {
    "settings": ("wa_policy.api", "settings.schema.json"),
    "report": ("wa_policy.reporters", "report.schema.json"),
    "rule": ("wa_policy.rules", "rule.schema.json"),
}


def schema(name: str) -> Mapping[str, Any]:
    """The schema of `settings`, `report`, `rule`, `waivers`, `baseline` or `access-tests`. KeyError for another name."""
    if name in _FILES:
        package, file = _FILES[name]
        found: Mapping[str, Any] = json.loads((files(package) / file).read_text("utf-8"))
        return found
    from wa_policy.api import access_tests
    from wa_policy.findings import baseline, waivers

    of_modules = {
        "waivers": waivers.SCHEMA,
        "baseline": baseline.SCHEMA,
        "access-tests": access_tests.SCHEMA,
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **of_modules[name]}
