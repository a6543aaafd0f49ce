"""`wa-policy rules list` and `wa-policy rules show`"""

from __future__ import annotations

import click

from wa_policy.cli.debug import debug_option


@click.group()
@debug_option
def rules() -> None:
    """The rules that wa-policy checks."""


@rules.command("list")
@debug_option
def list_rules() -> None:
    """All rules: id, severity, profile and title."""
    from wa_policy import api

    facts = api.rules()
    longest = max((len(rule.id) for rule in facts), default=0)
    for rule in facts:
        click.echo(f"{rule.id:<{longest}}  {rule.severity:<8}  {rule.profile:<6}  {rule.title}")


@rules.command("show")
@click.argument("rule_id", metavar="ID")
@debug_option
def show_rule(rule_id: str) -> None:
    """One rule: why it matters, how to mend it, what it cannot see."""
    from wa_policy import api
    from wa_policy.cli.output import width
    from wa_policy.reporters.rule import render

    click.echo(render(api.rule(rule_id), width=width(None)), nl=False)
