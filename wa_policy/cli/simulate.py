"""`wa-policy simulate`"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import HELP, ExitCode
from wa_policy.errors import UsageError


@click.command(epilog=HELP)
@click.argument("file", metavar="CASES.jsonl")
@debug_option
def simulate(file: str) -> int:
    """The verdict on each case of a file, one JSON object a line (`-`: standard input).

    A case is a request with the policies that apply to it, in the neutral form of docs/simulate.md. A line that holds
    no case gives `{"line", "error"}`, and the command ends with 4.
    """
    from wa_policy import api
    from wa_policy.reporters.simulation import render

    bad = False
    with _opened(file) as lines:
        for answer in api.simulate(lines):
            members = render(answer)
            bad = bad or "error" in members
            click.echo(json.dumps(members))
    return ExitCode.INCOMPLETE if bad else ExitCode.CLEAN


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115  # errors while the lines are read are not those of opening
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UsageError(f"`{file}` cannot be read: {reason.lower()}, expected a file of cases") from error
    with stream:
        yield stream
