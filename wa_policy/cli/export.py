"""`wa-policy export`"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import HELP, ExitCode
from wa_policy.errors import UsageError

if TYPE_CHECKING:
    from wa_policy.export.run import Exported

_MOST = 20
NOT_READ = "not-read.txt"
"""The file in the folder that lists what is missing."""


@click.command(epilog=HELP)
@click.option(
    "--out", metavar="DIR", help="The folder to write: a new one, or with --resume the one of before."
)
@click.option("--region", "regions", multiple=True, metavar="REGION", help="A Region; may be repeated.")
@click.option("--all-regions", is_flag=True, help="All Regions that are on for the account.")
@click.option("--account", "accounts", multiple=True, metavar="ID", help="Another account; may be repeated.")
@click.option("--all-accounts", is_flag=True, help="All accounts of the organization.")
@click.option("--role", default="", metavar="NAME", help="The role to assume in other accounts.")
@click.option("--no-organization", is_flag=True, help="Do not ask about the organization.")
@click.option("--resume", is_flag=True, help="Go on: what lies in the folder is not asked again.")
@click.option("--aws-profile", metavar="NAME", help="The profile of the AWS CLI whose credentials are taken.")
@click.option("--endpoint-url", metavar="URL", help="An endpoint instead of those of AWS, for tests.")
@click.option(
    "--print-policy", is_flag=True, help="Print the least-privilege policy that this needs, and do nothing."
)
@debug_option
def export(
    *,
    out: str | None,
    regions: Sequence[str],
    all_regions: bool,
    accounts: Sequence[str],
    all_accounts: bool,
    role: str,
    no_organization: bool,
    resume: bool,
    aws_profile: str | None,
    endpoint_url: str | None,
    print_policy: bool,
) -> int:
    """Read policies and settings from AWS into a folder that `scan` takes.

    The only command that opens a connection. It reads, and changes nothing. Ends with 4 if something could not be read.
    """
    from wa_policy import api
    from wa_policy.cli.progress import progress_line

    if print_policy:
        click.echo(json.dumps(api.export_policy(role=role), indent=2))
        return ExitCode.CLEAN
    if out is None:
        raise UsageError("no folder is named", advice="name it with --out DIR")
    with progress_line("asking") as progress:
        done = api.export(
            out,
            regions=regions,
            every_region=all_regions,
            accounts=accounts,
            every_account=all_accounts,
            role=role,
            organization=not no_organization,
            resume=resume,
            endpoint=endpoint_url,
            aws_profile=aws_profile,
            progress=progress,
        )
    _tell(done, out)
    return ExitCode.INCOMPLETE if done.not_read else ExitCode.CLEAN


def _tell(done: Exported, out: str) -> None:
    from wa_policy.cli.output import write
    from wa_policy.findings.visible import visible

    kept = f", {done.kept} were there" if done.kept else ""
    click.echo(f"{done.written} answers written to {visible(out)}{kept}", err=True)
    lines = [
        visible(f"{one.account} {one.region} {one.call}: {one.reason}{'' if one.lasting else ' (try again)'}")
        for one in done.not_read
    ]
    write("".join(f"{line}\n" for line in lines), f"{out}/{NOT_READ}")
    if lines:
        click.echo(f"{len(lines)} could not be read, see {visible(out)}/{NOT_READ}", err=True)
        for line in lines[:_MOST]:
            click.echo(f"  {line}", err=True)
        if len(lines) > _MOST:
            click.echo(f"  and {len(lines) - _MOST} more", err=True)
        if any(not one.lasting for one in done.not_read):
            click.echo("--resume asks again for what is missing", err=True)
