"""`wa-policy who-can`"""

from __future__ import annotations

from collections.abc import Sequence

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import HELP, ExitCode
from wa_policy.cli.graph_options import graph_options, read_inputs
from wa_policy.cli.question import context_of


@click.command("who-can", epilog=HELP)
@click.argument("action")
@click.argument("resource")
@click.option(
    "--context",
    "context",
    multiple=True,
    metavar="KEY=VALUE",
    help="A condition key of the request; may be repeated.",
)
@click.option("--explain", is_flag=True, help="Name the statements that allow it.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@graph_options
@debug_option
def who_can(
    *,
    action: str,
    resource: str,
    context: Sequence[str],
    explain: bool,
    format_: str,
    inputs: Sequence[str],
    output: str | None,
    config: str | None,
    no_organization: bool,
) -> int:
    """Who may do ACTION on RESOURCE, by the documents read?

    RESOURCE is an ARN, or `*` for an action without a resource. Ends with 0 whether anyone can or not.
    """
    from wa_policy import api
    from wa_policy.cli import output as to
    from wa_policy.reporters.graph_text import who_json, who_text

    inventory = read_inputs(inputs, config=config, no_organization=no_organization)
    found = api.who_can(inventory, action, resource, context_of(context))
    text = (
        who_json(found, action, resource)
        if format_ == "json"
        else who_text(found, action, resource, explain=explain)
    )
    to.write(text, output)
    return ExitCode.INCOMPLETE if api.lost_input(inventory.problems) else ExitCode.CLEAN
