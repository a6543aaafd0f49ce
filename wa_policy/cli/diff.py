"""`wa-policy diff`"""

from __future__ import annotations

from typing import Any

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import HELP, ExitCode
from wa_policy.cli.input_options import organization_options, read_input, rule_options, settings_of


@click.command(epilog=HELP)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--format", "format_", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True
)
@click.option("--output", metavar="FILE", help="Write it there instead of standard output.")
@click.option("--exit-zero", is_flag=True, help="End with 0 also where something new was found.")
@rule_options
@organization_options
@debug_option
def diff(*, old: str, new: str, format_: str, output: str | None, exit_zero: bool, **options: Any) -> int:
    """What changes from OLD to NEW: findings and access that appear or go.

    OLD and NEW are files or folders. Ends with 1 if a finding is new or access appears.
    """
    from wa_policy import api
    from wa_policy.cli import output as to
    from wa_policy.reporters import difference as reporter

    settings = settings_of([new], **options)
    before, after = read_input([old], settings), read_input([new], settings)
    found = api.diff(before, after, settings)
    lines = api.locate_results((*found.new, *found.gone))
    renderers = {
        "text": reporter.render_text,
        "markdown": reporter.render_markdown,
        "json": reporter.render_json,
    }
    to.write(renderers[format_](found, lines), output)
    if not exit_zero and (found.new or any(change.appeared for change in found.access)):
        return ExitCode.FINDINGS
    lost = api.lost_input((*before.problems, *after.problems))
    return ExitCode.INCOMPLETE if lost else ExitCode.CLEAN
