"""A report as JUnit XML, in the form that Jenkins, GitLab, Azure and GitHub actions read.

https://github.com/testmoapp/junitxml collects what those readers agree on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from wa_policy.findings import Report, Result, Verdict
from wa_policy.findings.acceptance import acceptance
from wa_policy.findings.visible import visible
from wa_policy.iam.source import Source
from wa_policy.reporters.options import Options
from wa_policy.reporters.wording import evidence, headline, shown_subject

_ASKED = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN)


def render(report: Report, lines: Mapping[Source, int], options: Options) -> str:
    """A suite for each rule, a case for each subject that it is about; accepted and unknown ones are skipped."""
    del options  # this format shows the unknown verdicts always
    return "\n".join(_suites(report, lines)) + "\n"


def _suites(report: Report, lines: Mapping[Source, int]) -> Iterator[str]:
    asked = [result for result in report.results if result.verdict in _ASKED]
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<testsuites name="wa-policy"{_counts(asked, len(report.problems))}>'
    for rule_id, found in groupby(sorted(asked, key=_by_rule), lambda result: result.rule.id):
        results = list(found)
        yield f"  <testsuite name={_quoted(rule_id)}{_counts(results)}>"
        for result in results:
            yield from _case(result, lines)
        yield "  </testsuite>"
    if report.problems:
        count = len(report.problems)
        yield f'  <testsuite name="input" tests="{count}" failures="0" errors="{count}" skipped="0">'
        for problem in report.problems:
            line = problem.line or lines.get(Source(problem.file, problem.pointer), 0)
            place = f"{problem.file}:{line}" if line else f"{problem.file} {problem.pointer}".rstrip()
            yield f'    <testcase classname="input" name={_quoted(f"{place} {problem.code}")}>'
            yield f"      <error message={_quoted(problem.message)}>{_content(problem.advice)}</error>"
            yield "    </testcase>"
        yield "  </testsuite>"
    yield "</testsuites>"


def _by_rule(result: Result) -> tuple[str, str, str]:
    return result.rule.id, result.subject, result.key


def _counts(results: list[Result], errors: int = 0) -> str:
    failures = sum(result.verdict is Verdict.FAIL and result.accepted is None for result in results)
    skipped = sum(result.verdict is Verdict.UNKNOWN or result.accepted is not None for result in results)
    tests = len(results) + errors
    return f' tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"'


def _case(result: Result, lines: Mapping[Source, int]) -> Iterator[str]:
    place = f" file={_quoted(result.source.file)}" if result.source.file else ""
    line = f' line="{lines[result.source]}"' if lines.get(result.source) else ""
    case = f"    <testcase classname={_quoted(result.rule.id)} name={_quoted(shown_subject(result))}{place}{line}"
    if result.verdict is Verdict.PASS:
        yield f"{case}/>"
        return
    yield f"{case}>"
    if result.accepted is not None:
        yield f"      <skipped message={_quoted(f'{acceptance(result)}: {headline(result)}')}/>"
    elif result.verdict is Verdict.UNKNOWN:
        yield f"      <skipped message={_quoted(headline(result))}/>"
    else:
        text = "\n".join(_body(result, lines))
        yield (
            f"      <failure message={_quoted(headline(result))} type={_quoted(result.rule.severity.value)}>"
            f"{_content(text)}</failure>"
        )
    yield "    </testcase>"


def _body(result: Result, lines: Mapping[Source, int]) -> Iterator[str]:
    yield headline(result)
    yield from evidence(result)
    line = lines.get(result.source)
    yield f"at {result.source.file}:{line}" if line else f"at {result.source.file} {result.source.pointer}"
    yield result.rule.why
    if "text" in result.rule.fix:
        yield f"Fix: {result.rule.fix['text']}"


def _quoted(text: str) -> str:
    return quoteattr(visible(text))


def _content(text: str) -> str:
    return escape("\n".join(map(visible, text.split("\n"))))
