"""`wa-policy.yaml`: which rules run, with which parameters, and what may be assumed.

Values in, values out: whoever calls reads the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Profile(StrEnum):
    """How much a rule may ask. Each profile includes those before it; `manual` questions come only in a review."""

    CORE = "core"
    STRICT = "strict"
    ADVICE = "advice"
    MANUAL = "manual"


ParameterValue = str | int | float | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deployed:
    """Where what is read belongs, and templates are deployed, where nothing else says it.

    `parameters` are values for the parameters of templates, by name.
    """

    account: str | None = None
    region: str | None = None
    partition: str | None = None
    stack_name: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose. `parameters` holds the values of rule parameters by name.

    `no_organization`: the accounts belong to no organization, so no control policy can exist that was not exported.
    `waivers` and `baseline` are the paths of these files. `deployed` says where templates are deployed, and how.
    """

    profile: Profile = Profile.CORE
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    no_organization: bool = False
    waivers: str | None = None
    baseline: str | None = None
    deployed: Deployed = field(default_factory=Deployed)
