"""What it means that a request does not carry a key, as far as the rules say so.

A rule that speaks of a key says whether a request without it is forbidden too: `lambda:SubnetIds` is missing on a function
outside of any VPC, `lambda:Layer` on one that has no layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wa_policy.guardrails.tidy import actions_within
from wa_policy.iam.policy import Selection
from wa_policy.rules.bindings import is_name
from wa_policy.rules.model import Rule
from wa_policy.rules.request_class import Forbid


@dataclass(frozen=True, slots=True)
class Missing:
    """Requests that are forbidden where they lack the key."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]

    def actions_of(self, actions: Selection) -> Selection:
        """Those of the actions that are among these, or these where they are among those."""
        mine = Selection(self.actions)
        if actions.negated:
            return Selection(tuple(a for a in self.actions if actions_within(Selection((a,)), actions)))
        common = [value for value in actions.values if actions_within(Selection((value,)), mine)]
        narrower = [a for a in self.actions if actions_within(Selection((a,)), actions)]
        return Selection(tuple(dict.fromkeys((*common, *narrower))))


MissingKeys = Mapping[str, tuple[Missing, ...]]
"""By key, in lower case, for the keys that rules speak of; nothing: a request without the key is never forbidden for it."""


def missing_keys(rules: Iterable[Rule]) -> MissingKeys:
    """What the rules with a guardrail say of keys that are missing."""
    found: dict[str, list[Missing]] = {}
    for rule in rules:
        if rule.guardrail is None or not isinstance(rule.check, Forbid):
            continue
        for one in rule.check.classes:
            for key, spec in one.context:
                of_key = found.setdefault(key.lower(), [])
                resources = one.resource.patterns or ("*",)
                # Beside what is said of another key, the missing one is only part of what is forbidden.
                alone = len(one.context) == 1 and not any(map(is_name, (*one.actions, *resources)))
                if alone and spec.absent is not False:
                    of_key.append(Missing(one.actions, resources))
    return {key: tuple(dict.fromkeys(of_key)) for key, of_key in found.items()}
