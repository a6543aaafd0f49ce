"""Reads the data file that is part of the package; nothing else does."""

from __future__ import annotations

import json
import zlib
from functools import cache
from importlib.resources import files
from typing import Any

from wa_policy.catalog.managed_policies import ManagedPolicies
from wa_policy.catalog.model import Catalog
from wa_policy.catalog.schemas import ResourceSchemas

_GZIP = 31
"""The `wbits` of zlib for data with a gzip header."""


@cache
def load_catalog() -> Catalog:
    """The catalog of AWS actions that came with this version of wa-policy; read once per process."""
    return Catalog.from_json(_read("catalog.v1.json.gz"))


@cache
def load_schemas() -> ResourceSchemas:
    """The properties of CloudFormation types that came with this version of wa-policy; read once per process."""
    content = _read("schemas.v1.json.gz")
    return ResourceSchemas(
        content["meta"]["date"], content["types"], content["read_only"], content["write_only"]
    )


@cache
def load_managed_policies() -> ManagedPolicies:
    """The policies that AWS manages, as they were when this version of wa-policy was made; read once per process."""
    content = _read("managed_policies.v1.json.gz")
    return ManagedPolicies(content["meta"]["date"], content["policies"])


def _read(name: str) -> Any:
    packed = (files("wa_policy.catalog") / "data" / name).read_bytes()
    return json.loads(zlib.decompress(packed, _GZIP))
