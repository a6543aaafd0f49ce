"""`--debug`, which is accepted before and behind the name of a command."""

from __future__ import annotations

from typing import Any

import click

DEBUG = "wa_policy.debug"


def _note(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    del param
    if value:
        ctx.meta[DEBUG] = True


def debug_option(command: Any) -> Any:
    """Add the option; `meta` of the context, which all commands share, keeps it."""
    return click.option(
        "--debug",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_note,
        help="Show a traceback on an internal error.",
    )(command)
