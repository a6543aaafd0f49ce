"""A bound on the work of one question."""

from __future__ import annotations

from wa_policy.iam.unknown import Unknown, UnknownKind


class OutOfBudget(Exception):  # noqa: N818  # control flow within the engine, never seen outside
    """The question took more steps than it may."""


class Budget:
    """Counts steps: states of a product, nodes of a search. No clock, so the same question ends the same way."""

    __slots__ = ("left", "steps")

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise OutOfBudget

    @property
    def unknown(self) -> Unknown:
        return Unknown(UnknownKind.BUDGET, f"no answer within {self.steps} steps")


DEFAULT_STEPS = 400_000
"""About five seconds on one core."""
