"""The answer of a policy check as text for people and as JSON for tools; the JSON has the words of AWS's API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, assert_never

from wa_policy.findings.visible import visible
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.iam.principal import Anonymous, Caller

_RESULTS = {Proved: "PASS", Refuted: "FAIL", Undecided: "UNKNOWN"}


def check_text(answer: Answer, passed: str, failed: str) -> str:
    """The answer in a few lines; `passed` and `failed` say what it means."""
    return "\n".join(map(visible, _lines(answer, passed, failed))) + "\n"


def _lines(answer: Answer, passed: str, failed: str) -> Iterator[str]:
    match answer:
        case Proved(facts):
            yield f"PASS  {passed}"
            yield from (f"      known: {fact}" for fact in facts)
        case Refuted(witness, decision):
            yield f"FAIL  {failed}"
            yield f"      {_caller(witness.caller)} can call {witness.action} on {witness.resource}"
            for key, value in sorted(witness.context.items()):
                yield f"        {key} = {value if isinstance(value, str) else ', '.join(value)}"
            if answer.statement is not None:
                yield f"      allowed by {_place(answer)}"
            yield from (f"      doubt: {doubt}" for doubt in decision.doubts)
        case Undecided(reasons):
            yield "UNKNOWN  neither a proof nor a request that shows the contrary was found"
            yield from (f"      {reason}" for reason in reasons)
        case _:
            assert_never(answer)


def _caller(caller: Caller) -> str:
    return "anyone" if isinstance(caller, Anonymous) else caller.arn


def _place(answer: Refuted) -> str:
    if answer.statement is None:
        return ""
    sid = f" `{answer.statement.sid}`" if answer.statement.sid else ""
    of = f" of the {answer.allowed_by} policy" if answer.allowed_by else ""
    return f"statement {answer.statement.index}{sid}{of}"


def check_json(answer: Answer, passed: str, failed: str) -> str:
    """The answer as one JSON object."""
    members: dict[str, Any] = {"schema": 1, "result": _RESULTS[type(answer)]}
    match answer:
        case Proved(facts):
            members |= {"message": passed, "reasons": [], "facts": list(facts)}
        case Refuted(witness, decision, facts):
            reason: dict[str, Any] = {"description": failed}
            if answer.statement is not None:
                reason |= {"statementIndex": answer.statement.index, "statementId": answer.statement.sid}
            if answer.allowed_by:
                reason["policy"] = answer.allowed_by
            members |= {
                "message": failed,
                "reasons": [reason],
                "witness": {
                    "principal": witness.caller.arn,
                    "action": witness.action,
                    "resource": witness.resource,
                    "context": {
                        key: list(value) if isinstance(value, tuple) else value
                        for key, value in sorted(witness.context.items())
                    },
                },
                "doubts": [str(doubt) for doubt in decision.doubts],
                "facts": list(facts),
            }
        case Undecided(reasons):
            members |= {
                "message": "neither a proof nor a request that shows the contrary was found",
                "reasons": [{"description": str(reason)} for reason in reasons],
            }
        case _:
            assert_never(answer)
    return json.dumps(members, indent=2) + "\n"
