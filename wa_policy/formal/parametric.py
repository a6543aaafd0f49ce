"""Proofs for every value of the policy variables: each variable becomes a letter that only `*` and itself match.

A string that a pattern with variables matches has a twin in which each value is that letter. What matches the twin
matches the string, so a request in none of the boxes would have a twin in none of them, as long as no box to avoid
asks what the twin does NOT match. What does not keep to that is left out, on the side where it does no harm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from wa_policy.formal.automata import has_marker, marker
from wa_policy.formal.boxes import Bindings, Box
from wa_policy.formal.strings import Group
from wa_policy.formal.value_groups import value_group
from wa_policy.iam.pattern import MANY
from wa_policy.iam.policy import Condition, Statement
from wa_policy.iam.text import Template, Variable


def markers(
    statements: Iterable[Statement], texts_of: Callable[[Statement], Iterable[object]]
) -> Bindings | None:
    """A letter for each variable; None iff one occurs with different defaults, or a policy holds such letters."""
    defaults: dict[str, str | None] = {}
    for statement in statements:
        for text in texts_of(statement):
            if isinstance(text, str):
                if has_marker(text):
                    return None
            elif isinstance(text, Template):
                for part in text.parts:
                    if isinstance(part, str) and has_marker(part):
                        return None
                    if (
                        isinstance(part, Variable)
                        and not part.is_special
                        and defaults.setdefault(part.key, part.default) != part.default
                    ):
                        return None
    return {key: marker(number) for number, key in enumerate(sorted(defaults))}


def twins(required: Sequence[Box], avoid: Sequence[Box]) -> tuple[list[Box], list[Box]]:
    """The boxes with what a twin cannot answer for left out: requirements dropped, boxes to avoid dropped whole."""
    positive: Counter[str] = Counter()
    marked: set[str] = set()
    for box in required:
        for group in box.resources:
            positive["resource"] += not group.negated
            if group.has_marker and not group.negated:
                marked.add("resource")
        for c in box.conditions:
            tested = value_group(c)
            positive[c.folded_key] += tested is None or not tested.negated
            if tested is not None and tested.has_marker and not tested.negated:
                marked.add(c.folded_key)
    loose = {name for name in marked if positive[name] > 1}
    kept = [
        replace(
            box,
            resources=tuple(_widened(g) if "resource" in loose else g for g in box.resources),
            conditions=tuple(c for c in box.conditions if not _is_dropped(c, loose)),
        )
        for box in required
    ]
    return kept, [box for box in avoid if _is_answered(box, marked - loose)]


def _widened(group: Group) -> Group:
    """The group with any text for each variable: two patterns that a string has to match may cut it differently."""
    if group.negated or not group.has_marker:
        return group
    return replace(
        group, patterns=tuple("".join(MANY if has_marker(c) else c for c in p) for p in group.patterns)
    )


def _is_dropped(condition: Condition, loose: set[str]) -> bool:
    group = value_group(condition)
    if group is None or not group.has_marker:
        return False
    if group.folded or condition.operator.quantifier is not None:
        return True
    return not group.negated and condition.folded_key in loose


def _is_answered(box: Box, marked: set[str]) -> bool:
    if any(_is_risky(group, "resource" in marked) for group in box.resources):
        return False
    for c in box.conditions:
        group = value_group(c)
        in_marked = c.folded_key in marked
        if group is None:
            continue
        if _is_risky(group, in_marked):
            return False
        if (in_marked or group.has_marker) and c.operator.quantifier is not None:
            return False
    return True


def _is_risky(group: Group, in_marked: bool) -> bool:
    return (group.negated and (in_marked or group.has_marker)) or (group.folded and group.has_marker)
