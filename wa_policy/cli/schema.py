"""`wa-policy schema`"""

from __future__ import annotations

import click

from wa_policy.cli.debug import debug_option

SCHEMAS = ("settings", "report", "rule", "waivers", "baseline", "access-tests")


@click.command()
@click.argument("name", type=click.Choice(SCHEMAS))
@debug_option
def schema(*, name: str) -> None:
    """Print the JSON Schema of a file that wa-policy reads or writes."""
    import json

    from wa_policy.api.schemas import schema as find

    click.echo(json.dumps(find(name), indent=2))
