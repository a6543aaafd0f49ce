"""Paths and escalations in words: short for a message, with their statements as evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.truth import Truth, all_of
from wa_policy.graph.access import Placed
from wa_policy.graph.build import statement_words
from wa_policy.graph.escalation import NEW_ROLE, Escalation
from wa_policy.graph.routes import Route, step_words
from wa_policy.graph.web import Edge, EdgeKind
from wa_policy.iam.policy import Effect
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind

_STATEMENTS, _WAYS = 2, 4
"""How many are shown."""


@dataclass(frozen=True, slots=True)
class Way:
    """A path in words, with the place to look at first, or why it is not known whether there is one."""

    truth: Truth
    path: str = ""
    evidence: str = ""
    source: Source | None = None


def way_of_route(route: Route, label: Callable[[str], str]) -> Way:
    """The steps of a route, each with what allows it."""
    path = label(route.edges[0].source)
    for edge in route.edges:
        path += f" → {label(edge.target)} ({step_words(edge)})"
    evidence = "; ".join(_step(edge, label) for edge in route.edges)
    placed = [found for edge in route.edges for found in edge.statements]
    return Way(route.truth, path, evidence, _place(placed))


def _step(edge: Edge, label: Callable[[str], str]) -> str:
    by = _allowed_by(edge.statements)
    missing = f", needs {edge.missing}" if edge.missing and edge.kind is EdgeKind.ESCALATE else ""
    return f"{label(edge.source)} → {label(edge.target)}, {step_words(edge)}{by}{missing}"


def way_of_escalation(one: Escalation, others: Iterable[str] = ()) -> Way:
    """The actions of an escalation; `others` are the ids of further techniques."""
    target = "itself" if one.target == one.principal else short(one.target)
    if one.target == NEW_ROLE:
        target = "a new role"
    technique = one.technique
    title = technique.title[:1].lower() + technique.title[1:]
    admin = ", an administrator" if one.gives_admin is True else ""
    path = f"{title} ({technique.id}), which {technique.gain} of {target}{admin}"
    if target == "itself" or one.target == NEW_ROLE:
        path = f"{title} ({technique.id}), which {technique.gain}"
    steps = (f"{taken.action} on {taken.resource}{_allowed_by(taken.statements)}" for taken in one.steps)
    evidence = "; ".join(dict.fromkeys(steps))
    more = list(others)
    if more:
        left = f" and {len(more) - _WAYS} more" if len(more) > _WAYS else ""
        evidence += f"; other ways: {', '.join(more[:_WAYS])}{left}"
    placed = [found for taken in one.steps for found in taken.statements]
    return Way(one.truth, path, evidence, _place(placed))


def way_of_escalations(steps: Sequence[Escalation]) -> Way:
    """Escalations one after the other, the last of which makes an administrator."""
    path, truths = short(steps[0].principal), list[Truth]()
    for one in steps:
        technique = one.technique
        target = "an administrator" if one.target in (one.principal, NEW_ROLE) else short(one.target)
        path += f" → {target} ({technique.id}, {technique.title[:1].lower() + technique.title[1:]})"
        truths.append(one.truth)
        if one.assumes:
            truths.append(Unknown(UnknownKind.NOT_MODELLED, f"whether {one.assumes}"))
    truths.append(steps[-1].gives_admin)
    if not path.rsplit(" → ", 1)[-1].startswith("an administrator"):
        path += ", an administrator"
    first = way_of_escalation(steps[0])
    evidence = "; ".join(way_of_escalation(one).evidence for one in steps)
    return Way(all_of(truths), path, evidence, first.source)


def short(arn: str) -> str:
    """The name of a principal or resource by its ARN."""
    return f"`{arn.split(':', 5)[-1].rsplit('/', 1)[-1]}`"


def _allowed_by(statements: Iterable[Placed]) -> str:
    allowing = [
        placed for placed in statements if placed[1].effect is Effect.ALLOW and not _is_control(placed)
    ]
    if not allowing:
        return ""
    left = f" and {len(allowing) - _STATEMENTS} more" if len(allowing) > _STATEMENTS else ""
    return f", by {', '.join(statement_words(placed) for placed in allowing[:_STATEMENTS])}{left}"


def _is_control(placed: Placed) -> bool:
    """Control policies and boundaries let through what something else allows."""
    return placed[0] not in (Layer.IDENTITY, Layer.RESOURCE)


def _place(statements: Iterable[Placed]) -> Source | None:
    allowing = [
        placed for placed in statements if placed[1].effect is Effect.ALLOW and not _is_control(placed)
    ]
    allowing.sort(key=lambda placed: placed[0] is not Layer.IDENTITY)
    return allowing[0][1].source if allowing else None
