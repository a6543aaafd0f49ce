"""The Serverless Lens: its pillars, questions and choices, from the dated table that ships with the rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wa_policy.rules.tables import table


class Priority(StrEnum):
    """How much the framework asks for a choice, the most first."""

    REQUIRED = "Required"
    GOOD = "Good"
    BEST = "Best"

    @property
    def rank(self) -> int:
        """0 for the most important."""
        return tuple(Priority).index(self)


@dataclass(frozen=True, slots=True)
class Choice:
    """A best practice of the lens; `id` is that of the Well-Architected Tool."""

    id: str
    title: str
    priority: Priority
    checkmark: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the lens with its choices, the required ones first. `number` is such as `SEC 2`."""

    id: str
    number: str
    title: str
    choices: tuple[Choice, ...]

    @property
    def none_of_these(self) -> str:
        """The id of the choice that none of the others is met."""
        return f"{self.id.partition('_')[0]}_{self.id}_no"


@dataclass(frozen=True, slots=True)
class Pillar:
    """A pillar; `id` is the one by which the Well-Architected Tool knows it."""

    id: str
    name: str
    questions: tuple[Question, ...]


_PILLARS = {
    "operational-excellence": ("operationalExcellence", "Operational excellence"),
    "security": ("security", "Security"),
    "reliability": ("reliability", "Reliability"),
    "performance": ("performance", "Performance efficiency"),
    "cost": ("costOptimization", "Cost optimization"),
}
_QUESTIONS = {
    "OPS 1": "How do you know that the application is healthy?",
    "OPS 2": "How is a change brought to production, and back?",
    "SEC 1": "Who may call the APIs, and how is that enforced?",
    "SEC 2": "Where are the borders of the application, and who may cross them?",
    "SEC 3": "How are code, secrets and input protected?",
    "REL 1": "What keeps requests within what the application can take?",
    "REL 2": "What happens when a part fails?",
    "PERF 1": "How is the application made fast enough?",
    "COST 1": "How is waste avoided?",
}
"""The questions of the lens in words of our own."""


def lens() -> tuple[Pillar, ...]:
    """The pillars of the lens in its order."""
    choices: dict[tuple[str, str], list[Choice]] = {}
    for id_, row in table("serverless_lens").rows.items():
        choice = Choice(id_, str(row["title"]), Priority(str(row["priority"])), str(row["checkmark"]))
        choices.setdefault((str(row["pillar"]), str(row["question"])), []).append(choice)
    return tuple(
        Pillar(
            id_,
            name,
            tuple(
                _question(number, found) for (of, number), found in sorted(choices.items()) if of == pillar
            ),
        )
        for pillar, (id_, name) in _PILLARS.items()
    )


def _question(number: str, choices: list[Choice]) -> Question:
    pillar, _, place = number.lower().partition(" ")
    ordered = sorted(choices, key=lambda choice: (choice.priority.rank, choice.checkmark))
    return Question(f"{pillar}_q{place}", number, _QUESTIONS[number], tuple(ordered))
