"""`wa-policy completion`"""

from __future__ import annotations

import click

from wa_policy.cli.debug import debug_option

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@debug_option
def completion(*, shell: str) -> None:
    """Print the completion script of a shell.

    For bash: eval "$(wa-policy completion bash)" in ~/.bashrc; for zsh the same in ~/.zshrc; for fish
    wa-policy completion fish > ~/.config/fish/completions/wa-policy.fish
    """
    from click.shell_completion import get_completion_class

    from wa_policy.cli.main import COMPLETE, cli

    script = get_completion_class(shell)
    if script is not None:
        click.echo(script(cli, {}, "wa-policy", COMPLETE).source())
