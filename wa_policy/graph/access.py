"""What may be done on a resource: for certain, under a condition, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from wa_policy.catalog.model import ActionSet
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.policy import Condition, Statement

Placed = tuple[Layer, Statement]
"""A statement with the layer in which it applies."""


@dataclass(frozen=True, slots=True)
class Access:
    """May a caller take an action on a resource?

    `truth` is True iff it may whatever the request's open context keys are, False iff it may for none of their values,
    else an `Unknown` with the reason: a condition on a key of which nothing is said (then `conditions` has those that
    limit it), or a document that was not read. `plain` is what `wa-policy can` answers: a key of which nothing is said
    is absent. `statements` are those that take part: the ones that allow it, or of a False those that deny it.
    """

    truth: Truth
    plain: Truth
    conditions: tuple[Condition, ...] = ()
    statements: tuple[Placed, ...] = ()

    @property
    def is_possible(self) -> bool:
        """True iff it is or may be allowed: under some condition, or by a document that was not read."""
        return self.truth is not False


NO_ACCESS = Access(truth=False, plain=False)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A set of actions that is known from both sides: every one of `sure` is in it, none outside of `maybe`."""

    sure: ActionSet
    maybe: ActionSet


@dataclass(frozen=True, slots=True)
class Grant:
    """The actions of a service that a caller may take on a resource.

    `sure` and `maybe` are the bounds whatever the open keys are; `plain` has the bounds where those are absent.
    `told` is the part of `maybe` for which an Allow statement speaks that was read; for the rest only a document that
    was not read could.
    """

    sure: ActionSet
    maybe: ActionSet
    told: ActionSet
    plain: Bounds

    def __or__(self, other: Grant) -> Grant:
        plain = Bounds(self.plain.sure | other.plain.sure, self.plain.maybe | other.plain.maybe)
        return Grant(self.sure | other.sure, self.maybe | other.maybe, self.told | other.told, plain)

    def within(self, mask: ActionSet) -> Grant:
        """The part of it that is in the mask."""
        plain = Bounds(self.plain.sure & mask, self.plain.maybe & mask)
        return Grant(self.sure & mask, self.maybe & mask, self.told & mask, plain)


NOTHING = Grant(0, 0, 0, Bounds(0, 0))
