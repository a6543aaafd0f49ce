"""Reads the data file that is part of the package; nothing else does."""

from __future__ import annotations

import json
import zlib
from functools import cache
from importlib.resources import files

from wa_policy.catalog.model import Catalog

_GZIP = 31
"""The `wbits` of zlib for data with a gzip header."""


@cache
def load_catalog() -> Catalog:
    """The catalog of AWS actions that came with this version of wa-policy; read once per process."""
    packed = (files("wa_policy.catalog") / "data" / "catalog.v1.json.gz").read_bytes()
    return Catalog.from_json(json.loads(zlib.decompress(packed, _GZIP)))
