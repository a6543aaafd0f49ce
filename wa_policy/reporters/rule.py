"""One rule, for a person."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from wa_policy.findings import RuleFacts


def render(rule: RuleFacts, *, width: int = 100) -> str:
    """All that a report may say about the rule."""
    return "\n".join(_lines(rule, max(width, 40))) + "\n"


def render_parameters(parameters: Sequence[tuple[str, str, object, str]], *, width: int = 100) -> str:
    """The parameters of a rule by name, type, value and words; nothing where it has none."""
    lines: list[str] = []
    for name, type_, value, doc in parameters:
        lines += [f"  {name}: {type_}, {_value(value)}"]
        lines += textwrap.wrap(
            doc,
            max(width, 40) - 2,
            initial_indent="    ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(["", "Parameters", *lines]) + "\n" if lines else ""


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) if value else "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


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
