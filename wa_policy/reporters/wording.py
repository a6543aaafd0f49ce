"""Words about results that several formats share."""

from __future__ import annotations

from typing import assert_never

from wa_policy.findings import Baselined, Result, RuleFacts, Unchanged, Waiver


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


def acceptance(result: Result) -> str:
    """Who accepted the finding, and why; empty where nobody did."""
    match result.accepted:
        case Waiver(reason=reason, owner=owner, ticket=ticket, expires=expires):
            until = f", until {expires.isoformat()}" if expires else ""
            return f"waived by {owner}{f' ({ticket})' if ticket else ''}{until}: {reason}"
        case Baselined(file):
            return f"in the baseline {file}"
        case Unchanged(base):
            return f"in files that are as they were at {base}"
        case None:
            return ""
        case _:
            assert_never(result.accepted)


def rule_help(rule: RuleFacts) -> str:
    """Why the rule is there and what to do, as plain text."""
    parts = [rule.why, rule.fix.get("text", "")]
    if rule.limits:
        parts.append(f"Limits: {rule.limits}")
    return "\n\n".join(part for part in parts if part)
