"""`wa-policy init`"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import ExitCode
from wa_policy.errors import UsageError


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--output", metavar="FILE", default="wa-policy.yaml", show_default=True, help="The settings.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
@debug_option
def init(paths: Sequence[str], output: str, force: bool) -> int:
    """Write settings to start from, with what the exports and templates at PATH show.

    Nothing is guessed: what was seen stands there as a comment.
    """
    from wa_policy import api
    from wa_policy.cli.progress import progress_line
    from wa_policy.inventory.model import Inventory

    if Path(output).exists() and not force:  # told before much is read
        raise UsageError(
            f"there is `{output}`, expected a name of its own", advice="`--force` writes it anew"
        )
    inventory = Inventory()
    if paths:
        with progress_line("reading file") as progress:
            inventory = api.read(paths, progress=progress)
    seen = api.seen_in(inventory, paths)
    api.write_starter(api.starter_settings(seen), output, force=force)
    click.echo(f"{output}: written; next `wa-policy scan {' '.join(paths) or 'PATH'}`")
    return ExitCode.CLEAN
