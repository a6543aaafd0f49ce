"""An explanation as text for people and as JSON for tools."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from wa_policy.evaluator.evaluate import Decision
from wa_policy.evaluator.explain import Explanation, LayerExplanation, StatementExplanation
from wa_policy.evaluator.statements import Element
from wa_policy.findings.visible import visible
from wa_policy.reporters.request import request_members

_CLOSEST = (None, *reversed(Element))


def decision_text(explanation: Explanation) -> str:
    """The decision in a few lines."""
    return "\n".join(map(visible, _decision(explanation))) + "\n"


def decision_json(explanation: Explanation) -> str:
    """The decision as one JSON object."""
    return json.dumps(_decision_json(explanation.decision), indent=2) + "\n"


def explanation_text(explanation: Explanation) -> str:
    """The decision, then the layers in AWS's order with their statements, those that decided first."""
    return "\n".join(map(visible, (*_decision(explanation), "", *_layers(explanation)))) + "\n"


def explanation_json(explanation: Explanation) -> str:
    """The whole explanation as one JSON object."""
    request, decision = explanation.request, explanation.decision
    whole = {
        "schema": 1,
        "request": request_members(request),
        **_decision_json(decision),
        "formula": {"denied": explanation.denied, "allowed": explanation.allowed},
        "layers": [_layer_json(layer) for layer in explanation.layers],
        "notes": list(explanation.notes),
    }
    return json.dumps(whole, indent=2) + "\n"


def _decision_json(decision: Decision) -> dict[str, Any]:
    return {
        "result": decision.outcome.value,
        "decidedBy": [layer.value for layer in decision.decided_by],
        "statements": [
            {
                "layer": layer.value,
                "sid": statement.sid,
                "file": statement.source.file,
                "pointer": statement.source.pointer,
            }
            for layer, statement in decision.statements
        ],
        "doubts": [str(doubt) for doubt in decision.doubts],
        "unknown": [str(reason) for reason in decision.unknown],
    }


def _layer_json(layer: LayerExplanation) -> dict[str, Any]:
    return {
        "layer": layer.layer.value,
        "role": layer.role.value,
        "unknown": [str(reason) for reason in layer.unknown],
        "statements": [_statement_json(told) for told in layer.statements],
    }


def _statement_json(told: StatementExplanation) -> dict[str, Any]:
    statement, condition = told.statement, told.condition
    return {
        "sid": statement.sid,
        "effect": statement.effect.value,
        "level": told.level or None,
        "file": statement.source.file,
        "pointer": statement.source.pointer,
        "applies": told.applies,
        "failed": None if told.mismatch is None else told.mismatch.value,
        "condition": None
        if condition is None
        else {
            "operator": str(condition.operator),
            "key": condition.key,
            "wanted": [str(value) for value in condition.values],
            "found": list(told.found) if isinstance(told.found, tuple) else told.found,
        },
        "unknown": None if told.unknown is None else str(told.unknown),
        "words": told.words,
    }


def _decision(explanation: Explanation) -> Iterator[str]:
    request, decision = explanation.request, explanation.decision
    yield f"{decision.outcome}: {request.caller.arn} {request.action} on {request.resource}"
    # A control policy that is attached at several levels decided at each of them, and is named once.
    yield from dict.fromkeys(_deciding(decision))
    for layer in decision.lacking:
        yield f"  no Allow that applies in the {layer}"
    for note in explanation.notes:
        yield f"  {note}"
    for reason in decision.unknown:
        yield f"  not known: {reason}"
    for doubt in decision.doubts:
        yield f"  doubt: {doubt}"


def _deciding(decision: Decision) -> Iterator[str]:
    for layer, statement in decision.statements:
        yield f"  by the {layer}: {statement.effect} {_name(statement.sid, statement.source.pointer)}{_file(statement.source.file)}"


def _layers(explanation: Explanation) -> Iterator[str]:
    yield f"Denied if {explanation.denied}"
    yield f"Allowed if {explanation.allowed}"
    for layer in explanation.layers:
        yield ""
        yield f"{layer.layer}: {layer.role}"
        for reason in layer.unknown:
            yield f"  not known: {reason}"
        # Sorting is stable: those that apply first, then those that came closest, in their order.
        for told in sorted(layer.statements, key=lambda told: _CLOSEST.index(told.mismatch)):
            yield f"  {_title(told)}: {told.words}"


def _title(told: StatementExplanation) -> str:
    statement = told.statement
    level = f" at {told.level}" if told.level else ""
    return f"{statement.effect} {_name(statement.sid, statement.source.pointer)}{level}"


def _name(sid: str | None, pointer: str) -> str:
    return f"`{sid}`" if sid else f"statement {pointer or '/'}"


def _file(file: str) -> str:
    return f" ({file})" if file else ""
