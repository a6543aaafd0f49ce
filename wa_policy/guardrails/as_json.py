"""What the commands say about guardrails, as JSON for tools."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.guardrails.defects import Defect
from wa_policy.guardrails.generate import Derived, Generated, LeftOut, Made
from wa_policy.guardrails.minify import short
from wa_policy.guardrails.model import CannotBind, Guardrail, NeedsParameters
from wa_policy.guardrails.pack import Tally
from wa_policy.guardrails.preview import Conflict, Preview
from wa_policy.guardrails.verify import Verified
from wa_policy.guardrails.words import denied, exempt
from wa_policy.iam.request import Request
from wa_policy.rules.model import Rule

Json = dict[str, Any]


def _text(members: Json) -> str:
    return json.dumps({"schema": 1, **members}, indent=2) + "\n"


def list_json(found: Sequence[tuple[Rule, Derived]]) -> str:
    """Each rule with its guardrail, or why there is none."""
    return _text({"guardrails": [_derived(rule, one) for rule, one in found]})


def show_json(rule: Rule, one: Derived) -> str:
    """One rule with its guardrail, or why there is none."""
    return _text(_derived(rule, one))


def _derived(rule: Rule, one: Derived) -> Json:
    members: Json = {"rule": rule.id, "title": rule.title}
    match one:
        case Guardrail():
            return members | {
                "kind": one.kind.value,
                "state": "ready",
                "denies": list(denied(one)),
                "exempt": list(exempt(one)),
                "parameters": {name: _value(value) for name, value in sorted(one.parameters.items())},
                "limits": list(one.limits),
                "statements": [short(statement) for statement in one.statements],
            }
        case NeedsParameters():
            return members | {"kind": one.kind.value, "state": "needs parameters", "missing": list(one.names)}
        case CannotBind():
            return members | {
                "kind": None,
                "state": "none",
                "reason": one.reason,
                "preventedBy": list(one.prevented_by),
            }


def _value(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def generated_json(generated: Generated, folder: str | None, files: Sequence[str]) -> str:
    """The documents, what is proved of them, and what is left."""
    return _text(
        {
            "kinds": [_made(made) for made in generated.made],
            "unproved": [_left_out(row) for row in generated.unproved],
            "leftOut": [_left_out(row) for row in generated.left_out],
            "output": folder,
            "files": list(files),
        }
    )


def _made(made: Made) -> Json:
    packing = made.packing
    return {
        "kind": made.kind.value,
        "proved": made.is_proved,
        "holes": {rule: _answer(answer) for rule, answer in sorted(made.proof.holes.items())},
        "excess": _answer(made.proof.excess),
        "packingUnchanged": _answer(made.unchanged),
        "plain": _tally(packing.plain),
        "plainWithoutSids": _tally(packing.nameless),
        "packed": _tally(packing.tally),
        "limits": {
            "characters": packing.limits.characters,
            "perTarget": packing.limits.per_target,
            "attached": packing.limits.attached,
        },
        "charactersLeft": packing.left,
        "documents": [
            {
                "name": document.name,
                "characters": document.characters,
                "charactersLeft": packing.limits.characters - document.characters,
                "rules": [list(piece.rules) for piece in document.pieces],
                "document": document.value,
            }
            for document in packing.documents
        ],
    }


def _tally(tally: Tally) -> Json:
    return {
        "documents": tally.documents,
        "statements": tally.statements,
        "characters": tally.characters,
    }


def _left_out(row: LeftOut) -> Json:
    return {"rule": row.rule_id, "title": row.title, "reason": row.reason}


def _answer(answer: Answer) -> Json:
    match answer:
        case Proved():
            return {"result": "proved"}
        case Refuted(witness):
            return {"result": "refuted", "witness": request_json(witness)}
        case Undecided(reasons):
            return {"result": "unknown", "reasons": [str(reason) for reason in reasons]}


def request_json(request: Request | None) -> Json | None:
    """A request as a JSON value, with the words of docs/simulate.md."""
    if request is None:
        return None
    return {
        "principal": request.caller.arn,
        "action": request.action,
        "resource": {"resource": request.resource, "accountId": request.resource_account},
        "context": {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in sorted(request.context.items())
        },
    }


def verified_json(found: Verified) -> str:
    """For each rule, how far it is enforced where."""
    return _text(
        {
            "rules": [
                {
                    "rule": one.guardrail.rule_id,
                    "title": one.guardrail.title,
                    "kind": one.guardrail.kind.value,
                    "accounts": list(one.place.accounts),
                    "enforced": one.enforced.value,
                    "hole": request_json(one.hole),
                    "denied": request_json(one.denied),
                    "deniedBy": list(one.by),
                    "reasons": [str(reason) for reason in one.reasons],
                }
                for one in found.enforcements
            ],
            "defects": [_defect(one) for one in found.defects],
            "leftOut": [_left_out(row) for row in found.left_out],
        }
    )


def preview_json(found: Preview) -> str:
    """Who would be hit, what is in force, and what does nothing."""
    return _text(
        {
            "guardrails": [one.rule_id for one in found.guardrails],
            "conflicts": [_conflict(one) for one in found.conflicts],
            "possibleConflicts": [_conflict(one) for one in found.possible],
            "inForce": [
                {"rule": one.rule_id, "target": one.target, "policies": list(one.policies)}
                for one in found.in_force
            ],
            "defects": [_defect(one) for one in found.defects],
            "unknown": [str(reason) for reason in found.unknown],
            "leftOut": [_left_out(row) for row in found.left_out],
        }
    )


def _conflict(one: Conflict) -> Json:
    return {
        "rule": one.rule_id,
        "kind": one.kind.value,
        "principal": one.who,
        "account": one.account,
        "resource": one.resource or None,
        "action": None if one.request is None else one.request.action,
        "witness": request_json(one.request),
        "lastUsed": one.last_used,
        "reasons": [str(reason) for reason in one.reasons],
    }


def _defect(one: Defect) -> Json:
    return {
        "kind": one.kind.value,
        "target": one.attached.target,
        "policy": one.attached.name,
        "statementIndex": one.index,
        "statementId": one.sid,
        "message": one.words,
        "witness": request_json(one.request),
    }
