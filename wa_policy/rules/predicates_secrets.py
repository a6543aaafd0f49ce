"""Named predicates for the rules about secrets."""

from __future__ import annotations

from wa_policy.evaluator.truth import Truth
from wa_policy.inventory.model import TEMPLATE_PARAMETER_TYPE
from wa_policy.rules.arguments import Values
from wa_policy.rules.subjects import Scope, Subject


def is_made_by_code(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff the subject stands in a template or plan: what was exported does not tell how it was made."""
    return subject.type == TEMPLATE_PARAMETER_TYPE or (subject.type, subject.id) in scope.inventory.declared
