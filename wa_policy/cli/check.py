"""`wa-policy check`"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from wa_policy.cli.debug import debug_option
from wa_policy.cli.exit_codes import HELP, ExitCode
from wa_policy.cli.input_options import organization_options, read_input, rule_options, settings_of, stdin_for

if TYPE_CHECKING:
    from wa_policy.formal.verdicts import Answer

_TYPES = ("identity", "resource", "trust")
_FORMAT = click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True
)
_TYPE = click.option(
    "--policy-type",
    type=click.Choice(_TYPES),
    help="What the documents are; else resource policies if a statement has a Principal.",
)
_FACTS = click.option(
    "--facts",
    type=click.Choice(["aws", "known"]),
    default="aws",
    show_default=True,
    help="aws: as AWS's checks, which know nothing about actions and keys; known: what the catalog knows.",
)


@click.group(epilog=HELP)
@debug_option
def check() -> None:
    """Questions about policy documents, named as in IAM Access Analyzer: 0 passed, 1 failed, 4 not known."""


@check.command("no-new-access", epilog=HELP)
@click.option("--existing", required=True, metavar="FILE", help="The policy that is the reference.")
@click.option("--new", required=True, metavar="FILE", help="The policy that must allow nothing more.")
@_TYPE
@_FACTS
@_FORMAT
@debug_option
def no_new_access(*, existing: str, new: str, policy_type: str | None, facts: str, format_: str) -> int:
    """Does the new policy allow nothing that the existing one does not?"""
    from wa_policy import api

    stdin = stdin_for((existing, new))
    policies = [api.read_policy(path, stdin=stdin) for path in (existing, new)]
    answer = api.check_no_new_access(*policies, kind=_kind(policy_type), facts=facts)
    return _tell(
        answer,
        format_,
        "the new policy allows nothing that the existing one does not",
        "the new policy allows what the existing one does not",
    )


@check.command("access-not-granted", epilog=HELP)
@click.argument("policy", metavar="POLICY")
@click.option(
    "--action", "actions", multiple=True, metavar="ACTION", help="May be repeated; none: any action."
)
@click.option(
    "--resource", "resources", multiple=True, metavar="ARN", help="May be repeated; none: any resource."
)
@_TYPE
@_FACTS
@_FORMAT
@debug_option
def access_not_granted(
    *,
    policy: str,
    actions: Sequence[str],
    resources: Sequence[str],
    policy_type: str | None,
    facts: str,
    format_: str,
) -> int:
    """Does the policy grant none of the actions on any of the resources?"""
    from wa_policy import api
    from wa_policy.errors import UsageError

    if not actions and not resources:
        raise UsageError("nothing is asked about, expected `--action` or `--resource`")
    answer = api.check_access_not_granted(
        api.read_policy(policy, stdin=stdin_for((policy,))),
        actions=actions,
        resources=resources,
        kind=_kind(policy_type),
        facts=facts,
    )
    return _tell(
        answer, format_, "the policy grants none of this access", "the policy grants some of this access"
    )


@check.command("no-public-access", epilog=HELP)
@click.argument("policy", metavar="POLICY")
@click.option("--resource-type", required=True, metavar="TYPE", help="Such as AWS::S3::Bucket.")
@_FORMAT
@debug_option
def no_public_access(*, policy: str, resource_type: str, format_: str) -> int:
    """Does the resource policy let in nobody whom it does not name?"""
    from wa_policy import api

    answer = api.check_no_public_access(api.read_policy(policy, stdin=stdin_for((policy,))), resource_type)
    return _tell(answer, format_, "the policy grants no public access", "the policy grants public access")


@check.command("equivalent", epilog=HELP)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@_TYPE
@_FACTS
@_FORMAT
@debug_option
def equivalent(*, first: str, second: str, policy_type: str | None, facts: str, format_: str) -> int:
    """Do two policies allow the same?"""
    from wa_policy import api

    stdin = stdin_for((first, second))
    policies = [api.read_policy(path, stdin=stdin) for path in (first, second)]
    answer = api.check_equivalent(*policies, kind=_kind(policy_type), facts=facts)
    return _tell(answer, format_, "the policies allow the same", "only one of the policies allows it")


@check.command("forbid", epilog=HELP)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--rule", "rule_id", required=True, metavar="ID", help="The rule whose forbidden requests are searched."
)
@_FORMAT
@rule_options
@organization_options
@debug_option
def forbid(*, paths: Sequence[str], rule_id: str, format_: str, **options: Any) -> int:
    """Is a request that a rule forbids allowed by what stands at the paths?"""
    from wa_policy import api
    from wa_policy.cli.report_options import day_of, write_reports
    from wa_policy.cli.scan import exit_code

    settings = settings_of(paths, **options)
    stdin = stdin_for(paths)
    report = api.check_forbidden(read_input(paths, settings, stdin=stdin), rule_id, settings)
    lines = api.locate(report, stdin=stdin)
    write_reports(report, lines, [(format_, None)], today=day_of(None), show_unknown=True)
    code = exit_code(report, fail_on="info", fail_on_unknown=False)
    return ExitCode.INCOMPLETE if code is ExitCode.CLEAN and report.unknown else code


def _kind(policy_type: str | None) -> Any:
    from wa_policy.iam.policy import PolicyKind

    words = {"identity": PolicyKind.IDENTITY, "resource": PolicyKind.RESOURCE, "trust": PolicyKind.TRUST}
    return None if policy_type is None else words[policy_type]


def _tell(answer: Answer, format_: str, passed: str, failed: str) -> ExitCode:
    from wa_policy.formal.verdicts import Proved, Refuted
    from wa_policy.reporters.check import check_json, check_text

    render = check_json if format_ == "json" else check_text
    click.echo(render(answer, passed, failed), nl=False)
    match answer:
        case Proved():
            return ExitCode.CLEAN
        case Refuted():
            return ExitCode.FINDINGS
        case _:
            return ExitCode.INCOMPLETE
