"""A report in the words of the templates: what stands for an unnamed account or a made name is written as there."""

from __future__ import annotations

from dataclasses import replace

from wa_policy.errors import Problem
from wa_policy.findings import Report, Result, Witness
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.symbols import has_symbols, shown


def in_words(report: Report) -> Report:
    """The report with `${AWS::AccountId}` and the like. Requests of witnesses stay as they are: they replay."""
    return replace(
        report,
        results=tuple(
            sorted((_result(result) for result in report.results), key=lambda result: result.order)
        ),
        problems=tuple(_problem(problem) for problem in report.problems),
        accounts=tuple(dict.fromkeys(shown(account) for account in report.accounts)),
    )


def _result(result: Result) -> Result:
    texts = (
        result.subject,
        result.account or "",
        result.key,
        result.message,
        result.evidence,
        *(r.reason for r in result.reasons),
    )
    witness = result.witness
    if witness is not None:
        texts = (*texts, witness.attack, *(doubt.reason for doubt in witness.doubts))
    if not any(has_symbols(text) for text in texts):
        return result
    return replace(
        result,
        subject=shown(result.subject),
        account=None if result.account is None else shown(result.account),
        key=shown(result.key),
        message=shown(result.message),
        evidence=shown(result.evidence),
        reasons=_unknown(result.reasons),
        witness=None if witness is None else _witness(witness),
    )


def _witness(witness: Witness) -> Witness:
    return replace(witness, attack=shown(witness.attack), doubts=_unknown(witness.doubts))


def _unknown(reasons: tuple[Unknown, ...]) -> tuple[Unknown, ...]:
    return tuple(dict.fromkeys(Unknown(reason.kind, shown(reason.reason)) for reason in reasons))


def _problem(problem: Problem) -> Problem:
    return replace(problem, message=shown(problem.message)) if has_symbols(problem.message) else problem
