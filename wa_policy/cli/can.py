"""`wa-policy can`"""

from __future__ import annotations

from typing import Any

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import HELP, ExitCode
from wa_policy.cli.question import asked, question_options


@click.command(epilog=HELP)
@click.argument("principal")
@click.argument("action")
@click.argument("resource")
@question_options
@debug_option
def can(principal: str, action: str, resource: str, format_: str, **options: Any) -> int:
    """May PRINCIPAL do ACTION on RESOURCE, by the documents read?

    PRINCIPAL is an ARN, an AWS service, or `*` for anyone; RESOURCE an ARN, or `*` for an action without a resource.
    """
    from wa_policy.evaluator.evaluate import Outcome
    from wa_policy.reporters.explanation import decision_json, decision_text

    explanation = asked(principal, action, resource, **options)
    render = decision_json if format_ == "json" else decision_text
    click.echo(render(explanation), nl=False)
    match explanation.decision.outcome:
        case Outcome.ALLOWED:
            return ExitCode.CLEAN
        case Outcome.UNKNOWN:
            return ExitCode.INCOMPLETE
        case Outcome.EXPLICITLY_DENIED | Outcome.IMPLICITLY_DENIED:
            return ExitCode.FINDINGS
