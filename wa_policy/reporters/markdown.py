"""A report as Markdown for a comment on a pull request: a table, then each finding folded away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from wa_policy.findings import Report, Result, Severity
from wa_policy.findings.acceptance import acceptance
from wa_policy.findings.visible import visible
from wa_policy.iam.source import Source
from wa_policy.reporters.options import Options
from wa_policy.reporters.wording import evidence, headline, shown_subject

MOST_ROWS = 100
"""GitHub takes comments of up to 65,536 characters."""
MOST_DETAILS = 25


def render(report: Report, lines: Mapping[Source, int], options: Options) -> str:
    """The report as GitHub-flavoured Markdown; text from the input stands in code spans, so nothing in it is markup."""
    return "\n".join(_all(report, lines, show_unknown=options.show_unknown)) + "\n"


def _all(report: Report, lines: Mapping[Source, int], *, show_unknown: bool) -> Iterator[str]:
    yield f"### wa-policy: {summary_line(report)}"
    yield ""
    if report.findings:
        yield from _table(report.findings, lines)
        yield ""
        for result in report.findings[:MOST_DETAILS]:
            yield from _details(result, lines)
        if len(report.findings) > MOST_DETAILS:
            yield f"The details of {len(report.findings) - MOST_DETAILS} more findings are left out here."
            yield ""
    if show_unknown and report.unknown:
        yield "<details><summary>Unknown verdicts</summary>"
        yield ""
        for result in report.unknown[:MOST_ROWS]:
            reasons = "; ".join(str(reason) for reason in result.reasons)
            yield f"- {code(result.rule.id)} on {code(shown_subject(result))}: {code(reasons)}"
        if len(report.unknown) > MOST_ROWS:
            yield f"- and {len(report.unknown) - MOST_ROWS} more"
        yield ""
        yield "</details>"
        yield ""
    if report.accepted:
        yield "<details><summary>Accepted</summary>"
        yield ""
        for result in report.accepted[:MOST_ROWS]:
            yield f"- {code(result.rule.id)} on {code(shown_subject(result))}: {code(acceptance(result))}"
        if len(report.accepted) > MOST_ROWS:
            yield f"- and {len(report.accepted) - MOST_ROWS} more"
        yield ""
        yield "</details>"
        yield ""
    for problem in report.problems:
        line = problem.line or lines.get(Source(problem.file, problem.pointer), 0)
        place = f"{problem.file}:{line}" if line else f"{problem.file} {problem.pointer}".rstrip()
        yield f"- input: {code(place)} {code(problem.message)}"


def summary_line(report: Report) -> str:
    """The counts in one line: findings by severity, unknown verdicts, accepted results, problems of the input."""
    by_severity = [
        f"{report.severities[severity]} {severity.value}"
        for severity in Severity
        if report.severities[severity]
    ]
    found = _count(len(report.findings), "finding")
    parts = [f"{found} ({', '.join(by_severity)})" if by_severity else "no findings"]
    if report.unknown:
        parts.append(f"{len(report.unknown)} unknown")
    if report.accepted:
        parts.append(f"{len(report.accepted)} accepted")
    if report.problems:
        parts.append(_count(len(report.problems), "problem") + " in the input")
    return ", ".join(parts)


def _table(findings: Sequence[Result], lines: Mapping[Source, int]) -> Iterator[str]:
    yield "| severity | rule | subject | what | where |"
    yield "|---|---|---|---|---|"
    for result in findings[:MOST_ROWS]:
        cells = (
            result.rule.severity.value,
            code(result.rule.id),
            code(shown_subject(result)),
            code(headline(result)),
            code(_place(result, lines)),
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    if len(findings) > MOST_ROWS:
        yield f"| | | and {len(findings) - MOST_ROWS} more | | |"


def _details(result: Result, lines: Mapping[Source, int]) -> Iterator[str]:
    yield f"<details><summary>{result.rule.severity.value}: {_html(shown_subject(result))}</summary>"
    yield ""
    yield f"{code(headline(result))}"
    yield ""
    for shown in evidence(result):
        yield f"- {code(shown)}"
    yield f"- at {code(_place(result, lines))}"
    yield ""
    if result.rule.why:
        yield f"{_prose(result.rule.why)}"
        yield ""
    if "text" in result.rule.fix:
        yield f"**Fix:** {_prose(result.rule.fix['text'])}"
        yield ""
    yield "</details>"
    yield ""


def _place(result: Result, lines: Mapping[Source, int]) -> str:
    line = lines.get(result.source)
    return (
        f"{result.source.file}:{line}" if line else f"{result.source.file} {result.source.pointer}".rstrip()
    )


def code(text: str) -> str:
    """The text as a code span, whatever is in it (https://spec.commonmark.org/0.31.2/#code-spans)."""
    text = visible(text)
    if not text.strip():
        return "` `"
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    padding = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def _html(text: str) -> str:
    return visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")


def _prose(text: str) -> str:
    """Text of a rule: its own code spans stay, what could begin an element does not."""
    return " ".join(visible(part) for part in text.split()).replace("<", "&lt;")


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
