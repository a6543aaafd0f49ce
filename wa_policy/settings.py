"""`wa-policy.yaml`: which rules run, with which parameters, and what may be assumed.

Values in, values out: whoever calls reads the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from wa_policy.errors import UsageError, did_you_mean


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


PACK = "wa-policy"
"""The name of the pack that ships; `wa-policy/security` and the like are its parts."""
MAX_TABLE_AGE = 365
"""In days."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A part of what is read where parameters have other values: production, a test account.

    A subject belongs to it whose tag (`Settings.environment_tag`) has one of `tag_values`, or, without such a tag, whose
    account is one of `accounts`.
    """

    name: str
    tag_values: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose. `parameters` holds the values of rule parameters by name.

    `no_organization`: the accounts belong to no organization, so no control policy can exist that was not exported.
    `waivers` and `baseline` are the paths of these files. `deployed` says where templates are deployed, and how.
    `severities` are other severities of rules by id. `enabled` rules run whatever their profile, `disabled` ones do not.
    `packs` are the packs whose rules run, `rule_folders` the paths of folders with rules of one's own.
    """

    profile: Profile = Profile.CORE
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    no_organization: bool = False
    waivers: str | None = None
    baseline: str | None = None
    deployed: Deployed = field(default_factory=Deployed)
    environment_tag: str | None = None
    environments: tuple[Environment, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    enabled: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    packs: tuple[str, ...] = (PACK,)
    rule_folders: tuple[str, ...] = ()
    max_table_age: int = MAX_TABLE_AGE

    def in_environment(self, name: str) -> Settings:
        """The settings with all that is read in this environment. UsageError where there is none of that name."""
        known = {environment.name: environment for environment in self.environments}
        if name not in known:
            names = ", ".join(f"`{one}`" for one in known) or "none: the settings name no `environments`"
            raise UsageError(
                f"found the environment `{name}`, expected one of {names}",
                advice=did_you_mean(name, known),
            )
        parameters = {**self.parameters, **known[name].parameters}
        return replace(self, parameters=parameters, environments=(), environment_tag=None)


DEFAULTS = Settings()
"""What holds where the user chose nothing."""
