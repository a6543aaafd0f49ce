"""`wa-policy guardrails`"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import HELP, ExitCode
from wa_policy.cli.guardrail_options import (
    FORMS,
    KINDS,
    PACKINGS,
    check_choice,
    chosen_settings,
    format_option,
    kinds_of,
    quota_options,
    quotas_of,
    rule_choice,
)
from wa_policy.cli.input_options import read_input, stdin_for


@click.group(epilog=HELP)
@debug_option
def guardrails() -> None:
    """SCPs and RCPs made from the rules, proved before they are written."""


@guardrails.command("list")
@format_option
@rule_choice
@debug_option
def list_guardrails(*, format_: str, rules: Sequence[str], **options: Any) -> None:
    """Which rules have a guardrail, and why the others have none."""
    from wa_policy import api
    from wa_policy.guardrails.as_json import list_json
    from wa_policy.guardrails.report import list_text

    found = api.list_guardrails(chosen_settings((), **options))
    if rules:
        for rule_id in rules:
            api.rule(rule_id)
        found = tuple(pair for pair in found if pair[0].id in rules)
    _tell(list_json(found) if format_ == "json" else list_text(found))


@guardrails.command("show")
@click.argument("rule_id", metavar="ID")
@format_option
@rule_choice
@debug_option
def show_guardrail(*, rule_id: str, format_: str, rules: Sequence[str], **options: Any) -> None:
    """What the guardrail of one rule denies, and the statements that do it."""
    from wa_policy import api
    from wa_policy.guardrails.as_json import show_json
    from wa_policy.guardrails.report import show_text

    del rules
    ((rule, one),) = api.list_guardrails(chosen_settings((), **options), rule_id)
    _tell(show_json(rule, one) if format_ == "json" else show_text(rule, one))


@guardrails.command("generate", epilog=HELP)
@click.option(
    "--output", "folder", metavar="FOLDER", help="Write the files there; else only say what they would be."
)
@click.option(
    "--as", "forms", multiple=True, type=click.Choice(FORMS), help="What to write; else everything."
)
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only SCPs, or only RCPs.")
@click.option("--pretty", is_flag=True, help="JSON documents with white space, which AWS counts.")
@click.option(
    "--name", default="wa-policy", show_default=True, help="What the names of the policies begin with."
)
@click.option("--force", is_flag=True, help="Replace the files of an earlier run.")
@click.option(
    "--unproved", is_flag=True, help="Write also what is not proved; the names of its files say so."
)
@click.option(
    "--packing",
    type=click.Choice(PACKINGS),
    default=PACKINGS[0],
    show_default=True,
    help="joined: statements about different services in one, and wildcards; exact: neither.",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="PATH",
    help="An export that says what is attached to --target.",
)
@click.option("--target", metavar="ID", help="The root, unit or account that they will be attached to.")
@quota_options
@format_option
@rule_choice
@debug_option
def generate(
    *,
    folder: str | None,
    forms: Sequence[str],
    kinds: Sequence[str],
    pretty: bool,
    name: str,
    force: bool,
    unproved: bool,
    packing: str,
    inputs: Sequence[str],
    target: str | None,
    preset: str,
    format_: str,
    rules: Sequence[str],
    profile: str | None,
    parameters: Sequence[str],
    config: str | None,
    no_organization: bool,
    **quotas: int | None,
) -> int:
    """JSON documents, CloudFormation and Terraform of guardrails, proved and packed under the quotas.

    Ends with 4 where a guardrail was left out because it is not proved, or was written although it is not.
    """
    from wa_policy import api
    from wa_policy.cli.progress import progress_line
    from wa_policy.errors import UsageError
    from wa_policy.guardrails.as_json import generated_json
    from wa_policy.guardrails.report import generated_text

    check_choice(rules, profile)
    if (target is None) is not (not inputs):
        raise UsageError("found one of `--input` and `--target`, expected both or neither")
    settings = chosen_settings(
        inputs, config=config, no_organization=no_organization, profile=profile, parameters=parameters
    )
    limits = quotas_of(preset, quotas)
    if target is not None:
        limits = api.attached_guardrails(read_input(inputs, settings), target, limits, kinds_of(kinds))
    with progress_line("proving guardrail") as progress:
        made = api.generate_guardrails(
            settings,
            limits,
            only=rules,
            kinds=kinds_of(kinds),
            packing=packing,
            keep_unproved=unproved,
            progress=progress,
        )
    files = api.guardrail_files(made, forms=forms, pretty=pretty, name=name) if made.made else {}
    if folder is not None and files:
        api.write_guardrails(files, folder, force=force)
    names = tuple(files) if folder is not None else ()
    _tell(generated_json(made, folder, names) if format_ == "json" else generated_text(made, folder, names))
    return ExitCode.INCOMPLETE if made.unproved or not made.made else ExitCode.CLEAN


@guardrails.command("verify", epilog=HELP)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    help="What documents that stand alone are; else their Principal tells.",
)
@format_option
@rule_choice
@debug_option
def verify(
    *,
    paths: Sequence[str],
    kind: str | None,
    format_: str,
    rules: Sequence[str],
    profile: str | None,
    **options: Any,
) -> int:
    """Which rules existing SCPs and RCPs enforce: in full, in part (with the hole), or not at all.

    PATH is a document, or an export of the organization. Ends with 1 where a rule is not enforced in full.
    """
    from wa_policy import api
    from wa_policy.cli.progress import progress_line
    from wa_policy.guardrails.as_json import verified_json
    from wa_policy.guardrails.report import verified_text
    from wa_policy.guardrails.verify import Enforced

    check_choice(rules, profile)
    settings = chosen_settings(paths, profile=profile, **options)
    words = {"scp": "service-control", "rcp": "resource-control"}
    inventory = read_input(
        paths, settings, kind=None if kind is None else words[kind], stdin=stdin_for(paths)
    )
    with progress_line("verifying rule") as progress:
        found = api.verify_guardrails(inventory, settings, only=rules, progress=progress)
    catalog = api.catalog()
    _tell(verified_json(found) if format_ == "json" else verified_text(found, catalog))
    if any(one.enforced in (Enforced.PART, Enforced.NONE) for one in found.enforcements) or found.defects:
        return ExitCode.FINDINGS
    unknown = not found.enforcements or any(one.enforced is Enforced.UNKNOWN for one in found.enforcements)
    return ExitCode.INCOMPLETE if unknown or api.lost_input(inventory.problems) else ExitCode.CLEAN


@guardrails.command("preview", epilog=HELP)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@format_option
@rule_choice
@debug_option
def preview(
    *, paths: Sequence[str], format_: str, rules: Sequence[str], profile: str | None, **options: Any
) -> int:
    """Who could do today what guardrails would deny; which are in force; and existing ones that do nothing.

    PATH is an export. Ends with 1 where somebody would be hit, or an existing statement does nothing.
    """
    from wa_policy import api
    from wa_policy.cli.progress import progress_line
    from wa_policy.guardrails.as_json import preview_json
    from wa_policy.guardrails.report import preview_text

    check_choice(rules, profile)
    settings = chosen_settings(paths, profile=profile, **options)
    inventory = read_input(paths, settings, stdin=stdin_for(paths))
    with progress_line("asking about rule") as progress:
        found = api.preview_guardrails(inventory, settings, only=rules, progress=progress)
    _tell(preview_json(found) if format_ == "json" else preview_text(found, api.catalog()))
    if found.conflicts or found.defects:
        return ExitCode.FINDINGS
    incomplete = found.possible or found.unknown or api.lost_input(inventory.problems)
    return ExitCode.INCOMPLETE if incomplete else ExitCode.CLEAN


def _tell(text: str | Iterable[str]) -> None:
    """Write JSON as it is, and lines with what would change the terminal written out."""
    from wa_policy.findings.visible import visible

    if isinstance(text, str):
        click.echo(text, nl=False)
        return
    for line in text:
        click.echo(visible(line))
