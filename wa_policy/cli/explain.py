"""`wa-policy explain`"""

from __future__ import annotations

from typing import Any

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import HELP
from wa_policy.cli.question import asked, question_options
from wa_policy.errors import UsageError


@click.command(epilog=HELP)
@click.argument("subject", nargs=-1, required=True, metavar="CASE.json | PRINCIPAL ACTION RESOURCE")
@question_options
@debug_option
def explain(subject: tuple[str, ...], format_: str, **options: Any) -> None:
    """Why is a request allowed or denied?

    The request is a case in the neutral form (`-`: on standard input), or PRINCIPAL ACTION RESOURCE as for `can`.
    It ends with 0 whatever the decision is.
    """
    from wa_policy import api
    from wa_policy.cli.input_options import stdin_for
    from wa_policy.reporters.explanation import explanation_json, explanation_text

    match subject:
        case (file,):
            if options["inputs"] or options["context"]:
                raise UsageError("a case says all by itself, expected no --input and no --context")
            raw = api.read_case_file(file, stdin=stdin_for(subject))
            explanation = api.explain_case(raw, file)
        case (principal, action, resource):
            explanation = asked(principal, action, resource, **options)
        case _:
            raise UsageError(
                f"found {len(subject)} arguments, expected CASE.json, or PRINCIPAL ACTION RESOURCE"
            )
    render = explanation_json if format_ == "json" else explanation_text
    click.echo(render(explanation), nl=False)
