"""Words about results that several formats share."""

from __future__ import annotations

from wa_policy.findings import Result, RuleFacts


def headline(result: Result) -> str:
    """One line that says what was found, or why nothing could be."""
    if result.message:
        return result.message
    return f"unknown: {result.reasons[0]}" if result.reasons else result.rule.title


def shown_subject(result: Result) -> str:
    """The subject, with the part of it that the result is about."""
    return f"{result.subject} ({result.key})" if result.key else result.subject


def evidence(result: Result) -> tuple[str, ...]:
    """What shows the finding, a line each."""
    shown: list[str] = []
    if result.witness is not None:
        if result.witness.attack not in result.message:
            shown.append(result.witness.attack)
        if result.witness.assumed:
            shown.append(f"assumed: {result.witness.assumed}")
        shown += [f"doubt: {doubt}" for doubt in result.witness.doubts]
    if result.evidence:
        shown.append(result.evidence)
    shown += [f"missing: {reason}" for reason in result.reasons]
    return tuple(shown)


def rule_help(rule: RuleFacts) -> str:
    """Why the rule is there and what to do, as plain text."""
    parts = [rule.why, rule.fix.get("text", "")]
    if rule.limits:
        parts.append(f"Limits: {rule.limits}")
    return "\n\n".join(part for part in parts if part)
