"""The values that a context key can take, cut into classes by the conditions on it.

A key is absent, or has one string, or, where it is multivalued, a set of strings. Strings are cut by patterns,
addresses, numbers and dates at the bounds that occur; what a condition says of a value is asked of the evaluator.
"""

from __future__ import annotations

from collections.abc import Sequence

from wa_policy.formal.budget import Budget
from wa_policy.formal.key_sets import set_classes
from wa_policy.formal.key_values import Bounds, KeyClass, KeyDomain, KeyResult, Value, asked, value_classes
from wa_policy.formal.minimal import minimal
from wa_policy.iam.operators import Comparison
from wa_policy.iam.policy import Condition

__all__ = ["ABSENT", "FREE", "Bounds", "KeyClass", "KeyDomain", "KeyResult", "Value", "key_classes"]

FREE = KeyDomain()
ABSENT = KeyDomain(present=False)


def key_classes(
    key: str, required: Sequence[Condition], marks: Sequence[Condition], domain: KeyDomain, budget: Budget
) -> KeyResult:
    """The minimal classes of the key's values for which all `required` conditions hold."""
    if domain.fixed is not None:
        return KeyResult(asked(key, domain.fixed, required, marks))
    found = asked(key, [None], required, marks) if domain.absent else []
    if not domain.present:
        return KeyResult(found)
    conditions = [*required, *marks]
    of_sets = bool(domain.some) or any(c.operator.quantifier is not None for c in conditions)
    of_one = any(
        c.operator.quantifier is None and c.operator.operator.comparison is not Comparison.IS_NULL
        for c in conditions
    )
    complete = True
    # Where it is not known whether the key is multivalued, and conditions treat it both ways, it may be either.
    if domain.multivalued or (domain.multivalued is None and of_sets):
        if domain.absent:
            found += asked(key, [()], required, marks)
        sets = set_classes(key, required, marks, domain, budget)
        found += sets.classes
        complete = complete and sets.complete
    if not domain.multivalued and not domain.some and (of_one or not of_sets or domain.multivalued is False):
        singles = value_classes(key, required, marks, domain, budget)
        found += singles.classes
        complete = complete and singles.complete
    return KeyResult(minimal(found), complete)
