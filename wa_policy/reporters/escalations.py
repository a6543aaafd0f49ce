"""Escalations as text for people and as JSON for tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from wa_policy.evaluator.truth import Truth
from wa_policy.graph.access import Placed
from wa_policy.graph.asking import Taken
from wa_policy.graph.escalation import EVERYONE, Escalation
from wa_policy.iam.policy import Condition
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.reporters.visible import visible

_MOST_NAMED = 3


def render_text(found: Sequence[Escalation], lines: Mapping[Source, int], *, explain: bool = False) -> str:
    """By principal, each way with its target; with `explain` also how it goes and which statements allow it."""
    text = list(_text(found, lines, explain=explain))
    return "\n".join(map(visible, text)) + "\n"


def render_json(found: Sequence[Escalation], lines: Mapping[Source, int]) -> str:
    """All that is known about each way, as one JSON object."""
    return json.dumps({"schema": 1, "escalations": [_json(one, lines) for one in found]}, indent=2) + "\n"


# --- text ----------------------------------------------------------------------------------------------------------


def _text(found: Sequence[Escalation], lines: Mapping[Source, int], *, explain: bool) -> Iterator[str]:
    for principal, ways in groupby(found, lambda one: one.principal):
        of_principal = list(ways)
        already = " (an administrator in effect)" if of_principal[0].is_admin is True else ""
        yield "any AWS account" if principal == EVERYONE else f"{principal}{already}"
        for _, alike in groupby(sorted(of_principal, key=_likeness), _likeness):
            group = list(alike)
            if explain:
                for one in group:
                    yield from _way([one])
                    yield from _explained(one, lines)
            else:
                yield from _way(group)
        yield ""
    yield _summary(found)


def _likeness(one: Escalation) -> tuple[str, bool, str, bool]:
    return one.technique.id, one.truth is not True, _doubt(one), one.gives_admin is not True


def _doubt(one: Escalation) -> str:
    if not isinstance(one.truth, Unknown):
        return ""
    return (
        ", ".join(one.missing)
        if one.missing and one.truth.kind is UnknownKind.NOT_EXPORTED
        else one.truth.reason
    )


def _way(group: Sequence[Escalation]) -> Iterator[str]:
    """Ways by one technique that differ in their targets only."""
    first = group[0]
    technique = first.technique
    yield f"  {technique.id}: {technique.title}"
    targets = list(dict.fromkeys(one.target for one in group if one.target != one.principal))
    admin = ""
    if first.gives_admin is True:
        admin = ", an administrator" if len(targets) < 2 else ", administrators"
    named = ", ".join(targets[:_MOST_NAMED]) + (
        f" and {len(targets) - _MOST_NAMED} more" if len(targets) > _MOST_NAMED else ""
    )
    yield f"    {technique.gain.value}{f': {named}' if targets else ''}{admin}"
    if _doubt(first):
        yield f"    not certain: {_doubt(first)}"
    if technique.assumes:
        yield f"    if {technique.assumes}"


def _explained(one: Escalation, lines: Mapping[Source, int]) -> Iterator[str]:
    technique = one.technique
    yield f"    {technique.how}"
    if one.via:
        yield f"    by {', '.join(one.via)}"
    for step in one.steps:
        context = "".join(f", {key}={value}" for key, value in step.context)
        yield f"    {step.action} on {step.resource}{context}"
        for placed in step.statements:
            yield f"      {_statement_words(placed, lines)}"
        for condition in step.conditions:
            yield f"      under the condition {_condition_words(condition)}"
    if technique.note:
        yield f"    {technique.note}"
    yield f"    {technique.source} ({technique.status.value})"


def _statement_words(placed: Placed, lines: Mapping[Source, int]) -> str:
    layer, statement = placed
    sid = f" `{statement.sid}`" if statement.sid else ""
    source = statement.source
    place = f"{source.file}:{lines[source]}" if source in lines else f"{source.file} {source.pointer}"
    return f"{statement.effect.value}{sid}, {layer.value}, {place}"


def _condition_words(condition: Condition) -> str:
    return f"{condition.operator} {condition.key} {', '.join(map(str, condition.values))}"


def _summary(found: Sequence[Escalation]) -> str:
    certain = sum(one.truth is True for one in found)
    admins = len({one.principal for one in found if one.gives_admin is True and one.truth is True})
    who = len({one.principal for one in found})
    if not found:
        return "No escalations."
    ways = "1 escalation" if len(found) == 1 else f"{len(found)} escalations"
    return (
        f"{ways} of {who} principals, {certain} certain and {len(found) - certain} not; "
        f"{admins} principals become administrators."
    )


# --- JSON ----------------------------------------------------------------------------------------------------------


def _json(one: Escalation, lines: Mapping[Source, int]) -> dict[str, Any]:
    technique = one.technique
    return {
        "principal": one.principal,
        "target": one.target,
        "technique": {
            "id": technique.id,
            "status": technique.status.value,
            "title": technique.title,
            "how": technique.how,
            "source": technique.source,
            "variantOf": technique.variant_of or None,
            "note": technique.note or None,
        },
        "gain": technique.gain.value,
        "givesAdmin": _word(one.gives_admin),
        "isAdmin": _word(one.is_admin),
        "certain": one.truth is True,
        "reason": str(one.truth) if isinstance(one.truth, Unknown) else None,
        "missing": list(one.missing),
        "assumes": technique.assumes or None,
        "via": list(one.via),
        "steps": [_step_json(step, lines) for step in one.steps],
    }


def _step_json(step: Taken, lines: Mapping[Source, int]) -> dict[str, Any]:
    return {
        "action": step.action,
        "resource": step.resource,
        "certain": step.truth is True,
        "context": dict(step.context),
        "conditions": [_condition_words(condition) for condition in step.conditions],
        "statements": [
            {
                "layer": layer.value,
                "effect": statement.effect.value,
                "sid": statement.sid,
                "file": statement.source.file,
                "pointer": statement.source.pointer,
                "line": lines.get(statement.source),
            }
            for layer, statement in step.statements
        ],
    }


def _word(truth: Truth) -> str:
    return "unknown" if isinstance(truth, Unknown) else "yes" if truth else "no"
