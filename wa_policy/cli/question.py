"""The arguments of a question on one request, for `can` and `explain`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from wa_policy.cli.input_options import organization_options, read_input, settings_of, stdin_for
from wa_policy.errors import UsageError

if TYPE_CHECKING:
    from wa_policy.evaluator.explain import Explanation


def question_options(command: Any) -> Any:
    """`--context`, `--input`, `--format` and what says whether there is an organization."""
    for option in (
        click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True),
        click.option(
            "--input", "inputs", multiple=True, metavar="PATH", help="What is read: a file or folder; may be repeated."
        ),
        click.option(
            "--context", "context", multiple=True, metavar="KEY=VALUE",
            help="A condition key of the request; repeat a key for several values.",
        ),
        organization_options,
    ):  # fmt: skip
        command = option(command)
    return command


def asked(
    principal: str,
    action: str,
    resource: str,
    *,
    context: Sequence[str],
    inputs: Sequence[str],
    config: str | None,
    no_organization: bool,
) -> Explanation:
    """The decision on the request, with its reasons."""
    from wa_policy import api

    if not inputs:
        raise UsageError("no input is named, expected `--input PATH` with the exported documents")
    settings = settings_of(inputs, config=config, no_organization=no_organization)
    inventory = read_input(inputs, settings, stdin=stdin_for(inputs), one_choice=True)
    return api.explain(inventory, principal, action, resource, context_of(context))


def context_of(written: Sequence[str]) -> dict[str, str | list[str]]:
    """The context: a key that is given once is single-valued, one that is repeated multivalued."""
    values: dict[str, list[str]] = {}
    for text in written:
        key, equals, value = text.partition("=")
        if not equals or ":" not in key:
            raise UsageError(
                f"found `--context {text}`, expected KEY=VALUE such as `aws:SourceIp=203.0.113.7`"
            )
        values.setdefault(key, []).append(value)
    return {key: found[0] if len(found) == 1 else found for key, found in values.items()}
