"""`wa-policy history`"""

from __future__ import annotations

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import ExitCode

GROUPINGS = ("pillar", "rule", "owner", "account", "severity")
"""Those of `findings.history.Grouping`, which is not loaded for `--help`."""


@click.command()
@click.option("--store", "store_", metavar="FILE", required=True, help="The file that `scan --store` wrote.")
@click.option(
    "--by", type=click.Choice(GROUPINGS), default="pillar", show_default=True, help="What is counted."
)
@click.option(
    "--series", default="", metavar="NAME", help="The series of scans, as `scan --series` named it."
)
@click.option("--last", type=click.IntRange(min=1), default=12, show_default=True, help="Scans in the table.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--output", metavar="FILE", help="Write it there instead of standard output.")
@debug_option
def history(*, store_: str, by: str, series: str, last: int, format_: str, output: str | None) -> int:
    """How findings went from scan to scan: the trend, what got worse, and how long it takes to mend them."""
    from wa_policy import api
    from wa_policy.cli import output as to
    from wa_policy.reporters.history import render_json, render_text

    found = api.history(store_, by, series=series, last=last)
    to.write(render_json(found) if format_ == "json" else render_text(found), output)
    return ExitCode.CLEAN
