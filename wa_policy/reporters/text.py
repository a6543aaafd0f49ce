"""A report for a person: the worst first, then what could not be read, then the counts."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby

from wa_policy.errors import Problem
from wa_policy.findings import Report, Result, RuleFacts, Severity, Verdict
from wa_policy.findings.acceptance import acceptance
from wa_policy.findings.visible import visible
from wa_policy.iam.source import Source
from wa_policy.reporters.options import Options
from wa_policy.reporters.wording import shown_subject

_LABEL = 9
_MOST_MISSING = 5
_MOST_RULES = 4
_MOST_UNREAD = 5
_MOST_TYPES = 5

_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_COLORS = {
    Severity.CRITICAL: "\x1b[1;35m",
    Severity.HIGH: "\x1b[1;31m",
    Severity.MEDIUM: "\x1b[1;33m",
    Severity.LOW: "\x1b[1;36m",
    Severity.INFO: "\x1b[1;34m",
}


def render(report: Report, lines: Mapping[Source, int], options: Options) -> str:
    """The report as text of about `width` columns; names and paths are never broken."""
    text = _Text(report, lines, color=options.color, width=max(options.width, 40))
    return "\n".join(text.all(show_unknown=options.show_unknown)) + "\n"


class _Text:
    def __init__(self, report: Report, lines: Mapping[Source, int], *, color: bool, width: int) -> None:
        self.report = report
        self.lines = lines
        self.color = color
        self.width = width

    def all(self, *, show_unknown: bool) -> Iterator[str]:
        for severity, found in groupby(self.report.findings, lambda result: result.rule.severity):
            results = list(found)
            yield self.styled(
                f"{severity.value.upper()} ({_count(len(results), 'finding')})", _COLORS[severity]
            )
            yield ""
            yield from self.rules(results)
        if show_unknown and self.report.unknown:
            yield self.styled(f"UNKNOWN ({_count(len(self.report.unknown), 'verdict')})", _BOLD)
            yield ""
            yield from self.rules(list(self.report.unknown))
        if self.report.accepted:
            yield self.styled(f"ACCEPTED ({_count(len(self.report.accepted), 'result')})", _BOLD)
            yield ""
            for result in self.report.accepted:
                yield f"  {visible(result.rule.id)}: {visible(shown_subject(result))}"
                yield from self.field("", acceptance(result))
            yield ""
        if self.report.problems:
            yield self.styled(f"INPUT ({_count(len(self.report.problems), 'problem')})", _BOLD)
            yield ""
            for problem in self.report.problems:
                yield from self.problem(problem)
            yield ""
        yield from self.summary()

    def rules(self, results: list[Result]) -> Iterator[str]:
        """The results under the title of their rule, which says once why it matters and how to mend it."""
        for _, found in groupby(results, lambda result: result.rule.id):
            of_rule = list(found)
            rule = of_rule[0].rule
            yield f"{self.styled(visible(rule.id), _BOLD)}: {visible(rule.title)}"
            yield from self.advice(rule)
            for result in of_rule:
                yield ""
                yield from self.result(result)
            yield ""
            yield ""

    def advice(self, rule: RuleFacts) -> Iterator[str]:
        yield from self.field("why", rule.why, indent=2)
        yield from self.field("fix", rule.fix.get("text", ""), indent=2)
        if rule.fix.keys() - {"text"}:
            yield from self.field("", f"`wa-policy rules show {rule.id}` has it as a template", indent=2)

    def result(self, result: Result) -> Iterator[str]:
        subject = visible(result.subject)
        yield f"  {self.styled(subject, _BOLD)}{f' ({visible(result.key)})' if result.key else ''}"
        yield from self.field("what", result.message)
        if result.witness is not None:
            if result.witness.attack not in result.message:
                yield from self.field("attack", result.witness.attack)
            if result.witness.assumed:
                yield from self.field("assumed", result.witness.assumed)
            for doubt in result.witness.doubts:
                yield from self.field("doubt", str(doubt))
        yield from self.field("evidence", result.evidence)
        for reason in result.reasons:
            yield from self.field("missing", str(reason))
        yield f"{' ' * 4}{'at':<{_LABEL}}{self.place(result.source)}"

    def place(self, source: Source, line: int = 0) -> str:
        line = line or self.lines.get(source, 0)
        if line:
            return f"{visible(source.file)}:{line}"
        return f"{visible(source.file)}{f' {visible(source.pointer)}' if source.pointer else ''}"

    def field(self, label: str, words: str, *, indent: int = 4) -> Iterator[str]:
        """Words behind a label, wrapped; nothing where there are none."""
        text = " ".join(visible(part) for part in words.split())
        wrapped = textwrap.wrap(
            text,
            max(self.width - indent - _LABEL, 30),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for number, part in enumerate(wrapped):
            name = f"{label:<{_LABEL}}" if number == 0 else " " * _LABEL
            yield f"{' ' * indent}{self.styled(name, _DIM) if name.strip() else name}{part}"

    def problem(self, problem: Problem) -> Iterator[str]:
        place = self.place(Source(problem.file, problem.pointer), problem.line)
        yield f"  {place}: {visible(problem.message)} [{visible(problem.code)}]"
        yield from self.field("advice", problem.advice)

    def summary(self) -> Iterator[str]:
        report = self.report
        yield self.styled("SUMMARY", _BOLD)
        yield ""
        by_severity = [
            f"{report.severities[severity]} {severity.value}"
            for severity in Severity
            if report.severities[severity]
        ]
        accepted = len(self.report.accepted)
        found = ", ".join(by_severity) or "none"
        yield from self.field("findings", f"{found}; {accepted} accepted" if accepted else found, indent=2)
        verdicts = [
            f"{report.verdicts[verdict]} {verdict.value}" for verdict in Verdict if report.verdicts[verdict]
        ]
        yield from self.field(
            "verdicts", ", ".join(verdicts) or "none: no rule met anything to judge", indent=2
        )
        yield from self.missing()
        unread = [file.file for file in report.files if not file.kinds]
        counts = (
            _count(len(report.files), "file") + (f" ({len(unread)} not recognised)" if unread else ""),
            _count(len(report.accounts), "account"),
            _count(report.principals, "principal"),
            _count(report.resources, "resource"),
            _count(len(report.problems), "problem"),
        )
        yield from self.field("read", ", ".join(counts), indent=2)
        more = f" and {len(unread) - _MOST_UNREAD} more" if len(unread) > _MOST_UNREAD else ""
        if unread:
            yield from self.field("skipped", ", ".join(unread[:_MOST_UNREAD]) + more, indent=2)
        yield from self.types()
        dated = [f"{name} of {date}" for name, date in sorted(report.tables.items())]
        yield from self.field("by", "; ".join((f"profile {report.profile.value}", *dated)), indent=2)

    def types(self) -> Iterator[str]:
        """How many of the resource types rules are about, and the names of those that none is about."""
        types = self.report.types
        if not types:
            return
        ruled = sum(1 for read in types if read.rules)
        parts = sum(1 for read in types if read.part_of and not read.rules)
        words = f"rules are about {ruled} of {_count(len(types), 'resource type')}"
        if parts:
            words += f"; {parts} {'is' if parts == 1 else 'are'} read as a part of another"
        without = self.report.without_rules
        if without:
            named = ", ".join(f"{read.type} ({read.resources})" for read in without[:_MOST_TYPES])
            more = (
                f" and {len(without) - _MOST_TYPES} more, all in the JSON report"
                if len(without) > _MOST_TYPES
                else ""
            )
            words += f"; none about {named}{more}"
        yield from self.field("types", words, indent=2)

    def missing(self) -> Iterator[str]:
        """What would decide most of the unknown verdicts, and the rules that it is missing for."""
        rules: dict[str, Counter[str]] = {}
        for result in self.report.unknown:
            for reason in dict.fromkeys(map(str, result.reasons)):
                rules.setdefault(reason, Counter())[result.rule.id] += 1
        ranked = sorted(rules.items(), key=lambda item: (-item[1].total(), item[0]))
        for number, (reason, of_rules) in enumerate(ranked[:_MOST_MISSING]):
            names = sorted(of_rules, key=lambda name: (-of_rules[name], name))
            more = f" and {len(names) - _MOST_RULES} more" if len(names) > _MOST_RULES else ""
            words = (
                f"{reason} ({_count(of_rules.total(), 'verdict')}: {', '.join(names[:_MOST_RULES])}{more})"
            )
            yield from self.field("" if number else "missing", words, indent=2)
        if len(ranked) > _MOST_MISSING:
            yield from self.field("", f"and {len(ranked) - _MOST_MISSING} more, see --show-unknown", indent=2)

    def styled(self, text: str, style: str) -> str:
        return f"{style}{text}{_RESET}" if self.color else text


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
