"""Findings as commands of a GitHub workflow, which shows them at their lines.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wa_policy.findings import Report, Result, Severity
from wa_policy.findings.visible import visible
from wa_policy.iam.source import Source
from wa_policy.reporters.markdown import summary_line
from wa_policy.reporters.options import Options
from wa_policy.reporters.wording import evidence, headline, shown_subject

_COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}


def render(report: Report, lines: Mapping[Source, int], options: Options) -> str:
    """A command for each finding and problem, and a last line with the counts."""
    return "\n".join(_commands(report, lines, show_unknown=options.show_unknown)) + "\n"


def _commands(report: Report, lines: Mapping[Source, int], *, show_unknown: bool) -> Iterator[str]:
    for result in report.findings:
        yield _command(_COMMANDS[result.rule.severity], result, lines)
    if show_unknown:
        for result in report.unknown:
            yield _command("notice", result, lines)
    for problem in report.problems:
        line = problem.line or lines.get(Source(problem.file, problem.pointer), 0)
        yield _written("warning", problem.file, line, problem.code, problem.message)
    # A line that begins with `::` is a command, and this one is none.
    yield f"wa-policy: {summary_line(report)}"


def _command(name: str, result: Result, lines: Mapping[Source, int]) -> str:
    text = "\n".join(map(visible, (f"{shown_subject(result)}: {headline(result)}", *evidence(result))))
    title = f"{result.rule.id} ({result.rule.severity.value})"
    return _written(name, result.source.file, lines.get(result.source, 0), title, text)


def _written(name: str, file: str, line: int, title: str, text: str) -> str:
    properties = [f"file={_property(visible(file))}"]
    if line:
        properties.append(f"line={line}")
    properties.append(f"title={_property(title)}")
    shown = "\n".join(map(visible, text.split("\n")))
    return f"::{name} {','.join(properties)}::{_escaped(shown)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
