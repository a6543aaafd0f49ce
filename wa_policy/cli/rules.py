"""`wa-policy rules`: the rules there are, and the tools of those who write some"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from wa_policy.errors import Problem
    from wa_policy.settings import Settings

STARTERS = ("forbid", "permit", "require", "shape", "no_path", "manual")
"""Those of `api.rule_starters`, which is not loaded for `--help`."""


@click.group()
@debug_option
def rules() -> None:
    """The rules that wa-policy checks, and tools to write some."""


def _config_option(command: Any) -> Any:
    return click.option(
        "--config", metavar="FILE", help="The settings; else wa-policy.yaml in the current folder."
    )(command)


def _jobs_option(command: Any) -> Any:
    return click.option(
        "--jobs", type=click.IntRange(min=1), help="So many processes; without it one for each core."
    )(command)


def _settings(config: str | None) -> Settings:
    from wa_policy.api.config import find_config, read_config
    from wa_policy.settings import Settings

    file = find_config(()) if config is None else config
    return Settings() if file is None else read_config(file)


@rules.command("list")
@_config_option
@debug_option
def list_rules(config: str | None) -> None:
    """All rules: id, severity, profile and title."""
    from wa_policy import api

    facts = api.rules(_settings(config))
    longest = max((len(rule.id) for rule in facts), default=0)
    for rule in facts:
        click.echo(f"{rule.id:<{longest}}  {rule.severity:<8}  {rule.profile:<6}  {rule.title}")


@rules.command("show")
@click.argument("rule_id", metavar="ID")
@_config_option
@debug_option
def show_rule(rule_id: str, config: str | None) -> None:
    """One rule: why it matters, how to mend it, its parameters, what it cannot see."""
    from wa_policy import api
    from wa_policy.cli.output import width
    from wa_policy.reporters.rule import render, render_parameters

    settings = _settings(config)
    columns = width(None)
    click.echo(render(api.rule(rule_id, settings), width=columns), nl=False)
    rows = [(one.name, one.type, one.value, one.doc) for one in api.rule_parameters(rule_id, settings)]
    click.echo(render_parameters(rows, width=columns), nl=False)


@rules.command("test")
@click.argument("targets", nargs=-1, metavar="[PATH|ID]...")
@_jobs_option
@_config_option
@debug_option
def test(targets: Sequence[str], jobs: int | None, config: str | None) -> int:
    """Run the examples of rules.

    PATH is a rule file or a folder of them, ID the id of a rule. Without any, all rules that the settings load.
    """
    from wa_policy import api
    from wa_policy.cli.progress import progress_line

    settings = _settings(config)
    with progress_line("testing rule") as progress:
        done = api.run_examples(targets, settings, jobs=_jobs(jobs), progress=progress)
    _show(done.failures)
    counted = f"{_number(done.rules, 'rule')}, {_number(done.examples, 'example')}"
    if not done.failures:
        click.echo(f"{counted}: all as expected")
        return ExitCode.CLEAN
    click.echo(f"{counted}: {_number(len(done.failures), 'difference')} from what is expected")
    return ExitCode.FINDINGS


@rules.command("lint")
@click.argument("targets", nargs=-1, metavar="[PATH|ID]...")
@click.option("--strict", is_flag=True, help="End with 1 for warnings too.")
@_jobs_option
@_config_option
@debug_option
def lint(targets: Sequence[str], strict: bool, jobs: int | None, config: str | None) -> int:
    """Find weak places of rules: tests that cannot hold, and changes that no example notices.

    PATH is a rule file or a folder of them, ID the id of a rule. Without any, all rules that the settings load.
    A file rule-lint.yaml in the folder of the rules says what is accepted.
    """
    from wa_policy import api
    from wa_policy.cli.progress import progress_line

    settings = _settings(config)
    with progress_line("changing rule") as progress:
        found = api.lint_rules(targets, settings, jobs=_jobs(jobs), progress=progress)
    _show(found.errors)
    _show(found.warnings, "warning: ")
    click.echo(
        f"{_number(found.rules, 'rule')}: {_number(len(found.errors), 'error')}, "
        f"{_number(len(found.warnings), 'warning')}, {found.accepted} accepted"
    )
    return ExitCode.FINDINGS if found.errors or (strict and found.warnings) else ExitCode.CLEAN


@rules.command("docs")
@click.option("--output", metavar="DIR", default="docs/rules", show_default=True, help="Where the pages go.")
@click.option("--check", is_flag=True, help="Write nothing; end with 1 where a page is out of date.")
@_config_option
@debug_option
def docs(output: str, check: bool, config: str | None) -> int:
    """Write a Markdown page for each rule, and an index by pillar and by check-mark."""
    from wa_policy import api

    pages = api.rule_pages(_settings(config))
    if check:
        stale = api.stale_pages(pages, output)
        for name in stale:
            click.echo(f"{output}/{name}: out of date", err=True)
        click.echo(f"{_number(len(pages), 'page')}, {len(stale)} out of date")
        return ExitCode.FINDINGS if stale else ExitCode.CLEAN
    changed = api.write_rule_pages(pages, output)
    click.echo(f"{output}: {_number(len(pages), 'page')}, {len(changed)} changed")
    return ExitCode.CLEAN


@rules.command("new")
@click.argument("rule_id", metavar="ID")
@click.option("--kind", type=click.Choice(STARTERS), required=True, help="What the rule checks.")
@click.option("--folder", metavar="DIR", default=".", show_default=True, help="Where the file goes.")
@_config_option
@debug_option
def new(rule_id: str, kind: str, folder: str, config: str | None) -> int:
    """Write a rule to start from, with comments."""
    from wa_policy import api

    known = frozenset(rule.id for rule in api.rules(_settings(config)))
    path = api.new_rule(rule_id, kind, folder, known=known)
    click.echo(f"{path}: change it, then run `wa-policy rules test {path}`")
    return ExitCode.CLEAN


def _jobs(given: int | None) -> int:
    import os

    return given if given is not None else os.cpu_count() or 1


def _show(problems: Sequence[Problem], mark: str = "") -> None:
    from wa_policy.findings.visible import visible

    for problem in problems:
        click.echo(f"{visible(problem.file)}:{problem.line}: {mark}{visible(problem.message)}")
        if problem.advice:
            click.echo(f"  {visible(problem.advice)}")


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
