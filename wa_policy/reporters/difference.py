"""A difference as text for people, as Markdown for a pull request, and as JSON for tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wa_policy.findings import Result, Verdict
from wa_policy.findings.difference import AccessChange, Difference
from wa_policy.findings.visible import visible
from wa_policy.iam.source import Source
from wa_policy.reporters.json import result_members
from wa_policy.reporters.markdown import code
from wa_policy.reporters.wording import headline, shown_subject

_MOST = 8


def render_text(found: Difference, lines: Mapping[Source, int]) -> str:
    """New and gone findings, then access by principal; `+` appeared, `-` went."""
    return "".join(f"{visible(line)}\n" for line in _text(found, lines))


def _text(found: Difference, lines: Mapping[Source, int]) -> Iterator[str]:
    for title, sign, results in (("NEW", "+", found.new), ("GONE", "-", found.gone)):
        if results:
            yield f"{title} ({len(results)})"
            for result in results:
                yield f"{sign} {_kind(result)} {result.rule.id}: {shown_subject(result)}"
                if sign == "+":
                    yield f"    {headline(result)}"
                    line = lines.get(result.source)
                    place = f":{line}" if line else f" {result.source.pointer}".rstrip()
                    yield f"    at {result.source.file}{place}"
            yield ""
    if found.access:
        yield f"ACCESS ({len(found.access)})"
        for change in found.access:
            yield from (f"{'+' if change.appeared else '-'} {line}" for line in _access(change))
        yield ""
    yield summary(found)


def _kind(result: Result) -> str:
    return "unknown" if result.verdict is Verdict.UNKNOWN else result.rule.severity.value


def _access(change: AccessChange) -> Iterator[str]:
    yield f"{_some(change.principals)} on {_some(change.resources)}"
    if change.sure:
        yield f"    can {_some(change.sure)}"
    if change.maybe:
        yield f"    perhaps can {_some(change.maybe)}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST
    return ", ".join(names[:_MOST]) + (f" and {more} more" if more > 0 else "")


def summary(found: Difference) -> str:
    """The counts in one line."""
    if not (found.new or found.gone or found.access):
        return "Nothing differs."
    grown = sum(change.appeared for change in found.access)
    return (
        f"{len(found.new)} new and {len(found.gone)} gone; "
        f"access appeared in {grown} places and went in {len(found.access) - grown}."
    )


def render_markdown(found: Difference, lines: Mapping[Source, int]) -> str:
    """The same for a comment on a pull request."""
    return "\n".join(_markdown(found, lines)) + "\n"


def _markdown(found: Difference, lines: Mapping[Source, int]) -> Iterator[str]:
    yield f"### wa-policy: {summary(found)}"
    yield ""
    for title, results in (("New", found.new), ("Gone", found.gone)):
        if results:
            yield f"**{title}**"
            yield ""
            for result in results:
                line = lines.get(result.source)
                place = f"{result.source.file}:{line}" if line else result.source.file
                yield f"- {_kind(result)} {code(result.rule.id)} {code(shown_subject(result))}: {code(headline(result))} at {code(place)}"
            yield ""
    if found.access:
        yield "<details><summary>Access</summary>"
        yield ""
        for change in found.access:
            first, *rest = _access(change)
            yield f"- {'appeared' if change.appeared else 'went'}: {code(first)}"
            yield from (f"  - {code(line.strip())}" for line in rest)
        yield ""
        yield "</details>"


def render_json(found: Difference, lines: Mapping[Source, int]) -> str:
    """One JSON object with all names."""
    whole: dict[str, Any] = {
        "schema": 1,
        "new": [result_members(result, lines) for result in found.new],
        "gone": [result_members(result, lines) for result in found.gone],
        "access": [
            {
                "change": "appeared" if change.appeared else "went",
                "principals": list(change.principals),
                "resources": list(change.resources),
                "can": list(change.sure),
                "perhapsCan": list(change.maybe),
            }
            for change in found.access
        ],
    }
    return json.dumps(whole, indent=2) + "\n"
