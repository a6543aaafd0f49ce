"""One finding as text, for where a test fails."""

from __future__ import annotations

from wa_policy.findings import Result
from wa_policy.findings.visible import visible
from wa_policy.reporters.request import request_members
from wa_policy.reporters.wording import evidence, headline, shown_subject


def failure_text(result: Result, line: int | None) -> str:
    """The finding, its witness, where it is, why it matters and what to do."""
    source = result.source
    place = f"{source.file}:{line}" if line else f"{source.file} {source.pointer}".rstrip()
    lines = [
        f"{result.rule.severity.value}: {result.rule.title} [{result.rule.id}]",
        f"  {shown_subject(result)}",
        f"  {headline(result)}",
        *(f"  {words}" for words in evidence(result)),
        f"  at {place}",
    ]
    if result.witness is not None:
        request = request_members(result.witness.request)
        lines.append("  the request:")
        lines.append(f"    principal = {request['principal']}")
        lines.append(f"    action = {request['action']}")
        lines.append(f"    resource = {request['resource']['resource']}")
        lines += [
            f"    {key} = {value if isinstance(value, str) else ', '.join(value)}"
            for key, value in request["context"].items()
        ]
    if result.rule.why:
        lines.append(f"  why: {result.rule.why}")
    if "text" in result.rule.fix:
        lines.append(f"  fix: {result.rule.fix['text']}")
    return "\n".join(map(visible, lines))
