"""Options and arguments that say what is read, with which settings."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from wa_policy.errors import LoadError, UsageError
from wa_policy.settings import Deployed, ParameterValue, Profile, Settings

if TYPE_CHECKING:
    from wa_policy.iam.policy import PolicyKind
    from wa_policy.inventory.model import Inventory

KINDS = (
    "identity",
    "resource",
    "trust",
    "boundary",
    "session",
    "service-control",
    "resource-control",
    "endpoint",
)
"""The kinds of policies, in the order of `PolicyKind`, as one types them."""


_DEPLOYED = "wa_policy.deployed"
"""Where the context of a command keeps what the options of `organization_options` say of templates."""


def _kept(context: click.Context, option: click.Parameter, value: Any) -> None:
    if value and not context.resilient_parsing:
        context.meta.setdefault(_DEPLOYED, {})[option.name] = value


def organization_options(command: Any) -> Any:
    """`--config`, `--no-organization`, and those that say where templates are deployed, which `settings_of` reads."""
    for option in (
        click.option(
            "--stack-name",
            metavar="NAME",
            expose_value=False,
            callback=_kept,
            help="The name of the stack that a template becomes.",
        ),
        click.option(
            "--parameters",
            "template_parameters",
            metavar="FILE",
            multiple=True,
            expose_value=False,
            callback=_kept,
            help="Values of the parameters of templates: a file as the AWS CLI takes it, or NAME=VALUE; may be repeated.",
        ),
        click.option(
            "--region",
            metavar="NAME",
            expose_value=False,
            callback=_kept,
            help="Where it belongs, for what does not say it: exports without a place, templates.",
        ),
        click.option(
            "--account",
            metavar="ID",
            expose_value=False,
            callback=_kept,
            help="Whose it is, for what does not say it: exports without a place, templates.",
        ),
        click.option(
            "--no-organization",
            is_flag=True,
            help="The accounts belong to no organization: no SCPs, no RCPs.",
        ),
        click.option(
            "--config",
            metavar="FILE",
            help="The settings; else wa-policy.yaml here, or beside the first path.",
        ),
    ):
        command = option(command)
    return command


_ENVIRONMENT = "wa_policy.environment"
"""Where the context of a command keeps the value of `--environment`."""


def _kept_environment(context: click.Context, _option: click.Parameter, value: Any) -> None:
    if value and not context.resilient_parsing:
        context.meta[_ENVIRONMENT] = value


def rule_options(command: Any) -> Any:
    """`--profile`, `--environment` and `--param`."""
    for option in (
        click.option(
            "--environment",
            metavar="NAME",
            expose_value=False,
            callback=_kept_environment,
            help="All that is read is in this environment of the settings, whatever its tags.",
        ),
        click.option(
            "--param",
            "parameters",
            multiple=True,
            metavar="NAME=VALUE",
            help="A parameter of the rules; repeat it for a list.",
        ),
        click.option(
            "--profile",
            type=click.Choice([profile.value for profile in Profile]),
            help="How much the rules may ask.",
        ),
    ):
        command = option(command)
    return command


def settings_of(
    paths: Sequence[str],
    *,
    config: str | None,
    no_organization: bool,
    profile: str | None = None,
    parameters: Sequence[str] = (),
) -> Settings:
    """The settings of the file, overruled by what stands on the command line."""
    from wa_policy.api.config import find_config, read_config

    file = find_config(paths) if config is None else config
    settings = Settings() if file is None else read_config(file)
    context = click.get_current_context(silent=True)
    environment = None if context is None else context.meta.get(_ENVIRONMENT)
    if environment is not None:
        settings = settings.in_environment(environment)
    given = _parameters(parameters, settings)
    return replace(
        settings,
        profile=settings.profile if profile is None else Profile(profile),
        parameters={**settings.parameters, **given},
        environments=tuple(
            replace(one, parameters={**one.parameters, **given}) for one in settings.environments
        ),
        no_organization=settings.no_organization or no_organization,
        deployed=_deployed(settings.deployed),
    )


def _deployed(settings: Deployed) -> Deployed:
    """What the options of the command say of templates, over what the settings say."""
    context = click.get_current_context(silent=True)
    said: Mapping[str, Any] = {} if context is None else context.meta.get(_DEPLOYED, {})
    if not said:
        return settings
    from wa_policy.api.template_parameters import checked_account, checked_region, read_parameters

    return replace(
        settings,
        account=checked_account(said["account"]) if "account" in said else settings.account,
        region=checked_region(said["region"]) if "region" in said else settings.region,
        stack_name=said.get("stack_name", settings.stack_name),
        parameters={**settings.parameters, **read_parameters(said.get("template_parameters", ()))},
    )


def _parameters(written: Sequence[str], settings: Settings) -> Mapping[str, ParameterValue]:
    if not written:
        return {}
    from wa_policy import api

    values: dict[str, list[str]] = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"found `--param {text}`, expected NAME=VALUE")
        values.setdefault(name, []).append(value)
    return api.typed_parameters(values, settings)


def kind_of(word: str | None) -> PolicyKind | None:
    """The kind that a word of `KINDS` means."""
    from wa_policy.iam.policy import PolicyKind

    return None if word is None else dict(zip(KINDS, PolicyKind, strict=True))[word]


def stdin_for(paths: Sequence[str]) -> bytes | None:
    """The bytes of standard input where a path asks for them."""
    return sys.stdin.buffer.read() if "-" in paths else None


def read_input(
    paths: Sequence[str],
    settings: Settings,
    *,
    kind: str | None = None,
    stdin: bytes | None = None,
    one_choice: bool = False,
) -> Inventory:
    """What stands at the paths. Raises LoadError where nothing of it could be read.

    `one_choice`: the answer will be for one choice of what templates leave open; standard error says which.
    """
    from wa_policy import api
    from wa_policy.cli.progress import progress_line

    with progress_line("reading file") as progress:
        inventory = api.read(paths, settings, kind=kind_of(kind), stdin=stdin, progress=progress)
    if not any(file.kinds for file in inventory.files):
        raise LoadError("nothing could be read at the paths given", inventory.problems)
    if one_choice:
        for variation in inventory.variations:
            said = ", ".join(f"{what} is {value}" for what, value in variation.says.items())
            files = ", ".join(f"`{file}`" for file in sorted(variation.files))
            click.echo(
                f"wa-policy: {files} leaves things open; the answer is for this case: {said}", err=True
            )
    return inventory
