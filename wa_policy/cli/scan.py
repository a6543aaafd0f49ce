"""`wa-policy scan`"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from wa_policy.cli.accepting_options import accepted, accepting_options
from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import HELP, ExitCode
from wa_policy.cli.input_options import (
    KINDS,
    organization_options,
    read_input,
    rule_options,
    settings_of,
    stdin_for,
)
from wa_policy.cli.report_options import day_of, report_options, targets, write_reports
from wa_policy.cli.store_options import store_options, store_report

if TYPE_CHECKING:
    from wa_policy.findings import Report

SEVERITIES = ("critical", "high", "medium", "low", "info")
"""Those of `Severity`, which is not loaded for `--help`."""


@click.command(epilog=HELP)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@report_options
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="high",
    show_default=True,
    help="End with 1 from this severity upward.",
)
@click.option("--fail-on-unknown", is_flag=True, help="An unknown verdict counts as a finding.")
@click.option("--exit-zero", is_flag=True, help="End with 0 instead of 1 and 4.")
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Only this rule; may be repeated.")
@accepting_options
@store_options
@click.option("--kind", type=click.Choice(KINDS), help="The kind of policy documents that stand alone.")
@rule_options
@organization_options
@debug_option
def scan(
    *,
    paths: Sequence[str],
    format_: str | None,
    outputs: Sequence[str],
    fail_on: str,
    fail_on_unknown: bool,
    exit_zero: bool,
    rules: Sequence[str],
    show_unknown: bool,
    today: str | None,
    kind: str | None,
    config: str | None,
    profile: str | None,
    parameters: Sequence[str],
    no_organization: bool,
    store_: str | None,
    series: str,
    owner_tag: str,
    **accepting: Any,
) -> int:
    """Check exported AWS documents against the rules.

    PATH is a file, a folder, or `-` for standard input.
    """
    from wa_policy import api
    from wa_policy.cli.progress import progress_line

    day = day_of(today)
    to = targets(format_, outputs)
    settings = settings_of(
        paths, config=config, profile=profile, parameters=parameters, no_organization=no_organization
    )
    stdin = stdin_for(paths)
    inventory = read_input(paths, settings, kind=kind, stdin=stdin)
    with progress_line("checking rule") as progress:
        report = api.scan(inventory, settings, only=rules, progress=progress, today=day)
    report = accepted(report, inventory, settings, day, only=rules, **accepting)
    store_report(report, inventory, today=today, store_=store_, series=series, owner_tag=owner_tag)
    lines = api.locate(report, stdin=stdin)
    graph = api.graph_page(inventory) if any(name == "html" for name, _ in to) else ""
    write_reports(report, lines, to, today=day, show_unknown=show_unknown, graph=graph)
    return (
        ExitCode.CLEAN if exit_zero else exit_code(report, fail_on=fail_on, fail_on_unknown=fail_on_unknown)
    )


def exit_code(report: Report, *, fail_on: str, fail_on_unknown: bool) -> ExitCode:
    """What a scan with this report ends with."""
    from wa_policy import api
    from wa_policy.findings import Severity

    counted = report.findings + (report.unknown if fail_on_unknown else ())
    if any(result.rule.severity.rank <= Severity(fail_on).rank for result in counted):
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if api.lost_input(report.problems) else ExitCode.CLEAN
