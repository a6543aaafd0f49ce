"""The `no_path` check of a rule: from whom nothing may lead where.

    no_path:
      from: subject                 # or public | principals | patterns of ARNs
      to: [admin, more]             # or subject | patterns of ARNs
      through: [escalation]         # act_as | change | escalation | code; without it the first three
      actions: [s3:GetObject]       # with which a last step to a resource counts; without it any
      except: $trusted_roles        # ARNs from which, or to which, a path may lead

One of the ends is the subject. A value that starts with `$` is a parameter of the rule or a field of the item.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SUBJECT = "subject"


class SourceWord(StrEnum):
    SUBJECT = SUBJECT
    PUBLIC = "public"
    """Anyone on the internet, and any AWS account."""
    PRINCIPALS = "principals"
    """Every user and role that was read."""


class GoalWord(StrEnum):
    SUBJECT = SUBJECT
    ADMIN = "admin"
    """An administrator in effect: who can give itself every permission of its account."""
    MORE = "more"
    """Permissions that the subject does not have by itself, one escalation further."""


class Through(StrEnum):
    """Which steps lead on. `graph.routes` has the same words for what they mean there."""

    ACT_AS = "act_as"
    CHANGE = "change"
    ESCALATION = "escalation"
    CODE = "code"


DEFAULT_THROUGH = (Through.ACT_AS, Through.CHANGE, Through.ESCALATION)

PathSource = SourceWord | str
PathGoal = GoalWord | str


@dataclass(frozen=True, slots=True)
class NoPath:
    """From none of the sources may a path lead to any of the goals. Strings are patterns of ARNs, or `$names`."""

    sources: tuple[PathSource, ...]
    goals: tuple[PathGoal, ...]
    through: tuple[Through, ...] = DEFAULT_THROUGH
    actions: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def is_from_subject(self) -> bool:
        return SourceWord.SUBJECT in self.sources
