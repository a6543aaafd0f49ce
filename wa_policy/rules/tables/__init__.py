"""Dated tables that rules read: facts about the world outside of AWS's own documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from wa_policy.errors import InternalError
from wa_policy.loaders.yaml_values import read_yaml


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
    name = "shared_issuers.yaml"
    text = (files("wa_policy.rules.tables") / name).read_text(encoding="utf-8")
    reading = read_yaml(name, text)
    if reading.problems or not reading.values:
        raise InternalError(f"the table `{name}` cannot be read: {reading.problems}")
    raw = reading.values[0][1]
    issuers = (
        SharedIssuer(row["issuer"], row["name"], tuple(row["owners"]), row["source"])
        for row in raw["issuers"]
    )
    return SharedIssuers(raw["date"], {issuer.issuer: issuer for issuer in issuers})
