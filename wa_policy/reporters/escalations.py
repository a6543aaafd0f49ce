"""Escalations as text for people and as JSON for tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from wa_policy.evaluator.truth import Truth
from wa_policy.findings.visible import visible
from wa_policy.graph.access import Placed
from wa_policy.graph.asking import Taken
from wa_policy.graph.escalation import EVERYONE, Escalation, EscalationClass, Escalations
from wa_policy.iam.policy import Condition
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Principals with the same ways: `ways` are those of the first, each with all targets and how many it stands for."""

    principals: tuple[str, ...]
    ways: tuple[Escalation, ...]
    targets: tuple[tuple[str, ...], ...]
    counts: tuple[int, ...]


def grouped(found: Escalations) -> tuple[Group, ...]:
    """The principals by what they can get, in their order."""
    ways: dict[str, list[EscalationClass]] = {}
    for class_ in found.classes:
        for principal in class_.principals:
            ways.setdefault(principal, []).append(class_)
    together: dict[tuple[int, ...], list[str]] = {}
    for principal in sorted(ways):
        together.setdefault(tuple(map(id, ways[principal])), []).append(principal)
    return tuple(_group(found, tuple(alike), ways[alike[0]]) for alike in together.values())


def _group(found: Escalations, principals: tuple[str, ...], classes: Sequence[EscalationClass]) -> Group:
    ways, targets, counts = [], [], []
    for class_ in sorted(classes, key=lambda one: (one.first.technique.id, one.targets)):
        of_group = replace(class_, principals=principals)
        one = class_.first if class_.first.principal == principals[0] else next(found.each(of_group), None)
        if one is not None:
            ways.append(one)
            targets.append(tuple(arn for arn in class_.targets if principals != (arn,)) or (one.target,))
            counts.append(len(of_group))
    return Group(principals, tuple(ways), tuple(targets), tuple(counts))


def render_text(groups: Sequence[Group], lines: Mapping[Source, int], *, explain: bool = False) -> str:
    """By principals, each way with its targets; with `explain` also how it goes and which statements allow it."""
    text = list(_text(groups, lines, explain=explain))
    return "\n".join(map(visible, text)) + "\n"


def render_json(found: Sequence[Escalation], lines: Mapping[Source, int]) -> str:
    """All that is known about each way, as one JSON object."""
    return json.dumps({"schema": 1, "escalations": [_json(one, lines) for one in found]}, indent=2) + "\n"


# --- text ----------------------------------------------------------------------------------------------------------


def _text(groups: Sequence[Group], lines: Mapping[Source, int], *, explain: bool) -> Iterator[str]:
    # Principals whose ways differ only in what allows them are told together, unless that is to be explained.
    told: dict[tuple[bool, tuple[str, ...]], list[str]] = {}
    for group in groups:
        body = tuple(_ways(group, lines, explain=explain))
        told.setdefault((group.ways[0].is_admin is True, body), []).extend(group.principals)
    for (is_admin, body), principals in told.items():
        already = " (an administrator in effect)" if is_admin else ""
        for principal in principals[:_MOST_NAMED]:
            yield "any AWS account" if principal == EVERYONE else f"{principal}{already}"
        if len(principals) > _MOST_NAMED:
            yield f"and {len(principals) - _MOST_NAMED} more who can do the same"
        yield from body
        yield ""
    yield _summary(groups)


def _ways(group: Group, lines: Mapping[Source, int], *, explain: bool) -> Iterator[str]:
    ways = sorted(zip(group.ways, group.targets, strict=True), key=lambda way: _likeness(way[0]))
    for _, alike in groupby(ways, lambda way: _likeness(way[0])):
        found = list(alike)
        if explain:
            for one, targets in found:
                yield from _way(one, targets)
                yield from _explained(one, lines)
        else:
            yield from _way(found[0][0], [target for _, targets in found for target in targets])


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


def _way(first: Escalation, arns: Sequence[str]) -> Iterator[str]:
    """Ways by one technique that differ in their targets only."""
    technique = first.technique
    yield f"  {technique.id}: {technique.title}"
    targets = list(dict.fromkeys(arn for arn in arns if arn != first.principal))
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


def _summary(groups: Sequence[Group]) -> str:
    if not groups:
        return "No escalations."
    total = sum(sum(group.counts) for group in groups)
    certain = admins = 0
    for group in groups:
        sure = [(one, n) for one, n in zip(group.ways, group.counts, strict=True) if one.truth is True]
        certain += sum(n for _, n in sure)
        admins += len(group.principals) if any(one.gives_admin is True for one, _ in sure) else 0
    who = sum(len(group.principals) for group in groups)
    ways = "1 escalation" if total == 1 else f"{total} escalations"
    return (
        f"{ways} of {who} principals, {certain} certain and {total - certain} not; "
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
