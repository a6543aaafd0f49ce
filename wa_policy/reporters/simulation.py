"""The answer of `wa-policy simulate` to one line."""

from __future__ import annotations

from typing import Any

from wa_policy.loaders.simulation import BadLine, Simulated


def render(answer: Simulated | BadLine) -> dict[str, Any]:
    """The members of the JSON object."""
    match answer:
        case Simulated(id_, outcome, decided_by, doubts):
            layers = [layer.value for layer in decided_by]
            return {"id": id_, "result": outcome.value, "decidedBy": layers, "doubts": list(doubts)}
        case BadLine(line, message, pointer):
            return {"line": line, "error": {"message": message, "pointer": pointer}}
