"""The command `wa-policy`: its subcommands, and what becomes of errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from wa_policy.cli.debug import DEBUG, debug_option
from wa_policy.cli.exit_codes import HELP, ExitCode
from wa_policy.errors import LoadError, RuleError, UsageError

_COMMANDS = {
    "can": ("wa_policy.cli.can", "can"),
    "check": ("wa_policy.cli.check", "check"),
    "completion": ("wa_policy.cli.completion", "completion"),
    "diff": ("wa_policy.cli.diff", "diff"),
    "escalations": ("wa_policy.cli.escalations", "escalations"),
    "export": ("wa_policy.cli.export", "export"),
    "explain": ("wa_policy.cli.explain", "explain"),
    "graph": ("wa_policy.cli.graph", "graph"),
    "guardrails": ("wa_policy.cli.guardrails", "guardrails"),
    "history": ("wa_policy.cli.history", "history"),
    "init": ("wa_policy.cli.init", "init"),
    "paths": ("wa_policy.cli.paths", "paths"),
    "review": ("wa_policy.cli.review", "review"),
    "rules": ("wa_policy.cli.rules", "rules"),
    "scan": ("wa_policy.cli.scan", "scan"),
    "schema": ("wa_policy.cli.schema", "schema"),
    "simulate": ("wa_policy.cli.simulate", "simulate"),
    "what-can": ("wa_policy.cli.what_can", "what_can"),
    "who-can": ("wa_policy.cli.who_can", "who_can"),
}


COMPLETE = "_WA_POLICY_COMPLETE"
"""The variable by which a shell asks for completions."""


class _Commands(click.Group):
    """The subcommands, each imported when it is named or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    del param
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"wa-policy {version('wa-policy')}")
        ctx.exit()


@click.group(
    "wa-policy", cls=_Commands, epilog=HELP, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and exit.",
)
@debug_option
def cli() -> None:
    """Who can really do what in AWS, offline: policies as code, checked against the Well-Architected guidance."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; nothing is raised."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if COMPLETE in os.environ:
        from click.shell_completion import shell_complete

        return shell_complete(cli, {}, "wa-policy", COMPLETE, os.environ[COMPLETE])
    meta: dict[str, object] = {}
    try:
        with cli.make_context("wa-policy", list(arguments)) as context:
            meta = context.meta
            result = cli.invoke(context)
            sys.stdout.flush()
        return int(result) if isinstance(result, int) else ExitCode.CLEAN
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help(), err=True)
        return ExitCode.USAGE
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except UsageError as error:
        _tell(error.message, error.advice)
        return ExitCode.USAGE
    except (LoadError, RuleError) as error:
        _tell_problems(error)
        return ExitCode.USAGE
    except BrokenPipeError:
        # Who read the output has enough. Python must not fail again when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.CLEAN
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return 130  # as shells count: 128 and the number of SIGINT
    except Exception as error:  # noqa: BLE001  # the last resort: one line for the user, the trace on demand
        return _internal(error, debug=bool(meta.get(DEBUG)))


def _tell(message: str, advice: str = "") -> None:
    from wa_policy.findings.visible import visible

    click.echo(f"wa-policy: {visible(message)}", err=True)
    if advice:
        click.echo(f"  {visible(advice)}", err=True)


def _tell_problems(error: LoadError | RuleError) -> None:
    from wa_policy.findings.visible import visible

    if not error.problems or error.problems[0].message != error.message:
        _tell(error.message)
    for problem in error.problems:
        place = (
            f"{problem.file}:{problem.line}" if problem.line else f"{problem.file} {problem.pointer}".rstrip()
        )
        click.echo(f"{visible(place)}: {visible(problem.message)}", err=True)
        if problem.advice:
            click.echo(f"  {visible(problem.advice)}", err=True)


def _internal(error: Exception, *, debug: bool) -> ExitCode:
    if debug:
        from traceback import print_exception

        print_exception(error)
    words = " ".join(f"{type(error).__name__}: {error}".split())
    advice = "" if debug else "; --debug shows where"
    _tell(f"an error of wa-policy itself, please report it: {words}{advice}")
    return ExitCode.INTERNAL
