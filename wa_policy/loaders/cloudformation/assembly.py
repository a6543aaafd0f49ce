"""Output folders of tools: the cloud assembly of the CDK, and what the Serverless Framework packages.

Their templates are read as any other. What lies beside them says where a stack goes, or nothing that is read.
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.cloud_assembly_schema-readme.html
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export

_ENVIRONMENT = re.compile(r"aws://([^/]+)/([^/]+)")
_STACK = "aws:cloudformation:stack"


def is_assembly(value: Any, _origin: Origin) -> bool:
    """The manifest of a cloud assembly."""
    return isinstance(value, Mapping) and "version" in value and isinstance(value.get("artifacts"), Mapping)


def load_assembly(export: Export) -> None:
    """Where each stack goes, for those that say it."""
    folder = posixpath.dirname(export.source.file)
    for artifact in export.value["artifacts"].values():
        if not isinstance(artifact, Mapping) or artifact.get("type") != _STACK:
            continue
        properties = artifact.get("properties")
        file = properties.get("templateFile") if isinstance(properties, Mapping) else None
        found = _ENVIRONMENT.fullmatch(str(artifact.get("environment", "")))
        if not isinstance(file, str) or found is None:
            continue
        account, region = (None if part.startswith("unknown-") else part for part in found.groups())
        export.pieces.stacks[posixpath.normpath(posixpath.join(folder, file))] = (account, region)


def is_beside(value: Any, _origin: Origin) -> bool:
    """What else lies in such a folder, parameters of templates among it, and holds nothing to read."""
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, Mapping) and "ParameterKey" in item for item in value)
    if not isinstance(value, Mapping):
        return False
    if value.get("version") == "tree-0.1":
        return True
    if "version" in value and "files" in value and not value.keys() - {"version", "files", "dockerImages"}:
        return True
    return "service" in value and "package" in value and isinstance(value["service"], Mapping)


def load_beside(export: Export) -> None:
    """Nothing."""
