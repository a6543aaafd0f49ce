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
    for label, words in (
        ("Why", rule.why),
        *(
            (f"Fix ({name})" if name != "text" else "Fix", rule.fix[name])
            for name in sorted(rule.fix, key=_text_first)
        ),
        ("Limits", rule.limits),
    ):
        if words:
            yield ""
            yield label
            yield from textwrap.wrap(
                " ".join(words.split()),
                width - 2,
                initial_indent="  ",
                subsequent_indent="  ",
                break_long_words=False,
            )
    if rule.references:
        yield ""
        yield "References"
        yield from (f"  {reference}" for reference in rule.references)


def _text_first(name: str) -> tuple[bool, str]:
    return (name != "text", name)
