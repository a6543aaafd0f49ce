"""Options of the history of scans."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import click

from wa_policy.cli.report_options import day_of

if TYPE_CHECKING:
    from wa_policy.findings import Report
    from wa_policy.inventory.model import Inventory


def store_options(command: Any) -> Any:
    """`--store`, `--series` and `--owner-tag`."""
    for option in (
        click.option(
            "--owner-tag",
            default="Owner",
            show_default=True,
            metavar="NAME",
            help="The tag whose value is the owner of a subject in the store.",
        ),
        click.option(
            "--series", default="", metavar="NAME", help="Tells scans of other inputs in one store apart."
        ),
        click.option(
            "--store", "store_", metavar="FILE", help="Add the scan to this history; see `wa-policy history`."
        ),
    ):
        command = option(command)
    return command


def store_report(
    report: Report,
    inventory: Inventory,
    *,
    today: str | None,
    store_: str | None,
    series: str,
    owner_tag: str,
) -> None:
    """Record the report where a store is named, at the day that `--today` names or at the time of the clock."""
    if store_ is None:
        return
    from importlib.metadata import version

    from wa_policy import api

    taken = datetime.now(UTC) if today is None else datetime.combine(day_of(today), time(), UTC)
    api.record(
        store_, report, inventory, taken, series=series, version=version("wa-policy"), owner_tag=owner_tag
    )
