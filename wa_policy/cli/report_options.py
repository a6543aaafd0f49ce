"""Options that say which reports are written, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from wa_policy.errors import UsageError

if TYPE_CHECKING:
    from wa_policy.findings import Report
    from wa_policy.iam.source import Source

FORMATS = ("text", "json", "sarif", "junit", "markdown", "html", "github", "gitlab", "asff", "ocsf")
"""Those of `reporters.formats`, which is not loaded for `--help`."""


def report_options(command: Any) -> Any:
    """`--format`, `--output`, `--show-unknown` and `--today`."""
    for option in (
        click.option(
            "--today",
            metavar="DATE",
            help="The day for waivers and for formats with a time, such as 2027-01-31; else that of the clock.",
        ),
        click.option("--show-unknown", is_flag=True, help="List the unknown verdicts, with what is missing."),
        click.option(
            "--output",
            "outputs",
            multiple=True,
            metavar="[FORMAT:]FILE",
            help="Write a report there instead of standard output (`-`); may be repeated. "
            "The ending says the format where neither the option nor --format does.",
        ),
        click.option(
            "--format", "format_", type=click.Choice(FORMATS), help="The form of the report. [default: text]"
        ),
    ):
        command = option(command)
    return command


def day_of(today: str | None) -> date:
    """The day that the option names, else the day of the clock. Raises UsageError."""
    if today is None:
        return date.today()  # noqa: DTZ011  # the day where the user is
    try:
        return date.fromisoformat(today)
    except ValueError:
        raise UsageError(f"found `--today {today}`, expected a date such as 2027-01-31") from None


def targets(format_: str | None, outputs: Sequence[str]) -> tuple[tuple[str, str | None], ...]:
    """Each format with the file it goes to, None for standard output. Raises UsageError."""
    from wa_policy.reporters.formats import format_of_file

    if not outputs:
        return ((format_ or "text", None),)
    found: list[tuple[str, str | None]] = []
    for output in outputs:
        prefix, colon, file = output.partition(":")
        if colon and prefix in FORMATS:
            if not file:
                raise UsageError(f"found `--output {output}`, expected a file after the colon")
            found.append((prefix, None if file == "-" else file))
        else:
            known = format_ or format_of_file(output) or "text"
            found.append((known, None if output == "-" else output))
    files = [file for _, file in found]
    twice = [file or "-" for file in files if files.count(file) > 1]
    if twice:
        raise UsageError(f"two reports go to `{twice[0]}`, expected a file for each")
    return tuple(found)


def write_reports(
    report: Report,
    lines: Mapping[Source, int],
    to: Sequence[tuple[str, str | None]],
    *,
    today: date,
    show_unknown: bool,
    graph: str = "",
) -> None:
    """Write the report in each format; all are rendered before the first is written."""
    from importlib.metadata import version

    from wa_policy.cli.output import wants_color, width, write
    from wa_policy.reporters.formats import render
    from wa_policy.reporters.options import Options

    rendered = [
        (
            render(
                format_,
                report,
                lines,
                Options(today, version("wa-policy"), show_unknown, wants_color(file), width(file), graph),
            ),
            file,
        )
        for format_, file in to
    ]
    for text, file in rendered:
        write(text, file)
