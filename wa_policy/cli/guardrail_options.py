"""The arguments of `wa-policy guardrails`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from wa_policy.cli.input_options import organization_options, settings_of
from wa_policy.errors import UsageError
from wa_policy.settings import Profile, Settings

if TYPE_CHECKING:
    from wa_policy.guardrails.limits import Quotas
    from wa_policy.rules.model import GuardrailKind

PRESETS = ("current", "before-may-2026")
FORMS = ("json", "cloudformation", "terraform")
KINDS = ("scp", "rcp")
PACKINGS = ("joined", "exact")


def rule_choice(command: Any) -> Any:
    """`--rule`, `--profile`, `--parameter`, `--config` and `--no-organization`."""
    for option in (
        organization_options,
        click.option(
            "--parameter",
            "--param",
            "parameters",
            multiple=True,
            metavar="NAME=VALUE[,VALUE]",
            help="A parameter of the rules; may be repeated.",
        ),
        click.option(
            "--profile",
            type=click.Choice([profile.value for profile in Profile]),
            help="The rules of this profile and of those before it, where no --rule is given. [default: advice]",
        ),
        click.option("--rule", "rules", multiple=True, metavar="ID", help="Only this rule; may be repeated."),
    ):
        command = option(command)
    return command


def format_option(command: Any) -> Any:
    """`--format`."""
    option = click.option(
        "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True
    )
    return option(command)


def quota_options(command: Any) -> Any:
    """`--quotas`, and each quota by itself."""
    for option in reversed(
        (
            click.option(
                "--quotas",
                "preset",
                type=click.Choice(PRESETS),
                default=PRESETS[0],
                show_default=True,
                help="The quotas of AWS Organizations, now or before they were raised.",
            ),
            *(
                click.option(f"--{kind}-{word}", type=int, metavar="N", help=text.format(kind.upper()))
                for kind in KINDS
                for word, text in (
                    ("characters", "The characters that an {} may have."),
                    ("per-target", "How many {}s a target may have."),
                    (
                        "attached",
                        "How many {}s the target has already, with the one that gives full access. [default: 1]",
                    ),
                )
            ),
        )
    ):
        command = option(command)
    return command


def quotas_of(preset: str, given: dict[str, int | None]) -> Quotas:
    """The quotas of the preset, overruled by those that are given one by one."""
    from wa_policy.guardrails.limits import PRESETS as ALL
    from wa_policy.guardrails.limits import Limits, Quotas
    from wa_policy.rules.model import GuardrailKind

    def limits(kind: GuardrailKind) -> Limits:
        found = ALL[preset][kind]
        chosen = {
            word: number
            for word in ("characters", "per_target", "attached")
            if (number := given.get(f"{kind.value}_{word}")) is not None
        }
        return replace(found, **chosen)

    return Quotas(limits(GuardrailKind.SCP), limits(GuardrailKind.RCP))


def kinds_of(words: Sequence[str]) -> tuple[GuardrailKind, ...]:
    from wa_policy.rules.model import GuardrailKind

    return tuple(GuardrailKind(word) for word in words)


def chosen_settings(
    paths: Sequence[str],
    *,
    config: str | None,
    no_organization: bool,
    profile: str | None,
    parameters: Sequence[str],
) -> Settings:
    """The settings of the file, overruled by the command line; the profile is `advice` where only the file says one.

    Guardrails are advice to most organizations: a scan of the core rules says nothing about which to attach.
    """
    from wa_policy.api import split_parameters

    settings = settings_of(paths, config=config, no_organization=no_organization, profile=profile)
    return replace(
        settings,
        profile=Profile.ADVICE if profile is None else settings.profile,
        parameters={**settings.parameters, **split_parameters(parameters)},
    )


def check_choice(rules: Sequence[str], profile: str | None) -> None:
    """Raise UsageError for options that exclude each other."""
    if rules and profile is not None:
        raise UsageError("found `--rule` and `--profile`, expected one of them")
