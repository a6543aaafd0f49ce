"""Dated tables that rules read: facts that change more often than the rules do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from wa_policy.errors import InternalError
from wa_policy.loaders.yaml_values import read_yaml
from wa_policy.rules.tables.model import Table, build_table

TABLES = (
    "endpoint_policies",
    "layer_publishers",
    "runtimes",
    "sensitive_actions",
    "serverless_lens",
    "shared_issuers",
    "source_keys",
    "tls_policies",
)
"""All tables by name; each is a file beside this one."""


@cache
def table(name: str) -> Table:
    """The table of that name; one of `TABLES`."""
    if name not in TABLES:
        raise InternalError(f"there is no table `{name}`, expected one of {', '.join(TABLES)}")
    file = f"{name}.yaml"
    text = (files("wa_policy.rules.tables") / file).read_text(encoding="utf-8")
    reading = read_yaml(file, text)
    if reading.problems or len(reading.values) != 1:
        raise InternalError(f"the table `{name}` cannot be read: {reading.problems}")
    return build_table(name, reading.values[0][1])


@dataclass(frozen=True, slots=True)
class SharedIssuer:
    """An OpenID Connect issuer that signs tokens for everyone who has an account there.

    `owners` are the forms of a subject, with `{owner}` where the account of the customer stands.
    """

    issuer: str
    name: str
    owners: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class SharedIssuers:
    date: str
    issuers: Mapping[str, SharedIssuer]


@cache
def shared_issuers() -> SharedIssuers:
    """The table of shared issuers, by issuer."""
    found = table("shared_issuers")
    issuers = {}
    for issuer, row in found.rows.items():
        owners = row["owners"]
        issuers[issuer] = SharedIssuer(
            issuer, str(row["name"]), owners if isinstance(owners, tuple) else (), str(row["source"])
        )
    return SharedIssuers(found.date.isoformat(), issuers)
