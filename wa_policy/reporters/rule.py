"""One rule, for a person."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from wa_policy.findings import RuleFacts


def render(rule: RuleFacts, *, width: int = 100) -> str:
    """All that a report may say about the rule."""
    return "\n".join(_lines(rule, max(width, 40))) + "\n"


def _lines(rule: RuleFacts, width: int) -> Iterator[str]:
    yield f"{rule.id}: {rule.title}"
    yield f"{rule.severity} severity, {rule.pillar} pillar, {rule.profile} profile"
    if rule.lens:
        yield f"Serverless Lens: {', '.join(rule.lens)}"
    for label, words in (("Why", rule.why), ("Fix", rule.fix.get("text", "")), ("Limits", rule.limits)):
        if words:
            yield from ("", label)
            text = " ".join(words.split())
            yield from textwrap.wrap(
                text, width - 2, initial_indent="  ", subsequent_indent="  ", break_long_words=False
            )
    for name, code in sorted(rule.fix.items()):
        if name != "text":
            yield from ("", f"Fix in {name}")
            yield from (f"  {line}" for line in code.strip("\n").splitlines())
    if rule.references:
        yield ""
        yield "References"
        yield from (f"  {reference}" for reference in rule.references)
