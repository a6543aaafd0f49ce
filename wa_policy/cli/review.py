"""`wa-policy review`"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import HELP, ExitCode
from wa_policy.cli.input_options import organization_options, read_input, rule_options, settings_of, stdin_for
from wa_policy.cli.report_options import day_of
from wa_policy.errors import UsageError

if TYPE_CHECKING:
    from wa_policy.review.model import Review
    from wa_policy.settings import Settings

FORMATS = ("markdown", "html", "json", "questions", "lens", "lens-answers")
_ENDINGS = {
    "md": "markdown",
    "html": "html",
    "htm": "html",
    "json": "json",
    "yaml": "questions",
    "yml": "questions",
}


@click.command(epilog=HELP)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--answers", metavar="FILE", help="What reviewers said to the manual questions; see docs/review.md."
)
@click.option("--waivers", metavar="FILE", help="Accepted risks; see docs/findings.md.")
@click.option(
    "--since", metavar="FILE", help="An earlier review, written as JSON: what is another than there?"
)
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), help="The form of the review. [default: markdown]"
)
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="[FORMAT:]FILE",
    help="Write the review there instead of standard output (`-`); may be repeated. "
    "The ending says the format where neither the option nor --format does.",
)
@click.option(
    "--lens-alias", default="serverless", show_default=True, help="The lens that `lens-answers` answers."
)
@click.option(
    "--workload", default="WORKLOAD_ID", help="The id of the workload that `lens-answers` is about."
)
@click.option(
    "--today", metavar="DATE", help="The day of the review, such as 2027-01-31; else that of the clock."
)
@rule_options
@organization_options
@debug_option
def review(
    *,
    paths: Sequence[str],
    answers: str | None,
    waivers: str | None,
    since: str | None,
    format_: str | None,
    outputs: Sequence[str],
    lens_alias: str,
    workload: str,
    today: str | None,
    config: str | None,
    profile: str | None,
    parameters: Sequence[str],
    no_organization: bool,
) -> int:
    """Write the review of the Serverless Lens: each choice with its evidence, the risks, and what is to be done.

    PATH is a file, a folder, or `-` for standard input.
    """
    from wa_policy import api
    from wa_policy.cli.output import write
    from wa_policy.cli.progress import progress_line

    day = day_of(today)
    to = review_targets(format_, outputs)
    settings = settings_of(
        paths, config=config, profile=profile, parameters=parameters, no_organization=no_organization
    )
    inventory = read_input(paths, settings, kind=None, stdin=stdin_for(paths))
    with progress_line("checking rule") as progress:
        found = api.make_review(
            inventory, settings, today=day, waivers=waivers, answers=answers, since=since, progress=progress
        )
    rendered = [(_render(one, found, settings, lens_alias, workload), file) for one, file in to]
    for text, file in rendered:
        write(text, file)
    return ExitCode.INCOMPLETE if api.lost_input(found.problems) else ExitCode.CLEAN


def _render(format_: str, found: Review, settings: Settings, lens_alias: str, workload: str) -> str:
    from wa_policy import api

    if format_ == "lens":
        return api.custom_lens(settings)
    if format_ == "lens-answers":
        return api.lens_answers(found, lens_alias=lens_alias, workload_id=workload)
    return api.render_review(found, format_)


def review_targets(format_: str | None, outputs: Sequence[str]) -> tuple[tuple[str, str | None], ...]:
    """Each format with the file it goes to, None for standard output. Raises UsageError."""
    if not outputs:
        return ((format_ or "markdown", None),)
    found: list[tuple[str, str | None]] = []
    for output in outputs:
        prefix, colon, file = output.partition(":")
        if colon and prefix in FORMATS:
            if not file:
                raise UsageError(f"found `--output {output}`, expected a file after the colon")
            found.append((prefix, None if file == "-" else file))
        else:
            known = format_ or _ENDINGS.get(output.rpartition(".")[2].lower()) or "markdown"
            found.append((known, None if output == "-" else output))
    files = [file for _, file in found]
    twice = [file or "-" for file in files if files.count(file) > 1]
    if twice:
        raise UsageError(f"two reviews go to `{twice[0]}`, expected a file for each")
    return tuple(found)
