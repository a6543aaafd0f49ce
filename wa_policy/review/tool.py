"""The Well-Architected Tool: the lens as a custom lens, and the answers of a review in the form of its API.

Limits: https://docs.aws.amazon.com/wellarchitected/latest/userguide/lenses-format-specification.html and
https://docs.aws.amazon.com/wellarchitected/latest/APIReference/API_UpdateAnswer.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from wa_policy.review.lens import Choice, Pillar, Priority, Question, lens
from wa_policy.review.model import ChoiceReview, QuestionReview, Review, Standing
from wa_policy.review.wording import many
from wa_policy.rules.model import Manual, Rule
from wa_policy.settings import Profile

SCHEMA_VERSION = "2021-11-01"
LENS_NAME = "wa-policy serverless"
WORKLOAD_ID = "[0-9a-f]{32}"
"""The pattern of the ids of workloads."""
MOST_LENS_ALIAS = 128
MOST_TEXT = 1_024
"""Of a display text of a choice in the API; the format of lenses would take 2,048."""
MOST_TITLE = 128
MOST_CHOICE_NOTES = 250
MOST_NOTES = 2_084
_NONE = "None of these"


def custom_lens(rules: Sequence[Rule]) -> str:
    """The lens as a file for `aws wellarchitected import-lens`: each choice names its rules and its question."""
    members = {
        "schemaVersion": SCHEMA_VERSION,
        "name": LENS_NAME,
        "description": "The choices of the Serverless Applications Lens with the rules of wa-policy that decide them.",
        "pillars": [_pillar(pillar, rules) for pillar in lens()],
    }
    return json.dumps(members, indent=2, ensure_ascii=False) + "\n"


def _pillar(pillar: Pillar, rules: Sequence[Rule]) -> dict[str, Any]:
    return {
        "id": pillar.id,
        "name": pillar.name,
        "questions": [_question(question, rules) for question in pillar.questions],
    }


def _question(question: Question, rules: Sequence[Rule]) -> dict[str, Any]:
    return {
        "id": question.id,
        "title": f"{question.number}: {question.title}",
        "description": "A question of the Serverless Applications Lens; wa-policy review answers its choices.",
        "choices": [
            *(_choice(choice, rules) for choice in question.choices),
            {"id": question.none_of_these, "title": _NONE},
        ],
        "riskRules": risk_rules(question),
    }


def risk_rules(question: Question) -> list[dict[str, str]]:
    """No risk with all required and good choices, medium with all required ones, else high."""
    required = [one.id for one in question.choices if one.priority is Priority.REQUIRED]
    good = [one.id for one in question.choices if one.priority is Priority.GOOD]
    rules = [{"condition": " && ".join([*required, *good]), "risk": "NO_RISK"}]
    if good:
        rules.append({"condition": " && ".join(required), "risk": "MEDIUM_RISK"})
    return [*rules, {"condition": "default", "risk": "HIGH_RISK"}]


def _choice(choice: Choice, rules: Sequence[Rule]) -> dict[str, Any]:
    of_choice = sorted((rule for rule in rules if choice.id in rule.lens), key=lambda rule: rule.id)
    core = [rule.id for rule in of_choice if rule.profile is Profile.CORE]
    questions = [rule.check.question for rule in of_choice if isinstance(rule.check, Manual)]
    decide = f"Decided by the rules {', '.join(core)}." if core else "No rule decides it by itself."
    helpful = " ".join([f"{choice.priority.value}.", decide, *questions])
    improve = (
        f"Mend what these rules find: {', '.join(core)}." if core else "Answer the question of the reviewer."
    )
    return {
        "id": choice.id,
        "title": choice.title,
        "helpfulResource": {"displayText": cut(helpful, MOST_TEXT)},
        "improvementPlan": {"displayText": cut(improve, MOST_TEXT)},
    }


def cut(text: str, most: int) -> str:
    """The text within a limit, at a word, with `…` where something was left out."""
    if len(text) <= most:
        return text
    words, space, _ = text[: most - 1].rpartition(" ")
    return (words if space else text[: most - 2]) + " …"


# --- answers -----------------------------------------------------------------------------------------------------


def answers(review: Review, *, lens_alias: str, workload_id: str) -> str:
    """One request of `aws wellarchitected update-answer` for each question, for the reviewer to look at and send.

    Selected are the choices that are met, or "none of these" where none is and nothing is open. A choice with something
    unknown or unanswered stays unselected, and says so.
    """
    of = {"WorkloadId": workload_id, "LensAlias": lens_alias}
    requests = [of | _answer(question) for question in review.questions]
    return json.dumps({"Answers": requests}, indent=2, ensure_ascii=False) + "\n"


def _answer(one: QuestionReview) -> dict[str, Any]:
    applicable = any(choice.standing is not Standing.NOT_APPLICABLE for choice in one.choices)
    selected = [choice.choice.id for choice in one.choices if choice.standing is Standing.MET]
    updates = {choice.choice.id: _update(choice) for choice in one.choices}
    if applicable and not selected and not any(choice.standing in _OPEN for choice in one.choices):
        selected = [one.question.none_of_these]
        updates[one.question.none_of_these] = {"Status": "SELECTED"}
    found: dict[str, Any] = {
        "QuestionId": one.question.id,
        "SelectedChoices": selected,
        "ChoiceUpdates": updates,
        "Notes": _notes(one.choices),
        "IsApplicable": applicable,
    }
    if not applicable:
        found["Reason"] = "OUT_OF_SCOPE"
    return found


_OPEN = (Standing.UNKNOWN, Standing.UNANSWERED)
_STATUS = {Standing.MET: "SELECTED", Standing.NOT_APPLICABLE: "NOT_APPLICABLE"}


def _update(one: ChoiceReview) -> dict[str, str]:
    status = _STATUS.get(one.standing, "UNSELECTED")
    reason = {"Reason": "OUT_OF_SCOPE"} if status == "NOT_APPLICABLE" else {}
    return {"Status": status, **reason, "Notes": cut(_note(one), MOST_CHOICE_NOTES)}


def _note(one: ChoiceReview) -> str:
    counted = [evidence for evidence in one.rules if evidence.counts]
    findings = sum(len(evidence.findings) for evidence in counted)
    unknown = sum(len(evidence.unknown) for evidence in counted)
    accepted = sum(len(evidence.accepted) for evidence in counted)
    open_ = sum(not asked.holds for asked in one.asked)
    counts = (
        (findings, many(findings, "finding")),
        (accepted, many(accepted, "accepted risk")),
        (unknown, f"{unknown} unknown"),
        (open_, f"{many(open_, 'question')} open"),
    )
    parts = [words for number, words in counts if number]
    failing = [evidence.rule.id for evidence in counted if evidence.findings]
    rules = f": {', '.join(failing)}" if failing else ""
    return f"{one.standing.value}; {', '.join(parts)}{rules}" if parts else one.standing.value


def _notes(choices: Sequence[ChoiceReview]) -> str:
    """A line for each choice, all within the limit."""
    share = MOST_NOTES // len(choices) - 1
    return "\n".join(cut(f"{one.choice.title}: {_note(one)}", share) for one in choices)
