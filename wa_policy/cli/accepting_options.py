"""Options of what somebody accepted: waivers, a baseline, and what a change does not touch."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wa_policy.errors import UsageError

if TYPE_CHECKING:
    from wa_policy.findings import Report
    from wa_policy.inventory.model import Inventory
    from wa_policy.settings import Settings


def accepting_options(command: Any) -> Any:
    """`--waivers`, the options of the baseline, and `--changed-only`."""
    for option in (
        click.option(
            "--changed-only",
            metavar="BASE",
            help="Accept findings in files that are as they were at this revision of Git, such as origin/main.",
        ),
        click.option(
            "--update-baseline", is_flag=True, help="Take out of the baseline what is no longer found."
        ),
        click.option(
            "--write-baseline", metavar="FILE", help="Write a baseline that accepts all that is found now."
        ),
        click.option("--baseline", metavar="FILE", help="Accept what this baseline holds."),
        click.option("--waivers", metavar="FILE", help="Accepted risks; see docs/findings.md."),
    ):
        command = option(command)
    return command


def accepted(
    report: Report,
    inventory: Inventory,
    settings: Settings,
    today: date,
    *,
    only: Collection[str],
    waivers: str | None,
    baseline: str | None,
    write_baseline: str | None,
    update_baseline: bool,
    changed_only: str | None,
) -> Report:
    """The report after what was accepted; writes the baseline where that is asked for.

    Raises LoadError and UsageError before anything is written.
    """
    from wa_policy import api
    from wa_policy.cli.output import write

    waivers = waivers or settings.waivers
    baseline = baseline or (None if write_baseline else settings.baseline)
    if update_baseline and baseline is None:
        raise UsageError("`--update-baseline` needs a baseline", advice="name it with --baseline FILE")
    changed = None if changed_only is None else changed_files(changed_only)
    all_ = (*(api.read_waivers(waivers) if waivers is not None else ()), *api.waivers_in(inventory))
    if all_:
        report = api.waive(report, all_, today, only=only, settings=settings)
    if write_baseline is not None:
        write(api.baseline_text(report), write_baseline)
        return api.without_baseline(report, write_baseline)
    if baseline is not None:
        text = api.reduced_baseline_text(report, baseline) if update_baseline else None
        report = api.without_baseline(report, baseline)
        if text is not None:
            write(text, baseline)
    if changed is not None and changed_only is not None:
        report = api.only_changed(report, changed, changed_only)
    return report


def changed_files(base: str) -> frozenset[str]:
    """The files that differ from the revision, new ones included: relative to here, with `./`, and absolute."""
    if base.startswith("-"):
        raise UsageError(f"found `--changed-only {base}`, expected a revision of Git such as origin/main")
    top = _git("rev-parse", "--show-toplevel", base=base).rstrip("\n")
    # Three dots: what changed here since the branches parted, not what changed over there.
    names = _git("diff", "--name-only", "-z", f"{base}...", base=base).split("\0")
    names += _git("diff", "--name-only", "-z", "HEAD", base=base).split("\0")
    names += _git("ls-files", "--others", "--exclude-standard", "--full-name", "-z", base=base).split("\0")
    found: set[str] = set()
    for name in filter(None, names):
        path = Path(top, name)
        relative = os.path.relpath(path)
        found.update((str(path), relative, os.path.join(".", relative)))  # noqa: PTH118  # `Path` drops the dot
    return frozenset(found)


def _git(*arguments: str, base: str) -> str:
    try:
        done = subprocess.run(("git", *arguments), capture_output=True, check=False)  # noqa: S603, S607
    except OSError as error:
        raise UsageError("`--changed-only` needs Git, which was not found") from error
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(
            f"Git does not tell what changed since `{base}`: {words[0] if words else 'it failed'}"
        )
    return done.stdout.decode("utf-8", "surrogateescape")
