"""The arguments of the questions on the graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from wa_policy.cli.input_options import organization_options, read_input, settings_of, stdin_for
from wa_policy.errors import UsageError

if TYPE_CHECKING:
    from wa_policy.inventory.model import Inventory


def graph_options(command: Any) -> Any:
    """`--input`, `--output` and what says whether there is an organization."""
    for option in (
        click.option("--output", metavar="FILE", help="Write there instead of standard output."),
        click.option(
            "--input", "inputs", multiple=True, metavar="PATH", help="What is read: a file or folder; may be repeated."
        ),
        organization_options,
    ):  # fmt: skip
        command = option(command)
    return command


def read_inputs(inputs: Sequence[str], *, config: str | None, no_organization: bool) -> Inventory:
    """What stands at the paths of `--input`."""
    if not inputs:
        raise UsageError("no input is named, expected `--input PATH` with the exported documents")
    settings = settings_of(inputs, config=config, no_organization=no_organization)
    return read_input(inputs, settings, stdin=stdin_for(inputs), one_choice=True)
