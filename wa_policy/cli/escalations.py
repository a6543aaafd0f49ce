"""`wa-policy escalations`"""

from __future__ import annotations

from collections.abc import Sequence

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import HELP, ExitCode
from wa_policy.cli.input_options import organization_options, read_input, settings_of, stdin_for
from wa_policy.errors import UsageError


@click.command(epilog=HELP)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="PATH",
    help="What is read: a file or folder; may be repeated.",
)
@click.option(
    "--to", metavar="admin|ARN", help="Only the ways to an administrator, or to this role, user or group."
)
@click.option("--from", "from_", metavar="ARN", help="Only those of this principal, `*` for any AWS account.")
@click.option(
    "--technique", "techniques", multiple=True, metavar="ID", help="Only this technique; may be repeated."
)
@click.option("--certain", is_flag=True, help="Only what holds whatever was not read or said.")
@click.option("--explain", is_flag=True, help="How each goes, and the statements that allow it.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--output", metavar="FILE", help="Write there instead of standard output.")
@organization_options
@debug_option
def escalations(
    *,
    inputs: Sequence[str],
    to: str | None,
    from_: str | None,
    techniques: Sequence[str],
    certain: bool,
    explain: bool,
    format_: str,
    output: str | None,
    config: str | None,
    no_organization: bool,
) -> int:
    """Who can get the permissions of whom, by which technique.

    Ends with 1 if an escalation is certain, with 4 if some are possible and none is certain.
    """
    from wa_policy import api
    from wa_policy.cli import output as where
    from wa_policy.reporters.escalations import grouped, render_json, render_text

    if not inputs:
        raise UsageError("no input is named, expected `--input PATH` with the exported documents")
    settings = settings_of(inputs, config=config, no_organization=no_organization)
    stdin = stdin_for(inputs)
    inventory = read_input(inputs, settings, stdin=stdin, one_choice=True)
    found = api.escalation_classes(inventory, to=to, from_=from_, techniques=techniques, certain=certain)
    if format_ == "json":
        single = found.every()
        rendered = render_json(single, api.locate_escalations(single, stdin=stdin))
    else:
        groups = grouped(found)
        shown = [one for group in groups for one in group.ways] if explain else []
        rendered = render_text(groups, api.locate_escalations(shown, stdin=stdin), explain=explain)
    where.write(rendered, output)
    if any(one.first.truth is True for one in found.classes):
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if found.classes or api.lost_input(inventory.problems) else ExitCode.CLEAN
