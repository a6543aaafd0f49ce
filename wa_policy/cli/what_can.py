"""`wa-policy what-can`"""

from __future__ import annotations

from collections.abc import Sequence

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import HELP, ExitCode
from wa_policy.cli.graph_options import graph_options, read_inputs
from wa_policy.cli.question import context_of


@click.command("what-can", epilog=HELP)
@click.argument("principal")
@click.option(
    "--context",
    "context",
    multiple=True,
    metavar="KEY=VALUE",
    help="A condition key of the requests; may be repeated.",
)
@click.option("--explain", is_flag=True, help="Name the statements that allow or limit it.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@graph_options
@debug_option
def what_can(
    *,
    principal: str,
    context: Sequence[str],
    explain: bool,
    format_: str,
    inputs: Sequence[str],
    output: str | None,
    config: str | None,
    no_organization: bool,
) -> int:
    """What may PRINCIPAL do, on the resources that were read and without a resource?

    PRINCIPAL is the ARN of a user or role. "perhaps": it depends on a condition, or on a document that was not read.
    """
    from wa_policy import api
    from wa_policy.cli import output as to
    from wa_policy.reporters.graph_text import what_json, what_text

    inventory = read_inputs(inputs, config=config, no_organization=no_organization)
    found = api.what_can(inventory, principal, context_of(context))
    text = what_json(found, principal) if format_ == "json" else what_text(found, principal, explain=explain)
    to.write(text, output)
    return ExitCode.INCOMPLETE if api.lost_input(inventory.problems) else ExitCode.CLEAN
