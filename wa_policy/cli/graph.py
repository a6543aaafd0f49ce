"""`wa-policy graph`"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import HELP, ExitCode
from wa_policy.cli.graph_options import graph_options, read_inputs
from wa_policy.errors import UsageError

_FORMATS = ("json", "graphml", "dot", "mermaid", "cypher-csv", "html")


@click.command(epilog=HELP)
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="json", show_default=True)
@graph_options
@debug_option
def graph(
    *, format_: str, inputs: Sequence[str], output: str | None, config: str | None, no_organization: bool
) -> int:
    """Write the graph: who reaches what, and through whom.

    With `--format cypher-csv`, `--output` names a folder for two files.
    """
    from importlib import import_module

    from wa_policy import api
    from wa_policy.cli import output as to

    if format_ == "cypher-csv" and output is None:
        raise UsageError("`--format cypher-csv` makes several files, expected `--output FOLDER`")
    inventory = read_inputs(inputs, config=config, no_organization=no_organization)
    web = api.web(inventory)
    if format_ == "cypher-csv" and output is not None:
        from wa_policy.reporters.graph_csv import files

        try:
            Path(output).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UsageError(f"`{output}` cannot be made a folder: {reason}") from error
        for name, text in files(web, api.catalog()).items():
            to.write(text, str(Path(output) / name))
    else:
        reporter = import_module(f"wa_policy.reporters.graph_{format_}")
        with api.without_collector():
            rendered = reporter.render(web, api.catalog())
        to.write(rendered, output)
    return ExitCode.INCOMPLETE if api.lost_input(inventory.problems) else ExitCode.CLEAN
