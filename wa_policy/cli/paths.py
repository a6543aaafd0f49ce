"""`wa-policy paths`"""

from __future__ import annotations

from collections.abc import Sequence

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import HELP, ExitCode
from wa_policy.cli.graph_options import graph_options, read_inputs


@click.command(epilog=HELP)
@click.option(
    "--from",
    "source",
    metavar="WHO",
    default="any",
    show_default=True,
    help="An ARN, an account, a service, `public` for anyone from outside, `any` for every principal.",
)
@click.option(
    "--to",
    "goal",
    metavar="WHAT",
    default="admin",
    show_default=True,
    help="An ARN, an account for its principals, or `admin` for any administrator.",
)
@click.option(
    "--limit", type=click.IntRange(min=0), default=20, show_default=True, help="How many; 0 means all."
)
@click.option("--through-code", is_flag=True, help="Also follow what makes a function or the like run.")
@click.option("--explain", is_flag=True, help="Name the statements of each step.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@graph_options
@debug_option
def paths(
    *,
    source: str,
    goal: str,
    limit: int,
    through_code: bool,
    explain: bool,
    format_: str,
    inputs: Sequence[str],
    output: str | None,
    config: str | None,
    no_organization: bool,
) -> int:
    """How does one get from someone to something, over several steps? The shortest paths come first.

    Ends with 1 where there is a path.
    """
    from itertools import islice

    from wa_policy import api
    from wa_policy.cli import output as to
    from wa_policy.reporters.graph_text import paths_json, paths_text

    inventory = read_inputs(inputs, config=config, no_organization=no_organization)
    ways = api.find_paths(inventory, source, goal, through_code=through_code or source == "public")
    found = list(islice(ways, limit) if limit else ways)
    more = limit > 0 and next(ways, None) is not None
    to.write(
        paths_json(found, more=more) if format_ == "json" else paths_text(found, explain=explain, more=more),
        output,
    )
    if found:
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if api.lost_input(inventory.problems) else ExitCode.CLEAN
